import { queryOptions, useQueryClient } from '@tanstack/react-query'
import { api } from '@/api'
import { keys } from '@/keys'
import type { Prober } from '@/types'

export type WithToken = Prober & { token: string }

export const proberQuery = (id: string, every_ms: number) =>
  queryOptions({
    queryKey: keys.prober(id),
    refetchInterval: every_ms,
    queryFn: ({ signal }) => api.get<Prober>(`/probers/${id}`, {}, { signal }),
  })

/** After a change: everything that shows probers asks again. */
export function useRenewProbers() {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: keys.probers })
}
