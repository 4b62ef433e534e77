import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { ApiError, api, type Query } from '@/api'
import { keys } from '@/keys'
import type {
  HeartbeatCalendar,
  HeartbeatFlip,
  HeartbeatPing,
  HeartbeatRun,
  HeartbeatTag,
  HeartbeatUptime,
  Page,
  Schedule,
  SchedulePreview,
  WorkspacePingKey,
} from '@/types'

export const PER_PAGE = 50

/** Every tag in use and how many heartbeats carry it. */
export const heartbeatTagsQuery = queryOptions({
  queryKey: keys.heartbeatTags,
  staleTime: 60_000,
  queryFn: ({ signal }) => api.get<Page<HeartbeatTag>>('/heartbeats/tags', { per_page: 100 }, { signal }),
})

/** The socket tells of every ping while the page of a heartbeat is open; this is for what the clock alone changes. */
const SLOW_MS = 60_000
const part = <T>(id: string, name: string, query: Query) =>
  queryOptions({
    queryKey: keys.heartbeatPart(id, name, query),
    refetchInterval: SLOW_MS,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => api.get<T>(`/heartbeats/${id}/${name}`, query, { signal }),
  })
export const pingsQuery = (id: string, query: Query) => part<Page<HeartbeatPing>>(id, 'pings', query)
export const runsQuery = (id: string, query: Query) => part<Page<HeartbeatRun>>(id, 'runs', query)
export const flipsQuery = (id: string, query: Query) => part<Page<HeartbeatFlip>>(id, 'flips', query)
export const uptimeQuery = (id: string) => part<HeartbeatUptime>(id, 'uptime', { days: 90 })
export const calendarQuery = (id: string, from: string, until: string) =>
  part<HeartbeatCalendar>(id, 'calendar', { from, until })

export const bodyAddress = (id: string, n: number) => `/api/v1/heartbeats/${id}/pings/${n}/body`
/** What a ping said: text of strangers, only ever shown as text. It never changes. */
export const bodyQuery = (id: string, n: number) =>
  queryOptions({
    queryKey: keys.heartbeatPart(id, 'body', { n }),
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => {
      const answer = await fetch(bodyAddress(id, n), { signal, credentials: 'same-origin' })
      if (answer.ok) return answer.text()
      throw new ApiError(answer.status, 'INTERNAL_ERROR', `The server answered with ${answer.status}. Try again later.`)
    },
  })

export type PreviewAsked = { schedule: Schedule; grace_s?: number }
/** What a schedule means, as the server reads it; a refusal names the fields. */
export const previewQuery = (asked: PreviewAsked) =>
  queryOptions({
    queryKey: [...keys.allHeartbeats, 'preview', asked],
    retry: false,
    queryFn: ({ signal }) => api.post<SchedulePreview>('/heartbeats/preview', asked, { signal }),
  })

export const pingKeyQuery = queryOptions({
  queryKey: keys.pingKey,
  queryFn: ({ signal }) => api.get<WorkspacePingKey>('/ping-key', {}, { signal }),
})
