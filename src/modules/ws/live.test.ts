import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { users } from '#db/schema/auth'
import { tenants } from '#db/schema/tenants'
import { type Booted, boot, PASSWORD } from '../../../test/boot'
import { listen } from '../../server'

let t: Booted
let server: Bun.Server<unknown>
const sockets: WebSocket[] = []

beforeEach(async () => {
  t = await boot()
  server = listen(t.appliance, { host: '127.0.0.1', port: 0 })
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.close()
  await t.stop()
  await server.stop(true)
})

type Heard = { type: string; data: Record<string, unknown> }
type Client = { socket: WebSocket; next: () => Promise<Heard>; heard: Heard[]; closed: Promise<CloseEvent> }

/** A real client; `next` waits for the next message that has not been taken. */
async function connect(query: string, headers: Record<string, string> = {}): Promise<Client> {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/api/v1/ws${query}`, { headers } as unknown as string[])
  sockets.push(socket)
  const heard: Heard[] = []
  const waiting: ((message: Heard) => void)[] = []
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(String(data))
    const taker = waiting.shift()
    if (taker) taker(message)
    else heard.push(message)
  }
  const closed = new Promise<CloseEvent>((resolve) => socket.addEventListener('close', resolve))
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve()
    closed.then(({ code }) => reject(new Error(`closed ${code}`)))
  })
  const next = () => {
    const ready = heard.shift()
    return ready ? Promise.resolve(ready) : new Promise<Heard>((resolve) => waiting.push(resolve))
  }
  return { socket, heard, next, closed }
}
const as = (who: 'alice' | 'bob' | 'mallory') => connect(`?token=${t.people[who].token}`)
const http = (query = '', headers: Record<string, string> = {}) =>
  fetch(`http://127.0.0.1:${server.port}/api/v1/ws${query}`, { headers })
/** What a browser of this server sends along. */
const browserOf = async (who: 'bob') => ({
  cookie: (await t.session(who)).cookie,
  origin: `http://127.0.0.1:${server.port}`,
})
/** The server has read everything sent before: an answer to nonsense comes after it. */
async function settled({ socket, next }: Client) {
  socket.send('nonsense')
  expect((await next()).type).toBe('error')
}
const check = (monitor_id: string, status: string, response_time_ms = 5) =>
  t.app.bus.publish({
    tenant_id: t.tenants.acme.id,
    type: 'monitor_status',
    data: { monitor_id, status, response_time_ms, checked_at: '2026-05-01T12:00:00.000Z' },
  })

describe('who may listen', () => {
  test('strangers hear 401 as JSON', async () => {
    for (const query of ['', '?token=nope', `?token=xinex_${'0'.repeat(64)}`]) {
      const response = await http(query)
      expect(response.status).toBe(401)
      expect(await response.json()).toMatchObject({ code: 'UNAUTHORIZED' })
      expect(response.headers.get('x-request-id')).toBeTruthy()
    }
    expect(connect('?token=nope')).rejects.toThrow()
  })

  test('a plain request with a good token is told to use a WebSocket client', async () => {
    const response = await http(`?token=${t.people.bob.token}`)
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([400, 'BAD_REQUEST'])
  })

  test('a cookie counts only from our own pages', async () => {
    const { headers } = await signedIn()
    const origin = `http://127.0.0.1:${server.port}`
    for (const [from, status] of [
      [undefined, 403],
      ['https://evil.example', 403],
      ['null', 403],
    ] as const) {
      const response = await http('', { ...headers, ...(from && { origin: from }) })
      expect([from, response.status]).toEqual([from, status])
    }
    const client = await connect('', { ...headers, origin })
    await t.alice('POST', '/incidents', { title: 'x' })
    await t.app.engine.idle()
    await t.advance(1000)
    expect((await client.next()).type).toBe('incident_update')
  })

  test('a revoked session hears nothing more and is closed', async () => {
    const { headers, token } = await signedIn()
    const client = await connect('', { ...headers, origin: `http://127.0.0.1:${server.port}` })
    await t.advance(6000)
    expect(client.socket.readyState).toBe(WebSocket.OPEN)
    await t.nobody('POST', '/auth/logout', undefined, { ...headers, 'x-csrf-token': token })
    await t.advance(6000)
    expect((await client.closed).code).toBe(4401)
    expect(client.heard).toEqual([])
  })

  /** Alice gets a password, so that she can sign in like a person. */
  async function signedIn() {
    const password_hash = await Bun.password.hash(PASSWORD, { algorithm: 'argon2id', memoryCost: 8192, timeCost: 1 })
    await t.app.db.tx((tx) => tx.update(users).set({ password_hash }).where(eq(users.id, t.people.alice.id)))
    const credentials = { email: t.people.alice.email, password: PASSWORD }
    const { status, headers, body } = await t.nobody('POST', '/auth/login', credentials)
    expect(status).toBe(200)
    const [cookie = ''] = (headers.get('set-cookie') ?? '').split(';')
    return { headers: { cookie }, token: body.csrf_token }
  }
})

describe('what they hear', () => {
  test('an incident, as soon as it is committed, in their own workspace only', async () => {
    const [alice, bob, mallory] = [await as('alice'), await as('bob'), await as('mallory')]
    const { body } = await t.alice('POST', '/incidents', { title: 'x', severity: 'low' })
    await t.app.engine.idle()
    await t.advance(1000)
    for (const client of [alice, bob])
      expect(await client.next()).toEqual({
        type: 'incident_update',
        data: { incident_id: body.id, monitor_id: null, status: 'open', severity: 'low', updated_at: body.updated_at },
      })
    await t.alice('POST', `/incidents/${body.id}/comment`, { message: 'note' })
    await t.advance(1000)
    expect((await alice.next()).type).toBe('incident_update')
    await settled(mallory)
    expect(mallory.heard).toEqual([])
  })

  test('a real monitor going down', async () => {
    const alice = await as('alice')
    const draft = { name: 'x', type: 'tcp', settings: { host: '127.0.0.1', port: 1 }, alert_threshold: 1 }
    const { body } = await t.alice('POST', '/monitors', draft)
    await t.app.engine.idle()
    await t.advance(120_000)
    const seen = [await alice.next(), await alice.next()]
    expect(seen).toContainEqual({
      type: 'monitor_status',
      data: { monitor_id: body.id, status: 'down', response_time_ms: null, checked_at: expect.any(String) },
    })
    expect(seen.map(({ type }) => type)).toContain('incident_update')
  })

  test('changes of every monitor, but single checks only of the chosen ones', async () => {
    const client = await as('bob')
    check('a', 'up')
    check('b', 'up')
    await t.advance(250)
    expect([await client.next(), await client.next()].map(({ data }) => data.monitor_id)).toEqual(['a', 'b'])

    client.socket.send(JSON.stringify({ type: 'subscribe', monitor_ids: ['a'] }))
    await settled(client)
    check('a', 'up', 7)
    check('b', 'up', 8)
    await t.advance(250)
    expect((await client.next()).data).toMatchObject({ monitor_id: 'a', response_time_ms: 7 })
    check('b', 'down')
    await t.advance(250)
    expect((await client.next()).data).toMatchObject({ monitor_id: 'b', status: 'down' })

    client.socket.send(JSON.stringify({ type: 'subscribe', monitor_ids: 'all' }))
    await settled(client)
    check('b', 'down', 9)
    await t.advance(250)
    expect((await client.next()).data).toMatchObject({ monitor_id: 'b', response_time_ms: 9 })
  })

  test('at most four messages a second about one thing, the newest', async () => {
    const client = await as('bob')
    client.socket.send(JSON.stringify({ type: 'subscribe', monitor_ids: 'all' }))
    await settled(client)
    for (let i = 1; i <= 100; i++) check('a', 'up', i)
    await t.advance(250)
    expect((await client.next()).data).toMatchObject({ response_time_ms: 100 })
    await settled(client)
    expect(client.heard).toEqual([])
  })

  test('nonsense is answered with an explanation, a flood ends the connection', async () => {
    const client = await as('bob')
    for (const text of ['{', '5', '{"type":"shout"}', '{"type":"subscribe","monitor_ids":[1]}']) {
      client.socket.send(text)
      expect(await client.next()).toMatchObject({ type: 'error', data: { message: expect.any(String) } })
    }
    for (let i = 0; i < 40; i++) client.socket.send('{"type":"pong"}')
    expect((await client.closed).code).toBe(1008)
  })
})

describe('whether they are still there', () => {
  test('a ping every 30 seconds; one who answers stays, one who is silent for 75 is closed', async () => {
    const [alive, dead] = [await as('alice'), await as('bob')]
    for (let i = 0; i < 3; i++) {
      await t.advance(30_000)
      expect(await alive.next()).toEqual({ type: 'ping' } as Heard)
      alive.socket.send('{"type":"pong"}')
      await settled(alive)
    }
    expect((await dead.closed).code).toBe(4408)
    expect(alive.socket.readyState).toBe(WebSocket.OPEN)
    expect(t.appliance.socket.connections()).toBe(1)
  })

  test('whoever lacks the second factor that the workspace has come to ask for hears no more', async () => {
    const [person, program] = [await connect('', await browserOf('bob')), await as('bob')]
    await t.app.db.tx((tx) => tx.update(tenants).set({ require_mfa: true }))
    t.app.credentials.forget()
    await t.advance(5_000)
    expect((await person.closed).code).toBe(4401)
    expect(program.socket.readyState).toBe(WebSocket.OPEN)
  })

  test('the server says goodbye when it stops', async () => {
    const client = await as('bob')
    t.appliance.socket.close()
    expect((await client.closed).code).toBe(1001)
    expect((await http(`?token=${t.people.bob.token}`)).status).toBe(503)
  })
})
