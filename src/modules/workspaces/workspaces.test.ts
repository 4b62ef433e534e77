import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { memberships } from '#db/schema/tenants'
import { isoAt } from '#kernel/clock'
import { type Booted, boot, PASSWORD } from '../../../test/boot'

let t: Booted
beforeEach(async () => {
  t = await boot({ start: false, config: { registration: 'invite' } })
})
afterEach(() => t.stop())

const names = ({ body }: { body: { items: { name: string; current: boolean }[] } }) =>
  body.items.map(({ name, current }) => (current ? `${name}!` : name))
/** Bob belongs to Mallory's workspace too, as an admin. */
const joinEvil = () => {
  const row = { tenant_id: t.tenants.evil.id, user_id: t.people.bob.id, role: 'admin' } as const
  return t.app.db.tx((tx) => tx.insert(memberships).values({ ...row, created_at: isoAt(t.clock.now()) }))
}

describe('somebody in two workspaces', () => {
  beforeEach(joinEvil)

  test('sees both from a session; a token and single sign-on show the one they are good for', async () => {
    expect(names(await (await t.session('bob')).ask('GET', '/tenants'))).toEqual(['Acme!', 'Evil'])
    expect(names(await (await t.session('bob', { bound: true })).ask('GET', '/tenants'))).toEqual(['Acme!'])
    expect(names(await t.bob('GET', '/tenants'))).toEqual(['Acme!'])
  })

  test('switches: a new cookie, another role, and the old cookie is worth nothing', async () => {
    const { ask, public_id } = await t.session('bob')
    const { status, body, headers } = await ask('POST', `/tenants/${t.tenants.evil.id}/switch`)
    expect([status, body.tenant.slug, body.role]).toEqual([200, 'evil', 'admin'])
    expect((await ask('GET', '/me')).status).toBe(401)
    const cookie = (headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    const there = t.asking({ cookie, 'x-csrf-token': body.csrf_token })
    expect((await there('GET', '/me')).body).toMatchObject({ role: 'admin', tenant: { slug: 'evil' } })
    expect((await there('PUT', '/tenant', { timezone: 'Europe/Berlin' })).status).toBe(200)
    expect((await there('GET', '/sessions')).body.items[0].id).toBe(public_id)
  })

  test('cannot switch with a token or from single sign-on, nor anybody to where they do not belong', async () => {
    const path = `/tenants/${t.tenants.evil.id}/switch`
    expect((await t.bob('POST', path)).status).toBe(403)
    expect((await (await t.session('bob', { bound: true })).ask('POST', path)).status).toBe(403)
    expect((await (await t.session('carol')).ask('POST', path)).status).toBe(404)
    expect((await t.nobody('POST', path)).status).toBe(401)
  })
})

describe('a new workspace', () => {
  const draft = { name: 'Second', timezone: 'Europe/Berlin' }

  test('is made by whoever runs the appliance, who owns it and stays where they are', async () => {
    const { ask } = await t.session('alice')
    const { status, body } = await ask('POST', '/tenants', draft)
    expect([status, body]).toMatchObject([201, { ...draft, slug: 'second', require_mfa: false, deletes_at: null }])
    expect(names(await ask('GET', '/tenants'))).toEqual(['Acme!', 'Second'])
    expect((await ask('POST', `/tenants/${body.id}/switch`)).body.role).toBe('owner')
  })

  test('is made by anybody where registration is open, and by nobody else', async () => {
    expect((await (await t.session('carol')).ask('POST', '/tenants', draft)).status).toBe(403)
    await t.stop()
    t = await boot({ start: false, config: { registration: 'open' } })
    const { ask } = await t.session('carol')
    expect((await ask('POST', '/tenants', draft)).status).toBe(201)
    expect((await ask('POST', '/tenants', { ...draft, timezone: 'Mars/Base' })).status).toBe(422)
    expect((await t.carol('POST', '/tenants', draft)).status).toBe(403)
  })
})

describe('ownership', () => {
  const transfer = (ask: typeof t.alice, whom: 'bob' | 'alice' | 'mallory', proof: object = {}) =>
    ask('POST', '/tenant/transfer', { user_id: t.people[whom].id, ...proof })

  test('goes to another member; who gave it is an admin from then on', async () => {
    const { ask } = await t.session('alice')
    const { status, body } = await transfer(ask, 'bob')
    expect([status, body]).toMatchObject([200, { user_id: t.people.bob.id, role: 'owner' }])
    expect((await ask('GET', '/me')).body.role).toBe('admin')
    expect((await transfer(ask, 'alice')).status).toBe(403)
  })

  test('is given with the password, by the owner, in person, to a member', async () => {
    await t.givePassword('alice')
    const { ask } = await t.session('alice')
    expect((await transfer(ask, 'bob')).status).toBe(422)
    expect((await transfer(ask, 'bob', { current_password: 'wrong' })).body.details.fields).toHaveProperty(
      'current_password',
    )
    const right = { current_password: PASSWORD }
    expect((await transfer(ask, 'mallory', right)).status).toBe(404)
    expect((await transfer(ask, 'alice', right)).status).toBe(409)
    expect((await transfer(t.alice, 'bob', right)).status).toBe(403)
    expect((await transfer((await t.session('dan')).ask, 'bob')).status).toBe(403)
    expect((await transfer(ask, 'bob', right)).status).toBe(200)
  })
})
