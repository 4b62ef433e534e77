import type { HeartbeatReason, RunStatus } from '#contract/heartbeats'
import type { Flip, Job, OpenRun, Problem, Run, Signal, State, Step, Tools } from '#heartbeats/define'
import { duration } from '#kernel/words'

/** Runs that may be under way at once; of more, the oldest are forgotten. */
const MOST_RUNS = 50
const MOST_DURATIONS = 60
/** Longer than this is no duration but a lost start. */
const LONGEST_MS = 30 * 86_400_000
/** Problems of a day; all others are those of the last run. */
const ofDay = ({ code }: Problem) => code === 'too_few' || code === 'too_many'

export const newState = (at: number): State => ({
  ...{ status: 'new', since: at, reason: null, message: null, problems: [] },
  ...{ pings: 0, last_ping_at: null, last_ping_kind: null, last_run_at: null, last_began_at: null },
  ...{ last_duration_ms: null, runs: [], durations: [], failed_in_row: 0, day: null },
  ...{ base: null, expected_at: null, deadline_at: null, alert_at: null },
})

const limitOf = ({ max_runtime_s, grace_s }: Job) => (max_runtime_s ?? grace_s) * 1_000
const isHeard = ({ status }: State) => status === 'up' || status === 'new'
const least = (times: (number | null | undefined)[]): number | null => {
  const known = times.filter((time): time is number => typeof time === 'number')
  return known.length > 0 ? Math.min(...known) : null
}

/**
 * When its silence will mean something: while a run is under way it is the run that is timed, otherwise the next one that
 * is expected; at the end of the day, whether there were enough.
 */
export function armed(job: Job, state: State, tools: Tools): State {
  const { base, runs, day, status } = state
  const due = isHeard(state) && base !== null ? tools.due(base) : null
  const ends = isHeard(state) ? runs.map(({ at }) => at + limitOf(job)) : []
  const counted = job.per_day?.min !== undefined && base !== null && status !== 'paused'
  return {
    ...state,
    expected_at: due?.expected_at ?? null,
    deadline_at: due?.deadline_at ?? null,
    alert_at: least([ends.length > 0 ? least(ends) : due?.deadline_at, counted ? day?.ends_at : null]),
  }
}

/** A step under way: what is changed of the state, and what came of it. */
type Draft = { job: Job; tools: Tools; state: State; runs: Run[]; flips: Flip[] }

function flip(draft: Draft, to: State['status'], at: number, reason: HeartbeatReason | null, message: string | null) {
  const { state } = draft
  if (state.status !== to) draft.flips.push({ from: state.status, to, at, reason, message })
  draft.state = { ...state, status: to, since: state.status === to ? state.since : at, reason, message }
}

/** The run did not end well, or did not come: down when it is the last one too many. */
function failed(draft: Draft, at: number, reason: HeartbeatReason, message: string) {
  const failed_in_row = draft.state.failed_in_row + 1
  draft.state = { ...draft.state, failed_in_row }
  if (draft.state.status !== 'down' && failed_in_row >= draft.job.failures) flip(draft, 'down', at, reason, message)
}

/** Counts it on its day; a day that is over is judged by the silence at its end. */
function count(draft: Draft, at: number) {
  const { state, tools, job } = draft
  if (job.per_day === null) return
  const today = tools.dayOf(at)
  const known_day = state.day?.date === today.date ? state.day : undefined
  const runs = (known_day?.runs ?? 0) + 1
  const day = { ...today, ...known_day, runs }
  const most = job.per_day.max
  const others = state.problems.filter(({ code }) => code !== 'too_many')
  const known = state.problems.find(({ code }) => code === 'too_many')
  const many: Problem[] =
    most !== undefined && runs > most
      ? [
          {
            code: 'too_many',
            message: `Ran ${runs} times today, at most ${most} expected`,
            since: known?.since ?? at,
            expected: most,
            actual: runs,
          },
        ]
      : []
  draft.state = { ...state, day, problems: [...others, ...many] }
}

/** What is wrong with the run, beside what is wrong with the day; what was wrong before keeps its beginning. */
function judge(draft: Draft, run: Run, at: number) {
  const { state, tools, job } = draft
  const found: Omit<Problem, 'since'>[] = [...tools.judge(run, state)]
  const [began, before] = [run.began_at ?? run.ended_at, state.last_began_at]
  const gap_ms = before === null ? null : began - before
  if (job.min_interval_s !== null && gap_ms !== null && gap_ms < job.min_interval_s * 1_000)
    found.push({
      code: 'too_often',
      message: `Ran again after ${duration(Math.round(gap_ms / 1_000))}, at least ${duration(job.min_interval_s)} expected`,
      expected: job.min_interval_s,
      actual: Math.round(gap_ms / 1_000),
    })
  const since = ({ code, about }: Omit<Problem, 'since'>) =>
    state.problems.find((known) => known.code === code && known.about === about)?.since ?? at
  draft.state = {
    ...state,
    problems: [...state.problems.filter(ofDay), ...found.map((one) => ({ ...one, since: since(one) }))],
  }
}

