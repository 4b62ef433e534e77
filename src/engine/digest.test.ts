import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eq } from 'drizzle-orm'
import type { Digest } from '#contract/oncall'
import { deliveries } from '#db/schema/engine'
import { notification_prefs } from '#db/schema/notification-prefs'
import { memberships } from '#db/schema/tenants'
import { createDigests, type DigestLetter } from '#engine/digest'
import { nextDigest } from '#engine/digest-time'
import { postFeed } from '#engine/feed'
import { isoAt } from '#kernel/clock'
import { defaultPrefs } from '#oncall/prefs'
import { type Booted, boot, START } from '../../test/boot'
import { withMail } from '../../test/mailbox'

const DAY = 86_400_000
const daily: Digest = { enabled: true, timezone: 'Europe/Berlin', time: '08:00', days: [1, 2, 3, 4, 5, 6, 7] }
const next = (digest: Digest, after: string) => {
  const at = nextDigest(digest, Date.parse(after))
  return at === null ? null : isoAt(at)
}

describe('the next digest', () => {
  test.each<[string, Partial<Digest>, string, string | null]>([
    ['comes later today', {}, '2026-05-01T05:00:00Z', '2026-05-01T06:00:00.000Z'],
    ['is strictly later', {}, '2026-05-01T06:00:00Z', '2026-05-02T06:00:00.000Z'],
    ['stays at its time when summer begins', {}, '2026-03-28T12:00:00Z', '2026-03-29T06:00:00.000Z'],
    ['stays at its time when summer ends', {}, '2026-10-24T12:00:00Z', '2026-10-25T07:00:00.000Z'],
    ['comes after the hour that is left out', { time: '02:30' }, '2026-03-28T12:00:00Z', '2026-03-29T01:00:00.000Z'],
    [
      'comes the first time of the hour that is there twice',
      { time: '02:30' },
      '2026-10-24T12:00:00Z',
      '2026-10-25T00:30:00.000Z',
    ],
    ['comes once that day', { time: '02:30' }, '2026-10-25T00:30:00Z', '2026-10-26T01:30:00.000Z'],
    ['waits for its day: Friday to Monday', { days: [1] }, '2026-05-01T12:00:00Z', '2026-05-04T06:00:00.000Z'],
    ['waits a week when today has passed', { days: [5] }, '2026-05-01T12:00:00Z', '2026-05-08T06:00:00.000Z'],
    ['never comes without a day', { days: [] }, '2026-05-01T12:00:00Z', null],
  ])('%s', (_, more, after, at) => {
    expect(next({ ...daily, ...more }, after)).toBe(at)
  })
})

