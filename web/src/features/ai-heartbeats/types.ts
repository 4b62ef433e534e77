// Shapes of the API's answers about AI heartbeats. Instants are ISO strings.
import type { Heartbeat, ProblemCode, RunStatus, Schedule } from '@/types'

/** Limits that people set; shares are from 0 to 1. */
export type Budgets = {
  max_cost_usd_per_run?: number
  max_cost_usd_per_day?: number
  max_tokens_per_run?: number
  max_tokens_per_day?: number
  max_latency_p95_ms?: number
  min_success_rate?: number
  min_quality_score?: number
  max_output_size_deviation?: number
}
export type BudgetName = keyof Budgets
export type Agent = Heartbeat & {
  expectation: { mode: 'fixed' | 'learned'; schedule: Schedule; grace_s: number }
  budgets: Budgets
  learned: { runs: number; ready: boolean; sentences: string[]; learned_at: string | null }
}
/** How it did lately: today on the calendar of its time zone, and over its last 20 runs. */
export type Lately = {
  last_run: { status: RunStatus; ended_at: string; model: string | null } | null
  runs_today: number
  failed_today: number
  cost_usd_today: number
  success_rate: number | null
  latency_p95_ms: number | null
}
export type AgentItem = Agent & { lately: Lately }

/** What an agent told about one run; metadata is anything, and is shown as text only. */
export type Details = {
  model?: string
  provider?: string
  trace_id?: string
  error?: string
  metadata?: Record<string, unknown>
}
export type Numbers = {
  input_tokens?: number
  output_tokens?: number
  cost_usd?: number
  latency_ms?: number
  tool_calls?: number
  quality_score?: number
  output_bytes?: number
}
export type AgentRun = {
  status: RunStatus
  began_at: string | null
  ended_at: string
  duration_ms: number | null
  rid: string | null
  numbers: Numbers
  details: Details
  problems: ProblemCode[]
}

export type Together = {
  runs: number
  failed: number
  latency_p50_ms: number | null
  latency_p95_ms: number | null
  cost_usd: number
  input_tokens: number
  output_tokens: number
  quality: number | null
}
export type Bucket = Together & { at: string }
export type Charts = {
  from: string
  until: string
  bucket_ms: number
  buckets: Bucket[]
  totals: Together
  today: {
    date: string
    timezone: string
    runs: number
    failed: number
    cost_usd: number
    tokens: number
    max_cost_usd_per_day: number | null
    max_tokens_per_day: number | null
  }
}