/**
 * Which runs a ping ends: the one with its id; one without an id ends the one without, else all of them, for it is not
 * known which. An id that was never started ends nothing.
 */
function ended({ runs }: State, rid: string | undefined): { run: OpenRun | null; left: OpenRun[] } {
  const own = runs.find((run) => run.rid === (rid ?? null))
  if (own) return { run: own, left: runs.filter((run) => run !== own) }
  return { run: null, left: rid === undefined ? [] : runs }
}

function runOf(signal: Signal, open: OpenRun | null, status: RunStatus): Run {
  const { at, rid = null, numbers = {}, run } = signal
  const ended_at = Math.min(run?.ended_at ?? at, at)
  const told =
    run?.started_at ?? (run?.numbers.latency_ms === undefined ? undefined : ended_at - run.numbers.latency_ms)
  const began_at = told ?? open?.at ?? null
  const took = began_at === null ? null : ended_at - began_at
  const duration_ms = took !== null && took >= 0 && took <= LONGEST_MS ? took : null
  return { status, began_at, ended_at, duration_ms, rid, numbers: { ...run?.numbers, ...numbers } }
}

function finish(draft: Draft, signal: Signal): Run {
  const { run: open, left } = ended(draft.state, signal.rid)
  const good = signal.kind === 'success'
  const run = runOf(signal, open, signal.run?.status ?? (good ? 'ok' : 'error'))
  draft.runs.push(run)
  draft.state = { ...draft.state, runs: left, base: signal.at }
  if (good) {
    count(draft, signal.at)
    draft.state = { ...draft.state, failed_in_row: 0 }
    flip(draft, 'up', signal.at, null, null)
  } else failed(draft, signal.at, 'failed', failureWords(signal))
  // Of other jobs a run that failed says nothing about how good runs are.
  if (good || draft.job.kind === 'ai') judge(draft, run, signal.at)
  const { durations } = draft.state
  draft.state = {
    ...draft.state,
    last_run_at: run.ended_at,
    last_began_at: run.began_at ?? run.ended_at,
    last_duration_ms: run.duration_ms,
    durations: good && run.duration_ms !== null ? [...durations, run.duration_ms].slice(-MOST_DURATIONS) : durations,
  }
  return run
}

const shown = (text: string | undefined) => (text ? `: ${text}` : '')
function failureWords({ exit_code, message, run }: Signal): string {
  if (run && run.status !== 'error') return `The run ended with ${run.status}${shown(message)}`
  if (exit_code !== undefined) return `The job ended with exit code ${exit_code}${shown(message)}`
  return `The job reported a failure${shown(message)}`
}

function begin(draft: Draft, { at, rid: given }: Signal) {
  const rid = given ?? null
  const others = draft.state.runs.filter((run) => run.rid !== rid)
  draft.state = { ...draft.state, runs: [...others, { rid, at }].slice(-MOST_RUNS) }
}

/** One that began and did not end in time. */
function timedOut(draft: Draft, run: OpenRun) {
  const { job, state } = draft
  const at = run.at + limitOf(job)
  const lost: Run = { status: 'timeout', began_at: run.at, ended_at: at, duration_ms: null, rid: run.rid, numbers: {} }
  draft.runs.push(lost)
  // It did begin in time: what is expected next counts from there.
  const base = Math.max(state.base ?? run.at, run.at)
  draft.state = { ...state, base, runs: state.runs.filter((other) => other !== run) }
  failed(draft, at, 'too_long', `Started and did not end within ${duration(limitOf(job) / 1_000)}`)
  if (job.kind === 'ai') judge(draft, lost, at)
}

/** One that did not come: the grace was its patience, so it is down however many failures are allowed. */
function missed(draft: Draft, deadline_at: number) {
  const { state } = draft
  const since =
    state.last_run_at === null
      ? ''
      : `; the last one ended ${duration(Math.round((deadline_at - state.last_run_at) / 1_000))} before`
  const late = state.base === null ? null : (draft.tools.late?.(state.base, deadline_at) ?? null)
  flip(draft, 'down', deadline_at, 'missed', late ?? `The run that was expected did not come${since}`)
}

/** The day is over: were there enough? Of a day that it was not watched from the beginning, nobody knows. */
function dayOver(draft: Draft, day: NonNullable<State['day']>, now: number) {
  const { state, job, tools } = draft
  const wanted = job.per_day?.min ?? 0
  const few = day.runs < wanted && !day.partial && !day.off
  const kept = state.problems.filter(
    ({ code }) => code !== 'too_many' && (code !== 'too_few' || day.partial || day.off),
  )
  const problem: Problem = {
    code: 'too_few',
    message: `Ran ${day.runs} ${day.runs === 1 ? 'time' : 'times'} on ${day.date}, at least ${wanted} expected`,
    since: state.problems.find(({ code }) => code === 'too_few')?.since ?? day.ends_at,
    expected: wanted,
    actual: day.runs,
  }
  draft.state = { ...state, day: { ...tools.dayOf(now), runs: 0 }, problems: few ? [...kept, problem] : kept }
}

