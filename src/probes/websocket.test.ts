import { afterAll, describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer as createHttps } from 'node:https'
import { join } from 'node:path'
import type { ServerOptions, WebSocket } from 'ws'
import { openNet } from '#kernel/net'
import type { Verdict } from '#probes/define'
import { websocket } from '#probes/websocket'
import type { WebsocketSettings } from '#probes/websocket-settings'
import { authority } from '../../test/certs'
import { bound, check, closedPort, descriptors, listening } from '../../test/probing'
import { folderFor, freePorts, programAt, running } from '../../test/servers/program'
import { WebSocketServer } from '../../test/servers/ws'

const ca = authority()
const DAY = 86_400_000
const closers: (() => unknown)[] = []
afterAll(async () => {
  for (const close of closers) await close()
})

const probe = (url: string, settings: WebsocketSettings = {}, timeout_ms = 3_000) =>
  check(websocket, { url, settings, timeout_ms })
const said = ({ status, reason, message }: Verdict) => [status, reason, message]

type Seen = { headers: Record<string, unknown>; closed: Promise<number> }
/** The `ws` package as the server, an implementation that is not ours. */
async function serving(onSocket: (socket: WebSocket) => void = () => {}, options: ServerOptions = {}) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, ...options })
  const seen: Seen[] = []
  server.on('connection', (socket, { headers }) => {
    const closed = new Promise<number>((resolve) => socket.on('close', resolve))
    seen.push({ headers, closed })
    socket.on('error', () => {})
    onSocket(socket)
  })
  await new Promise((resolve) => server.on('listening', resolve))
  closers.push(() => server.close())
  const { port } = server.address() as { port: number }
  return { url: `ws://127.0.0.1:${port}/live`, port, seen }
}

