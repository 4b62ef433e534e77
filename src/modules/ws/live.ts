import type { Server, WebSocketHandler } from 'bun'
import type { LiveEvent } from '#kernel/bus'
import type { Timer } from '#kernel/clock'
import type { App } from '#kernel/context'
import { fail } from '#kernel/fail'
import { hasPermission, requirePermission } from '#kernel/guard'
import { type Connection, closing, createConnection, type Seat } from './connection'
import { credentialHeaders, type Tickets } from './tickets'

const PATH = '/api/v1/ws'
/** Changes are gathered this long: four messages a second about one thing are enough for an eye. */
const GATHER_MS = 250
const SWEEP_MS = 5_000
const PING_MS = 30_000
const SILENT_MS = 75_000
/** An identity is believed this long before it is looked up again. */
const VERIFY_MS = 5_000
const MOST_CONNECTIONS = 5_000
const MOST_OF_TENANT = 500

const ping = JSON.stringify({ type: 'ping' })
const subjects = {
  incident_update: 'incident_id',
  monitor_status: 'monitor_id',
  heartbeat_status: 'heartbeat_id',
} as const

/** A page of another site would send the cookie along; its Origin tells. */
function fromHere({ config }: App, request: Request): boolean {
  const origin = request.headers.get('origin')
  if (!origin || !URL.canParse(origin)) return false
  if (config.publicUrl && new URL(config.publicUrl).origin === origin) return true
  return new URL(origin).host === request.headers.get('host')
}

/**
 * What happens, told to open screens while it happens: incidents, changes of monitors, and the single checks of the
 * monitors that a screen shows. Nothing here is durable; a client that was away asks the API again.
 */
export function live(app: App, tickets: Tickets) {
  const { clock } = app
  const byTenant = new Map<string, Set<Connection>>()
  /** Last status told of each monitor; a check that changes it is news for everybody. */
  const told = new Map<string, unknown>()
  let gathering: Timer | undefined
  let sweeping: Timer | undefined
  let pinged_at = clock.monotonic()
  let closed = false

  const all = () => [...byTenant.values()].flatMap((seats) => [...seats])
  const count = () => [...byTenant.values()].reduce((sum, { size }) => sum + size, 0)

  function hear({ tenant_id, type, data }: LiveEvent) {
    if (type === 'status_page_update') return
    const id = String(data[subjects[type]])
    const news = type === 'incident_update' || told.get(id) !== data.status
    if (type !== 'incident_update') told.set(id, data.status)
    for (const connection of byTenant.get(tenant_id) ?? [])
      if (news || connection.wants(id)) connection.offer(`${type}:${id}`, { type, data })
    if (byTenant.has(tenant_id)) gathering ??= clock.after(GATHER_MS, deliver)
  }
  const unsubscribe = app.bus.subscribe(hear)

  function deliver() {
    gathering = undefined
    for (const connection of all()) if (connection.hasNews()) void speak(connection, () => connection.flush())
  }

  /** Speaks only to someone who may still listen. */
  async function speak(connection: Connection, words: () => void, verified_ms = VERIFY_MS) {
    const { socket } = connection
    if (clock.monotonic() - connection.verified_at > verified_ms) {
      const { headers, token, address } = socket.data.credential
      const identity = await app.credentials.identify(headers, { address, queryToken: token }).catch(() => undefined)
      const may = identity && hasPermission(app, identity, 'tenant:read', PATH)
      if (!may || identity.tenant.id !== connection.tenant_id)
        return socket.close(closing.revoked, 'No longer signed in')
      connection.verified_at = clock.monotonic()
    }
    if (socket.readyState === WebSocket.OPEN) words()
  }

  function sweep() {
    const now = clock.monotonic()
    const due = now - pinged_at >= PING_MS
    if (due) pinged_at = now
    for (const connection of all()) {
      if (now - connection.heard_at > SILENT_MS) connection.socket.close(closing.silent, 'No answer to pings')
      // At every sweep, whatever was said meanwhile: whoever lost their access is gone one sweep later.
      else void speak(connection, () => due && connection.socket.send(ping), 0)
    }
    sweeping = count() > 0 && !closed ? clock.after(SWEEP_MS, sweep) : undefined
  }

  async function admit(request: Request, url: URL, address: string): Promise<Seat> {
    if (request.method !== 'GET')
      throw fail('METHOD_NOT_ALLOWED', { headers: { allow: 'GET' }, details: { allow: ['GET'] } })
    const given = url.searchParams.get('token')
    const ticket = tickets.take(given)
    const { headers, token } = ticket ?? { headers: credentialHeaders(request), token: given }
    const credential = { headers, token, address: ticket?.address ?? address }
    const identity = await app.credentials.identify(headers, { address: credential.address, queryToken: token })
    if (!identity) throw fail('UNAUTHORIZED')
    requirePermission(app, identity, 'tenant:read', PATH)
    if (!ticket && identity.actor.kind === 'session' && !fromHere(app, request))
      throw fail('FORBIDDEN', { message: 'With a cookie, only the web interface of this appliance may connect' })
    if (closed || count() >= MOST_CONNECTIONS || (byTenant.get(identity.tenant.id)?.size ?? 0) >= MOST_OF_TENANT)
      throw fail('SERVICE_UNAVAILABLE', { message: 'Too many live connections', headers: { 'retry-after': '30' } })
    return { identity, credential }
  }

  const websocket: WebSocketHandler<Seat> = {
    maxPayloadLength: 65_536,
    backpressureLimit: 8_388_608,
    closeOnBackpressureLimit: true,
    idleTimeout: 120,
    open(socket) {
      const connection = createConnection(socket, clock.monotonic)
      socket.data.connection = connection
      const { tenant_id } = connection
      byTenant.set(tenant_id, (byTenant.get(tenant_id) ?? new Set()).add(connection))
      sweeping ??= clock.after(SWEEP_MS, sweep)
    },
    message: (socket, raw) => socket.data.connection?.receive(raw),
    drain: (socket) => socket.data.connection?.flush(),
    close({ data: { connection } }) {
      if (!connection) return
      const seats = byTenant.get(connection.tenant_id)
      seats?.delete(connection)
      if (seats?.size === 0) byTenant.delete(connection.tenant_id)
    },
  }

  return {
    websocket,
    path: PATH,
    /** Takes the connection over; throws why not. */
    async upgrade(request: Request, url: URL, address: string, server: Server<Seat>): Promise<void> {
      const seat = await admit(request, url, address)
      if (!server.upgrade(request, { data: seat }))
        throw fail('BAD_REQUEST', { message: 'Connect with a WebSocket client' })
    },
    connections: count,
    /** The appliance stops: says goodbye to everyone. */
    close() {
      closed = true
      unsubscribe()
      gathering?.cancel()
      sweeping?.cancel()
      for (const { socket } of all()) socket.close(closing.going_away, 'The server is stopping')
    },
  }
}
