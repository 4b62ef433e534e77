import { createECDH, generateKeyPairSync, randomBytes } from 'node:crypto'
import { decrypt } from 'http_ece'

/** A browser that was subscribed: what it tells the server, and what it keeps. */
export function browserKeys() {
  const pair = createECDH('prime256v1')
  const p256dh = pair.generateKeys('base64url')
  return { pair, keys: { p256dh, auth: randomBytes(16).toString('base64url') } }
}
export type BrowserPair = ReturnType<typeof browserKeys>

/** What that browser reads, by an implementation that is not ours. */
export const readBy = ({ pair, keys }: BrowserPair, body: Uint8Array): string =>
  decrypt(Buffer.from(body), { version: 'aes128gcm', privateKey: pair, authSecret: keys.auth }).toString()

/** A key pair as the server keeps it. */
export function serverKeys() {
  const {
    x = '',
    y = '',
    d = '',
  } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })
  const point = Buffer.concat([Uint8Array.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')])
  return { public_key: point.toString('base64url'), private_key: d }
}

export type Heard = { path: string; headers: Headers; body: Uint8Array }

/** A service on this machine that keeps what it was sent as bytes, known as `hook.example.test`. */
export function heedful(
  reply: (heard: Heard) => Response | Promise<Response> = () => new Response(null, { status: 201 }),
) {
  const got: Heard[] = []
  const server = Bun.serve({
    ...{ port: 0, hostname: '127.0.0.1' },
    fetch: async (request) => {
      const heard = {
        ...{ path: new URL(request.url).pathname, headers: request.headers },
        body: new Uint8Array(await request.arrayBuffer()),
      }
      got.push(heard)
      return reply(heard)
    },
  })
  return { got, url: `http://hook.example.test:${server.port}`, close: () => server.stop(true) }
}
