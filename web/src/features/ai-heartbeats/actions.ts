import { useQueryClient } from '@tanstack/react-query'
import { api, sentenceOf } from '@/api'
import { keys } from '@/keys'
import { sentence } from '@/ui/format'
import { toast } from '@/ui/toast'
import type { Agent } from './types'

type Named = Pick<Agent, 'id' | 'name'>

/** A refusal of something that was started from a menu, which has closed by then. */
const refused = (what: string) => (error: unknown) => {
  toast(what, { description: sentence(sentenceOf(error)) })
}

/** What a person can make one AI heartbeat do; every action says in a toast what it did. */
export function useAgentActions() {
  const client = useQueryClient()
  const renew = (id: string) =>
    Promise.all([
      client.invalidateQueries({ queryKey: keys.heartbeat(id) }),
      client.invalidateQueries({ queryKey: keys.allAiHeartbeats }),
    ])
  const turn = async ({ id }: Named, verb: 'pause' | 'resume') => {
    await api.post<Agent>(`/ai-heartbeats/${id}/${verb}`)
    await renew(id)
  }
  const resume = (agent: Named) =>
    turn(agent, 'resume').then(
      () => toast(`${agent.name} is listened to again`),
      refused(`${agent.name} could not be resumed`),
    )
  const pause = (agent: Named) =>
    turn(agent, 'pause').then(
      () => toast(`${agent.name} is paused`, { action: { label: 'Undo', run: () => void resume(agent) } }),
      refused(`${agent.name} could not be paused`),
    )
  const clone = async ({ id, name }: Named) => {
    try {
      const copy = await api.post<Agent>(`/ai-heartbeats/${id}/clone`, {})
      await client.invalidateQueries({ queryKey: keys.allAiHeartbeats })
      return copy
    } catch (error) {
      refused(`${name} could not be cloned`)(error)
      return undefined
    }
  }
  /** Rejects when refused, as `remove`: the dialog that asked shows why. */
  const rotate = async ({ id }: Named) => {
    await api.post<Agent>(`/ai-heartbeats/${id}/rotate-slug`)
    await renew(id)
    toast('The new address is ready')
  }
  const remove = async ({ id, name }: Named) => {
    await api.del(`/ai-heartbeats/${id}`)
    client.removeQueries({ queryKey: keys.heartbeat(id) })
    void client.invalidateQueries({ queryKey: keys.allAiHeartbeats })
    void client.invalidateQueries({ queryKey: keys.allIncidents })
    toast(`${name} is deleted`)
  }
  return { pause, resume, clone, rotate, remove }
}
