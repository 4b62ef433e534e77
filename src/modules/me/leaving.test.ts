import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { and, eq } from 'drizzle-orm'
import type { Role } from '#contract/permissions'
import { users } from '#db/schema/auth'
import { identities } from '#db/schema/identities'
import { audit_log } from '#db/schema/kernel'
import { oauth_clients, oauth_grants } from '#db/schema/oauth'
import { sign_in_providers } from '#db/schema/sign-in-providers'
import { memberships, tenants } from '#db/schema/tenants'
import { change, found } from '#kernel/change'
import { isoAt } from '#kernel/clock'
import { nowhere, systemCtx } from '#kernel/context'
import { deleteLeavers } from '#modules/auth/service'
import { type Booted, PASSWORD } from '../../../test/boot'
import { withMail } from '../../../test/mailbox'

const DAY = 86_400_000

let box: Awaited<ReturnType<typeof withMail>>
let t: Booted
beforeEach(async () => {
  box = await withMail()
  t = box.t
})
afterEach(() => box.stop())

const setRole = (name: 'carol' | 'bob', role: 'owner' | 'admin') =>
  t.app.db.tx((tx) => tx.update(memberships).set({ role }).where(eq(memberships.user_id, t.people[name].id)))
const roleOf = async (name: 'carol' | 'bob') => {
  const [row] = await t.app.db.read.select().from(memberships).where(eq(memberships.user_id, t.people[name].id))
  return row?.role
}
const joinEvil = (name: 'carol' | 'bob', role: Role) =>
  t.app.db.tx((tx) =>
    tx
      .update(memberships)
      .set({ tenant_id: t.tenants.evil.id, role })
      .where(eq(memberships.user_id, t.people[name].id)),
  )
const exists = async (id: string) => (await t.app.db.read.$count(users, eq(users.id, id))) > 0
/** Time passes while nothing runs, and then the chores of the hour are done. */
async function wait(ms: number) {
  t.clock.sleep(ms)
  await t.advance(3_600_000)
}

