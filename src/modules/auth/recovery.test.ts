import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { auth_flows, known_devices, user_tokens, users } from '#db/schema/auth'
import { sessions } from '#db/schema/credentials'
import { audit_log } from '#db/schema/kernel'
import { mails } from '#db/schema/mails'
import { PASSWORD } from '../../../test/boot'
import { browser } from '../../../test/browser-session'
import { withMail } from '../../../test/mailbox'

const HOUR = 3_600_000
const NEW = 'a brand new decent one'
const ada = { name: 'Ada', email: 'ada@example.test', password: 'a decent long secret' }

let box: Awaited<ReturnType<typeof withMail>>
beforeEach(async () => {
  box = await withMail({ config: { registration: 'open', trustedProxies: ['127.0.0.1/32'] } })
})
afterEach(() => box.stop())

let address = 0
/** From an address of its own: how often one may ask is another test. */
const nobody = (path: string, body: object) =>
  box.t.nobody('POST', path, body, { 'x-forwarded-for': `10.1.${address++ >> 8}.${address & 255}` })
const ask = (email: string) => nobody('/auth/password-reset', { email })
const confirm = (token: string, new_password = NEW) => nobody('/auth/password-reset/confirm', { token, new_password })
const signIn = (email: string, password: string) => nobody('/auth/login', { email, password })

describe('a lost password', () => {
  const alice = 'alice@example.test'
  beforeEach(() => box.t.givePassword('alice'))

  test('is replaced by the link in the mail, once', async () => {
    expect((await ask('ALICE@example.test')).status).toBe(204)
    const [letter] = await box.letters(alice)
    expect(letter?.text).toContain('https://up.example.test/reset-password?token=')
    const token = await box.token(alice)
    const answer = await confirm(token)
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([204, null])
    expect((await signIn(alice, PASSWORD)).status).toBe(401)
    expect((await signIn(alice, NEW)).status).toBe(200)
    expect((await box.letters(alice)).map(({ subject }) => subject)).toContain('Your password was changed')
    const again = await confirm(token)
    expect([again.status, Object.keys(again.body.details.fields)]).toEqual([422, ['token']])
  })

  test('asked for many times at the same moment is one mail', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(alice)))
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204, 204, 204])
    const sent = (await box.letters(alice)).filter(({ subject }) => subject === 'Choose a new password')
    expect(sent).toHaveLength(1)
  })

  test('leads nowhere else, whatever the request says of itself', async () => {
    const forged = { host: 'evil.example', 'x-forwarded-host': 'evil.example', origin: 'https://evil.example' }
    await box.t.nobody('POST', '/auth/password-reset', { email: alice }, forged)
    const [letter] = await box.letters(alice)
    expect(letter?.raw).not.toContain('evil.example')
    expect(letter?.text).toContain('https://up.example.test/')
  })

  test('ends every session, and whatever was under way', async () => {
    const { ask: there } = await box.t.session('alice')
    await box.t.app.db.tx((tx) =>
      tx.insert(auth_flows).values({
        ...{ hash: 'x', kind: 'mfa', user_id: box.t.people.alice.id, data: '' },
        expires_at: '2030-01-01T00:00:00.000Z',
      }),
    )
    expect((await there('GET', '/me')).status).toBe(200)
    await ask(alice)
    expect((await confirm(await box.token(alice))).status).toBe(204)
    expect((await there('GET', '/me')).status).toBe(401)
    expect(await box.t.app.db.read.select().from(auth_flows)).toEqual([])
  })

  test('cannot be replaced an hour later, nor with an older link once another was used', async () => {
    await ask(alice)
    const first = await box.token(alice)
    box.t.clock.sleep(61_000)
    await ask(alice)
    const second = await box.token(alice)
    expect(second).not.toBe(first)
    expect((await confirm(second)).status).toBe(204)
    expect((await confirm(first)).status).toBe(422)
    box.t.clock.sleep(61_000)
    await ask(alice)
    box.t.clock.sleep(HOUR)
    expect((await confirm(await box.token(alice))).status).toBe(422)
  })

  test('is not replaced by a weak one, and the link stays good for a better one', async () => {
    await ask(alice)
    const token = await box.token(alice)
    const weak = await confirm(token, 'Password1234')
    expect([weak.status, Object.keys(weak.body.details.fields)]).toEqual([422, ['new_password']])
    expect((await confirm(token)).status).toBe(204)
  })

  test('is replaced by one of two at the same moment', async () => {
    await ask(alice)
    const token = await box.token(alice)
    const both = await Promise.all([confirm(token), confirm(token, 'another decent secret')])
    expect(both.map(({ status }) => status).sort()).toEqual([204, 422])
  })

  test('of a link to confirm an address is not replaced', async () => {
    await browser(box.t, '/auth/register', ada)
    expect((await confirm(await box.token(ada.email))).status).toBe(422)
  })

  test('says nothing about who has an account, and leaves nothing of who has none', async () => {
    const { status, body, headers } = await ask('stranger@example.test')
    const known = await ask(alice)
    expect([status, body]).toEqual([known.status, known.body])
    expect([...headers.keys()]).toEqual([...known.headers.keys()])
    await box.letters(alice)
    expect(box.server.delivered.map(({ to }) => to)).toEqual([[alice]])
    const { db } = box.t.app
    expect(await db.read.select().from(mails)).toEqual([])
    expect(await db.read.select().from(auth_flows)).toEqual([])
    expect(await db.read.$count(user_tokens)).toBe(1)
  })

  test('is one mail a minute, however often somebody asks', async () => {
    for (let n = 0; n < 5; n++) expect((await ask(alice)).status).toBe(204)
    expect(await box.letters(alice)).toHaveLength(1)
    box.t.clock.sleep(60_001)
    await ask(alice)
    expect(await box.letters(alice)).toHaveLength(2)
  })

  test('found again: nobody waits for what others guessed', async () => {
    for (let n = 0; n < 8; n++) await signIn(alice, 'wrong')
    expect((await signIn(alice, PASSWORD)).status).toBe(429)
    await ask(alice)
    await confirm(await box.token(alice))
    expect((await signIn(alice, NEW)).status).toBe(200)
  })

  test('was never there: whoever signs in elsewhere gets a first one', async () => {
    const { carol } = box.t.people
    expect((await ask(carol.email)).status).toBe(204)
    expect((await confirm(await box.token(carol.email))).status).toBe(204)
    expect((await signIn(carol.email, NEW)).body.user.has_password).toBe(true)
  })

  test('is in the audit log without the link or the words', async () => {
    await ask(alice)
    const token = await box.token(alice)
    await confirm(token)
    const rows = await box.t.app.db.read.select().from(audit_log)
    expect(rows.map(({ event }) => event)).toEqual(
      expect.arrayContaining(['user.password_reset_requested', 'user.password_reset']),
    )
    for (const secret of [token, NEW, 'argon2']) expect(JSON.stringify(rows)).not.toContain(secret)
    expect(JSON.stringify(await box.t.app.db.read.select().from(user_tokens))).not.toContain(token)
  })

  test('without a mail server is for the operator', async () => {
    await box.stop()
    box = await withMail({ config: { smtpUrl: undefined } })
    expect((await ask(alice)).status).toBe(204)
    expect(await box.t.app.db.read.$count(user_tokens)).toBe(0)
    expect(await box.t.app.db.read.$count(mails)).toBe(0)
  })
})

