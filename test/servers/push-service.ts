import { createHash, X509Certificate } from 'node:crypto'
import { createServer, type TLSSocket } from 'node:tls'
import { importJWK, jwtVerify } from 'jose'
import { authority } from '../certs'
import { bound } from '../probing'
import { delimited, encoded, varintAt } from './protobuf'

// Tags of https://chromium.googlesource.com/chromium/src/+/main/google_apis/gcm/protocol/mcs.proto
const [PING, PONG, LOGIN, LOGGED_IN, DATA] = [0, 1, 2, 3, 8]
const VERSION = 41

type Registration = { sender: string; subtype: string }
type Message = { token: string; headers: Headers; body: Buffer }

/**
 * What stands between a server and a Chromium, all of it on this machine: where browsers check in and register, the line
 * over which they hear, and where servers hand in their messages (RFC 8030), which proves who sends (RFC 8292). It cannot
 * read what it forwards. A Chromium uses it when it is started with `flags`.
 */
export async function pushService() {
  const registrations = new Map<string, Registration>()
  const delivered: Message[] = []
  const refused: string[] = []
  const lines = new Set<TLSSocket>()
  /** Messages for browsers that are not there at the moment. */
  const waiting: Buffer[] = []
  let count = 0

  function dataMessage({ sender, subtype }: Registration, body: Buffer) {
    const fact = (key: string, value: string) =>
      encoded([
        [1, key],
        [2, value],
      ])
    const stanza = encoded([
      [3, sender],
      [5, 'org.chromium.linux'],
      [7, fact('subtype', subtype)],
      [7, fact('content-encoding', 'aes128gcm')],
      [9, `0:${++count}`],
      [21, body],
    ])
    return Buffer.concat([Buffer.of(DATA), delimited(stanza)])
  }

  const identity = authority().issue({ name: '127.0.0.1' })
  const line = createServer({ key: identity.key, cert: identity.cert }, (socket) => {
    let bytes = Buffer.alloc(0)
    let versioned = false
    socket.on('error', () => {})
    socket.on('close', () => lines.delete(socket))
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk])
      if (!versioned && bytes.length > 0) {
        versioned = true
        bytes = bytes.subarray(1)
      }
      for (;;) {
        const size = bytes.length > 0 ? varintAt(bytes, 1) : undefined
        if (!size || bytes.length < size.end + size.value) return
        const tag = bytes[0]
        bytes = bytes.subarray(size.end + size.value)
        if (tag === PING) socket.write(Buffer.concat([Buffer.of(PONG), delimited(Buffer.alloc(0))]))
        if (tag !== LOGIN) continue
        socket.write(Buffer.concat([Buffer.of(VERSION, LOGGED_IN), delimited(encoded([[1, 'login']]))]))
        lines.add(socket)
        for (const message of waiting.splice(0)) socket.write(message)
      }
    })
  })
  const { port: linePort } = await bound(line)

  // https://chromium.googlesource.com/chromium/src/+/main/google_apis/gcm/protocol/checkin.proto
  const checkedIn = () =>
    new Response(
      new Uint8Array(
        encoded([
          [1, 1],
          [3, BigInt(Date.now())],
          [7, { fixed64: 4_242n }],
          [8, { fixed64: 2_424n }],
          [9, 0],
        ]),
      ),
      { headers: { 'content-type': 'application/x-protobuffer' } },
    )
  async function register(request: Request) {
    const form = new URLSearchParams(await request.text())
    const token = `t${++count}-${crypto.randomUUID()}`
    registrations.set(token, { sender: form.get('sender') ?? '', subtype: form.get('X-subtype') ?? '' })
    return new Response(`token=${token}`)
  }
  /** A browser tells its maker which key may send to it: nobody else gets through. */
  async function permitted(request: Request, { sender }: Registration): Promise<string | undefined> {
    const [, token = '', key = ''] = /^vapid t=(.+), ?k=(.+)$/.exec(request.headers.get('authorization') ?? '') ?? []
    const point = Buffer.from(key, 'base64url')
    if (!sender.includes(key) || point.length !== 65) return 'another key than the browser was told'
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString('base64url'))
    const verified = await jwtVerify(token, await importJWK({ kty: 'EC', crv: 'P-256', x, y }, 'ES256'), {
      audience: new URL(request.url).origin,
    }).catch(() => undefined)
    if (!verified) return 'a signature that is not valid here'
    if (Number(verified.payload.exp) - Date.now() / 1_000 > 86_400) return 'longer than a day'
    return /^\d+$/.test(request.headers.get('ttl') ?? '') ? undefined : 'no TTL'
  }
  async function takeIn(request: Request, token: string) {
    const registration = registrations.get(token)
    if (!registration) return new Response('push subscription has unsubscribed or expired.', { status: 410 })
    const fault = await permitted(request, registration)
    if (fault) {
      refused.push(fault)
      return new Response(fault, { status: 403 })
    }
    const body = Buffer.from(await request.arrayBuffer())
    if (body.length > 4_096) return new Response('', { status: 413 })
    delivered.push({ token, headers: request.headers, body })
    const message = dataMessage(registration, body)
    if (lines.size === 0) waiting.push(message)
    for (const socket of lines) socket.write(message)
    return new Response(null, { status: 201 })
  }

  const asked: string[] = []
  const server = Bun.serve({
    ...{ port: 0, hostname: '127.0.0.1' },
    fetch: (request) => {
      const { pathname } = new URL(request.url)
      asked.push(pathname)
      if (pathname === '/checkin') return checkedIn()
      if (pathname === '/register') return register(request)
      if (pathname.startsWith('/fcm/send/')) return takeIn(request, pathname.slice('/fcm/send/'.length))
      return new Response('', { status: 404 })
    },
  })
  const url = `http://127.0.0.1:${server.port}`
  const spki = new X509Certificate(identity.cert).publicKey.export({ type: 'spki', format: 'der' })
  return {
    url,
    asked,
    delivered,
    /** Why messages were not taken in. */
    refused,
    registrations,
    connected: () => lines.size > 0,
    flags: [
      `--gcm-checkin-url=${url}/checkin`,
      `--gcm-registration-url=${url}/register`,
      `--gcm-mcs-endpoint=https://127.0.0.1:${linePort}`,
      `--ignore-certificate-errors-spki-list=${createHash('sha256').update(spki).digest('base64')}`,
    ],
    /** The browser is known no more, as when it was removed or has not been there for months. */
    forget: () => registrations.clear(),
    async stop() {
      for (const socket of lines) socket.destroy()
      line.close()
      await server.stop(true)
    },
  }
}
export type PushService = Awaited<ReturnType<typeof pushService>>
