import type { Job, Problem, Run } from '#heartbeats/define'
import type { Model, PastRun } from '#heartbeats/learn-model'

export type { PastRun } from '#heartbeats/learn-model'

type Found = Omit<Problem, 'since'>
/** A run with what is known of the agent; `recent`: oldest first, without this run; `today`: with it. */
export type Judged = {
  job: Job
  run: Run
  model: Model | null
  recent: PastRun[]
  today: { cost_usd: number; tokens: number }
}

/** What is wrong with a run of an agent. Pure. */
export function judgeRun({ job, run }: Judged): Found[] {
  const most = job.ai?.budgets.max_cost_usd_per_run
  const cost = run.numbers.cost_usd
  if (most === undefined || cost === undefined || cost <= most) return []
  return [{ code: 'cost', message: `Cost $${cost}, at most $${most} expected`, expected: most, actual: cost }]
}
