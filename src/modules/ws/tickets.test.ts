import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { type Booted, boot } from '../../../test/boot'
import { personas } from '../../../test/matrix-people'
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

/** 101 and the open connection, or the status that was answered instead. */
async function connect(token: string): Promise<{ status: number; socket?: WebSocket }> {
  const address = `127.0.0.1:${server.port}/api/v1/ws?token=${token}`
  const socket = new WebSocket(`ws://${address}`)
  const opened = await new Promise<boolean>((resolve) => {
    socket.onopen = () => resolve(true)
    socket.onclose = () => resolve(false)
  })
  if (!opened) return { status: (await fetch(`http://${address}`)).status }
  sockets.push(socket)
  return { status: 101, socket }
}
const closed = (socket: WebSocket | undefined) =>
  new Promise<number>((resolve) => socket?.addEventListener('close', ({ code }) => resolve(code)))
/** The bearer token of a request that a persona would send. */
async function bearerOf(name: string): Promise<string> {
  const given: string[] = []
  const bearer = (token: string) => {
    given.push(token)
    return t.bearer(token)
  }
  await personas[name]?.arrive({ ...t, bearer })
  return given[0] ?? ''
}
const ticketOf = async (ask: typeof t.alice) => {
  const { status, body } = await ask('POST', '/ws/ticket')
  expect([status, body]).toEqual([201, { ticket: expect.stringMatching(/^xinex_ticket_[\w-]{43}$/), expires_in: 30 }])
  return body.ticket as string
}

describe('a ticket', () => {
  test('opens one connection', async () => {
    const ticket = await ticketOf((await t.session('bob')).ask)
    expect((await connect(ticket)).status).toBe(101)
    expect((await connect(ticket)).status).toBe(401)
  })

  test('is used up by the first who come at once', async () => {
    const ticket = await ticketOf(t.bob)
    const all = await Promise.all(Array.from({ length: 5 }, () => connect(ticket)))
    expect(all.filter(({ status }) => status === 101)).toHaveLength(1)
  })

  test('waits 30 seconds, not longer', async () => {
    const [early, late] = [await ticketOf(t.bob), await ticketOf(t.bob)]
    await t.advance(29_000)
    expect((await connect(early)).status).toBe(101)
    await t.advance(1_000)
    expect((await connect(late)).status).toBe(401)
  })

  test('is worth nothing once the session behind it has ended', async () => {
    const { ask } = await t.session('bob')
    const ticket = await ticketOf(ask)
    expect((await ask('POST', '/auth/logout')).status).toBe(204)
    expect((await connect(ticket)).status).toBe(401)
  })

  test('that was used ends with the session behind it', async () => {
    const { ask } = await t.session('bob')
    const { socket } = await connect(await ticketOf(ask))
    const code = closed(socket)
    await ask('POST', '/auth/logout')
    await t.advance(5_000)
    expect(await code).toBe(4401)
  })

  test.each(['', 'xinex_ticket_', `xinex_ticket_${'x'.repeat(43)}`, '%00'])('is not %j', async (token) => {
    expect((await connect(token)).status).toBe(401)
  })
})

describe('?token= takes', () => {
  test.each([
    ["an owner's token", 101],
    ["an owner's token to read", 101],
    ["an owner's token for monitors", 403],
    ['a program that reads for an owner', 101],
    ['a program by itself, reading', 101],
    ['a prober', 403],
  ] as const)('%s: %i', async (name, status) => {
    const token = await bearerOf(name)
    expect(token).not.toBe('')
    expect((await connect(token)).status).toBe(status)
  })
})

describe('a connection ends within five seconds', () => {
  test.each(['session', 'token', 'program'] as const)('of removing its person, by %s', async (kind) => {
    const { ask } = await t.session('bob')
    const program = await bearerOf('a program that writes for a viewer')
    const token = { session: () => ticketOf(ask), token: () => t.people.bob.token, program: () => program }[kind]
    const { socket } = await connect(await token())
    // News of the last moment does not put the next look off.
    await t.advance(8_000)
    const news = new Promise((resolve) => socket?.addEventListener('message', resolve))
    await t.alice('POST', '/incidents', { title: 'x' })
    await t.app.engine.idle()
    await t.advance(500)
    await news
    expect(socket?.readyState).toBe(WebSocket.OPEN)
    const code = closed(socket)
    expect((await t.alice('DELETE', `/members/${t.people.bob.id}`)).status).toBe(204)
    await t.advance(5_000)
    expect(await code).toBe(4401)
  })
})
