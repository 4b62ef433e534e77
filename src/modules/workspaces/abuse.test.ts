import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { users } from '#db/schema/auth'
import { mails } from '#db/schema/mails'
import { tenants } from '#db/schema/tenants'
import { type Booted, boot, PASSWORD } from '../../../test/boot'
import { programs } from '../oauth/oauth.fixtures'

let t: Booted
beforeEach(async () => {
  // Where nobody listens: what is written waits, and can be counted.
  t = await boot({ start: false, config: { registration: 'open', smtpUrl: 'smtp://127.0.0.1:1' } })
})
afterEach(() => t.stop())

describe('where anybody may open an account', () => {
  test('nobody makes workspaces without end', async () => {
    const { ask } = await t.session('mallory')
    const made: number[] = []
    for (let n = 0; n < 25; n++) made.push((await ask('POST', '/tenants', { name: 'Heap' })).status)
    expect(made.filter((status) => status === 201)).toHaveLength(19)
    expect(made.at(-1)).toBe(409)
  })

  test('workspaces of one name do not search through all of them', async () => {
    const { ask } = await t.session('alice')
    for (let n = 0; n < 12; n++) expect((await ask('POST', '/tenants', { name: 'Heap' })).status).toBe(201)
    const slugs = (await t.app.db.read.select().from(tenants)).map(({ slug }) => slug)
    expect(slugs).toEqual(expect.arrayContaining(['heap', 'heap-2']))
    expect(slugs).not.toContain('heap-12')
    expect(new Set(slugs).size).toBe(slugs.length)
  })

  test('nobody fills the mailboxes of others with invitations', async () => {
    const made = await t.mallory('POST', '/invitations', { email: 'target@example.test', role: 'viewer' })
    expect(made.status).toBe(201)
    let refused = await t.mallory('GET', '/me')
    for (let n = 0; n < 150; n++) refused = await t.mallory('POST', `/invitations/${made.body.id}/resend`)
    expect([refused.status, refused.body.code]).toEqual([429, 'RATE_LIMITED'])
    expect(refused.body.details.retry_after_s).toBe(3600)
    expect((await t.mallory('POST', '/invitations', { email: 'b@example.test', role: 'viewer' })).status).toBe(429)
    expect(await t.app.db.read.$count(mails)).toBe(100)
    expect((await t.alice('POST', '/invitations', { email: 'c@example.test', role: 'viewer' })).status).toBe(201)
    t.clock.sleep(3_600_001)
    expect((await t.mallory('POST', '/invitations', { email: 'b@example.test', role: 'viewer' })).status).toBe(201)
  })
})

test('whoever runs the appliance keeps a door when they are removed from their last workspace', async () => {
  await t.givePassword('alice')
  await t.givePassword('carol')
  await t.app.db.tx((tx) => tx.update(users).set({ instance_admin: true }).where(eq(users.id, t.people.carol.id)))
  const { ask } = await t.session('alice')
  expect((await ask('DELETE', `/members/${t.people.carol.id}`)).status).toBe(204)
  const back = await t.nobody('POST', '/auth/login', { email: t.people.carol.email, password: PASSWORD })
  expect([back.status, back.body.role, back.body.tenant?.name]).toEqual([200, 'owner', 'Main'])
})

test('a workspace that is given to two people at the same moment is given to one', async () => {
  await t.givePassword('alice')
  const { ask } = await t.session('alice')
  const give = (name: 'carol' | 'dan') =>
    ask('POST', '/tenant/transfer', { user_id: t.people[name].id, current_password: PASSWORD })
  const both = await Promise.all([give('carol'), give('dan')])
  expect(both.map(({ status }) => status).sort()).toEqual([200, 403])
  const { items } = (await t.alice('GET', '/members')).body
  expect(items.filter(({ role }: { role: string }) => role === 'owner')).toHaveLength(1)
})

test('what a session of their own was answered is not repeated to single sign-on, nor to one with fewer factors', async () => {
  const ask = async (how: object) =>
    (await (await t.session('alice', how)).ask('POST', '/api-tokens', { name: 'x' }, { 'idempotency-key': 'same' }))
      .body
  const made = [await ask({ mfa: true }), await ask({}), await ask({ bound: true })]
  expect(new Set(made.map(({ token }) => token)).size).toBe(3)
  expect((await ask({ mfa: true })).token).toBe(made[0]?.token)
})

describe('a program that let people in', () => {
  const setUp = async () => {
    const draft = { grant_types: ['client_credentials'], redirect_uris: [], role: 'admin', scopes: ['write'] }
    const client = await programs(t).register(draft)
    const { id, client_secret } = client
    const { body } = await programs(t).token({ grant_type: 'client_credentials', client_id: id, client_secret })
    const invited = await t.bearer(body.access_token)('POST', '/invitations', {
      email: 'x@example.test',
      role: 'admin',
    })
    expect(invited.status).toBe(201)
    return { id, open: async () => (await t.alice('GET', '/invitations')).body.total }
  }
  test('takes its open invitations with it', async () => {
    const { id, open } = await setUp()
    expect((await t.alice('DELETE', `/oauth/clients/${id}`)).status).toBe(204)
    expect(await open()).toBe(0)
  })
  test('takes them back when it may do less', async () => {
    const { id, open } = await setUp()
    expect((await t.alice('PUT', `/oauth/clients/${id}`, { role: 'viewer' })).status).toBe(200)
    expect(await open()).toBe(0)
  })
})

describe('whom one workspace vouches for', () => {
  test('sees and ends no session elsewhere', async () => {
    const { people, tenants: known, app, asking } = t
    const where = { user_agent: 'Other', address: '192.0.2.1' }
    const there = await app.credentials.signIn(people.alice.id, known.evil.id, where)
    const row = {
      tenant_id: known.evil.id,
      user_id: people.alice.id,
      role: 'viewer',
      created_at: '2026-01-01T00:00:00.000Z',
    } as const
    const { memberships } = await import('#db/schema/tenants')
    await app.db.tx((tx) => tx.insert(memberships).values(row))
    const elsewhere = asking({ cookie: there.set_cookie.split(';')[0] ?? '' })
    expect((await elsewhere('GET', '/me')).status).toBe(200)
    for (const ask of [(await t.session('alice', { bound: true })).ask, t.alice]) {
      const seen = (await ask('GET', '/sessions')).body.items.map(({ id }: { id: string }) => id)
      expect(seen).not.toContain(there.public_id)
      expect((await ask('DELETE', `/sessions/${there.public_id}`)).status).toBe(404)
      expect((await ask('DELETE', '/sessions')).status).toBe(204)
    }
    expect((await elsewhere('GET', '/me')).status).toBe(200)
    const { ask } = await t.session('alice')
    expect((await ask('GET', '/sessions')).body.total).toBe(2)
    expect((await ask('DELETE', '/sessions')).status).toBe(204)
    expect((await elsewhere('GET', '/me')).status).toBe(401)
  })
})