/** A server that shakes hands properly and then sends these bytes, whatever they are. */
async function raw(bytes: Uint8Array, more: string[] = [], accept?: string) {
  const it = await listening((socket) => {
    socket.once('data', (head: Buffer) => {
      const key = /Sec-WebSocket-Key: (\S+)/.exec(head.toString())?.[1] ?? ''
      const proof = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
      const lines = ['Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${accept ?? proof}`, ...more]
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`)
      socket.write(bytes)
    })
  })
  closers.push(it.close)
  return `ws://127.0.0.1:${it.port}/`
}

describe('websocket', () => {
  test('an open WebSocket is up, and is closed in peace', async () => {
    const { url, seen } = await serving()
    const verdict = await probe(url)
    expect(said(verdict)).toEqual(['up', undefined, 'the WebSocket is open'])
    expect(verdict.evidence).toEqual({ addresses: ['127.0.0.1'], address: '127.0.0.1', status: 101, close_code: 1_000 })
    expect(verdict.phases).toEqual({ connect_ms: expect.any(Number), first_byte_ms: expect.any(Number) })
    expect(await seen[0]?.closed).toBe(1_000)
    expect(websocket.target({ url: `${url}?token=x`, settings: {} })).toBe(`${url}?token=…`)
  })

  test('a message is sent, and the answer may come late, in pieces, after others and between pings', async () => {
    const { url } = await serving((socket) => {
      socket.send('welcome')
      socket.on('message', (data) => {
        socket.ping('are you there')
        socket.on('pong', (echo) => {
          socket.send(`you said ${data}, `, { fin: false })
          socket.ping()
          socket.send(`and pong ${echo}`, { fin: true })
        })
      })
    })
    const settings = { send: 'hällo 👋', expect: 'you said hällo 👋, and pong are you there' }
    expect((await probe(url, settings)).status).toBe('up')
    expect((await probe(url, { ...settings, expect: '^you .* there$', expect_mode: 'regex' })).status).toBe('up')
  })

  test('messages of every length, also binary ones, are read and sent', async () => {
    const { url } = await serving((socket) => socket.on('message', (data) => socket.send(`${data}!`, { binary: true })))
    for (const length of [125, 126, 8_000]) {
      const send = 'x'.repeat(length)
      expect((await probe(url, { send, expect: `^x{${Math.min(length, 900)},}!$`, expect_mode: 'regex' })).status).toBe(
        'up',
      )
    }
    const large = await serving((socket) => socket.send(`${'y'.repeat(65_530)}end`))
    expect((await probe(large.url, { expect: 'end' })).status).toBe('up')
  })

  test('a wrong answer is shown when the server has nothing more to say', async () => {
    const { url } = await serving((socket) => {
      socket.send('{"status":"broken"}')
      socket.close(4_000, 'that is all')
    })
    const verdict = await probe(url, { expect: '"ok"' })
    const message = 'the server closed with 4000: that is all before the expected message'
    expect(said(verdict)).toEqual(['down', 'assertion', message])
    expect(verdict.evidence).toMatchObject({
      body: '{"status":"broken"}\n',
      close_code: 4_000,
      close_reason: 'that is all',
    })
  })

  test('a missing answer is a timeout that tells what was heard so far', async () => {
    const { url } = await serving((socket) => socket.send('hello'))
    const verdict = await probe(url, { expect: 'never' }, 200)
    expect(said(verdict)).toEqual(['down', 'timeout', 'no answer within 0.2 s'])
    expect(verdict.evidence).toMatchObject({ status: 101, body: 'hello\n', waiting_for: 'the expected message' })
  })

  test('a server that talks without end is given up at 64 KB', async () => {
    const { url } = await serving((socket) => {
      const pour = () => socket.readyState === socket.OPEN && socket.send('z'.repeat(8_000), pour)
      pour()
    })
    const verdict = await probe(url, { expect: 'never' })
    expect(said(verdict)).toEqual(['down', 'assertion', 'what the server sends does not contain “never”'])
    expect(verdict.evidence?.body?.length).toBeLessThanOrEqual(8_193)
    const huge = await serving((socket) => socket.send('z'.repeat(70_000)))
    expect((await probe(huge.url, { expect: 'z' })).message).toBe('the server sent a message of more than 64 KB')
  })

  test('a server that closes with an error is down even when nothing was expected', async () => {
    const { url } = await serving((socket) => socket.close(1_008, 'token missing'))
    expect(said(await probe(url))).toEqual([
      'down',
      'protocol',
      'the server closed with 1008 (policy violation): token missing',
    ])
    const away = await serving((socket) => socket.close(1_001))
    expect((await probe(away.url)).status).toBe('up')
  })

  test('subprotocol, origin and headers are sent, and a secret among them is never shown', async () => {
    const { url, seen } = await serving((socket) => socket.close(1_011, 'no tok3n-value please'), {
      handleProtocols: (offered) => (offered.has('chat.v2') ? 'chat.v2' : false),
    })
    const settings: WebsocketSettings = {
      subprotocol: 'chat.v2',
      origin: 'https://app.test',
      headers: { 'X-One': '1\r\nX-Two: 2' },
      secret_header_name: 'Authorization',
      secret_header_value: 'Bearer tok3n-value',
      expect: 'x',
    }
    const verdict = await probe(url, settings)
    expect(seen[0]?.headers).toMatchObject({
      'sec-websocket-protocol': 'chat.v2',
      origin: 'https://app.test',
      'x-one': '1 X-Two: 2',
      authorization: 'Bearer tok3n-value',
    })
    expect(seen[0]?.headers['x-two']).toBeUndefined()
    expect(verdict.evidence).toMatchObject({ subprotocol: 'chat.v2', close_reason: 'no *** please' })
    expect(JSON.stringify(verdict)).not.toContain('tok3n')
    const other = await serving(undefined, { handleProtocols: () => false })
    expect(said(await probe(other.url, { subprotocol: 'chat.v2' }))).toEqual([
      'down',
      'assertion',
      'the server does not speak the subprotocol “chat.v2”',
    ])
  })

  test('a server that refuses the handshake is shown with what it said', async () => {
    const { url } = await serving(undefined, { verifyClient: (_, done) => done(false, 401, 'who are you') })
    const verdict = await probe(url)
    expect(said(verdict)).toEqual([
      'down',
      'status',
      'the server answered 401 Unauthorized instead of opening a WebSocket',
    ])
    expect(verdict.evidence).toMatchObject({ status: 401, body: 'who are you' })
  })

  test('over TLS the certificate is judged and kept', async () => {
    const to = new Date(Date.now() + 5.5 * DAY)
    const server = createHttps(ca.issue({ name: 'live.test', names: ['127.0.0.1'], to }))
    const sockets = new WebSocketServer({ server })
    const { port } = await bound(server)
    closers.push(
      () => sockets.close(),
      () => server.close(),
    )
    const url = `wss://127.0.0.1:${port}/`
    const verdict = await probe(url, { ca: ca.cert })
    expect(said(verdict)).toEqual(['degraded', 'certificate', 'certificate of live.test expires in 5 days'])
    expect(verdict.evidence?.certificates?.[0]?.subject).toBe('live.test')
    expect(verdict.phases?.tls_ms).toBeGreaterThan(0)
    expect((await probe(url, { ca: ca.cert, certificate_days: 0 })).status).toBe('up')
    expect((await probe(url)).reason).toBe('certificate')
    expect((await probe(url, { verify_tls: false, certificate_days: 0 })).status).toBe('up')
    expect((await probe(url.replace('wss', 'ws'))).reason).toBe('reset')
  })

  test.each([
    ['a proof that is wrong', [], 'AAAA', 'the server did not prove that it read the handshake'],
    [
      'an extension nobody offered',
      ['Sec-WebSocket-Extensions: x'],
      undefined,
      'the server uses an extension that nobody offered',
    ],
    [
      'a subprotocol nobody offered',
      ['Sec-WebSocket-Protocol: y'],
      undefined,
      'the server chose the subprotocol “y”, which nobody offered',
    ],
  ])('%s is no WebSocket', async (_, more, accept, message) => {
    expect(said(await probe(await raw(new Uint8Array(), more, accept)))).toEqual(['down', 'protocol', message])
  })

  test.each([
    ['pings', Buffer.from('8900'.repeat(400_000), 'hex')],
    ['pieces', Buffer.concat([Buffer.from('017e8000', 'hex'), Buffer.alloc(32_768), Buffer.alloc(800_000)])],
  ])('a server that sends nothing but %s is left before that costs much', async (_, bytes) => {
    const started = performance.now()
    const verdict = await probe(await raw(bytes), { expect: 'hello' })
    expect(said(verdict)).toEqual(['down', 'protocol', 'the server sent more than 2000 pings and pieces'])
    expect(performance.now() - started).toBeLessThan(1_000)
  })
  test.each([
    ['masked frames', [0x81, 0x81, 1, 2, 3, 4, 5], 'its frames are masked'],
    ['reserved bits', [0xc1, 0x01, 0x61], 'reserved bits are set'],
    ['unknown frames', [0x83, 0x00], 'frame type 3 does not exist'],
    ['a ping in pieces', [0x09, 0x00], 'a control frame is too long or in pieces'],
    ['a piece of nothing', [0x80, 0x01, 0x61], 'the pieces of a message are in disorder'],
    ['broken UTF-8', [0x81, 0x02, 0xc3, 0x28], 'a text is not UTF-8'],
  ])('%s break the protocol', async (_, bytes, what) => {
    const verdict = await probe(await raw(Uint8Array.from(bytes)), { expect: 'x' })
    expect(said(verdict)).toEqual(['down', 'protocol', `the server breaks the WebSocket protocol: ${what}`])
  })

  test('a length of 2^63 takes no memory', async () => {
    const url = await raw(Uint8Array.from([0x82, 127, 0x7f, 255, 255, 255, 255, 255, 255, 255]))
    expect((await probe(url, { expect: 'x' })).message).toBe('the server sent a message of more than 64 KB')
  })

  test('what is no HTTP, refused, silent or denied says so', async () => {
    const ssh = await listening((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'))
    const mute = await listening(() => {})
    closers.push(ssh.close, mute.close)
    expect(said(await probe(`ws://127.0.0.1:${ssh.port}/`))).toEqual(['down', 'protocol', 'the answer is not HTTP/1.1'])
    expect((await probe(`ws://127.0.0.1:${await closedPort()}/`)).reason).toBe('refused')
    expect((await probe(`ws://127.0.0.1:${mute.port}/`, {}, 100)).reason).toBe('timeout')
    const net = openNet({ allowPrivate: false, deny: [], allow: [] })
    expect((await check(websocket, { url: `ws://127.0.0.1:${mute.port}/`, net })).reason).toBe('blocked')
  })

  test('a hundred checks that ran out of time leave no descriptor', async () => {
    const { url } = await serving()
    const before = descriptors()
    const all = await Promise.all(Array.from({ length: 100 }, () => probe(url, { expect: 'never' }, 300)))
    expect(new Set(all.map(({ reason }) => reason))).toEqual(new Set(['timeout']))
    await new Promise((resolve) => setTimeout(resolve, 100)) // both ends close
    expect(descriptors()).toBeLessThanOrEqual(before + 2)
  })

  test('headers that belong to the handshake and bad patterns are refused before they are saved', () => {
    const problems = (settings: WebsocketSettings) =>
      Object.keys(websocket.check?.({ url: 'ws://a.test/', settings }) ?? {})
    expect(problems({ headers: { Upgrade: 'x' } })).toEqual(['settings.headers'])
    expect(problems({ headers: { 'a b': 'x' } })).toEqual(['settings.headers'])
    expect(problems({ secret_header_name: 'Sec-WebSocket-Key' })).toEqual(['settings.secret_header_name'])
    expect(problems({ expect: '(a)\\1', expect_mode: 'regex' })).toEqual(['settings.expect'])
    expect(problems({ headers: { 'X-Fine': '1' }, expect: 'ok' })).toEqual([])
  })
})

const nginx = programAt('nginx')
if (!nginx) console.log('websocket against nginx skipped: nginx is not installed')
test.skipIf(!nginx)('a web server that answers with a page is not taken for a WebSocket', async () => {
  const folder = folderFor('nginx')
  const [port = 0] = await freePorts(1)
  mkdirSync(join(folder, 'html'))
  writeFileSync(join(folder, 'html', 'index.html'), 'all is well\n')
  const temps = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder};`)
  const user = process.getuid?.() === 0 ? 'user root;' : ''
  writeFileSync(
    join(folder, 'nginx.conf'),
    `${user} daemon off; worker_processes 1; pid ${folder}/pid; events {}
http { access_log off; ${temps.join(' ')} server { listen 127.0.0.1:${port}; root ${folder}/html; } }\n`,
  )
  const argv = [nginx ?? '', '-p', folder, '-e', join(folder, 'error.log'), '-c', join(folder, 'nginx.conf')]
  const { stop } = await running(argv, folder, port)
  try {
    const verdict = await probe(`ws://127.0.0.1:${port}/`)
    const message = 'the server answered 200 OK instead of opening a WebSocket'
    expect(said(verdict)).toEqual(['down', 'status', message])
    expect(verdict.evidence).toMatchObject({ status: 200, body: 'all is well\n' })
    expect(verdict.evidence?.headers?.server).toStartWith('nginx')
  } finally {
    await stop()
  }
})
