import { Type as t } from '@sinclair/typebox'
import { monitorStatuses, severities } from '#contract/statuses'
import { judgedLater, oneOf } from '#kernel/form'
import { Instant, nullable, pageFields } from '#kernel/page'
import { probes } from '#probes/index'

/** What comes in; what goes out is in `answers.ts`. */

const Name = t.String({ minLength: 1, maxLength: 120 })
const Url = t.String({
  maxLength: 2048,
  description: 'Absolute http:// or https:// address; only for types that take one',
})
const Tag = t.String({ minLength: 1, maxLength: 40 })

/**
 * Any object here; the service checks it against the settings of the monitor's type and answers with paths such as
 * `settings.port`. `oneOf` documents the types: a union in the validator would blame the union instead of the field.
 */
const Settings = t.Any({ oneOf: probes.map(({ title, settings }) => ({ title, ...settings })) })

const Quorum = t.Union([oneOf(['any', 'majority', 'all'] as const), t.Integer({ minimum: 1, maximum: 20 })], {
  description: 'How many regions must see it down before it is. Default majority',
})

/** Fields of every type, all optional; the sentence names the value that a new monitor gets. */
const common = {
  interval: t.Integer({ minimum: 5, maximum: 86_400, description: 'Seconds between checks. Default 60' }),
  timeout_ms: t.Integer({ minimum: 100, maximum: 120_000, description: 'Default 10000, at most 80 % of the interval' }),
  alert_threshold: t.Integer({
    minimum: 1,
    maximum: 20,
    description: 'Failures in a row before it is down. Default 2',
  }),
  recovery_threshold: t.Integer({
    minimum: 1,
    maximum: 20,
    description: 'Successes in a row before it is up. Default 1',
  }),
  confirm_interval_s: t.Integer({
    minimum: 1,
    maximum: 3600,
    description: 'Re-check this soon after a failure. Default 5',
  }),
  degraded_ms: nullable(t.Integer({ minimum: 1, maximum: 120_000, description: 'Slower answers count as degraded' })),
  severity: oneOf(severities, { description: 'Default high' }),
  inverted: t.Boolean({ description: 'Up when the check fails. Default false' }),
  enabled: t.Boolean({ description: 'Default true' }),
  regions: t.Array(t.String({ pattern: '^[a-z0-9-]{1,40}$', maxLength: 40 }), {
    minItems: 1,
    maxItems: 20,
    description: 'Where to check from: `local` is the appliance, others are regions of probers. Default local',
  }),
  region_quorum: Quorum,
  parents: t.Array(t.String({ maxLength: 64 }), {
    maxItems: 10,
    description: 'Ids of monitors without which this one cannot work: while one is down, nobody is told about this one',
  }),
  reminder_interval_s: nullable(
    t.Integer({ minimum: 60, maximum: 604_800, description: 'Remind while it stays down' }),
  ),
  tags: t.Array(Tag, { maxItems: 20 }),
  runbook_url: nullable(t.String({ maxLength: 2048 })),
  description: nullable(t.String({ maxLength: 2000 })),
}
const fields = { name: Name, type: t.String({ maxLength: 40 }), url: Url, settings: Settings, ...common }
const optional = t.Partial(t.Object(fields)).properties

/** One branch for each type, for readers of the API description. */
const types = probes.map(({ type, title, summary, settings, takes_url }) => ({
  title,
  description: summary,
  properties: { type: { const: type, type: 'string' }, settings },
  required: takes_url ? ['url'] : ['settings'],
}))
const closed = { additionalProperties: false }

