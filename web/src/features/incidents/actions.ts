import { useMutation } from '@tanstack/react-query'
import { api } from '@/api'
import { toastOf, useIncidentChanged, type Verb } from '@/parts/incident-actions'
import type { IncidentDetail, Severity } from '@/types'

export type Note = { verb: Verb | 'comment'; message: string }

/** A comment, or an acknowledgement or resolution with words of its own. */
export function useNote(id: string) {
  const changed = useIncidentChanged()
  return useMutation({
    mutationFn: ({ verb, message }: Note) => api.post<IncidentDetail>(`/incidents/${id}/${verb}`, { message }),
    onSuccess: (incident, { verb }) => {
      changed(incident)
      // A comment appears right above the box; the others move things further away.
      if (verb !== 'comment') toastOf(verb, incident)
    },
  })
}

export type Report = { title: string; severity: Severity; message?: string; monitor_id?: string }
export function useReport() {
  const changed = useIncidentChanged()
  return useMutation({
    mutationFn: (report: Report) => api.post<IncidentDetail>('/incidents', report),
    onSuccess: changed,
  })
}
