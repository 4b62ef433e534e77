import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { type History, openHistory } from '#engine/history'
import { openTables } from '#engine/history-tables'
import { seriesOf } from '#engine/series'
import { logTo } from '#kernel/log'
import type { Verdict } from '#probes/define'
import { createTestClock, type TestClock } from '../../test/clock'

const START = Date.parse('2026-05-01T00:00:00.000Z')
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
let folder: string
let clock: TestClock
let history: History
let lines: string[]

const file = () => join(folder, 'history.db')
function open({ keep_days = 30, figures_days = 3_650 } = {}) {
  const log = logTo((line) => lines.push(line), 'info', clock.now)
  history = openHistory(file(), { clock, log, keep_days, figures_days, durable: false })
  history.groupBy(() => 'acme')
  return history
}
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'xinex-long-'))
  clock = createTestClock(START)
  lines = []
  open()
})
afterEach(() => {
  history.close()
  expect(lines).toEqual([])
  rmSync(folder, { recursive: true, force: true })
})

const phases = { dns_ms: 0.4, connect_ms: 12, tls_ms: 25, first_byte_ms: 40.5, transfer_ms: 2 }
const up = (response_time_ms = 80): Verdict => ({ status: 'up', message: '', response_time_ms, phases })
const days = (from: number, until: number) => ({ from: from / HOUR, until: until / HOUR, bucket: 24 }) as const
/** A check every few minutes until then. */
async function checks(until: number, distance_ms: number, series = [1], verdict: (at: number) => Verdict = () => up()) {
  for (; clock.now() < until; await clock.advance(distance_ms)) {
    for (const one of series) history.append(one, clock.now(), verdict(clock.now()))
    history.flush()
  }
}

test('where the time went is kept: over a kill, over packing, and longer than single checks', async () => {
  const slower = { ...phases, tls_ms: 45 }
  await checks(START + 2 * HOUR, MINUTE, [1], (at) => (at < START + HOUR ? up() : { ...up(), phases: slower }))
  const look = () => {
    const { buckets } = history.responseTimes([1], '24h')
    const told = buckets.filter((bucket) => bucket.phases)
    expect(told).toHaveLength(24)
    expect(told[0]!.phases).toEqual(phases)
    expect(told.at(-1)!.phases).toEqual(slower)
    const fine = history.responseTimes([1], '1h').buckets.filter((bucket) => bucket.count > 0)
    expect(fine.every((bucket) => bucket.phases?.tls_ms === 45)).toBe(true)
  }
  look()
  // Killed: nothing is closed, a second program opens what the first one left.
  open()
  look()
  await clock.advance(2 * HOUR)
  for (let i = 0; i < 3; i++) history.flush()
  const packed = history.responseTimes([1], '24h').buckets.flatMap((bucket) => bucket.phases?.tls_ms ?? [])
  expect(packed).toEqual([...Array(12).fill(25), ...Array(12).fill(45)])
  await clock.advance(40 * DAY)
  await history.retain()
  expect(history.results(1, { page: 1, per_page: 1 }).items).toEqual([])
  const hours = history.responseTimes([1], '90d').buckets.filter((bucket) => bucket.count > 0)
  expect(hours.map((bucket) => [bucket.count, bucket.phases])).toEqual([[120, { ...phases, tls_ms: 35 }]])
})

test('phases that did not happen are absent, and answers without any change nothing', async () => {
  for (let i = 0; i < 10; i++) {
    history.append(1, clock.now(), { ...up(), phases: { connect_ms: 10 } })
    history.append(2, clock.now(), { status: 'up', message: '', response_time_ms: 5 })
    history.append(3, clock.now(), { status: 'down', message: 'x', response_time_ms: 5, phases: { connect_ms: 10 } })
    await clock.advance(MINUTE)
  }
  const told = (series: number[]) =>
    history.responseTimes(series, '24h').buckets.flatMap((bucket) => bucket.phases ?? [])
  expect(told([1])).toEqual(Array(told([1]).length).fill({ connect_ms: 10 }))
  expect(told([1, 2])).toEqual(told([1]))
  expect([told([2]), told([3])]).toEqual([[], []])
})

