import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { api } from '@/api'
import { keys } from '@/keys'
import type { Monitor, MonitorType, Verdict } from '@/types'
import { toast } from '@/ui/toast'
import { bodyOf, type Draft, draftOf, emptyDraft, trialOf, withType } from './draft'
import { useMakeAddress } from './push-address'

export function useDraft(type: MonitorType, monitor: Monitor | undefined) {
  const [draft, setDraft] = useState<Draft>(() => (monitor ? draftOf(monitor) : emptyDraft(type)))
  const drawn = useRef(type.type)
  // Another type was picked beside the form.
  if (drawn.current !== type.type) {
    drawn.current = type.type
    setDraft(withType(draft, type))
  }
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }))
  const untouched = monitor ? draftOf(monitor) : emptyDraft(type)
  return { draft, change, dirty: JSON.stringify(draft) !== JSON.stringify(untouched) }
}

/** A dry run; its verdict grows stale as soon as the form says something else. */
export function useTrial(draft: Draft, type: MonitorType, id: string | undefined) {
  const wanted = trialOf(draft, type, id)
  const { mutate, data, error, isPending, variables, reset } = useMutation({
    mutationFn: (body: typeof wanted) => api.post<{ verdict: Verdict }>('/monitors/test', body),
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: the verdict of another type says nothing about this one
  useEffect(() => reset(), [type.type])
  const stale = JSON.stringify(variables) !== JSON.stringify(wanted)
  return { run: () => mutate(wanted), verdict: data?.verdict, error, busy: isPending, stale }
}

export function useSave(draft: Draft, type: MonitorType, monitor: Monitor | undefined, release: () => void) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const makeAddress = useMakeAddress()
  return useMutation({
    mutationFn: () => {
      const body = bodyOf(draft, type)
      return monitor ? api.put<Monitor>(`/monitors/${monitor.id}`, body) : api.post<Monitor>('/monitors', body)
    },
    onSuccess: async (saved) => {
      release()
      void client.invalidateQueries({ queryKey: keys.allMonitors })
      void client.invalidateQueries({ queryKey: keys.monitorTags })
      await client.invalidateQueries({ queryKey: keys.monitor(saved.id) })
      // The monitor is there either way: its page offers to make an address as well.
      if (!monitor && saved.type === 'push') await makeAddress(saved.id).catch(() => undefined)
      toast(monitor ? `${saved.name} is saved` : `${saved.name} is added`)
      await navigate({ to: '/monitors/$id', params: { id: saved.id } })
    },
  })
}
