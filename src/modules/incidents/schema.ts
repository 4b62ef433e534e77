import { Type as t } from '@sinclair/typebox'
import { incidentStatuses, severities, sourceTypes } from '#contract/statuses'
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
const Seconds = t.Integer({ minimum: 60, maximum: 30 * 86_400 })
export const Acknowledgement = t.Object(
  {
    ...Note.properties,
    for_s: t.Optional({ ...Seconds, description: 'It runs out after so long, and people are called again' }),
  },
  closed,
)
export const Edit = t.Object(
  { title: t.Optional(t.String({ minLength: 1, maxLength: 200 })), severity: t.Optional(oneOf(severities)) },
  closed,
)
export const Assignment = t.Object(
  {
    user_id: t.Optional(t.String({ maxLength: 64, description: 'Who is to take care: they are called at once' })),
    policy_id: t.Optional(
      t.String({ maxLength: 64, description: 'The escalation policy to follow from its first step' }),
    ),
  },
  closed,
)
export const Snooze = t.Object(
  {
    until: t.Optional(t.String({ maxLength: 40 })),
    for_s: t.Optional({ ...Seconds, description: 'Instead of until' }),
  },
  closed,
)
export const Merge = t.Object(
  { into: t.String({ minLength: 1, maxLength: 64, description: 'The incident that goes on' }) },
  closed,
)
const Reason = t.Object({ at: Instant, message: t.String() })
export const DecisionView = t.Object({
  at: Instant,
  what: t.String(),
  took: t.Boolean({ description: 'Whether it decided what happens' }),
  message: t.String(),
  data: t.Optional(t.Record(t.String(), t.Unknown())),
})
export const WhyView = t.Object({
  sentence: t.String(),
  people: t.Array(
    t.Object({
      user_id: t.String(),
      user_name: t.String(),
      told: t.Boolean(),
      sentence: t.String(),
      steps: t.Array(Reason),
    }),
  ),
  channels: t.Array(t.Object({ channel_id: t.String(), name: t.String(), told: t.Boolean(), sentence: t.String() })),
  chain: t.Array(DecisionView),
})
export const Comment = t.Object({ message: t.String({ minLength: 1, maxLength: 2000 }) }, closed)
export const ListQuery = t.Object({
  ...pageFields,
  status: t.Optional(oneOf([...incidentStatuses, 'active'] as const, { description: 'active: open or acknowledged' })),
  severity: t.Optional(oneOf(severities)),
  monitor_id: t.Optional(t.String({ maxLength: 64 })),
  heartbeat_id: t.Optional(t.String({ maxLength: 64 })),
  group_id: t.Optional(t.String({ maxLength: 64 })),
  source_type: t.Optional(oneOf(sourceTypes)),
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
          'Set while nobody is told because of another monitor: `parent_down`, `asking_parent`, `asking_again`',
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
export type Acknowledgement = typeof Acknowledgement.static
export type Edit = typeof Edit.static
export type Assignment = typeof Assignment.static
export type Snooze = typeof Snooze.static
export type Merge = typeof Merge.static
export type Comment = typeof Comment.static
export type ListQuery = typeof ListQuery.static
