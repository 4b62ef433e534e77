import { DeliveryError, type Notice } from '#channels/define'
import { channelOf } from '#channels/index'
import { actionKeys } from '#channels/look'
import { postWith } from '#channels/post'
import type { App } from '#kernel/context'

export type Sent =
  | { status: 'sent'; answer: string | null; duration_ms: number }
  | {
      status: 'failed'
      error: string
      outcome: DeliveryError['outcome']
      retry_after_s?: number
      /** The device is no more: see `forgetDevice`. */
      gone: boolean
      duration_ms: number
    }

/** Time for one request to a provider, and for everything a channel does to send one message. */
const POST_MS = 10_000
const SEND_MS = 30_000

/** Hands one message to a provider once; never throws. `settings` hold their secrets in plain text. */
export async function send(
  app: Omit<App, 'engine'>,
  { type, settings, notice }: { type: string; settings: Record<string, unknown>; notice: Notice },
): Promise<Sent> {
  const began = app.clock.monotonic()
  const took = () => Math.round(app.clock.monotonic() - began)
  let timer: ReturnType<typeof setTimeout> | undefined
  try {
    const channel = channelOf(type)
    if (!channel) throw new DeliveryError(`This version has no channels of type ${type}.`, 'give-up')
    const { config, net, clock } = app
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new DeliveryError('The provider did not answer in time.', 'retry')), SEND_MS)
    })
    const post = postWith(net, { timeout_ms: POST_MS, now: clock.now, hidden: actionKeys(notice) })
    const mail = config.smtpUrl ? { url: config.smtpUrl, from: config.mailFrom } : undefined
    const { answer, external_id } = await Promise.race([
      channel.send({ settings, notice, post, net, mail, scripts: config.scripts, now: clock.now }),
      late,
    ])
    return { status: 'sent', answer: (answer ?? external_id ?? null)?.slice(0, 500) ?? null, duration_ms: took() }
  } catch (error) {
    if (error instanceof DeliveryError) {
      const { message, outcome, retry_after_s, gone } = error
      return {
        status: 'failed',
        error: message,
        outcome,
        gone,
        duration_ms: took(),
        ...(retry_after_s !== undefined && { retry_after_s }),
      }
    }
    // A bug in a channel must neither lose the message nor show what an unforeseen error may carry.
    app.log.error('A channel failed in an unforeseen way', { error: error as Error, type })
    const unforeseen = { error: 'Sending failed in an unforeseen way.', outcome: 'retry', gone: false } as const
    return { status: 'failed', ...unforeseen, duration_ms: took() }
  } finally {
    clearTimeout(timer)
  }
}
