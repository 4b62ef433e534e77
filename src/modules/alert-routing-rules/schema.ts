import { Type as t } from '@sinclair/typebox'
import { conditionFields, conditionOps } from '#contract/oncall'
import { severities } from '#contract/statuses'
import { judgedLater, oneOf } from '#kernel/form'
import { Instant, nullable } from '#kernel/page'

const closed = { additionalProperties: false }
const Clock = t.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$', description: 'HH:MM' })

export const TimeRange = t.Object(
  {
    days: t.Array(t.Integer({ minimum: 1, maximum: 7 }), {
      ...{ minItems: 1, maxItems: 7, uniqueItems: true },
      description: 'From 1 (Monday) to 7 (Sunday)',
    }),
    from: Clock,
    to: { ...Clock, description: 'HH:MM; not after `from`: it ends on the next day' },
    timezone: t.String({ maxLength: 64, description: 'IANA name such as Europe/Berlin' }),
  },
  closed,
)
const Text = t.String({ minLength: 1, maxLength: 200 })
const shape = {
  field: oneOf(conditionFields, { description: 'What is looked at' }),
  op: oneOf(conditionOps, {
    description:
      'severity: is, is_not, at_least, at_most; source_type and monitor_type: is, is_not; tag, name and region: is, ' +
      'is_not, contains, not_contains, matches (a regular expression in RE2 syntax); time: within, outside',
  }),
}
const Condition = t.Object(
  {
    ...shape,
    value: t.Union([Text, t.Array(Text, { minItems: 1, maxItems: 50 }), TimeRange], {
      description: 'A text, or several of which any will do; of time a part of the day',
    }),
  },
  closed,
)
/** Without the value: what it has to be depends on the field, and the service says so in a sentence. */
export const ConditionShape = t.Object({ ...shape, value: t.Unknown() }, closed)
const Id = t.String({ minLength: 1, maxLength: 64 })
export const Actions = t.Object(
  {
    escalation_policy_id: t.Optional(nullable(Id)),
    channel_ids: t.Optional(t.Array(Id, { maxItems: 50, uniqueItems: true })),
    severity: t.Optional(nullable(oneOf(severities, { description: 'The severity that the incident gets' }))),
    suppress: t.Optional(t.Boolean({ description: 'Nobody is told; the incident is recorded all the same' })),
    continue: t.Optional(t.Boolean({ description: 'Later rules are looked at too' })),
  },
  closed,
)
export const Conditions = t.Array(Condition, { maxItems: 20 })
export const ConditionShapes = t.Array(ConditionShape, { maxItems: 20 })

const fields = {
  name: t.String({ minLength: 1, maxLength: 120 }),
  enabled: t.Boolean({ description: 'Default true' }),
  match: oneOf(['all', 'any'] as const, { description: 'Whether all conditions must hold, or any. Default all' }),
  conditions: judgedLater(Conditions),
  actions: judgedLater(Actions),
}
const position = t.Integer({
  ...{ minimum: 1, maximum: 1_000 },
  description: 'Where it stands among the rules, from 1; those behind it move on. Default and beyond the end: the last',
})
const optional = t.Partial(t.Object({ ...fields, position })).properties

export const Draft = t.Object({ ...optional, name: fields.name }, closed)
export const Edit = t.Object(optional, closed)
export const Order = t.Object(
  { ids: t.Array(Id, { minItems: 1, maxItems: 200, uniqueItems: true, description: 'All rules, in their new order' }) },
  closed,
)
export const View = t.Object({
  id: t.String(),
  tenant_id: t.String(),
  name: t.String(),
  position: t.Integer(),
  enabled: t.Boolean(),
  match: t.String(),
  conditions: t.Array(t.Object({ field: t.String(), op: t.String(), value: t.Unknown() })),
  actions: t.Object({
    escalation_policy_id: t.Optional(nullable(t.String())),
    channel_ids: t.Optional(t.Array(t.String())),
    severity: t.Optional(nullable(t.String())),
    suppress: t.Optional(t.Boolean()),
    continue: t.Optional(t.Boolean()),
  }),
  created_at: Instant,
  updated_at: Instant,
})
/** A rule that need not be saved, for the tester. */
export const RuleDraft = t.Object({ ...optional, id: t.Optional(Id) }, closed)

export type Draft = typeof Draft.static
export type Edit = typeof Edit.static
export type RuleDraft = typeof RuleDraft.static
