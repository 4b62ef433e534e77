import { useQueryClient } from '@tanstack/react-query'
import { api, sentenceOf } from '@/api'
import { keys } from '@/keys'
import type { Heartbeat } from '@/types'
import { sentence } from '@/ui/format'
import { toast } from '@/ui/toast'

type Named = Pick<Heartbeat, 'id' | 'name'>

/** A refusal of something that was started from a menu, which has closed by then. */
const refused = (what: string) => (error: unknown) => {
  toast(what, { description: sentence(sentenceOf(error)) })
}

/** What a person can make one heartbeat do; every action says in a toast what it did. */
export function useHeartbeatActions() {
  const client = useQueryClient()
  const renew = (id: string) =>
    Promise.all([
      client.invalidateQueries({ queryKey: keys.heartbeat(id) }),
      client.invalidateQueries({ queryKey: keys.allHeartbeats }),
    ])
  const turn = async ({ id }: Named, verb: 'pause' | 'resume') => {
    await api.post<Heartbeat>(`/heartbeats/${id}/${verb}`)
    await renew(id)
  }
  const resume = (heartbeat: Named) =>
    turn(heartbeat, 'resume').then(
      () => toast(`${heartbeat.name} is listened to again`),
      refused(`${heartbeat.name} could not be resumed`),
    )
  const pause = (heartbeat: Named) =>
    turn(heartbeat, 'pause').then(
      () => toast(`${heartbeat.name} is paused`, { action: { label: 'Undo', run: () => void resume(heartbeat) } }),
      refused(`${heartbeat.name} could not be paused`),
    )
  const clone = async ({ id, name }: Named) => {
    try {
      const copy = await api.post<Heartbeat>(`/heartbeats/${id}/clone`, {})
      await client.invalidateQueries({ queryKey: keys.allHeartbeats })
      return copy
    } catch (error) {
      refused(`${name} could not be cloned`)(error)
      return undefined
    }
  }
  /** Rejects when refused, as `remove`: the dialog that asked shows why. */
  const rotate = async ({ id }: Named) => {
    await api.post<Heartbeat>(`/heartbeats/${id}/rotate-slug`)
    await renew(id)
    toast('The new address is ready')
  }
  const remove = async ({ id, name }: Named) => {
    await api.del(`/heartbeats/${id}`)
    client.removeQueries({ queryKey: keys.heartbeat(id) })
    void client.invalidateQueries({ queryKey: keys.allHeartbeats })
    void client.invalidateQueries({ queryKey: keys.allIncidents })
    toast(`${name} is deleted`)
  }
  return { pause, resume, clone, rotate, remove }
}
