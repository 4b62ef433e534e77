import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib'
import type { Verdict } from '#probes/define'
import { http } from '#probes/http'
import type { HttpAnswer } from '#probes/http-reader'
import { HttpReader, MAX_BODY } from '#probes/http-reader'
import type { HttpSettings } from '#probes/http-settings'
import { answering, check, descriptors, listening } from '../../test/probing'

const closers: (() => void)[] = []
afterAll(() => {
  for (const close of closers) close()
})
const kept = <T extends { close: () => void }>(it: T): T => {
  closers.push(it.close)
  return it
}
const probe = (url: string, settings: HttpSettings = {}, timeout_ms = 1_000) =>
  check(http, { url, settings, timeout_ms })
const said = ({ status, reason, message }: Verdict) => [status, reason, message]
const raw = async (text: string | Uint8Array, settings: HttpSettings = {}) =>
  probe(kept(await answering(text)).url, settings)

/** Pours a piece again and again until the other side has enough. */
const pouring = async (start: string, piece: string | Uint8Array) => {
  const sent = { bytes: 0 }
  const server = kept(
    await listening((socket) => {
      const pour = () => {
        sent.bytes += piece.length
        if (socket.writable && sent.bytes < 1_000_000_000) socket.write(piece, pour)
      }
      socket.once('data', () => socket.write(start, pour))
    }),
  )
  return { ...server, sent }
}
/** One byte at a time, for ever. */
const dripping = async (start: string, every_ms = 5) =>
  kept(
    await listening((socket) => {
      const timer = setInterval(() => socket.write('x'), every_ms)
      socket.on('close', () => clearInterval(timer))
      socket.once('data', () => socket.write(start))
    }),
  )

