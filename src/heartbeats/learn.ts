import type { Due, Job } from '#heartbeats/define'
import type { Model, PastRun } from '#heartbeats/learn-model'

export type { Model } from '#heartbeats/learn-model'

/** What the runs (oldest first) tell about an agent. */
export function learn(runs: PastRun[], _job: Job, _now: number): Model {
  const [first, last] = [runs[0], runs.at(-1)]
  return { version: 1, runs: runs.length, days: first && last ? (last.ended_at - first.ended_at) / 86_400_000 : 0 }
}

/** When the run after `base` is expected, and from when on its silence is no chance; nothing until that was learned. */
export function dueLearned(_model: Model, _job: Job, _base: number): Due | null {
  return null
}

/** What was learned, in sentences for people. */
export const explain = (model: Model, _job: Job): string[] => [`Learning: ${model.runs} of 50 runs`]
