import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Booted, boot } from './boot'

const monitor = { name: 'Shop', type: 'tcp', settings: { host: '127.0.0.1', port: 1 } }
const channel = { name: 'Ops', type: 'webhook', settings: { url: 'http://127.0.0.1:1/' } }

describe('every route', () => {
  let t: Booted
  let routes: { method: string; path: string }[]
  const made: Record<string, () => Promise<string>> = {}

  beforeAll(async () => {
    t = await boot({ start: false, config: { registration: 'invite', corsOrigins: ['https://app.example.test'] } })
    let n = 0
    const make = (path: string, body: () => object) => async () =>
      (await t.alice('POST', path, body())).body.id as string
    made.monitors = make('/monitors', () => monitor)
    made['notification-channels'] = make('/notification-channels', () => channel)
    made.incidents = make('/incidents', () => ({ title: 'x' }))
    made['status-pages'] = make('/status-pages', () => ({ title: 'x', slug: n++ ? `page-${n}` : 'page' }))
    made['api-tokens'] = make('/api-tokens', () => ({ name: 'x' }))
    made.invitations = make('/invitations', () => ({ email: `guest${n++}@example.test`, role: 'viewer' }))
    made.sessions = async () => {
      const where = { user_agent: null, address: '127.0.0.1' }
      return (await t.app.credentials.signIn(t.people.alice.id, t.tenants.acme.id, where)).public_id
    }
    await made['status-pages']()
    routes = t.appliance.routes
      .filter(({ path }) => /^\/(api\/v1\/|health)/.test(path))
      .map(({ method, path }) => ({ method, path: path.replace(/(.)\/$/, '$1') }))
  })
  afterAll(() => t.stop())

  const filled = async (path: string) => {
    const [, , , collection = ''] = path.split('/')
    const id = path.includes(':id') ? await made[collection]?.() : ''
    return path.replace(':id', id ?? '').replace(':slug', 'page')
  }

  test('that is read answers 304 to who already has it, and HEAD with the same headers and nothing else', async () => {
    const reads = routes.filter(({ method }) => method === 'GET')
    expect(reads.length).toBeGreaterThan(25)
    for (const { path } of reads) {
      const url = await filled(path)
      const first = await t.alice('GET', url)
      const tag = first.headers.get('etag') ?? ''
      expect([path, first.status, tag]).toEqual([path, 200, expect.stringMatching(/^"[0-9a-f]{27}"$/)])
      for (const given of [tag, `W/${tag}`, `"x", ${tag}`, '*']) {
        const again = await t.alice('GET', url, undefined, { 'if-none-match': given })
        expect([path, again.status, again.body, again.headers.get('etag')]).toEqual([path, 304, undefined, tag])
        expect(again.headers.get('x-request-id')).toBeTruthy()
      }
      expect((await t.alice('GET', url, undefined, { 'if-none-match': '"x"' })).status).toBe(200)
      const head = await t.alice('HEAD', url)
      expect([path, head.status, head.body, head.headers.get('etag')]).toEqual([path, 200, undefined, tag])
    }
  })

  test('that changes something refuses to do so for who has seen something older', async () => {
    const writes = routes.filter(({ method, path }) => ['PUT', 'DELETE'].includes(method) && path.includes('/v1/'))
    expect(writes.length).toBeGreaterThan(9)
    for (const { method, path } of writes) {
      const url = await filled(path)
      const stale = await t.alice(method, url, method === 'PUT' ? {} : undefined, { 'if-match': '"older"' })
      expect([method, path, stale.status, stale.body?.code]).toEqual([method, path, 412, 'PRECONDITION_FAILED'])
      const stranger = await t.nobody(method, url, method === 'PUT' ? {} : undefined, { 'if-match': '"older"' })
      expect([method, path, stranger.status]).toEqual([method, path, 401])
      const tag = (await t.alice('GET', url)).headers.get('etag') ?? '*'
      const fresh = await t.alice(method, url, method === 'PUT' ? {} : undefined, { 'if-match': tag })
      expect([method, path, fresh.status]).toEqual([method, path, method === 'PUT' ? 200 : 204])
    }
  })

  test('says which methods it takes, and pages of other origins may ask only where that is configured', async () => {
    const ask = (origin: string, url: string) =>
      t.nobody('OPTIONS', url, undefined, { origin, 'access-control-request-method': 'PUT' })
    for (const { method, path } of routes) {
      const url = await filled(path)
      const { status, headers, body } = await ask('https://app.example.test', url)
      expect([path, status, body]).toEqual([path, 204, undefined])
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