const OK = 'HTTP/1.1 200 OK\r\n'
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`

describe('a hostile server', () => {
  let open = 0
  beforeAll(() => {
    open = descriptors()
  })

  test.each([
    ['its banner', '', 100],
    ['its headers', `${OK}X: `, 100],
    ['its body', `${OK}Content-Length: 100000\r\n\r\n`, 100],
    ['a body without end', `${OK}\r\n`, 100],
    ['a chunk', `${CHUNKED}ffff\r\n`, 100],
    ['a chunk extension', `${CHUNKED}1;`, 100],
    ['trailers', `${CHUNKED}0\r\nX: `, 100],
  ])('that drips %s byte by byte is held to the timeout', async (_, start, timeout_ms) => {
    const { url } = await dripping(start)
    const started = performance.now()
    const verdict = await probe(url, {}, timeout_ms)
    expect(performance.now() - started).toBeLessThan(timeout_ms + 400)
    expect(verdict.status).toBe('down')
    expect(['timeout', 'protocol']).toContain(verdict.reason ?? '')
  })

  test.each([
    ['one endless header', `${OK}X: `, 'y'.repeat(16_384), 'the headers are longer than 64 KB'],
    ['endless headers', OK, 'X-Flood: y\r\n'.repeat(2_000), 'the headers are longer than 64 KB'],
    [
      'endless announcements',
      '',
      'HTTP/1.1 100 Continue\r\n\r\n'.repeat(20_000),
      'the server announces its answer without end',
    ],
    ['an endless chunk size', CHUNKED, '0'.repeat(16_384), 'the chunked body is broken'],
    ['an endless chunk extension', `${CHUNKED}1;`, 'x'.repeat(16_384), 'the chunked body is broken'],
    ['endless trailers', `${CHUNKED}0\r\n`, 'X: y\r\n'.repeat(2_000), 'the trailers are longer than 64 KB'],
  ])('that pours %s is stopped soon', async (_, start, piece, message) => {
    const { url, sent } = await pouring(start, piece)
    expect(said(await probe(url, {}, 3_000))).toEqual(['down', 'protocol', message])
    expect(sent.bytes).toBeLessThan(50_000_000)
  })

  test.each([
    ['a negative size', `${CHUNKED}-1\r\nx\r\n0\r\n\r\n`],
    ['a size with a sign', `${CHUNKED}+5\r\nhello\r\n0\r\n\r\n`],
    ['a size in 0x form', `${CHUNKED}0x5\r\nhello\r\n0\r\n\r\n`],
    ['a size of 20 digits', `${CHUNKED}fffffffffffffffffff\r\nhello`],
    ['an empty size', `${CHUNKED}\r\nhello\r\n0\r\n\r\n`],
    ['a length that is no number', `${OK}Content-Length: -5\r\n\r\nhello`],
    ['two numbers as length', `${OK}Content-Length: 5, 6\r\n\r\nhello`],
    ['two lengths that differ', `${OK}Content-Length: 5\r\nContent-Length: 3\r\n\r\nhello`],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
    ['another protocol', 'RTSP/1.0 200 OK\r\n\r\n'],
    ['HTTP of the future', 'HTTP/3.7 200 OK\r\n\r\n'],
  ])('with %s in its answer is a protocol failure', async (_, text) => {
    expect(said(await raw(text)).slice(0, 2)).toEqual(['down', 'protocol'])
  })

  test('that claims four gigabytes makes us reserve none of it', async () => {
    const before = process.memoryUsage().rss
    for (const start of [`${CHUNKED}ffffffff\r\n`, `${OK}Content-Length: 4294967295\r\n\r\n`]) {
      expect((await raw(`${start}hello`)).reason).toBe('reset')
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000)
  })

  test('that sends a megabyte in chunks of one byte costs a few megabytes', () => {
    const piece = Buffer.from('1\r\nx\r\n'.repeat(10_000))
    Bun.gc(true)
    // Not the resident size: what ran before in this process moves that too.
    const held = () => {
      const { heapUsed, external } = process.memoryUsage()
      return heapUsed + external
    }
    const before = held()
    let answer: HttpAnswer | undefined
    const reader = new HttpReader(
      false,
      (it) => {
        answer = it
      },
      () => {},
    )
    reader.data(Buffer.from(CHUNKED))
    for (let i = 0; i < 110 && !answer; i++) reader.data(Buffer.from(piece))
    const after = held()
    expect([answer?.body.length, answer?.cut]).toEqual([MAX_BODY, true])
    expect(after - before).toBeLessThan(40_000_000)
  })

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', (bytes: Buffer) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 2 } })],
  ] as const)('with a %s bomb is a protocol failure, without the memory', async (encoding, compress) => {
    const bomb = compress(Buffer.alloc(200_000_000))
    Bun.gc(true)
    const before = process.memoryUsage().rss
    const head = `${OK}Content-Encoding: ${encoding}\r\nContent-Length: ${bomb.length}\r\n\r\n`
    const verdict = await raw(Buffer.concat([Buffer.from(head), bomb]), { keyword: 'x' })
    expect(said(verdict)).toEqual(['down', 'protocol', 'the compressed answer cannot be decoded within 1 MB'])
    expect(process.memoryUsage().rss - before).toBeLessThan(60_000_000)
    // A failure that does not need the content shows what it can.
    const failed = `HTTP/1.1 500 Oh\r\nContent-Encoding: ${encoding}\r\nContent-Length: ${bomb.length}\r\n\r\n`
    expect((await raw(Buffer.concat([Buffer.from(failed), bomb]))).message).toBe('500 Internal Server Error')
  })

  test('with JSON nested a hundred thousand deep fails the assertion and not the program', async () => {
    for (const text of ['['.repeat(100_000), `${'['.repeat(100_000)}1${']'.repeat(100_000)}`, '{"a":'.repeat(50_000)]) {
      const verdict = await raw(`${OK}Content-Length: ${text.length}\r\n\r\n${text}`, {
        json_path: 'a',
        json_value: '1',
      })
      expect(verdict.status).toBe('down')
      expect(verdict.reason).toBe('assertion')
    }
  })

  test('cannot write headers of ours by line ends in its redirect', async () => {
    const asked: string[] = []
    const target = kept(
      await listening((socket) =>
        socket.once('data', (bytes) => {
          asked.push(bytes.toString('latin1'))
          socket.end(`${OK}Content-Length: 0\r\n\r\n`)
        }),
      ),
    )
    const breaks = ['/a%0d%0aX-Evil:%201', '/a\rX-Evil: 1', '/a\nX-Evil: 1', '/a\tX-Evil: 1', '/ä€', '/a b']
    for (const path of breaks) {
      const location = Buffer.from(`HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:${target.port}${path}\r\n\r\n`)
      expect((await raw(location)).status).toBe('up')
    }
    expect(asked).toHaveLength(breaks.length)
    for (const text of asked) {
      expect(text.split(/\r\n|\r|\n/).filter((line) => /^x-evil/i.test(line))).toEqual([])
      expect(text.split('\r\n')[0]).toMatch(/^GET \/[\x21-\x7e]* HTTP\/1\.1$/)
    }
  })

  test('that redirects to itself, in a circle, ever longer or to odd places is stopped', async () => {
    const to = (location: (path: string) => string) => {
      const server = Bun.serve({
        port: 0,
        hostname: '127.0.0.1',
        fetch: (req) => new Response(null, { status: 302, headers: { location: location(new URL(req.url).pathname) } }),
      })
      closers.push(() => void server.stop(true))
      return probe(server.url.href, {}, 3_000)
    }
    expect((await to((path) => path)).message).toBe('more than 5 redirects')
    expect((await to((path) => (path === '/a' ? '/b' : '/a'))).message).toBe('more than 5 redirects')
    const growing = await to((path) => `${path}${'a'.repeat(10_000)}`)
    expect(growing.status).toBe('down')
    expect(JSON.stringify(growing).length).toBeLessThan(20_000)
    for (const place of ['javascript:alert(1)', 'data:text/html,x', 'ftp://x/', 'http://', 'http://[::1', '//']) {
      const verdict = await to(() => place)
      expect(verdict.status).toBe('down')
      expect(['protocol', 'status']).toContain(verdict.reason ?? '')
    }
  })

  test('leaves no connection behind', async () => {
    for (const close of closers.splice(0)) close()
    for (let i = 0; i < 100; i++) await new Promise((resolve) => setImmediate(resolve))
    expect(descriptors()).toBeLessThanOrEqual(open + 3)
  })
})
