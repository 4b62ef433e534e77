import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api } from '@/api'
import { keys } from '@/keys'
import type { IncidentDetail } from '@/types'
import { toast } from '@/ui/toast'

export type Verb = 'ack' | 'resolve'
const DONE: Record<Verb, string> = { ack: 'Incident acknowledged', resolve: 'Incident resolved' }

/** Puts the answer of an action where every screen that shows the incident will see it. */
export function useIncidentChanged() {
  const client = useQueryClient()
  return (incident: IncidentDetail) => {
    client.setQueryData(keys.incident(incident.id), incident)
    void client.invalidateQueries({ queryKey: keys.allIncidents })
    if (incident.heartbeat_id) void client.invalidateQueries({ queryKey: keys.heartbeat(incident.heartbeat_id) })
    if (incident.monitor_id) void client.invalidateQueries({ queryKey: keys.monitor(incident.monitor_id) })
  }
}

export const toastOf = (verb: Verb, { title }: IncidentDetail) => toast(DONE[verb], { description: title })

/** Acknowledge or resolve one incident. Never asks: both can be followed by a comment, and time matters more. */
export function useIncidentAction(id: string) {
  const changed = useIncidentChanged()
  return useMutation({
    mutationFn: (verb: Verb) => api.post<IncidentDetail>(`/incidents/${id}/${verb}`, {}),
    onSuccess: (incident, verb) => {
      changed(incident)
      toastOf(verb, incident)
    },
  })
}
