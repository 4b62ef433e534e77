import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { Secret, TOTP } from 'otpauth'
import { sessions } from '#db/schema/credentials'
import { audit_log } from '#db/schema/kernel'
import { mails } from '#db/schema/mails'
import { totp_secrets } from '#db/schema/mfa'
import { tenants } from '#db/schema/tenants'
import { type Booted, boot, PASSWORD } from '../../../test/boot'
import { browserAfter, codeOf, elsewhere, knock, proxied, withTotp } from './people.fixture'
import { stepOf } from './totp'

// https://www.rfc-editor.org/rfc/rfc6238#appendix-B
const vectors: [number, string][] = [
  [59, '94287082'],
  [1_111_111_109, '07081804'],
  [1_111_111_111, '14050471'],
  [1_234_567_890, '89005924'],
  [2_000_000_000, '69279037'],
  [20_000_000_000, '65353130'],
]

describe('codes by time', () => {
  const secret = Secret.fromLatin1('12345678901234567890')

  test.each(vectors)('at %d s are those of RFC 6238: %s', (at_s, code) => {
    const library = new TOTP({ secret, digits: 8, algorithm: 'SHA1', period: 30 })
    expect(library.generate({ timestamp: at_s * 1000 })).toBe(code)
    expect(codeOf(secret.base32, at_s * 1000, 8)).toBe(code)
    // Six digits are the last six of the eight (RFC 4226 section 5.3).
    expect(stepOf(secret.base32, code.slice(2), at_s * 1000)).toBe(Math.floor(at_s / 30))
  })

  test.each(['', '1', '12345', '1234567', 'abcdef', '------', '１２３４５６', ' '])('%p is no code', (typed) => {
    expect(stepOf(secret.base32, typed, 59_000)).toBeUndefined()
  })
})

