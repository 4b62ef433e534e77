import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createServer, type Server } from 'node:net'
import { type Booted, boot } from './boot'
import { bound } from './probing'

/** Counts everybody who manages to connect. */
async function trap() {
  let caught = 0
  const server: Server = createServer((socket) => {
    caught++
    socket.on('error', () => {}).end('HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\ninside')
  })
  const { port } = await bound(server)
  return { port, caught: () => caught, stop: () => server.close() }
}

/** Ways to write "this machine" that a filter of texts would miss. */
const self = [
  '127.0.0.1',
  'localhost',
  'LOCALHOST.',
  'a.localhost',
  '127.1',
  '2130706433',
  '0x7f000001',
  '0177.0.0.1',
  '127.0.0.1.',
  '[::1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::127.0.0.1]',
  '[64:ff9b::7f00:1]',
  '[2002:7f00:1::]',
  '0.0.0.0',
  '[::]',
  '①②⑦.⓪.⓪.①',
]
const metadata = [
  '169.254.169.254',
  '[fd00:ec2::254]',
  '[::ffff:169.254.169.254]',
  '168.63.129.16',
  '100.100.100.200',
  '0xa9fea9fe',
]

describe('where private addresses are not allowed', () => {
  let t: Booted
  let inside: Awaited<ReturnType<typeof trap>>
  let outside: ReturnType<typeof Bun.serve>
  beforeAll(async () => {
    // 127.0.0.2 plays the internet: the only loopback address that the exceptions let through.
    t = await boot({ config: { allowPrivate: false, allowAddresses: ['127.0.0.2/32'] } })
    inside = await trap()
    outside = Bun.serve({
      hostname: '127.0.0.2',
      port: 0,
      fetch: (request) => {
        const to = new URL(request.url).searchParams.get('to')
        return to
          ? new Response(null, { status: 307, headers: { location: Buffer.from(to).toString('latin1') } })
          : new Response('outside')
      },
    })
  })
  afterAll(async () => {
    // However it was written, asked or redirected: nobody came in.
    expect(inside.caught()).toBe(0)
    inside.stop()
    await outside.stop(true)
    await t.stop()
  })
  const inner = (host = '127.0.0.1') => `http://${host}:${inside.port}/`
  const outer = () => `http://127.0.0.2:${outside.port}/`

  const trial = async (body: object) => {
    const answer = await t.alice('POST', '/monitors/test', { timeout_ms: 2_000, ...body })
    return answer.status === 200 ? answer.body.verdict : { status: 'down', reason: 'refused', ...answer.body }
  }

  test('the outside is reached', async () => {
    expect((await trial({ type: 'http', url: outer() })).status).toBe('up')
  })

  test.each([...self, ...metadata])('a monitor of http://%s/ is not checked', async (host) => {
    const { status, message } = await trial({ type: 'http', url: inner(host) })
    expect([host, status]).toEqual([host, 'down'])
    expect(JSON.stringify(message ?? '')).not.toContain('inside')
  })

  test.each([...self, ...metadata])('a redirect to http://%s/ is not followed', async (host) => {
    const { status, reason } = await trial({ type: 'http', url: `${outer()}?to=${encodeURIComponent(inner(host))}` })
    expect([host, status]).toEqual([host, 'down'])
    expect(['blocked', 'dns', 'unreachable', 'refused', 'timeout', 'protocol']).toContain(reason)
  })

  test('a redirect to anything but the web is not followed', async () => {
    for (const to of [
      'file:///etc/passwd',
      'gopher://127.0.0.1/',
      'ftp://127.0.0.1/',
      'javascript:1',
      '//127.0.0.1:1/',
    ])
      expect((await trial({ type: 'http', url: `${outer()}?to=${encodeURIComponent(to)}` })).status).toBe('down')
  })

  test('no other setting of a monitor leads inside', async () => {
    const host = '127.0.0.1'
    const oauth = { auth: 'oauth2', oauth_token_url: inner(), oauth_client_id: 'x', oauth_client_secret: 'x' }
    const cases = [
      { type: 'http', url: outer(), settings: oauth },
      { type: 'http', url: outer(), settings: { proxy_url: inner() } },
      { type: 'http', url: inner(), settings: { proxy_url: outer() } },
      { type: 'http', url: outer(), settings: { ...oauth, oauth_token_url: `${outer()}?to=${inner()}` } },
      { type: 'tcp', settings: { host, port: inside.port } },
      { type: 'tcp', settings: { host: '127.1', port: inside.port } },
      { type: 'tls', settings: { host, port: inside.port } },
      { type: 'icmp', settings: { host } },
      { type: 'dns', settings: { name: 'example.test', server: host } },
    ]
    for (const one of cases) {
      const { status } = await trial(one)
      expect([one, status === 'up' || status === 'degraded']).toEqual([one, false])
    }
  })

  test('a monitor that is saved is blocked at each check, and says so', async () => {
    const { id } = (await t.alice('POST', '/monitors', { name: 'x', type: 'http', url: inner() })).body
    await t.app.engine.idle()
    const { verdict } = (await t.alice('POST', `/monitors/${id}/check`)).body
    expect([verdict.status, verdict.reason]).toEqual(['down', 'blocked'])
    expect(verdict.message).toContain('not allowed')
    // Nor can the edit of a good one lead inside.
    const good = (await t.alice('POST', '/monitors', { name: 'y', type: 'http', url: outer() })).body.id
    await t.alice('PUT', `/monitors/${good}`, { url: inner() })
    await t.app.engine.idle()
    expect((await t.alice('POST', `/monitors/${good}/check`)).body.verdict.reason).toBe('blocked')
  })

  test('no channel leads inside, by address or by redirect', async () => {
    const [host, port] = ['127.0.0.1', inside.port]
    const around = `${outer()}?to=${encodeURIComponent(inner())}`
    const mail = { to: ['a@example.test'], port, security: 'none', from: 'x@example.test' }
    const cases = [
      ...[
        inner(),
        inner('localhost'),
        inner('[::1]'),
        inner('2130706433'),
        around,
        'http://169.254.169.254/latest/',
      ].flatMap((url) => [
        { type: 'webhook', settings: { url } },
        { type: 'slack', settings: { webhook_url: url } },
        { type: 'discord', settings: { webhook_url: url } },
        { type: 'telegram', settings: { server: url, bot_token: '1:a', chat_id: '1' } },
        { type: 'ntfy', settings: { server: url, topic: 'x' } },
      ]),
      { type: 'email', settings: { ...mail, host } },
      { type: 'email', settings: { ...mail, host: 'localhost' } },
    ]
    for (const one of cases) {
      const { status, body } = await t.alice('POST', '/notification-channels/test', one)
      expect([one, status, body.status]).toEqual([one, 200, 'failed'])
    }
  })
})

describe('where private addresses are allowed', () => {
  test.each(metadata)(
    'the metadata of the cloud at %s stays out of reach, whatever the exceptions say',
    async (host) => {
      const t = await boot({ config: { allowPrivate: true, allowAddresses: ['0.0.0.0/0', '::/0'] } })
      const url = `http://${host}/latest/meta-data/`
      const { verdict } = (await t.alice('POST', '/monitors/test', { type: 'http', url, timeout_ms: 2_000 })).body
      expect([verdict.status, verdict.reason]).toEqual(['down', 'blocked'])
      const channel = { type: 'webhook', settings: { url } }
      expect((await t.alice('POST', '/notification-channels/test', channel)).body.error).toContain('blocks')
      await t.stop()
    },
  )
})
