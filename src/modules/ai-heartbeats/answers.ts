import { type TSchema, Type as t } from '@sinclair/typebox'
import { heartbeatStatuses, problemCodes, runStatuses } from '#contract/heartbeats'
import type { Budgets } from '#heartbeats/define'
import { oneOf } from '#kernel/form'
import { Instant, nullable } from '#kernel/page'
import { HeartbeatView, RunView } from '#modules/heartbeats/service'

/** What goes out; what comes in is in `schema.ts`. */

const number = t.Number()
const optional = t.Optional(number)

const learned = {
  runs: t.Integer({ description: 'How many it was learned from' }),
  ready: t.Boolean({ description: 'Whether there were enough of them, so that deadlines can follow from it' }),
  sentences: t.Array(t.String(), { description: 'What was learned, in words' }),
}
const budgets = {
  ...{ max_cost_usd_per_run: optional, max_cost_usd_per_day: optional },
  ...{ max_tokens_per_run: optional, max_tokens_per_day: optional, max_latency_p95_ms: optional },
  ...{ min_success_rate: optional, min_quality_score: optional, max_output_size_deviation: optional },
} satisfies Record<keyof Budgets, TSchema>

export const View = t.Object({
  ...HeartbeatView.properties,
  expectation: t.Object({
    mode: oneOf(['fixed', 'learned'] as const),
    schedule: HeartbeatView.properties.schedule,
    grace_s: t.Integer(),
  }),
  budgets: t.Object(budgets),
  learned: t.Object({ ...learned, learned_at: nullable(Instant) }),
})

/** In the list each is shown with how it did lately. */
export const Item = t.Object({
  ...View.properties,
  lately: t.Object({
    last_run: nullable(t.Object({ status: oneOf(runStatuses), ended_at: Instant, model: nullable(t.String()) })),
    runs_today: t.Integer({ description: 'On the calendar day of its time zone' }),
    failed_today: t.Integer(),
    cost_usd_today: number,
    success_rate: nullable(t.Number({ description: '0 to 1, of the last 20 runs' })),
    latency_p95_ms: nullable(t.Number({ description: 'Of the last 20 runs' })),
  }),
})

const Broken = t.Object({
  code: oneOf(problemCodes),
  message: t.String(),
  about: nullable(t.String()),
  expected: nullable(number),
  actual: nullable(number),
  by: nullable(t.String({ description: 'How far it is from what was expected, in words' })),
})
export const Verdict = t.Object({
  run: t.Object(RunView.properties),
  verdict: t.Object({
    ok: t.Boolean({ description: 'It ended well and broke no expectation' }),
    counted: t.Boolean({ description: 'False while it is paused until somebody resumes it' }),
    note: nullable(t.String()),
    broken: t.Array(Broken),
    status: oneOf(heartbeatStatuses),
    learned: t.Object(learned),
    expected_at: nullable(Instant),
    deadline_at: nullable(Instant),
  }),
})

const together = {
  runs: t.Integer(),
  failed: t.Integer(),
  latency_p50_ms: nullable(number),
  latency_p95_ms: nullable(number),
  cost_usd: number,
  input_tokens: t.Integer(),
  output_tokens: t.Integer(),
  quality: nullable(t.Number({ description: 'Mean of the runs that have one' })),
}
export const Charts = t.Object({
  from: Instant,
  until: Instant,
  bucket_ms: t.Integer(),
  buckets: t.Array(t.Object({ at: Instant, ...together })),
  totals: t.Object(together),
  today: t.Object({
    date: t.String({ format: 'date' }),
    timezone: t.String(),
    runs: t.Integer(),
    failed: t.Integer(),
    cost_usd: number,
    tokens: t.Integer(),
    max_cost_usd_per_day: nullable(number),
    max_tokens_per_day: nullable(number),
  }),
})
