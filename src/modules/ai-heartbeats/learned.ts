import type { Job } from '#heartbeats/define'
import { dueLearned, explain, learn, type Model } from '#heartbeats/learn'

/** What was found out about an agent from its runs; `ready` when its deadlines can follow from that. */
export const learnedOf = (model: Model | null, job: Job, now: number) => ({
  runs: model?.runs ?? 0,
  ready: model !== null && dueLearned(model, job, now) !== null,
  sentences: explain(model ?? learn([], job, now), job),
})
