import { useQueryClient } from '@tanstack/react-query'
import { api, type Query, sentenceOf } from '@/api'
import { keys } from '@/keys'
import type { Monitor, Verdict } from '@/types'
import { ms, plural, sentence } from '@/ui/format'
import { statusLabel } from '@/ui/status'
import { toast } from '@/ui/toast'

type Named = Pick<Monitor, 'id' | 'name'>
export type BulkAction = 'pause' | 'resume' | 'delete' | 'tag' | 'untag' | 'edit'
/** Which monitors are meant: those that were picked, or everything that matches a filter. */
export type BulkTarget = { ids: readonly string[] } | { filter: Query; total: number }
export const sizeOf = (target: BulkTarget) => ('ids' in target ? target.ids.length : target.total)
/** The API takes no more ids at once. */
const BULK = 1000

/** A refusal of something that was started from a menu, which has closed by then. */
const refused = (what: string) => (error: unknown) => {
  toast(what, { description: sentence(sentenceOf(error)) })
}

/** What a person can make one monitor do; every action says in a toast what it did. */
export function useMonitorActions() {
  const client = useQueryClient()
  const renew = (id: string) =>
    Promise.all([
      client.invalidateQueries({ queryKey: keys.monitor(id) }),
      client.invalidateQueries({ queryKey: keys.allMonitors }),
    ])

  const turn = async ({ id, name }: Named, verb: 'pause' | 'resume') => {
    await api.post<Monitor>(`/monitors/${id}/${verb}`)
    await renew(id)
    return name
  }
  const resume = (monitor: Named) =>
    turn(monitor, 'resume').then(
      (name) => toast(`${name} is checked again`),
      refused(`${monitor.name} could not be resumed`),
    )
  const pause = (monitor: Named) =>
    turn(monitor, 'pause').then(
      (name) => toast(`${name} is paused`, { action: { label: 'Undo', run: () => void resume(monitor) } }),
      refused(`${monitor.name} could not be paused`),
    )
  const check = async ({ id, name }: Named) => {
    try {
      const { verdict } = await api.post<{ verdict: Verdict }>(`/monitors/${id}/check`)
      await renew(id)
      const took = verdict.response_time_ms === undefined ? '' : ` in ${ms(verdict.response_time_ms)}`
      toast(`${name}: ${statusLabel[verdict.status]}`, { description: sentence(`${verdict.message}${took}`) })
    } catch (error) {
      refused(`${name} could not be checked`)(error)
    }
  }
  const clone = async ({ id, name }: Named) => {
    try {
      const copy = await api.post<Monitor>(`/monitors/${id}/clone`, {})
      await client.invalidateQueries({ queryKey: keys.allMonitors })
      return copy
    } catch (error) {
      refused(`${name} could not be cloned`)(error)
      return undefined
    }
  }
  /** Rejects when refused: the dialog that asked shows why. */
  const remove = async ({ id, name }: Named) => {
    await api.del(`/monitors/${id}`)
    client.removeQueries({ queryKey: keys.monitor(id) })
    void client.invalidateQueries({ queryKey: keys.allMonitors })
    void client.invalidateQueries({ queryKey: keys.allIncidents })
    toast(`${name} is deleted`)
  }
  return { pause, resume, check, clone, remove }
}

const slicesOf = (target: BulkTarget) => {
  if (!('ids' in target))
    return [{ filter: Object.fromEntries(Object.entries(target.filter).filter(([, value]) => value !== undefined)) }]
  const { ids } = target
  return Array.from({ length: Math.ceil(ids.length / BULK) }, (_, i) => ({ ids: ids.slice(i * BULK, (i + 1) * BULK) }))
}

/** One action on many monitors; rejects when refused. */
export function useBulk() {
  const client = useQueryClient()
  return async (
    action: BulkAction,
    target: BulkTarget,
    more: { tag?: string; set?: Record<string, unknown> } = {},
  ): Promise<number> => {
    let changed = 0
    for (const part of slicesOf(target))
      changed += (await api.post<{ changed: number }>('/monitors/bulk', { action, ...part, ...more })).changed
    await Promise.all([
      client.invalidateQueries({ queryKey: keys.allMonitors }),
      client.invalidateQueries({ queryKey: keys.monitorTags }),
      client.invalidateQueries({ queryKey: keys.allIncidents }),
      // Any of them may be open in this tab; those that nobody looks at are asked for when they are.
      client.invalidateQueries({ queryKey: ['monitor'] }),
    ])
    return changed
  }
}

const PAST: Record<BulkAction, string> = {
  pause: 'paused',
  resume: 'checked again',
  delete: 'deleted',
  tag: 'tagged',
  untag: 'without the tag',
  edit: 'changed',
}
/** `3 monitors are paused`. */
export const bulkWords = (action: BulkAction, changed: number) =>
  `${plural(changed, 'monitor')} ${changed === 1 ? 'is' : 'are'} ${PAST[action]}`
