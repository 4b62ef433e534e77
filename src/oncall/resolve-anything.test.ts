import { describe, expect, test } from 'bun:test'
import type { Layer, ScheduleConfig } from '#contract/oncall'
import { groups, shown, windowsOf } from '#heartbeats/schedule.fixtures'
import { onCallAt, shifts } from '#oncall/resolve'
import { at, config, configIn, DAY, HOUR, iso, layer, MINUTE, randomOf } from '#oncall/resolve.fixtures'

const zones = groups()
const changing = zones.filter(({ changes }) => changes.length > 0)
const usersAt = (one: ScheduleConfig, moment: string | number) =>
  onCallAt(one, typeof moment === 'string' ? at(moment) : moment).map(({ user_id }) => user_id)
/** The same by hand: minute for minute, shift for shift, with the clock of Intl. */
function byHand(one: ScheduleConfig, walls: number[]): string[][] {
  const wallOf = (date: string, time: string) => at(`${date}T${time}:00Z`)
  const shiftOf = (each: Layer, wall: number) => {
    const { rotation, length, handoff_day, start_date, handoff_time } = each
    const start = new Date(wallOf(start_date, handoff_time))
    if (wall < +start || (each.end_date && wall >= wallOf(each.end_date, '00:00') + DAY)) return []
    const begin = new Date(start)
    if (rotation === 'weekly' && handoff_day)
      while ((begin.getUTCDay() || 7) !== handoff_day) begin.setUTCDate(begin.getUTCDate() - 1)
    for (let index = 0, next = begin; ; index++) {
      const after: Date = new Date(next)
      if (rotation === 'daily') after.setUTCDate(after.getUTCDate() + length)
      else if (rotation === 'weekly') after.setUTCDate(after.getUTCDate() + 7 * length)
      else if (rotation !== 'monthly') after.setUTCHours(after.getUTCHours() + length)
      else {
        after.setUTCDate(1)
        after.setUTCMonth(
          start.getUTCMonth() + (index + 1) * length - 12 * (after.getUTCFullYear() - start.getUTCFullYear()),
        )
        const month = after.getUTCMonth()
        after.setUTCDate(start.getUTCDate())
        while (after.getUTCMonth() !== month) after.setUTCDate(after.getUTCDate() - 1)
      }
      if (+after > wall) {
        const turn = each.participants[index % each.participants.length] ?? []
        return typeof turn === 'string' ? [turn] : turn
      }
      next = after
    }
  }
  const open = (each: Layer, wall: number) => {
    const day = new Date(wall).getUTCDay() || 7
    const before = day === 1 ? 7 : day - 1
    const time = iso(wall).slice(11, 16)
    return (
      each.restrictions.length === 0 ||
      each.restrictions.some(({ days, from, to }) => {
        if (from < to) return days.some((one) => one === day) && from <= time && time < to
        return (days.some((one) => one === day) && from <= time) || (days.some((one) => one === before) && time < to)
      })
    )
  }
  return walls.map((wall) => {
    const busy = one.layers.map((each) => ({ each, users: open(each, wall) ? shiftOf(each, wall) : [] }))
    const having = busy.filter(({ users }) => users.length > 0)
    const top = Math.max(...having.map(({ each }) => each.priority))
    return [...new Set(having.flatMap(({ each, users }) => (each.priority === top ? users : [])))].sort()
  })
}

