import { jobOf } from '#engine/heartbeats/rows'
import type { Model } from '#heartbeats/learn'
import type { Ctx } from '#kernel/context'
import { type Found, viewOf as sameOf } from '#modules/heartbeats/service'
import { learnedOf } from './learned'

/** An agent as it is shown: as any heartbeat, with what is expected of it and what was learned. */
export function viewOf(ctx: Ctx, found: Found) {
  const { row, state } = found
  const { schedule, grace_s, ai } = row
  if (!ai) throw new Error('An AI heartbeat without an expectation')
  // Safe: a model is written by `learn` alone, and read by the same program or a newer one.
  const model = state.model as Model | null
  return {
    ...sameOf(ctx, found),
    expectation: { mode: ai.mode, schedule, grace_s },
    budgets: ai.budgets,
    learned: { ...learnedOf(model, jobOf(row), ctx.now()), learned_at: state.learned_at },
  }
}
