import type { Span } from './past'

export type Slot = { expected: number; deadline: number; next: number }
export type Judged = {
  expected: number
  run: number | null
  status: 'ok' | 'failed' | 'missed' | 'pending' | 'excused'
}
type PastRun = { ok: boolean; began: number; ended: number }

/** Of the runs that began by a moment, the one that ended last; the moments may only grow. */
function lastEnded(runs: PastRun[]) {
  const sorted = [...runs].sort((a, b) => a.began - b.began)
  let at = 0
  let best: PastRun | undefined
  return (until: number): PastRun | undefined => {
    for (let run = sorted[at]; run && run.began <= until; run = sorted[++at])
      if (!best || run.ended >= best.ended) best = run
    return best
  }
}

const touches = (spans: Span[], from: number, until: number) =>
  spans.some((span) => span.from < until && span.until > from)
/** A ping may come shortly before its time; as in src/heartbeats/step.ts. */
const EARLY_MS = 60_000

type Past = {
  runs: PastRun[]
  /** Starts of runs under way. */
  open: number[]
  /** When nothing was expected: paused, or before its first ping. */
  resting: Span[]
  /** When we were not there to listen. */
  blind: Span[]
  now: number
}

/**
 * What became of each time at which a run was expected, oldest first: it counts when one was under way or began between
 * that time and its deadline. One that only came later was missed.
 */
export function judgeSlots(slots: Slot[], { runs, open, resting, blind, now }: Past): Judged[] {
  const good = lastEnded(runs.filter(({ ok }) => ok))
  const bad = lastEnded(runs.filter(({ ok }) => !ok))
  const late = lastEnded(runs)
  return slots.map(({ expected, deadline, next }): Judged => {
    const inTime = Math.min(deadline, next - 1)
    const [ok, failed] = [good(inTime), bad(inTime)]
    if (ok && ok.ended >= expected) return { expected, run: ok.began, status: 'ok' }
    if (failed && failed.ended >= expected) return { expected, run: failed.began, status: 'failed' }
    if (touches(resting, expected, expected + 1)) return { expected, run: null, status: 'excused' }
    if (touches(blind, expected - EARLY_MS, deadline)) return { expected, run: null, status: 'excused' }
    if (deadline > now || open.some((at) => at <= inTime)) return { expected, run: null, status: 'pending' }
    const after = late(next - 1)
    return { expected, run: after && after.ended >= expected ? after.began : null, status: 'missed' }
  })
}
