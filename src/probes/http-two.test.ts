import { afterAll, describe, expect, test } from 'bun:test'
import { createSecureServer, createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import type { Verdict } from '#probes/define'
import { http } from '#probes/http'
import type { HttpSettings } from '#probes/http-settings'
import { authority } from '../../test/certs'
import { bound, check, descriptors, listening } from '../../test/probing'

const closers: (() => void)[] = []
afterAll(() => {
  for (const close of closers) close()
})
const said = ({ status, reason, message }: Verdict) => [status, reason, message]
const probe = (url: string, settings: HttpSettings = {}, timeout_ms = 2_000) =>
  check(http, { url, settings: { http_version: '2', ...settings }, timeout_ms })

type Answer = (stream: ServerHttp2Stream, headers: Record<string, unknown>, body: string) => void
async function serving(server: Http2Server, answer: Answer) {
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    let body = ''
    stream.on('error', () => {})
    stream.on('data', (chunk) => {
      body += chunk
    })
    stream.on('end', () => answer(stream, headers, body))
  })
  server.on('sessionError', () => {})
  closers.push(() => void server.close())
  // Safe: an Http2Server is a net.Server; its types say so only in part.
  return bound(server as unknown as Parameters<typeof bound>[0])
}
const plain = (answer: Answer) => serving(createServer(), answer)
const ca = authority()
const secure = async (answer: Answer, options = {}) => {
  const pair = ca.issue({ name: 'two.test', names: ['127.0.0.1'] })
  const { port } = await serving(createSecureServer({ ...pair, ...options }), answer)
  return `https://127.0.0.1:${port}/`
}
const frame = (type: number, flags: number, stream: number, payload: Uint8Array) => {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}
/** A server that speaks frames by hand, as no library would: `talk` starts once the client has asked. */
async function frames(talk: (socket: Socket) => void) {
  const server = await listening((socket) => {
    socket.write(frame(4, 0, 0, new Uint8Array()))
    socket.once('data', () => setImmediate(() => talk(socket)))
  })
  closers.push(server.close)
  return server.url
}