describe('giving up an account', () => {
  test('leaves two weeks to come back', async () => {
    const { ask } = await t.session('carol')
    const { status, body } = await ask('DELETE', '/me')
    expect([status, body.deletes_at]).toEqual([200, isoAt(t.clock.now() + 14 * DAY)])
    // Asked again, the date stands.
    t.clock.sleep(1_000)
    expect((await ask('DELETE', '/me')).body.deletes_at).toBe(body.deletes_at)
    const [letter] = await box.letters(t.people.carol.email)
    expect(letter?.subject).toBe('Your account will be deleted')
    await wait(13 * DAY)
    expect(await exists(t.people.carol.id)).toBe(true)
    const back = await t.session('carol')
    expect((await back.ask('POST', '/me/restore')).body.deletes_at).toBeNull()
    expect((await back.ask('POST', '/me/restore')).status).toBe(409)
    await wait(2 * DAY)
    expect(await exists(t.people.carol.id)).toBe(true)
  })

  test('needs the password, and a session of one’s own', async () => {
    await t.givePassword('carol')
    const { ask } = await t.session('carol')
    expect((await ask('DELETE', '/me')).status).toBe(422)
    expect((await ask('DELETE', '/me', { current_password: 'wrong' })).status).toBe(422)
    expect((await t.carol('DELETE', '/me', { current_password: PASSWORD })).status).toBe(403)
    const bound = await t.session('carol', { bound: true })
    expect((await bound.ask('DELETE', '/me', { current_password: PASSWORD })).status).toBe(403)
    expect((await ask('DELETE', '/me', { current_password: PASSWORD })).status).toBe(200)
  })

  test('ends its programs and its other sessions at once, and they do not come back with it', async () => {
    const { id: user_id } = t.people.carol
    const tenant_id = t.tenants.acme.id
    const at = isoAt(t.clock.now())
    const client = { id: Bun.randomUUIDv7(), tenant_id, name: 'Wall', role: 'viewer' as const, created_by: 'x' }
    const lists = { redirect_uris: [], grant_types: [], scopes: ['read'] }
    const grant = { id: Bun.randomUUIDv7(), client_id: client.id, user_id, tenant_id, scope: 'read', mfa: false }
    await t.app.db.tx(async (tx) => {
      await tx.insert(oauth_clients).values({ ...client, ...lists, created_at: at, updated_at: at })
      await tx.insert(oauth_grants).values({ ...grant, created_at: at })
    })
    const claims = { sub: user_id, client_id: client.id, scope: 'read', tid: tenant_id, gid: grant.id }
    const program = t.bearer(await t.app.credentials.accessTokens.sign(claims))
    const [here, there] = [await t.session('carol'), await t.session('carol')]
    for (const ask of [program, t.carol, here.ask, there.ask]) expect((await ask('GET', '/me')).status).toBe(200)
    await here.ask('DELETE', '/me')
    for (const ask of [program, t.carol, there.ask]) expect((await ask('GET', '/me')).status).toBe(401)
    // Nor does what she lets in now.
    const token = (await here.ask('POST', '/api-tokens', { name: 'late' })).body.token
    expect((await t.bearer(token)('GET', '/me')).status).toBe(401)
    expect((await here.ask('POST', '/me/restore')).status).toBe(200)
    for (const ask of [program, t.carol]) expect((await ask('GET', '/me')).status).toBe(401)
  })

  test('is refused to the only owner of a workspace that others work in', async () => {
    const { ask } = await t.session('alice')
    const refused = await ask('DELETE', '/me')
    expect([refused.status, refused.body.details.tenants]).toEqual([409, [{ id: t.tenants.acme.id, name: 'Acme' }]])
    await setRole('carol', 'owner')
    // Somebody else runs the appliance, too.
    await t.app.db.tx((tx) => tx.update(users).set({ instance_admin: true }).where(eq(users.id, t.people.bob.id)))
    expect((await ask('DELETE', '/me')).status).toBe(200)
  })

  test('is refused to whoever alone runs the appliance, also while the other one is leaving', async () => {
    await setRole('carol', 'owner')
    const { ask: alice } = await t.session('alice')
    const refused = await alice('DELETE', '/me')
    expect([refused.status, refused.body.code]).toEqual([409, 'CONFLICT'])
    await t.app.db.tx((tx) => tx.update(users).set({ instance_admin: true }).where(eq(users.id, t.people.bob.id)))
    const { ask: bob } = await t.session('bob')
    const both = await Promise.all([alice('DELETE', '/me'), bob('DELETE', '/me')])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
  })

  test('takes along the workspace where nobody else is, and brings it back', async () => {
    const { ask } = await t.session('mallory')
    const { deletes_at } = (await ask('DELETE', '/me')).body
    expect((await ask('GET', '/me')).body.tenant.deletes_at).toBe(deletes_at)
    await ask('POST', '/me/restore')
    expect((await ask('GET', '/me')).body.tenant.deletes_at).toBeNull()
  })

  test('brings back a workspace that somebody has joined since', async () => {
    const { ask } = await t.session('mallory')
    await ask('DELETE', '/me')
    await joinEvil('carol', 'member')
    await ask('POST', '/me/restore')
    expect((await ask('GET', '/me')).body.tenant.deletes_at).toBeNull()
  })
})

