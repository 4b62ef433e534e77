import type { Severity } from '#contract/statuses'

/** Days of the week as ISO counts them: 1 is Monday, 7 is Sunday. */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7

/** A part of the day on some days, in the schedule's zone: `HH:MM`; `to` before or at `from` ends on the next day. */
export type Restriction = { days: Weekday[]; from: string; to: string }

export const rotations = ['hourly', 'daily', 'weekly', 'monthly', 'custom'] as const
export type Rotation = (typeof rotations)[number]

/**
 * One rotation of people. A shift is `length` hours, days, weeks or months long (`custom`: `length` hours that are counted
 * on the clock of the wall, like all of them). The first shift begins on `start_date` at `handoff_time`.
 */
export type Layer = {
  id: string
  name: string
  /** The higher one covers the lower; equal ones are on call together. */
  priority: number
  rotation: Rotation
  length: number
  /** `HH:MM` on the schedule's clock. */
  handoff_time: string
  /** Weekly only: the day on which shifts change. Default: that of `start_date`. */
  handoff_day?: Weekday | null
  /** `YYYY-MM-DD`: the day on which the first shift begins; nobody of this layer is on call before. */
  start_date: string
  /** The last day, if it ends. */
  end_date?: string | null
  /** User ids in their order; each shift is one of them. An inner list is several people at once. */
  participants: (string | string[])[]
  /** On call only then; empty means always. */
  restrictions: Restriction[]
}

export const overrideKinds = ['replace', 'add', 'remove'] as const
export type OverrideKind = (typeof overrideKinds)[number]
/** `replace`: `user_id` stands in for `replaces` while that one is on call (without `replaces`: for everybody). */
export type Override = {
  id: string
  kind: OverrideKind
  user_id: string | null
  replaces: string | null
  from: string
  to: string
  note?: string | null
  created_by?: string | null
}
/** While it lasts exactly these shifts count, and nothing else of the schedule. */
export type Temporary = {
  id: string
  from: string
  to: string
  name: string
  shifts: { user_id: string; from: string; to: string }[]
}

/** All that decides who is on call. */
export type ScheduleConfig = { timezone: string; layers: Layer[]; overrides: Override[]; temporary: Temporary[] }

/** When those who come on and go off call are told. */
export type HandoffNotice = {
  mode: 'off' | 'on_change' | 'weekly'
  /** The people themselves, by their own contact methods. */
  people: boolean
  channel_ids: string[]
  /** Weekly only. */
  day?: Weekday
  time?: string
}

export const targetTypes = ['user', 'schedule', 'channel'] as const
export type TargetType = (typeof targetTypes)[number]
export type Target = { type: TargetType; id: string }
/** `delay_s`: how long this step waits for an acknowledgement before the next one. */
export type PolicyStep = { delay_s: number; targets: Target[] }
/** As it is frozen into an alert. */
export type Plan = {
  steps: PolicyStep[]
  /** How often all steps are gone through again. */
  repeat_count: number
  /** An acknowledgement that nobody confirms ends after so long, and the steps begin anew; null: never. */
  ack_timeout_s: number | null
  /** `next`: a step that reaches nobody goes on at once; `wait`: it waits all the same. */
  on_empty: 'next' | 'wait'
}

export const conditionFields = ['severity', 'source_type', 'monitor_type', 'tag', 'name', 'region', 'time'] as const
export type ConditionField = (typeof conditionFields)[number]
export const conditionOps = [
  'is',
  'is_not',
  'contains',
  'not_contains',
  'matches',
  'at_least',
  'at_most',
  'within',
  'outside',
] as const
export type ConditionOp = (typeof conditionOps)[number]
/** For `time`: days and a part of the day in a zone. */
export type TimeRange = { days: Weekday[]; from: string; to: string; timezone: string }
export type Condition = { field: ConditionField; op: ConditionOp; value: string | string[] | TimeRange }
export type RuleActions = {
  escalation_policy_id?: string | null
  channel_ids?: string[]
  severity?: Severity | null
  /** Nobody is told; the incident is recorded all the same. */
  suppress?: boolean
  /** Later rules are looked at too. */
  continue?: boolean
}

export const alertStatuses = ['firing', 'acknowledged', 'resolved', 'suppressed'] as const
export type AlertStatus = (typeof alertStatuses)[number]

/** One link in the chain that led to an alert: what was looked at, what came of it, in words a person reads. */
export type Decision = {
  at: string
  what: 'hold' | 'group' | 'rule' | 'default_policy' | 'default_channels' | 'handed_over' | 'reassigned'
  /** Whether it decided what happens. */
  took: boolean
  message: string
  data?: Record<string, unknown>
}

/** One message of a personal plan: which way, and when. */
export type PlannedContact = {
  at: string
  contact_id: string
  name: string
  type: string
  /** Set when this way is left out: why. */
  skipped?: string
  done?: boolean
}
export const pageStatuses = ['active', 'done', 'stopped', 'unreachable'] as const
export type PageStatus = (typeof pageStatuses)[number]

/** What correlates incidents; `time` alone never does. */
export const correlationKinds = ['parent', 'host', 'address', 'certificate', 'region', 'tag'] as const
export type CorrelationKind = (typeof correlationKinds)[number]
export type CorrelationSettings = { enabled: boolean; window_s: number; by: CorrelationKind[] }
export const defaultCorrelation: CorrelationSettings = {
  enabled: true,
  window_s: 120,
  by: ['parent', 'host', 'address', 'certificate'],
}

/** What a maintenance window is about: everything, or all that is named by one of these. */
export type MaintenanceScope = { all?: boolean; monitor_ids?: string[]; heartbeat_ids?: string[]; tags?: string[] }

/** What stands in everybody's inbox. */
export const feedTypes = [
  'incident_opened',
  'incident_acked',
  'incident_resolved',
  'monitor_recovered',
  'heartbeat_missed',
  'heartbeat_recovered',
  'maintenance_started',
  'maintenance_ended',
  'certificate_expiring',
  'channel_failing',
  'member_joined',
  'billing',
] as const
export type FeedType = (typeof feedTypes)[number]

/** The ways in the preference matrix: the inbox here, mail, browsers and phones, and all other personal ways. */
export const prefKinds = ['feed', 'email', 'push', 'other'] as const
export type PrefKind = (typeof prefKinds)[number]
/** What of an incident one who was paged, or is on its policy, is told besides the page itself. */
export const prefEvents = ['incident_acked', 'incident_resolved', 'oncall_handoff'] as const

export type QuietHours = {
  enabled: boolean
  timezone: string
  /** `HH:MM`. */
  from: string
  to: string
  days: Weekday[]
  /** Critical incidents come through. */
  critical_exempt: boolean
}
/** "After so long, this way": the delay counts from the page. `contact_id` may be `email` (the account's address) or `push`. */
export type PersonalRule = { delay_s: number; contact_id: string; severities?: Severity[] }
export type Digest = { enabled: boolean; timezone: string; time: string; days: Weekday[] }
export type NotificationPrefs = {
  /** Which types appear in the inbox, and which messages are sent which way; a missing entry is on. */
  matrix: Partial<Record<FeedType | 'oncall_handoff', Partial<Record<PrefKind, boolean>>>>
  rules: PersonalRule[]
  quiet_hours: QuietHours
  digest: Digest
}
