import { Type as t } from '@sinclair/typebox'
import { monitorStatuses, severities } from '#contract/statuses'
import { oneOf } from '#kernel/form'
import { Instant, nullable } from '#kernel/page'

/** What goes out; what comes in is in `schema.ts`. */

const number = t.Number()
const Json = t.Record(t.String(), t.Unknown())

export const View = t.Object({
  id: t.String(),
  tenant_id: t.String(),
  name: t.String(),
  type: t.String(),
  url: t.String(),
  settings: Json,
  target: t.String({ description: 'How a person recognises what is checked' }),
  interval: number,
  timeout_ms: number,
  alert_threshold: number,
  recovery_threshold: number,
  confirm_interval_s: number,
  degraded_ms: nullable(number),
  severity: oneOf(severities),
  inverted: t.Boolean(),
  enabled: t.Boolean(),
  regions: t.Array(t.String()),
  region_quorum: t.Union([t.String(), t.Integer()]),
  parents: t.Array(t.String()),
  reminder_interval_s: nullable(number),
  tags: t.Array(t.String()),
  runbook_url: nullable(t.String()),
  description: nullable(t.String()),
  status: oneOf(monitorStatuses),
  status_since: nullable(Instant),
  created_at: Instant,
  updated_at: Instant,
})
export const Summary = t.Object({
  hours: t.String({
    description: '24 letters, oldest first: u up, d degraded, x down, m maintenance, n no data, p paused',
  }),
  response: t.Array(nullable(number), { description: 'Median of each hour in milliseconds' }),
  p95_ms: nullable(number),
  uptime_30d: nullable(number),
})
export const ListItem = t.Object({
  ...View.properties,
  checked_at: nullable(Instant),
  response_time_ms: nullable(number),
  message: nullable(t.String()),
  down_only_from: t.Array(t.String(), { description: 'Regions that see it down while, all together, it is not' }),
  summary: t.Optional(Summary),
})
export const Counts = t.Object({
  counts: t.Object({
    ...Object.fromEntries(monitorStatuses.map((status) => [status, t.Integer()])),
    total: t.Integer(),
  }),
  uptime_30d: nullable(number),
  response_p95_ms: nullable(number),
  checks_per_minute: number,
})
export const Status = t.Object({
  monitor_id: t.String(),
  status: oneOf(monitorStatuses),
  since: nullable(Instant),
  checked_at: nullable(Instant),
  response_time_ms: nullable(number),
  reason: nullable(t.String()),
  message: nullable(t.String()),
  phases: nullable(Json),
  evidence: nullable(Json),
  next_check_at: nullable(Instant),
  failures_in_a_row: t.Integer(),
  alert_threshold: t.Integer(),
  certificate: nullable(
    t.Object({ valid_to: Instant, days_left: t.Integer(), subject: t.String(), issuer: t.String() }),
  ),
  incident_id: nullable(t.String()),
  regions: t.Array(
    t.Object({
      region: t.String(),
      prober: nullable(t.String({ description: 'Name of the prober that looks from there' })),
      status: t.String(),
      since: nullable(Instant),
      checked_at: nullable(Instant),
      response_time_ms: nullable(number),
      reason: nullable(t.String()),
      message: nullable(t.String()),
      phases: nullable(Json),
      counts: t.Boolean({ description: 'Its vote is fresh and its prober is there' }),
    }),
  ),
  down_only_from: t.Array(t.String(), {
    description: 'Regions that see it down while, all together, it is not',
  }),
  held: nullable(
    t.Object({
      why: t.String({ description: 'parent_down, asking_parent, asking_again, catching_up or maintenance' }),
      by: t.String({ description: 'Id of the monitor that is waited for' }),
      name: t.String(),
      since: Instant,
    }),
  ),
})
export const EvidenceView = t.Object({
  at: Instant,
  kind: t.String({ description: 'detected or recovered' }),
  incident_id: t.String(),
  reason: nullable(t.String()),
  message: t.String(),
  response_time_ms: nullable(number),
  phases: nullable(Json),
  evidence: nullable(Json),
})
export const PushKey = t.Object({
  key: t.String({ description: 'Shown once' }),
  url: t.String({ description: 'The address to call' }),
})
export const VerdictView = t.Object({
  verdict: t.Object({
    status: t.String(),
    reason: t.Optional(t.String()),
    message: t.String(),
    response_time_ms: t.Optional(number),
    phases: t.Optional(Json),
    evidence: t.Optional(Json),
    checked_at: t.Optional(Instant),
  }),
})
export const ResultView = t.Object({
  checked_at: Instant,
  region: t.String(),
  status: t.String(),
  response_time_ms: nullable(number),
  reason: nullable(t.String()),
  message: nullable(t.String()),
})
export const IntervalView = t.Object({
  status: t.String(),
  reason: nullable(t.String()),
  from: Instant,
  until: nullable(Instant),
})
const Window = t.Object({ uptime: nullable(number), down_s: number })
export const UptimeView = t.Object({
  windows: t.Object({ '24h': Window, '7d': Window, '30d': Window, '90d': Window }),
  days: t.Array(
    t.Object({
      date: t.String({ format: 'date' }),
      uptime: nullable(number),
      down_s: number,
      degraded_s: number,
      maintenance_s: number,
      unknown_s: number,
      status: oneOf(['up', 'degraded', 'down', 'maintenance', 'none'] as const),
    }),
  ),
})
const percentiles = { p50_ms: nullable(number), p95_ms: nullable(number), p99_ms: nullable(number), count: t.Integer() }
export const TimesView = t.Object({
  bucket_s: t.Integer(),
  buckets: t.Array(
    t.Object({
      ...percentiles,
      at: Instant,
      min_ms: nullable(number),
      max_ms: nullable(number),
      avg_ms: nullable(number),
      phases: t.Optional(Json),
    }),
  ),
  totals: t.Object(percentiles),
})
export const TagView = t.Object({ tag: t.String(), monitors: t.Integer() })
export const Imported = t.Object({ created: t.Integer(), ids: t.Array(t.String()) })
export const TypeView = t.Object({
  type: t.String(),
  title: t.String(),
  summary: t.String(),
  docs: t.String(),
  takes_url: t.Boolean(),
  schemes: t.Array(t.String(), { description: 'How the url may begin, the safest last; none for types without one' }),
  settings: t.Any(),
})
