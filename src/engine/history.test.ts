import { afterEach, beforeEach, expect, test } from 'bun:test'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type History, openHistory } from '#engine/history'
import { logTo } from '#kernel/log'
import type { Verdict } from '#probes/define'
import { createTestClock, type TestClock } from '../../test/clock'

const START = Date.parse('2026-05-01T00:00:00.000Z')
const HOUR = 3_600_000
const DAY = 24 * HOUR
let folder: string
let clock: TestClock
let history: History
let lines: string[]

const open = (keep_days = 30) =>
  openHistory(join(folder, 'history.db'), {
    clock,
    log: logTo((line) => lines.push(line), 'info', clock.now),
    keep_days,
    durable: false,
  })
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'xinex-history-'))
  clock = createTestClock(START)
  lines = []
  history = open()
})
afterEach(() => {
  history.close()
  rmSync(folder, { recursive: true, force: true })
})

const up = (response_time_ms: number): Verdict => ({ status: 'up', message: '200 OK', response_time_ms })
const down: Verdict = { status: 'down', reason: 'status', message: '503 Service Unavailable', response_time_ms: 3 }
/** One check a minute, written every ten. */
async function minutes(count: number, verdict: (minute: number) => Verdict, monitor = 1) {
  for (let minute = 0; minute < count; minute++) {
    history.append(monitor, clock.now(), verdict(minute))
    await clock.advance(60_000)
    if (minute % 10 === 9) history.flush()
  }
  history.flush()
}

test('checks are listed newest first, by page and by status, also over hours and a restart', async () => {
  await minutes(150, (minute) => (minute % 50 === 49 ? down : up(20 + minute / 10)))
  const look = () => {
    expect(history.results(1, { page: 1, per_page: 2 })).toEqual({
      total: 150,
      items: [
        {
          checked_at: '2026-05-01T02:29:00.000Z',
          status: 'down',
          response_time_ms: 3,
          reason: 'status',
          message: '503 Service Unavailable',
        },
        { checked_at: '2026-05-01T02:28:00.000Z', status: 'up', response_time_ms: 34.8, reason: null, message: null },
      ],
    })
    const last = history.results(1, { page: 15, per_page: 10 })
    expect(last.items).toHaveLength(10)
    expect(last.items.at(-1)).toMatchObject({ checked_at: '2026-05-01T00:00:00.000Z', response_time_ms: 20 })
    expect(history.results(1, { page: 16, per_page: 10 }).items).toEqual([])
    const failed = history.results(1, { page: 1, per_page: 10 }, 'down')
    expect(failed.total).toBe(3)
    expect(failed.items.map(({ checked_at }) => checked_at.slice(11, 16))).toEqual(['02:29', '01:39', '00:49'])
    expect(history.results(2, { page: 1, per_page: 10 })).toEqual({ items: [], total: 0 })
  }
  look()
  history.close()
  history = open()
  look()
  expect(history.latest(1)?.checked_at).toBe('2026-05-01T02:29:00.000Z')
})

test('killed, nothing that was written is lost and nothing is counted twice', async () => {
  await minutes(100, () => up(10))
  // No close: a second program opens what the first one left.
  history = open()
  expect(history.results(1, { page: 1, per_page: 1 }).total).toBe(100)
  await minutes(60, () => up(10))
  history.flush()
  history = open()
  expect(history.results(1, { page: 1, per_page: 1 }).total).toBe(160)
})

test('response times come in buckets with percentiles, without the failures', async () => {
  await minutes(120, (minute) => (minute % 10 === 0 ? down : up(minute < 60 ? 50 : 100)))
  const hour = history.responseTimes([1], '1h')
  expect(hour.bucket_s).toBe(60)
  expect(hour.buckets).toHaveLength(60)
  expect(hour.totals.count).toBe(54)
  const day = history.responseTimes([1], '24h')
  expect(day.buckets).toHaveLength(288)
  expect(day.totals).toMatchObject({ count: 108, p50_ms: expect.closeTo(50, 0) })
  expect(day.totals.p95_ms! / 100).toBeCloseTo(1, 1)
  expect(day.buckets.filter(({ count }) => count > 0)).toHaveLength(24)
  expect(day.buckets[0]).toMatchObject({ count: 0, p50_ms: null, min_ms: null, avg_ms: null })
  for (const range of ['7d', '30d', '90d'] as const) {
    const { totals, buckets } = history.responseTimes([1], range)
    expect([range, totals.count]).toEqual([range, 108])
    expect(buckets.length).toBeLessThanOrEqual(2_000)
  }
})

