import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Ask, type Booted, boot } from './boot'
import { checkPaths, openHealthchecks } from './matrix-healthchecks'
import { fresh, hook, open, site, table } from './matrix-table'

/** Reading these leads somewhere else or has nothing to read yet; each has its own test. */
const elsewhere = new Set([
  ...['GET /auth/invitation', 'GET /auth/oauth/:provider', 'GET /auth/oauth/:provider/callback'],
  ...['GET /oauth/authorize', 'GET /sso/login', 'GET /sso/acs/:id', 'GET /sso/metadata/:id', 'GET /s/:slug'],
  ...['GET /sso/connection', 'GET /sso/connection/test', 'GET /*', 'GET /api/_reader', 'GET /api/_document'],
  ...['GET /api/docs', 'GET /api/docs/init.js', 'GET /push/:key', 'GET /probers/jobs'],
  ...['', '/integrations/opsgenie'].map((prefix) => `GET ${prefix}/v2/alerts/requests/:id`),
  ...['GET /a/:token', 'GET /calendar/:file', 'GET /incidents/:id/export'],
  // A file as it came: it never changes, and has no tag.
  ...['GET /heartbeats/:id/pings/:n/body', 'GET /ai-heartbeats/:id/pings/:n/body', ...openHealthchecks],
  ...checkPaths.map((path) => `GET /${path}/:id/pings/:n/body`),
])

/** What jobs are answered is new each time, and short. */
const PING = /^(GET|POST|PUT) \/(hb|ping|p|snitch|api\/push)\/:/

describe('every route', () => {
  let t: Booted
  let address = 0
  const rows = [...Object.keys(table), ...Object.keys(open)].filter((row) => !PING.test(row))
  const ofMethod = (...methods: string[]) => rows.filter((row) => methods.includes(row.split(' ')[0] ?? ''))

  beforeAll(async () => {
    t = await boot({
      start: false,
      config: {
        ...{ registration: 'invite', publicUrl: 'http://localhost', trustedProxies: ['127.0.0.1/32'] },
        corsOrigins: ['https://app.example.test'],
      },
    })
    expect((await t.alice('POST', '/status-pages', { title: 'x', slug: 'page' })).status).toBe(201)
  })
  afterAll(async () => {
    await t.stop()
    hook.stop()
    site.stop()
  })

  /** From an address of its own each time: limits would answer instead of the route. */
  const apart =
    (ask: Ask): Ask =>
    (method, path, body, headers) => {
      const n = ++address
      return ask(method, path, body, {
        'x-forwarded-for': `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`,
        ...headers,
      })
    }
  /** A new session each time: some questions end it. */
  const asAlice = async () => apart((await t.session('alice')).ask)
  async function urlOf(row: string): Promise<string> {
    const path = row.split(' ')[1] ?? ''
    const thing = / \/(.*?)\/:id/.exec(row)?.[1]
    return path.replace(':id', thing ? ((await fresh[thing]?.(t)) ?? 'x') : '').replace(':slug', 'page')
  }

  test('that is read answers 304 to who already has it, and HEAD with the same headers and nothing else', async () => {
    const reads = ofMethod('GET').filter((row) => !elsewhere.has(row))
    expect(reads.length).toBeGreaterThan(45)
    const cached = reads.filter((row) => !row.startsWith('GET /.well-known/'))
    for (const row of cached) {
      const url = await urlOf(row)
      const ask = await asAlice()
      const first = await ask('GET', url)
      const tag = first.headers.get('etag') ?? ''
      expect([row, first.status, tag]).toEqual([row, 200, expect.stringMatching(/^"[0-9a-f]{27}"$/)])
      for (const given of [tag, `W/${tag}`, `"x", ${tag}`, '*']) {
        const again = await ask('GET', url, undefined, { 'if-none-match': given })
        expect([row, again.status, again.body, again.headers.get('etag')]).toEqual([row, 304, undefined, tag])
        expect(again.headers.get('x-request-id')).toBeTruthy()
      }
      expect((await ask('GET', url, undefined, { 'if-none-match': '"x"' })).status).toBe(200)
      const head = await ask('HEAD', url)
      expect([row, head.status, head.body, head.headers.get('etag')]).toEqual([row, 200, undefined, tag])
    }
  })

  test('that changes something refuses to do so for who has seen something older', async () => {
    const writes = ofMethod('PUT', 'DELETE').filter((row) => row in table)
    expect(writes.length).toBeGreaterThan(25)
    for (const row of writes) {
      const [method = ''] = row.split(' ')
      const url = await urlOf(row)
      const body = method === 'PUT' ? (table[row]?.body ?? {}) : undefined
      const ask = await asAlice()
      const stale = await ask(method, url, body, { 'if-match': '"older"' })
      // What can be read and is not there has no older state either.
      const gone = method === 'DELETE' && table[row.replace(/^\w+/, 'GET')]?.status === 404
      const code = gone ? 'NOT_FOUND' : 'PRECONDITION_FAILED'
      expect([row, stale.status, stale.body?.code]).toEqual([row, gone ? 404 : 412, code])
      const stranger = await apart(t.nobody)(method, url, body, { 'if-match': '"older"' })
      expect([row, stranger.status]).toEqual([row, 401])
      const tag = (await ask('GET', url)).headers.get('etag') ?? '*'
      const { status } = await ask(method, url, body, { 'if-match': tag })
      expect([row, status]).not.toEqual([row, 412])
      expect([row, status]).not.toEqual([row, 401])
    }
  })

  test('says which methods it takes, and pages of other origins may ask only where that is configured', async () => {
    const options = apart(t.nobody)
    const ask = (origin: string, url: string) =>
      options('OPTIONS', url, undefined, { origin, 'access-control-request-method': 'PUT' })
    for (const row of rows.filter((row) => !row.includes('*') && !/ \/(s|api|\.well-known)\//.test(row))) {
      const [method = ''] = row.split(' ')
      const url = (row.split(' ')[1] ?? '').replace(/:\w+/, 'x')
      const { status, headers, body } = await ask('https://app.example.test', url)
      expect([row, status, body]).toEqual([row, 204, undefined])
      expect((headers.get('allow') ?? '').split(', ')).toContain(method)
      expect(headers.get('access-control-allow-origin')).toBe('https://app.example.test')
      for (const origin of [
        'https://evil.test',
        'null',
        'https://app.example.test.evil.test',
        'http://app.example.test',
      ])
        expect((await ask(origin, url)).headers.get('access-control-allow-origin')).toBeNull()
    }
    expect((await ask('https://app.example.test', '/no-such')).status).toBe(404)
    expect((await t.alice('GET', '/me')).headers.get('vary')).toContain('Origin')
  })
})
