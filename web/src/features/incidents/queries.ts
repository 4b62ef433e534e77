import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query'
import { api } from '@/api'
import { keys } from '@/keys'
import { heartbeatGlyph, heartbeatLabel, heartbeatQuery } from '@/parts/heartbeats'
import type { IncidentsSearch } from '@/search'
import type { Incident, IncidentDetail, Monitor, NotificationLogItem, Page } from '@/types'
import { statusLabel } from '@/ui/status'

export const PER_PAGE = 50
/** The socket tells of every change of an incident, but not of every answer of a channel: those come by asking. */
const FRESH_MS = 3_000
const ACTIVE_MS = 15_000
/** How long after a change its notifications are usually on their way. */
const SENDING_MS = 60_000

export function listQuery({ status = 'active', severity, q, page = 1 }: IncidentsSearch) {
  const query = { status: status === 'all' ? undefined : status, severity, q, page, per_page: PER_PAGE }
  return queryOptions({
    queryKey: keys.incidents(query),
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => api.get<Page<Incident>>('/incidents', query, { signal }),
  })
}

/** How soon to ask again; a resolved incident that has come to rest is left alone. */
export function renewal(incident: Pick<Incident, 'status' | 'updated_at'> | undefined, now: number): number | false {
  if (!incident) return false
  if (now - Date.parse(incident.updated_at) < SENDING_MS) return FRESH_MS
  return incident.status === 'resolved' ? false : ACTIVE_MS
}

export const incidentQuery = (id: string) =>
  queryOptions<IncidentDetail>({
    queryKey: keys.incident(id),
    refetchInterval: ({ state }) => renewal(state.data, Date.now()),
    queryFn: ({ signal }) => api.get<IncidentDetail>(`/incidents/${id}`, {}, { signal }),
  })

/** Every attempt to notify somebody, newest first; below the incident's key, so that it is renewed with it. */
export const attemptsQuery = (incident: Pick<Incident, 'id' | 'status' | 'updated_at'>) =>
  queryOptions({
    queryKey: [...keys.incident(incident.id), 'notifications'],
    refetchInterval: () => renewal(incident, Date.now()),
    queryFn: ({ signal }) =>
      api.get<Page<NotificationLogItem>>('/notification-log', { incident_id: incident.id, per_page: 100 }, { signal }),
  })

/** What it is about as it is now; nothing for reports without a subject and for what is gone. */
export function useSubjectOf({ monitor_id, heartbeat_id }: Pick<Incident, 'monitor_id' | 'heartbeat_id'>) {
  const monitor = useQuery({
    queryKey: keys.monitor(monitor_id ?? ''),
    enabled: monitor_id !== null,
    queryFn: ({ signal }) => api.get<Monitor>(`/monitors/${monitor_id}`, {}, { signal }),
  }).data
  const heartbeat = useQuery({ ...heartbeatQuery(heartbeat_id ?? ''), enabled: heartbeat_id !== null }).data
  if (monitor) return { ...monitor, glyph: monitor.status, status: statusLabel[monitor.status] }
  if (!heartbeat) return undefined
  const glyph = heartbeatGlyph(heartbeat.status, heartbeat.problems.length)
  return { ...heartbeat, glyph, status: heartbeatLabel[heartbeat.status] }
}
