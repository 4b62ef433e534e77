import type { Notice } from '#channels/define'
import type { NoticeEvent } from '#contract/events'
import type { Writer } from '#db/client'
import { deliveries } from '#db/schema/engine'
import { channelsOf, type Destination, toChannel } from '#engine/announce'
import type { Worded } from '#engine/notice'
import { peopleOf } from '#engine/people'
import { rewordedPlain } from '#engine/templates'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'
import { personalPlan } from '#oncall/personal'
import { wants } from '#oncall/prefs'

/** As in `deliveries.priority`. */
export const NEWS = 3
export const DIGEST = 4
/** What is news today is none tomorrow. */
const GIVE_UP_MS = 24 * 3_600_000

type Plain = {
  tenant_id: string
  event: NoticeEvent | 'digest'
  /** Said twice with the same key, it is sent once. */
  key: string
  worded: Worded
  priority: number
}

/** Queues a message about something that is no incident, in the caller's transaction. */
export async function inform(app: Omit<App, 'engine'>, db: Writer, what: Plain, to: Destination[]): Promise<void> {
  const send = to.filter(({ held }) => held === undefined)
  if (send.length === 0) return
  const { tenant_id, event, key, worded, priority } = what
  const words = event === 'digest' ? () => worded : await rewordedPlain(db, tenant_id, event, worded)
  const now = app.clock.now()
  const rows = send.map(({ id: channel_id, user_id }) => {
    const id = Bun.randomUUIDv7()
    return {
      ...{ id, tenant_id, channel_id, user_id, event, priority, source: key },
      dedup_key: `${key}:${channel_id}`,
      status: 'pending' as const,
      next_attempt_at: isoAt(now),
      give_up_at: isoAt(now + GIVE_UP_MS),
      notice: { ...words(channel_id), delivery_id: id },
      created_at: isoAt(now),
    }
  })
  await db.insert(deliveries).values(rows).onConflictDoNothing({ target: deliveries.dedup_key })
}

/** The channels of the workspace that subscribe to such news; of them only those named, where some are. */
export async function subscribers(db: Writer, tenant_id: string, event: NoticeEvent, now: number, ids?: string[]) {
  const all = await channelsOf(db, tenant_id)
  const wanted = all.filter(({ row }) => (ids ? ids.includes(row.id) : row.is_default) && row.events.includes(event))
  return wanted.map((channel) => toChannel(channel, now))
}

/** The channels that ask for such news by name, default or not. */
export async function recorders(
  db: Writer,
  tenant_id: string,
  event: NoticeEvent,
  now: number,
): Promise<Destination[]> {
  const all = await channelsOf(db, tenant_id)
  return all.filter(({ row }) => row.events.includes(event)).map((channel) => toChannel(channel, now))
}

/** The ways of some people for news that is no page: each way that they have not switched off for it. */
export async function waysOf(db: Writer, tenant_id: string, user_ids: string[], wish: 'oncall_handoff', now: number) {
  const people = await peopleOf(db, tenant_id, user_ids)
  return [...people.values()].flatMap(({ user_id, name, prefs, contacts }): Destination[] =>
    personalPlan({ prefs: { ...prefs, rules: [] }, contacts, severity: 'low', now })
      .filter(({ skipped }) => !skipped)
      .filter(({ contact_id }) => {
        const kind = contacts.find(({ id }) => id === contact_id)?.kind
        return kind !== undefined && wants(prefs, wish, kind)
      })
      .map((way) => ({
        id: way.contact_id === 'email' ? `user:${user_id}` : way.contact_id,
        name: `${name}, ${way.name}`,
        user_id,
      })),
  )
}

export const plainNotice = (
  about: Pick<Notice, 'title' | 'body' | 'url' | 'at' | 'event'> & { data: Record<string, unknown> },
): Worded => ({ ...about, kind: 'updated', severity: 'low', urgent: false })