describe('who is on call', () => {
  const fresh = Array.from({ length: 4 }, () => crypto.getRandomValues(new Uint32Array(1))[0]!)
  const seeds = [...Array.from({ length: 12 }, (_, i) => i + 1), ...fresh]

  test.each(seeds)('is the same as shifts and at each minute, for the schedule of seed %i', (seed) => {
    const random = randomOf(seed)
    const group = random.pick(random.below(4) === 0 ? zones : changing)
    const from = random.pick(windowsOf(group)) + random.below(60) * 1_000
    const to = from + 60 * HOUR
    const one = configIn(random, group.zone, from + DAY)
    const list = shifts(one, from, to)
    const moments = Array.from({ length: (to - from) / MINUTE }, (_, i) => from + i * MINUTE)
    for (const moment of moments) {
      const then = list.filter((shift) => shift.from <= moment && moment < shift.to)
      const people = then.map(({ from: _, to: __, ...who }) => who).sort((a, b) => (a.user_id < b.user_id ? -1 : 1))
      expect([iso(moment), people]).toEqual([iso(moment), onCallAt(one, moment)])
    }
    // And each change is where the shifts say it is, to the millisecond.
    for (const shift of list)
      for (const edge of [shift.from, shift.to - 1])
        expect(onCallAt(one, edge).map(({ user_id }) => user_id)).toContain(shift.user_id)
  })

  test.each(seeds)('is what one counts with a finger on the calendar, for the layers of seed %i', (seed) => {
    const random = randomOf(seed)
    const group = random.pick(changing)
    const from = random.pick(windowsOf(group))
    const one = { ...configIn(random, group.zone, from + DAY), overrides: [], temporary: [] }
    // From before the window, for what the clock had shown by then.
    const moments = Array.from({ length: 68 * 60 }, (_, i) => from - 6 * HOUR + i * MINUTE)
    let latest = 0
    const walls = moments.map((moment) => {
      latest = Math.max(latest, at(`${shown(group.zone, moment)}Z`))
      return latest
    })
    const expected = byHand(one, walls)
    for (let i = 6 * 60; i < moments.length; i += 1 + random.below(3))
      expect([iso(moments[i]!), usersAt(one, moments[i]!)]).toEqual([iso(moments[i]!), expected[i]!])
  })

  test('over a year at any moment, not only around changes of the clocks', () => {
    for (const seed of seeds) {
      const random = randomOf(seed)
      const from = at('2026-03-01T00:00:00Z')
      const one = configIn(random, random.pick(zones).zone, from + 20 * DAY)
      const list = shifts(one, from, from + 365 * DAY)
      for (let i = 0; i < 100; i++) {
        const moment = from + random.below(365 * 24 * 60) * MINUTE
        const then = list.filter((shift) => shift.from <= moment && moment < shift.to).map(({ user_id }) => user_id)
        expect([seed, iso(moment), then.sort()]).toEqual([seed, iso(moment), usersAt(one, moment)])
      }
    }
  })
})

describe('hand-offs of all zones', () => {
  const times = ['00:00', '00:30', '01:00', '01:30', '02:00', '02:30', '03:00', '09:00', '23:30']

  test('stay at their time on the wall in every zone, over every change of the clocks in 2026 and 2027', () => {
    expect(zones.flatMap((group) => group.zones)).toHaveLength(Intl.supportedValuesOf('timeZone').length)
    let seen = 0
    for (const { zone, changes } of changing)
      for (const { at: change } of changes.filter((one) => one.at < at('2028-01-01T00:00:00Z')))
        for (const handoff_time of times) {
          const one = config({ timezone: zone, layers: [layer({ rotation: 'daily', handoff_time })] })
          const [from, to] = [change - 2 * DAY, change + 2 * DAY]
          const moments = shifts(one, from, to).map((shift) => shift.from)
          for (const moment of moments.filter((one) => one > from)) {
            const [before, now] = [shown(zone, moment - 1_000), shown(zone, moment)]
            // A time that is skipped is the moment after the gap, which may be on the next day.
            const wanted = [now, before]
              .map((clock) => `${clock.slice(0, 10)}T${handoff_time}:00`)
              .find((time) => now === time || (before < time && time < now))
            expect([zone, handoff_time, iso(moment), wanted]).toEqual([
              ...[zone, handoff_time, iso(moment), expect.any(String)],
            ])
            // Of a time that comes twice it is the first.
            for (let back = 15 * MINUTE; back <= 3 * HOUR; back += 15 * MINUTE)
              if (shown(zone, moment - back) >= (wanted ?? '')) expect([zone, iso(moment), iso(back)]).toEqual([])
            seen++
          }
          // Nobody is forgotten: as many hand-offs as dates that begin.
          expect([zone, handoff_time, moments.length >= 4 && moments.length <= 6]).toEqual([zone, handoff_time, true])
        }
    expect(seen).toBeGreaterThan(2_000)
  })
})
