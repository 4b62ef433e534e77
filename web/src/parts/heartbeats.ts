import { queryOptions } from '@tanstack/react-query'
import { ApiError, api, type Query } from '@/api'
import { keys } from '@/keys'
import type { Heartbeat, HeartbeatStatus, HeartbeatsSummary, MonitorStatus, Page } from '@/types'
import { count, plural } from '@/ui/format'

export const heartbeatLabel: Record<HeartbeatStatus, string> = {
  new: 'New',
  up: 'Up',
  late: 'Late',
  down: 'Down',
  paused: 'Paused',
}

type Standing = Pick<Heartbeat, 'status' | 'expected_at' | 'running'>
/** Late follows from the clock: nobody tells this page about it. */
export const statusAt = ({ status, expected_at, running }: Standing, now: number): HeartbeatStatus =>
  status === 'up' && running.length === 0 && expected_at !== null && Date.parse(expected_at) <= now ? 'late' : status

/** A heartbeat borrows the shape of the monitor status that weighs as much; what runs, but not as expected, is amber. */
export function heartbeatGlyph(status: HeartbeatStatus, problems = 0): MonitorStatus {
  if (status === 'new') return 'pending'
  if (status === 'late' || (status === 'up' && problems > 0)) return 'degraded'
  return status
}

const be = (amount: number) => (amount === 1 ? 'is' : 'are')
/** The one sentence of truth about all of them. */
export function heartbeatsSentence({ total, down, late, problems, up, paused }: HeartbeatsSummary): string {
  if (total === 0) return 'No heartbeats yet.'
  const bad = [
    down > 0 && `${plural(down, 'heartbeat')} ${be(down)} down.`,
    late > 0 && `${down > 0 ? count(late) : plural(late, 'heartbeat')} ${be(late)} late.`,
    problems > 0 &&
      `${down + late > 0 ? count(problems) : plural(problems, 'heartbeat')} ${problems === 1 ? 'does' : 'do'} not run as expected.`,
  ].filter(Boolean)
  if (bad.length > 0) return bad.join(' ')
  if (paused === total) return total === 1 ? 'It is paused.' : 'All of them are paused.'
  if (up === 0) return 'Waiting for the first pings.'
  return up === 1 ? '1 heartbeat is on time.' : `${count(up)} heartbeats are on time.`
}

/** Late follows from the clock, so the counts are asked for again while somebody looks. */
const EVERY_MS = 30_000

export const heartbeatsSummaryQuery = queryOptions({
  queryKey: keys.heartbeatsSummary,
  refetchInterval: EVERY_MS,
  queryFn: ({ signal }) => api.get<HeartbeatsSummary>('/heartbeats/summary', {}, { signal }),
})

export const heartbeatsQuery = (query: Query) =>
  queryOptions({
    queryKey: keys.heartbeats(query),
    refetchInterval: EVERY_MS,
    queryFn: ({ signal }) => api.get<Page<Heartbeat>>('/heartbeats', query, { signal }),
  })

/** One of either kind: what refers to a heartbeat only knows its id. */
export const heartbeatQuery = (id: string) =>
  queryOptions({
    queryKey: keys.heartbeat(id),
    queryFn: async ({ signal }) => {
      try {
        return await api.get<Heartbeat>(`/heartbeats/${id}`, {}, { signal })
      } catch (error) {
        if (!(error instanceof ApiError && error.status === 404)) throw error
        return api.get<Heartbeat>(`/ai-heartbeats/${id}`, {}, { signal })
      }
    },
  })