describe('HTTP/2', () => {
  test('is spoken with a server that speaks nothing else, and every phase is measured', async () => {
    const url = await secure((stream) => {
      stream.respond({ ':status': 200, 'x-node': 'a1' })
      stream.end('all is ok')
    })
    const verdict = await probe(url, { ca: ca.cert, keyword: 'all is ok', expected_headers: { 'X-Node': 'a1' } })
    expect(said(verdict)).toEqual(['up', undefined, '200 OK'])
    expect(Object.keys(verdict.phases ?? {}).sort()).toEqual(['connect_ms', 'first_byte_ms', 'tls_ms', 'transfer_ms'])
    expect(verdict.evidence?.certificates?.[0]?.subject).toBe('two.test')
    expect(said(await probe(url, { ca: ca.cert, http_version: 'auto' })).slice(0, 1)).toEqual(['down'])
  })

  test('sends method, headers, credentials and body, and follows redirects', async () => {
    const seen: unknown[] = []
    const { url } = await plain((stream, headers, body) => {
      seen.push([
        headers[':method'],
        headers[':path'],
        headers.authorization,
        headers['x-one'],
        headers.connection,
        body,
      ])
      const redirects = headers[':path'] === '/?q=1'
      stream.respond(redirects ? { ':status': 307, location: '/end' } : { ':status': 200 })
      stream.end()
    })
    const settings: HttpSettings = {
      method: 'POST',
      body: 'däta',
      auth: 'bearer',
      token: 't0',
      headers: { 'X-One': '1' },
    }
    const verdict = await probe(`${url}?q=1`, settings)
    expect(said(verdict)).toEqual(['up', undefined, '200 OK'])
    expect(seen).toEqual([
      ['POST', '/?q=1', 'Bearer t0', '1', undefined, 'däta'],
      ['POST', '/end', 'Bearer t0', '1', undefined, 'däta'],
    ])
    expect(verdict.evidence?.redirects).toHaveLength(1)
  })

  test('shows what a failing server said', async () => {
    const { url } = await plain((stream) => {
      stream.respond({ ':status': 503, 'retry-after': '5', 'set-cookie': ['a=b', 'c=d'] })
      stream.end('the database is gone')
    })
    const verdict = await probe(url)
    expect(said(verdict)).toEqual(['down', 'status', '503 Service Unavailable'])
    expect(verdict.evidence).toMatchObject({ body: 'the database is gone', headers: { 'retry-after': '5' } })
    expect(JSON.stringify(verdict)).not.toContain('a=b')
  })

  test('a server without it, resets, silence and broken frames are named', async () => {
    const one = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch: () => new Response(),
      tls: ca.issue({ name: 'a', names: ['127.0.0.1'] }),
    })
    closers.push(() => void one.stop(true))
    expect(said(await probe(one.url.href, { ca: ca.cert }))[0]).toBe('down')
    const rst = frame(3, 0, 1, Buffer.from([0, 0, 0, 2]))
    const half = Buffer.concat([frame(1, 4, 1, Buffer.of(0x88)), frame(0, 0, 1, Buffer.from('half'))])
    const spoken = async (bytes: Uint8Array, end = false) => {
      const verdict = await probe(await frames((socket) => void (end ? socket.end(bytes) : socket.write(bytes))))
      return said(verdict).slice(0, 2)
    }
    expect(await spoken(rst)).toEqual(['down', 'protocol'])
    expect(await spoken(Buffer.concat([half, rst]))).toEqual(['down', 'protocol'])
    expect((await spoken(half, true))[0]).toBe('down')
    expect((await spoken(new Uint8Array(), true))[0]).toBe('down')
    expect(await spoken(frame(7, 0, 0, Buffer.from([0, 0, 0, 0, 0, 0, 0, 11])))).toEqual(['down', 'protocol'])
    const short = await plain((stream) => {
      stream.respond({ ':status': 200, 'content-length': '50' })
      stream.write('half', () => stream.close(0))
    })
    expect((await probe(short.url)).status).toBe('down')
    const mute = await plain(() => {})
    expect(said(await probe(mute.url, {}, 150))).toEqual(['down', 'timeout', 'no answer within 0.2 s'])
    const text = await listening((socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    const gone = await listening((socket) => void socket.once('data', () => socket.destroy()))
    closers.push(text.close, gone.close)
    for (const { url } of [text, gone]) {
      const verdict = await probe(url, {}, 1_000)
      expect(verdict.status).toBe('down')
      expect(verdict.reason).not.toBe('error')
    }
  })

  test('an endless body is read to 1 MB, endless frames and headers end the check, and nothing is left open', async () => {
    const { url } = await plain((stream) => {
      stream.respond({ ':status': 200 })
      const pour = () => !stream.destroyed && stream.write(Buffer.alloc(65_536, 'x'), pour)
      pour()
    })
    const before = descriptors()
    const rss = process.memoryUsage().rss
    expect((await probe(url, { keyword: 'xxx' })).status).toBe('up')
    const pings = await frames((socket) => {
      const many = Buffer.concat(Array.from({ length: 3_000 }, () => frame(6, 0, 0, Buffer.alloc(8))))
      const pour = () => socket.writable && socket.write(many, pour)
      pour()
    })
    // One field of 4,000 bytes put into the table, then named again and again: 16 KB a frame become 65 MB.
    const field = Buffer.concat([Buffer.from([0x40, 1, 0x61, 0x7f, 0xa1, 0x1e]), Buffer.alloc(4_000, 'y')])
    const bomb = await frames((socket) => {
      const start = Buffer.concat([Buffer.of(0x88), field, Buffer.alloc(10_000, 0xbe)])
      socket.write(frame(1, 0, 1, start))
      for (let i = 0; i < 50; i++) socket.write(frame(9, i === 49 ? 4 : 0, 1, Buffer.alloc(16_000, 0xbe)))
    })
    const endless = await frames((socket) => {
      socket.write(frame(1, 0, 1, Buffer.of(0x88)))
      const more = frame(9, 0, 1, Buffer.alloc(16_000, 0x88))
      const pour = () => socket.writable && socket.write(more, pour)
      pour()
    })
    for (const hostile of [pings, bomb, endless]) {
      const started = performance.now()
      const verdict = await probe(hostile, {}, 1_500)
      expect(verdict.status).toBe('down')
      expect(performance.now() - started).toBeLessThan(4_000)
    }
    Bun.gc(true)
    expect(process.memoryUsage().rss - rss).toBeLessThan(150_000_000)
    for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve))
    expect(descriptors()).toBeLessThanOrEqual(before + 4)
  })
})
