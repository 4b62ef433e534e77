import type { Net } from '#kernel/net'
import type { Phases, Verdict } from '#probes/define'
import { verdictOf } from '#probes/fault'
import { probeOf } from '#probes/index'

/** One check to run: settings with their secrets in plain text. */
export type CheckJob = {
  type: string
  url: string
  settings: Record<string, unknown>
  timeout_ms: number
  degraded_ms: number | null
  inverted: boolean
}
type Own = { net: Net; now: () => number }

/** How long after its deadline a probe that does not stop is left behind. */
const GRACE_MS = 500
/** A deadline that fires later than this is our own delay, and is extended once by as much, within bounds. */
const LATE_MS = 20
const LATE_MOST_MS = 250

/**
 * Runs one probe once, within its time. A probe may throw; whatever it throws becomes a verdict here and nowhere else.
 */
export async function attempt(job: CheckJob, { net, now }: Own): Promise<Verdict> {
  const probe = probeOf(job.type)
  if (!probe)
    return { status: 'unknown', reason: 'own_side', message: `This version cannot check monitors of type ${job.type}` }
  if (probe.passive)
    return {
      status: 'unknown',
      reason: 'own_side',
      message: `${probe.title}: there is nothing to ask over the network`,
    }
  const { url, settings, timeout_ms } = job
  const abort = new AbortController()
  const ends_at = performance.now() + timeout_ms
  let timer: ReturnType<typeof setTimeout> | undefined
  const left = new Promise<never>((_, reject) => {
    const end = () => {
      abort.abort(new DOMException('The time is up', 'TimeoutError'))
      timer = setTimeout(() => reject(abort.signal.reason), GRACE_MS)
    }
    timer = setTimeout(() => {
      // When our own loop was busy, an answer may already be there: let it be read before calling it late.
      const late = performance.now() - ends_at
      if (late > LATE_MS) timer = setTimeout(end, Math.min(late, LATE_MOST_MS))
      else end()
    }, timeout_ms)
  })
  try {
    const run = probe.run({ url, settings, timeout_ms, signal: abort.signal, net, now })
    return judged(rounded(await Promise.race([run, left])), job)
  } catch (error) {
    const verdict = judged(rounded(verdictOf(error, { timeout_ms, signal: abort.signal })), job)
    // Whatever the probe still holds is released.
    if (!abort.signal.aborted) abort.abort()
    return verdict
  } finally {
    clearTimeout(timer)
  }
}

const tenth = (ms: number) => Math.round(ms * 10) / 10

/** What would break a line of a log or a mail, or turn it around: a server may have said it. */
const UNREADABLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu

/** Times to a tenth of a millisecond: more is noise. In place: the verdict was made for this attempt. */
function rounded(verdict: Verdict): Verdict {
  const { response_time_ms, phases, message } = verdict
  verdict.message = message.replace(UNREADABLE, ' ')
  if (response_time_ms !== undefined) verdict.response_time_ms = tenth(response_time_ms)
  // Safe: the keys of phases are their own.
  for (const name in phases) phases[name as keyof Phases] = tenth(phases[name as keyof Phases] ?? 0)
  return verdict
}

/** What the monitor's own rules make of a verdict: too slow is degraded, and inverted monitors want a failure. */
export function judged(
  verdict: Verdict,
  { degraded_ms, inverted }: Pick<CheckJob, 'degraded_ms' | 'inverted'>,
): Verdict {
  // Refused by our own address policy says nothing about the target, so it cannot be what an inverted monitor wants.
  if (inverted && verdict.status !== 'unknown' && verdict.reason !== 'blocked') return opposite(verdict)
  const took = verdict.response_time_ms
  if (verdict.status !== 'up' || degraded_ms === null || took === undefined || took <= degraded_ms) return verdict
  return {
    ...verdict,
    status: 'degraded',
    reason: 'slow',
    message: `Answered after ${Math.round(took)} ms, slower than ${degraded_ms} ms`,
  }
}

function opposite({ reason, message, ...rest }: Verdict): Verdict {
  if (rest.status === 'down')
    return { ...rest, status: 'up', message: `Not available, as wanted: ${message}`.slice(0, 300) }
  return {
    ...rest,
    status: 'down',
    reason: 'assertion',
    message: `Available, although it should not be: ${message}`.slice(0, 300),
  }
}
