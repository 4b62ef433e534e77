import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { blind_periods } from '#db/schema/engine'
import { isoAt } from '#kernel/clock'
import { type Booted, boot, START } from '../../../test/boot'
import { hours, make, minutes, often, PERIOD, ping } from './heartbeats.fixtures'
import { judgeSlots, type Slot } from './slots'

/** Nothing runs by itself: time costs nothing, and what the calendar says comes from what was reported. */
let t: Booted
beforeEach(async () => {
  t = await boot({ start: false })
})
afterEach(() => t.stop())
const until = (text: string) => t.clock.advance(Date.parse(text) - t.clock.now())
const nightly = { kind: 'cron', cron: '0 3 * * *', timezone: 'Europe/Berlin' }
type Day = { date: string; expected: number }
type Slots = { expected_at: string; status: string; run_at: string | null }
const calendarOf = async ({ id }: { id: string }, query = '') => {
  const { status, body } = await t.bob('GET', `/heartbeats/${id}/calendar${query}`)
  expect([status, body.details]).toEqual([200, undefined])
  return body as { timezone: string; days: Day[]; slots: Slots[] }
}

describe('the calendar', () => {
  test('says of each day what was expected and what became of it', async () => {
    const one = await make(t, { schedule: { ...nightly, only: { except: ['05-06'] } }, grace_s: 3_600 })
    await ping(t, one)
    // Three in the morning in Berlin is one o'clock UTC in summer.
    await until('2026-05-02T01:05:00Z')
    await ping(t, one)
    await until('2026-05-03T00:59:00Z')
    await ping(t, one, '/start')
    await until('2026-05-03T03:30:00Z')
    await ping(t, one)
    await until('2026-05-04T01:10:00Z')
    await ping(t, one, '/fail')
    await until('2026-05-05T06:00:00Z')
    await ping(t, one)
    await until('2026-05-07T01:30:00Z')
    const { timezone, days, slots } = await calendarOf(one, '?from=2026-05-01&until=2026-05-07')
    expect(timezone).toBe('Europe/Berlin')
    const nothing = { expected: 0, ok: 0, failed: 0, missed: 0, off: false }
    expect(days as object[]).toEqual([
      { date: '2026-05-01', ...nothing },
      { date: '2026-05-02', ...nothing, expected: 1, ok: 1 },
      { date: '2026-05-03', ...nothing, expected: 1, ok: 1 },
      { date: '2026-05-04', ...nothing, expected: 1, failed: 1 },
      { date: '2026-05-05', ...nothing, expected: 1, missed: 1 },
      { date: '2026-05-06', ...nothing, off: true },
      { date: '2026-05-07', ...nothing, expected: 1 },
    ])
    expect(slots).toEqual([
      { expected_at: '2026-05-02T01:00:00.000Z', status: 'ok', run_at: '2026-05-02T01:05:00.000Z' },
      { expected_at: '2026-05-03T01:00:00.000Z', status: 'ok', run_at: '2026-05-03T00:59:00.000Z' },
      { expected_at: '2026-05-04T01:00:00.000Z', status: 'failed', run_at: '2026-05-04T01:10:00.000Z' },
      { expected_at: '2026-05-05T01:00:00.000Z', status: 'missed', run_at: '2026-05-05T06:00:00.000Z' },
      { expected_at: '2026-05-07T01:00:00.000Z', status: 'pending', run_at: null },
    ])
  })

  test('excuses what nobody could report: before the first ping, while paused, and while we were away', async () => {
    const one = await make(t, { schedule: nightly, grace_s: 3_600 })
    await until('2026-05-02T12:00:00Z')
    await ping(t, one)
    await until('2026-05-03T12:00:00Z')
    await t.alice('POST', `/heartbeats/${one.id}/pause`)
    await until('2026-05-04T12:00:00Z')
    await t.alice('POST', `/heartbeats/${one.id}/resume`)
    await ping(t, one)
    await t.app.db.tx((tx) =>
      tx.insert(blind_periods).values({
        ...{ from: '2026-05-05T00:00:00.000Z', until: '2026-05-05T01:30:00.000Z', cause: 'off' as const, message: 'x' },
      }),
    )
    await until('2026-05-05T12:00:00Z')
    const { days, slots } = await calendarOf(one)
    expect(slots.map(({ status }) => status)).toEqual(['excused', 'missed', 'excused', 'excused'])
    expect(days.reduce((sum, { expected }) => sum + expected, 0)).toBe(1)
    expect([days.length, days.at(-1)?.date]).toEqual([35, '2026-05-05'])
  })

  test('judges the days before an edit by the schedule of that time', async () => {
    const one = await make(t, { schedule: nightly })
    await ping(t, one)
    await until('2026-05-03T22:00:00Z')
    await t.alice('PUT', `/heartbeats/${one.id}`, { name: 'Same schedule' })
    await t.alice('PUT', `/heartbeats/${one.id}`, { schedule: { ...nightly, cron: '0 */6 * * *' } })
    await until('2026-05-04T21:00:00Z')
    const { days } = await calendarOf(one, '?from=2026-05-02&until=2026-05-04')
    expect(days.map(({ expected }) => expected)).toEqual([1, 1, 4])
  })

  test('of an interval counts what ran', async () => {
    const one = await make(t, { schedule: { ...often, timezone: 'UTC' } })
    for (const rest of ['', '/fail', '']) {
      await ping(t, one, rest)
      await t.clock.advance(minutes(5))
    }
    const { days, slots } = await calendarOf(one, '?from=2026-05-01&until=2026-05-01')
    expect([days as object[], slots]).toEqual([
      [{ date: '2026-05-01', expected: 3, ok: 2, failed: 1, missed: 0, off: false }],
      [],
    ])
  })

  test('has days of 23 and 25 hours where the clocks change', async () => {
    const one = await make(t, { schedule: { ...nightly, cron: '30 * * * *' } })
    await ping(t, one)
    const { days } = await calendarOf(one, '?from=2026-10-24&until=2026-10-26')
    expect(days.map(({ date, expected }) => [date, expected])).toEqual([
      ['2026-10-24', 24],
      ['2026-10-25', 25],
      ['2026-10-26', 24],
    ])
  })

  test.each([
    '?from=x',
    '?from=2026-02-30',
    '?from=2026-05-02&until=2026-05-01',
    '?from=2026-01-01&until=2026-05-01',
    '?until=9999-01-01',
  ])('of no days, %s, is refused', async (query) => {
    const { id } = await make(t)
    expect((await t.bob('GET', `/heartbeats/${id}/calendar${query}`)).status).toBe(422)
  })

  test('of every minute of two months shows the last thousand, and all in the sums', async () => {
    const one = await make(t, { schedule: { kind: 'cron', cron: '* * * * *', timezone: 'UTC' } })
    await ping(t, one)
    await until('2026-06-30T00:00:00Z')
    const { days, slots } = await calendarOf(one, '?from=2026-05-01&until=2026-06-29')
    expect([days.length, slots.length, days[30]?.expected]).toEqual([60, 1_000, 1_440])
    expect(slots.at(-1)?.expected_at).toBe('2026-06-29T23:59:00.000Z')
  })
})

