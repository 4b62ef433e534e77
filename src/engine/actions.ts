import type { NoticeAction } from '#channels/define'
import type { Announcement, Destination } from '#engine/announce'
import { baseUrl } from '#engine/notice'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'
import { createLinks } from '#kernel/signed-links'

/** A message is acted upon while it is news. */
const VALID_MS = 7 * 86_400_000

/** What can be done from the message itself, by whoever got it. */
export function actionsOf(
  app: Omit<App, 'engine'>,
  { event, incident }: Announcement,
  to: Destination,
): NoticeAction[] {
  if (event !== 'incident.created' && event !== 'incident.updated') return []
  const by = to.user_id ? { type: 'user' as const, id: to.user_id } : { type: 'channel' as const, id: to.id }
  const expires_at = isoAt(app.clock.now() + VALID_MS)
  const token = createLinks(app).sign({ action: 'acknowledge', incident_id: incident.id, by, expires_at })
  return [{ kind: 'acknowledge', label: 'Acknowledge', url: `${baseUrl(app.config)}/a/${token}`, token }]
}
