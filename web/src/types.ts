// Shapes of the API's answers. Instants are ISO strings.

import type { NoticeEvent } from '#contract/events'
import type { Permission, Role } from '#contract/permissions'
import type { IncidentStatus, IntervalStatus, MonitorStatus, Severity, TimelineKind } from '#contract/statuses'
import type { JsonSchema } from '@/ui/schema'

export type { IncidentStatus, IntervalStatus, MonitorStatus, NoticeEvent, Permission, Role, Severity, TimelineKind }

export type Page<T> = { items: T[]; total: number; page: number; per_page: number; total_pages: number }

export type User = {
  id: string
  email: string
  name: string
  timezone: string
  instance_admin: boolean
  created_at: string
  updated_at: string
}
export type Tenant = { id: string; name: string; slug: string; tier: string; timezone: string }
export type Me = User & { tenant: Tenant; role: Role; permissions: Permission[]; csrf_token: string | null }
export type SignedIn = { user: User; tenant: Tenant; role: Role; csrf_token: string }
export type AuthConfig = { registration: 'closed' | 'invite' | 'open'; needs_setup: boolean }
export type Session = {
  id: string
  current: boolean
  user_agent: string | null
  address: string | null
  created_at: string
  last_seen_at: string
  expires_at: string
}
export type ApiToken = {
  id: string
  tenant_id: string
  name: string
  prefix: string
  scope: 'full' | 'read'
  user_id: string
  user_name: string
  expires_at: string | null
  last_used_at: string | null
  created_at: string
}
export type Invitation = {
  id: string
  email: string
  role: Role
  expires_at: string
  accepted_at: string | null
  created_at: string
}
export type Member = { user_id: string; name: string; email: string; role: Role; created_at: string }

export type MonitorType = {
  type: string
  title: string
  summary: string
  docs: string
  takes_url: boolean
  settings: JsonSchema
}
export type Settings = Record<string, unknown>
export type Monitor = {
  id: string
  tenant_id: string
  name: string
  type: string
  url: string
  settings: Settings
  target: string
  interval: number
  timeout_ms: number
  alert_threshold: number
  recovery_threshold: number
  confirm_interval_s: number
  degraded_ms: number | null
  severity: Severity
  inverted: boolean
  enabled: boolean
  regions: string[]
  reminder_interval_s: number | null
  tags: string[]
  runbook_url: string | null
  description: string | null
  status: MonitorStatus
  status_since: string | null
  created_at: string
  updated_at: string
}
/** `hours`: 24 letters oldest first, u up, d degraded, x down, m maintenance, n no data, p paused. */
export type MonitorSummary = {
  hours: string
  response: (number | null)[]
  p95_ms: number | null
  uptime_30d: number | null
}
export type MonitorListItem = Monitor & {
  checked_at: string | null
  response_time_ms: number | null
  message: string | null
  summary?: MonitorSummary
}
export type MonitorsSummary = {
  counts: Record<MonitorStatus | 'total', number>
  uptime_30d: number | null
  response_p95_ms: number | null
  checks_per_minute: number
}
export type Phases = {
  dns_ms?: number
  connect_ms?: number
  tls_ms?: number
  first_byte_ms?: number
  transfer_ms?: number
}
export type CertificateFacts = {
  subject: string
  issuer: string
  names: string[]
  valid_from: string
  valid_to: string
  fingerprint_sha256: string
  serial: string
}
export type Evidence = {
  addresses?: string[]
  address?: string
  protocol?: string
  status?: number
  headers?: Record<string, string>
  redirects?: { url: string; status: number }[]
  certificates?: CertificateFacts[]
  certificate_error?: string
  body?: string
  records?: string[]
  [fact: string]: unknown
}
export type Verdict = {
  status: 'up' | 'degraded' | 'down' | 'unknown'
  reason?: string
  message: string
  response_time_ms?: number
  phases?: Phases
  evidence?: Evidence
  checked_at?: string
}
export type MonitorState = {
  monitor_id: string
  status: MonitorStatus
  since: string | null
  checked_at: string | null
  response_time_ms: number | null
  reason: string | null
  message: string | null
  phases: Phases | null
  evidence: Evidence | null
  next_check_at: string | null
  failures_in_a_row: number
  alert_threshold: number
  certificate: { valid_to: string; days_left: number; subject: string; issuer: string } | null
  incident_id: string | null
}
export type CheckResult = {
  checked_at: string
  status: 'up' | 'degraded' | 'down' | 'unknown'
  response_time_ms: number | null
  reason: string | null
  message: string | null
}
export type Interval = { status: IntervalStatus; reason: string | null; from: string; until: string | null }
export type UptimeWindow = { uptime: number | null; down_s: number }
export type UptimeDay = {
  date: string
  uptime: number | null
  down_s: number
  degraded_s: number
  maintenance_s: number
  unknown_s: number
  status: 'up' | 'degraded' | 'down' | 'maintenance' | 'none'
}
export type Uptime = { windows: Record<'24h' | '7d' | '30d' | '90d', UptimeWindow>; days: UptimeDay[] }
export type ResponseRange = '1h' | '24h' | '7d' | '30d' | '90d'
export type ResponseBucket = {
  at: string
  count: number
  p50_ms: number | null
  p95_ms: number | null
  p99_ms: number | null
  min_ms: number | null
  max_ms: number | null
  avg_ms: number | null
  phases?: Phases
}
export type ResponseTimes = {
  bucket_s: number
  buckets: ResponseBucket[]
  totals: { p50_ms: number | null; p95_ms: number | null; p99_ms: number | null; count: number }
}

export type ChannelType = { type: string; title: string; summary: string; docs: string; settings: JsonSchema }
export type Channel = {
  id: string
  tenant_id: string
  name: string
  type: string
  settings: Settings
  label: string
  is_default: boolean
  enabled: boolean
  events: NoticeEvent[]
  failure: { error: string; since: string } | null
  created_at: string
  updated_at: string
}
export type TestAnswer = { status: 'sent' | 'failed'; error: string | null; answer: string | null; duration_ms: number }
export type NotificationLogItem = {
  id: string
  delivery_id: string
  channel_id: string
  channel_name: string
  channel_type: string
  incident_id: string | null
  event: NoticeEvent
  title: string
  attempt: number
  status: string
  error: string | null
  answer: string | null
  duration_ms: number | null
  created_at: string
}

export type Incident = {
  id: string
  tenant_id: string
  title: string
  status: IncidentStatus
  severity: Severity
  source_type: string
  monitor_id: string | null
  monitor_name: string | null
  reason: string | null
  message: string | null
  opened_at: string
  acknowledged_at: string | null
  acknowledged_by: string | null
  resolved_at: string | null
  resolved_by: string | null
  duration_s: number
  created_at: string
  updated_at: string
}
export type TimelineEntry = {
  id: string
  kind: TimelineKind
  actor_label: string | null
  message: string
  data: (Record<string, unknown> & { evidence?: Evidence; phases?: Phases }) | null
  at: string
}
export type IncidentDetail = Incident & { timeline: TimelineEntry[] }

export type StatusPageComponent = {
  id?: string
  name: string
  group: string | null
  description: string | null
  monitor_ids: string[]
  show_uptime: boolean
  show_response_time: boolean
}
export type StatusPage = {
  id: string
  tenant_id: string
  slug: string
  title: string
  description: string | null
  visibility: 'public' | 'members'
  theme: 'auto' | 'light' | 'dark'
  timezone: string
  components: StatusPageComponent[]
  url: string
  created_at: string
  updated_at: string
}
