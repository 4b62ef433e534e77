import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { and, eq } from 'drizzle-orm'
import { users } from '#db/schema/auth'
import { audit_log } from '#db/schema/kernel'
import { oauth_codes, oauth_grants, oauth_refresh_tokens } from '#db/schema/oauth'
import { memberships, tenants } from '#db/schema/tenants'
import { isoAt } from '#kernel/clock'
import { type Ask, type Booted, boot } from '../../../test/boot'
import { expectRefused, programs } from './oauth.fixtures'

let t: Booted
let p: ReturnType<typeof programs>
let bob: Ask
beforeEach(async () => {
  t = await boot({ start: false })
  p = programs(t)
  bob = (await t.session('bob')).ask
})
afterEach(() => t.stop())

const works = async (access_token: string) => (await t.bearer(access_token)('GET', '/me')).status
const revocations = () => t.app.db.read.$count(audit_log, eq(audit_log.event, 'oauth_grant.revoked'))

describe('a refresh token', () => {
  test('is good once, keeps what was allowed, and can be asked for less', async () => {
    const { id, refresh_token } = await p.connected(bob)
    expectRefused(await p.refresh(id, refresh_token, { scope: 'read admin' }), 'invalid_scope')
    const less = await p.refresh(id, refresh_token, { scope: 'read' })
    expect([less.status, less.body.scope]).toEqual([200, 'read'])
    expect((await t.bearer(less.body.access_token)('PUT', '/me', { name: 'R' })).status).toBe(403)
    const again = await p.refresh(id, less.body.refresh_token)
    expect([again.status, again.body.scope]).toEqual([200, 'read write'])
    expect((await t.bearer(again.body.access_token)('PUT', '/me', { name: 'R' })).status).toBe(200)
    expectRefused(await p.refresh((await p.register({ public: true })).id, again.body.refresh_token), 'invalid_grant')
    expectRefused(await p.refresh(id, 'xinex_refresh_x'), 'invalid_grant')
  })

  test('sent twenty times at once has one winner, and the losers harm nobody', async () => {
    const { id, refresh_token } = await p.connected(bob)
    const answers = await Promise.all(Array.from({ length: 20 }, () => p.refresh(id, refresh_token)))
    const [winner, ...more] = answers.filter(({ status }) => status === 200)
    expect(more).toEqual([])
    for (const one of answers.filter((one) => one !== winner)) expectRefused(one, 'invalid_grant')
    await t.advance(10_000)
    expectRefused(await p.refresh(id, refresh_token), 'invalid_grant')
    expect(await works(winner?.body.access_token)).toBe(200)
    expect((await p.refresh(id, winner?.body.refresh_token)).status).toBe(200)
    expect(await revocations()).toBe(0)
  })

  test('that comes back later than ten seconds was stolen: the grant ends for the thief and for the owner', async () => {
    const { id, refresh_token } = await p.connected(bob)
    const { body } = await p.refresh(id, refresh_token)
    await t.advance(10_001)
    expectRefused(await p.refresh(id, refresh_token), 'invalid_grant')
    expect(await works(body.access_token)).toBe(401)
    expectRefused(await p.refresh(id, body.refresh_token), 'invalid_grant')
    expect((await bob('GET', '/me/grants')).body.total).toBe(0)
    const [entry] = await t.app.db.read.select().from(audit_log).where(eq(audit_log.event, 'oauth_grant.revoked'))
    expect(entry).toMatchObject({ actor_kind: 'client', actor_id: id, tenant_id: t.tenants.acme.id })
  })

  test('ends after 30 days', async () => {
    const { id, refresh_token } = await p.connected(bob)
    await t.advance(30 * 86_400_000)
    expectRefused(await p.refresh(id, refresh_token), 'invalid_grant')
  })

  test('is not given to a client that is not registered for it', async () => {
    const { id } = await p.register({ public: true, grant_types: ['authorization_code'] })
    const { body } = await p.exchange(id, await p.codeOf(bob, id))
    expect(Object.keys(body).sort()).toEqual(['access_token', 'expires_in', 'scope', 'token_type'])
  })

  const mine = () => and(eq(memberships.user_id, t.people.bob.id), eq(memberships.tenant_id, t.tenants.acme.id))
  const acme = () => eq(tenants.id, t.tenants.acme.id)
  const changes: [string, (id: string) => Promise<unknown>][] = [
    ['the person is no longer a member', () => t.app.db.tx((tx) => tx.delete(memberships).where(mine()))],
    [
      'the person was a member, left and came back',
      () =>
        t.app.db.tx((tx) =>
          tx
            .update(memberships)
            .set({ created_at: isoAt(t.clock.now() + 1) })
            .where(mine()),
        ),
    ],
    [
      'the account is about to be deleted',
      () =>
        t.app.db.tx((tx) =>
          tx
            .update(users)
            .set({ deletes_at: isoAt(t.clock.now() + 1) })
            .where(eq(users.id, t.people.bob.id)),
        ),
    ],
    [
      'the person took it back',
      async () => bob('DELETE', `/me/grants/${(await bob('GET', '/me/grants')).body.items[0].id}`),
    ],
    ['the client was deleted', (id) => t.alice('DELETE', `/oauth/clients/${id}`)],
  ]
  test.each(changes)('and its access token are worth nothing once %s', async (what, undo) => {
    const { id, refresh_token, access_token } = await p.connected(bob)
    expect(await works(access_token)).toBe(200)
    await undo(id)
    t.app.credentials.forget()
    expect(await works(access_token)).toBe(401)
    expectRefused(
      await p.refresh(id, refresh_token),
      what === 'the client was deleted' ? 'invalid_client' : 'invalid_grant',
    )
  })

  test('waits for the second factor that the workspace has come to ask for', async () => {
    const { id, refresh_token, access_token } = await p.connected(bob)
    await t.app.db.tx((tx) => tx.update(tenants).set({ require_mfa: true }).where(acme()))
    t.app.credentials.forget()
    expect((await t.bearer(access_token)('GET', '/monitors')).body.code).toBe('MFA_REQUIRED')
    expectRefused(await p.refresh(id, refresh_token), 'invalid_grant')
    const proven = await p.connected((await t.session('bob', { mfa: true })).ask)
    expect((await t.bearer(proven.access_token)('GET', '/monitors')).status).toBe(200)
    expect((await p.refresh(proven.id, proven.refresh_token)).status).toBe(200)
  })

  test('gives no more than the client is still registered for', async () => {
    const { id, refresh_token } = await p.connected(bob)
    await t.alice('PUT', `/oauth/clients/${id}`, { scopes: ['read'] })
    const { body } = await p.refresh(id, refresh_token)
    expect(body.scope).toBe('read')
    expectRefused(await p.refresh(id, body.refresh_token, { scope: 'write' }), 'invalid_scope')
  })
})

