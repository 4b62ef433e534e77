import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { users } from '#db/schema/auth'
import { identities } from '#db/schema/identities'
import { mails } from '#db/schema/mails'
import { passkeys } from '#db/schema/mfa'
import { sso_connections, sso_subjects } from '#db/schema/sso'
import { isoAt } from '#kernel/clock'
import { type Booted, boot, PASSWORD } from '../../../test/boot'
import { addProvider, type OpenProvider, openProvider, type Surfer, surf } from './oidc.fixtures'

let t: Booted
let idp: OpenProvider
beforeEach(async () => {
  t = await boot({ start: false, config: { smtpUrl: 'smtp://127.0.0.1:1' } })
  idp = await openProvider(t.clock.now)
  await addProvider(t, { settings: idp.settings })
})
afterEach(async () => {
  idp.stop()
  await t.stop()
})

const there = { sub: 'c-1', email: 'carol@home.test', email_verified: true }
const LINKED = '/settings/security?linked=corp'

/** A browser in which somebody is signed in. */
async function signedIn(name: 'alice' | 'carol' | 'bob') {
  const { cookie } = await t.session(name)
  const browser = surf(t, { xinex_session: cookie.split('=')[1] ?? '' })
  await browser.settle()
  return browser
}
async function begin(browser: Surfer, body: object = {}) {
  const answer = await browser.ask('POST', '/me/identities', { provider: 'corp', ...body })
  expect([answer.status, answer.body.error]).toEqual([201, undefined])
  return new URL(answer.body.url)
}
const link = async (browser: Surfer, person = there) => browser.comeBack(idp.consent(await begin(browser), person))
const linked = async (browser: Surfer) => (await browser.ask('GET', '/me/identities')).body.items
const rows = () => t.app.db.read.select().from(identities)

describe('linking an account', () => {
  test('opens one’s own account from then on; its owner is told', async () => {
    const carol = await signedIn('carol')
    expect(await link(carol)).toBe(LINKED)
    expect(await linked(carol)).toMatchObject([
      { provider: 'corp', name: 'Corp', kind: 'oidc', email: 'carol@home.test', last_used_at: isoAt(t.clock.now()) },
    ])
    expect((await t.app.db.read.select().from(mails)).map(({ to }) => to)).toEqual(['carol@example.test'])
    const elsewhere = surf(t)
    await elsewhere.comeBack(idp.consent(await elsewhere.leave(), there))
    expect((await elsewhere.settle()).body.id).toBe(t.people.carol.id)
  })

  test('needs the CSRF token: no other site can begin it', async () => {
    const carol = await signedIn('carol')
    const forged = await carol.ask('POST', '/me/identities', { provider: 'corp' }, { 'x-csrf-token': '' })
    expect([forged.status, forged.body.code]).toEqual([403, 'CSRF_TOKEN_INVALID'])
  })

  test('needs the password where there is one, else a fresh sign-in', async () => {
    await t.givePassword('carol')
    const carol = await signedIn('carol')
    const refused = await carol.ask('POST', '/me/identities', { provider: 'corp', current_password: 'wrong' })
    expect([refused.status, refused.body.details.fields]).toEqual([
      422,
      { current_password: 'is not your current password' },
    ])
    expect((await begin(carol, { current_password: PASSWORD })).origin).toBe(idp.issuer)
    const bob = await signedIn('bob')
    await t.advance(16 * 60_000)
    expect((await bob.ask('POST', '/me/identities', { provider: 'corp' })).body.code).toBe('FORBIDDEN')
  })

  test('is for a person who is signed in, to a provider that people are sent to', async () => {
    expect((await t.nobody('POST', '/me/identities', { provider: 'corp' })).status).toBe(401)
    expect((await t.carol('POST', '/me/identities', { provider: 'corp' })).status).toBe(403)
    const bound = await t.session('carol', { bound: true })
    expect((await bound.ask('POST', '/me/identities', { provider: 'corp' })).status).toBe(403)
    await addProvider(t, { slug: 'gate', kind: 'header', settings: { proxies: ['192.0.2.1'] } })
    await addProvider(t, { slug: 'off', settings: idp.settings, enabled: false })
    const carol = await signedIn('carol')
    for (const provider of ['nowhere', 'gate', 'off'])
      expect((await carol.ask('POST', '/me/identities', { provider })).body.details.fields).toHaveProperty('provider')
  })

  test('of an unreachable provider is refused as that', async () => {
    await addProvider(t, { slug: 'down', settings: { ...idp.settings, issuer: 'http://127.0.0.1:1' } })
    const carol = await signedIn('carol')
    expect((await carol.ask('POST', '/me/identities', { provider: 'down' })).status).toBe(503)
  })

  test('ends in the browser, the session and the account that began it', async () => {
    const carol = await signedIn('carol')
    const back = async () => idp.consent(await begin(carol), there)
    const expired = '/sign-in?problem=expired'
    // Another browser, where somebody else is signed in; the same one, where somebody else is now, or nobody.
    expect(await (await signedIn('bob')).comeBack(await back())).toBe(expired)
    const started = await back()
    const { cookie } = await t.session('bob')
    const { xinex_flow = '' } = carol.jar
    expect(await surf(t, { xinex_flow, xinex_session: cookie.split('=')[1] ?? '' }).comeBack(started)).toBe(expired)
    expect(await surf(t, { xinex_flow: carol.jar.xinex_flow ?? '' }).comeBack(await back())).toBe(expired)
    const later = await back()
    const second = await t.session('carol')
    const moved = { xinex_flow: carol.jar.xinex_flow ?? '', xinex_session: second.cookie.split('=')[1] ?? '' }
    expect(await surf(t, moved).comeBack(later)).toBe(expired)
    expect(await rows()).toEqual([])
  })

  test('does not turn into a sign-in, and a sign-in does not turn into a link', async () => {
    const carol = await signedIn('carol')
    const back = idp.consent(await carol.leave(), there)
    expect(await carol.comeBack(back)).toBe('/sign-in?problem=no_account')
    expect(await rows()).toEqual([])
  })

  test('that opens somebody else’s is refused; one’s own is linked already', async () => {
    const carol = await signedIn('carol')
    await link(carol)
    const bob = await signedIn('bob')
    expect(await link(bob)).toBe('/settings/security?problem=already_linked')
    expect(await link(carol)).toBe(LINKED)
    expect((await rows()).map(({ user_id }) => user_id)).toEqual([t.people.carol.id])
  })

  test('may be refused by the person, or go wrong', async () => {
    const carol = await signedIn('carol')
    const state = (await begin(carol)).searchParams.get('state') ?? ''
    const cancelled = new URLSearchParams({ state, error: 'access_denied' })
    expect(await carol.comeBack(cancelled)).toBe('/settings/security?problem=cancelled')
    const spoilt = idp.consent(await begin(carol), there, { nonce: 'other' })
    expect(await carol.comeBack(spoilt)).toBe('/settings/security?problem=failed')
    expect(await rows()).toEqual([])
  })
})