test('a check costs less than 25 bytes fresh and less than 6 packed, with its phases', async () => {
  const pages = () => {
    const tables = openTables(file(), false)
    const count = Number(tables.rows('select * from pragma_page_count')[0]?.[0])
    tables.close()
    return count * 4_096
  }
  const empty = pages()
  const series = 300
  for (let minute = 0; minute < 60; minute++) {
    for (let one = 1; one <= series; one++) {
      const at = START + minute * MINUTE + one * 200 + ((one * minute) % 11)
      history.append(one, at, up(60 + ((one * 7 + minute * 3) % 40) / 10))
    }
    await clock.advance(MINUTE)
    history.flush()
  }
  expect((pages() - empty) / (series * 60)).toBeLessThan(25)
  await clock.advance(HOUR)
  for (let i = 0; i < 4; i++) history.flush()
  const tables = openTables(file(), false)
  const sql = 'select sum(length(bytes) + length(phases)), sum(n) from checks_20260501'
  const [bytes, count] = tables.rows(sql)[0]!.map(Number)
  expect(tables.names('fresh_')).toEqual([])
  tables.close()
  expect(count).toBe(series * 60)
  expect(bytes! / count!).toBeLessThan(6)
})

test('a file of the version before can be read, and is gone on with', async () => {
  history.close()
  for (const end of ['', '-wal', '-shm']) rmSync(file() + end, { force: true })
  // As its tables were, with an hour that is packed and one that is not.
  const old = new Database(file())
  old.exec(`create table messages (id integer primary key, reason text, message text not null, day integer not null);
    create table hours (monitor integer not null, hour integer not null, up integer not null, degraded integer not null,
      down integer not null, unknown integer not null, median integer, hist blob not null, primary key (monitor, hour)) without rowid;
    create table checks_20260501 (monitor integer, hour integer, n integer, bytes blob, primary key (monitor, hour)) without rowid;
    create table recent_${START / HOUR + 1} (monitor integer, at integer, ms integer, code integer);
    insert into messages values (1, 'timeout', 'no answer in time', ${START / DAY})`)
  // 500 ms after the hour 12.3 ms and up; a minute later no time, down with the first message.
  const bytes = Buffer.from([0xf4, 0x03, 0x7c, 0x00, 0xe0, 0xd4, 0x03, 0x00, 0x06])
  old.prepare('insert into checks_20260501 values (1, ?, 2, ?)').run([START / HOUR, bytes])
  // Sum, least and greatest 12.3 ms, one in the bucket 121.
  const hist = Buffer.from([0x7b, 0x7b, 0x7b, 0x79, 0x01])
  old.prepare('insert into hours values (1, ?, 1, 0, 1, 0, 123, ?)').run([START / HOUR, hist])
  old.exec(`insert into recent_${START / HOUR + 1} values (1, 500, 200, 0), (1, 60500, 300, 0)`)
  old.close()

  await clock.advance(HOUR + 2 * MINUTE)
  open()
  history.append(1, clock.now(), up(40))
  const look = () => {
    const { total, items } = history.results(1, { page: 1, per_page: 10 })
    expect(total).toBe(5)
    expect(
      items.map(({ checked_at, response_time_ms, message }) => [checked_at.slice(11), response_time_ms, message]),
    ).toEqual([
      ['01:02:00.000Z', 40, null],
      ['01:01:00.500Z', 30, null],
      ['01:00:00.500Z', 20, null],
      ['00:01:00.500Z', null, 'no answer in time'],
      ['00:00:00.500Z', 12.3, null],
    ])
    expect(history.responseTimes([1], '30d').totals.count).toBe(4)
  }
  look()
  expect(history.responseTimes([1], '24h').totals.count).toBe(4)
  await clock.advance(2 * HOUR)
  for (let i = 0; i < 3; i++) history.flush()
  await clock.advance(DAY)
  await history.retain()
  history.close()
  open()
  look()
  const day = await history.together([1], days(START, START + DAY))
  expect(day.totals).toMatchObject({ count: 4, max_ms: 40 })
})

