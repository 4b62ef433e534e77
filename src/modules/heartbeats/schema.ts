import { Type as t } from '@sinclair/typebox'
import { t as read } from 'elysia'
import { heartbeatStatuses, pingKinds } from '#contract/heartbeats'
import { severities } from '#contract/statuses'
import { lineOf, Name, Zone } from '#kernel/fields'
import { judgedLater, oneOf } from '#kernel/form'
import { Instant, nullable, pageFields } from '#kernel/page'

/** What comes in; what goes out is in `answers.ts`. */

export const LONGEST_S = 31_536_000
const closed = { additionalProperties: false }
const seconds = (description: string, minimum = 1) => t.Integer({ minimum, maximum: LONGEST_S, description })

const Calendar = t.Object(
  {
    weekdays: t.Optional(
      t.Array(t.Integer({ minimum: 1, maximum: 7 }), {
        ...{ minItems: 1, maxItems: 7 },
        description: 'Days on which it is expected: 1 is Monday. Left out: all',
      }),
    ),
    except: t.Optional(
      t.Array(t.String({ pattern: '^(\\d{4}-)?\\d{2}-\\d{2}$', maxLength: 10 }), {
        maxItems: 366,
        description: 'Days on which nothing is expected: `2026-12-24`, or `12-25` for every year',
      }),
    ),
  },
  closed,
)
/** One object for the three kinds: a union would blame the union instead of the field. */
const Schedule = t.Object(
  {
    kind: oneOf(['interval', 'cron', 'oncalendar'] as const),
    every_s: t.Optional(seconds('Seconds from one run to the next; for the kind interval', 10)),
    cron: t.Optional(lineOf(200)),
    oncalendar: t.Optional(
      t.String({ minLength: 1, maxLength: 500, description: 'One expression a line, as systemd has them' }),
    ),
    timezone: t.Optional(Zone),
    only: t.Optional(Calendar),
  },
  { ...closed, description: 'When a run is expected. The time zone is that of the workspace unless it says otherwise' },
)
const number = t.Number({ minimum: -1e15, maximum: 1e15 })
const NumberRule = t.Object({ name: lineOf(64), min: t.Optional(number), max: t.Optional(number) }, closed)
const perDay = t.Integer({ minimum: 0, maximum: 100_000 })
const Rule = t.Object(
  {
    in: oneOf(['body', 'subject'] as const),
    contains: t.String({ minLength: 1, maxLength: 200 }),
    means: oneOf(['success', 'fail', 'start', 'log', 'ignore'] as const),
  },
  closed,
)
const Numbers = t.Array(NumberRule, {
  maxItems: 20,
  description: 'Numbers that each run has to report, and their bounds',
})
const PerDay = t.Object(
  { min: t.Optional(perDay), max: t.Optional(perDay) },
  { ...closed, description: 'Runs on one calendar day' },
)
const Filter = t.Object(
  {
    post_only: t.Optional(t.Boolean({ description: 'GET and HEAD are answered and not counted. Default false' })),
    rules: t.Optional(t.Array(Rule, { maxItems: 20, description: 'What words in a ping mean' })),
    otherwise: t.Optional(oneOf(['success', 'fail', 'log', 'ignore'] as const)),
  },
  closed,
)

export const ScheduleInput = judgedLater(Schedule)
/** What `wish` checks by itself, by the field it is under. */
export const judged = { schedule: Schedule, filter: Filter, per_day: nullable(PerDay), numbers: Numbers }

/** What heartbeats of every kind have, all optional; the sentence names what a new one gets. */
export const common = {
  name: Name,
  name_slug: t.String({
    ...{ minLength: 1, maxLength: 100, pattern: '^[a-z0-9_-]+$' },
    description: 'The name in an address, for pings with the key of the workspace. Default: made from the name',
  }),
  max_runtime_s: nullable(seconds('Longer than this from start to end is a failure. Without it, the grace counts')),
  min_interval_s: nullable(seconds('Less than this between two runs is a problem')),
  failures: t.Integer({
    minimum: 1,
    maximum: 10,
    description: 'Failed runs in a row until it is down; one that does not come counts at its deadline. Default 1',
  }),
  manual_resume: t.Boolean({ description: 'Paused, it stays so although it pings. Default false' }),
  filter: judgedLater(Filter),
  severity: oneOf(severities, { description: 'Default high' }),
  reminder_interval_s: nullable(
    t.Integer({ minimum: 60, maximum: 604_800, description: 'Remind while it stays down' }),
  ),
  tags: t.Array(lineOf(40), { maxItems: 20 }),
  runbook_url: nullable(t.String({ maxLength: 2048 })),
  description: nullable(t.String({ maxLength: 2000 })),
  enabled: t.Boolean({ description: 'Default true; false is paused' }),
}
export const grace = t.Integer({ minimum: 1, maximum: LONGEST_S, description: 'How late it may be. Default 300' })
export const slug = t.String({
  ...{ minLength: 16, maxLength: 100, pattern: '^[A-Za-z0-9_-]+$' },
  description: 'The secret part of its address, for moving from elsewhere. Default: a new one',
})
const fields = {
  ...common,
  schedule: ScheduleInput,
  grace_s: grace,
  per_day: nullable(judgedLater(PerDay)),
  watch_duration: t.Boolean({ description: 'A run that takes unusually long or short is a problem. Default false' }),
  numbers: judgedLater(Numbers),
}
const optional = t.Partial(t.Object(fields)).properties

export const Draft = t.Object({ ...optional, name: Name, slug: t.Optional(slug) }, closed)
export const Edit = t.Object(optional, closed)
export const Clone = t.Object({ name: t.Optional(Name) }, closed)
export const Preview = t.Object(
  {
    schedule: ScheduleInput,
    grace_s: t.Optional(grace),
    max_runtime_s: t.Optional(common.max_runtime_s),
    from: t.Optional(Instant),
  },
  closed,
)
export const KeyEdit = t.Object({ auto_create: t.Boolean() }, closed)

export const sorts = ['status', 'name', 'last_ping', 'expected'] as const
export const ListQuery = t.Object({
  ...pageFields,
  q: t.Optional(t.String({ maxLength: 200 })),
  status: t.Optional(oneOf([...heartbeatStatuses, 'problems'] as const)),
  tag: t.Optional(t.String({ maxLength: 40 })),
  sort: t.Optional(oneOf(sorts)),
})
export const PingsQuery = t.Object({ ...pageFields, kind: t.Optional(oneOf(pingKinds)) })
export const RunsQuery = t.Object({ ...pageFields, from: t.Optional(Instant), until: t.Optional(Instant) })
const When = t.Optional(
  t.String({ maxLength: 40, description: 'A day such as 2026-05-01, in the time zone of the schedule, or an instant' }),
)
export const CalendarQuery = t.Object({ from: When, until: When })
// Numbers in an address arrive as text: those of the framework read them.
export const UptimeQuery = t.Object({ days: t.Optional(read.Integer({ minimum: 1, maximum: 400 })) })
export const PingParams = t.Object({ id: t.String(), n: read.Integer() })

export type Draft = typeof Draft.static
export type Edit = typeof Edit.static
export type Clone = typeof Clone.static
export type ScheduleInput = typeof ScheduleInput.static
export type Preview = typeof Preview.static
export type KeyEdit = typeof KeyEdit.static
export type ListQuery = typeof ListQuery.static
export type PingsQuery = typeof PingsQuery.static
export type RunsQuery = typeof RunsQuery.static
export type CalendarQuery = typeof CalendarQuery.static
export type UptimeQuery = typeof UptimeQuery.static
