import { useQueries, useQuery } from '@tanstack/react-query'
import { api } from '@/api'
import { keys } from '@/keys'
import type { Monitor } from '@/types'
import { monitorsQuery } from './data'

export type Named = Pick<Monitor, 'id' | 'name' | 'target' | 'status'>
const MANY = 100

/** The monitors behind ids: one list answers for most workspaces, what it lacks is asked for one by one. */
export function useMonitors(ids: readonly string[]): Map<string, Named> {
  const list = useQuery({ ...monitorsQuery({ sort: 'name', per_page: MANY }), enabled: ids.length > 0 })
  const known = new Map<string, Named>(list.data?.items.map((monitor) => [monitor.id, monitor]))
  const missing = list.data ? [...new Set(ids)].filter((id) => !known.has(id)) : []
  const found = useQueries({
    queries: missing.map((id) => ({
      queryKey: keys.monitor(id),
      queryFn: ({ signal }: { signal: AbortSignal }) => api.get<Monitor>(`/monitors/${id}`, {}, { signal }),
    })),
  })
  for (const { data } of found) if (data) known.set(data.id, data)
  return known
}
