import { useQueryClient } from '@tanstack/react-query'
import { api, sentenceOf } from '@/api'
import { keys } from '@/keys'
import type { Monitor, Verdict } from '@/types'
import { ms, plural, sentence } from '@/ui/format'
import { statusLabel } from '@/ui/status'
import { toast } from '@/ui/toast'

type Named = Pick<Monitor, 'id' | 'name'>
export type BulkAction = 'pause' | 'resume' | 'delete' | 'tag' | 'untag'
/** The API takes no more at once. */
const BULK = 100

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

/** One action on many monitors; rejects when refused. */
export function useBulk() {
  const client = useQueryClient()
  return async (action: BulkAction, ids: readonly string[], tag?: string): Promise<number> => {
    let changed = 0
    for (let from = 0; from < ids.length; from += BULK) {
      const part = ids.slice(from, from + BULK)
      changed += (await api.post<{ changed: number }>('/monitors/bulk', { action, ids: part, tag })).changed
    }
    await Promise.all([
      client.invalidateQueries({ queryKey: keys.allMonitors }),
      client.invalidateQueries({ queryKey: keys.allIncidents }),
      ...ids.map((id) => client.invalidateQueries({ queryKey: keys.monitor(id) })),
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
}
/** `3 monitors are paused`. */
export const bulkWords = (action: BulkAction, changed: number) =>
  `${plural(changed, 'monitor')} ${changed === 1 ? 'is' : 'are'} ${PAST[action]}`
