import { Type as t } from '@sinclair/typebox'
import { targetTypes } from '#contract/oncall'
import { judgedLater, oneOf } from '#kernel/form'
import { Instant, nullable } from '#kernel/page'

const closed = { additionalProperties: false }

const Target = t.Object(
  {
    type: oneOf(targetTypes, { description: 'A person, whoever is on call in a schedule then, or a channel' }),
    id: t.String({ minLength: 1, maxLength: 64 }),
  },
  closed,
)
const Step = t.Object(
  {
    delay_s: t.Integer({
      ...{ minimum: 30, maximum: 86_400 },
      description: 'How long this step waits for an acknowledgement before the next one',
    }),
    targets: t.Array(Target, { minItems: 1, maxItems: 20 }),
  },
  closed,
)
/** Checked by the service, which names the wrong field and refuses unknown ones. */
export const Steps = t.Array(Step, { minItems: 1, maxItems: 20 })

const fields = {
  name: t.String({ minLength: 1, maxLength: 120 }),
  description: nullable(t.String({ maxLength: 1000 })),
  steps: judgedLater(Steps),
  repeat_count: t.Integer({
    minimum: 0,
    maximum: 10,
    description: 'How often all steps are gone through again. Default 0',
  }),
  ack_timeout_s: nullable(
    t.Integer({
      ...{ minimum: 60, maximum: 604_800 },
      description: 'An acknowledgement ends after so long, and the steps begin anew. Default null: never',
    }),
  ),
  on_empty: oneOf(['next', 'wait'] as const, {
    description: 'A step that reaches nobody is passed at once (next, the default) or waited for like any other (wait)',
  }),
  is_default: t.Boolean({
    description: 'For whatever no rule claims; a new default takes the mark from the old one. Default false',
  }),
}
const optional = t.Partial(t.Object(fields)).properties

export const Draft = t.Object({ ...optional, name: fields.name, steps: fields.steps }, closed)
export const Edit = t.Object(optional, closed)
export const View = t.Object({
  id: t.String(),
  tenant_id: t.String(),
  name: t.String(),
  description: nullable(t.String()),
  steps: t.Array(
    t.Object({
      delay_s: t.Integer(),
      targets: t.Array(t.Object({ type: t.String(), id: t.String() })),
    }),
  ),
  repeat_count: t.Integer(),
  ack_timeout_s: nullable(t.Integer()),
  on_empty: t.String(),
  is_default: t.Boolean(),
  created_at: Instant,
  updated_at: Instant,
})
export type Draft = typeof Draft.static
export type Edit = typeof Edit.static
