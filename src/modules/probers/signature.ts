import { createHmac } from 'node:crypto'
import { isoAt } from '#kernel/clock'
import { fail } from '#kernel/fail'
import { sameText, sha256 } from '#kernel/secrets'

/** How far the time of a signature may be from ours. */
const WINDOW_S = 300
/** Boots of one prober that are remembered; two at once means that two use one token. */
const MOST_BOOTS = 4

type Signed = { timestamp: string | null; signature: string | null; token: string; text: string; now: number }

/**
 * Throws unless the body was signed with the token, by HMAC over `<timestamp>.<body>` with the token's hash as the key,
 * within the last minutes: what was altered on the way, by a proxy that opens TLS, is not believed.
 */
export function requireSignature({ timestamp, signature, token, text, now }: Signed) {
  const refuse = (why: string, message: string) => fail('UNAUTHORIZED', { message, details: { signature: why } })
  if (!timestamp || !signature || !/^\d{1,12}$/.test(timestamp)) throw refuse('missing', 'The results are not signed')
  const key = Buffer.from(sha256(token), 'hex')
  const wanted = `sha256=${createHmac('sha256', key).update(`${timestamp}.${text}`).digest('hex')}`
  if (!sameText(signature, wanted)) throw refuse('wrong', 'The signature is not that of this body')
  if (Math.abs(now / 1000 - Number(timestamp)) > WINDOW_S)
    throw fail('UNAUTHORIZED', {
      message: 'The signature is too old, or a clock is wrong',
      details: { signature: 'expired', server_time: isoAt(now) },
    })
}

/** Which batches came: a recording that is played again must not make a silent prober look alive. */
export function createSeen() {
  const last = new Map<string, Map<string, { seq: number; signature: string }>>()
  return {
    /** Throws for what is older than the last batch of its process, or the very same request. The last one made anew is fine. */
    note(prober_id: string, { boot, seq }: { boot: string; seq: number }, signature: string) {
      const boots = last.get(prober_id) ?? new Map<string, { seq: number; signature: string }>()
      const before = boots.get(boot)
      if (before && (seq < before.seq || (seq === before.seq && signature === before.signature)))
        throw fail('CONFLICT', { message: 'This batch came before' })
      boots.delete(boot)
      boots.set(boot, { seq, signature })
      const [oldest] = boots.keys()
      if (boots.size > MOST_BOOTS && oldest !== undefined) boots.delete(oldest)
      last.set(prober_id, boots)
    },
    forget: (prober_id: string) => void last.delete(prober_id),
  }
}
export type Seen = ReturnType<typeof createSeen>
