import { queryOptions, useQueryClient } from '@tanstack/react-query'
import { api } from '@/api'
import type { Page } from '@/types'
import type { JsonSchema, Values } from '@/ui/schema'

export type Integration = {
  id: string
  name: string
  type: string
  /** The type as a person calls it. */
  title: string
  enabled: boolean
  settings: Values
  /** A mask for those who may not see it. */
  key: string
  /** What to enter in the other program. */
  enter: { title: string; value: string }[]
  open_incidents: number
  last_event_at: string | null
}
export type IntegrationType = { type: string; title: string; summary: string; settings: JsonSchema }

export const integrationsKey = ['integrations', 'list'] as const
/** They come with the program. */
export const typesQuery = queryOptions({
  queryKey: ['integrations', 'types'],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: async ({ signal }) => (await api.get<Page<IntegrationType>>('/integrations/types', {}, { signal })).items,
})
export const integrationQuery = (id: string) =>
  queryOptions({
    queryKey: ['integrations', 'one', id],
    queryFn: ({ signal }) => api.get<Integration>(`/integrations/${encodeURIComponent(id)}`, {}, { signal }),
  })

export function useRenewIntegrations() {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: ['integrations'] })
}
