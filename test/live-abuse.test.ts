import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { listen } from '../src/server'
import { type Booted, boot } from './boot'

describe('a live connection', () => {
  let t: Booted
  let server: ReturnType<typeof listen>
  beforeAll(async () => {
    t = await boot()
    server = listen(t.appliance, { host: '127.0.0.1', port: 0 })
  })
  afterAll(async () => {
    await t.stop()
    await server.stop(true)
  })

  const address = (who: 'alice' | 'mallory') => `127.0.0.1:${server.port}/api/v1/ws?token=${t.people[who].token}`
  async function connect(who: 'alice' | 'mallory') {
    const socket = new WebSocket(`ws://${address(who)}`)
    const heard: { type: string; data: Record<string, unknown> }[] = []
    const waiting: (() => void)[] = []
    socket.onmessage = ({ data }) => {
      heard.push(JSON.parse(String(data)))
      waiting.shift()?.()
    }
    const closed = new Promise<number>((resolve) => {
      socket.onclose = ({ code }) => resolve(code)
    })
    const open = new Promise<boolean>((resolve) => {
      socket.onopen = () => resolve(true)
      closed.then(() => resolve(false))
    })
    const next = () => new Promise<void>((resolve) => waiting.push(resolve))
    return { socket, heard, closed, next, opened: await open }
  }

  test('hears nothing of another workspace, whatever it subscribes to', async () => {
    const { id } = (
      await t.alice('POST', '/monitors', { name: 'x', type: 'tcp', settings: { host: '127.0.0.1', port: 1 } })
    ).body
    const spy = await connect('mallory')
    const alice = await connect('alice')
    for (const monitor_ids of ['all', [id], [id, '%', '*', '../x'], [`${id}' or 1=1`]]) {
      spy.socket.send(JSON.stringify({ type: 'subscribe', monitor_ids }))
      const heard = alice.next()
      await t.alice('POST', `/monitors/${id}/check`)
      await t.alice('POST', '/incidents', { title: 'x' })
      await t.app.engine.idle()
      await t.advance(1_000)
      await heard
    }
    const answered = spy.next()
    spy.socket.send('nonsense')
    await answered
    expect(alice.heard.length).toBeGreaterThan(1)
    expect(spy.heard.map(({ type }) => type)).toEqual(['error'])
    for (const { socket, closed } of [spy, alice]) {
      socket.close()
      await closed
    }
  })

  test.each([
    ['ten megabytes', 'x'.repeat(10_000_000)],
    ['a hundred thousand ids', JSON.stringify({ type: 'subscribe', monitor_ids: Array(100_000).fill('x') })],
  ])('that sends %s is closed', async (_, text) => {
    const { socket, closed } = await connect('alice')
    socket.send(text)
    expect([1006, 1009]).toContain(await closed)
  })

  test('that sends nonsense is told so and stays', async () => {
    const odd = [
      '',
      '{',
      'null',
      '[]',
      '"x"',
      '{"type":{}}',
      '{"type":"__proto__"}',
      '{"type":"subscribe"}',
      '['.repeat(30_000),
      '\0',
    ]
    const { socket, heard, next, closed } = await connect('alice')
    for (const text of odd) {
      const answered = next()
      socket.send(text)
      await answered
    }
    expect(heard.map(({ type }) => type)).toEqual(odd.map(() => 'error'))
    expect(socket.readyState).toBe(WebSocket.OPEN)
    socket.close()
    await closed
    expect(t.lines).toEqual([])
  })

  test('is one of at most five hundred of a workspace; others still find room', async () => {
    const many = await Promise.all(Array.from({ length: 520 }, () => connect('alice')))
    expect(many.filter(({ opened }) => opened)).toHaveLength(500)
    const refused = await fetch(`http://${address('alice')}`)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '30'])
    const other = await connect('mallory')
    expect(other.opened).toBe(true)
    for (const { socket } of [...many, other]) socket.close()
    await Promise.all([...many, other].map(({ closed }) => closed))
  })

  test('that is refused has the headers of every answer, and counts as a guess', async () => {
    for (let n = 0; n < 30; n++) {
      const { status, headers } = await fetch(`http://127.0.0.1:${server.port}/api/v1/ws?token=xinex_${'0'.repeat(64)}`)
      expect([status, headers.get('x-ratelimit-limit'), headers.get('x-request-id')]).toEqual([
        401,
        expect.any(String),
        expect.any(String),
      ])
    }
    expect((await fetch(`http://127.0.0.1:${server.port}/api/v1/ws?token=x`)).status).toBe(429)
    expect((await connect('alice')).opened).toBe(true)
  })
})
