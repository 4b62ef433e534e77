// Shapes of the API's answers about who is called. Instants are ISO strings.
import type {
  Condition,
  Decision,
  HandoffNotice,
  Layer,
  Override,
  PolicyStep,
  RuleActions,
  Temporary,
} from '#contract/oncall'
import type { Severity } from '@/types'

export type {
  Condition,
  ConditionField,
  ConditionOp,
  Decision,
  HandoffNotice,
  Layer,
  Override,
  OverrideKind,
  PolicyStep,
  Restriction,
  Rotation,
  RuleActions,
  Target,
  TargetType,
  Temporary,
  TimeRange,
  Weekday,
} from '#contract/oncall'

export type OnCallPerson = { user_id: string; user_name: string; until: string | null }
/** One schedule, as far as it matters now. */
export type OnCallNow = {
  schedule_id: string
  schedule_name: string
  timezone: string
  on_call: OnCallPerson[]
  next: { at: string; users: { user_id: string; user_name: string }[] } | null
}
export type Schedule = {
  id: string
  name: string
  description: string | null
  timezone: string
  layers: Layer[]
  overrides: Override[]
  temporary: Temporary[]
  notice: Required<HandoffNotice>
  on_call: OnCallPerson[]
  next: { at: string; users: { user_id: string; user_name: string }[] } | null
}
export type Shift = {
  user_id: string
  user_name: string
  from: string
  to: string
  layer_id: string | null
  why: 'layer' | 'override' | 'temporary'
  override_id?: string | null
}
export type Span = { from: string; to: string }
export type Timeline = {
  shifts: Shift[]
  gaps: Span[]
  layers: { id: string; name: string; shifts: Shift[] }[]
}
export type Burden = {
  user_id: string
  user_name: string
  shifts: number
  hours: number
  share: number
  night_hours: number
  weekend_hours: number
  nights: number
  weekends: number
}
export type Report = {
  hours: number
  gap_hours: number
  overlap_hours: number
  gaps: Span[]
  overlaps: Span[]
  people: Burden[]
  balance: { hours: number; nights: number; weekends: number }
}
export type Feed = { id: string; schedule_id: string | null; created_at: string }
export type FeedMade = Feed & { url: string }

export type Policy = {
  id: string
  name: string
  description: string | null
  steps: PolicyStep[]
  repeat_count: number
  ack_timeout_s: number | null
  on_empty: 'next' | 'wait'
  is_default: boolean
}

export type Rule = {
  id: string
  name: string
  enabled: boolean
  match: 'all' | 'any'
  conditions: Condition[]
  actions: RuleActions
}
/** What somebody types to see what would become of it. */
export type SubjectDraft = {
  severity: Severity
  source_type: string
  monitor_type: string | null
  tags: string[]
  name: string
  regions: string[]
}
export type CalledContact = { at_s: number; name: string; type: string; skipped?: string | null }
export type CalledPerson = { user_id: string; user_name: string; via: string | null; contacts: CalledContact[] }
export type CalledStep = {
  step: number
  at_s: number
  people: CalledPerson[]
  channels: { id: string; name: string }[]
}
export type Told = {
  chain: Decision[]
  severity: Severity
  suppressed: { rule_id: string; rule_name: string } | null
  alerts: {
    policy_id: string | null
    policy_name: string | null
    rule: { id: string; name: string } | null
    steps: CalledStep[]
  }[]
  channels: { id: string; name: string }[]
  sentence: string
  held?: { why: string; message: string } | null
}

export type Finding = {
  level: 'error' | 'warning' | 'info'
  code: string
  message: string
  subject: { type: string; id: string; name: string }
}
