import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api } from '@/api'
import { keys } from '@/keys'
import type { IncidentDetail } from '@/types'
import { toast } from '@/ui/toast'

type Verb = 'ack' | 'resolve'
const DONE: Record<Verb, string> = { ack: 'Incident acknowledged', resolve: 'Incident resolved' }

/** Acknowledge or resolve one incident. Never asks: both can be followed by a comment, and time matters more. */
export function useIncidentAction(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (verb: Verb) => api.post<IncidentDetail>(`/incidents/${id}/${verb}`, {}),
    onSuccess: (incident, verb) => {
      client.setQueryData(keys.incident(id), incident)
      void client.invalidateQueries({ queryKey: keys.allIncidents })
      if (incident.monitor_id) void client.invalidateQueries({ queryKey: keys.monitor(incident.monitor_id) })
      toast(DONE[verb], { description: incident.title })
    },
  })
}
