import type { Job, Problem, Run } from '#heartbeats/define'
import { judgeBudgets, type Spent } from '#heartbeats/judge-budgets'
import { judgeUsual, type Open } from '#heartbeats/judge-usual'
import type { Model, PastRun } from '#heartbeats/learn-model'

export type { PastRun } from '#heartbeats/learn-model'

/** A run with what is known of the agent; `recent`: oldest first, without this run; `today`: with it; `open`: what was told and is not over. */
export type Judged = {
  job: Job
  run: Run
  model: Model | null
  recent: PastRun[]
  today: Spent
  open?: readonly Open[]
}

/** More of the past is not looked at: what began before is told by what came since. */
const LAST = 100

/** What is wrong with a run of an agent: bounds that were set, and, if it is left to us, what it usually does. Pure. */
export function judgeRun({ job, run, model, recent, today, open = [] }: Judged): Omit<Problem, 'since'>[] {
  if (!job.ai) return []
  const bounds = judgeBudgets({ budgets: job.ai.budgets, run, model, recent, today })
  const learned = job.ai.mode === 'learned' && model?.ready
  return learned ? [...bounds, ...judgeUsual(model, [...recent.slice(-LAST), run], open)] : bounds
}
