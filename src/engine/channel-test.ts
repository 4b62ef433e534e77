import { notification_log } from '#db/schema/engine'
import { clearChannelFailure } from '#engine/incidents'
import { baseUrl, testNotice, type Worded } from '#engine/notice'
import { send } from '#engine/send'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'

export type ChannelTest = {
  tenant_id: string
  /** Set for a stored channel: the attempt is logged, and a success ends its failure. */
  channel?: { id: string; name: string }
  /** Whose way it is, of a personal one. */
  person?: { id: string; name: string }
  type: string
  /** Secrets in plain text. */
  settings: Record<string, unknown>
  /** Sent in place of the test message: whoever can say it has got the message. */
  code?: string
}
export type TestResult = { status: 'sent' | 'failed'; error: string | null; answer: string | null; duration_ms: number }

/** The code stands in the body alone: titles are kept in the log. */
function codeNotice(base: string, at: string, code: string): Worded {
  const body = `Your code is ${code}. Enter it in Xinex within 15 minutes. If you did not ask for it, ignore this message.`
  return {
    ...testNotice(base, at),
    event: 'code',
    title: 'Confirm that messages from Xinex reach you',
    body,
    data: { message: body, code },
  }
}

/** Sends one message now, and says what came of it. */
export async function testChannel(
  app: Omit<App, 'engine'>,
  { tenant_id, channel, person, type, settings, code }: ChannelTest,
): Promise<TestResult> {
  const delivery_id = Bun.randomUUIDv7()
  const [base, at] = [baseUrl(app.config), isoAt(app.clock.now())]
  const worded = code === undefined ? testNotice(base, at) : codeNotice(base, at, code)
  const sent = await send(app, { type, settings, notice: { ...worded, delivery_id } })
  const { status, duration_ms } = sent
  // What a provider repeats of the message would prove nothing any more.
  const hidden = (text: string | null) => (code && text ? text.replaceAll(code, '******') : text)
  const result = {
    status,
    error: hidden(sent.status === 'failed' ? sent.error : null),
    answer: hidden(sent.status === 'sent' ? sent.answer : null),
    duration_ms,
  }
  if (channel)
    await app.db.tx(async (db) => {
      await db.insert(notification_log).values({
        ...result,
        tenant_id,
        delivery_id,
        channel_id: channel.id,
        channel_name: channel.name,
        channel_type: type,
        user_id: person?.id,
        user_name: person?.name,
        event: worded.event,
        title: worded.title,
        attempt: 1,
        created_at: isoAt(app.clock.now()),
      })
      if (status === 'sent') await clearChannelFailure({ db }, channel.id)
    })
  return result
}