describe('an address', () => {
  const verify = (token: string) => nobody('/auth/verify-email', { token })
  const monitor = { name: 'Shop', type: 'http', url: 'http://127.0.0.1:1/' }

  test('of a stranger is confirmed before they can do anything', async () => {
    const { ask: she, answer } = await browser(box.t, '/auth/register', ada)
    expect(answer.body.user.email_verified).toBe(false)
    const refused = await she('POST', '/monitors', monitor)
    expect([refused.status, refused.body.code]).toEqual([403, 'EMAIL_NOT_VERIFIED'])
    // Reading, and what concerns only her, is open.
    expect((await she('GET', '/monitors')).status).toBe(200)
    expect((await she('PUT', '/me', { timezone: 'Europe/London' })).status).toBe(200)
    // A second way in would outlast the new password of whoever the address really belongs to.
    for (const path of ['/me/mfa/totp', '/me/passkeys/options', '/me/identities'])
      expect([path, (await she('POST', path, { provider: 'x' })).body.code]).toEqual([path, 'EMAIL_NOT_VERIFIED'])
    const token = await box.token(ada.email)
    const { status, body } = await verify(token)
    expect([status, body]).toEqual([200, { email: ada.email }])
    expect((await she('POST', '/monitors', monitor)).status).toBe(201)
    expect((await she('GET', '/me')).body.email_verified).toBe(true)
    expect((await verify(token)).status).toBe(422)
  })

  test('is not asked about where people are invited, nor of who was', async () => {
    const invited = await box.t.alice('POST', '/invitations', { email: ada.email, role: 'member' })
    const { searchParams } = new URL(invited.body.url)
    const invitation = searchParams.get('token')
    const { ask: she, answer } = await browser(box.t, '/auth/register', { ...ada, invitation })
    expect(answer.body.user.email_verified).toBe(true)
    expect((await she('POST', '/monitors', monitor)).status).toBe(201)
    expect((await box.letters(ada.email)).map(({ subject }) => subject)).not.toContain('Confirm your e-mail address')
    await box.t.app.db.tx((tx) => tx.update(users).set({ email_verified_at: null }).where(eq(users.email, ada.email)))
    await box.t.appliance.stop()
    const closed = await withMail({ data: box.t.folder, config: { registration: 'invite' } })
    const { status } = await closed.t.nobody('POST', '/auth/login', { email: ada.email, password: ada.password })
    expect(status).toBe(200)
    const back = await browser(closed.t, '/auth/login', { email: ada.email, password: ada.password })
    expect((await back.ask('POST', '/monitors', monitor)).status).toBe(201)
    await closed.stop()
    box = await withMail()
  })

  test('is asked for again at most once a minute, and not when it is confirmed', async () => {
    const { ask: she } = await browser(box.t, '/auth/register', ada)
    const early = await she('POST', '/auth/verify-email/resend')
    expect([early.status, Number(early.headers.get('retry-after')), early.body.details]).toEqual([
      ...[429, 60],
      { retry_after_s: 60 },
    ])
    const first = await box.token(ada.email)
    box.t.clock.sleep(60_001)
    expect((await she('POST', '/auth/verify-email/resend')).status).toBe(204)
    const second = await box.token(ada.email)
    expect(second).not.toBe(first)
    expect((await verify(first)).status).toBe(200)
    expect((await verify(second)).status).toBe(422)
    expect((await she('POST', '/auth/verify-email/resend')).status).toBe(409)
  })

  test('cannot be asked for without a mail server', async () => {
    await box.t.app.db.tx((tx) => tx.update(users).set({ email_verified_at: null }))
    await box.t.appliance.stop()
    const mute = await withMail({ data: box.t.folder, config: { smtpUrl: undefined } })
    await mute.t.app.db.tx((tx) => tx.update(users).set({ email_verified_at: null }))
    const { ask: she } = await mute.t.session('alice')
    expect((await she('POST', '/auth/verify-email/resend')).status).toBe(503)
    await mute.stop()
    box = await withMail()
  })

  test('is not confirmed a day later', async () => {
    await browser(box.t, '/auth/register', ada)
    const token = await box.token(ada.email)
    box.t.clock.sleep(24 * HOUR)
    expect((await verify(token)).status).toBe(422)
  })

  test('that was changed meanwhile is not confirmed by the old mail; the old address is told', async () => {
    const { ask: she } = await browser(box.t, '/auth/register', ada)
    const old = await box.token(ada.email)
    const edit = { email: 'lovelace@example.test', current_password: ada.password }
    expect((await she('PUT', '/me', edit)).body).toMatchObject({ email: edit.email, email_verified: false })
    expect((await verify(old)).status).toBe(422)
    const told = (await box.letters(ada.email)).at(-1)
    expect(told?.subject).toBe('The e-mail address of your account was changed')
    expect(told?.text).toContain(edit.email)
    expect((await verify(await box.token(edit.email))).body).toEqual({ email: edit.email })
  })

  test('confirmed by resetting the password is confirmed', async () => {
    const { ask: she } = await browser(box.t, '/auth/register', ada)
    box.t.clock.sleep(61_000)
    await ask(ada.email)
    expect((await confirm(await box.token(ada.email))).status).toBe(204)
    expect((await she('GET', '/me')).status).toBe(401)
    expect((await signIn(ada.email, NEW)).body.user.email_verified).toBe(true)
  })
})