describe('an account that is gone', () => {
  test('is gone with its workspace and all that was in it', async () => {
    const { ask } = await t.session('mallory')
    const monitor = { name: 'Shop', type: 'http', url: 'http://127.0.0.1:1/', enabled: false }
    expect((await ask('POST', '/monitors', monitor)).status).toBe(201)
    await ask('DELETE', '/me')
    await wait(14 * DAY)
    expect(await exists(t.people.mallory.id)).toBe(false)
    expect(await t.app.db.read.$count(tenants, eq(tenants.id, t.tenants.evil.id))).toBe(0)
    expect((await ask('GET', '/me')).status).toBe(401)
    expect((await t.alice('GET', '/me')).status).toBe(200)
  })

  test('is an id in the log, and nothing else', async () => {
    const { ask } = await t.session('carol')
    const { id, email } = t.people.carol
    await ask('PUT', '/me', { name: 'Carol Unmistakable' })
    await ask('POST', '/monitors', { name: 'Hers', type: 'http', url: 'http://127.0.0.1:1/', enabled: false })
    await t.alice('POST', '/invitations', { email, role: 'admin' })
    await change(systemCtx(t.app, nowhere), 'identity.linked', async ({ db, at }) => {
      const rules = {
        settings: {},
        default_role: 'member' as const,
        group_roles: [],
        trust_email: false,
        enabled: true,
      }
      const provider = { id: 'corp', slug: 'corp', kind: 'oidc', name: 'Corp', created_at: at, updated_at: at }
      await db.insert(sign_in_providers).values({ ...provider, ...rules })
      const row = { user_id: id, provider_id: 'corp', subject: 'Unmistakable-1', email: 'private@else.test' }
      return found(
        await db
          .insert(identities)
          .values({ ...row, created_at: at })
          .returning(),
      )
    })
    await ask('DELETE', '/me')
    await wait(14 * DAY)
    const rows = await t.app.db.read.select().from(audit_log)
    for (const named of ['Unmistakable', '"carol"', email, 'private@else.test'])
      expect(JSON.stringify(rows)).not.toContain(named)
    const hers = rows.filter(({ actor_id, subject_id }) => actor_id === id || subject_id === id)
    expect(hers.map(({ event }) => event)).toEqual(expect.arrayContaining(['user.updated', 'user.deleted']))
    expect(rows.find(({ event }) => event === 'monitor.created')).toMatchObject({ actor_id: id, actor_label: '' })
    // What it was about is still there.
    expect((await t.alice('GET', '/monitors')).body.total).toBe(1)
  })

  test('is nobody’s name at the incidents they took care of', async () => {
    await t.app.db.tx((tx) =>
      tx.update(users).set({ name: 'Carol Unmistakable' }).where(eq(users.id, t.people.carol.id)),
    )
    const open = async (title: string) => (await t.alice('POST', '/incidents', { title })).body.id as string
    const [first, second] = [await open('One'), await open('Two')]
    const { ask } = await t.session('carol')
    expect((await ask('POST', `/incidents/${first}/ack`, {})).status).toBe(200)
    expect((await ask('POST', `/incidents/${second}/resolve`, {})).status).toBe(200)
    await t.alice('POST', `/incidents/${first}/resolve`, {})
    await ask('DELETE', '/me')
    await wait(14 * DAY)
    for (const id of [first, second]) {
      const { body } = await t.alice('GET', `/incidents/${id}`)
      expect(JSON.stringify(body)).not.toContain('Unmistakable')
      expect(JSON.stringify(body)).toContain('a deleted account')
    }
    expect((await t.alice('GET', `/incidents/${first}`)).body).toMatchObject({ resolved_by: 'alice' })
    expect((await t.alice('GET', `/incidents/${second}`)).body).toMatchObject({ resolved_by: 'a deleted account' })
  })

  test('leaves no workspace without an owner: whoever ranks highest has it', async () => {
    const { ask } = await t.session('mallory')
    await ask('DELETE', '/me')
    // Others join while the two weeks pass.
    await joinEvil('carol', 'member')
    await joinEvil('bob', 'admin')
    await wait(14 * DAY)
    expect(await exists(t.people.mallory.id)).toBe(false)
    expect([await roleOf('bob'), await roleOf('carol')]).toEqual(['owner', 'member'])
    const left = and(eq(memberships.tenant_id, t.tenants.evil.id), eq(memberships.role, 'owner'))
    expect(await t.app.db.read.$count(memberships, left)).toBe(1)
    const [end] = await t.app.db.read.select().from(audit_log).where(eq(audit_log.event, 'user.deleted'))
    expect(end?.after).toMatchObject({ passed_on: [{ tenant_id: t.tenants.evil.id, to: t.people.bob.id }] })
  })

  test('leaves a workspace to an owner who has joined since', async () => {
    const { ask } = await t.session('mallory')
    await ask('DELETE', '/me')
    await joinEvil('carol', 'owner')
    await wait(15 * DAY)
    const [kept] = await t.app.db.read.select().from(tenants).where(eq(tenants.id, t.tenants.evil.id))
    expect(kept?.deletes_at).toBeNull()
  })

  test('is not gone when its owner comes back at the last moment, nor does that keep others', async () => {
    for (const name of ['carol', 'bob'] as const) await (await t.session(name)).ask('DELETE', '/me')
    t.clock.sleep(15 * DAY)
    const { promise: looked, resolve: hasLooked } = Promise.withResolvers<void>()
    const comesBack = t.app.db.tx(async (tx) => {
      await looked
      await tx.update(users).set({ deletes_at: null }).where(eq(users.id, t.people.carol.id))
    })
    const leaving = deleteLeavers(t.app)
    // Time for it to see who is due; it has to wait with the deletion.
    for (let i = 0; i < 20; i++) await t.app.db.read.$count(users)
    hasLooked()
    await comesBack
    await leaving
    expect([await exists(t.people.carol.id), await exists(t.people.bob.id)]).toEqual([true, false])
    expect(t.lines.join()).not.toContain('could not be deleted')
  })
})
