import { expect, test } from 'bun:test'
import type { Schedule } from '#heartbeats/define'
import { slotsBetween } from '#heartbeats/schedule'
import { iso, shown } from '#heartbeats/schedule.fixtures'

const HOUR = 3_600_000
const cron = (text: string, timezone = 'Europe/Berlin'): Schedule => ({ kind: 'cron', cron: text, timezone })
const calendar = (oncalendar: string): Schedule => ({ kind: 'oncalendar', oncalendar, timezone: 'Europe/Berlin' })

test('the table of docs/schedules.md is true', async () => {
  const page = await Bun.file(new URL('../../docs/schedules.md', import.meta.url)).text()
  const rows = [...page.matchAll(/^\| (cron|OnCalendar) \| `(.+)` \| (\d{4}-\d\d-\d\d) \| (.+?) \|$/gm)]
  expect(rows.length).toBeGreaterThan(11)
  for (const [, kind, expression = '', date = '', said = ''] of rows) {
    const schedule = kind === 'cron' ? cron(expression) : calendar(expression)
    const start = Date.parse(`${date}T00:00:00Z`) - 3 * HOUR
    const slots = slotsBetween(schedule, start, start + 28 * HOUR, 200)
    const local = slots.filter(
      (at) => shown('Europe/Berlin', at).startsWith(date) && shown('Europe/Berlin', at).slice(11, 13) < '05',
    )
    const zone = (at: number) =>
      shown('Europe/Berlin', at).slice(11, 13) === new Date(at + HOUR).toISOString().slice(11, 13) ? 'CET' : 'CEST'
    const words =
      local.map((at) => `${shown('Europe/Berlin', at).slice(11, 16)} ${zone(at)}`).join(', ') || 'not at all'
    expect(`${expression} on ${date}: ${words}`).toBe(`${expression} on ${date}: ${said}`)
  }
})

/** What a field means, by trying each number: no list, no table, no calendar but that of the runtime. */
function fits(field: string, value: number, least: number): boolean {
  return field.split(',').some((term) => {
    const [range = '', step = '1'] = term.split('/')
    const [low = '', high = low] = range.split('-')
    if (range === '*') return (value - least) % Number(step) === 0
    return value >= Number(low) && value <= Number(high) && (value - Number(low)) % Number(step) === 0
  })
}
function fitsAt(expression: string, at: number): boolean {
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = expression.split(' ')
  const date = new Date(at)
  const byDay = fits(day, date.getUTCDate(), 1)
  const byWeek = fits(weekday, date.getUTCDay(), 0) || (date.getUTCDay() === 0 && fits(weekday, 7, 0))
  const right = day.startsWith('*') || weekday.startsWith('*') ? byDay && byWeek : byDay || byWeek
  return (
    right &&
    fits(minute, date.getUTCMinutes(), 0) &&
    fits(hour, date.getUTCHours(), 0) &&
    fits(month, date.getUTCMonth() + 1, 1)
  )
}

test('every minute that fits is a slot and no other one', () => {
  let seed = 20_260_101
  const below = (most: number) => {
    seed = Number((BigInt(seed) * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n) % 9_007_199_254_740_881n)
    return seed % most
  }
  const term = (least: number, most: number) => {
    const [low, high] = [least + below(most - least + 1), least + below(most - least + 1)].sort((a, b) => a - b)
    return (
      ['*', `*/${1 + below(9)}`, `${low}`, `${low}-${high}`, `${low}-${high}/${1 + below(4)}`, `${low},${high}`][
        below(6)
      ] ?? '*'
    )
  }
  let found = 0
  for (let i = 0; i < 150; i++) {
    const expression = [term(0, 59), term(0, 23), term(1, 28), term(1, 12), term(0, 7)].join(' ')
    const from = Date.UTC(2026, below(36), 1 + below(28), below(24), below(60))
    const until = from + 9 * 24 * HOUR
    const slots = new Set(slotsBetween(cron(expression, 'UTC'), from, until, 100_000))
    for (let at = from + 60_000; at <= until; at += 60_000)
      if (slots.has(at) !== fitsAt(expression, at)) throw new Error(`${expression} at ${iso(at)}`)
    found += slots.size
  }
  expect(found).toBeGreaterThan(1_000)
})
