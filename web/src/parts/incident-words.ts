import type { Incident, MonitorStatus, Severity } from '@/types'

export const severityLabel: Record<Severity, string> = {
  critical: 'Critical',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
}

export const incidentStatusLabel: Record<Incident['status'], string> = {
  open: 'Open',
  acknowledged: 'Acknowledged',
  resolved: 'Resolved',
}

/** An incident has no glyph of its own: it borrows the shape of the monitor status that weighs as much. */
export function glyphOf({ status, severity }: Pick<Incident, 'status' | 'severity'>): MonitorStatus {
  if (status === 'resolved') return 'up'
  return severity === 'critical' || severity === 'high' ? 'down' : 'degraded'
}