describe('the owner of an account is told by mail', () => {
  test('that the password was changed', async () => {
    const { ask: she } = await browser(box.t, '/auth/register', ada)
    await she('PUT', '/me', { current_password: ada.password, new_password: NEW })
    expect((await box.letters(ada.email)).at(-1)?.subject).toBe('Your password was changed')
  })

  test('of a sign-in from a browser that was not used before, and of no other', async () => {
    const first = await browser(box.t, '/auth/register', ada)
    const device = /xinex_device=[\w-]+/.exec(first.answer.headers.getSetCookie().join())?.[0] ?? ''
    const enter = (cookie: string) =>
      box.t.nobody(
        'POST',
        '/auth/login',
        { email: ada.email, password: ada.password },
        { cookie, 'user-agent': 'Lynx' },
      )
    await enter(device)
    const subjects = async () => (await box.letters(ada.email)).map(({ subject }) => subject)
    expect(await subjects()).not.toContain('A new sign-in to your account')
    const other = await enter('')
    expect(other.headers.getSetCookie().join()).toContain('xinex_device=')
    const told = (await box.letters(ada.email)).at(-1)
    expect(told?.subject).toBe('A new sign-in to your account')
    for (const fact of ['Lynx', '127.0.0.1', '2026-05-01', 'https://up.example.test/settings/sessions'])
      expect(told?.text).toContain(fact)
  })
  test('of a sign-in that broke off at the mail nothing is left, neither a session nor a browser that is known', async () => {
    const { t } = box
    await browser(t, '/auth/register', ada)
    const enter = () => signIn(ada.email, ada.password)
    const left = async () => [await t.app.db.read.$count(known_devices), await t.app.db.read.$count(sessions)]
    const before = await left()
    await t.app.db.client.execute(
      `create trigger breaks before insert on mails begin select raise(abort, 'power'); end`,
    )
    expect((await enter()).status).toBe(500)
    expect(await left()).toEqual(before)
    await t.app.db.client.execute('drop trigger breaks')
    expect((await enter()).status).toBe(200)
    expect((await box.letters(ada.email)).at(-1)?.subject).toBe('A new sign-in to your account')
  })
})
