import { useMutation } from '@tanstack/react-query'
import { api } from '@/api'
import { useIncidentChanged } from '@/parts/incident-actions'
import type { IncidentDetail, Severity } from '@/types'
import { toast } from '@/ui/toast'

export type Asked =
  | { verb: 'ack'; body: { for_s?: number; message?: string } }
  | { verb: 'snooze'; body: { for_s: number } | { until: string } }
  | { verb: 'unsnooze' | 'reopen'; body: Record<string, never> }
  | { verb: 'assign'; body: { user_id: string } | { policy_id: string } }
  | { verb: 'merge'; body: { into: string } }
  | { verb: 'edit'; body: { title: string; severity: Severity } }

const DONE: Record<Asked['verb'], string> = {
  ack: 'Incident acknowledged',
  snooze: 'Incident snoozed',
  unsnooze: 'The snooze is over',
  reopen: 'Incident reopened',
  assign: 'Incident assigned',
  merge: 'Incident merged',
  edit: 'Incident changed',
}

/** Everything that can be done with one incident besides a plain acknowledgement or resolution. */
export function useRespond(id: string) {
  const changed = useIncidentChanged()
  return useMutation({
    mutationFn: ({ verb, body }: Asked) =>
      verb === 'edit'
        ? api.put<IncidentDetail>(`/incidents/${id}`, body)
        : api.post<IncidentDetail>(`/incidents/${id}/${verb}`, body),
    onSuccess: (incident, { verb }) => {
      changed(incident)
      toast(DONE[verb], { description: incident.title })
    },
  })
}
