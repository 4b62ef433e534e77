import type { Notice } from '#channels/define'
import type { NoticeEvent } from '#contract/events'
import { heartbeatReasons } from '#contract/heartbeats'
import type { Incident } from '#engine/incidents'
import type { Config } from '#kernel/config'
import { duration, moment } from '#kernel/words'

/** What a message tells about the monitor; nothing of it is secret. */
export type Subject = {
  id: string
  name: string
  type: string
  target: string
  runbook_url: string | null
  description: string | null
}
export type Worded = Omit<Notice, 'delivery_id'>
type Facts = {
  event: NoticeEvent
  incident: Incident
  monitor?: Subject
  /** Address of the web interface. */
  base: string
  /** When it happened, ISO 8601. */
  at: string
  /** Length of the outage as the checks saw it. */
  down_s?: number
  reminder?: boolean
  group?: GroupWords
}
/** What is said of incidents that are taken for one trouble. */
export type GroupWords = { title: string; size: number; open: number; names: string[] }

/** Where people reach this appliance: what they have configured, else the address it listens on. */
export function baseUrl({ publicUrl, listen }: Pick<Config, 'publicUrl' | 'listen'>): string {
  if (publicUrl) return publicUrl
  const host = ['0.0.0.0', '::', ''].includes(listen.host) ? 'localhost' : listen.host
  return `http://${host.includes(':') ? `[${host}]` : host}:${listen.port}`
}

const kinds = {
  'incident.created': 'down',
  'incident.acknowledged': 'acknowledged',
  'incident.resolved': 'up',
  'incident.updated': 'updated',
  'on_call.changed': 'updated',
  'monitor.status_changed': 'updated',
  'heartbeat.missed': 'updated',
  'heartbeat.recovered': 'updated',
  'maintenance.started': 'updated',
  'maintenance.ended': 'updated',
} as const satisfies Record<NoticeEvent, Notice['kind']>

const secondsBetween = (from: string, until: string) => Math.max(0, (Date.parse(until) - Date.parse(from)) / 1_000)
const subjectOf = (incident: Incident) => incident.monitor_name ?? incident.heartbeat_name ?? incident.title
/** It is about something with a name of its own, which can be up and down. */
const hasState = ({ monitor_name, heartbeat_name }: Incident) => (monitor_name ?? heartbeat_name) !== null
/** Down, late or failed; other than that its runs are not as they should be. */
const isSilence = ({ reason }: Incident) => (heartbeatReasons as readonly (string | null)[]).includes(reason)

function titleOf({ event, incident, at, reminder, group }: Facts): string {
  if (group) return group.open > 0 ? `${group.title} (${group.open} open)` : `Over: ${group.title}`
  const manual = incident.source_type === 'manual'
  if (event === 'incident.resolved') return manual ? `Resolved: ${incident.title}` : recovered(incident)
  if (event === 'incident.acknowledged')
    return `${incident.acknowledged_by ?? 'Somebody'} acknowledged: ${incident.title}`
  if (reminder) {
    const still = !hasState(incident)
      ? 'Still open'
      : incident.source_type === 'heartbeat' && !isSilence(incident)
        ? 'Still not as expected'
        : 'Still down'
    return `${still} after ${duration(secondsBetween(incident.opened_at, at))}: ${subjectOf(incident)}`
  }
  return incident.title
}
function recovered(incident: Incident): string {
  if (incident.resolved_by) return `Resolved by ${incident.resolved_by}: ${incident.title}`
  // Of a prober or another program only the title is known, which says what is wrong.
  if (!hasState(incident)) return `Resolved: ${incident.title}`
  if (incident.source_type !== 'heartbeat') return `${subjectOf(incident)} is up again`
  return `${subjectOf(incident)} ${isSilence(incident) ? 'reported again' : 'is as expected again'}`
}

function groupBody({ size, open, names }: GroupWords): string {
  if (open === 0) return `All ${size} are over.`
  const more = open - names.length
  return [...names.map((name) => `• ${name}`), more > 0 && `… and ${more} more`].filter(Boolean).join('\n')
}

function bodyOf(facts: Facts): string {
  if (facts.group) return groupBody(facts.group)
  const { event, incident, monitor, at } = facts
  const down_s = facts.down_s ?? secondsBetween(incident.opened_at, incident.resolved_at ?? at)
  const lines: (string | undefined | null | false)[] =
    event === 'incident.resolved'
      ? [
          (incident.source_type === 'monitor' || isSilence(incident)) && !incident.resolved_by
            ? `It was down for ${duration(down_s)}.`
            : `It was open for ${duration(down_s)}.`,
          incident.message && `The reason was: ${incident.message}`,
        ]
      : [incident.message]
  return [
    ...lines,
    monitor?.target && `${incident.heartbeat_id ? 'Expected' : 'Target'}: ${monitor.target}`,
    event !== 'incident.resolved' && `Since: ${moment(incident.opened_at)}`,
    monitor?.description && event === 'incident.created' && monitor.description,
    monitor?.runbook_url && event === 'incident.created' && `Runbook: ${monitor.runbook_url}`,
  ]
    .filter(Boolean)
    .join('\n')
}

function dataOf({ incident, monitor, base, down_s, reminder, group }: Facts): Record<string, unknown> {
  const { id, title, status, severity, reason, message, opened_at, acknowledged_at, acknowledged_by, resolved_at } =
    incident
  return {
    incident: {
      id,
      title,
      status,
      severity,
      source_type: incident.source_type,
      reason,
      message,
      opened_at,
      acknowledged_at,
      acknowledged_by,
      resolved_at,
      resolved_by: incident.resolved_by,
      duration_s: resolved_at ? Math.round(down_s ?? secondsBetween(opened_at, resolved_at)) : null,
      url: `${base}/incidents/${id}`,
    },
    [incident.heartbeat_id ? 'heartbeat' : 'monitor']: monitor
      ? {
          id: monitor.id,
          name: monitor.name,
          type: monitor.type,
          target: monitor.target,
          runbook_url: monitor.runbook_url,
          description: monitor.description,
        }
      : null,
    ...(group && { group: { id: incident.group_id, title: group.title, size: group.size, open: group.open } }),
    ...(reminder && { reminder: true }),
  }
}

/** Words an event once, for every channel. Pure. */
export function noticeOf(facts: Facts): Worded {
  const { event, incident, base, at } = facts
  return {
    event,
    kind: kinds[event],
    title: titleOf(facts),
    body: bodyOf(facts),
    url: `${base}/incidents/${incident.id}`,
    subject: incident.id,
    severity: incident.severity,
    urgent: event === 'incident.created' && (incident.severity === 'critical' || incident.severity === 'high'),
    at,
    data: dataOf(facts),
  }
}

export const testNotice = (base: string, at: string): Worded => ({
  event: 'test',
  kind: 'test',
  title: 'Test message from Xinex',
  body: 'This channel works: messages about incidents will arrive here.',
  url: base,
  severity: 'low',
  urgent: false,
  at,
  data: { message: 'This channel works: messages about incidents will arrive here.' },
})
