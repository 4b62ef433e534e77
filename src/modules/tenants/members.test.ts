import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { passkeys, totp_secrets } from '#db/schema/mfa'
import { invitations, memberships } from '#db/schema/tenants'
import { isoAt } from '#kernel/clock'
import { type Booted, boot } from '../../../test/boot'
import { personas } from '../../../test/matrix-people'

let t: Booted
beforeEach(async () => {
  t = await boot({ start: false, config: { registration: 'invite' } })
})
afterEach(() => t.stop())

type Name = 'alice' | 'dan' | 'carol' | 'bob'
const as = async (name: Name | 'mallory') => (await t.session(name)).ask
const roleOf = async (name: Name) => {
  const { body } = await t.alice('GET', '/members')
  return body.items.find((m: { user_id: string }) => m.user_id === t.people[name].id)?.role
}
const put = async (who: Name | 'mallory', whom: Name, role: string) =>
  (await (await as(who))('PUT', `/members/${t.people[whom].id}`, { role })).status
const remove = async (who: Name | 'mallory', whom: Name) =>
  (await (await as(who))('DELETE', `/members/${t.people[whom].id}`)).status

describe('a role', () => {
  test('is given by an admin up to their own, and counts at once', async () => {
    const bob = await as('bob')
    expect((await bob('POST', '/incidents', { title: 'x' })).status).toBe(403)
    expect(await put('dan', 'bob', 'member')).toBe(200)
    expect((await bob('POST', '/incidents', { title: 'x' })).status).toBe(201)
    expect(await put('dan', 'bob', 'admin')).toBe(200)
    expect(await put('dan', 'bob', 'owner')).toBe(403)
    expect(await roleOf('bob')).toBe('admin')
  })

  test('above their own is not an admin’s to touch; below admin nobody touches any', async () => {
    expect(await put('dan', 'alice', 'viewer')).toBe(403)
    expect(await put('carol', 'bob', 'member')).toBe(403)
    expect(await put('bob', 'bob', 'owner')).toBe(403)
    expect(await put('mallory', 'bob', 'viewer')).toBe(404)
    expect((await t.nobody('PUT', `/members/${t.people.bob.id}`, { role: 'admin' })).status).toBe(401)
    expect((await t.alice('PUT', `/members/${t.people.bob.id}`, { role: 'king' })).status).toBe(422)
  })

  test('of the last owner stays; with two, one can step back', async () => {
    expect(await put('alice', 'alice', 'admin')).toBe(409)
    expect(await put('alice', 'dan', 'owner')).toBe(200)
    expect(await put('dan', 'alice', 'viewer')).toBe(200)
    expect([await roleOf('alice'), await roleOf('dan')]).toEqual(['viewer', 'owner'])
  })

  test('of an owner is not for a token to give or take', async () => {
    expect((await t.alice('PUT', `/members/${t.people.dan.id}`, { role: 'owner' })).status).toBe(403)
    expect((await t.alice('POST', '/invitations', { email: 'x@example.test', role: 'owner' })).status).toBe(403)
    expect(await put('alice', 'dan', 'owner')).toBe(200)
    expect((await t.alice('PUT', `/members/${t.people.dan.id}`, { role: 'viewer' })).status).toBe(403)
    expect((await t.alice('DELETE', `/members/${t.people.dan.id}`)).status).toBe(403)
  })

  test('of an owner is not given, taken or shared by single sign-on: an admin could have it vouch for the owner', async () => {
    const { ask } = await t.session('alice', { bound: true })
    const raised = await ask('PUT', `/members/${t.people.dan.id}`, { role: 'owner' })
    expect([raised.status, raised.body.code]).toEqual([403, 'FORBIDDEN'])
    expect((await ask('POST', '/invitations', { email: 'x@example.test', role: 'owner' })).status).toBe(403)
    expect((await ask('PUT', `/members/${t.people.carol.id}`, { role: 'viewer' })).status).toBe(200)
  })

  test('that shrinks takes the open invitations with it', async () => {
    const dan = await as('dan')
    const { body } = await dan('POST', '/invitations', { email: 'friend@example.test', role: 'admin' })
    expect(await put('alice', 'dan', 'member')).toBe(200)
    const token = new URL(body.url).searchParams.get('token')
    expect((await t.nobody('GET', `/auth/invitation?token=${token}`)).status).toBe(404)
  })
})

