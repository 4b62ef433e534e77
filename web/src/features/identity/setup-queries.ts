import { queryOptions } from '@tanstack/react-query'
import { api } from '@/api'
import { keys } from '@/keys'
import type { Channel, MonitorListItem, Page } from '@/types'

export const neededQuery = queryOptions({
  queryKey: keys.setup,
  queryFn: ({ signal }) => api.get<{ needed: boolean }>('/setup', {}, { signal }),
})
export const firstMonitorQuery = queryOptions({
  queryKey: keys.monitors({ per_page: 1, sort: 'created_at' }),
  queryFn: ({ signal }) => api.get<Page<MonitorListItem>>('/monitors', { per_page: 1, sort: 'created_at' }, { signal }),
})
export const firstChannelQuery = queryOptions({
  queryKey: keys.channels({ per_page: 1 }),
  queryFn: ({ signal }) => api.get<Page<Channel>>('/notification-channels', { per_page: 1 }, { signal }),
})
