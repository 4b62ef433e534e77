import { queryOptions } from '@tanstack/react-query'
import { api, type Query } from '@/api'
import { keys } from '@/keys'
import type {
  CheckResult,
  EvidenceItem,
  Interval,
  Monitor,
  MonitorState,
  Page,
  ResponseRange,
  ResponseTimes,
  Uptime,
} from '@/types'

export const PER_PAGE = 100
const FAST_MS = 5_000
const SLOW_MS = 15_000

export const monitorQuery = (id: string) =>
  queryOptions({
    queryKey: keys.monitor(id),
    queryFn: ({ signal }) => api.get<Monitor>(`/monitors/${id}`, {}, { signal }),
  })

export const statusQuery = (id: string) =>
  queryOptions({
    queryKey: keys.monitorStatus(id),
    queryFn: ({ signal }) => api.get<MonitorState>(`/monitors/${id}/status`, {}, { signal }),
    // The socket says when a state changes; phases, regions and the time of the next check only come by asking: just after
    // a check, but not at every one of those who check every few seconds.
    refetchInterval: ({ state: { data } }) => {
      const next = data?.next_check_at ? Date.parse(data.next_check_at) + 1_000 - Date.now() : SLOW_MS
      return Math.max(FAST_MS, Math.min(SLOW_MS, next))
    },
  })

/** `everyMs`: single checks are not told to this page one by one, so it asks again while somebody looks. */
const part = <T>(id: string, name: string, query: Query, staleTime: number, everyMs?: number) =>
  queryOptions({
    queryKey: keys.monitorPart(id, name, query),
    staleTime,
    refetchInterval: everyMs,
    queryFn: ({ signal }) => api.get<T>(`/monitors/${id}/${name}`, query, { signal }),
  })

export const uptimeQuery = (id: string) => part<Uptime>(id, 'uptime', { days: 90 }, 60_000, 60_000)
/** Without a region: all of them together. */
export const timesQuery = (id: string, range: ResponseRange, region?: string) =>
  part<ResponseTimes>(id, 'response-times', region ? { range, region } : { range }, 30_000)
export const evidenceQuery = (id: string, query: Query) => part<Page<EvidenceItem>>(id, 'evidence', query, 15_000)
export const intervalsQuery = (id: string, from: string) =>
  part<Page<Interval>>(id, 'intervals', { from, per_page: 100 }, 30_000)
export const resultsQuery = (id: string, query: Query) => part<Page<CheckResult>>(id, 'results', query, 5_000)