describe('unlinking an account', () => {
  const unlink = async (browser: Surfer, body?: object) =>
    browser.ask('DELETE', `/me/identities/${(await rows())[0]?.id}`, body)

  test('needs the password, and closes that way in', async () => {
    await t.givePassword('carol')
    const carol = await signedIn('carol')
    await carol.comeBack(idp.consent(await begin(carol, { current_password: PASSWORD }), there))
    expect((await unlink(carol)).status).toBe(422)
    expect((await unlink(carol, { current_password: PASSWORD })).status).toBe(204)
    expect(await linked(carol)).toEqual([])
    expect((await t.app.db.read.select().from(mails)).length).toBe(2)
    const elsewhere = surf(t)
    const end = await elsewhere.comeBack(idp.consent(await elsewhere.leave(), there))
    expect(end).toBe('/sign-in?problem=no_account')
  })

  test('of somebody else finds nothing', async () => {
    await link(await signedIn('carol'))
    const [row] = await rows()
    expect((await t.nobody('DELETE', `/me/identities/${row?.id}`)).status).toBe(401)
    for (const name of ['alice', 'bob'] as const) {
      const { ask } = await t.session(name)
      expect((await ask('DELETE', `/me/identities/${row?.id}`)).status).toBe(404)
      expect((await ask('GET', '/me/identities')).body.items).toEqual([])
    }
    expect(await rows()).toHaveLength(1)
  })

  const at = () => isoAt(t.clock.now())
  const ways: [string, (user_id: string) => Promise<unknown>, number][] = [
    ['nothing else', async () => {}, 409],
    [
      'a link to a provider that is switched off',
      async (user_id) => {
        const { id: provider_id } = await addProvider(t, { slug: 'off', settings: idp.settings, enabled: false })
        const row = { user_id, provider_id, subject: 'x', created_at: at() }
        await t.app.db.tx((tx) => tx.insert(identities).values(row))
      },
      409,
    ],
    [
      'a link to another provider',
      async (user_id) => {
        const { id: provider_id } = await addProvider(t, { slug: 'other', settings: idp.settings })
        const row = { user_id, provider_id, subject: 'x', created_at: at() }
        await t.app.db.tx((tx) => tx.insert(identities).values(row))
      },
      204,
    ],
    [
      'a passkey',
      (user_id) => {
        const key = { user_id, name: 'k', credential_id: 'k', public_key: Buffer.alloc(1), counter: 0 }
        const row = { ...key, transports: [], backed_up: false, created_at: at() }
        return t.app.db.tx((tx) => tx.insert(passkeys).values(row))
      },
      204,
    ],
    [
      'a password',
      (user_id) => t.app.db.tx((tx) => tx.update(users).set({ password_hash: 'x' }).where(eq(users.id, user_id))),
      // Which then has to be given.
      422,
    ],
    ...([true, false] as const).map((enabled): [string, (user_id: string) => Promise<unknown>, number] => [
      `single sign-on, ${enabled ? 'switched on' : 'switched off'}`,
      async (user_id) => {
        const id = Bun.randomUUIDv7()
        const connection = {
          ...{ id, tenant_id: t.tenants.acme.id, enabled, idp_entity_id: 'x', sso_url: 'x', certificates: [] },
          ...{ private_key: 'x', certificate: 'x', require_signed_response: false, provision: false },
          ...{ default_role: 'viewer' as const, group_roles: [], created_at: at(), updated_at: at() },
        }
        const subject = { connection_id: id, subject: 's', user_id, last_used_at: at(), created_at: at() }
        await t.app.db.tx(async (tx) => {
          await tx.insert(sso_connections).values(connection)
          await tx.insert(sso_subjects).values(subject)
        })
      },
      enabled ? 204 : 409,
    ]),
  ]
  test.each(ways)('beside %s', async (_, give, expected) => {
    const carol = await signedIn('carol')
    await link(carol)
    const id = (await rows())[0]?.id
    await give(t.people.carol.id)
    const { status, body } = await carol.ask('DELETE', `/me/identities/${id}`)
    expect([status, body?.code]).toEqual([expected, { 409: 'LAST_AUTH_METHOD', 422: 'VALIDATION_FAILED' }[expected]])
    expect((await rows()).some((row) => row.id === id)).toBe(expected !== 204)
  })
})
