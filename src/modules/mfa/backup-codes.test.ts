import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { isoAt } from '#kernel/clock'
import { type Booted, boot, PASSWORD } from '../../../test/boot'
import { normalCode, takeBackupCode } from './backup-codes'
import { knock, proxied, withTotp } from './people.fixture'

describe('a backup code', () => {
  let t: Booted
  beforeEach(async () => {
    t = await boot({ start: false, config: proxied })
  })
  afterEach(() => t.stop())

  test('has fifty random bits in an alphabet without look-alikes', async () => {
    const { codes } = await withTotp(t, 'alice')
    for (const code of codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/)
  })

  test.each([
    ['ABCDE-FGH10', 'ABCDEFGH10'],
    ['abcde-fgh10', 'ABCDEFGH10'],
    ['abcdefgh10', 'ABCDEFGH10'],
    [' ab cd e - fgh lo ', 'ABCDEFGH10'],
    ['ABCDE-FGHIO', 'ABCDEFGH10'],
    ['ABCDE-FGH1', undefined],
    ['ABCDE-FGH100', undefined],
    ['ABCDU-FGH10', undefined],
    ['', undefined],
  ])('written %p is read as %p', (typed, code) => {
    expect(normalCode(typed)).toBe(code)
  })

  test('opens the door in place of the app, once, however it is typed', async () => {
    const { ask, codes } = await withTotp(t, 'alice')
    const typings: ((code: string) => string)[] = [
      (code) => code,
      (code) => code.toLowerCase(),
      (code) => code.replace('-', ''),
      (code) => ` ${code.replace('-', ' ')} `,
      (code) => code.replaceAll('0', 'o').replaceAll('1', 'l'),
    ]
    for (const [i, typing] of typings.entries()) {
      const typed = typing(codes[i] ?? '')
      expect([typed, (await (await knock(t, 'alice')).enter(typed)).status]).toEqual([typed, 200])
      const again = await (await knock(t, 'alice')).enter(typed)
      expect([typed, again.status, again.body.code]).toEqual([typed, 422, 'MFA_CODE_INVALID'])
      await t.advance(2_000)
    }
    expect((await ask('GET', '/me/mfa')).body.backup_codes_left).toBe(5)
  })

  test('used ten times at the same moment is taken once', async () => {
    const { codes } = await withTotp(t, 'alice')
    const { id } = t.people.alice
    const at = isoAt(t.clock.now())
    const uses = Array.from({ length: 10 }, () =>
      t.app.db.tx((tx) => takeBackupCode(t.app, tx, id, codes[0] ?? '', at)),
    )
    expect((await Promise.all(uses)).filter(Boolean)).toHaveLength(1)
    const doors = await Promise.all([1, 2, 3, 4].map(() => knock(t, 'alice')))
    const answers = await Promise.all(doors.map(({ enter }) => enter(codes[1] ?? '')))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 422, 422, 422])
  })

  test('is worth nothing to anybody else', async () => {
    const alice = await withTotp(t, 'alice')
    await withTotp(t, 'bob')
    expect((await (await knock(t, 'bob')).enter(alice.codes[0] ?? '')).status).toBe(422)
    expect((await (await knock(t, 'alice')).enter(alice.codes[0] ?? '')).status).toBe(200)
  })

  test('of an older set is worth nothing', async () => {
    const { ask, codes } = await withTotp(t, 'alice')
    expect((await ask('POST', '/me/mfa/backup-codes', { current_password: 'no' })).status).toBe(422)
    const renewed = await ask('POST', '/me/mfa/backup-codes', { current_password: PASSWORD })
    expect([renewed.status, renewed.body.backup_codes.length]).toEqual([201, 10])
    expect((await (await knock(t, 'alice')).enter(codes[0] ?? '')).status).toBe(422)
    expect((await (await knock(t, 'alice')).enter(renewed.body.backup_codes[0])).status).toBe(200)
  })

  test('is not offered when none is left', async () => {
    const { codes } = await withTotp(t, 'alice')
    for (const code of codes) {
      await t.advance(61_000)
      expect((await (await knock(t, 'alice')).enter(code)).status).toBe(200)
    }
    expect((await knock(t, 'alice')).methods).toEqual(['totp'])
  })

  test('without a factor that it could stand in for there is none', async () => {
    const { ask } = await t.session('alice')
    const { status, body } = await ask('POST', '/me/mfa/backup-codes')
    expect([status, body.code]).toEqual([409, 'CONFLICT'])
  })

  test('removes the app whose phone is lost', async () => {
    const { ask, codes } = await withTotp(t, 'alice')
    const body = { current_password: PASSWORD, code: codes[3]?.toLowerCase() }
    expect((await ask('DELETE', '/me/mfa/totp', body)).status).toBe(204)
  })
})
