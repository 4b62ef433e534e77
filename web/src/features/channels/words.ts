import { noticeEvents } from '#contract/events'
import type { NoticeEvent } from '@/types'

/** When a channel is told, as its check boxes say it. */
export const eventLabel: Record<NoticeEvent, string> = {
  'incident.created': 'An incident opens',
  'incident.acknowledged': 'Somebody acknowledges it',
  'incident.resolved': 'It is resolved',
}

const DONE: Record<NoticeEvent, string> = {
  'incident.created': 'opened',
  'incident.acknowledged': 'acknowledged',
  'incident.resolved': 'resolved',
}
const list = new Intl.ListFormat('en')

/** `Incidents opened and resolved`, in the order in which they happen. */
export function eventWords(events: readonly NoticeEvent[]): string {
  const told = noticeEvents.filter((event) => events.includes(event))
  return told.length === 0 ? 'Nothing' : `Incidents ${list.format(told.map((event) => DONE[event]))}`
}
