import type { IntervalStatus } from '#contract/statuses'

/** What the verdicts have proved so far; `pending` before the first one. */
export type Known = 'pending' | 'up' | 'degraded' | 'down'
type Run = { count: number; from: number }

/**
 * Where one monitor stands. `known` is the last proven state, `interval` what the open state interval says (it is
 * `unknown` after a restart although `known` is not). The runs count consecutive verdicts and when each began.
 */
export type Health = {
  known: Known
  interval: IntervalStatus | null
  /** Down verdicts in a row. */
  bad: Run
  /** Verdicts other than down in a row. */
  good: Run
  slow: Run
  fast: Run
  /** Attempts in a row that failed on our own side. */
  blind: Run
}
export type Thresholds = { alert_threshold: number; recovery_threshold: number }

/** A change of the state interval, dated back to the first verdict of the run that proved it. */
export type Flip = { to: IntervalStatus; from: number; opens: boolean; closes: boolean }
export type Step = { after: Health; flip?: Flip }

const none: Run = { count: 0, from: 0 }
const longer = (run: Run, at: number): Run =>
  run.count === 0 ? { count: 1, from: at } : { count: run.count + 1, from: run.from }

export const newHealth = (known: Known = 'pending', interval: IntervalStatus | null = null): Health => ({
  known,
  interval,
  bad: none,
  good: none,
  slow: none,
  fast: none,
  blind: none,
})

/** One attempt on our own side can fail by chance; from the second on we say that we do not know. */
const BLIND_LEAST = 2

function blinded(before: Health, at: number, { alert_threshold }: Thresholds): Step {
  const after = { ...before, blind: longer(before.blind, at) }
  if (after.blind.count < Math.max(BLIND_LEAST, alert_threshold) || before.interval === 'unknown') return { after }
  // What was seen before proves nothing about the time after: or the next good answer would make all of this time good.
  return {
    after: { ...newHealth(before.known, 'unknown'), blind: after.blind },
    flip: { to: 'unknown', from: after.blind.from, opens: false, closes: false },
  }
}

/** What the runs prove now: the state and since when. */
function judge(h: Health, status: 'up' | 'degraded' | 'down', limits: Thresholds): { known: Known; from: number } {
  const { alert_threshold: alert, recovery_threshold: recovery } = limits
  if (status === 'down')
    return h.bad.count >= alert ? { known: 'down', from: h.bad.from } : { known: h.known, from: h.bad.from }
  if (h.known === 'pending') return { known: status, from: h.good.from }
  if (h.known === 'down') return { known: h.good.count >= recovery ? status : 'down', from: h.good.from }
  if (h.known === 'up' && h.slow.count >= alert) return { known: 'degraded', from: h.slow.from }
  if (h.known === 'degraded' && h.fast.count >= recovery) return { known: 'up', from: h.fast.from }
  return { known: h.known, from: status === 'up' ? h.fast.from : h.slow.from }
}

/**
 * One verdict moves a monitor's health by one step; only an unbroken run flips it. Degraded is not down; `unknown`
 * counts for neither side. Pure: no clock, no database.
 */
export function advance(
  before: Health,
  status: 'up' | 'degraded' | 'down' | 'unknown',
  at: number,
  limits: Thresholds,
): Step {
  if (status === 'unknown') return blinded(before, at, limits)
  const down = status === 'down'
  const runs: Health = {
    ...before,
    bad: down ? longer(before.bad, at) : none,
    good: down ? none : longer(before.good, at),
    slow: status === 'degraded' ? longer(before.slow, at) : none,
    fast: status === 'up' ? longer(before.fast, at) : none,
    blind: none,
  }
  const { known, from } = judge(runs, status, limits)
  const after = { ...runs, known }
  // A verdict that contradicts what is known proves nothing yet, so it may not end an unknown interval either.
  const proves = known !== 'pending' && (known === 'down') === down
  if (!proves || known === before.interval) return { after }
  return {
    after: { ...after, interval: known },
    flip: {
      to: known,
      from,
      opens: known === 'down' && before.known !== 'down',
      closes: known !== 'down' && before.known === 'down',
    },
  }
}

/** What a person is shown. */
export const shownStatus = ({ known, interval, blind }: Health) =>
  interval === 'unknown' && blind.count > 0 ? 'unknown' : known
