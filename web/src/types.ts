// Shapes of the API's answers. Instants are ISO strings.

import type { NoticeEvent } from '#contract/events'
import type {
  HeartbeatKind,
  HeartbeatReason,
  HeartbeatStatus,
  PingDoor,
  PingKind,
  ProblemCode,
  RunStatus,
} from '#contract/heartbeats'
import type { Permission, Role } from '#contract/permissions'
import type { IncidentStatus, IntervalStatus, MonitorStatus, Severity, TimelineKind } from '#contract/statuses'
import type { PhaseTimes } from '@/ui/phase-data'
import type { JsonSchema } from '@/ui/schema'

export type {
  HeartbeatKind,
  HeartbeatStatus,
  IncidentStatus,
  IntervalStatus,
  MonitorStatus,
  NoticeEvent,
  Permission,
  PingDoor,
  PingKind,
  ProblemCode,
  Role,
  RunStatus,
  Severity,
  TimelineKind,
}

export type Page<T> = { items: T[]; total: number; page: number; per_page: number; total_pages: number }

export type User = {
  id: string
  email: string
  name: string
  timezone: string
  instance_admin: boolean
  email_verified: boolean
  has_password: boolean
  deletes_at: string | null
  created_at: string
  updated_at: string
}
export type Tenant = { id: string; name: string; slug: string; tier: string; timezone: string }
export type TenantFull = Tenant & {
  require_mfa: boolean
  deletes_at: string | null
  created_at: string
  updated_at: string
}
export type SecondFactor = 'passkey' | 'totp' | 'backup_code'
export type Me = User & {
  tenant: TenantFull
  role: Role
  permissions: Permission[]
  csrf_token: string | null
  session: { method: string; mfa: boolean; bound: boolean } | null
  mfa: { enabled: boolean; required: boolean }
}
export type SignedIn = { user: User; tenant: Tenant; role: Role; csrf_token: string }
export type MfaRequired = { mfa_required: true; mfa_token: string; methods: SecondFactor[] }
/** Every way in answers this. */
export type Entered = SignedIn | MfaRequired
export type AuthConfig = {
  registration: 'closed' | 'invite' | 'open'
  needs_setup: boolean
  mail: boolean
  passkeys: boolean
  sso: boolean
  directory: boolean
  proxy: boolean
  providers: { slug: string; name: string; kind: string }[]
}
export type Session = {
  id: string
  current: boolean
  user_agent: string | null
  address: string | null
  method: string
  mfa: boolean
  created_at: string
  last_seen_at: string
  expires_at: string
}
export type MfaState = { totp: boolean; passkeys: number; backup_codes_left: number; required: boolean }
export type Passkey = {
  id: string
  name: string
  backed_up: boolean
  transports: string[]
  last_used_at: string | null
  created_at: string
}
export type LinkedIdentity = {
  id: string
  provider: string
  name: string
  kind: string
  email: string | null
  last_used_at: string | null
  created_at: string
}
export type Grant = {
  id: string
  client_id: string
  client_name: string
  scope: string
  tenant: { id: string; name: string }
  created_at: string
  last_used_at: string | null
}
export type Consent = {
  client: { id: string; name: string; redirect_host: string }
  scopes: { scope: 'read' | 'write'; title: string }[]
  tenant: { id: string; name: string }
  user: { id: string; name: string; email: string }
}
/** What somebody with the link may know of it. */
export type InvitationFacts = {
  email: string
  role: Role
  tenant: { name: string }
  inviter: string
  has_account: boolean
}
export type ApiToken = {
  id: string
  tenant_id: string
  name: string
  prefix: string
  scope: 'full' | 'read' | 'resources'
  resources: string[]
  networks: string[]
  user_id: string
  user_name: string
  expires_at: string | null
  last_used_at: string | null
  last_used_address: string | null
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
/** The only answer that holds the link. */
export type InvitationMade = Invitation & { url: string; mailed: boolean }
export type Member = {
  user_id: string
  name: string
  email: string
  role: Role
  mfa: boolean
  created_at: string
}
export type TenantListItem = {
  id: string
  name: string
  slug: string
  role: Role
  current: boolean
  deletes_at: string | null
}
export type ProberToken = {
  id: string
  prefix: string
  expires_at: string | null
  last_used_at: string | null
  created_at: string
}
export type UplinkState = {
  /** `unset` has no anchors, or has not asked them yet. */
  state: 'unset' | 'up' | 'down'
  since: string
  anchors: { anchor: string; ok: boolean; message: string }[]
}
/** How the appliance's own way to the network stands. */
export type Uplink = { anchors: string[]; uplink: UplinkState }
export type AnchorTested = { anchor: string; ok: boolean; message: string; response_time_ms: number | null }
/** Time in which the appliance (`prober_id` null) or a prober could not see. */
export type BlindPeriod = {
  id: string
  prober_id: string | null
  prober_name: string | null
  cause: 'uplink' | 'off' | 'asleep' | 'offline'
  message: string
  from: string
  until: string | null
}
export type Prober = {
  id: string
  tenant_id: string
  name: string
  region: string
  facts: { version?: string; hostname?: string; platform?: string }
  registered_at: string | null
  last_seen_at: string | null
  last_seen_address: string | null
  /** `waiting` has never come. */
  status: 'waiting' | 'online' | 'offline'
  anchors: string[]
  /** How far its clock is ahead of the server's. */
  clock_offset_ms: number | null
  monitors: number
  /** How many nobody would check without it. */
  monitors_alone: number
  uplink: UplinkState | null
  lag_ms: number | null
  buffered: number | null
  /** What it would see is unknown. */
  blind: boolean
  tokens: ProberToken[]
  created_at: string
  updated_at: string
}
export type OAuthClient = {
  id: string
  tenant_id: string
  name: string
  public: boolean
  redirect_uris: string[]
  grant_types: ('authorization_code' | 'refresh_token' | 'client_credentials')[]
  scopes: ('read' | 'write')[]
  role: Role
  last_used_at: string | null
  created_at: string
  updated_at: string
}
export type GroupRole = { group: string; role: Role }
export type SignInKind = {
  kind: string
  title: string
  summary: string
  docs: string
  flow: 'redirect' | 'password' | 'header'
  settings: JsonSchema
}
export type SignInProvider = {
  id: string
  slug: string
  kind: string
  name: string
  settings: Settings
  enabled: boolean
  trust_email: boolean
  tenant_id: string | null
  default_role: Role
  group_roles: GroupRole[]
  callback_url: string | null
  created_at: string
  updated_at: string
}
export type SsoConnection = {
  id: string
  enabled: boolean
  idp_entity_id: string
  sso_url: string
  certificates: { pem: string; subject: string; expires_at: string }[]
  require_signed_response: boolean
  email_attribute: string | null
  name_attribute: string | null
  groups_attribute: string | null
  provision: boolean
  default_role: Role
  group_roles: GroupRole[]
  sp: { entity_id: string; acs_url: string; metadata_url: string; certificate: string }
  created_at: string
  updated_at: string
}
/** Whether the single sign-on of this workspace opens one's own account. */
export type SsoLink = { linked: boolean; created_at: string | null; last_used_at: string | null }
/** What the identity provider said in the last test, and what would have happened. */
export type SsoTest = {
  at: string
  ok: boolean
  message: string
  subject: string | null
  email: string | null
  /** What was asked of the answer, in order; `ok` is null for what an earlier one ended. */
  checks: { check: string; ok: boolean | null; message: string }[]
  attributes: Record<string, string[]>
  would: string
}
export type SsoDomain = {
  id: string
  domain: string
  verified: boolean
  verified_at: string | null
  record: { type: 'TXT'; name: string; value: string }
}

export type MonitorType = {
  type: string
  title: string
  summary: string
  docs: string
  takes_url: boolean
  /** How the URL may begin, the safest last; that one is added when none was typed. */
  schemes: string[]
  settings: JsonSchema
}
export type Settings = Record<string, unknown>
/** How many regions must see it down before it is. */
export type Quorum = 'any' | 'majority' | 'all' | number
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
  region_quorum: Quorum
  /** Ids of the monitors without which this one cannot work. */
  parents: string[]
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
  /** Regions that see it down while it is not. */
  down_only_from: string[]
}
export type MonitorTag = { tag: string; monitors: number }
export type MonitorsSummary = {
  counts: Record<MonitorStatus | 'total', number>
  uptime_30d: number | null
  response_p95_ms: number | null
  checks_per_minute: number
}
export type Phases = PhaseTimes
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
/** Why nobody is told about an incident yet: a monitor it depends on is down, or is being asked first. */
export type Held = { why: string; by: string; name: string; since: string }
/** How one region sees a monitor; `counts` says that its vote is fresh and somebody is there to give it. */
export type RegionState = {
  region: string
  prober: string | null
  status: MonitorStatus
  since: string | null
  checked_at: string | null
  response_time_ms: number | null
  reason: string | null
  message: string | null
  phases: Phases | null
  counts: boolean
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
  regions: RegionState[]
  down_only_from: string[]
  held: Held | null
}
export type CheckResult = {
  region?: string
  checked_at: string
  status: 'up' | 'degraded' | 'down' | 'unknown'
  response_time_ms: number | null
  reason: string | null
  message: string | null
}
/** What was seen when a state changed. */
export type EvidenceItem = {
  at: string
  kind: 'detected' | 'recovered'
  incident_id: string
  reason: string | null
  message: string | null
  response_time_ms: number | null
  phases: Phases | null
  evidence: Evidence | null
}
export type PushKey = { key: string; url: string }
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

