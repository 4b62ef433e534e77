import { useQueryClient } from '@tanstack/react-query'
import type { JsonSchema } from '@/ui/schema'

export type Integration = {
  id: string
  name: string
  type: string
  /** The type as a person calls it. */
  title: string
  enabled: boolean
  /** What to enter in the other program. */
  enter: { title: string; value: string }[]
  open_incidents: number
  last_event_at: string | null
}
export type IntegrationType = { type: string; title: string; summary: string; settings: JsonSchema }

export const integrationsKey = ['integrations', 'list'] as const
export const typesKey = ['integrations', 'types'] as const

export function useRenewIntegrations() {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: integrationsKey })
}
