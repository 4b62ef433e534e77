import type { Job, NumberRule, Problem, Run, State } from '#heartbeats/define'
import { band } from '#heartbeats/robust'
import { duration } from '#kernel/words'

type Found = Omit<Problem, 'since'>

/** Fewer durations than this tell nothing. */
const ENOUGH = 10
const DEVIATIONS = 5
/** At least twice as long, or half: less is not worth a message however steady it was. */
const LEAST_RATIO = 2
/** Jobs of a second are twice as slow by the load of the moment. */
const LEAST_MS = 5_000

function durationFaults({ watch_duration }: Job, { duration_ms }: Run, { durations }: State): Found[] {
  if (!watch_duration || duration_ms === null || durations.length < ENOUGH) return []
  const { low, usual, high } = band(durations, DEVIATIONS, LEAST_RATIO)
  if (Math.abs(duration_ms - usual) < LEAST_MS) return []
  const code = duration_ms > high ? 'slow' : duration_ms < low ? 'fast' : undefined
  if (!code) return []
  const words = `Took ${duration(duration_ms / 1_000)}, usually about ${duration(usual / 1_000)}`
  return [{ code, message: words, expected: Math.round(code === 'slow' ? high : low), actual: duration_ms }]
}

function numberFaults({ name, min, max }: NumberRule, { numbers }: Run): Found[] {
  const actual = Object.hasOwn(numbers, name) ? numbers[name] : undefined
  // A number that is asked for and does not come is a job that did not do its work.
  if (actual === undefined)
    return [
      { code: 'number', message: `${name} was not reported`, about: name, ...(min !== undefined && { expected: min }) },
    ]
  if (min !== undefined && actual < min)
    return [
      { code: 'number', message: `${name} is ${actual}, at least ${min} expected`, about: name, expected: min, actual },
    ]
  if (max !== undefined && actual > max)
    return [
      { code: 'number', message: `${name} is ${actual}, at most ${max} expected`, about: name, expected: max, actual },
    ]
  return []
}

/** What is wrong with a run of a job that ended well: its numbers, and how long it took. Pure. */
export const judgeJob = (job: Job, run: Run, state: State): Found[] => [
  ...durationFaults(job, run, state),
  ...job.numbers.flatMap((rule) => numberFaults(rule, run)),
]
