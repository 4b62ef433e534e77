import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { and, eq } from 'drizzle-orm'
import type { Role } from '#contract/permissions'
import { users } from '#db/schema/auth'
import { identities } from '#db/schema/identities'
import { audit_log } from '#db/schema/kernel'
import { mails } from '#db/schema/mails'
import { totp_secrets } from '#db/schema/mfa'
import { invitations, memberships } from '#db/schema/tenants'
import { isoAt } from '#kernel/clock'
import type { Config } from '#kernel/config'
import { type Booted, boot } from '../../../test/boot'
import { addProvider, type OpenProvider, openProvider, type Person, surf } from './oidc.fixtures'

let t: Booted
let idp: OpenProvider
async function start(config: Partial<Config> = {}) {
  t = await boot({ start: false, config })
  idp = await openProvider(t.clock.now)
}
beforeEach(() => start())
afterEach(async () => {
  idp.stop()
  await t.stop()
})
const restart = async (config: Partial<Config>) => {
  idp.stop()
  await t.stop()
  await start(config)
}

const carol: Person = { sub: 'c-1', email: 'carol@example.test', email_verified: true, name: 'Carol' }
const ada: Person = { sub: 'a-1', email: 'ada@corp.test', email_verified: true }
const problem = (name: string) => `/sign-in?problem=${name}`

/** Signs in at the provider; where it ended, and who that browser is now. */
async function signIn(person: Person) {
  const browser = surf(t)
  const end = await browser.comeBack(idp.consent(await browser.leave(), person))
  return { end, me: (await browser.settle()).body, browser }
}
const add = (rules: object = {}) => addProvider(t, { settings: idp.settings, ...rules })
const roleOf = async (user_id: string) => {
  const one = and(eq(memberships.user_id, user_id), eq(memberships.tenant_id, t.tenants.acme.id))
  return (await t.app.db.read.select().from(memberships).where(one))[0]?.role
}
const setRole = (user_id: string, role: Role) =>
  t.app.db.tx((tx) => tx.update(memberships).set({ role }).where(eq(memberships.user_id, user_id)))
const linkDirectly = async (user_id: string, subject: string, provider_id: string) => {
  const row = { user_id, subject, provider_id, created_at: isoAt(t.clock.now()) }
  await t.app.db.tx((tx) => tx.insert(identities).values(row))
}
const edit = async (id: string, body: object) => {
  const { ask } = await t.session('alice')
  expect((await ask('PUT', `/admin/sign-in-providers/${id}`, body)).status).toBe(200)
}