export const Draft = t.Object({ ...optional, name: fields.name, type: fields.type }, { ...closed, oneOf: types })
export const Edit = t.Object(optional, closed)
export const Trial = t.Object(
  {
    ...optional,
    type: fields.type,
    id: t.Optional(t.String({ maxLength: 64, description: 'Masked secrets are taken from this monitor' })),
  },
  { ...closed, oneOf: types },
)
export const Clone = t.Object({ name: t.Optional(Name) }, closed)
export const MOST_IMPORTED = 1_000
export const Import = t.Object(
  {
    items: t.Array(judgedLater(Draft), { minItems: 1, maxItems: MOST_IMPORTED }),
    dry_run: t.Optional(t.Boolean({ description: 'Only say what is wrong; create nothing' })),
  },
  closed,
)
export const BulkFilter = t.Object(
  {
    // Empty, they would mean everything: a script whose variable was not set must not delete a workspace.
    q: t.Optional(t.String({ minLength: 1, maxLength: 200, pattern: '\\S' })),
    status: t.Optional(oneOf(monitorStatuses)),
    type: t.Optional(t.String({ minLength: 1, maxLength: 40 })),
    tag: t.Optional(t.String({ minLength: 1, maxLength: 40 })),
  },
  { ...closed, description: 'Instead of ids: everything that matches, up to 10000 monitors; as in the list' },
)
export const BulkSet = t.Object(
  {
    interval: optional.interval,
    timeout_ms: optional.timeout_ms,
    alert_threshold: optional.alert_threshold,
    recovery_threshold: optional.recovery_threshold,
    confirm_interval_s: optional.confirm_interval_s,
    degraded_ms: optional.degraded_ms,
    severity: optional.severity,
    regions: optional.regions,
    region_quorum: optional.region_quorum,
    parents: optional.parents,
    reminder_interval_s: optional.reminder_interval_s,
  },
  { ...closed, description: 'What an edit changes' },
)
export const Bulk = t.Object(
  {
    action: oneOf(['pause', 'resume', 'delete', 'tag', 'untag', 'edit'] as const),
    ids: t.Optional(t.Array(t.String({ maxLength: 64 }), { minItems: 1, maxItems: 1_000 })),
    filter: t.Optional(judgedLater(BulkFilter)),
    tag: t.Optional(Tag),
    set: t.Optional(judgedLater(BulkSet)),
  },
  closed,
)
export const Report = t.Object(
  {
    status: oneOf(['up', 'degraded', 'down'] as const),
    message: t.Optional(t.String({ maxLength: 300 })),
    response_time_ms: t.Optional(t.Number({ minimum: 0, maximum: 86_400_000 })),
  },
  closed,
)

export const ListQuery = t.Object({
  ...pageFields,
  q: t.Optional(t.String({ maxLength: 200 })),
  status: t.Optional(oneOf(monitorStatuses)),
  type: t.Optional(t.String({ maxLength: 40 })),
  tag: t.Optional(t.String({ maxLength: 40 })),
  parent: t.Optional(t.String({ maxLength: 64, description: 'Only those that depend on this monitor, directly' })),
  sort: t.Optional(oneOf(['status', 'name', '-name', 'created_at', '-created_at'] as const)),
  include: t.Optional(oneOf(['summary'] as const)),
})
const Seen = t.Optional(t.String({ maxLength: 40, description: 'From this region alone' }))
export const ResultsQuery = t.Object({
  ...pageFields,
  region: Seen,
  status: t.Optional(oneOf(['up', 'degraded', 'down', 'unknown'] as const)),
})
export const IntervalsQuery = t.Object({ ...pageFields, from: t.Optional(Instant), to: t.Optional(Instant) })
export const ranges = ['1h', '24h', '7d', '30d', '90d'] as const
export const TimesQuery = t.Object({ range: t.Optional(oneOf(ranges)), region: Seen })

export type Draft = typeof Draft.static
export type Edit = typeof Edit.static
export type Trial = typeof Trial.static
export type Clone = typeof Clone.static
export type Bulk = typeof Bulk.static
export type BulkFilter = typeof BulkFilter.static
export type BulkSet = typeof BulkSet.static
export type Import = typeof Import.static
export type Report = typeof Report.static
export type ListQuery = typeof ListQuery.static
export type ResultsQuery = typeof ResultsQuery.static
export type IntervalsQuery = typeof IntervalsQuery.static
export type TimesQuery = typeof TimesQuery.static
