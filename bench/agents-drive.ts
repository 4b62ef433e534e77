/** Lets the product itself judge drawn agents: the state machine, its tools, and what was learned as often as in service. */
import type { Job, Run, State } from '../src/heartbeats/define'
import type { PastRun } from '../src/heartbeats/judge'
import { learn, type Model } from '../src/heartbeats/learn'
import { newState, step } from '../src/heartbeats/step'
import { toolsOf } from '../src/heartbeats/tools'
import { DAY, type Drawn, START } from './agents-world'

/** As in src/engine/heartbeats: when an agent is learned anew, from how many runs, and by how many it is judged. */
const LEARN_EVERY = 20
const LEARN_AFTER_MS = 6 * 3_600_000
const LEARNT_FROM = 2_000
const RECENT = 100

export type Alarm = { at: number; what: string; message: string; runs: number }
export type Driven = { alarms: Alarm[]; model: Model | null; state: State; runs: number; expected_at: number | null }

type Parts = {
  job: Job
  life: Iterable<Drawn>
  until: number
  /** Ends it early. */
  enough?: (alarm: Alarm) => boolean
}

const keyOf = ({ code, about }: State['problems'][number]) => (about ? `${code} ${about}` : code)

/** One agent from its first run to the end: every alarm that somebody would have heard. */
export function drive({ job, life, until, enough = () => false }: Parts): Driven {
  let state = newState(START)
  let model: Model | null = null
  let learned_at = Number.NEGATIVE_INFINITY
  let past: PastRun[] = []
  const alarms: Alarm[] = []
  let runs = 0
  let today = { date: '', cost_usd: 0, tokens: 0 }
  let expected_at: number | null = null

  const toolsAt = () => toolsOf(job, { model, recent: past.slice(-RECENT), today })
  const take = (signal: Parameters<typeof step>[2]): Run[] => {
    expected_at = state.expected_at
    const done = step(job, state, signal, toolsAt())
    const known = new Set(state.problems.map(keyOf))
    for (const { to, at, reason, message } of done.flips)
      if (to === 'down') alarms.push({ at, what: reason ?? 'down', message: message ?? '', runs })
    for (const problem of done.state.problems)
      if (!known.has(keyOf(problem)))
        alarms.push({ at: signal.at, what: keyOf(problem), message: problem.message, runs })
    state = done.state
    return done.runs
  }
  const ended = () => alarms.some(enough)
  const quietUntil = (at: number) => {
    while (state.alert_at !== null && state.alert_at <= at && !ended()) take({ kind: 'silence', at: state.alert_at })
  }
  function relearn(at: number) {
    if (at - learned_at <= LEARN_AFTER_MS && state.pings % LEARN_EVERY !== 0 && (model?.runs ?? 0) > 0) return
    model = learn(past, job, at)
    learned_at = at
  }
  for (const { at, run } of life) {
    quietUntil(Math.min(at, until))
    if (at > until || ended()) break
    runs++
    const { cost_usd = 0, input_tokens = 0, output_tokens = 0 } = run.numbers
    const date = new Date(Math.floor(at / DAY) * DAY).toISOString()
    if (today.date !== date) today = { date, cost_usd: 0, tokens: 0 }
    today = { date, cost_usd: today.cost_usd + cost_usd, tokens: today.tokens + input_tokens + output_tokens }
    past = [...past, ...take({ kind: run.status === 'ok' ? 'success' : 'fail', at, run })]
    if (past.length > LEARNT_FROM + 200) past = past.slice(-LEARNT_FROM)
    relearn(at)
    if (ended()) break
  }
  quietUntil(until)
  return { alarms, model, state, runs, expected_at }
}