describe('a digest', () => {
  let t: Booted
  let letters: DigestLetter[]
  const run = (fails = false) =>
    createDigests({
      app: t.app,
      send: async (_, letter) => {
        if (fails) throw new Error('the disk is full')
        letters.push(letter)
      },
    }).run()
  const post = (title: string) =>
    t.app.db.tx((db) =>
      postFeed(db, {
        ...{ tenant_id: t.tenants.acme.id, type: 'incident_opened', title, body: '', path: '/', data: {} },
        at: isoAt(t.clock.now()),
      }),
    )
  const wish = (digest: Partial<Digest> = {}) =>
    t.bob('PUT', '/users/me/notification-prefs', { ...defaultPrefs('UTC'), digest: { ...daily, ...digest } })
  const dueAt = async () => (await t.app.db.read.select().from(notification_prefs))[0]?.digest_at
  beforeEach(async () => {
    letters = []
    // Friday, 14:00 in Berlin.
    t = await boot({ start: false })
  })
  afterEach(() => t.stop())

  test('tells once a day what has not been read', async () => {
    await post('before they wished for one')
    await wish()
    await post('one')
    await post('two')
    expect([await run(), letters]).toEqual([0, []])
    await t.advance(18 * 3_600_000)
    expect(await run()).toBe(1)
    expect(letters).toEqual([
      {
        ...{ tenant_id: t.tenants.acme.id, user_id: t.people.bob.id, title: 'Acme: 2 unread notifications' },
        ...{ body: '2026-05-01 14:00  two\n2026-05-01 14:00  one', at: '2026-05-02T06:00:00.000Z' },
        url: expect.stringMatching(/\/notifications$/),
      },
    ])
    expect(await run()).toBe(0)
    expect(await dueAt()).toBe('2026-05-03T06:00:00.000Z')
  })

  test('tells nothing twice, and nothing that was read', async () => {
    await wish()
    await post('one')
    await t.advance(DAY)
    await run()
    await post('two')
    const { items } = (await t.bob('GET', '/notifications/feed')).body
    await post('three')
    await t.bob('POST', `/notifications/feed/${items[0].id}/read`)
    await t.advance(DAY)
    await run()
    expect(letters.map(({ body }) => body.replace(/\S+ \S+ {2}/g, ''))).toEqual(['one', 'three'])
  })

  test('of nothing is not sent', async () => {
    await wish()
    await t.advance(DAY)
    expect([await run(), letters]).toEqual([1, []])
    expect(await dueAt()).toBe('2026-05-03T06:00:00.000Z')
  })

  test('that was due while nobody was there to send it comes once, with all there is', async () => {
    await wish()
    for (const title of ['one', 'two', 'three']) {
      await post(title)
      await t.advance(DAY)
    }
    expect([await run(), await run()]).toEqual([1, 0])
    expect(letters.map(({ title }) => title)).toEqual(['Acme: 3 unread notifications'])
    expect(await dueAt()).toBe('2026-05-05T06:00:00.000Z')
  })

  test('that could not be queued is due again', async () => {
    await wish()
    await post('one')
    await t.advance(DAY)
    await run(true)
    expect(await dueAt()).toBe('2026-05-02T06:00:00.000Z')
    await run()
    expect(letters).toHaveLength(1)
  })

  test('asked for twice at the same moment is sent once', async () => {
    await wish()
    await post('one')
    await t.advance(DAY)
    await Promise.all([run(), run(), run()])
    expect(letters).toHaveLength(1)
  })

  test('names the newest twenty and how many more there are', async () => {
    await wish()
    for (let i = 0; i < 25; i++) await post(`number ${i}`)
    await t.advance(DAY)
    await run()
    const lines = letters[0]?.body.split('\n') ?? []
    expect([lines.length, lines[0], lines[20]]).toEqual([21, expect.stringContaining('number 24'), 'and 5 more'])
  })

  test('goes to nobody who has left, nor to who wants none any more', async () => {
    await wish()
    await post('one')
    await t.app.db.tx((tx) => tx.delete(memberships).where(eq(memberships.user_id, t.people.bob.id)))
    await t.advance(DAY)
    expect([await run(), letters]).toEqual([1, []])
    await t.carol('PUT', '/users/me/notification-prefs', { ...defaultPrefs('UTC'), digest: daily })
    await t.carol('PUT', '/users/me/notification-prefs', {
      ...defaultPrefs('UTC'),
      digest: { ...daily, enabled: false },
    })
    await t.app.db.tx((tx) => tx.delete(notification_prefs).where(eq(notification_prefs.user_id, t.people.bob.id)))
    await t.advance(DAY)
    expect(await run()).toBe(0)
  })
})

test('a digest that came due while the server was off arrives by mail after the start, and once', async () => {
  const data = mkdtempSync(join(tmpdir(), 'xinex-'))
  const before = await boot({ data })
  const prefs = { ...defaultPrefs('UTC'), digest: { ...daily, timezone: 'UTC' } }
  await before.bob('PUT', '/users/me/notification-prefs', prefs)
  await before.alice('POST', '/incidents', { title: 'Shop is slow' })
  await before.appliance.idle()
  await before.stop()
  for (const now of [START + DAY, START + DAY + 60_000]) {
    const mail = await withMail({ data, now })
    await mail.t.advance(60_000)
    const letters = (await mail.letters('bob@example.test')).filter(({ subject }) => subject?.includes('unread'))
    const first = now === START + DAY
    expect(letters.map(({ subject }) => subject)).toEqual(first ? ['Acme: 1 unread notification'] : [])
    if (first) expect(letters[0]?.text).toContain('Shop is slow')
    const queued = await mail.t.app.db.read.select().from(deliveries).where(eq(deliveries.event, 'digest'))
    expect(queued).toHaveLength(1)
    await mail.stop()
  }
  rmSync(data, { recursive: true, force: true })
})
