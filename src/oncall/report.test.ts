import { describe, expect, test } from 'bun:test'
import ICAL from 'ical.js'
import { icalendar } from '#oncall/ical'
import { gapsIn, overlapsIn } from '#oncall/intervals'
import { presets } from '#oncall/presets'
import { balanceOf, reportOf } from '#oncall/report'
import { onCallAt, type Shift, shifts } from '#oncall/resolve'
import { at, config, DAY, HOUR, iso, layer } from '#oncall/resolve.fixtures'

const monday = at('2026-03-23T00:00:00Z')
const shift = (user_id: string, from: number, to: number): Shift => ({
  ...{ user_id, layer_id: 'one', why: 'layer' },
  ...{ from: monday + from * HOUR, to: monday + to * HOUR },
})
const hours = (list: { from: number; to: number }[]) =>
  list.map(({ from, to }) => [(from - monday) / HOUR, (to - monday) / HOUR])

describe('the report', () => {
  test('names the times when nobody is on call, and when several are', () => {
    const list = [
      shift('ana', 2, 10),
      shift('ben', 8, 12),
      shift('cleo', 9, 11),
      shift('ana', 20, 24),
      shift('ben', 24, 26),
    ]
    expect(hours(gapsIn(list, monday, monday + 30 * HOUR))).toEqual([
      ...[
        [0, 2],
        [12, 20],
        [26, 30],
      ],
    ])
    expect(hours(overlapsIn(list))).toEqual([[8, 11]])
    expect(hours(gapsIn([], monday, monday + HOUR))).toEqual([[0, 1]])
    expect(overlapsIn([shift('ana', 0, 1), shift('ben', 1, 2)])).toEqual([])
  })

  test('counts hours, nights and weekends of each, by the clock of the schedule', () => {
    // A week of Berlin with the night in which an hour is skipped.
    const [from, to] = [at('2026-03-22T23:00:00Z'), at('2026-03-29T22:00:00Z')]
    const one = config({
      layers: [
        layer({ rotation: 'daily', handoff_time: '00:00', start_date: '2026-03-23', participants: ['ana', 'ben'] }),
      ],
    })
    const { people, gaps, hours, balance } = reportOf(shifts(one, from, to), 'Europe/Berlin', from, to)
    expect(gaps).toEqual([])
    expect(hours).toBe(167)
    expect(people).toEqual([
      // Monday, Wednesday, Friday, and Sunday of 23 hours; each night belongs to two.
      {
        ...{ user_id: 'ana', shifts: 4, hours: 95, share: 56.9 },
        ...{ night_hours: 31, weekend_hours: 23, nights: 8, weekends: 1 },
      },
      {
        ...{ user_id: 'ben', shifts: 3, hours: 72, share: 43.1 },
        ...{ night_hours: 24, weekend_hours: 24, nights: 6, weekends: 1 },
      },
    ])
    expect(balance).toEqual({ hours: 86, nights: 87, weekends: 98 })
  })

  test('says how evenly it is shared', () => {
    expect(balanceOf([10, 10, 10])).toBe(100)
    expect(balanceOf([30, 0, 0])).toBe(0)
    expect(balanceOf([20, 10])).toBe(67)
    expect([balanceOf([]), balanceOf([5]), balanceOf([0, 0])]).toEqual([100, 100, 100])
  })
})

describe('presets', () => {
  test('of business hours, nights and weekends leave no hour of the week to nobody', () => {
    const layers = ['business_hours', 'nights', 'weekends'].flatMap((id) => {
      const made = presets.find((one) => one.id === id)?.layers(['ana', 'ben'], '2026-03-02') ?? []
      return made.map((one) => ({ ...one, id }))
    })
    expect(layers).toHaveLength(3)
    // After the first weekend, on which the last of them begins.
    const [from, to] = [at('2026-03-09T00:00:00Z'), at('2026-03-09T00:00:00Z') + 35 * DAY]
    const list = shifts(config({ layers }), from, to)
    expect(gapsIn(list, from, to)).toEqual([])
    const kinds = new Set(list.map(({ layer_id }) => layer_id))
    expect([...kinds].sort()).toEqual(['business_hours', 'nights', 'weekends'])
  })

  test.each(presets.map((preset) => [preset.id, preset] as const))('%s hands over to the next person', (_, preset) => {
    const one = config({ layers: preset.layers(['ana', 'ben'], '2026-03-02') })
    const seen = new Set(
      shifts(one, at('2026-03-02T00:00:00Z'), at('2026-03-20T00:00:00Z')).map(({ user_id }) => user_id),
    )
    expect([...seen].sort()).toEqual(['ana', 'ben'])
  })

  test('of weekends keeps one person from Friday to Monday', () => {
    const [weekends] = presets.filter(({ id }) => id === 'weekends')
    const one = config({ layers: weekends?.layers(['ana', 'ben'], '2026-03-06') ?? [] })
    const at_ = (time: string) => onCallAt(one, at(time)).map(({ user_id }) => user_id)
    expect([at_('2026-03-06T15:59:00Z'), at_('2026-03-06T16:00:00Z')]).toEqual([[], ['ana']])
    expect([at_('2026-03-09T07:59:00Z'), at_('2026-03-09T08:00:00Z')]).toEqual([['ana'], []])
    expect(at_('2026-03-14T12:00:00Z')).toEqual(['ben'])
  })
})

describe('a calendar', () => {
  const odd = 'Größe, "Ärger"; \\ und 👩‍👩‍👧‍👦 '.repeat(9)
  const text = icalendar({
    name: odd,
    timezone: 'Europe/Berlin',
    changed_at: monday,
    events: [
      { uid: 'a@xinex', from: monday, to: monday + DAY, summary: odd, description: 'one\ntwo\u0007' },
      { uid: 'b@xinex', from: monday + DAY, to: monday + 2 * DAY, summary: 'Ben', description: '' },
    ],
  })

  test('is read by another program as it was meant', () => {
    const calendar = new ICAL.Component(ICAL.parse(text))
    expect(calendar.getFirstPropertyValue('version')).toBe('2.0')
    expect(calendar.getFirstPropertyValue('refresh-interval')?.toString()).toBe('PT1H')
    const events = calendar.getAllSubcomponents('vevent').map((one) => new ICAL.Event(one))
    expect(
      events.map(({ uid, summary, description, startDate, endDate }) => [
        ...[uid, summary, description, iso(+startDate.toJSDate()), iso(+endDate.toJSDate())],
      ]),
    ).toEqual([
      ['a@xinex', odd, 'one\ntwo ', '2026-03-23T00:00:00.000Z', '2026-03-24T00:00:00.000Z'],
      ['b@xinex', 'Ben', '', '2026-03-24T00:00:00.000Z', '2026-03-25T00:00:00.000Z'],
    ])
    for (const one of calendar.getAllSubcomponents('vevent'))
      expect(one.getFirstPropertyValue('dtstamp')?.toString()).toBe('2026-03-23T00:00:00Z')
  })

  test('has lines of 75 bytes at most, which end as the standard says and never within a character', () => {
    expect(text.endsWith('END:VCALENDAR\r\n')).toBe(true)
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
    for (const line of text.split('\r\n')) {
      expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75)
      expect(line.isWellFormed()).toBe(true)
    }
  })
})
