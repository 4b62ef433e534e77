import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { sessions } from '#db/schema/credentials'
import { audit_log } from '#db/schema/kernel'
import { type Booted, boot } from '../../../test/boot'
import { browser } from '../../../test/browser-session'
import { openAppliance } from '../../app'

const account = { name: 'Ada', email: 'Ada@Example.test', password: 'a decent long secret' }

describe('registration and sign-in', () => {
  let t: Booted
  beforeEach(async () => {
    t = await boot({ start: false, config: { registration: 'open' } })
  })
  afterEach(() => t.stop())

  test('an open appliance takes a new account, which owns its own workspace', async () => {
    const { answer, ask } = await browser(t, '/auth/register', { ...account, workspace: 'Engines' })
    expect(answer.status).toBe(201)
    expect(answer.body).toMatchObject({
      user: { email: 'ada@example.test' },
      tenant: { name: 'Engines' },
      role: 'owner',
    })
    expect(JSON.stringify(answer.body)).not.toMatch(/argon2|password_hash/)
    expect((await ask('GET', '/me')).body).toMatchObject({ name: 'Ada', role: 'owner', tenant: { slug: 'engines' } })
  })

  test('the cookie is HttpOnly, and its value is nowhere in the database', async () => {
    const { answer, cookie } = await browser(t, '/auth/register', account)
    expect(answer.headers.get('set-cookie')).toMatch(/^xinex_session=.*HttpOnly/)
    const stored = JSON.stringify(await t.app.db.read.select().from(sessions))
    expect(stored).not.toContain(cookie.split('=')[1] ?? 'nothing')
  })

  test('behind https the cookie is Secure', async () => {
    await t.stop()
    t = await boot({ start: false, config: { registration: 'open', publicUrl: 'https://up.example.test' } })
    const { answer } = await browser(t, '/auth/register', account)
    expect(answer.headers.get('set-cookie')).toContain('Secure')
  })

  test('the address is compared without case; a wrong password and an unknown account sound the same', async () => {
    await browser(t, '/auth/register', account)
    expect(
      (await t.nobody('POST', '/auth/login', { ...account, name: undefined, email: 'ADA@example.TEST' })).status,
    ).toBe(200)
    const wrong = await t.nobody('POST', '/auth/login', { email: account.email, password: 'no' })
    const unknown = await t.nobody('POST', '/auth/login', { email: 'x@example.test', password: 'no' })
    expect(wrong.status).toBe(401)
    expect(wrong.body).toEqual(unknown.body)
  })

  test.each([
    ['short', 'must have at least 10 characters'],
    ['aaaaaaaaaaaa', 'must not repeat the same few characters'],
    ['Password1234', 'is among the first that attackers try'],
    ['ada@example.test', 'must not be your own name or address'],
  ])('the password %s is refused: %s', async (password, why) => {
    const { status, body } = await t.nobody('POST', '/auth/register', { ...account, password })
    expect(status).toBe(422)
    expect(body).toMatchObject({ code: 'VALIDATION_FAILED', details: { fields: { password: why } } })
  })

  test('a second account with the same address is a conflict', async () => {
    await browser(t, '/auth/register', account)
    expect((await t.nobody('POST', '/auth/register', account)).status).toBe(409)
  })

  test('the eleventh sign-in in a minute from one address is refused, with the time to wait', async () => {
    for (let i = 0; i < 10; i++) await t.nobody('POST', '/auth/login', { email: 'x@y.z', password: 'no' })
    const { status, headers, body } = await t.nobody('POST', '/auth/login', { email: 'x@y.z', password: 'no' })
    expect([status, body.code]).toEqual([429, 'RATE_LIMITED'])
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    expect(headers.get('x-ratelimit-remaining')).toBe('0')
  })

  test('a closed appliance takes nobody, an inviting one only with an invitation', async () => {
    await t.stop()
    t = await boot({ start: false, config: { registration: 'invite' } })
    expect((await t.nobody('POST', '/auth/register', account)).status).toBe(403)
    expect((await t.carol('POST', '/invitations', { email: account.email, role: 'viewer' })).status).toBe(403)
    const { status, body } = await t.alice('POST', '/invitations', { email: account.email, role: 'member' })
    expect(status).toBe(201)
    const invitation = new URL(body.url).searchParams.get('token')
    expect(
      (await t.nobody('POST', '/auth/register', { ...account, email: 'eve@example.test', invitation })).status,
    ).toBe(422)
    const { answer, ask } = await browser(t, '/auth/register', { ...account, invitation })
    expect(answer.body).toMatchObject({ tenant: { slug: 'acme' }, role: 'member' })
    expect((await ask('GET', '/members')).body.total).toBe(5)
    // It is told where they came in.
    const rows = await t.app.db.read.select().from(audit_log).where(eq(audit_log.event, 'user.registered'))
    expect(rows.map(({ tenant_id }) => tenant_id)).toEqual([t.tenants.acme.id])
    expect((await t.nobody('POST', '/auth/register', { ...account, email: 'b@example.test', invitation })).status).toBe(
      422,
    )
  })
})

