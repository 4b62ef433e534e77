import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { known_devices, login_failures } from '#db/schema/auth'
import { audit_log } from '#db/schema/kernel'
import { type Booted, boot, PASSWORD } from '../../../test/boot'
import { delayAfter } from './throttle'

test('the wait after a wrong answer doubles from one second, and ends at a quarter of an hour', () => {
  const delays = [0, 4, 5, 6, 7, 14, 15, 40, 1e9].map((failures) => delayAfter(failures, 5))
  expect(delays).toEqual([0, 0, 1, 2, 4, 512, 900, 900, 900])
})

describe('guessing a password', () => {
  let t: Booted
  let address = 0
  const alice = 'alice@example.test'
  beforeEach(async () => {
    t = await boot({ start: false, config: { trustedProxies: ['127.0.0.1/32'] } })
    await t.givePassword('alice')
    await t.givePassword('bob')
  })
  afterEach(() => t.stop())

  const elsewhere = () => `10.2.${address >> 8}.${address++ & 255}`
  /** From another address each time, unless one is given: the limit of an address is another matter. */
  const signIn = (password: string, { email = alice, from = elsewhere(), cookie = '' } = {}) =>
    t.nobody('POST', '/auth/login', { email, password }, { 'x-forwarded-for': from, ...(cookie && { cookie }) })
  const wrong = async (times: number, more: Parameters<typeof signIn>[1] = {}) => {
    for (let n = 0; n < times; n++) await signIn('wrong', more)
  }
  const device = async (email = alice) => {
    const { headers } = await signIn(PASSWORD, { email })
    return /xinex_device=[\w-]+/.exec(headers.getSetCookie().join())?.[0] ?? ''
  }

  test('from a hundred places at once tries a handful of times', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => signIn('wrong')))
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 401)).toHaveLength(5)
    // Those beyond the queue are turned away at its door, before they are even counted.
    const [waiting, beyond] = [429, 503].map((status) => statuses.filter((one) => one === status).length)
    expect([(waiting ?? 0) + (beyond ?? 0), (waiting ?? 0) >= 50]).toEqual([95, true])
  })

  test('makes everybody wait, longer each time; the right one works after the wait', async () => {
    await wrong(4)
    expect((await signIn(PASSWORD)).status).toBe(200)
    await wrong(5)
    for (const wait_s of [1, 2, 4, 8]) {
      const early = await signIn(PASSWORD)
      expect([early.status, early.body.code]).toEqual([429, 'RATE_LIMITED'])
      expect([early.body.details.retry_after_s, early.headers.get('retry-after')]).toEqual([wait_s, String(wait_s)])
      await t.clock.advance(wait_s * 1000)
      expect((await signIn('wrong')).status).toBe(401)
    }
    await t.clock.advance(16_000)
    expect((await signIn(PASSWORD)).status).toBe(200)
    expect((await signIn(PASSWORD)).status).toBe(200)
  })

  test('too early does not make the wait longer', async () => {
    await wrong(5)
    for (let n = 0; n < 50; n++) expect((await signIn('wrong')).status).toBe(429)
    await t.clock.advance(1_000)
    expect((await signIn(PASSWORD)).status).toBe(200)
  })

  test('of somebody does not lock them out of a browser they know', async () => {
    const cookie = await device()
    await wrong(30)
    expect((await signIn(PASSWORD)).status).toBe(429)
    expect((await signIn(PASSWORD, { cookie })).status).toBe(200)
    // Nor from the address that the guesses came from.
    for (let n = 0; n < 9; n++) await signIn('wrong', { from: '10.9.9.9', email: `x${n}@example.test` })
    expect((await signIn(PASSWORD, { cookie, from: '10.9.9.9' })).status).toBe(200)
  })

  test('with an invented device, or that of somebody else, earns no tries', async () => {
    const bobs = await device('bob@example.test')
    await wrong(5)
    for (let n = 0; n < 20; n++) {
      const invented = `xinex_device=${crypto.randomUUID()}-${n}`
      expect((await signIn('wrong', { cookie: invented })).status).toBe(429)
    }
    expect((await signIn('wrong', { cookie: bobs })).status).toBe(429)
  })

  test('with a stolen device is counted too', async () => {
    const cookie = await device()
    await wrong(5, { cookie })
    expect((await signIn(PASSWORD, { cookie })).status).toBe(429)
    // And the owner is not locked out elsewhere by that.
    expect((await signIn(PASSWORD)).status).toBe(200)
  })

  test('of an account that does not exist is answered alike', async () => {
    const [known, unknown] = [alice, 'nobody@example.test']
    for (let n = 0; n < 7; n++) {
      const [a, b] = [await signIn('wrong', { email: known }), await signIn('wrong', { email: unknown })]
      expect([a.status, a.body]).toEqual([b.status, b.body])
    }
  })

  test('of many accounts from one address ends too, also from the many addresses of one line', async () => {
    for (const [n, from] of ['2001:db8:1:2::1', '2001:db8:1:2:ffff::7'].entries())
      for (let i = 0; i < 10; i++) await signIn('wrong', { email: `x${n}-${i}@example.test`, from })
    const again = (from: string) => signIn('wrong', { email: 'y@example.test', from })
    expect((await again('2001:db8:1:2:abcd::9')).status).toBe(429)
    expect((await again('2001:db8:1:3::1')).status).toBe(401)
  })

  test('is written down once it makes the account wait, and only of accounts there are', async () => {
    await wrong(9)
    await wrong(9, { email: 'nobody@example.test' })
    const rows = await t.app.db.read.select().from(audit_log).where(eq(audit_log.event, 'user.throttled'))
    expect(rows.map(({ subject_id }) => subject_id)).toEqual([t.people.alice.id])
  })

  test('is forgotten after a day', async () => {
    await wrong(8)
    await t.clock.advance(86_400_001)
    await wrong(4)
    expect((await signIn(PASSWORD)).status).toBe(200)
  })

  test('does not last forever when the clock was wrong', async () => {
    await t.clock.advance(365 * 86_400_000)
    await wrong(8)
    t.clock.setWall(t.clock.now() - 365 * 86_400_000)
    expect((await signIn(PASSWORD)).status).toBe(200)
  })

  test('leaves nothing that says who was tried', async () => {
    await wrong(3)
    const rows = JSON.stringify(await t.app.db.read.select().from(login_failures))
    for (const name of ['alice', '10.2.']) expect(rows).not.toContain(name)
    expect(rows).toContain('"failures":3')
  })

  test('while signed in is counted as well', async () => {
    const { ask } = await t.session('alice')
    const edit = { new_password: 'another decent secret', current_password: 'wrong' }
    for (let n = 0; n < 5; n++) expect((await ask('PUT', '/me', edit)).status).toBe(422)
    expect((await ask('PUT', '/me', { ...edit, current_password: PASSWORD })).status).toBe(429)
    await t.clock.advance(1_000)
    expect((await ask('PUT', '/me', { ...edit, current_password: PASSWORD })).status).toBe(200)
  })

  test('knows the last fifty browsers of a person, not all there ever were', async () => {
    for (let n = 0; n < 52; n++) expect((await signIn(PASSWORD)).status).toBe(200)
    const hers = eq(known_devices.user_id, t.people.alice.id)
    expect(await t.app.db.read.$count(known_devices, hers)).toBe(50)
  }, 20_000)
})
