import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import type { Role } from '#contract/permissions'
import { users } from '#db/schema/auth'
import { audit_log } from '#db/schema/kernel'
import { mails } from '#db/schema/mails'
import { memberships } from '#db/schema/tenants'
import { isoAt } from '#kernel/clock'
import { type Booted, boot, PASSWORD } from '../../../test/boot'
import { elsewhere, type Name, proxied, withTotp } from './people.fixture'

describe('resetting a member', () => {
  let t: Booted
  beforeEach(async () => {
    t = await boot({ start: false, config: { ...proxied, smtpUrl: 'smtp://127.0.0.1:1' } })
  })
  afterEach(() => t.stop())

  const reset = (who: Name, whom: Name) => t[who]('POST', `/members/${t.people[whom].id}/reset-mfa`)
  const login = (name: Name) =>
    t.nobody('POST', '/auth/login', { email: t.people[name].email, password: PASSWORD }, elsewhere())
  const become = (name: Name, role: Role, tenant_id = t.tenants.acme.id) =>
    t.app.db.tx(async (tx) => {
      const row = { tenant_id, user_id: t.people[name].id, role, created_at: isoAt(t.clock.now()) }
      const target = [memberships.tenant_id, memberships.user_id]
      await tx.insert(memberships).values(row).onConflictDoUpdate({ target, set: { role } })
      t.app.credentials.forget()
    })

  test('takes their factors away, tells them, and is written down; their session stays', async () => {
    const { ask } = await withTotp(t, 'carol')
    expect((await login('carol')).body.mfa_required).toBe(true)
    expect((await reset('dan', 'carol')).status).toBe(204)
    expect((await ask('GET', '/me/mfa')).body).toMatchObject({ totp: false, backup_codes_left: 0 })
    expect((await login('carol')).body.role).toBe('member')
    const letters = await t.app.db.read.select().from(mails).where(eq(mails.to, 'carol@example.test'))
    const said = letters.map(({ id, content }) => t.app.vault.open(content, `mails:content:${id}`)).join()
    expect(said).toContain('All second factors and passkeys were removed by dan')
    const [row] = await t.app.db.read.select().from(audit_log).where(eq(audit_log.event, 'user.mfa_reset'))
    expect(row).toMatchObject({ subject_id: t.people.carol.id, actor_id: t.people.dan.id })
  })

  test('a sign-in that waited for the factor does not get in by it', async () => {
    const { codes } = await withTotp(t, 'carol')
    const { mfa_token } = (await login('carol')).body
    await reset('dan', 'carol')
    const entering = await t.nobody('POST', '/auth/mfa', { mfa_token, code: codes[0] }, elsewhere())
    expect(entering.status).toBe(422)
  })

  test('is for admins', async () => {
    expect((await reset('carol', 'bob')).status).toBe(403)
    expect((await reset('bob', 'carol')).status).toBe(403)
    expect((await t.nobody('POST', `/members/${t.people.bob.id}/reset-mfa`)).status).toBe(401)
  })

  test('never reaches above one’s own role, and may reach one’s own', async () => {
    await withTotp(t, 'alice')
    expect((await reset('dan', 'alice')).status).toBe(403)
    expect((await login('alice')).body.mfa_required).toBe(true)
    await become('carol', 'admin')
    expect((await reset('dan', 'carol')).status).toBe(204)
  })

  test('is not the way around the code for oneself', async () => {
    const { ask } = await withTotp(t, 'dan')
    const { status, body } = await ask('POST', `/members/${t.people.dan.id}/reset-mfa`)
    expect([status, body.error]).toEqual([403, expect.stringContaining('your own')])
    expect((await login('dan')).body.mfa_required).toBe(true)
  })

  test('another workspace finds nobody, like an id that never was', async () => {
    const foreign = await reset('mallory', 'carol')
    const invented = await t.mallory('POST', `/members/${Bun.randomUUIDv7()}/reset-mfa`)
    expect([foreign.status, foreign.body]).toEqual([404, invented.body])
  })

  test('of somebody who belongs elsewhere too is left to whoever runs the appliance', async () => {
    await become('carol', 'viewer', t.tenants.evil.id)
    await withTotp(t, 'carol')
    for (const who of ['dan', 'mallory'] as const) expect([who, (await reset(who, 'carol')).status]).toEqual([who, 403])
    // A token is not enough for that, even of the person who runs it.
    expect((await reset('alice', 'carol')).status).toBe(403)
    const { ask } = await t.session('alice')
    expect((await ask('POST', `/members/${t.people.carol.id}/reset-mfa`)).status).toBe(204)
    expect((await login('carol')).body.mfa_required).toBeUndefined()
  })

  test('of whoever runs the appliance is not for the admins of a workspace', async () => {
    await t.app.db.tx((tx) => tx.update(users).set({ instance_admin: true }).where(eq(users.id, t.people.bob.id)))
    t.app.credentials.forget()
    expect((await reset('dan', 'bob')).status).toBe(403)
  })
})
