export const monitorStatuses = ['pending', 'up', 'degraded', 'down', 'paused', 'maintenance', 'unknown'] as const
export type MonitorStatus = (typeof monitorStatuses)[number]

/** What a state interval can be; `pending` monitors have no interval yet. */
export const intervalStatuses = ['up', 'degraded', 'down', 'maintenance', 'paused', 'unknown'] as const
export type IntervalStatus = (typeof intervalStatuses)[number]

export const incidentStatuses = ['open', 'acknowledged', 'resolved'] as const
export type IncidentStatus = (typeof incidentStatuses)[number]

export const severities = ['critical', 'high', 'medium', 'low'] as const
export type Severity = (typeof severities)[number]

/** What found it: a check, a person, the loss of a prober, a job's silence, another program, or a fire drill. */
export const sourceTypes = ['monitor', 'manual', 'prober', 'heartbeat', 'event', 'drill'] as const
export type SourceType = (typeof sourceTypes)[number]

export const deliveryStatuses = ['pending', 'sending', 'sent', 'failed', 'suppressed'] as const
export type DeliveryStatus = (typeof deliveryStatuses)[number]

export const timelineKinds = [
  'detected',
  'created',
  'acknowledged',
  'commented',
  'delivered',
  'delivery_failed',
  'suppressed',
  'released',
  'recovered',
  'resolved',
  'alerted',
  'escalated',
  'ack_expired',
  'assigned',
  'snoozed',
  'unsnoozed',
  'grouped',
  'merged',
  'reopened',
  'updated',
  'postmortem',
] as const
export type TimelineKind = (typeof timelineKinds)[number]
