import { type TSchema, Type as t } from '@sinclair/typebox'
import { t as inQuery } from 'elysia'
import { runStatuses } from '#contract/heartbeats'
import type { Budgets } from '#heartbeats/define'
import { Name } from '#kernel/fields'
import { judgedLater, oneOf } from '#kernel/form'
import { Instant, nullable } from '#kernel/page'
import { common, grace, ScheduleInput, slugField } from '#modules/heartbeats/service'

/** What comes in; what goes out is in `answers.ts`. */

const closed = { additionalProperties: false }

const Expectation = t.Object(
  {
    mode: t.Optional(
      oneOf(['fixed', 'learned'] as const, {
        description:
          'learned: when it runs, and what it usually takes, is found out from its runs; until 50 of them or 7 days, the schedule counts. Default learned',
      }),
    ),
    schedule: t.Optional(ScheduleInput),
    grace_s: t.Optional(grace),
  },
  { ...closed, description: 'When the next run is expected. What is left out stays' },
)
const money = (description: string) => t.Number({ minimum: 0, maximum: 1e9, description })
const count = (description: string) => t.Integer({ minimum: 0, maximum: 1e12, description })
const share = (description: string) => t.Number({ minimum: 0, maximum: 1, description })
const budgets = {
  max_cost_usd_per_run: money('US dollars'),
  max_cost_usd_per_day: money('US dollars on a calendar day of the time zone of the schedule'),
  max_tokens_per_run: count('In and out together'),
  max_tokens_per_day: count('In and out together, on a calendar day'),
  max_latency_p95_ms: t.Integer({ minimum: 1, maximum: 1e9, description: '95 of 100 runs are faster' }),
  min_success_rate: share('0 to 1, over the last 20 runs'),
  min_quality_score: share('0 to 1'),
  max_output_size_deviation: t.Number({
    ...{ minimum: 0.01, maximum: 1_000 },
    description: 'How far the output may be from its usual size: 0.5 is half as much again, or half',
  }),
} satisfies Record<keyof Budgets, TSchema>
const Budget = t.Partial(t.Object(budgets), {
  ...closed,
  description: 'What a run or a day may cost and must reach; replaced as a whole. Nothing is set by default',
})

/** What the service checks by itself, by the field it is under; the schedule in it is checked as everywhere. */
export const judged = { expectation: Expectation, budgets: Budget }

const { failures: _, ...same } = common
const fields = {
  ...same,
  failures: t.Integer({
    ...{ minimum: 1, maximum: 10 },
    description: 'Failed runs in a row until it is down; one that does not come counts at its deadline. Default 3',
  }),
  expectation: judgedLater(Expectation),
  budgets: judgedLater(Budget),
}
const optional = t.Partial(t.Object(fields)).properties

export const Draft = t.Object({ ...optional, name: Name, slug: t.Optional(slugField) }, closed)
export const Edit = t.Object(optional, closed)

/** Programs write null for what they do not know. */
const maybe = <S extends TSchema>(schema: S) => t.Optional(nullable(schema))
const text = (maxLength: number, description?: string) => maybe(t.String({ maxLength, description }))

export const Report = t.Object(
  {
    status: oneOf(runStatuses),
    started_at: maybe(Instant),
    ended_at: maybe(Instant),
    model: text(200),
    provider: text(100),
    input_tokens: maybe(count('Tokens of the prompts of the whole run')),
    output_tokens: maybe(count('Tokens of the answers')),
    cost_usd: maybe(money('US dollars')),
    latency_ms: maybe(
      t.Number({ minimum: 0, maximum: 2_592_000_000, description: 'Default: from started_at to ended_at' }),
    ),
    tool_calls: maybe(t.Integer({ minimum: 0, maximum: 1_000_000 })),
    quality_score: maybe(share('0 to 1, by whatever judges it')),
    output_bytes: maybe(count('Size of what it produced')),
    trace_id: text(200, 'Kept and shown; two runs with the same one are two runs'),
    error: text(10_000, 'What a person should read; the first 2000 characters are kept'),
    metadata: t.Optional(
      judgedLater(
        t.Union([t.Record(t.String(), t.Unknown()), t.Null()], {
          description:
            'Anything, up to 8 KB. Names of OpenTelemetry such as gen_ai.usage.input_tokens fill what is not given above',
        }),
      ),
    ),
  },
  closed,
)

export const ChartsQuery = t.Object({
  from: t.Optional(Instant),
  until: t.Optional(Instant),
  // In a query a number is text, which only the framework's own type reads.
  points: t.Optional(inQuery.Integer({ minimum: 1, maximum: 200, description: 'How many buckets. Default 60' })),
})

export type Draft = typeof Draft.static
export type Edit = typeof Edit.static
export type Report = typeof Report.static
export type ChartsQuery = typeof ChartsQuery.static
