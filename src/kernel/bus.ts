/** What screens are told while it happens. Not durable: a client that was away asks again. */
export type LiveEvent = {
  tenant_id: string
  type: 'incident_update' | 'monitor_status' | 'heartbeat_status' | 'status_page_update'
  data: Record<string, unknown>
}

export type Bus = {
  publish: (event: LiveEvent) => void
  /** Answers the function that ends the subscription. */
  subscribe: (listener: (event: LiveEvent) => void) => () => void
}

export function createBus(onError: (error: unknown) => void): Bus {
  const listeners = new Set<(event: LiveEvent) => void>()
  return {
    publish(event) {
      for (const listener of listeners) {
        try {
          listener(event)
        } catch (error) {
          onError(error)
        }
      }
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
