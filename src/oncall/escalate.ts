import type { Plan } from '#contract/oncall'

export type Standing = { step: number; round: number }
export type Move =
  | { kind: 'step'; step: number; round: number; next_at: number | null; empty: Standing[] }
  | { kind: 'exhausted'; round: number; empty: Standing[] }

/**
 * The step that comes next after the one an alert stands at (before the first: step -1), and when the one after it is due:
 * never, after the last one. A step that reaches nobody is passed at once, or waited for like any other, as the policy
 * says; when none of them reaches anybody, nobody is left to call. Pure.
 */
export function escalate(
  { steps, repeat_count, on_empty }: Plan,
  standing: Standing,
  now: number,
  reaches: (step: number) => boolean,
): Move {
  const empty: Standing[] = []
  let { step, round } = standing
  while (empty.length < steps.length) {
    step++
    if (step >= steps.length) {
      if (round >= repeat_count) return { kind: 'exhausted', round, empty }
      step = 0
      round++
    }
    if (on_empty === 'wait' || reaches(step)) {
      const last = step === steps.length - 1 && round >= repeat_count
      const next_at = last ? null : now + (steps[step]?.delay_s ?? 0) * 1_000
      return { kind: 'step', step, round, next_at, empty }
    }
    empty.push({ step, round })
  }
  return { kind: 'exhausted', round, empty }
}
