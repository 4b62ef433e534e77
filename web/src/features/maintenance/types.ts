import type { MaintenanceScope } from '#contract/oncall'

export type MaintenanceWindow = {
  id: string
  name: string
  description: string | null
  scope: MaintenanceScope
  starts_at: string
  ends_at: string | null
  rrule: string | null
  duration_s: number | null
  timezone: string | null
  notify_subscribers: boolean
  status: 'scheduled' | 'active' | 'ended'
  active_from: string | null
  active_until: string | null
  next: { from: string; until: string } | null
}
