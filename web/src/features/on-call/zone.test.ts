import { describe, expect, test } from 'bun:test'
import { boxOf, dateOf, daysAfter, instantOf, momentOf, mondayOf, spanOf } from './zone'

const iso = (at: number) => new Date(at).toISOString()

describe('days and clocks of a zone', () => {
  test('a day begins at midnight there, also on the days on which the clocks change', () => {
    expect(iso(instantOf('2026-03-29', 'Europe/Berlin'))).toBe('2026-03-28T23:00:00.000Z')
    expect(iso(instantOf('2026-03-30', 'Europe/Berlin'))).toBe('2026-03-29T22:00:00.000Z')
    expect(iso(instantOf('2026-10-26', 'Europe/Berlin'))).toBe('2026-10-25T23:00:00.000Z')
    expect(iso(instantOf('2026-11-23T09:30', 'Asia/Kathmandu'))).toBe('2026-11-23T03:45:00.000Z')
  })
  test('a time that is there twice is the first one, one that is left out is behind the leap', () => {
    expect(iso(instantOf('2026-10-25T02:30', 'Europe/Berlin'))).toBe('2026-10-25T00:30:00.000Z')
    expect(iso(instantOf('2026-03-29T02:30', 'Europe/Berlin'))).toBe('2026-03-29T01:30:00.000Z')
  })
  test('every hour of a year reads back as it was written', () => {
    const start = Date.UTC(2026, 0, 1)
    for (const zone of ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'UTC'])
      for (let hour = 0; hour < 365 * 24; hour += 7) {
        const at = start + hour * 3_600_000
        const again = instantOf(boxOf(at, zone), zone)
        // The second of two equal clocks reads as the first.
        expect([at, at - 3_600_000, at - 1_800_000]).toContain(again)
        expect(boxOf(again, zone)).toBe(boxOf(at, zone))
      }
  })
  test('what is no time is none', () => {
    expect(instantOf('', 'UTC')).toBeNaN()
    expect(instantOf('2026-13-41T99:00', 'UTC')).toBeNaN()
  })
  test('weeks begin with Monday', () => {
    expect(mondayOf('2026-11-22')).toBe('2026-11-16')
    expect(mondayOf('2026-11-23')).toBe('2026-11-23')
    expect(daysAfter('2026-02-27', 2)).toBe('2026-03-01')
  })
  test('times are said with their day, the second day only when it is another', () => {
    const at = Date.UTC(2026, 10, 24, 8)
    expect(momentOf(at, 'Europe/Berlin')).toBe('Tue 24 Nov, 09:00')
    expect(spanOf(at, at + 8 * 3_600_000, 'Europe/Berlin')).toBe('Tue 24 Nov, 09:00 – 17:00')
    expect(spanOf(at, at + 24 * 3_600_000, 'UTC')).toBe('Tue 24 Nov, 08:00 – Wed 25 Nov, 08:00')
    expect(dateOf(Date.UTC(2026, 10, 24, 23), 'Europe/Berlin')).toBe('2026-11-25')
  })
  test('a zone this browser does not know is drawn in UTC', () => {
    expect(boxOf(Date.UTC(2026, 0, 1, 5), 'Mars/Olympus')).toBe('2026-01-01T05:00')
  })
})
