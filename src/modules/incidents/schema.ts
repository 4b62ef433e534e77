import { Type as t } from '@sinclair/typebox'
import { incidentStatuses, severities } from '#contract/statuses'
import { oneOf } from '#kernel/form'
import { Instant, nullable, pageFields } from '#kernel/page'

const closed = { additionalProperties: false }
const Message = t.String({ maxLength: 2000 })

export const Draft = t.Object(
  {
    title: t.String({ minLength: 1, maxLength: 200 }),
    severity: t.Optional(oneOf(severities, { description: 'Default high' })),
    message: t.Optional(Message),
    monitor_id: t.Optional(t.String({ maxLength: 64, description: 'The monitor it is about' })),
  },
  closed,
)
/** Acknowledging and resolving need no words; a body is optional altogether. */
export const Note = t.Object({ message: t.Optional(Message) }, closed)
export const Comment = t.Object({ message: t.String({ minLength: 1, maxLength: 2000 }) }, closed)
export const ListQuery = t.Object({
  ...pageFields,
  status: t.Optional(oneOf([...incidentStatuses, 'active'] as const, { description: 'active: open or acknowledged' })),
  severity: t.Optional(oneOf(severities)),
  monitor_id: t.Optional(t.String({ maxLength: 64 })),
  heartbeat_id: t.Optional(t.String({ maxLength: 64 })),
  q: t.Optional(t.String({ maxLength: 200 })),
})

export const View = t.Object({
  id: t.String(),
  tenant_id: t.String(),
  title: t.String(),
  status: oneOf(incidentStatuses),
  severity: oneOf(severities),
  source_type: t.String(),
  monitor_id: nullable(t.String()),
  monitor_name: nullable(t.String()),
  heartbeat_id: nullable(t.String()),
  heartbeat_name: nullable(t.String()),
  reason: nullable(t.String()),
  message: nullable(t.String()),
  opened_at: Instant,
  acknowledged_at: nullable(Instant),
  acknowledged_by: nullable(t.String()),
  resolved_at: nullable(Instant),
  resolved_by: nullable(t.String()),
  held: nullable(
    t.Object(
      { why: t.String(), by: t.String(), name: t.String(), since: Instant },
      {
        description:
          'Set while nobody is told because of another monitor: `parent_down`, `asking_parent`, `asking_again`, `maintenance`',
      },
    ),
  ),
  group_id: nullable(t.String({ description: 'The correlation group it belongs to' })),
  snoozed_until: nullable(Instant),
  assignee_id: nullable(t.String()),
  assignee_name: nullable(t.String()),
  merged_into: nullable(t.String({ description: 'The incident that it was found to be part of' })),
  reopened_at: nullable(Instant),
  integration_id: nullable(t.String()),
  source: nullable(t.String({ description: 'What another program calls itself' })),
  source_url: nullable(t.String()),
  labels: nullable(
    t.Object({
      type: t.Optional(t.String()),
      tags: t.Optional(t.Array(t.String())),
      regions: t.Optional(t.Array(t.String())),
    }),
  ),
  duration_s: t.Integer({ description: 'From opening to resolution, or to now' }),
  created_at: Instant,
  updated_at: Instant,
})
export const Detail = t.Object({
  ...View.properties,
  timeline: t.Array(
    t.Object({
      id: t.String(),
      kind: t.String(),
      actor_label: nullable(t.String()),
      message: t.String(),
      data: nullable(t.Record(t.String(), t.Unknown())),
      at: Instant,
    }),
  ),
})

export type Draft = typeof Draft.static
export type Note = typeof Note.static
export type Comment = typeof Comment.static
export type ListQuery = typeof ListQuery.static
