import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { and, eq } from 'drizzle-orm'
import { users } from '#db/schema/auth'
import { memberships } from '#db/schema/tenants'
import { type Ask, type Booted, boot, PASSWORD } from './boot'
import { browser } from './browser-session'

let t: Booted
beforeEach(async () => {
  t = await boot({ start: false, config: { registration: 'open' } })
  // Cheaper than the real thing, and accepted by it: the parameters are part of the hash.
  const password_hash = await Bun.password.hash(PASSWORD, { algorithm: 'argon2id', memoryCost: 1024, timeCost: 1 })
  await t.app.db.tx((tx) => tx.update(users).set({ password_hash }))
})
afterEach(() => t.stop())

const signIn = (who: 'alice' | 'bob' | 'mallory' = 'alice') =>
  browser(t, '/auth/login', { email: t.people[who].email, password: PASSWORD })
const sessions = async (ask: Ask) => (await ask('GET', '/sessions')).body.items as { id: string; current: boolean }[]
const unsafe = () =>
  t.appliance.routes.filter(
    ({ method, path }) =>
      ['POST', 'PUT', 'DELETE'].includes(method) &&
      !/\/(setup|auth\/(login|register|password-reset|verify-email$|mfa|passkey|proxy|oauth)|oauth\/(token|revoke)|sso\/acs|push\/:key|interactions|a\/:token|v2\/(enqueue|alerts)|events|integrations\/(alertmanager|grafana|generic)|(hb|ping|p|snitch|api\/push)\/:)/.test(
        path,
      ),
  )

