import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { audit_log } from '#db/schema/kernel'
import { invitations } from '#db/schema/tenants'
import { type Booted, boot } from '../../../test/boot'
import { withMail } from '../../../test/mailbox'

let t: Booted
const start = async (registration: 'closed' | 'invite' | 'open') => {
  t = await boot({ start: false, config: { registration } })
}
beforeEach(() => start('invite'))
afterEach(() => t.stop())

const draft = { email: 'Ada@Example.test', role: 'member' }
const tokenOf = ({ body }: { body: { url: string } }) => new URL(body.url).searchParams.get('token') ?? ''
const look = (token: string) => t.nobody('GET', `/auth/invitation?token=${token}`)
const invite = async (body: object = draft, who = t.alice) => {
  const answer = await who('POST', '/invitations', body)
  expect(answer.status).toBe(201)
  return { id: answer.body.id as string, token: tokenOf(answer), body: answer.body }
}

describe('an invitation', () => {
  test('is a link that is shown once, and says to a stranger what it is for', async () => {
    const { body, token } = await invite()
    expect(body).toMatchObject({ email: 'ada@example.test', role: 'member', mailed: false })
    expect(body.url).toMatch(/^http:\/\/localhost\/invitation\?token=[\w-]{43}$/)
    const { status, body: seen } = await look(token)
    const tenant = { name: 'Acme' }
    expect([status, seen]).toEqual([
      200,
      { email: 'ada@example.test', role: 'member', tenant, inviter: 'alice', has_account: false },
    ])
    const kept = [await t.app.db.read.select().from(invitations), await t.app.db.read.select().from(audit_log)]
    expect(JSON.stringify(kept)).not.toContain(token)
  })

  test.each(['', 'x', '%00', 'x'.repeat(43)])('does not exist behind %j', async (token) => {
    expect((await look(token)).status).toBe(404)
  })

  test('is worth nothing after seven days', async () => {
    const { token } = await invite()
    await t.advance(7 * 86_400_000)
    expect((await look(token)).status).toBe(404)
    const account = { name: 'Ada', email: draft.email, password: 'a decent long secret', invitation: token }
    expect((await t.nobody('POST', '/auth/register', account)).status).toBe(422)
  })

  test('of a member is refused', async () => {
    const { status, body } = await t.alice('POST', '/invitations', { email: 'BOB@example.test', role: 'admin' })
    expect([status, body.error]).toEqual([409, 'This person is a member already'])
  })

  test('above the own role is refused, to make, to send again and to see the link of', async () => {
    const { ask: alice } = await t.session('alice')
    const { ask: dan } = await t.session('dan')
    expect((await dan('POST', '/invitations', { ...draft, role: 'owner' })).status).toBe(403)
    const { id } = await invite({ ...draft, role: 'owner' }, alice)
    expect((await dan('POST', `/invitations/${id}/resend`)).status).toBe(403)
  })

  test('sent again has a new link and a new week; the old link is worth nothing', async () => {
    const { id, token } = await invite()
    await t.advance(6 * 86_400_000)
    const again = await t.alice('POST', `/invitations/${id}/resend`)
    expect([again.status, again.body.id, again.body.expires_at]).toEqual([200, id, '2026-05-14T12:00:00.000Z'])
    expect((await look(token)).status).toBe(404)
    expect((await look(tokenOf(again))).status).toBe(200)
    expect((await t.mallory('POST', `/invitations/${id}/resend`)).status).toBe(404)
    expect((await t.bob('POST', `/invitations/${id}/resend`)).status).toBe(403)
  })

  test('made twice for one address is one, the newer', async () => {
    const first = await invite()
    const second = await invite({ ...draft, role: 'viewer' })
    expect((await look(first.token)).status).toBe(404)
    expect((await look(second.token)).body.role).toBe('viewer')
    expect((await t.alice('GET', '/invitations')).body.total).toBe(1)
  })
})

describe('somebody who has an account', () => {
  const mallory = () => ({ email: t.people.mallory.email, role: 'member' })

  test.each(['closed', 'invite', 'open'] as const)('can be invited where registration is %s', async (mode) => {
    await t.stop()
    await start(mode)
    const { token } = await invite(mallory())
    expect((await look(token)).body.has_account).toBe(true)
    const stranger = await t.alice('POST', '/invitations', draft)
    expect([stranger.status, stranger.body.code]).toEqual(mode === 'closed' ? [409, 'CONFLICT'] : [201, undefined])
  })

  test('accepts, and is there at once with a new cookie; the link works once', async () => {
    const { token } = await invite(mallory())
    const before = await t.session('mallory')
    const { status, body, headers } = await before.ask('POST', '/invitations/accept', { token })
    expect([status, body.tenant.name, body.role, body.user.name]).toEqual([200, 'Acme', 'member', 'mallory'])
    expect((await before.ask('GET', '/me')).status).toBe(401)
    const cookie = (headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    const ask = t.asking({ cookie, 'x-csrf-token': body.csrf_token })
    expect((await ask('GET', '/me')).body.tenant.name).toBe('Acme')
    expect((await ask('GET', '/tenants')).body.items.map(({ name }: { name: string }) => name)).toEqual([
      'Acme',
      'Evil',
    ])
    expect((await ask('POST', '/invitations/accept', { token })).status).toBe(422)
    const [event] = (await t.app.db.read.select().from(audit_log)).filter((row) => row.event === 'member.joined')
    expect(event).toMatchObject({ tenant_id: t.tenants.acme.id, actor_id: t.people.mallory.id })
  })

  test('cannot accept what was meant for another, and it stays open', async () => {
    const { token } = await invite()
    const { ask } = await t.session('mallory')
    const { status, body } = await ask('POST', '/invitations/accept', { token })
    expect([status, body.details.fields]).toEqual([422, { token: 'is for another e-mail address' }])
    expect((await ask('GET', '/me')).body.tenant.name).toBe('Evil')
    expect((await look(token)).status).toBe(200)
  })

  test('accepts only from a session of their own', async () => {
    const { token } = await invite(mallory())
    const bound = await t.session('mallory', { bound: true })
    for (const ask of [t.mallory, bound.ask]) {
      const { status } = await ask('POST', '/invitations/accept', { token })
      expect(status).toBe(403)
    }
    expect((await t.nobody('POST', '/invitations/accept', { token })).status).toBe(401)
  })
})

describe('by mail', () => {
  test('it arrives with a link of the configured address; sent again, with the new one', async () => {
    const box = await withMail({ config: { registration: 'invite' } })
    const host = { host: 'evil.example' }
    const { status, body } = await box.t.alice('POST', '/invitations', draft, host)
    expect([status, body.mailed]).toEqual([201, true])
    const [letter] = await box.letters('ada@example.test')
    expect(letter?.text).toContain(`https://up.example.test/invitation?token=${tokenOf({ body })}`)
    expect(letter?.text).toMatch(/alice/)
    const again = await box.t.alice('POST', `/invitations/${body.id}/resend`)
    expect(await box.token('ada@example.test')).toStartWith(tokenOf(again) ?? 'nothing')
    await box.stop()
  })
})
