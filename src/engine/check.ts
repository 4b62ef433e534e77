import { advance, shownStatus } from '#engine/advance'
import { attempt } from '#probing/attempt'
import { recheckAfter } from '#engine/confirm'
import type { History } from '#engine/history'
import { tellMonitor } from '#engine/live'
import type { Recorder } from '#engine/record'
import type { Roster, Watched } from '#engine/roster'
import type { Scheduler } from '#probing/scheduler'
import type { App } from '#kernel/context'
import type { Evidence, Verdict } from '#probes/define'

type Parts = {
  app: Omit<App, 'engine'>
  roster: Roster
  scheduler: () => Scheduler
  recorder: Recorder
  history: History
}
export type Checked = { verdict: Verdict; at: number }

/** A result measured while the process was asleep is asked for again within this time. */
const AGAIN_MS = 1_000

/** What is worth keeping of an answer that is fine; of ten thousand monitors the rest would fill the memory. */
function facts({ status, evidence }: Verdict): Evidence | undefined {
  if (!evidence || status === 'down' || status === 'unknown') return evidence
  if (!evidence.headers && !evidence.body && !evidence.certificates) return evidence
  const { headers: _headers, body: _body, certificates, ...small } = evidence
  return { ...small, ...(certificates && { certificates: certificates.slice(0, 1) }) }
}

/**
 * The way of one check: attempt, then either the short way (memory batch of the history) or, when the state changes,
 * the recorder's. Nothing here waits for a disk.
 */
export function createChecker({ app, roster, scheduler, recorder, history }: Parts) {
  const { clock, net, bus } = app

  function take(watched: Watched, at: number, verdict: Verdict) {
    history.append(watched.number, at, verdict)
    const { after, flip } = advance(watched.health, verdict.status, at, watched)
    watched.health = after
    watched.checked_at = at
    const { reason, message, response_time_ms, phases } = verdict
    watched.last = { reason, message, response_time_ms, phases, evidence: facts(verdict) }
    const shown = shownStatus(after)
    if (flip) {
      const from = Math.max(flip.from, watched.interval_from)
      watched.interval_from = from
      const quiet = !flip.opens && !flip.closes && shown === watched.status
      roster.setStatus(watched, shown, from)
      const { number, id, tenant_id, name, severity, status, since } = watched
      const written = {
        monitor: { number, id, tenant_id, name, severity },
        to: flip.to,
        from,
        status,
        since: since ?? from,
        opens: flip.opens,
        closes: flip.closes,
        verdict,
        checked_at: at,
        failures: after.bad.count,
      }
      recorder.push(written, quiet)
    } else if (shown !== watched.status) roster.setStatus(watched, shown, at)
    const again = recheckAfter(after, verdict, watched)
    if (again !== undefined) scheduler().again(watched.number, again)
    tellMonitor(bus, watched)
  }

  return async (watched: Watched): Promise<Checked> => {
    const at = clock.now()
    const verdict: Verdict = watched.broken
      ? { status: 'unknown', reason: 'own_side', message: watched.broken }
      : await attempt(watched.job, { net, now: clock.now })
    // Changed, paused or deleted while the check ran: the answer belongs to what it was before.
    if (roster.get(watched.number) !== watched || !watched.enabled) return { verdict, at }
    if (scheduler().asleepSince(at)) scheduler().again(watched.number, AGAIN_MS)
    else take(watched, at, verdict)
    return { verdict, at }
  }
}
