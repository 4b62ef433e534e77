import { describe, expect, test } from 'bun:test'
import { cellsIn, cellWords, lanesOf, placeOf, snap, turn, whoIn, windowName, windowOf } from './calendar'
import type { Shift } from './types'

const now = Date.parse('2026-11-25T10:00:00Z')
const shift = (user_name: string, from: string, to: string, why: Shift['why'] = 'layer'): Shift => ({
  ...{ user_id: user_name, user_name, from, to, layer_id: 'main', why },
})

describe('what the calendar shows', () => {
  test('a week and two weeks begin with Monday, a month with its first', () => {
    const week = windowOf('week', undefined, 'Europe/Berlin', now)
    expect([week.days[0], week.days.length]).toEqual(['2026-11-23', 7])
    expect(windowName('week', week)).toBe('23 – 29 Nov 2026')
    const month = windowOf('month', '2026-02-14', 'UTC', now)
    expect([month.days[0], month.days.at(-1)]).toEqual(['2026-02-01', '2026-02-28'])
    expect(windowName('month', month)).toBe('February 2026')
    const fortnight = windowOf('fortnight', '2026-11-30', 'UTC', now)
    expect(windowName('fortnight', fortnight)).toBe('30 Nov – 13 Dec 2026')
    expect(turn('month', '2026-12-01', 1)).toBe('2027-01-01')
    expect(turn('fortnight', '2026-11-30', -1)).toBe('2026-11-16')
  })
  test('what is no day is today', () => {
    expect(windowOf('week', '2026-13-99', 'UTC', now).days[0]).toBe('2026-11-23')
  })
  test('a week in which the clocks go back has an hour more', () => {
    expect(cellsIn(windowOf('week', '2026-10-19', 'Europe/Berlin', now))).toBe(169)
    expect(cellsIn(windowOf('week', '2026-03-23', 'Europe/Berlin', now))).toBe(167)
  })
  test('those who are on call together lie below each other, those who follow each other do not', () => {
    const { bars, lanes } = lanesOf([
      shift('Ben', '2026-11-23T12:00:00Z', '2026-11-24T12:00:00Z'),
      shift('Ana', '2026-11-23T00:00:00Z', '2026-11-24T00:00:00Z'),
      shift('Cem', '2026-11-24T00:00:00Z', '2026-11-25T00:00:00Z'),
    ])
    expect(lanes).toBe(2)
    expect(bars.map(({ item, lane }) => [item.user_name, lane])).toEqual([
      ['Ana', 0],
      ['Ben', 1],
      ['Cem', 0],
    ])
  })
  test('nothing is drawn outside of the window', () => {
    expect(placeOf({ from: 0, to: 100 }, -50)).toBe(0)
    expect(placeOf({ from: 0, to: 100 }, 25)).toBe(25)
    expect(placeOf({ from: 0, to: 100 }, 500)).toBe(100)
  })
  test('the pointer snaps to hand-offs nearby, or else to the hour', () => {
    const week = windowOf('week', undefined, 'UTC', now)
    const handoff = Date.parse('2026-11-24T09:30:00Z')
    expect(snap(week, handoff + 9 * 60_000, [handoff], 600_000)).toBe(handoff)
    expect(snap(week, handoff + 20 * 60_000, [handoff], 600_000)).toBe(Date.parse('2026-11-24T10:00:00Z'))
  })
  test('a cell is read out with who is on call in it, and why', () => {
    const shifts = [
      shift('Ana', '2026-11-23T00:00:00Z', '2026-11-24T09:00:00Z'),
      shift('Ben', '2026-11-24T09:00:00Z', '2026-11-24T17:00:00Z', 'override'),
    ]
    const at = Date.parse('2026-11-24T09:00:00Z')
    expect(cellWords({ shifts }, at, at + 3_600_000, 'UTC')).toBe('Tue 24 Nov, 09:00 – 10:00: Ben, by an override')
    expect(whoIn({ shifts }, at - 3_600_000, at + 3_600_000)).toBe('Ana, Ben')
    expect(whoIn({ shifts }, at + 10 * 3_600_000, at + 11 * 3_600_000)).toBe('nobody')
  })
})
