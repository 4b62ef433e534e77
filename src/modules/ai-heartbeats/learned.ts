import type { Job } from '#heartbeats/define'
import { explain, learn, type Model } from '#heartbeats/learn'

/** What was found out about an agent from its runs; `ready` when there were enough of them. */
export function learnedOf(known: Model | null, job: Job, now: number) {
  const model = known ?? learn([], job, now)
  return { runs: model.runs, ready: model.ready, sentences: explain(model, job) }
}
