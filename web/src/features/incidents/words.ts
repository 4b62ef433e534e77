import type { IncidentsSearch } from '@/search'
import type { Incident, TimelineEntry } from '@/types'
import { words } from '@/ui/format'

/** A text out of the loose `data` of an entry. */
const textIn = (data: TimelineEntry['data'], name: string): string | undefined => {
  const value = data?.[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

const ABOUT: Record<string, string> = {
  'incident.created': 'the opening',
  'incident.acknowledged': 'the acknowledgement',
  'incident.resolved': 'the resolution',
  'incident.updated': 'others that are part of it',
  'on_call.changed': 'who is on call',
  'monitor.status_changed': 'a change of state',
  'heartbeat.missed': 'a missed heartbeat',
  'heartbeat.recovered': 'a heartbeat that is back',
  'maintenance.started': 'the beginning of maintenance',
  'maintenance.ended': 'the end of maintenance',
}
/** What a notification was about: `the opening`. */
export const aboutOf = (event: unknown): string | undefined => (typeof event === 'string' ? ABOUT[event] : undefined)

/** The channel it is about; none when it is about all of them. */
export const channelNamed = ({ data }: TimelineEntry) => textIn(data, 'channel_name')
const channelOf = (entry: TimelineEntry): string => channelNamed(entry) ?? 'a removed channel'
export const deliveryOf = ({ data }: TimelineEntry): string | undefined => textIn(data, 'delivery_id')

/** The server's line about a delivery is a whole sentence; below a title that names the channel only the reason is left. */
function reasonOf(entry: TimelineEntry): string | null {
  const openings = ['Could not be sent', 'Not sent'].flatMap((verb) => [
    `${verb} to ${channelOf(entry)}: `,
    `${verb}: `,
  ])
  const opening = openings.find((one) => entry.message.startsWith(one))
  return entry.message.slice(opening?.length ?? 0) || null
}

/** The words that the server puts where a person wrote none. */
const BARE: Partial<Record<TimelineEntry['kind'], string>> = { acknowledged: 'Acknowledged', resolved: 'Resolved' }
const written = ({ kind, message }: TimelineEntry) => (message === BARE[kind] ? null : message)

/** Headlines of what the server tells in a whole sentence below. */
const TOLD: Partial<Record<TimelineEntry['kind'], string>> = {
  alerted: 'Alert raised',
  escalated: 'Escalated',
  ack_expired: 'The acknowledgement ran out',
  assigned: 'Assigned',
  snoozed: 'Snoozed',
  unsnoozed: 'Snooze ended',
  grouped: 'Found to belong together',
  merged: 'Merged',
  reopened: 'Reopened',
  updated: 'Changed',
  postmortem: 'Postmortem',
}

/** Headline of an entry and, below it, what was said or what went wrong; `subject` is the title of the incident. */
export function wordsOf(entry: TimelineEntry, subject?: string): { title: string; text: string | null } {
  const { kind, actor_label, message } = entry
  const by = actor_label ? ` by ${actor_label}` : ''
  switch (kind) {
    case 'detected':
      return { title: 'Detected', text: message }
    case 'created':
      // A report without words of its own carries its title.
      return { title: `Reported${by}`, text: message === subject ? null : message }
    case 'acknowledged':
      return { title: `Acknowledged${by}`, text: written(entry) }
    case 'resolved':
      return { title: `Resolved${by}`, text: written(entry) }
    case 'commented':
      return { title: actor_label ? `${actor_label} commented` : 'Comment', text: message }
    case 'recovered':
      return { title: 'Recovered', text: message }
    case 'delivered':
      return { title: `Sent to ${channelOf(entry)}`, text: null }
    case 'delivery_failed':
      return { title: `Could not be sent to ${channelOf(entry)}`, text: reasonOf(entry) }
    case 'suppressed':
      // Without a channel nobody at all was told, because of another monitor.
      return channelNamed(entry)
        ? { title: `Not sent to ${channelOf(entry)}`, text: reasonOf(entry) }
        : { title: 'Nobody is told yet', text: message }
    case 'released':
      return { title: 'Held no longer', text: message }
    default:
      // Everything else is told by the server in a whole sentence.
      return { title: `${TOLD[kind] ?? words(kind)}${by}`, text: message || null }
  }
}

export const isFiltered = ({ q, severity }: IncidentsSearch) => Boolean(q || severity)

const STATUS_WORD = {
  active: 'open ',
  open: 'unacknowledged ',
  acknowledged: 'acknowledged ',
  resolved: 'resolved ',
  all: '',
}
/** `No open critical incident matches “checkout”`. */
export function nothingFor({ status = 'active', severity, q }: IncidentsSearch): string {
  const what = `No ${STATUS_WORD[status]}${severity ? `${severity} ` : ''}incident`
  return q ? `${what} matches “${q}”` : `${what}s`
}

/** Who is on it, or how it ended. */
export function standing({ status, acknowledged_by, resolved_by, source_type }: Incident): string {
  if (status === 'open') return 'Not acknowledged'
  if (status === 'acknowledged') return acknowledged_by ? `Acknowledged by ${acknowledged_by}` : 'Acknowledged'
  if (resolved_by) return `Resolved by ${resolved_by}`
  return ['monitor', 'heartbeat', 'prober'].includes(source_type) ? 'Recovered' : 'Resolved'
}
