import { Type as t } from '@sinclair/typebox'
import { correlationKinds } from '#contract/oncall'
import { incidentStatuses, severities } from '#contract/statuses'
import { oneOf } from '#kernel/form'
import { Instant, nullable, pageFields } from '#kernel/page'

const closed = { additionalProperties: false }
const statuses = ['open', 'resolved'] as const

export const ListQuery = t.Object({ ...pageFields, status: t.Optional(oneOf(statuses)) })
export const Note = t.Object({ message: t.Optional(t.String({ maxLength: 2000 })) }, closed)
export const View = t.Object({
  id: t.String(),
  tenant_id: t.String(),
  status: oneOf(statuses),
  kind: oneOf(correlationKinds, { description: 'What they have in common' }),
  value: t.String(),
  title: t.String(),
  root_incident_id: t.String({ description: 'The incident that is probably the cause of the others' }),
  size: t.Integer(),
  opened_at: Instant,
  last_at: Instant,
  resolved_at: nullable(Instant),
})
export const Detail = t.Object({
  ...View.properties,
  incidents: t.Array(
    t.Object({
      id: t.String(),
      title: t.String(),
      status: oneOf(incidentStatuses),
      severity: oneOf(severities),
      monitor_id: nullable(t.String()),
      opened_at: Instant,
      resolved_at: nullable(Instant),
    }),
  ),
})
export const Settings = t.Object(
  {
    enabled: t.Boolean({ description: 'Whether incidents that belong together are told as one. Default true' }),
    window_s: t.Integer({
      minimum: 10,
      maximum: 3600,
      description: 'How long after the last one another one still belongs to it. Default 120',
    }),
    by: t.Array(oneOf(correlationKinds), {
      uniqueItems: true,
      maxItems: correlationKinds.length,
      description: 'What they may have in common. Default: parent, host, address, certificate',
    }),
  },
  closed,
)
export type ListQuery = typeof ListQuery.static
export type Note = typeof Note.static
export type Settings = typeof Settings.static
