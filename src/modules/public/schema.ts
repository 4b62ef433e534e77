import { Type as t } from '@sinclair/typebox'
import { incidentStatuses, severities } from '#contract/statuses'
import { oneOf } from '#kernel/form'
import { Instant, nullable } from '#kernel/page'

/** Everything a stranger may know, and nothing else: no targets, addresses, people or raw failure texts. */
export const publicStatuses = [
  'operational',
  'degraded',
  'partial_outage',
  'major_outage',
  'maintenance',
  'unknown',
] as const
export type PublicStatus = (typeof publicStatuses)[number]

export const IncidentView = t.Object({
  id: t.String(),
  title: t.String(),
  status: oneOf(incidentStatuses),
  severity: oneOf(severities),
  opened_at: Instant,
  acknowledged_at: nullable(Instant),
  resolved_at: nullable(Instant),
  components: t.Array(t.String(), { description: 'Names of the components it touches' }),
  updates: t.Array(t.Object({ at: Instant, kind: t.String(), message: t.String() })),
})
const ComponentView = t.Object({
  id: t.String(),
  name: t.String(),
  description: nullable(t.String()),
  status: oneOf(publicStatuses),
  uptime_90d: nullable(t.Number()),
  days: t.Array(
    t.Object({
      date: t.String({ format: 'date' }),
      status: oneOf(['up', 'degraded', 'down', 'maintenance', 'none'] as const),
      down_s: t.Integer(),
    }),
  ),
  response_time_ms: nullable(t.Number()),
})
export const PageView = t.Object({
  slug: t.String(),
  title: t.String(),
  description: nullable(t.String()),
  status: oneOf(publicStatuses),
  updated_at: Instant,
  groups: t.Array(t.Object({ name: nullable(t.String()), components: t.Array(ComponentView) })),
  incidents: t.Array(IncidentView, { description: 'Those that are not resolved, newest first' }),
})

export type IncidentView = typeof IncidentView.static
export type ComponentView = typeof ComponentView.static
export type PageView = typeof PageView.static
