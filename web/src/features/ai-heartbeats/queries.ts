import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api, type Query } from '@/api'
import { keys } from '@/keys'
import type { HeartbeatsSummary, HeartbeatTag, Page } from '@/types'
import type { Agent, AgentItem, AgentRun, Charts } from './types'

export const PER_PAGE = 50
/** How many runs success, latency and budgets are taken from. */
export const LATELY = 20
/** The socket tells of every run while its page is open; this is for what the clock alone changes. */
const SLOW_MS = 60_000

export const agentsQuery = (query: Query) =>
  queryOptions({
    queryKey: keys.aiHeartbeats(query),
    refetchInterval: SLOW_MS / 2,
    queryFn: ({ signal }) => api.get<Page<AgentItem>>('/ai-heartbeats', query, { signal }),
  })
export const agentsSummaryQuery = queryOptions({
  queryKey: [...keys.allAiHeartbeats, 'summary'],
  refetchInterval: SLOW_MS / 2,
  queryFn: ({ signal }) => api.get<HeartbeatsSummary>('/ai-heartbeats/summary', {}, { signal }),
})
export const agentTagsQuery = queryOptions({
  queryKey: [...keys.allAiHeartbeats, 'tags'],
  staleTime: 60_000,
  queryFn: ({ signal }) => api.get<Page<HeartbeatTag>>('/ai-heartbeats/tags', { per_page: 100 }, { signal }),
})
export const agentQuery = (id: string) =>
  queryOptions({
    queryKey: keys.heartbeat(id),
    refetchInterval: SLOW_MS,
    queryFn: ({ signal }) => api.get<Agent>(`/ai-heartbeats/${id}`, {}, { signal }),
  })

/** How far back the charts go, and in how many pieces. */
export const spans = {
  '24h': { ms: 86_400_000, points: 48 },
  '7d': { ms: 7 * 86_400_000, points: 56 },
  '30d': { ms: 30 * 86_400_000, points: 60 },
} as const
export type Span = keyof typeof spans
export const chartsQuery = (id: string, span: Span) =>
  queryOptions({
    queryKey: keys.heartbeatPart(id, 'charts', { span }),
    refetchInterval: SLOW_MS,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => {
      const { ms, points } = spans[span]
      const from = new Date(Date.now() - ms).toISOString()
      return api.get<Charts>(`/ai-heartbeats/${id}/charts`, { from, points }, { signal })
    },
  })
export const agentRunsQuery = (id: string, query: Query) =>
  queryOptions({
    queryKey: keys.heartbeatPart(id, 'runs', query),
    refetchInterval: SLOW_MS,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => api.get<Page<AgentRun>>(`/ai-heartbeats/${id}/runs`, query, { signal }),
  })
/** The newest ones: what budgets and success are taken from, and what the overview lists. */
export const latelyQuery = (id: string) => agentRunsQuery(id, { page: 1, per_page: LATELY })
