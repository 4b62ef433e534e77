import { keepPreviousData, queryOptions, useQueryClient } from '@tanstack/react-query'
import { api } from '@/api'
import { keys } from '@/keys'
import type { Channel, NotificationLogItem, Page } from '@/types'

export const PER_PAGE = 25
export const LOG_PER_PAGE = 10
/** A refusal by the provider is found by the engine; no live message tells of it. */
const LOOK_AGAIN_MS = 30_000

export const channelPageQuery = (page: number) =>
  queryOptions({
    queryKey: keys.channels({ page, per_page: PER_PAGE }),
    placeholderData: keepPreviousData,
    refetchInterval: LOOK_AGAIN_MS,
    queryFn: ({ signal }) => api.get<Page<Channel>>('/notification-channels', { page, per_page: PER_PAGE }, { signal }),
  })

export const channelQuery = (id: string) =>
  queryOptions({
    queryKey: keys.channel(id),
    queryFn: ({ signal }) => api.get<Channel>(`/notification-channels/${encodeURIComponent(id)}`, {}, { signal }),
  })

export type LogStatus = 'sent' | 'failed' | 'suppressed'
export const logQuery = (channel_id: string, page: number, status?: LogStatus) => {
  const query = { channel_id, page, per_page: LOG_PER_PAGE, status }
  return queryOptions({
    queryKey: keys.notificationLog(query),
    placeholderData: keepPreviousData,
    refetchInterval: LOOK_AGAIN_MS,
    queryFn: ({ signal }) => api.get<Page<NotificationLogItem>>('/notification-log', query, { signal }),
  })
}

/** After anything that changes a channel or sends through it. */
export function useRenewChannels() {
  const client = useQueryClient()
  return () =>
    Promise.all([
      client.invalidateQueries({ queryKey: keys.allChannels }),
      client.invalidateQueries({ queryKey: ['channel'] }),
      client.invalidateQueries({ queryKey: ['notification-log'] }),
    ])
}
