import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type History, openHistory } from '#engine/history'
import { seriesOf } from '#engine/series'
import { logTo } from '#kernel/log'
import type { Verdict } from '#probes/define'
import { createTestClock, type TestClock } from '../../test/clock'

/** Four hours before midnight, so that what comes late is often of yesterday. */
const START = Date.parse('2026-05-01T20:00:00.000Z')
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const SERIES = [seriesOf(1, 1), seriesOf(2, 1), seriesOf(1, 2)]

type Found = { series: number; at: number; verdict: Verdict }
let folder: string
let lines: string[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'xinex-late-'))
  lines = []
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function open(name: string, clock: TestClock): History {
  const log = logTo((line) => lines.push(line), 'info', clock.now)
  const history = openHistory(join(folder, name), { clock, log, keep_days: 30, durable: false })
  history.groupBy(() => 'acme')
  return history
}
/** Chance that comes out the same every time. */
function chance(seed: number) {
  let state = seed
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** What probers find in so many hours: irregular distances, failures, a silence of hours for one of them. */
function stream(below: (n: number) => number, hours: number): Found[] {
  const found: Found[] = []
  for (const [i, series] of SERIES.entries())
    for (let at = START + i * 700; at < START + hours * HOUR; ) {
      const ms = 10 + below(3_000) / 10
      const verdict: Verdict =
        below(9) === 0
          ? { status: 'down', reason: 'timeout', message: `no answer ${below(3)}` }
          : { status: 'up', message: '', response_time_ms: ms, phases: { connect_ms: i + 1, first_byte_ms: 5 } }
      found.push({ series, at, verdict })
      at += below(40) === 0 ? below(3 * HOUR) : 4 * MINUTE + below(20_000)
    }
  return found.sort((a, b) => a.at - b.at || a.series - b.series)
}

/** Everything that can be asked of it. */
async function seen(history: History) {
  const from = START / HOUR - 24
  const hourly = { from, until: from + 72, bucket: 1 } as const
  const day = Math.floor(from / 24) * 24
  const daily = { from: day, until: day + 96, bucket: 24 } as const
  return {
    checks: SERIES.map((series) => history.results(series, { page: 1, per_page: 10_000 })),
    down: SERIES.map((series) => history.results(series, { page: 2, per_page: 5 }, 'down')),
    chart: history.responseTimes(SERIES, '24h'),
    week: history.responseTimes(SERIES, '30d'),
    list: history.hourly([SERIES, ...SERIES.map((one) => [one])]),
    hours: await history.together(SERIES, hourly),
    days: await history.together(SERIES, daily),
    sums: await history.ofScope('acme', SERIES, [1, 2], hourly),
    sum_days: await history.ofScope('acme', SERIES, [1, 2], daily),
  }
}
async function settle(history: History, clock: TestClock, until: number) {
  await clock.advance(until - clock.now())
  for (let i = 0; i < 3; i++) history.flush()
  await history.retain()
}

test.each(Array.from({ length: 25 }, (_, seed) => seed + 1))(
  'however a day of results is split into live, late, repeated and restarted, the same is stored (%p)',
  async (seed) => {
    const below = chance(seed)
    const hours = 5 + below(9)
    const found = stream(below, hours)
    const end = START + (hours + 5) * HOUR

    const clock = createTestClock(START)
    const live = open('live.db', clock)
    for (const { series, at, verdict } of found) {
      await clock.advance(at - clock.now())
      live.append(series, at, verdict)
      if (below(10) === 0) live.flush()
    }
    await settle(live, clock, end)
    const expected = await seen(live)
    live.close()

    const other = createTestClock(START)
    let split = open('split.db', other)
    /** So many are on disk; what a kill lost is told again. */
    let safe = 0
    for (let done = 0; done < found.length; ) {
      await other.advance(below(4) === 0 ? below(4 * HOUR) : below(20 * MINUTE))
      const known = found.filter(({ at }) => at <= other.now()).length
      const first = Math.max(0, done - below(30))
      for (const { series, at, verdict } of found.slice(
        first,
        below(3) === 0 ? first + below(known - first + 1) : known,
      )) {
        const taken = split.append(series, at, verdict)
        done = Math.max(done, found.findIndex((one) => one.series === series && one.at === at) + 1)
        if (taken) expect(split.newest(series)).toBe(at)
      }
      if (below(3) === 0) {
        split.flush()
        safe = done
      }
      const event = below(12)
      if (event === 0) {
        split.close()
        safe = done
        split = open('split.db', other)
      } else if (event === 1) {
        // Killed: nothing is closed, and what was not written is gone.
        split = open('split.db', other)
        done = safe
      } else if (event === 2) await split.retain()
      else if (event === 3) await seen(split)
    }
    await settle(split, other, Math.max(end, other.now()))
    if (other.now() === end) expect(await seen(split)).toEqual(expected)
    const { checks, down, hours: byHour, days, sums, sum_days } = expected
    const stored = { checks, down, hours: byHour, days, sums, sum_days }
    expect(await seen(split)).toMatchObject(stored)
    split.close()
    split = open('split.db', other)
    expect(await seen(split)).toMatchObject(stored)
    expect(sums).toEqual(byHour)
    expect(sum_days).toEqual(days)
    expect(checks.reduce((sum, { total }) => sum + total, 0)).toBe(found.length)
    split.close()
    expect(lines).toEqual([])
  },
)
