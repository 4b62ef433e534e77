import { afterAll, describe, expect, test } from 'bun:test'
import { connect, type Socket } from 'node:net'
import { createServer } from 'node:tls'
import { openNet } from '#kernel/net'
import type { Verdict } from '#probes/define'
import { http } from '#probes/http'
import type { HttpSettings } from '#probes/http-settings'
import { authority } from '../../test/certs'
import { answering, bound, check, listening } from '../../test/probing'

const closers: (() => void)[] = []
afterAll(() => {
  for (const close of closers) close()
})
const said = ({ status, reason, message }: Verdict) => [status, reason, message]
const probe = (url: string, settings: HttpSettings, timeout_ms = 2_000) => check(http, { url, settings, timeout_ms })

const page = () => {
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('all is ok') })
  closers.push(() => void server.stop(true))
  return server.url.href
}

/** A SOCKS 5 proxy by RFC 1928; `reply` other than 0 refuses, with a user it wants RFC 1929. */
async function socksProxy({ user = '', reply = 0 } = {}) {
  const asked: string[] = []
  const serve = async (socket: Socket) => {
    const pieces: Buffer[] = []
    let wake = () => {}
    socket.on('data', (piece: Buffer) => {
      pieces.push(piece)
      wake()
    })
    const hear = async (count: number): Promise<Buffer> => {
      let held = Buffer.concat(pieces.splice(0))
      while (held.length < count) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
        held = Buffer.concat([held, ...pieces.splice(0)])
      }
      pieces.unshift(held.subarray(count))
      return held.subarray(0, count)
    }
    const [, count = 0] = await hear(2)
    const methods = [...(await hear(count))]
    const method = user ? 2 : 0
    if (!methods.includes(method)) return void socket.end(Uint8Array.of(5, 255))
    socket.write(Uint8Array.of(5, method))
    if (user) {
      const [, length = 0] = await hear(2)
      const name = (await hear(length)).toString()
      const password = (await hear((await hear(1))[0] ?? 0)).toString()
      const good = `${name}:${password}` === user
      socket.write(Uint8Array.of(1, good ? 0 : 1))
      if (!good) return void socket.end()
    }
    const [, , , kind] = await hear(4)
    const length = kind === 1 ? 4 : kind === 4 ? 16 : ((await hear(1))[0] ?? 0)
    const address = await hear(length)
    const host = kind === 3 ? address.toString() : [...address].join('.')
    const port = (await hear(2)).readUInt16BE()
    asked.push(`${kind} ${host}`)
    // The port arrives in a piece of its own, as it may from a real proxy.
    socket.write(Uint8Array.of(5, reply, 0, 1, 127, 0, 0, 1))
    if (reply) return void socket.end(Uint8Array.of(0, 0))
    const up = connect(port, '127.0.0.1', () => {
      socket.write(Uint8Array.of(9, 9))
      socket.removeAllListeners('data')
      socket.pipe(up).pipe(socket)
    })
    up.on('error', () => socket.destroy())
  }
  const server = await listening((socket) => void serve(socket))
  closers.push(server.close)
  return { at: `127.0.0.1:${server.port}`, asked }
}