test('figures of hours become those of days, and of days nothing is lost until their time is over', async () => {
  history.close()
  open({ keep_days: 5, figures_days: 200 })
  const series = [1, seriesOf(1, 1)]
  const whole = days(START, START + 150 * DAY)
  for (let day = 0; day < 100; day++) {
    const ms = 10 + day
    await checks(START + (day + 1) * DAY, 4 * HOUR, series, () => up(ms))
    if (day % 9 === 0) await history.retain()
  }
  await clock.advance(3 * HOUR)
  for (let i = 0; i < 3; i++) history.flush()
  const before = await history.together(series, whole)
  await history.retain()
  const tables = openTables(file(), false)
  const least = (table: string, what: string) => Number(tables.rows(`select min(${what}) from ${table}`)[0]?.[0])
  expect(least('hours', 'hour')).toBe(START / HOUR + 8 * 24)
  expect(least('days', 'day')).toBe(START / DAY)
  expect(tables.names('checks_')).toHaveLength(5)

  const after = await history.together(series, whole)
  expect(after).toEqual(before)
  expect(after.totals.count).toBe(2 * 6 * 100)
  expect(after.buckets.slice(0, 100).map(({ count, max_ms }) => [count, max_ms])).toEqual(
    Array.from({ length: 100 }, (_, day) => [12, 10 + day]),
  )
  expect(await history.ofScope('acme', series, [0, 1], whole)).toEqual(after)
  expect(after.regions.map(({ region, count }) => [region, count])).toEqual([
    [0, 600],
    [1, 600],
  ])

  // Another region is asked for alone; a deleted monitor leaves nothing of its own.
  expect((await history.together([seriesOf(1, 1)], whole)).totals.count).toBe(600)
  history.forget(series)
  expect((await history.together(series, whole)).totals.count).toBe(0)
  await clock.advance(150 * DAY)
  await history.retain()
  for (const table of ['hours', 'days'])
    expect([table, tables.rows(`select count(*) from ${table}`)]).toEqual([table, [[0]]])
  expect(least('sums', 'hour')).toBeGreaterThanOrEqual(START / HOUR + 50 * 24)
  tables.close()
}, 20_000)

test('what was deleted does not come back after a kill, and begins anew if it does come back', async () => {
  await checks(START + 30 * MINUTE, MINUTE, [1, 2])
  history.forget([1])
  open()
  expect(history.results(1, { page: 1, per_page: 5 })).toEqual({ items: [], total: 0 })
  expect(history.results(2, { page: 1, per_page: 5 }).total).toBe(30)
  await checks(START + 40 * MINUTE, MINUTE, [1])
  open()
  expect(history.results(1, { page: 1, per_page: 5 }).total).toBe(10)
})

test('what is said again, what is too old and what is yet to come is not taken', () => {
  const elsewhere = seriesOf(1, 3)
  const now = clock.now()
  expect(history.append(elsewhere, now - HOUR, up())).toBe(true)
  expect(history.append(elsewhere, now - HOUR, up(90))).toBe(false)
  expect(history.append(elsewhere, now - 2 * HOUR, up())).toBe(false)
  expect(history.append(elsewhere, now + 2 * HOUR, up())).toBe(false)
  expect(history.append(seriesOf(2, 3), now - 32 * DAY, up())).toBe(false)
  expect(history.append(elsewhere, now - HOUR + 1, up())).toBe(true)
  expect(history.newest(elsewhere)).toBe(now - HOUR + 1)
  history.close()
  open()
  expect(history.newest(elsewhere)).toBe(now - HOUR + 1)
  expect(history.append(elsewhere, now - HOUR + 1, up())).toBe(false)
  expect(history.results(elsewhere, { page: 1, per_page: 5 }).total).toBe(2)
})

test('a clock that is set back damages nothing: each check is found in its own hour', async () => {
  await checks(START + 2 * HOUR, 10 * MINUTE)
  for (let i = 0; i < 3; i++) history.flush()
  clock.setWall(START + 30 * MINUTE + 1)
  await checks(START + 50 * MINUTE, 10 * MINUTE)
  const { total, items } = history.results(1, { page: 1, per_page: 100 })
  expect(total).toBe(14)
  expect(items.map(({ checked_at }) => checked_at)).toEqual(
    items
      .map(({ checked_at }) => checked_at)
      .sort()
      .reverse(),
  )
  expect(items.filter(({ checked_at }) => checked_at.slice(11, 13) === '00')).toHaveLength(8)
})

test('thousands of monitors of a prober that was cut off for a day are written as they come, in bounded memory', async () => {
  await clock.advance(26 * HOUR)
  const size = () =>
    ['', '-wal'].reduce((sum, end) => sum + (statSync(file() + end, { throwIfNoEntry: false })?.size ?? 0), 0)
  const series = Array.from({ length: 1_500 }, (_, i) => seriesOf(i + 1, 1))
  const before = size()
  for (let hour = 0; hour < 8; hour++)
    for (const one of series) history.append(one, START + hour * HOUR + 5 * MINUTE, up())
  // Nobody has called flush.
  expect(size()).toBeGreaterThan(before + 100_000)
  const tables = openTables(file(), false)
  expect(Number(tables.rows('select count(*) from checks_20260501')[0]?.[0])).toBeGreaterThan(9_000)
  tables.close()
  for (const one of [series[0]!, series.at(-1)!]) expect(history.results(one, { page: 1, per_page: 1 }).total).toBe(8)
})
