import type { Restriction } from '#contract/oncall'
import { DAY } from '#kernel/wall'
import { timeOf } from '#oncall/walls'

const WEEK = 7 * DAY
/** 1 January 1970 was a Thursday: the Monday before it. */
const MONDAY = -3 * DAY

/** Parts of the week, in milliseconds since Monday 00:00, in order and apart. */
export type Pattern = [from: number, to: number][]

/** What restrictions mean together; undefined when there are none, so that it is always. */
export function patternOf(restrictions: Restriction[]): Pattern | undefined {
  if (restrictions.length === 0) return undefined
  const parts: Pattern = []
  for (const { days, from, to } of restrictions)
    for (const day of days) {
      const begins = (day - 1) * DAY + timeOf(from)
      const lasts = timeOf(to) - timeOf(from)
      const ends = begins + (lasts > 0 ? lasts : lasts + DAY)
      parts.push([begins, Math.min(ends, WEEK)])
      if (ends > WEEK) parts.push([0, ends - WEEK])
    }
  const merged: Pattern = []
  for (const part of parts.sort(([a], [b]) => a - b)) {
    const last = merged.at(-1)
    if (last && part[0] <= last[1]) last[1] = Math.max(last[1], part[1])
    else merged.push([...part])
  }
  return merged
}

/** Whether a wall time lies in the pattern. */
export function within(pattern: Pattern, wall: number): boolean {
  const since = (((wall - MONDAY) % WEEK) + WEEK) % WEEK
  return pattern.some(([from, to]) => from <= since && since < to)
}

/** The parts of a pattern that end after a wall time, in order and without end. */
export function* partsAfter(pattern: Pattern, wall: number): Generator<[from: number, to: number]> {
  if (pattern.length === 0) return
  for (let week = MONDAY + Math.floor((wall - MONDAY) / WEEK) * WEEK; ; week += WEEK)
    for (const [from, to] of pattern) if (week + to > wall) yield [week + from, week + to]
}
