import type {
  HeartbeatKind,
  HeartbeatReason,
  PingKind,
  ProblemCode,
  RunStatus,
  StoredHeartbeatStatus,
} from '#contract/heartbeats'

/** Days on which nothing is expected. Weekdays as in ISO 8601: 1 is Monday; `except`: `2026-12-24`, or `12-25` for every year. */
export type Calendar = { weekdays?: number[]; except?: string[] }

/** When a job is expected. Cron and calendars are read in the time zone; an interval counts from the last run. */
export type Schedule = { timezone: string; only?: Calendar } & (
  | { kind: 'interval'; every_s: number }
  | { kind: 'cron'; cron: string }
  | { kind: 'oncalendar'; oncalendar: string }
)

/** Bounds of a number that a ping may carry. */
export type NumberRule = { name: string; min?: number; max?: number }

/** What an agent may cost and must reach; nothing is set by default but what is learned. */
export type Budgets = {
  max_cost_usd_per_run?: number
  max_cost_usd_per_day?: number
  max_tokens_per_run?: number
  max_tokens_per_day?: number
  max_latency_p95_ms?: number
  /** 0 to 1, over the last 20 runs. */
  min_success_rate?: number
  min_quality_score?: number
  /** How far the output may be from its usual size: 0.5 is half as much again, or half. */
  max_output_size_deviation?: number
}
/** `learned`: when it runs, and what it usually takes, is found out from its runs; until then the schedule counts. */
export type AiExpectation = { mode: 'fixed' | 'learned'; budgets: Budgets }

/** Everything about a heartbeat that decides what its pings and its silence mean. */
export type Job = {
  kind: HeartbeatKind
  schedule: Schedule
  grace_s: number
  /** From start to end; without it the grace counts, as at Healthchecks. */
  max_runtime_s: number | null
  /** Less than this between two runs is too often. */
  min_interval_s: number | null
  per_day: { min?: number; max?: number } | null
  /** Failed runs in a row until it is down; one that does not come at all counts at its deadline. */
  failures: number
  /** Paused, it stays so although it pings. */
  manual_resume: boolean
  /** Whether a run that takes unusually long or short is a problem. */
  watch_duration: boolean
  numbers: NumberRule[]
  ai: AiExpectation | null
}

export type Day = { date: string; ends_at: number; off?: boolean }
export type OpenRun = { rid: string | null; at: number }
export type Problem = {
  code: ProblemCode
  /** A sentence for people. */
  message: string
  since: number
  /** The number or budget it is about, what it should be and what it was. */
  about?: string
  expected?: number
  actual?: number
}
/** Where a heartbeat stands: all that its next ping or its silence is judged by. */
export type State = {
  status: StoredHeartbeatStatus
  since: number
  reason: HeartbeatReason | null
  message: string | null
  problems: Problem[]
  pings: number
  last_ping_at: number | null
  last_ping_kind: PingKind | null
  /** End of the last run, good or bad. */
  last_run_at: number | null
  /** When the last run began, as far as is known. */
  last_began_at: number | null
  last_duration_ms: number | null
  /** Started and not ended, oldest first. */
  runs: OpenRun[]
  /** Of the last good runs, oldest first, in milliseconds. */
  durations: number[]
  failed_in_row: number
  /** Runs on the calendar day of its time zone. `partial`: not watched from its beginning; `off`: none are expected. */
  day: (Day & { runs: number; partial?: boolean }) | null
  /** From when the next run is counted; nothing is expected before the first ping. */
  base: number | null
  expected_at: number | null
  deadline_at: number | null
  /** The next moment at which its silence means something; the index. */
  alert_at: number | null
}

/** What an agent tells about one run; money in US dollars, quality from 0 to 1. */
export type AiNumbers = {
  input_tokens?: number
  output_tokens?: number
  cost_usd?: number
  latency_ms?: number
  tool_calls?: number
  quality_score?: number
  output_bytes?: number
}
export type AiRun = { status: RunStatus; started_at?: number; ended_at?: number; numbers: AiNumbers }

/** Something that a job says, or `silence`: its alert_at has come. */
export type Signal = {
  kind: 'success' | 'start' | 'fail' | 'log' | 'silence'
  at: number
  rid?: string
  exit_code?: number
  /** Numbers that came with it. */
  numbers?: Record<string, number>
  /** A line for people: the end of the output, the reason it gives. */
  message?: string
  run?: AiRun
}

/** A run that has ended, as it is kept. `duration_ms` only if its start is known. */
export type Run = {
  status: RunStatus
  began_at: number | null
  ended_at: number
  duration_ms: number | null
  rid: string | null
  numbers: Record<string, number>
}
/** A change of status, at the exact time at which it was due. */
export type Flip = {
  from: StoredHeartbeatStatus
  to: StoredHeartbeatStatus
  at: number
  reason: HeartbeatReason | null
  message: string | null
}
/** What became of a signal. */
export type Step = {
  state: State
  /** How the ping is kept; silence is none. */
  ping: { kind: PingKind; duration_ms: number | null; note: string | null } | null
  runs: Run[]
  flips: Flip[]
}
export type Due = { expected_at: number; deadline_at: number }

/** What `step` asks, so that it stays pure and small. */
export type Tools = {
  /** When the run after this moment is expected; nothing when it never is. */
  due: (base: number) => Due | null
  /** How late the run after `base` is at this moment, in words, where more is known than the schedule. */
  late?: (base: number, at: number) => string | null
  /** The calendar day of its time zone. */
  dayOf: (at: number) => Day
  /** What is wrong with a run that ended well, besides what `step` knows. */
  judge: (run: Run, state: State) => Omit<Problem, 'since'>[]
}