describe('what can prove nothing any more', () => {
  test('is dropped within the hour: old codes, refresh tokens, grants without any', async () => {
    await t.stop()
    t = await boot()
    p = programs(t)
    const ask = (await t.session('bob')).ask
    const [old] = [await p.connected(ask), await p.connected(ask)]
    const kept = [oauth_codes, oauth_refresh_tokens, oauth_grants]
    const counts = () => Promise.all(kept.map((table) => t.app.db.read.$count(table)))
    expect(await counts()).toEqual([2, 2, 2])
    const ago = (days: number) => isoAt(t.clock.now() - days * 86_400_000)
    const [grant] = await t.app.db.read.select().from(oauth_grants).where(eq(oauth_grants.client_id, old.id))
    const id = grant?.id ?? ''
    await t.app.db.tx(async (tx) => {
      await tx
        .update(oauth_grants)
        .set({ created_at: ago(31) })
        .where(eq(oauth_grants.id, id))
      await tx
        .update(oauth_codes)
        .set({ expires_at: ago(2) })
        .where(eq(oauth_codes.grant_id, id))
      await tx
        .update(oauth_refresh_tokens)
        .set({ expires_at: ago(1) })
        .where(eq(oauth_refresh_tokens.grant_id, id))
    })
    await t.advance(3_600_000)
    expect(await counts()).toEqual([1, 1, 1])
  })
})
