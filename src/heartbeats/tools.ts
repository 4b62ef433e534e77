import type { Due, Job, Problem, Run, State, Tools } from '#heartbeats/define'
import { judgeRun, type PastRun } from '#heartbeats/judge'
import { judgeJob } from '#heartbeats/judge-job'
import { dueLearned, lateWords, type Model } from '#heartbeats/learn'
import { isOff, nextAfter } from '#heartbeats/schedule'
import { dayAt } from '#kernel/days'

/** What is known of an agent's past: what was learned, its last runs (oldest first), and what the day has cost so far. */
export type Past = { model: Model | null; recent: PastRun[]; today: { cost_usd: number; tokens: number } }
const nothing: Past = { model: null, recent: [], today: { cost_usd: 0, tokens: 0 } }

/** When the run after `base` is expected, and until when it may come: as learned, or else by the schedule. */
export function dueOf(job: Job, model: Model | null, base: number): Due | null {
  const learned = job.ai?.mode === 'learned' && model ? dueLearned(model, job, base) : null
  if (learned) return learned
  const expected_at = nextAfter(job.schedule, base)
  return expected_at === null ? null : { expected_at, deadline_at: expected_at + job.grace_s * 1_000 }
}

/** What `step` needs to know about one heartbeat. */
export const toolsOf = (job: Job, past: Past = nothing): Tools => ({
  due: (base) => dueOf(job, past.model, base),
  late: (base, at) => (job.ai?.mode === 'learned' && past.model ? lateWords(past.model, job, base, at) : null),
  dayOf(at) {
    const { date, until } = dayAt(job.schedule.timezone, at)
    return { date, ends_at: until, ...(isOff(job.schedule.only, date) && { off: true }) }
  },
  judge(run: Run, state: State): Omit<Problem, 'since'>[] {
    return job.kind === 'ai' ? judgeRun({ job, run, ...past, open: state.problems }) : judgeJob(job, run, state)
  },
})
