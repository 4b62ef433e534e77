import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { users } from '#db/schema/auth'
import { notification_channels } from '#db/schema/notification-channels'
import { notification_prefs } from '#db/schema/notification-prefs'
import { push_tokens } from '#db/schema/push-tokens'
import { isoAt } from '#kernel/clock'
import { defaultPrefs } from '#oncall/prefs'
import { type Booted, boot } from '../../../test/boot'

const path = '/users/me/notification-prefs'
const whole = {
  matrix: {
    incident_acked: { email: false, push: true },
    member_joined: { feed: false },
    oncall_handoff: { other: false },
  },
  rules: [
    { delay_s: 0, contact_id: 'push', severities: ['critical', 'high'] },
    { delay_s: 300, contact_id: 'email' },
  ],
  quiet_hours: {
    ...{ enabled: true, timezone: 'Europe/Berlin', from: '22:00', to: '07:00', days: [1, 2, 3, 4, 5] },
    critical_exempt: true,
  },
  digest: { enabled: true, timezone: 'Europe/Berlin', time: '08:30', days: [1, 5] },
}
let t: Booted
beforeEach(async () => {
  t = await boot({ start: false })
})
afterEach(() => t.stop())

/** A way of somebody. */
async function wayOf(user_id: string): Promise<string> {
  const at = isoAt(t.clock.now())
  const row = { id: Bun.randomUUIDv7(), tenant_id: t.tenants.acme.id, user_id, name: 'x', type: 'ntfy', settings: {} }
  const rest = { is_default: false, enabled: true, events: [], created_at: at, updated_at: at }
  await t.app.db.tx((tx) => tx.insert(notification_channels).values({ ...row, ...rest }))
  return row.id
}

describe('preferences', () => {
  test('begin with everything, at the clock where the person lives', async () => {
    await t.app.db.tx((tx) => tx.update(users).set({ timezone: 'Asia/Tokyo' }).where(eq(users.id, t.people.bob.id)))
    expect((await t.bob('GET', path)).body).toEqual(defaultPrefs('Asia/Tokyo'))
  })

  test('are replaced as a whole, and are one’s own', async () => {
    const { status, body } = await t.bob('PUT', path, whole)
    expect([status, body]).toEqual([200, whole])
    expect((await t.bob('GET', path)).body).toEqual(whole)
    expect((await t.carol('GET', path)).body).toEqual(defaultPrefs('UTC'))
    expect((await t.bob('PUT', path, defaultPrefs('UTC'))).body).toEqual(defaultPrefs('UTC'))
    expect((await t.nobody('GET', path)).status).toBe(401)
    expect((await t.nobody('PUT', path, whole)).status).toBe(401)
  })

  test('plan the next digest: Friday 08:30 in Berlin is past, so Monday', async () => {
    await t.bob('PUT', path, whole)
    const [row] = await t.app.db.read.select().from(notification_prefs)
    expect(row?.digest_at).toBe('2026-05-04T06:30:00.000Z')
    await t.bob('PUT', path, { ...whole, digest: { ...whole.digest, enabled: false } })
    const [off] = await t.app.db.read.select().from(notification_prefs)
    expect(off?.digest_at).toBeNull()
  })

  const quiet = (more: object) => ({ quiet_hours: { ...whole.quiet_hours, ...more } })
  const digest = (more: object) => ({ digest: { ...whole.digest, ...more } })
  const rule = (more: object) => ({ rules: [{ delay_s: 0, contact_id: 'email', ...more }] })
  test.each<[string, object, string]>([
    ['a type that there is not', { matrix: { coffee_ready: { feed: true } } }, 'matrix.coffee_ready'],
    ['a way that there is not', { matrix: { incident_opened: { pigeon: true } } }, 'matrix.incident_opened.pigeon'],
    ['a word for yes', { matrix: { incident_opened: { feed: 'yes' } } }, 'matrix.incident_opened.feed'],
    ['a matrix that is none', { matrix: [] }, 'matrix'],
    ['a contact that there is not', rule({ contact_id: 'nope' }), 'rules.0.contact_id'],
    ['a device that there is not', rule({ contact_id: 'push:nope' }), 'rules.0.contact_id'],
    ['a delay of more than a day', rule({ delay_s: 86_401 }), 'rules.0.delay_s'],
    ['a delay before the page', rule({ delay_s: -1 }), 'rules.0.delay_s'],
    ['a severity that there is not', rule({ severities: ['awful'] }), 'rules.0.severities.0'],
    ['a rule with more than it has', rule({ color: 'red' }), 'rules.0.color'],
    ['too many rules', { rules: Array(21).fill({ delay_s: 0, contact_id: 'email' }) }, 'rules'],
    ['a zone that there is not', quiet({ timezone: 'Mars/Olympus' }), 'quiet_hours.timezone'],
    ['an hour that there is not', quiet({ from: '24:00' }), 'quiet_hours.from'],
    ['a time without minutes', quiet({ to: '7' }), 'quiet_hours.to'],
    ['an eighth day', quiet({ days: [8] }), 'quiet_hours.days.0'],
    ['a day twice', quiet({ days: [1, 1] }), 'quiet_hours.days'],
    ['quiet hours without a day', quiet({ days: [] }), 'quiet_hours.days'],
    ['a digest at no time', digest({ time: '8:30' }), 'digest.time'],
    ['a digest without a day', digest({ days: [] }), 'digest.days'],
    ['a digest in no zone', digest({ timezone: '' }), 'digest.timezone'],
    ['a part missing', { digest: undefined }, 'digest'],
    ['a part of a part missing', quiet({ critical_exempt: undefined }), 'quiet_hours.critical_exempt'],
    ['an unknown part', { music: true }, 'music'],
  ])('with %s are refused and the field is named', async (_, more, field) => {
    const { status, body } = await t.bob('PUT', path, { ...whole, ...more })
    expect([status, Object.keys(body.details?.fields ?? {})]).toEqual([422, [field]])
    expect(await t.app.db.read.select().from(notification_prefs)).toEqual([])
  })

  test('name one’s own ways, and nobody else’s', async () => {
    const [mine, theirs] = [await wayOf(t.people.bob.id), await wayOf(t.people.carol.id)]
    const device = {
      id: 'd1',
      user_id: t.people.bob.id,
      platform: 'web' as const,
      name: 'Laptop',
      hash: 'x',
      sealed: 'x',
    }
    await t.app.db.tx((tx) => tx.insert(push_tokens).values({ ...device, created_at: isoAt(t.clock.now()) }))
    const put = (...ids: string[]) =>
      t.bob('PUT', path, { ...whole, rules: ids.map((contact_id) => ({ delay_s: 0, contact_id })) })
    expect((await put(mine, 'push:d1', 'email', 'push')).status).toBe(200)
    const { status, body } = await put(mine, theirs)
    expect([status, Object.keys(body.details.fields)]).toEqual([422, ['rules.1.contact_id']])
  })

  test('go with whoever leaves the workspace', async () => {
    await t.bob('PUT', path, whole)
    await t.alice('DELETE', `/members/${t.people.bob.id}`)
    expect(await t.app.db.read.select().from(notification_prefs)).toEqual([])
  })
})