describe('an authenticator app', () => {
  let t: Booted
  beforeEach(async () => {
    t = await boot({ start: false, config: { ...proxied, smtpUrl: 'smtp://127.0.0.1:1' } })
  })
  afterEach(() => t.stop())

  const letters = async () => {
    const rows = await t.app.db.read.select().from(mails).where(eq(mails.kind, 'second_factor_changed'))
    return rows.map(({ id, to, content }) => {
      const { what } = JSON.parse(t.app.vault.open(content, `mails:content:${id}`))
      return `${to}: ${what}`
    })
  }

  test('is set up with a first code; that session goes on under a new cookie, the others end', async () => {
    const other = await t.session('alice')
    const { before, ask, codes, cookie, csrf } = await withTotp(t, 'alice')
    expect(codes).toHaveLength(10)
    expect(new Set(codes).size).toBe(10)
    expect((await ask('GET', '/me/mfa')).body).toEqual({
      ...{ totp: true, passkeys: 0, backup_codes_left: 10, required: false },
    })
    expect(cookie).not.toBe(before.cookie)
    expect(csrf).not.toBe(before.csrf)
    for (const gone of [before, other]) expect((await gone.ask('GET', '/me')).status).toBe(401)
    expect((await ask('PUT', '/me', { timezone: 'UTC' })).status).toBe(200)
    expect((await t.alice('GET', '/monitors')).status).toBe(200)
    const rows = await t.app.db.read.select().from(sessions)
    expect(rows.map(({ mfa, method }) => [method, mfa])).toEqual([['password', true]])
    expect(await letters()).toEqual(['alice@example.test: An authenticator app was set up'])
  })

  test('counts only once confirmed: until then a password is enough, and a new secret can be asked for', async () => {
    await t.givePassword('alice')
    const { ask } = await t.session('alice')
    const first = (await ask('POST', '/me/mfa/totp', { current_password: PASSWORD })).body
    expect(first.otpauth_url).toMatch(/^otpauth:\/\/totp\/Xinex.*alice%40example\.test\?.*digits=6&period=30$/)
    expect(new URL(first.otpauth_url).searchParams.get('secret')).toBe(first.secret)
    const login = { email: t.people.alice.email, password: PASSWORD }
    expect((await t.nobody('POST', '/auth/login', login)).body.role).toBe('owner')
    const second = (await ask('POST', '/me/mfa/totp', { current_password: PASSWORD })).body
    const stale = await ask('POST', '/me/mfa/totp/confirm', { code: codeOf(first.secret, t.clock.now()) })
    expect([stale.status, stale.body.code]).toEqual([422, 'MFA_CODE_INVALID'])
    expect((await ask('GET', '/me/mfa')).body.totp).toBe(false)
    const code = codeOf(second.secret, t.clock.now())
    expect((await ask('POST', '/me/mfa/totp/confirm', { code })).status).toBe(200)
  })

  test('is set up once, and not confirmed without being asked for', async () => {
    const { ask, code } = await withTotp(t, 'alice')
    const again = await ask('POST', '/me/mfa/totp', { current_password: PASSWORD })
    expect([again.status, again.body.code]).toEqual([409, 'MFA_ALREADY_ENABLED'])
    const confirmed = await ask('POST', '/me/mfa/totp/confirm', { code: code(30_000) })
    expect([confirmed.status, confirmed.body.code]).toEqual([409, 'MFA_ALREADY_ENABLED'])
    const bob = await t.session('bob')
    expect((await bob.ask('POST', '/me/mfa/totp/confirm', { code: '123456' })).body.code).toBe('CONFLICT')
  })

  test('of two confirmations at the same moment one counts', async () => {
    const { ask } = await t.session('alice')
    const { secret } = (await ask('POST', '/me/mfa/totp')).body
    const code = codeOf(secret, t.clock.now())
    const both = await Promise.all([1, 2].map(() => ask('POST', '/me/mfa/totp/confirm', { code })))
    expect(both.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  test('needs the password; without one, a sign-in of the last quarter of an hour', async () => {
    const { ask } = await t.session('alice')
    expect((await ask('POST', '/me/mfa/totp')).status).toBe(201)
    await t.advance(16 * 60_000)
    expect((await ask('POST', '/me/mfa/totp')).status).toBe(403)
    await t.givePassword('alice')
    const wrong = await ask('POST', '/me/mfa/totp', { current_password: 'no' })
    expect([wrong.status, Object.keys(wrong.body.details.fields)]).toEqual([422, ['current_password']])
    expect((await ask('POST', '/me/mfa/totp', { current_password: PASSWORD })).status).toBe(201)
  })

  test('is asked for after the password, and its code opens a session that has proven both', async () => {
    const { code } = await withTotp(t, 'alice')
    await t.advance(60_000)
    const { methods, enter } = await knock(t, 'alice')
    expect(methods).toEqual(['totp', 'backup_code'])
    const answer = await enter(code())
    expect([answer.status, answer.body]).toEqual([200, expect.objectContaining({ role: 'owner' })])
    const { ask, csrf } = browserAfter(t, answer)
    expect((await ask('PUT', '/me', { timezone: 'UTC' })).status).toBe(200)
    expect(csrf.length).toBeGreaterThan(20)
  })

  test('typed with spaces it is the same code', async () => {
    const { code } = await withTotp(t, 'alice')
    await t.advance(60_000)
    const typed = code().replace(/^(...)/, ' $1 ')
    expect((await (await knock(t, 'alice')).enter(typed)).status).toBe(200)
  })

  test('whose clock is half a minute off is taken, a whole minute off is not', async () => {
    const { code } = await withTotp(t, 'alice')
    for (const [off_ms, status] of [
      [-60_000, 422],
      [60_000, 422],
      [-30_000, 200],
      [0, 200],
      [30_000, 200],
    ] as const) {
      await t.advance(300_000)
      expect([off_ms, (await (await knock(t, 'alice')).enter(code(off_ms))).status]).toEqual([off_ms, status])
    }
  })

  test('a code is taken once, nor is an older one after it, nor the one it was set up with', async () => {
    const { code } = await withTotp(t, 'alice')
    expect((await (await knock(t, 'alice')).enter(code())).status).toBe(422)
    await t.advance(90_000)
    expect((await (await knock(t, 'alice')).enter(code())).status).toBe(200)
    const again = await (await knock(t, 'alice')).enter(code())
    expect([again.status, again.body.code]).toEqual([422, 'MFA_CODE_INVALID'])
    expect((await (await knock(t, 'alice')).enter(code(-30_000))).status).toBe(422)
    expect((await (await knock(t, 'alice')).enter(code(30_000))).status).toBe(200)
  })

  test('of the same code in four sign-ins at the same moment one is taken', async () => {
    const { code } = await withTotp(t, 'alice')
    await t.advance(60_000)
    const doors = await Promise.all([1, 2, 3, 4].map(() => knock(t, 'alice')))
    const answers = await Promise.all(doors.map(({ enter }) => enter(code())))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 422, 422, 422])
  })

  test('the sixth guess of a sign-in is not looked at, and a new sign-in brings no fresh ones', async () => {
    const { code, wrong } = await withTotp(t, 'alice')
    await t.advance(60_000)
    const { enter } = await knock(t, 'alice')
    for (let i = 0; i < 5; i++) expect((await enter(wrong())).status).toBe(422)
    const limited = await enter(code())
    expect([limited.status, limited.body.code]).toEqual([429, 'RATE_LIMITED'])
    expect(Number(limited.headers.get('retry-after'))).toBe(1)
    const fresh = await knock(t, 'alice')
    expect((await fresh.enter(code())).status).toBe(429)
    await t.advance(1_000)
    expect((await enter(code())).status).toBe(401)
    // That one counted as well: the wait has grown.
    const next = await knock(t, 'alice')
    expect((await next.enter(wrong())).body.details.retry_after_s).toBe(2)
    await t.advance(2_000)
    expect((await next.enter(code())).status).toBe(200)
  })

  test('a right code forgets the wrong ones', async () => {
    const { code, wrong } = await withTotp(t, 'alice')
    for (let round = 0; round < 3; round++) {
      await t.advance(60_000)
      const { enter } = await knock(t, 'alice')
      for (let i = 0; i < 4; i++) expect((await enter(wrong())).status).toBe(422)
      expect((await enter(code())).status).toBe(200)
    }
  })

  test('an invented browser cookie buys no guesses', async () => {
    const { wrong } = await withTotp(t, 'alice')
    const statuses: number[] = []
    for (let i = 0; i < 7; i++) {
      const { mfa_token } = await knock(t, 'alice')
      const headers = { ...elsewhere(), cookie: `xinex_device=${Bun.randomUUIDv7()}` }
      statuses.push((await t.nobody('POST', '/auth/mfa', { mfa_token, code: wrong() }, headers)).status)
    }
    expect(statuses).toEqual([422, 422, 422, 422, 422, 429, 429])
  })

  test('a sign-in ends after ten minutes, and once it was finished', async () => {
    const { code } = await withTotp(t, 'alice')
    const late = await knock(t, 'alice')
    await t.advance(600_000)
    const over = await late.enter(code())
    expect([over.status, over.body.code]).toEqual([401, 'UNAUTHORIZED'])
    const { enter } = await knock(t, 'alice')
    expect((await enter(code())).status).toBe(200)
    expect((await enter(code(30_000))).status).toBe(401)
    const invented = { mfa_token: 'invented', code: code(30_000) }
    expect((await t.nobody('POST', '/auth/mfa', invented, elsewhere())).status).toBe(401)
  })

  test('is removed with the password and a code; the session stays, the next sign-in asks for nothing', async () => {
    const { ask, code, wrong } = await withTotp(t, 'alice')
    await t.advance(60_000)
    const remove = (body: object) => ask('DELETE', '/me/mfa/totp', body)
    expect((await remove({ code: code() })).status).toBe(422)
    expect((await remove({ current_password: PASSWORD })).body.details.fields).toHaveProperty('code')
    const guess = await remove({ current_password: PASSWORD, code: wrong() })
    expect([guess.status, guess.body.code]).toEqual([422, 'MFA_CODE_INVALID'])
    expect((await remove({ current_password: PASSWORD, code: code() })).status).toBe(204)
    expect((await ask('GET', '/me/mfa')).body).toMatchObject({ totp: false, backup_codes_left: 0 })
    expect((await remove({ current_password: PASSWORD, code: code(30_000) })).status).toBe(404)
    const login = { email: t.people.alice.email, password: PASSWORD }
    expect((await t.nobody('POST', '/auth/login', login)).body.role).toBe('owner')
    expect(await letters()).toEqual([
      'alice@example.test: An authenticator app was set up',
      'alice@example.test: The authenticator app was removed',
    ])
  })

  test('guesses to remove it are counted like those at the door', async () => {
    const { ask, code, wrong } = await withTotp(t, 'alice')
    await t.advance(60_000)
    const remove = (code: string) => ask('DELETE', '/me/mfa/totp', { current_password: PASSWORD, code })
    for (let i = 0; i < 5; i++) expect((await remove(wrong())).status).toBe(422)
    expect((await remove(code())).status).toBe(429)
  })

  test('one that was never confirmed goes without a code', async () => {
    const { ask } = await t.session('alice')
    await ask('POST', '/me/mfa/totp')
    expect((await ask('DELETE', '/me/mfa/totp')).status).toBe(204)
    expect(await letters()).toEqual([])
  })

  test('one that is confirmed at that very moment does not go without a code', async () => {
    const { ask } = await t.session('alice')
    expect((await ask('POST', '/me/mfa/totp', {})).status).toBe(201)
    const { promise: looked, resolve: hasLooked } = Promise.withResolvers<void>()
    const confirmed = t.app.db.tx(async (tx) => {
      await looked
      await tx.update(totp_secrets).set({ confirmed_at: '2026-05-01T12:00:00.000Z' })
    })
    const removal = ask('DELETE', '/me/mfa/totp', {})
    // Time for it to see one that is not confirmed; it has to wait with the removal.
    for (let i = 0; i < 50; i++) await t.app.db.read.$count(totp_secrets)
    hasLooked()
    await confirmed
    expect([409, 422]).toContain((await removal).status)
    expect(await t.app.db.read.$count(totp_secrets)).toBe(1)
  })

  test('its secret lies sealed, bound to its owner, and in no audit row', async () => {
    const { secret, codes } = await withTotp(t, 'alice')
    const [row] = await t.app.db.read.select().from(totp_secrets)
    const { id } = t.people.alice
    expect(t.app.vault.open(row?.secret ?? '', `totp_secrets:secret:${id}`)).toBe(secret)
    expect(() => t.app.vault.open(row?.secret ?? '', `totp_secrets:secret:${t.people.bob.id}`)).toThrow()
    const { rows } = await t.app.db.client.execute('select * from backup_codes')
    const audit = await t.app.db.read.select().from(audit_log)
    expect(audit.map(({ event }) => event)).toEqual(expect.arrayContaining(['user.mfa_started', 'user.mfa_enabled']))
    const stored = JSON.stringify([rows, audit, row, t.lines])
    for (const one of [secret, ...codes, ...codes.map((code) => code.replace('-', ''))])
      expect(stored).not.toContain(one)
  })

  test('is nothing for tokens, nor for a session that a workspace vouched for', async () => {
    const bound = await t.session('alice', { bound: true })
    for (const ask of [bound.ask, t.alice])
      for (const [method, path, body] of [
        ['POST', '/me/mfa/totp', {}],
        ['POST', '/me/mfa/totp/confirm', { code: '123456' }],
        ['DELETE', '/me/mfa/totp', {}],
        ['POST', '/me/mfa/backup-codes', {}],
        ['POST', '/me/passkeys/options', {}],
        ['DELETE', '/me/passkeys/x', {}],
      ] as const) {
        const { status, body: answer } = await ask(method, path, body)
        expect([path, status, answer.code]).toEqual([path, 403, 'FORBIDDEN'])
      }
    expect((await bound.ask('GET', '/me/mfa')).status).toBe(200)
  })

  test('a workspace that asks for one lets nobody in without, but lets them set one up', async () => {
    await t.app.db.tx((tx) => tx.update(tenants).set({ require_mfa: true }).where(eq(tenants.id, t.tenants.acme.id)))
    const { ask } = await t.session('carol')
    for (const path of ['/monitors', '/members', '/incidents']) {
      const refused = await ask('GET', path)
      expect([path, refused.status, refused.body.code]).toEqual([path, 403, 'MFA_REQUIRED'])
    }
    expect((await ask('GET', '/me/mfa')).body).toMatchObject({ totp: false, required: true })
    expect((await t.carol('GET', '/monitors')).status).toBe(200)
    const done = await withTotp(t, 'carol')
    expect((await done.ask('GET', '/monitors')).status).toBe(200)
    await t.advance(60_000)
    const entered = browserAfter(t, await (await knock(t, 'carol')).enter(done.code()))
    expect((await entered.ask('GET', '/monitors')).status).toBe(200)
  })
})
