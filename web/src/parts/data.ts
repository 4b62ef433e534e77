import { queryOptions } from '@tanstack/react-query'
import { api, type Query } from '@/api'
import { keys } from '@/keys'
import type {
  Channel,
  ChannelType,
  Incident,
  MonitorListItem,
  MonitorsSummary,
  MonitorTag,
  MonitorType,
  Page,
  Prober,
  StatusPage,
} from '@/types'

export const monitorsSummaryQuery = queryOptions({
  queryKey: keys.monitorsSummary,
  queryFn: ({ signal }) => api.get<MonitorsSummary>('/monitors/summary', {}, { signal }),
})

export const monitorsQuery = (query: Query) =>
  queryOptions({
    queryKey: keys.monitors(query),
    queryFn: ({ signal }) => api.get<Page<MonitorListItem>>('/monitors', query, { signal }),
  })

/** Every tag in use and how many monitors carry it. */
export const monitorTagsQuery = queryOptions({
  queryKey: keys.monitorTags,
  staleTime: 60_000,
  queryFn: ({ signal }) => api.get<Page<MonitorTag>>('/monitors/tags', { per_page: 100 }, { signal }),
})

/** Who checks from elsewhere. */
export const probersQuery = queryOptions({
  queryKey: [...keys.probers, 'all'],
  queryFn: ({ signal }) => api.get<Page<Prober>>('/probers', { per_page: 100 }, { signal }),
})

/** Types come with the binary: they never change while a page is open. */
export const monitorTypesQuery = queryOptions({
  queryKey: keys.monitorTypes,
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: async ({ signal }) => (await api.get<Page<MonitorType>>('/monitor-types', {}, { signal })).items,
})

export const channelTypesQuery = queryOptions({
  queryKey: keys.channelTypes,
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: async ({ signal }) =>
    (await api.get<Page<ChannelType>>('/notification-channel-types', {}, { signal })).items,
})

export const incidentsQuery = (query: Query) =>
  queryOptions({
    queryKey: keys.incidents(query),
    queryFn: ({ signal }) => api.get<Page<Incident>>('/incidents', query, { signal }),
  })

/** Open and acknowledged ones; what needs a person now. */
export const activeIncidentsQuery = incidentsQuery({ status: 'active', per_page: 50 })

export const channelsQuery = queryOptions({
  queryKey: keys.channels({ per_page: 100 }),
  queryFn: ({ signal }) => api.get<Page<Channel>>('/notification-channels', { per_page: 100 }, { signal }),
})

/** How much in the inbox is unread. Incidents move it at once; of the rest no live message tells. */
export const unreadQuery = queryOptions({
  queryKey: keys.feedUnread,
  refetchInterval: 60_000,
  queryFn: async ({ signal }) =>
    (await api.get<{ unread_count: number }>('/notifications/feed/unread-count', {}, { signal })).unread_count,
})

export const statusPagesQuery = queryOptions({
  queryKey: keys.statusPages({ per_page: 100 }),
  queryFn: ({ signal }) => api.get<Page<StatusPage>>('/status-pages', { per_page: 100 }, { signal }),
})