describe('whoever is removed', () => {
  test('is out at once: session, API token and the programs that act for them', async () => {
    const bob = await as('bob')
    const program = await personas['a program that writes for a viewer']?.arrive(t)
    if (!program) throw new Error('There is no such persona')
    for (const ask of [bob, t.bob, program]) expect((await ask('GET', '/monitors')).status).toBe(200)
    expect(await remove('dan', 'bob')).toBe(204)
    for (const ask of [bob, t.bob, program]) expect((await ask('GET', '/monitors')).status).toBe(401)
    expect(await roleOf('bob')).toBeUndefined()
    expect((await t.alice('GET', '/members')).body.total).toBe(3)
  })

  test('does not find the old sessions and tokens working when they come back', async () => {
    const bob = await as('bob')
    await remove('alice', 'bob')
    const at = isoAt(t.clock.now())
    const row = { tenant_id: t.tenants.acme.id, user_id: t.people.bob.id, role: 'viewer', created_at: at } as const
    await t.app.db.tx((tx) => tx.insert(memberships).values(row))
    for (const ask of [bob, t.bob]) expect((await ask('GET', '/me')).status).toBe(401)
  })

  test('keeps what they have elsewhere', async () => {
    const at = isoAt(t.clock.now())
    const row = { tenant_id: t.tenants.evil.id, user_id: t.people.bob.id, role: 'viewer', created_at: at } as const
    await t.app.db.tx((tx) => tx.insert(memberships).values(row))
    const there = await t.app.credentials.signIn(t.people.bob.id, t.tenants.evil.id, { user_agent: null, address: 'x' })
    await remove('alice', 'bob')
    const ask = t.asking({ cookie: there.set_cookie.split(';')[0] ?? '' })
    expect((await ask('GET', '/me')).body.tenant.name).toBe('Evil')
  })

  test('leaves no open invitations of theirs behind', async () => {
    await (await as('dan'))('POST', '/invitations', { email: 'friend@example.test', role: 'viewer' })
    await t.alice('POST', '/invitations', { email: 'other@example.test', role: 'viewer' })
    await remove('alice', 'dan')
    expect((await t.alice('GET', '/invitations')).body.items.map(({ email }: { email: string }) => email)).toEqual([
      'other@example.test',
    ])
  })

  test('was below or beside whoever removed them, and not the last owner', async () => {
    expect(await remove('dan', 'alice')).toBe(403)
    expect(await remove('carol', 'bob')).toBe(403)
    expect(await remove('mallory', 'bob')).toBe(404)
    expect(await remove('alice', 'alice')).toBe(409)
    expect((await t.alice('GET', '/members')).body.total).toBe(4)
  })
})

test('anybody may leave; the browser forgets the session', async () => {
  const bob = await as('bob')
  const { status, headers } = await bob('DELETE', `/members/${t.people.bob.id}`)
  expect([status, headers.get('set-cookie')]).toEqual([204, expect.stringContaining('Max-Age=0')])
  expect((await bob('GET', '/me')).status).toBe(401)
  const reading = await personas["an owner's token to read"]?.arrive(t)
  expect((await reading?.('DELETE', `/members/${t.people.alice.id}`))?.status).toBe(403)
})

test('the list says who has a second factor', async () => {
  const at = isoAt(t.clock.now())
  const [alice, dan, carol] = [t.people.alice.id, t.people.dan.id, t.people.carol.id]
  const key = { user_id: alice, name: 'Key', credential_id: 'c', public_key: Buffer.from('x'), counter: 0 }
  await t.app.db.tx(async (tx) => {
    await tx.insert(passkeys).values({ ...key, transports: [], backed_up: false, created_at: at })
    await tx.insert(totp_secrets).values({ user_id: dan, secret: 'x', confirmed_at: at, created_at: at })
    await tx.insert(totp_secrets).values({ user_id: carol, secret: 'x', created_at: at })
  })
  const { body } = await t.bob('GET', '/members')
  expect(body.items.map(({ name, mfa }: { name: string; mfa: boolean }) => [name, mfa])).toEqual([
    ['alice', true],
    ['dan', true],
    ['carol', false],
    ['bob', false],
  ])
})

describe('a second factor for everybody', () => {
  const put = (ask: typeof t.alice, require_mfa: boolean) => ask('PUT', '/tenant', { require_mfa })

  test('is asked for by somebody who has proven one in that very session', async () => {
    expect((await put(await as('alice'), true)).status).toBe(409)
    expect((await put(t.alice, true)).status).toBe(409)
    const { ask } = await t.session('alice', { mfa: true })
    expect((await put(ask, true)).body).toMatchObject({ require_mfa: true, name: 'Acme' })
    expect((await put(ask, true)).status).toBe(200)
  })

  test('is then asked of every person, and of no token; it can be given up again', async () => {
    const { ask } = await t.session('alice', { mfa: true })
    const bob = await as('bob')
    await put(ask, true)
    expect((await bob('GET', '/monitors')).body.code).toBe('MFA_REQUIRED')
    expect((await bob('GET', '/me')).status).toBe(200)
    expect((await t.bob('GET', '/monitors')).status).toBe(200)
    expect((await put(ask, false)).body.require_mfa).toBe(false)
    expect((await bob('GET', '/monitors')).status).toBe(200)
  })
})

test('invitations of the list hold neither link nor hash', async () => {
  await t.alice('POST', '/invitations', { email: 'x@example.test', role: 'viewer' })
  const [row] = await t.app.db.read.select().from(invitations).where(eq(invitations.email, 'x@example.test'))
  expect(JSON.stringify((await t.alice('GET', '/invitations')).body)).not.toContain(row?.hash ?? 'no row')
})