/** Days on which nothing is expected; `weekdays` are those on which something is, 1 is Monday. */
export type OnlyDays = { weekdays?: number[]; except?: string[] }
export type Schedule = {
  kind: 'interval' | 'cron' | 'oncalendar'
  every_s?: number
  cron?: string
  oncalendar?: string
  timezone: string
  only?: OnlyDays
}
export type NumberRule = { name: string; min?: number; max?: number }
export type PingRule = {
  in: 'body' | 'subject'
  contains: string
  means: 'success' | 'fail' | 'start' | 'log' | 'ignore'
}
export type PingFilter = { post_only: boolean; rules: PingRule[]; otherwise: 'success' | 'fail' | 'log' | 'ignore' }
/** It ran, but not as expected. */
export type HeartbeatProblem = {
  code: ProblemCode
  message: string
  since: string
  about?: string
  expected?: number
  actual?: number
}
/** What heartbeats of both kinds have. */
export type Heartbeat = {
  id: string
  tenant_id: string
  kind: HeartbeatKind
  name: string
  name_slug: string
  /** Null for people who may not report. */
  slug: string | null
  ping_url: string | null
  schedule: Schedule
  schedule_words: string
  grace_s: number
  max_runtime_s: number | null
  min_interval_s: number | null
  per_day: { min?: number; max?: number } | null
  failures: number
  manual_resume: boolean
  watch_duration: boolean
  numbers: NumberRule[]
  filter: PingFilter
  severity: Severity
  reminder_interval_s: number | null
  tags: string[]
  runbook_url: string | null
  description: string | null
  status: HeartbeatStatus
  enabled: boolean
  since: string
  reason: HeartbeatReason | null
  message: string | null
  problems: HeartbeatProblem[]
  running: { rid: string | null; at: string }[]
  pings: number
  last_ping_at: string | null
  last_ping_kind: PingKind | null
  last_run_at: string | null
  last_duration_ms: number | null
  expected_at: string | null
  deadline_at: string | null
  alert_at: string | null
  created_at: string
  updated_at: string
}
export type HeartbeatsSummary = Record<HeartbeatStatus | 'total' | 'problems', number>
export type HeartbeatTag = { tag: string; heartbeats: number }
export type HeartbeatPing = {
  n: number
  kind: PingKind
  at: string
  door: PingDoor
  method: string | null
  address: string | null
  agent: string | null
  rid: string | null
  exit_code: number | null
  duration_ms: number | null
  numbers: Record<string, number>
  note: string | null
  body_bytes: number
}
export type HeartbeatRun = {
  status: RunStatus
  began_at: string | null
  ended_at: string
  duration_ms: number | null
  rid: string | null
  numbers: Record<string, number>
  details: Record<string, unknown>
  problems: string[]
}
export type HeartbeatFlip = {
  from: HeartbeatStatus
  to: HeartbeatStatus
  at: string
  reason: HeartbeatReason | null
  message: string | null
}
export type SchedulePreview = {
  words: string
  next: { expected_at: string; deadline_at: string; ends_by: string; local: string }[]
}
export type HeartbeatDay = {
  date: string
  expected: number
  ok: number
  failed: number
  missed: number
  off: boolean
}
export type HeartbeatSlot = {
  expected_at: string
  run_at: string | null
  status: 'ok' | 'failed' | 'missed' | 'pending' | 'excused'
}
export type HeartbeatCalendar = { timezone: string; days: HeartbeatDay[]; slots: HeartbeatSlot[] }
export type HeartbeatUptime = {
  uptime: number | null
  down_s: number
  outages: number
  days: { date: string; uptime: number | null; down_s: number; paused_s: number; outages: number }[]
}
/** One key for all heartbeats of the workspace; null for people who may not report, and before one was made. */
export type WorkspacePingKey = { ping_url_base: string; key: string | null; auto_create: boolean }

