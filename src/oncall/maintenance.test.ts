import { expect, test } from 'bun:test'
import { faultOfRule, occurrencesFrom, overlapsItself, type Plan } from './maintenance'

const at = (iso: string) => Date.parse(iso)
const weekly = (more: Partial<Plan> = {}): Plan => ({
  ...{ starts_at: at('2026-03-22T01:00:00Z'), ends_at: null, rrule: 'FREQ=WEEKLY;BYDAY=SU', duration_s: 3_600 },
  ...{ timezone: 'Europe/Berlin', ...more },
})
const begins = (plan: Plan, after: string, most = 3) =>
  occurrencesFrom(plan, at(after), most).map(({ from }) => new Date(from).toISOString())

test('it stays at its time on the wall when clocks change, and begins after the gap when that is skipped', () => {
  // 02:00 in Berlin; on 29 March the clocks go from 02:00 to 03:00.
  expect(begins(weekly(), '2026-03-20T00:00:00Z')).toEqual([
    '2026-03-22T01:00:00.000Z',
    '2026-03-29T01:00:00.000Z',
    '2026-04-05T00:00:00.000Z',
  ])
})
test('one that lasts is the next one, one that is over is not', () => {
  expect(begins(weekly(), '2026-03-22T01:59:59Z', 1)).toEqual(['2026-03-22T01:00:00.000Z'])
  expect(begins(weekly(), '2026-03-22T02:00:00Z', 1)).toEqual(['2026-03-29T01:00:00.000Z'])
})
test('it ends after so many, or after a day', () => {
  expect(begins(weekly({ rrule: 'FREQ=DAILY;COUNT=2' }), '2026-03-20T00:00:00Z', 9)).toHaveLength(2)
  expect(begins(weekly({ rrule: 'FREQ=DAILY;UNTIL=20260324T235959Z' }), '2026-03-20T00:00:00Z', 9)).toHaveLength(3)
  expect(begins(weekly({ rrule: 'FREQ=DAILY;COUNT=2' }), '2026-05-01T00:00:00Z', 9)).toEqual([])
})
test('the last Friday of a month', () => {
  const plan = weekly({ rrule: 'FREQ=MONTHLY;BYDAY=-1FR', timezone: 'UTC' })
  expect(begins(plan, '2026-03-20T00:00:00Z', 2)).toEqual(['2026-03-27T01:00:00.000Z', '2026-04-24T01:00:00.000Z'])
})
test('once is once', () => {
  const once = weekly({ rrule: null, ends_at: at('2026-03-22T03:00:00Z') })
  expect(begins(once, '2026-03-22T02:59:00Z')).toEqual(['2026-03-22T01:00:00.000Z'])
  expect(begins(once, '2026-03-22T03:00:00Z')).toEqual([])
})
test.each([
  ['FREQ=WEEKLY;BYDAY=MO,TH', undefined],
  ['RRULE:FREQ=DAILY;INTERVAL=2', undefined],
  ['FREQ=HOURLY', 'must have a FREQ of DAILY, WEEKLY or MONTHLY'],
  ['INTERVAL=2', 'must have a FREQ of DAILY, WEEKLY or MONTHLY'],
  ['FREQ=DAILY;BYSECOND=1', 'not “BYSECOND”'],
  ['FREQ=DAILY;INTERVAL=0', 'INTERVAL that is not possible'],
  ['FREQ=WEEKLY;BYDAY=XX', 'BYDAY that is not possible'],
  ['FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13', 'not both'],
  ['FREQ=WEEKLY;BYDAY=1MO', 'only with FREQ=MONTHLY'],
  ['FREQ=MONTHLY;BYDAY=-1FR', undefined],
  ['FREQ=DAILY;FREQ=WEEKLY', 'twice'],
  ['nonsense', 'not “NONSENSE”'],
])('%s', (rule, fault) => {
  if (fault === undefined) expect(faultOfRule(rule)).toBeUndefined()
  else expect(faultOfRule(rule)).toContain(fault)
})
test('one that would begin before it is over', () => {
  expect(overlapsItself(weekly({ rrule: 'FREQ=DAILY', duration_s: 90_000 }))).toBe(true)
  expect(overlapsItself(weekly())).toBe(false)
})
