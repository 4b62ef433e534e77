import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, fieldsOf, sentenceOf } from '@/api'
import { keys } from '@/keys'
import { sentence } from '@/ui/format'
import { toast } from '@/ui/toast'
import type { Override, Schedule } from './types'

export type OverrideBody = Omit<Override, 'id' | 'created_by'>
export const bodyOf = ({ kind, user_id, replaces, from, to, note }: Override): OverrideBody => ({
  ...{ kind, user_id, replaces, from, to, note: note ?? null },
})

/** Adding, changing and removing overrides; what is moved or removed can be taken back. */
export function useOverrides(schedule: string) {
  const client = useQueryClient()
  const path = `/schedules/${schedule}/overrides`
  const renew = () => void client.invalidateQueries({ queryKey: keys.allOnCall })
  /** Where it was dropped, until the server has said so: a bar must not jump back for a moment. */
  const show = (override: Override) =>
    client.setQueryData<Schedule>(
      keys.schedule(schedule),
      (before) =>
        before && { ...before, overrides: before.overrides.map((one) => (one.id === override.id ? override : one)) },
    )
  const save = useMutation({
    mutationFn: ({ id, body }: { id?: string; body: OverrideBody }) =>
      id ? api.put(`${path}/${id}`, body) : api.post(path, body),
    onSuccess: renew,
  })
  const remove = useMutation({ mutationFn: (id: string) => api.del(`${path}/${id}`), onSuccess: renew })
  /** There is no field to show it at: a bar was moved. */
  const refused = (title: string) => (error: unknown) => {
    renew()
    toast(title, { description: sentence(Object.values(fieldsOf(error))[0] ?? sentenceOf(error)) })
  }
  return {
    save,
    remove,
    move: (override: Override, range: { from: number; to: number }, done: () => void) => {
      const to = { from: new Date(range.from).toISOString(), to: new Date(range.to).toISOString() }
      const put = (body: OverrideBody, then: () => void) =>
        save.mutate({ id: override.id, body }, { onSuccess: then, onError: refused('The override was not moved') })
      show({ ...override, ...to })
      put({ ...bodyOf(override), ...to }, () => {
        done()
        toast('The override is moved', {
          action: { label: 'Undo', run: () => put(bodyOf(override), () => toast('The override is back')) },
        })
      })
    },
    drop: (override: Override, done: () => void) =>
      remove.mutate(override.id, {
        onError: refused('The override was not removed'),
        onSuccess: () => {
          done()
          toast('The override is removed', {
            action: { label: 'Undo', run: () => save.mutate({ body: bodyOf(override) }) },
          })
        },
      }),
  }
}
