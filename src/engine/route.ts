import type { NoticeEvent } from '#contract/events'

export type Routable = {
  id: string
  name: string
  enabled: boolean
  is_default: boolean
  events: NoticeEvent[]
}
export type Route<C> = { send: C[]; held: { channel: C; why: string }[] }

/**
 * Which channels hear of an event: those that are switched on, marked default and subscribed to it. A channel whose
 * provider refused it for good is held back, and the reason is told. Pure.
 */
export function route<C extends Routable>(event: NoticeEvent, channels: C[], failures: Map<string, string>): Route<C> {
  const wanted = channels.filter(({ enabled, is_default, events }) => enabled && is_default && events.includes(event))
  return {
    send: wanted.filter(({ id }) => !failures.has(id)),
    held: wanted.flatMap((channel) => {
      const error = failures.get(channel.id)
      return error === undefined
        ? []
        : [{ channel, why: `${channel.name} has not worked since its last message: ${error}` }]
    }),
  }
}