describe('slots', () => {
  const nothing = { runs: [], open: [], resting: [], blind: [], now: 1_000_000 }
  const slot = (expected: number, next = expected + 100): Slot => ({ expected, deadline: expected + 30, next })
  const run = (began: number, ended = began, ok = true) => ({ ok, began, ended })
  const statuses = (slots: Slot[], past: Partial<typeof nothing> & object) =>
    judgeSlots(slots, { ...nothing, ...past }).map(({ status }) => status)

  test('one run that goes on over several of them counts for each', () => {
    expect(statuses([slot(0), slot(100), slot(200)], { runs: [run(10, 220)] as never[] })).toEqual(['ok', 'ok', 'ok'])
  })
  test('a run before its time does not count, one at the deadline does, one after it does not', () => {
    const slots = [slot(0), slot(100), slot(200)]
    expect(statuses(slots, { runs: [run(99), run(130), run(231)] as never[] })).toEqual(['missed', 'ok', 'missed'])
  })
  test('a good run makes up for one that failed, in time', () => {
    expect(statuses([slot(0)], { runs: [run(5, 6, false), run(20)] as never[] })).toEqual(['ok'])
    expect(statuses([slot(0)], { runs: [run(5, 6, false), run(40)] as never[] })).toEqual(['failed'])
  })
  test('while it runs, nothing is decided', () => {
    expect(statuses([slot(0)], { open: [20] as never[] })).toEqual(['pending'])
    expect(statuses([slot(0)], { now: 29 })).toEqual(['pending'])
    expect(statuses([slot(0)], { now: 30 })).toEqual(['missed'])
  })
})

