import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { users } from '#db/schema/auth'
import { totp_secrets } from '#db/schema/mfa'
import { tenants } from '#db/schema/tenants'
import { type Booted, boot, PASSWORD } from '../../../test/boot'

describe('who I am', () => {
  let t: Booted
  beforeEach(async () => {
    t = await boot({ start: false })
  })
  afterEach(() => t.stop())

  test('says how I signed in, and a token says nothing of that', async () => {
    const { ask } = await t.session('alice', { method: 'saml', mfa: true, bound: true })
    const { body } = await ask('GET', '/me')
    expect(body.session).toEqual({ method: 'saml', mfa: true, bound: true })
    expect(body).toMatchObject({ has_password: false, email_verified: true, deletes_at: null })
    expect((await t.alice('GET', '/me')).body.session).toBeNull()
  })

  test('says whether I have a second factor, and whether I am asked for one', async () => {
    const { ask } = await t.session('alice')
    expect((await ask('GET', '/me')).body.mfa).toEqual({ enabled: false, required: false })
    const at = '2026-05-01T12:00:00.000Z'
    const row = { user_id: t.people.alice.id, secret: 'x', confirmed_at: at, created_at: at }
    await t.app.db.tx(async (tx) => {
      await tx.insert(totp_secrets).values(row)
      await tx.update(tenants).set({ require_mfa: true }).where(eq(tenants.id, t.tenants.acme.id))
    })
    const { body } = await ask('GET', '/me')
    expect(body.mfa).toEqual({ enabled: true, required: true })
    expect(body.tenant).toMatchObject({ slug: 'acme', require_mfa: true, deletes_at: null })
  })
})

describe('without a password', () => {
  let t: Booted
  beforeEach(async () => {
    t = await boot({ start: false })
  })
  afterEach(() => t.stop())

  test('a fresh sign-in is proof enough to choose the first one; an old one is not', async () => {
    const { ask } = await t.session('carol', { method: 'github' })
    await t.clock.advance(15 * 60_000 + 1)
    const late = await ask('PUT', '/me', { new_password: PASSWORD })
    expect([late.status, late.body.code]).toEqual([403, 'FORBIDDEN'])
    const again = await t.session('carol', { method: 'github' })
    expect((await again.ask('PUT', '/me', { new_password: PASSWORD })).body.has_password).toBe(true)
    const entered = await t.nobody('POST', '/auth/login', { email: t.people.carol.email, password: PASSWORD })
    expect(entered.status).toBe(200)
    // From now on it is asked for.
    const { status, body } = await again.ask('PUT', '/me', { new_password: 'another decent secret' })
    expect([status, Object.keys(body.details.fields)]).toEqual([422, ['current_password']])
  })

  test.each([
    ['a token', (t: Booted) => Promise.resolve(t.carol)],
    ['a session that a workspace vouched for', async (t: Booted) => (await t.session('carol', { bound: true })).ask],
  ])('%s chooses none, and changes no address', async (_, arrive) => {
    const ask = await arrive(t)
    for (const edit of [{ new_password: PASSWORD }, { email: 'other@example.test' }])
      expect((await ask('PUT', '/me', edit)).status).toBe(403)
    expect((await ask('PUT', '/me', { name: 'Carol C.' })).body.name).toBe('Carol C.')
    expect(await t.app.db.read.$count(users, eq(users.email, 'other@example.test'))).toBe(0)
  })
})
