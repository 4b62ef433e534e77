import { afterAll, describe, expect, test } from 'bun:test'
import type { Socket } from 'node:net'
import { createServer } from 'node:tls'
import type { Verdict } from '#probes/define'
import { http } from '#probes/http'
import { idleConnections } from '#probes/http-pool'
import type { HttpSettings } from '#probes/http-settings'
import { authority } from '../../test/certs'
import { bound, check, descriptors, listening } from '../../test/probing'

const closers: (() => void)[] = []
afterAll(() => {
  for (const close of closers) close()
})
const said = ({ status, reason, message }: Verdict) => [status, reason, message]
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

/** A server that counts connections and requests; `answer` gets each request's number on its connection. */
async function counting(answer: (socket: Socket, nth: number) => void = (socket) => void socket.write(OK)) {
  const seen = { connections: 0, requests: 0, sockets: [] as Socket[] }
  const server = await listening((socket) => {
    seen.connections++
    seen.sockets.push(socket)
    let nth = 0
    socket.on('data', () => {
      seen.requests++
      answer(socket, ++nth)
    })
  })
  closers.push(server.close)
  return { ...server, seen }
}
/** One monitor: its settings object stays the same between checks. */
const monitor = (url: string, more: HttpSettings = {}) => {
  const settings: HttpSettings = { reuse_connection: true, ...more }
  return (timeout_ms = 2_000) => check(http, { url, settings, timeout_ms })
}
const turns = async () => {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
}

describe('a reused connection', () => {
  test('carries the next check, which has no time for connecting', async () => {
    const { url, seen } = await counting()
    const probe = monitor(url)
    const first = await probe()
    expect(Object.keys(first.phases ?? {}).sort()).toEqual(['connect_ms', 'first_byte_ms', 'transfer_ms'])
    expect(first.evidence?.reused_connection).toBeUndefined()
    for (let i = 0; i < 3; i++) {
      const verdict = await probe()
      expect(said(verdict)).toEqual(['up', undefined, '200 OK'])
      expect(Object.keys(verdict.phases ?? {}).sort()).toEqual(['first_byte_ms', 'transfer_ms'])
      expect(verdict.evidence).toMatchObject({ address: '127.0.0.1', reused_connection: true })
    }
    expect([seen.connections, seen.requests]).toEqual([1, 4])
  })

  test('is only had by who asks for it, by each monitor its own, and never by a POST', async () => {
    const { url, seen } = await counting()
    const plain = monitor(url, { reuse_connection: false })
    await plain()
    await plain()
    expect(seen.connections).toBe(2)
    await monitor(url)()
    await monitor(url)()
    expect(seen.connections).toBe(4)
    const post = monitor(url, { method: 'POST', body: 'x' })
    await post()
    await post()
    expect(seen.connections).toBe(6)
  })

  test('that the server closed meanwhile is replaced without a word', async () => {
    const { url, seen } = await counting()
    const probe = monitor(url)
    await probe()
    seen.sockets[0]?.destroy()
    await turns()
    expect(said(await probe())).toEqual(['up', undefined, '200 OK'])
    expect(seen.connections).toBe(2)
  })

  test('that the server closes at the very moment of asking is tried once more, on a new one', async () => {
    const { url, seen } = await counting((socket, nth) => void (nth === 1 ? socket.write(OK) : socket.destroy()))
    const probe = monitor(url)
    await probe()
    const verdict = await probe()
    expect(said(verdict)).toEqual(['up', undefined, '200 OK'])
    expect(verdict.phases?.connect_ms).toBeGreaterThan(0)
    expect([seen.connections, seen.requests]).toEqual([2, 3])
  })

  test('is no excuse for a server that closes new ones too, or in the middle of its answer', async () => {
    const gone = await counting((socket, nth) => {
      if (nth === 1 && gone.seen.connections === 1) socket.write(OK)
      else socket.destroy()
    })
    const probe = monitor(gone.url)
    await probe()
    expect(said(await probe()).slice(0, 2)).toEqual(['down', 'reset'])
    expect(gone.seen.connections).toBe(2)
    const half = await counting(
      (socket, nth) => void (nth === 1 ? socket.write(OK) : socket.end('HTTP/1.1 200 OK\r\n')),
    )
    const cut = monitor(half.url)
    await cut()
    expect((await cut()).message).toBe('the server closed the connection in the middle of its headers')
    expect(half.seen.connections).toBe(1)
  })

  test('is given up when the time is up, when the server says so, and when it talks unasked', async () => {
    const slow = await counting((socket, nth) => void (nth === 2 || socket.write(OK)))
    const probe = monitor(slow.url)
    await probe()
    expect(said(await probe(100))).toEqual(['down', 'timeout', 'no answer within 0.1 s'])
    expect((await probe()).status).toBe('up')
    expect(slow.seen.connections).toBe(2)
    for (const answer of [
      'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
      'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
      'HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 500 Oh\r\n\r\n',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nHTTP/1.1 500 Oh\r\n\r\n',
    ]) {
      const server = await counting((socket) => void socket.write(answer))
      const probe = monitor(server.url)
      await probe()
      expect((await probe()).evidence?.reused_connection).toBeUndefined()
      expect(server.seen.connections).toBe(2)
    }
    const chatty = await counting()
    const heard = monitor(chatty.url)
    await heard()
    chatty.seen.sockets[0]?.write('HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n')
    await turns()
    expect(said(await heard())).toEqual(['up', undefined, '200 OK'])
  })

  test('over TLS still shows its certificate, and warns of its end', async () => {
    const ca = authority()
    const to = new Date(Date.now() + 5.5 * 86_400_000)
    let handshakes = 0
    const server = createServer(ca.issue({ name: 'site.test', names: ['127.0.0.1'], to }), (socket) => {
      handshakes++
      socket.on('error', () => {}).on('data', () => socket.write(OK))
    })
    closers.push(() => server.close())
    const { port } = await bound(server)
    const probe = monitor(`https://127.0.0.1:${port}/`, { ca: ca.cert })
    await probe()
    const verdict = await probe()
    expect(said(verdict)).toEqual(['degraded', 'certificate', 'certificate of site.test expires in 5 days'])
    expect([handshakes, verdict.phases?.tls_ms, verdict.evidence?.protocol]).toEqual([1, undefined, 'TLSv1.3'])
  })

  test('are at most a thousand, and none is left open behind', async () => {
    const { url, seen } = await counting()
    const before = descriptors()
    for (let i = 0; i < 1_050; i += 50) await Promise.all(Array.from({ length: 50 }, () => monitor(url)()))
    expect(idleConnections()).toBeLessThanOrEqual(1_000)
    expect(idleConnections()).toBeGreaterThan(900)
    for (const socket of seen.sockets) socket.destroy()
    for (let i = 0; i < 200 && idleConnections() > 10; i++) await turns()
    expect(idleConnections()).toBeLessThanOrEqual(10)
    expect(descriptors()).toBeLessThanOrEqual(before + 20)
  })
})
