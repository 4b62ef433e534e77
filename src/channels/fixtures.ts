import type { Notice } from '#channels/define'
import { type Channel, DeliveryError, type MailServer, type Send } from '#channels/define'
import { actionKeys } from '#channels/look'
import { postWith } from '#channels/post'
import type { Net } from '#kernel/net'

/** For tests: every name is this machine, and literal addresses are allowed. */
export const loopback: Net = {
  resolve: async () => ({ address: '127.0.0.1', family: 4, addresses: ['127.0.0.1'], dns_ms: 0 }),
  permit: () => {},
}

export const NOW = Date.parse('2026-03-01T12:00:10Z')

export const notice: Notice = {
  event: 'incident.created',
  kind: 'down',
  title: 'API is down',
  body: 'HTTP 503 from https://api.example.com/health_check\nsince 12:00',
  url: 'https://xinex.example.com/incidents/inc_1',
  severity: 'critical',
  urgent: true,
  at: '2026-03-01T12:00:00.000Z',
  delivery_id: 'dlv_0001',
  data: { incident_id: 'inc_1', monitor_id: 'mon_1' },
}

export type Received = { method: string; path: string; headers: Headers; body: string; json: unknown }

type Reply = (request: Request, body: string) => Response | Promise<Response>

/** A provider on this machine: remembers what it got and answers what it is told to. */
export function listen(reply: Reply = () => Response.json({ ok: true })) {
  const received: Received[] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: async (request) => {
      const body = await request.text()
      const { pathname, search } = new URL(request.url)
      const json: unknown = body.startsWith('{') ? JSON.parse(body) : undefined
      received.push({ method: request.method, path: pathname + search, headers: request.headers, body, json })
      return reply(request, body)
    },
  })
  return { url: `http://hook.example.test:${server.port}`, port: server.port, received, close: () => server.stop(true) }
}

type Job = { notice?: Notice; net?: Net; mail?: MailServer; now?: number; timeout_ms?: number }

/** Sends as the engine does. */
export function send<S>(
  channel: { send: (job: Send<S>) => ReturnType<Channel['send']> },
  settings: S,
  { notice: told = notice, net = loopback, mail, now = NOW, timeout_ms = 2_000 }: Job = {},
) {
  const clock = () => now
  const post = postWith(net, { timeout_ms, now: clock, hidden: actionKeys(told) })
  return channel.send({ settings, notice: told, post, net, mail, now: clock })
}

/** The refusal that a promise ends with; fails the test when it succeeds or breaks in another way. */
export async function refusalOf(promise: Promise<unknown>): Promise<DeliveryError> {
  const outcome = await promise.then(
    () => undefined,
    (cause: unknown) => cause,
  )
  if (outcome instanceof DeliveryError) return outcome
  throw new Error(`Expected a DeliveryError, got ${String(outcome)}`)
}
