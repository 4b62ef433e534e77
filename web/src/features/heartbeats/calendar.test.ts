import { expect, test } from 'bun:test'
import type { HeartbeatDay } from '@/types'
import { boundsOf, dayWords, isMonth, kindOf, leadOf, monthAfter, todayIn } from './calendar'

const day = (part: Partial<HeartbeatDay>): HeartbeatDay => ({
  ...{ date: '2026-11-23', expected: 0, ok: 0, failed: 0, missed: 0, off: false, ...part },
})

test('months go on over the year, and end where they end', () => {
  expect([monthAfter('2026-12', 1), monthAfter('2026-01', -1)]).toEqual(['2027-01', '2025-12'])
  expect(boundsOf('2028-02')).toEqual({ from: '2028-02-01', until: '2028-02-29' })
  expect(['2026-13', '1999-01', undefined, '2026-02'].map(isMonth)).toEqual([false, false, false, true])
})
test('weeks begin with Monday', () => {
  expect([leadOf('2026-06'), leadOf('2026-11'), leadOf('2026-08')]).toEqual([0, 6, 5])
})
test('a day is what its worst run was', () => {
  expect(kindOf(day({ expected: 3, ok: 1, failed: 1, missed: 1 }))).toBe('missed')
  expect(kindOf(day({ expected: 2, ok: 1, failed: 1 }))).toBe('failed')
  expect([kindOf(day({ expected: 1 })), kindOf(day({ off: true })), kindOf(day({}))]).toEqual([
    'waiting',
    'off',
    'nothing',
  ])
})
test('a day in words', () => {
  expect(dayWords(day({ expected: 24, ok: 23, missed: 1 }))).toBe('1 missed, 23 of 24 ok')
  expect(dayWords(day({ expected: 2, ok: 2 }))).toBe('2 ok')
  expect(dayWords(day({ expected: 2 }))).toBe('2 expected')
  expect(dayWords(day({ off: true }))).toBe('Off')
})
test('today is the day of the zone', () => {
  const late = Date.parse('2026-11-23T23:30:00Z')
  expect([todayIn('UTC', late), todayIn('Europe/Berlin', late), todayIn('No/Where', late)]).toEqual([
    '2026-11-23',
    '2026-11-24',
    '2026-11-23',
  ])
})
