/** A target whose answer a test decides, on 127.0.0.1. */
export function target() {
  let status = 200
  let delay_ms = 0
  let asked = 0
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch() {
      asked++
      if (delay_ms > 0) await Bun.sleep(delay_ms)
      return new Response(status === 200 ? 'ok' : 'broken', { status })
    },
  })
  return {
    url: `http://127.0.0.1:${server.port}/`,
    answer(code: number, delay = 0) {
      status = code
      delay_ms = delay
    },
    asked: () => asked,
    stop: () => server.stop(true),
  }
}

export type Hook = {
  event: string
  delivery_id: string
  timestamp: string
  data: { incident: Record<string, unknown>; monitor: Record<string, unknown> | null; reminder?: boolean }
}

/** A webhook receiver that keeps what it got. */
export function listener() {
  const got: Hook[] = []
  let status = 200
  let headers: Record<string, string> = {}
  let tries = 0
  let held: Promise<void> | undefined
  let release = () => {}
  const waiting: (() => void)[] = []
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      tries++
      const body = (await request.json()) as Hook
      await held
      if (status === 200) got.push(body)
      for (const heard of waiting.splice(0)) heard()
      return new Response(status === 200 ? 'thanks' : 'no', { status, headers })
    },
  })
  return {
    url: `http://127.0.0.1:${server.port}/hook`,
    got,
    events: () => got.map(({ event }) => event),
    answer(code: number, more: Record<string, string> = {}) {
      status = code
      headers = more
    },
    tries: () => tries,
    /** Answers nothing until `release`. */
    hang() {
      held = new Promise((done) => {
        release = done
      })
    },
    release: () => release(),
    /** The next message. */
    next: () => new Promise<void>((heard) => waiting.push(heard)),
    stop: () => server.stop(true),
  }
}
