import { eq } from 'drizzle-orm'
import { DeliveryError } from '#channels/define'
import { notification_channels } from '#db/schema/notification-channels'
import { settingsOf, withVia } from '#engine/contacts'
import type { App } from '#kernel/context'
import { fail } from '#kernel/fail'
import { metaOf } from '#kernel/request'
import { act, askedBy, type Outcome, type Pressed, sentenceOf } from './act'

/** Older calls are refused: https://docs.slack.dev/authentication/verifying-requests-from-slack */
const TOLERANCE_S = 300

export type Called = {
  app: App
  channel: { id: string; tenant_id: string; type: string }
  settings: Record<string, unknown>
  /** As it came: signatures are over the bytes. */
  body: Buffer
  header: (name: string) => string
  pressed: Pressed
}

/** What a call is about: the channel in the address, with its keys, and the body. 404 for a channel that is not of this type. */
export async function calledBy(
  app: App,
  request: Request,
  { id, type }: { id: string; type: string },
): Promise<Called> {
  const { event, address, request_id } = metaOf(request)
  const [channel] = await app.db.read
    .select({
      id: notification_channels.id,
      tenant_id: notification_channels.tenant_id,
      type: notification_channels.type,
    })
    .from(notification_channels)
    .where(eq(notification_channels.id, id))
  const stored = channel?.type === type ? await withVia(app.db.read, channel.tenant_id, id) : undefined
  if (!channel || !stored) throw fail('NOT_FOUND')
  try {
    const settings = settingsOf(app, stored.row, stored.via)
    const header = (name: string) => request.headers.get(name) ?? ''
    return { app, channel, settings, body: Buffer.from(event ?? []), header, pressed: { address, request_id } }
  } catch (error) {
    // The channel it went through is gone.
    if (error instanceof DeliveryError) throw fail('NOT_FOUND')
    throw error
  }
}

/** Refuses a call whose time is not about now. */
export function requireFresh({ app }: Called, seconds: string) {
  const age_s = app.clock.now() / 1_000 - Number(seconds)
  if (!/^\d{1,12}$/.test(seconds) || Math.abs(age_s) > TOLERANCE_S)
    throw fail('UNAUTHORIZED', { message: 'The time of this call is not about now' })
}

export const forged = () => fail('UNAUTHORIZED', { message: 'The signature is wrong' })

/** The body as JSON, or nothing: only what is signed is read, and even then nobody guarantees its shape. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A button was pressed: what came of it, in a sentence, and whether what the button offers is over now. */
export async function press({ app, channel, pressed }: Called, token: string, { person, from }: Pressed) {
  const how = { ...pressed, person, from }
  const asked = await askedBy(app, token, how)
  // A token of another workspace has nothing to look for in this one's channel.
  if (asked?.incident.tenant_id !== channel.tenant_id) return { worked: false, sentence: LOST, resolved: false }
  const { outcome, asked: after } = await act(app, asked, how)
  const worked: Record<Outcome, boolean> = { done: true, already: true, over: true, forbidden: false }
  const resolved = after.incident.status === 'resolved'
  return { worked: worked[outcome], sentence: sentenceOf(outcome, after), resolved }
}
const LOST = 'This button does not work any more.'