describe('sessions', () => {
  let t: Booted
  beforeEach(async () => {
    t = await boot({ start: false, config: { registration: 'open' } })
  })
  afterEach(() => t.stop())

  test('a change with the cookie needs the CSRF token of that very session', async () => {
    const one = await browser(t, '/auth/register', account)
    const two = await browser(t, '/auth/login', { email: account.email, password: account.password })
    const edit = { name: 'Ada L.' }
    expect((await t.asking({ cookie: one.cookie })('PUT', '/me', edit)).body.code).toBe('CSRF_TOKEN_INVALID')
    expect((await t.asking({ cookie: one.cookie, 'x-csrf-token': two.csrf })('PUT', '/me', edit)).status).toBe(403)
    expect((await one.ask('PUT', '/me', edit)).body.name).toBe('Ada L.')
  })

  test('they are listed with the current one marked, and revoking one ends it at once', async () => {
    const one = await browser(t, '/auth/register', account)
    const two = await browser(t, '/auth/login', { email: account.email, password: account.password })
    const { body } = await one.ask('GET', '/sessions')
    expect(body).toMatchObject({ total: 2, page: 1, per_page: 25, total_pages: 1 })
    const other = body.items.find((s: { current: boolean }) => !s.current)
    expect((await two.ask('GET', '/me')).status).toBe(200)
    expect((await t.mallory('DELETE', `/sessions/${other.id}`)).status).toBe(404)
    expect((await one.ask('DELETE', `/sessions/${other.id}`)).status).toBe(204)
    expect((await two.ask('GET', '/me')).status).toBe(401)
  })

  test('a new password needs the old one and signs out everywhere else', async () => {
    const one = await browser(t, '/auth/register', account)
    const two = await browser(t, '/auth/login', { email: account.email, password: account.password })
    const edit = { new_password: 'another decent secret' }
    expect((await one.ask('PUT', '/me', edit)).body.details.fields).toHaveProperty('current_password')
    expect((await one.ask('PUT', '/me', { ...edit, current_password: account.password })).status).toBe(200)
    expect((await two.ask('GET', '/me')).status).toBe(401)
    expect((await one.ask('GET', '/me')).status).toBe(200)
  })

  test('signing out ends the session and clears the cookie', async () => {
    const one = await browser(t, '/auth/register', account)
    const { status, headers } = await one.ask('POST', '/auth/logout')
    expect([status, headers.get('set-cookie')]).toEqual([204, expect.stringContaining('Max-Age=0')])
    expect((await one.ask('GET', '/me')).status).toBe(401)
  })
})

describe('set-up', () => {
  test('the one-time link makes the first user, once', async () => {
    const t = await boot({ start: false })
    expect((await t.nobody('GET', '/setup')).body).toEqual({ needed: false })
    const taken = { token: 'x', ...account, workspace: 'W' }
    expect((await t.nobody('POST', '/setup', taken)).status).toBe(409)
    await t.stop()
  })

  test('an empty appliance offers a link that only its holder can use', async () => {
    const t = await boot({ start: false })
    const fresh = await openAppliance({
      config: { ...t.app.config, data: `${t.folder}/fresh` },
      clock: t.clock,
      log: t.app.log,
      version: '0.0.0-test',
      durable: false,
    })
    const { token } = await fresh.firstStart()
    const post = (given: string) =>
      fresh.handle(
        new Request('http://localhost/api/v1/setup', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ token: given, ...account, workspace: 'Engine room', timezone: 'Europe/London' }),
        }),
      )
    expect((await post('guess')).status).toBe(401)
    const made = await post(token ?? '')
    expect(made.status).toBe(201)
    expect(await made.json()).toMatchObject({
      user: { instance_admin: true },
      tenant: { slug: 'engine-room' },
      role: 'owner',
    })
    expect((await post(token ?? '')).status).toBe(409)
    expect(await fresh.firstStart()).toEqual({ token: undefined })
    await fresh.close()
    await t.stop()
  })

  test('a registration leaves an audit row without the hash', async () => {
    const t = await boot({ start: false, config: { registration: 'open' } })
    await browser(t, '/auth/register', account)
    const rows = await t.app.db.read.select().from(audit_log)
    expect(rows.map((r) => r.event)).toContain('user.registered')
    expect(JSON.stringify(rows)).not.toContain('argon2')
    await t.stop()
  })
})