test('a page of monitors gets its hourly medians in one go', async () => {
  for (let minute = 0; minute < 180; minute++) {
    for (let monitor = 1; monitor <= 5; monitor++) history.append(monitor, clock.now(), up(monitor * 10))
    await clock.advance(60_000)
    history.flush()
  }
  const page = [[1], [2], [3], [9]]
  const found = history.hourly(page)
  expect(found[1]!.response.slice(-4)).toEqual([20, 20, 20, null])
  expect(found[1]!.p95_ms).toBe(20)
  expect(found[3]).toEqual({ response: Array(24).fill(null), p95_ms: null })
  expect(history.p95([1, 2, 3])! / 30).toBeCloseTo(1, 1)
  // Asked again and again while time goes on, it is what somebody sees who asks for the first time.
  for (let minute = 0; minute < 90; minute++) {
    history.append(2, clock.now(), up(400))
    await clock.advance(60_000)
    history.flush()
    history.hourly([[2]])
  }
  expect(history.hourly([[2]])[0]!.response.slice(-5)).toEqual([20, 20, 20, 400, 400])
  const kept = history.hourly(page)
  history.close()
  history = open()
  expect(kept).toEqual(history.hourly(page))
})

test('checks older than the retention go, a day at a time, and their figures stay', async () => {
  history.close()
  history = open(2)
  await minutes(4 * 24 * 60, () => up(25))
  await history.retain()
  const { total, items } = history.results(1, { page: 1, per_page: 1 })
  expect(items[0]!.checked_at.slice(0, 10)).toBe('2026-05-04')
  expect(total).toBe(2 * 24 * 60)
  expect(history.responseTimes([1], '30d').totals.count).toBe(4 * 24 * 60)
})

test('a stored check costs less than 25 bytes fresh and about six packed', async () => {
  const size = () =>
    ['history.db', 'history.db-wal'].reduce(
      (sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
      0,
    )
  history.close()
  const empty = size()
  history = open()
  for (let monitor = 1; monitor <= 500; monitor++)
    for (let minute = 0; minute < 60; minute++)
      history.append(monitor, START + minute * 60_000 + monitor, up(20 + (monitor % 80)))
  history.flush()
  history.close()
  expect((size() - empty) / 30_000).toBeLessThan(25)
  await clock.advance(2 * HOUR)
  history = open()
  history.flush()
  history.close()
  history = open()
  history.flush()
  const packed = history.results(1, { page: 1, per_page: 100 })
  expect(packed.total).toBe(60)
  expect(readdirSync(folder).some((name) => name.includes('damaged'))).toBe(false)
})

test('a file that is no database is set aside, and monitoring goes on with a new one', () => {
  history.close()
  for (const end of ['', '-wal', '-shm']) rmSync(join(folder, `history.db${end}`), { force: true })
  writeFileSync(join(folder, 'history.db'), 'this is not a database, whatever its name says. '.repeat(100))
  history = open()
  history.append(1, START, up(5))
  history.flush()
  expect(history.state()).toBe('ok')
  expect(history.results(1, { page: 1, per_page: 10 }).total).toBe(1)
  expect(readdirSync(folder).some((name) => name.includes('damaged'))).toBe(true)
})

test('closed is closed: nothing opens the file again', async () => {
  history.close()
  rmSync(join(folder, 'history.db'))
  await clock.advance(20_000)
  history.flush()
  history.close()
  expect(existsSync(join(folder, 'history.db'))).toBe(false)
})

test('a history that cannot be written says so, forgets nothing recent, and recovers by itself', async () => {
  history.close()
  rmSync(join(folder, 'history.db'))
  const real = join(folder, 'not', 'there', 'history.db')
  history = openHistory(real, {
    clock,
    log: logTo((line) => lines.push(line), 'info', clock.now),
    keep_days: 30,
    durable: false,
  })
  expect(history.state()).toBe('failing')
  history.append(1, clock.now(), up(5))
  history.flush()
  expect(history.results(1, { page: 1, per_page: 10 }).total).toBe(1)
  mkdirSync(join(folder, 'not', 'there'), { recursive: true })
  await clock.advance(20_000)
  history.flush()
  expect(history.state()).toBe('ok')
  history.close()
  history = openHistory(real, { clock, log: logTo(() => {}, 'error', clock.now), keep_days: 30, durable: false })
  expect(history.results(1, { page: 1, per_page: 10 }).total).toBe(1)
})

test('a deleted monitor leaves no figures', async () => {
  await minutes(DAY / 60_000 / 8, () => up(5))
  history.forget([1])
  expect(history.responseTimes([1], '90d').totals.count).toBe(0)
})