/** Everything that silence means until now, in the order of its times. */
function silence(draft: Draft, now: number) {
  for (let left = 2 * MOST_RUNS; left > 0; left--) {
    draft.state = armed(draft.job, draft.state, draft.tools)
    const { state, job } = draft
    if (state.alert_at === null || state.alert_at > now) return
    const over = isHeard(state) ? state.runs.find(({ at }) => at + limitOf(job) === state.alert_at) : undefined
    if (over) timedOut(draft, over)
    // With a run under way it is the run that is timed: a deadline at the end of the day means nothing then.
    else if (state.day?.ends_at === state.alert_at && (state.runs.length > 0 || state.deadline_at !== state.alert_at))
      dayOver(draft, state.day, now)
    else if (state.deadline_at !== null) missed(draft, state.deadline_at)
  }
}

/** A day is needed as soon as something is counted on it; the first one was not seen from its beginning. */
function withDay(draft: Draft, at: number) {
  const { state, job, tools } = draft
  if (job.per_day === null || state.day !== null) return
  draft.state = { ...state, day: { ...tools.dayOf(at), runs: 0, partial: true } }
}

/**
 * What a signal does to a heartbeat. Pure: the same signals in the same order lead to the same state, whenever they are
 * worked on. Rules and names are those of Healthchecks (docs/heartbeats.md has the table), with runs told apart by their id.
 */
export function step(job: Job, state: State, signal: Signal, tools: Tools): Step {
  const draft: Draft = { job, tools, state, runs: [], flips: [] }
  if (signal.kind === 'silence') {
    silence(draft, signal.at)
    return { state: armed(job, draft.state, tools), ping: null, runs: draft.runs, flips: draft.flips }
  }
  const pings = state.pings + 1
  if (state.status === 'paused' && job.manual_resume) return ignored(state, 'It is paused until somebody resumes it')
  draft.state = { ...state, pings }
  const kept = { kind: signal.kind, duration_ms: null as number | null, note: null as string | null }
  if (signal.kind !== 'log') {
    if (state.status === 'paused') flip(draft, 'new', signal.at, null, null)
    // What began while it was down, and should have ended since, is not waited for.
    if (state.status === 'down')
      draft.state = { ...draft.state, runs: state.runs.filter(({ at }) => at + limitOf(job) > signal.at) }
    withDay(draft, signal.at)
    const { day } = draft.state
    if (job.per_day?.min !== undefined && day && day.ends_at <= signal.at) dayOver(draft, day, signal.at)
    if (signal.kind === 'start') begin(draft, signal)
    else kept.duration_ms = finish(draft, signal).duration_ms
    draft.state = { ...draft.state, last_ping_at: signal.at, last_ping_kind: signal.kind }
  }
  return { state: armed(job, draft.state, tools), ping: kept, runs: draft.runs, flips: draft.flips }
}

/** A ping that is kept and changes nothing. */
export const ignored = (state: State, note: string): Step => ({
  state: { ...state, pings: state.pings + 1 },
  ping: { kind: 'ignored', duration_ms: null, note },
  ...{ runs: [], flips: [] },
})

/** It rests: nothing is expected, nothing is wrong. */
export const paused = (job: Job, state: State, at: number, tools: Tools): State =>
  armed(
    job,
    {
      ...state,
      status: 'paused',
      since: at,
      reason: null,
      message: null,
      problems: [],
      runs: [],
      base: null,
      failed_in_row: 0,
      day: null,
    },
    tools,
  )

/** It is listened to again, as from the beginning: nothing is expected before the next ping. */
export const resumed = (job: Job, state: State, at: number, tools: Tools): State =>
  armed(job, { ...state, status: 'new', since: at }, tools)

/** Shortly before the expected time a ping may come already. */
const EARLY_MS = 60_000

/**
 * While we could not listen, a ping that was due may have come and been lost. Then the heartbeat is treated as if it had
 * come when we could listen again: one period more, and no false alarm.
 */
export function excused(job: Job, state: State, blind: { from: number; until: number }, tools: Tools): State {
  if (!isHeard(state)) return state
  const during = (from: number, until: number) => blind.from < until && blind.until > from
  const runs = state.runs.map((run) => (during(run.at, run.at + limitOf(job)) ? { ...run, at: blind.until } : run))
  const { expected_at, deadline_at } = state
  const lost = expected_at !== null && deadline_at !== null && during(expected_at - EARLY_MS, deadline_at)
  const base = lost ? Math.max(state.base ?? 0, blind.until) : state.base
  // What ran on that day was not counted.
  const day =
    state.day && during(state.day.ends_at - 25 * 3_600_000, state.day.ends_at)
      ? { ...state.day, partial: true }
      : state.day
  return armed(job, { ...state, runs, base, day }, tools)
}
