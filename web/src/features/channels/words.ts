import { noticeEvents } from '#contract/events'
import type { NoticeEvent } from '@/types'

/** When a channel is told, as its check boxes say it. */
export const eventLabel: Record<NoticeEvent, string> = {
  'incident.created': 'An incident opens',
  'incident.acknowledged': 'Somebody acknowledges it',
  'incident.resolved': 'It is resolved',
  'incident.updated': 'Others turn out to be part of it',
  'on_call.changed': 'Somebody else is on call',
  'monitor.status_changed': 'A monitor changes, for your records',
  'heartbeat.missed': 'A heartbeat is missed, for your records',
  'heartbeat.recovered': 'A heartbeat is back, for your records',
  'maintenance.started': 'Maintenance begins',
  'maintenance.ended': 'Maintenance is over',
}

const DONE: Partial<Record<NoticeEvent, string>> = {
  'incident.created': 'opened',
  'incident.acknowledged': 'acknowledged',
  'incident.resolved': 'resolved',
  'incident.updated': 'grown',
}
const BESIDES: Partial<Record<NoticeEvent, string>> = {
  'on_call.changed': 'changes of who is on call',
  'monitor.status_changed': 'changes of monitors',
  'heartbeat.missed': 'missed heartbeats',
  'heartbeat.recovered': 'heartbeats that are back',
  'maintenance.started': 'the beginning of maintenance',
  'maintenance.ended': 'the end of maintenance',
}
const list = new Intl.ListFormat('en')

/** `Incidents opened and resolved; changes of who is on call`, in the order in which they happen. */
export function eventWords(events: readonly NoticeEvent[]): string {
  const told = noticeEvents.filter((event) => events.includes(event))
  const incidents = told.flatMap((event) => DONE[event] ?? [])
  const parts = [
    ...(incidents.length > 0 ? [`Incidents ${list.format(incidents)}`] : []),
    ...told.flatMap((event) => BESIDES[event] ?? []),
  ]
  const text = parts.join('; ')
  return text === '' ? 'Nothing' : text.charAt(0).toUpperCase() + text.slice(1)
}
