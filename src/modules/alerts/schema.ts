import { Type as t } from '@sinclair/typebox'
import { alertStatuses, pageStatuses, targetTypes } from '#contract/oncall'
import { oneOf } from '#kernel/form'
import { Instant, nullable, pageFields } from '#kernel/page'

export const ListQuery = t.Object({
  ...pageFields,
  status: t.Optional(oneOf(alertStatuses)),
  incident_id: t.Optional(t.String({ maxLength: 64 })),
  policy_id: t.Optional(t.String({ maxLength: 64 })),
})
const Target = t.Object({ type: oneOf(targetTypes), id: t.String() })
export const View = t.Object({
  id: t.String(),
  tenant_id: t.String(),
  incident_id: t.String(),
  incident_title: t.String(),
  status: oneOf(alertStatuses),
  reason: nullable(t.String({ description: 'Why it is as it is' })),
  rule_id: nullable(t.String()),
  rule_name: nullable(t.String()),
  policy_id: nullable(t.String()),
  policy_name: nullable(t.String()),
  plan: nullable(
    t.Object(
      {
        steps: t.Array(t.Object({ delay_s: t.Integer(), targets: t.Array(Target) })),
        repeat_count: t.Integer(),
        ack_timeout_s: nullable(t.Integer()),
        on_empty: t.String(),
      },
      { description: 'The steps of the policy as they were when it fired' },
    ),
  ),
  channel_ids: t.Array(t.String()),
  step: t.Integer({ description: 'The step that was last taken, from 0; -1 before the first' }),
  round: t.Integer(),
  next_at: nullable(Instant),
  chain: t.Array(
    t.Object({
      at: Instant,
      what: t.String(),
      took: t.Boolean(),
      message: t.String(),
      data: t.Optional(t.Record(t.String(), t.Unknown())),
    }),
  ),
  acknowledged_at: nullable(Instant),
  acknowledged_by: nullable(t.String()),
  resolved_at: nullable(Instant),
  created_at: Instant,
  updated_at: Instant,
})
export const Detail = t.Object({
  ...View.properties,
  pages: t.Array(
    t.Object({
      id: t.String(),
      user_id: t.String(),
      user_name: t.String(),
      step: t.Integer(),
      round: t.Integer(),
      via: t.Object({ type: oneOf(targetTypes), id: t.String(), name: t.String() }),
      status: oneOf(pageStatuses),
      reason: nullable(t.String()),
      plan: t.Array(
        t.Object({
          at: Instant,
          contact_id: t.String(),
          name: t.String(),
          type: t.String(),
          skipped: t.Optional(t.String()),
          done: t.Optional(t.Boolean()),
        }),
      ),
      next_at: nullable(Instant),
      acknowledged_at: nullable(Instant),
      created_at: Instant,
      ended_at: nullable(Instant),
    }),
  ),
})
export type ListQuery = typeof ListQuery.static