describe('an account that has the address already', () => {
  test.each([
    ['a provider that is not trusted with addresses', {}, carol],
    ['an address that the provider never verified', { trust_email: true }, { ...carol, email_verified: false }],
    ['an address of which the provider says nothing', { trust_email: true }, { ...carol, email_verified: undefined }],
    ['the provider of a workspace', { tenant_id: 'acme' }, { ...carol, email: 'CAROL@Example.test' }],
  ])('is not opened by %s', async (_, rules, person) => {
    const { tenant_id } = { tenant_id: undefined, ...rules }
    await add({ ...rules, ...(tenant_id && { tenant_id: t.tenants.acme.id }) })
    const { end, me } = await signIn(person)
    expect([end, me.code]).toEqual([problem('account_exists'), 'UNAUTHORIZED'])
    expect(await t.app.db.read.select().from(identities)).toEqual([])
  })

  test('is not opened when its own owner never proved the address: it may be a trap', async () => {
    await add({ trust_email: true })
    const { id } = t.people.carol
    await t.app.db.tx((tx) => tx.update(users).set({ email_verified_at: null }).where(eq(users.id, id)))
    expect((await signIn(carol)).end).toBe(problem('account_exists'))
  })

  test('is opened by a trusted provider that verified it; its owner is told, and it stays linked', async () => {
    await restart({ smtpUrl: 'smtp://127.0.0.1:1' })
    const { id } = await add({ trust_email: true })
    const { end, me } = await signIn(carol)
    expect([end, me.id, me.role]).toEqual(['/overview', t.people.carol.id, 'member'])
    expect(await t.app.db.read.select().from(mails)).toMatchObject([
      { to: 'carol@example.test', kind: 'second_factor_changed' },
    ])
    await edit(id, { trust_email: false })
    expect((await signIn({ sub: 'c-1' })).me.id).toBe(t.people.carol.id)
    expect((await signIn({ ...carol, sub: 'c-2' })).end).toBe(problem('account_exists'))
  })

  test('becomes a member where the people of the provider are, once: who was removed stays out', async () => {
    await add({ trust_email: true, tenant_id: t.tenants.acme.id, default_role: 'viewer' })
    const mallory = { sub: 'm', email: 'mallory@example.test', email_verified: true }
    expect((await signIn(mallory)).me).toMatchObject({
      id: t.people.mallory.id,
      tenant: { slug: 'acme' },
      role: 'viewer',
    })
    const events = await t.app.db.read.select().from(audit_log).where(eq(audit_log.tenant_id, t.tenants.acme.id))
    expect(events.map(({ event }) => event)).toContain('member.joined')
    await t.app.db.tx((tx) => tx.delete(memberships).where(eq(memberships.tenant_id, t.tenants.acme.id)))
    expect((await signIn(mallory)).me).toMatchObject({ tenant: { slug: 'evil' }, role: 'owner' })
  })

  test('becomes a member at the next sign-in when the first one broke off', async () => {
    await add({ trust_email: true, tenant_id: t.tenants.acme.id, default_role: 'viewer' })
    const mallory = { sub: 'm', email: 'mallory@example.test', email_verified: true }
    const { client } = t.app.db
    await client.execute(`create trigger breaks before insert on memberships begin select raise(abort, 'power'); end`)
    expect((await signIn(mallory)).me.code).toBe('UNAUTHORIZED')
    await client.execute('drop trigger breaks')
    expect((await signIn(mallory)).me).toMatchObject({ id: t.people.mallory.id, tenant: { slug: 'acme' } })
  })

  test('that belongs to no workspace any more is no account', async () => {
    const { id } = await add()
    await linkDirectly(t.people.bob.id, 'b', id)
    await t.app.db.tx((tx) => tx.delete(memberships).where(eq(memberships.user_id, t.people.bob.id)))
    expect((await signIn({ sub: 'b' })).end).toBe(problem('no_account'))
  })

  test('still asks for its second factor, unless the provider says that it did', async () => {
    const { id } = await add({ trust_email: true })
    await linkDirectly(t.people.carol.id, 'c-1', id)
    const at = isoAt(t.clock.now())
    const secret = { user_id: t.people.carol.id, secret: 'x', confirmed_at: at, created_at: at }
    await t.app.db.tx((tx) => tx.insert(totp_secrets).values(secret))
    const asked = await signIn(carol)
    expect(asked.end).toMatch(/^\/sign-in#mfa_token=[\w-]{43}&methods=totp&return=%2Foverview$/)
    expect(asked.me.code).toBe('UNAUTHORIZED')
    expect((await signIn({ ...carol, amr: ['pwd'] })).end).toStartWith('/sign-in#mfa_token=')
    const { me } = await signIn({ ...carol, amr: ['pwd', 'otp'] })
    expect(me).toMatchObject({ id: t.people.carol.id, session: { method: 'oidc', mfa: true, bound: false } })
  })
})

describe('somebody new', () => {
  test.each(['closed', 'invite'] as const)('is nobody where registration is %s', async (registration) => {
    await restart({ registration })
    await add()
    expect((await signIn(ada)).end).toBe(problem('no_account'))
    expect(await t.app.db.read.select().from(users)).toHaveLength(Object.keys(t.people).length)
  })

  test('gets a workspace where registration is open, with an address that was verified', async () => {
    await restart({ registration: 'open' })
    await add()
    expect((await signIn({ ...ada, email_verified: false })).end).toBe(problem('no_account'))
    expect((await signIn({ sub: 'x', name: 'Ada' })).end).toBe(problem('email_missing'))
    expect((await signIn(ada)).me).toMatchObject({ name: 'ada', role: 'owner', tenant: { name: "ada's workspace" } })
  })

  test('comes in by an invitation to the address that was verified, once', async () => {
    await restart({ registration: 'invite' })
    await add()
    await t.alice('POST', '/invitations', { email: 'ada@corp.test', role: 'admin' })
    expect((await signIn({ ...ada, email_verified: false })).end).toBe(problem('no_account'))
    expect((await signIn(ada)).me).toMatchObject({ role: 'admin', tenant: { slug: 'acme' } })
    const [seen] = await t.app.db.read.select().from(audit_log).where(eq(audit_log.event, 'user.registered'))
    expect(seen?.tenant_id).toBe(t.tenants.acme.id)
    const [row] = await t.app.db.read.select().from(invitations)
    expect(row?.accepted_at).toBe(isoAt(t.clock.now()))
  })

  test('finds no invitation that is over', async () => {
    await restart({ registration: 'invite' })
    await add()
    await t.alice('POST', '/invitations', { email: 'ada@corp.test', role: 'viewer' })
    await t.advance(8 * 86_400_000)
    expect((await signIn(ada)).end).toBe(problem('no_account'))
  })
})

test('an address that the provider did not verify is asked about by mail', async () => {
  await restart({ smtpUrl: 'smtp://127.0.0.1:1' })
  await add({ tenant_id: t.tenants.acme.id })
  expect((await signIn({ ...ada, email_verified: false })).me).toMatchObject({ role: 'member', email_verified: false })
  expect(await t.app.db.read.select().from(mails)).toMatchObject([{ to: 'ada@corp.test', kind: 'verify_email' }])
  expect((await signIn({ sub: 'b-1', email: 'bea@corp.test', email_verified: true })).me.email_verified).toBe(true)
  expect(await t.app.db.read.select().from(mails)).toHaveLength(1)
})

describe('roles by group', () => {
  const mapped = [
    { group: 'ops', role: 'admin' },
    { group: 'staff', role: 'member' },
  ]
  const company = (group_roles: object[] = mapped) =>
    add({ tenant_id: t.tenants.acme.id, default_role: 'viewer', group_roles })

  test('are given at the first sign-in and follow at every other one', async () => {
    await company()
    const { me } = await signIn({ ...ada, groups: ['staff', 'ops'] })
    expect(me.role).toBe('admin')
    const left = await signIn({ ...ada, groups: ['staff'] })
    expect(left.me.role).toBe('member')
    expect((await signIn({ ...ada, groups: [] })).me.role).toBe('viewer')
    expect((await signIn({ ...ada, groups: ['ops'] })).me.role).toBe('admin')
    const events = await t.app.db.read.select().from(audit_log).where(eq(audit_log.event, 'member.updated'))
    expect(events).toHaveLength(3)
    expect(events[0]).toMatchObject({ tenant_id: t.tenants.acme.id, subject_id: me.id })
    expect((await left.browser.ask('GET', '/me')).body.role).toBe('admin') // the older session at once, too
  })

  test('leave alone what people have set, where there is no mapping', async () => {
    await company([])
    const { me } = await signIn(ada)
    await setRole(me.id, 'admin')
    expect((await signIn({ ...ada, groups: ['staff'] })).me.role).toBe('admin')
  })

  test('never touch an owner unless they name owners, and never the last one', async () => {
    const { id } = await company()
    await linkDirectly(t.people.alice.id, 'alice', id)
    expect((await signIn({ sub: 'alice', groups: ['staff'] })).me.role).toBe('owner')
    await edit(id, { group_roles: [{ group: 'board', role: 'owner' }, ...mapped] })
    expect((await signIn({ sub: 'alice', groups: ['staff'] })).me.role).toBe('owner')
    expect(t.lines.join()).toContain('last owner')
    expect((await signIn({ ...ada, groups: ['board'] })).me.role).toBe('owner')
    expect((await signIn({ sub: 'alice', groups: ['staff'] })).me.role).toBe('member')
    expect(await roleOf(t.people.alice.id)).toBe('member')
  })

  test('mean nothing in a workspace that is not the provider’s', async () => {
    const { id } = await company()
    await linkDirectly(t.people.mallory.id, 'm', id)
    expect((await signIn({ sub: 'm', groups: ['staff'] })).me).toMatchObject({
      role: 'owner',
      tenant: { slug: 'evil' },
    })
    expect(await roleOf(t.people.mallory.id)).toBeUndefined()
  })
})
