import { type Clocks, DAY, type Rule } from '#kernel/wall'

/** For each number of a field, the first one from there on that is in the list; -1 if there is none. */
type Following = Int8Array
function following(list: Iterable<number>, size: number): Following {
  const wanted = new Set(list)
  const table = new Int8Array(size + 1).fill(-1)
  for (let i = size - 1; i >= 0; i--) table[i] = wanted.has(i) ? i : (table[i + 1] ?? -1)
  return table
}

export type Times = { hours: Iterable<number>; minutes: Iterable<number>; seconds: Iterable<number> }

/** The first second of the day from `second` on; -1 if the day has no more. */
function timesOf(times: Times): (second: number) => number {
  const hours = following(times.hours, 24)
  const minutes = following(times.minutes, 60)
  const seconds = following(times.seconds, 60)
  const from = (table: Following, at: number) => table[at] ?? -1
  const whole = (hour: number, minute: number, second: number) => (hour < 0 ? -1 : hour * 3_600 + minute * 60 + second)
  return (at) => {
    const [h, m, s] = [Math.floor(at / 3_600), Math.floor(at / 60) % 60, at % 60]
    if (from(hours, h) === h) {
      const second = from(minutes, m) === m ? from(seconds, s) : -1
      if (second >= 0) return whole(h, m, second)
      const minute = from(minutes, m + 1)
      if (minute >= 0) return whole(h, minute, from(seconds, 0))
    }
    return whole(from(hours, h + 1), from(minutes, 0), from(seconds, 0))
  }
}

/** `days`: the first day from a given one on, both counted from 1970-01-01; null if it never comes. */
export type Days = (from: number) => number | null

/** A rule out of days and the times on each of them. */
export function ruleOf(days: Days, times: Times, clocks: Clocks): Rule {
  const next = timesOf(times)
  return {
    clocks,
    next(wall) {
      const from = (Math.floor(wall / 1_000) + 1) * 1_000
      const today = Math.floor(from / DAY)
      const day = days(today)
      if (day === null) return null
      const second = next(day === today ? (from - today * DAY) / 1_000 : 0)
      if (second >= 0) return day * DAY + second * 1_000
      const later = days(today + 1)
      return later === null ? null : later * DAY + next(0) * 1_000
    },
  }
}

const MOST_KEPT = 2_000
/** How many days a rule remembers: those of two months and what lies around them. */
export const MOST_DAYS = 100
/** Remembers what was found, and no more than so many of it. */
export function kept<Key, Value>(find: (key: Key) => Value, most = MOST_KEPT): (key: Key) => Value {
  const known = new Map<Key, Value>()
  return (key) => {
    const there = known.get(key)
    if (there !== undefined) return there
    const found = find(key)
    if (known.size >= most) known.delete(known.keys().next().value as Key)
    known.set(key, found)
    return found
  }
}
