import type { FeedType } from '#contract/oncall'

/** What an entry of the inbox is about. */
export const feedWords: Record<FeedType, string> = {
  incident_opened: 'Incident opened',
  incident_acked: 'Incident acknowledged',
  incident_resolved: 'Incident resolved',
  monitor_recovered: 'Monitor is up again',
  heartbeat_missed: 'Heartbeat missed',
  heartbeat_recovered: 'Heartbeat is back',
  maintenance_started: 'Maintenance began',
  maintenance_ended: 'Maintenance is over',
  certificate_expiring: 'Certificate is about to end',
  channel_failing: 'Channel takes no messages',
  member_joined: 'New member',
  billing: 'Billing',
}
