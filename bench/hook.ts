/** A receiver of webhooks that remembers when each message came. */
export type Received = { event: string; delivery_id: string; incident_id: string; monitor: string; at: number }

type Body = {
  event: string
  delivery_id: string
  data: { incident?: { id: string }; monitor?: { name: string } | null }
}

export function openHook({ host = '127.0.0.1' } = {}) {
  const received: Received[] = []
  let heard = () => {}
  const server = Bun.serve({
    hostname: host,
    port: 0,
    async fetch(request) {
      const at = performance.timeOrigin + performance.now()
      // Safe: the documented body of the webhook channel.
      const { event, delivery_id, data } = (await request.json()) as Body
      received.push({ event, delivery_id, incident_id: data.incident?.id ?? '', monitor: data.monitor?.name ?? '', at })
      heard()
      return new Response('ok')
    },
  })
  return {
    url: `http://${host}:${server.port}/hook`,
    received,
    /** Resolves when so many messages of an event have come, or the time is up. */
    until(event: string, count: number, ms: number): Promise<void> {
      return new Promise((done) => {
        const enough = () => received.filter((one) => one.event === event).length >= count
        const timer = setTimeout(done, ms)
        heard = () => {
          // Counting is dear: look at the length first.
          if (received.length < count || !enough()) return
          clearTimeout(timer)
          done()
        }
        heard()
      })
    },
    stop: () => server.stop(true),
  }
}
export type Hook = ReturnType<typeof openHook>

export const hookChannel = ({ url }: Hook) => ({ name: 'hook', type: 'webhook', settings: { url } })