describe('through a SOCKS 5 proxy', () => {
  test('a page is fetched, its name turned into an address here or there', async () => {
    const { at, asked } = await socksProxy()
    const url = page()
    const { port } = new URL(url)
    expect((await probe(url, { proxy_url: `socks5://${at}`, keyword: 'ok' })).status).toBe('up')
    expect((await probe(`http://localhost:${port}/`, { proxy_url: `socks5://${at}` })).status).toBe('up')
    const there = await probe(`http://only-there.invalid:${port}/`, { proxy_url: `socks5h://${at}` })
    expect(there.status).toBe('up')
    expect(there.phases?.connect_ms).toBeGreaterThan(0)
    expect(asked).toEqual(['1 127.0.0.1', '1 127.0.0.1', '3 only-there.invalid'])
    const here = await probe(`http://only-there.invalid:${port}/`, { proxy_url: `socks5://${at}` })
    expect(said(here)).toEqual(['down', 'dns', 'the name only-there.invalid does not exist'])
  })

  test('TLS is spoken with the target itself', async () => {
    const ca = authority()
    const server = createServer(ca.issue({ name: 'site.test', names: ['localhost'] }), (socket) =>
      socket.on('error', () => {}).once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')),
    )
    closers.push(() => server.close())
    const { port } = await bound(server)
    const { at } = await socksProxy()
    const verdict = await probe(`https://localhost:${port}/`, { proxy_url: `socks5h://${at}`, ca: ca.cert })
    expect(said(verdict)).toEqual(['up', undefined, '200 OK'])
    expect(verdict.evidence?.certificates?.[0]?.subject).toBe('site.test')
    const distrusted = await probe(`https://localhost:${port}/`, { proxy_url: `socks5h://${at}` })
    expect(distrusted.reason).toBe('certificate')
  })

  test('user and password are given when it asks, and named when they are wrong or missing', async () => {
    const { at } = await socksProxy({ user: 'pu:pp' })
    const url = page()
    const by = async (more: HttpSettings) =>
      said(await probe(url, { proxy_url: `socks5://${at}`, ...more })).slice(0, 3)
    expect(await by({ proxy_username: 'pu', proxy_password: 'pp' })).toEqual(['up', undefined, '200 OK'])
    expect(await by({ proxy_username: 'pu', proxy_password: 'no' })).toEqual([
      ...['down', 'protocol', 'the proxy refuses the user name or password'],
    ])
    expect(await by({})).toEqual(['down', 'protocol', 'the proxy asks for a user name and password'])
  })

  test('its refusals, its silence and its nonsense are named', async () => {
    const url = page()
    const by = async (proxy_url: string, timeout_ms?: number) => said(await probe(url, { proxy_url }, timeout_ms))
    expect(await by(`socks5://${(await socksProxy({ reply: 5 })).at}`)).toEqual([
      ...['down', 'protocol', 'the proxy was refused by the host'],
    ])
    const mute = await listening(() => {})
    const http = await answering('HTTP/1.1 400 Bad Request\r\n\r\n')
    const early = await listening((socket) => socket.once('data', () => socket.end()))
    const flood = await listening((socket) => {
      const pour = () => socket.writable && socket.write(Buffer.alloc(65_536, 5), pour)
      pour()
    })
    closers.push(mute.close, http.close, early.close, flood.close)
    expect(await by(`socks5://127.0.0.1:${mute.port}`, 100)).toEqual(['down', 'timeout', 'no answer within 0.1 s'])
    expect(await by(`socks5://127.0.0.1:${http.port}`)).toEqual([
      ...['down', 'protocol', 'the proxy does not speak SOCKS 5'],
    ])
    expect(await by(`socks5://127.0.0.1:${early.port}`)).toEqual(['down', 'reset', 'the proxy closed the connection'])
    expect((await by(`socks5://127.0.0.1:${flood.port}`)).slice(0, 2)).toEqual(['down', 'protocol'])
  })

  test('the address policy counts for the target and for the proxy', async () => {
    const { at, asked } = await socksProxy()
    for (const kind of ['socks5', 'socks5h']) {
      expect((await probe('http://169.254.169.254/', { proxy_url: `${kind}://${at}` })).reason).toBe('blocked')
    }
    const net = openNet({ allowPrivate: false, deny: [], allow: [] })
    const settings = { proxy_url: `socks5h://${at}` }
    expect((await check(http, { url: 'http://192.0.2.1/', settings, net })).reason).toBe('blocked')
    expect(asked).toEqual([])
  })
})

test('proxies that cannot work are named', () => {
  const wrong = (settings: HttpSettings) => Object.keys(http.check?.({ url: 'http://x.test/', settings }) ?? {})
  for (const proxy_url of ['http://p.test:3128', 'socks5://p.test', 'socks5h://[::1]:1080']) {
    expect(wrong({ proxy_url })).toEqual([])
  }
  for (const proxy_url of ['socks4://p.test', 'p.test:1080', 'socks5://', 'socks5://u:p@p.test']) {
    expect(wrong({ proxy_url })).toEqual(['settings.proxy_url'])
  }
})
