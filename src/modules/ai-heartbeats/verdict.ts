import type { ProblemCode } from '#contract/heartbeats'
import type { Taken } from '#engine/heartbeats/index'
import type { Problem } from '#heartbeats/define'
import { statusAt } from '#heartbeats/status'
import { isoAt } from '#kernel/clock'
import { learnedOf } from './learned'

const short = (value: number, digits: number) => String(Number(value.toFixed(digits)))
const isShare = (code: ProblemCode) => code === 'success_rate' || code === 'quality'

/** How far it is from what was expected, in words: as a ratio, and as a difference of what is a share already. */
export function byHowMuch({ code, expected, actual }: Pick<Problem, 'code' | 'expected' | 'actual'>): string | null {
  if (expected === undefined || actual === undefined || expected === actual) return null
  const [more, difference] = [actual > expected, Math.abs(actual - expected)]
  if (code === 'success_rate') return `${short(difference * 100, 1)} percentage points ${more ? 'more' : 'less'}`
  if (isShare(code) || expected <= 0) return `${short(difference, 3)} ${more ? 'more' : 'less'}`
  const ratio = actual / expected
  if (ratio >= 2) return `${short(ratio, 1)} times as much`
  return `${short(Math.abs(ratio - 1) * 100, 1)} % ${more ? 'more' : 'less'}`
}

const iso = (at: number | null) => (at === null ? null : isoAt(at))

/** What a run means for its heartbeat, as it stands after the run. */
export function verdictOf({ kind, after, run, job, past }: Taken, now: number) {
  const counted = kind !== 'ignored'
  const broken = counted
    ? after.problems.map(({ code, message, expected = null, actual = null, ...rest }) => {
        const by = byHowMuch({ code, ...(expected !== null && { expected }), ...(actual !== null && { actual }) })
        return { code, message, about: rest.about ?? null, expected, actual, by }
      })
    : []
  return {
    ok: counted && run?.status === 'ok' && broken.length === 0,
    counted,
    note: counted ? null : 'It is paused until somebody resumes it: the report is kept and not counted',
    broken,
    status: statusAt(after, now),
    learned: learnedOf(past.model, job, now),
    expected_at: iso(after.expected_at),
    deadline_at: iso(after.deadline_at),
  }
}
