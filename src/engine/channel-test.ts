import { notification_log } from '#db/schema/engine'
import { clearChannelFailure } from '#engine/incidents'
import { baseUrl, testNotice } from '#engine/notice'
import { send } from '#engine/send'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'

export type ChannelTest = {
  tenant_id: string
  /** Set for a stored channel: the attempt is logged, and a success ends its failure. */
  channel?: { id: string; name: string }
  type: string
  /** Secrets in plain text. */
  settings: Record<string, unknown>
}
export type TestResult = { status: 'sent' | 'failed'; error: string | null; answer: string | null; duration_ms: number }

/** Sends one message now, and says what came of it. */
export async function testChannel(
  app: Omit<App, 'engine'>,
  { tenant_id, channel, type, settings }: ChannelTest,
): Promise<TestResult> {
  const delivery_id = Bun.randomUUIDv7()
  const notice = { ...testNotice(baseUrl(app.config), isoAt(app.clock.now())), delivery_id }
  const sent = await send(app, { type, settings, notice })
  const { status, duration_ms } = sent
  const result = {
    status,
    error: sent.status === 'failed' ? sent.error : null,
    answer: sent.status === 'sent' ? sent.answer : null,
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
        event: 'test',
        title: notice.title,
        attempt: 1,
        created_at: isoAt(app.clock.now()),
      })
      if (status === 'sent') await clearChannelFailure({ db }, channel.id)
    })
  return result
}
