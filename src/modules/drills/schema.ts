import { Type as t } from '@sinclair/typebox'
import { incidentStatuses } from '#contract/statuses'
import { oneOf } from '#kernel/form'
import { Instant, nullable, pageFields } from '#kernel/page'

export const ListQuery = t.Object(pageFields)
export const Draft = t.Object(
  {
    policy_id: t.Optional(t.String({ maxLength: 64, description: 'Calls people step by step, as this policy says' })),
    user_ids: t.Optional(
      t.Array(t.String({ maxLength: 64 }), { minItems: 1, maxItems: 100, description: 'Calls these people at once' }),
    ),
    message: t.Optional(t.String({ maxLength: 500 })),
  },
  { additionalProperties: false },
)
export const View = t.Object({
  id: t.String(),
  title: t.String(),
  message: nullable(t.String()),
  status: oneOf(incidentStatuses),
  started_at: Instant,
  ended_at: nullable(Instant),
  called: t.Integer({ description: 'How many people were called' }),
  answered: t.Integer({ description: 'How many of them have acknowledged' }),
})
export const Detail = t.Object({
  ...View.properties,
  people: t.Array(
    t.Object({
      user_id: t.String(),
      user_name: t.String(),
      step: t.Integer(),
      called_at: Instant,
      delivered_at: nullable(Instant),
      acknowledged_at: nullable(Instant),
      answer_s: nullable(t.Integer({ description: 'From the call to the acknowledgement' })),
      ways: t.Array(t.Object({ name: t.String(), status: t.String(), error: nullable(t.String()) })),
    }),
  ),
})
export type ListQuery = typeof ListQuery.static
export type Draft = typeof Draft.static