describe('uptime', () => {
  test('is the share of the time it was listened to, from the exact times of its changes', async () => {
    const one = await make(t)
    await t.clock.advance(hours(1))
    await ping(t, one)
    await t.clock.advance(hours(3))
    await ping(t, one, '/fail')
    await until('2026-05-02T02:00:00Z')
    await ping(t, one)
    await until('2026-05-02T06:00:00Z')
    await t.alice('POST', `/heartbeats/${one.id}/pause`)
    await until('2026-05-02T12:00:00Z')
    const { body } = await t.bob('GET', `/heartbeats/${one.id}/uptime?days=3`)
    // From one o'clock it was up for 3 hours, then down until midnight; on the next day down for 2, up for 4, paused for 6.
    expect(body.days).toEqual([
      { date: '2026-04-30', uptime: null, down_s: 0, paused_s: 0, outages: 0 },
      { date: '2026-05-01', uptime: 3 / 11, down_s: 8 * 3_600, paused_s: 0, outages: 1 },
      { date: '2026-05-02', uptime: 4 / 6, down_s: 2 * 3_600, paused_s: 6 * 3_600, outages: 0 },
    ])
    expect(body).toMatchObject({ uptime: 7 / 17, down_s: 10 * 3_600, outages: 1 })
    expect((await t.bob('GET', `/heartbeats/${one.id}/uptime?days=401`)).status).toBe(422)
  })
})

describe('a preview', () => {
  const preview = (body: object) => t.bob('POST', '/heartbeats/preview', body)

  test('says when the next ten runs are expected, on the clocks of the zone, over a change of the clocks too', async () => {
    const schedule = { ...nightly, cron: '15 3 * * *' }
    const { status, body } = await preview({ schedule, grace_s: 600, max_runtime_s: 60, from: '2026-10-23T12:00:00Z' })
    expect([status, body.next.length, typeof body.words]).toEqual([200, 10, 'string'])
    expect(body.next.slice(0, 2)).toEqual([
      {
        ...{ expected_at: '2026-10-24T01:15:00.000Z', deadline_at: '2026-10-24T01:25:00.000Z' },
        ...{ ends_by: '2026-10-24T01:26:00.000Z', local: '2026-10-24 03:15 CEST' },
      },
      {
        ...{ expected_at: '2026-10-25T02:15:00.000Z', deadline_at: '2026-10-25T02:25:00.000Z' },
        ...{ ends_by: '2026-10-25T02:26:00.000Z', local: '2026-10-25 03:15 CET' },
      },
    ])
  })

  test('begins now, in the zone of the workspace, unless told otherwise', async () => {
    await t.alice('PUT', '/tenant', { timezone: 'America/New_York' })
    const { body } = await preview({ schedule: { kind: 'interval', every_s: 600 } })
    expect(body.next[0]).toMatchObject({ expected_at: isoAt(START + PERIOD), local: '2026-05-01 08:10 EDT' })
  })

  test('of what is no schedule names what is wrong with it', async () => {
    const { status, body } = await preview({ schedule: { kind: 'cron', cron: '0 0 31 2 *', timezone: 'UTC' } })
    expect([status, Object.keys(body.details.fields)]).toEqual([422, ['schedule.cron']])
    expect((await preview({ schedule: { kind: 'interval' } })).body.details.fields).toEqual({
      'schedule.every_s': 'is required',
    })
    expect((await preview({})).status).toBe(422)
  })
})