describe('a session', () => {
  test('is a new secret at each sign-in: one that was planted before opens nothing', async () => {
    const planted = 'x'.repeat(43)
    const answer = await t.nobody(
      'POST',
      '/auth/login',
      { email: t.people.alice.email, password: PASSWORD },
      {
        cookie: `xinex_session=${planted}`,
      },
    )
    const [, value = ''] = /xinex_session=([^;]+)/.exec(answer.headers.get('set-cookie') ?? '') ?? []
    expect(value).toMatch(/^[\w-]{43}$/)
    expect(value).not.toBe(planted)
    expect((await t.asking({ cookie: `xinex_session=${planted}` })('GET', '/me')).status).toBe(401)
    const again = await signIn()
    expect(again.cookie).not.toContain(value)
  })

  test.each(['', 'x', '%00', '"', '../..', 'a'.repeat(10_000), '😀', 'null'])(
    'is not opened by the cookie %j',
    async (value) => {
      const cookie = `xinex_session=${encodeURIComponent(value)}`
      expect((await t.asking({ cookie })('GET', '/me')).status).toBe(401)
    },
  )

  test('is in a cookie that scripts cannot read and other sites do not send', async () => {
    const { answer } = await signIn()
    const flags = (answer.headers.get('set-cookie') ?? '').split('; ').slice(1)
    expect(flags).toEqual(expect.arrayContaining(['HttpOnly', 'SameSite=Lax', 'Path=/']))
    expect(flags.some((flag) => /^(Max-Age|Expires)=/.test(flag))).toBe(true)
    expect(flags.some((flag) => /^Domain=/.test(flag))).toBe(false)
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  test('signs out everywhere else in one step, at once, also where it was just used', async () => {
    const [here, there, elsewhere] = [await signIn(), await signIn(), await signIn()]
    for (const { ask } of [here, there, elsewhere]) expect((await ask('GET', '/me')).status).toBe(200)
    expect((await here.ask('DELETE', '/sessions')).status).toBe(204)
    expect((await there.ask('GET', '/me')).status).toBe(401)
    expect((await elsewhere.ask('GET', '/me')).status).toBe(401)
    expect(await sessions(here.ask)).toEqual([expect.objectContaining({ current: true })])
  })

  test('a question asked while it is revoked does not keep it alive', async () => {
    const { ask } = await signIn()
    const other = await signIn()
    const [mine] = (await sessions(other.ask)).filter(({ current }) => !current)
    const revoking = other.ask('DELETE', `/sessions/${mine?.id}`)
    await Promise.all([revoking, ...Array.from({ length: 20 }, () => ask('GET', '/me'))])
    expect((await ask('GET', '/me')).status).toBe(401)
  })

  test('ends 30 days after it was last used, and 90 after it began', async () => {
    const begun = Date.now()
    // Lucia looks at the real clock for the sliding end; the absolute one is ours and follows the appliance's.
    const { ask } = await signIn()
    expect((await ask('GET', '/me')).status).toBe(200)
    await t.clock.advance(91 * 86_400_000)
    expect((await ask('GET', '/me')).status).toBe(401)
    expect(Date.now() - begun).toBeLessThan(10_000)
  })
})

describe('a change with a cookie', () => {
  test('needs the CSRF token of that very session, on every route', async () => {
    const mine = await signIn()
    const foreign = await signIn('mallory')
    const another = await signIn()
    const routes = unsafe()
    expect(routes.length).toBeGreaterThan(25)
    for (const { method, path } of routes) {
      const url = path.replace(/:\w+/g, 'x').replace(/(.)\/$/, '$1')
      // There are more questions than one session may ask in a minute.
      await t.clock.advance(1_000)
      for (const csrf of [undefined, '', 'x', foreign.csrf, another.csrf, `${mine.csrf} `.padEnd(80, 'x')]) {
        const ask = t.asking({ cookie: mine.cookie, ...(csrf !== undefined && { 'x-csrf-token': csrf }) })
        const { status, body } = await ask(method, url, {})
        expect([method, url, csrf, status, body.code]).toEqual([method, url, csrf, 403, 'CSRF_TOKEN_INVALID'])
      }
    }
    expect(await sessions(mine.ask)).toHaveLength(2)
  })

  test('is not asked of API tokens, and a wrong token is not helped by a good cookie', async () => {
    const { cookie, csrf } = await signIn()
    expect((await t.alice('PUT', '/me', { name: 'A' })).status).toBe(200)
    const both = t.asking({ cookie, 'x-csrf-token': csrf, authorization: `Bearer xinex_${'0'.repeat(64)}` })
    expect((await both('PUT', '/me', { name: 'B' })).status).toBe(401)
  })
})

describe('an API token', () => {
  test('stops the moment it is revoked, although it was just used', async () => {
    const { token, id } = (await t.carol('POST', '/api-tokens', { name: 'ci' })).body
    const ask = t.bearer(token)
    expect((await ask('GET', '/me')).status).toBe(200)
    await Promise.all([t.carol('DELETE', `/api-tokens/${id}`), ...Array.from({ length: 20 }, () => ask('GET', '/me'))])
    expect((await ask('GET', '/me')).status).toBe(401)
  })

  test('stops at its end', async () => {
    const expires_at = new Date(t.clock.now() + 60_000).toISOString()
    const { token } = (await t.carol('POST', '/api-tokens', { name: 'ci', expires_at })).body
    expect((await t.bearer(token)('GET', '/me')).status).toBe(200)
    await t.clock.advance(60_001)
    expect((await t.bearer(token)('GET', '/me')).status).toBe(401)
  })

  test('and a session stop with the membership, within the five seconds that anybody is remembered', async () => {
    const { ask } = await signIn('bob')
    expect([(await ask('GET', '/me')).status, (await t.bob('GET', '/me')).status]).toEqual([200, 200])
    const his = and(eq(memberships.user_id, t.people.bob.id), eq(memberships.tenant_id, t.tenants.acme.id))
    await t.app.db.tx((tx) => tx.delete(memberships).where(his))
    await t.clock.advance(5_001)
    expect([(await ask('GET', '/me')).status, (await t.bob('GET', '/me')).status]).toEqual([401, 401])
  })

  test.each([
    'Bearer',
    'Bearer ',
    'Basic YTpi',
    'xinex_',
    `Bearer xinex_${'g'.repeat(64)}`,
    `Bearer ${'a'.repeat(9000)}`,
  ])('is nothing like "%s"', async (authorization) => {
    const { status, body } = await t.asking({ authorization })('GET', '/me')
    expect([status, body.code]).toEqual([401, 'UNAUTHORIZED'])
  })
})

describe('an Idempotency-Key', () => {
  const key = { 'idempotency-key': 'k' }

  test('never shows one person what another was answered, nor a narrow token what a full one was', async () => {
    const narrow = (await t.alice('POST', '/api-tokens', { name: 'narrow', scope: 'read' })).body.token
    const made = await t.alice('POST', '/api-tokens', { name: 'ci' }, key)
    for (const ask of [t.carol, t.mallory]) {
      const other = await ask('POST', '/api-tokens', { name: 'ci' }, key)
      expect([other.status, other.headers.get('idempotency-replayed')]).toEqual([201, null])
      expect(other.body.token).not.toBe(made.body.token)
    }
    const narrowed = await t.bearer(narrow)('POST', '/api-tokens', { name: 'ci' }, key)
    expect([narrowed.status, narrowed.body.token]).toEqual([403, undefined])
    expect((await t.nobody('POST', '/api-tokens', { name: 'ci' }, key)).status).toBe(401)
  })

  test('of a request without the right CSRF token is free for the next try', async () => {
    const { cookie, ask } = await signIn()
    const wrong = t.asking({ cookie, 'x-csrf-token': 'stale' })
    expect((await wrong('POST', '/incidents', { title: 'x' }, key)).status).toBe(403)
    expect((await ask('POST', '/incidents', { title: 'x' }, key)).status).toBe(201)
  })

  test.each(['', ' ', 'a b', 'é', 'x'.repeat(256)])('%j is refused, or is none', async (given) => {
    const { status } = await t.alice('POST', '/incidents', { title: 'x' }, { 'idempotency-key': given })
    expect(given.trim() === '' ? [201] : [422]).toContain(status)
  })
})

describe('limits', () => {
  const login = (address: string, body: object = { email: 'nobody@example.test', password: 'x' }) =>
    t.nobody('POST', '/auth/login', body, { 'x-forwarded-for': address })

  beforeEach(async () => {
    await t.stop()
    t = await boot({ start: false, config: { trustedProxies: ['127.0.0.1/32'], registration: 'open' } })
  })

  test('ten sign-ins a minute from one address, whatever is wrong with them; then 429 says when', async () => {
    const bodies = [{}, { email: 1 }, { email: 'a@b', password: 'x' }, '{', '[]']
    for (let n = 0; n < 10; n++) expect((await login('10.0.0.1', bodies[n % 5] as object)).status).not.toBe(429)
    const { status, headers, body } = await login('10.0.0.1')
    expect([status, body.code]).toEqual([429, 'RATE_LIMITED'])
    const wait_s = Number(headers.get('retry-after'))
    expect(wait_s).toBeGreaterThan(0)
    expect(wait_s).toBeLessThanOrEqual(60)
    expect(body.details).toEqual({ retry_after_s: wait_s })
    expect([headers.get('x-ratelimit-limit'), headers.get('x-ratelimit-remaining')]).toEqual(['10', '0'])
    expect(Number(headers.get('x-ratelimit-reset'))).toBe(Math.floor(t.clock.now() / 1000) + wait_s)
    expect(headers.get('x-request-id')).toBeTruthy()
    expect((await t.nobody('POST', '/auth/register', {}, { 'x-forwarded-for': '10.0.0.1' })).status).toBe(429)
    expect((await login('10.0.0.2')).status).toBe(401)
    expect((await t.nobody('GET', '/setup', undefined, { 'x-forwarded-for': '10.0.0.1' })).status).toBe(200)
    await t.clock.advance(120_000)
    expect((await login('10.0.0.1')).status).toBe(401)
  })

  test('the sender cannot choose the address that is counted', async () => {
    await t.stop()
    t = await boot({ start: false })
    for (let n = 0; n < 10; n++) expect((await login(`10.0.0.${n}`, {})).status).toBe(422)
    expect((await login('10.0.0.99', {})).status).toBe(429)
  })

  test('an invented credential is no fresh share of what needs none', async () => {
    for (const path of ['/health', '/auth/config', '/setup', '/openapi.json', '/public/status-pages/x']) {
      const left = async (n: number) => {
        const headers = { authorization: `Bearer xinex_${String(n).padStart(64, '0')}`, 'x-forwarded-for': '10.0.0.3' }
        return Number((await t.nobody('GET', path, undefined, headers)).headers.get('x-ratelimit-remaining'))
      }
      expect([path, (await left(1)) - (await left(2))]).toEqual([path, 1])
    }
  })

  test('a guesser is cut off, the neighbours behind the same address are not', async () => {
    const guess = (n: number) => t.bearer(`xinex_${n.toString(16).padStart(64, '0')}`)('GET', '/me')
    for (let n = 0; n < 30; n++) await guess(n)
    const cut = await guess(99)
    expect([cut.status, cut.headers.get('retry-after')]).toEqual([429, expect.any(String)])
    expect((await t.alice('GET', '/me')).status).toBe(200)
    expect((await t.nobody('GET', '/auth/config')).status).toBe(200)
  })

  test('a script that asks too much hears 429, and nobody else does', async () => {
    let answer = await t.alice('GET', '/monitors/summary')
    const limit = Number(answer.headers.get('x-ratelimit-limit'))
    for (let n = 0; n < limit && answer.status === 200; n++) answer = await t.alice('HEAD', '/monitors/summary')
    expect(answer.status).toBe(429)
    expect(answer.headers.get('retry-after')).toBeTruthy()
    expect((await t.carol('GET', '/me')).status).toBe(200)
  })
})