export type ChannelType = {
  type: string
  title: string
  summary: string
  docs: string
  /** Only an admin of the appliance may set up such a channel. */
  admins_only: boolean
  settings: JsonSchema
}
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
  /** Nothing is sent until then. */
  muted_until: string | null
  /** The channel that hears of an alarm when this one has not taken it after so long. */
  fallback_id: string | null
  fallback_after_s: number | null
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
  heartbeat_id: string | null
  heartbeat_name: string | null
  reason: string | null
  message: string | null
  opened_at: string
  acknowledged_at: string | null
  acknowledged_by: string | null
  resolved_at: string | null
  resolved_by: string | null
  held: Held | null
  group_id: string | null
  snoozed_until: string | null
  assignee_id: string | null
  assignee_name: string | null
  merged_into: string | null
  reopened_at: string | null
  duration_s: number
  created_at: string
  updated_at: string
}
/** Why each person and each channel was told of an incident, or was not. */
export type Why = {
  sentence: string
  people: {
    user_id: string
    user_name: string
    told: boolean
    sentence: string
    steps: { at: string; message: string }[]
  }[]
  channels: { channel_id: string; name: string; told: boolean; sentence: string }[]
  chain: { at: string; what: string; took: boolean; message: string }[]
}
/** Incidents that are taken for one trouble. */
export type CorrelationGroup = {
  id: string
  status: 'open' | 'resolved'
  title: string
  root_incident_id: string
  size: number
  incidents: { id: string; title: string; status: IncidentStatus; severity: Severity }[]
}
export type Postmortem = {
  incident_id: string
  body: string
  status: 'draft' | 'published'
  saved: boolean
  updated_by: string | null
  updated_at: string | null
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
