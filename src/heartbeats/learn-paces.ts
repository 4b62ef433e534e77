import type { Job } from '#heartbeats/define'
import { dayPart, HOUR_MS, HOURS, hoursOf, isWeekend } from '#heartbeats/learn-hours'
import { quantile, sortedOf } from '#heartbeats/learn-stats'

/** Time between the ends of two runs; days off do not count. */
export type Gap = { from: number; until: number; length: number; hours: Piece[]; date: string; weekend: boolean }
export type Piece = { hour: number; date: string; length: number }

/** The gaps between ends of runs, oldest first, cut at the hours of the time zone. */
export function gapsOf(ends: number[], { schedule }: Job): Gap[] {
  const hourAt = hoursOf(schedule)
  return ends.slice(1).flatMap((until, i) => {
    const from = ends[i] ?? until
    const begin = hourAt(from)
    const gap: Gap = { from, until, length: 0, hours: [], date: begin.date, weekend: isWeekend(begin.hour) }
    for (let at = from; at < until; ) {
      const piece = hourAt(at)
      const end = Math.min(until, piece.until)
      if (!piece.off) {
        gap.hours.push({ hour: piece.hour, date: piece.date, length: end - at })
        gap.length += end - at
      }
      at = end
    }
    return gap.length > 0 ? [gap] : []
  })
}

/** From the coarse to the fine: all, weekdays or weekend, parts of their days, hours of their days, hours of the week. */
const levels: ((hour: number) => number)[] = [
  () => 0,
  (hour) => (isWeekend(hour) ? 2 : 1),
  (hour) => (isWeekend(hour) ? 20 : 10) + dayPart(hour),
  (hour) => (isWeekend(hour) ? 200 : 100) + (hour % 24),
  (hour) => 1_000 + hour,
]
const groupsOf = Array.from({ length: HOURS }, (_, hour) => levels.map((level) => level(hour)))
/** By which group it is known whether it was ever seen at such a time: the part of the day. */
const SEEN = 2
const SEEN_MS = 2 * HOUR_MS

/** In parts of the week of which nothing is known (a negative pace) it is judged by its slowest, so many times as patiently. */
const PATIENCE = 4
/** Where slow and fast gaps share an hour, as the first one after the office closes, the slow ones count. */
const SLOWER = 0.7

/** Gaps on one day, shortest first. */
type Group = { lengths: number[]; weights: number[]; weight: number }
type Pace = { pace: number; count: number }
/** Whether a pace differs from what was believed, and not by the chance of few gaps. */
const differs = ({ pace, count }: Pace, from: number) =>
  Math.abs(Math.log(pace / from)) > Math.log(1.4) + 0.9 / Math.sqrt(count)
function paceOf({ lengths, weights, weight }: Group): number {
  let left = weight * SLOWER
  let i = 0
  for (; i < lengths.length - 1; i++) {
    left -= weights[i] ?? 0
    if (left <= 0) break
  }
  return lengths[i] ?? Number.NaN
}

/** The pace of the middle one of these days: what was on one of them alone is no habit. */
function usualPace(days: Group[]): Pace & { weight: number } {
  const paces = sortedOf(days.map(paceOf))
  return {
    pace: paces[(paces.length - 1) >> 1] ?? Number.NaN,
    count: days.reduce((sum, { lengths }) => sum + lengths.length, 0),
    weight: days.reduce((sum, { weight }) => sum + weight, 0),
  }
}

/** The usual length of the gaps that begin in an hour of the week. */
function startsOf(gaps: Gap[]): Map<number, Pace> {
  const lengths = Map.groupBy(gaps, ({ hours }) => hours[0]?.hour ?? 0)
  return new Map(
    [...lengths].map(([hour, begun]) => {
      const sorted = sortedOf(begun.map(({ length }) => length))
      return [hour, { pace: quantile(sorted, 0.5), count: sorted.length }]
    }),
  )
}

/**
 * How far runs lie apart around each hour of the week: the usual length of the gaps that cover it, by time. An hour differs
 * from the part of the day it belongs to only if that is no chance, so that few runs do not make a rhythm.
 */
export function pacesOf(gaps: Gap[]): number[] {
  const groups = new Map<number, Map<string, Group>>()
  for (const { hours, length } of gaps.toSorted((a, b) => a.length - b.length))
    for (const piece of hours)
      for (const key of groupsOf[piece.hour] ?? []) {
        const days = groups.get(key) ?? new Map<string, Group>()
        const group = days.get(piece.date) ?? { lengths: [], weights: [], weight: 0 }
        if (days.size === 0) groups.set(key, days)
        if (group.weight === 0) days.set(piece.date, group)
        group.lengths.push(length)
        group.weights.push(piece.length)
        group.weight += piece.length
      }
  const usual = new Map([...groups].map(([key, days]) => [key, usualPace([...days.values()])]))
  const paces = groupsOf.map((keys) =>
    keys.reduce((pace, key) => {
      const own = usual.get(key)
      if (!own || Number.isNaN(pace)) return own?.pace ?? pace
      return differs(own, pace) ? own.pace : pace
    }, Number.NaN),
  )
  // In an hour in which it slows down, what begins there tells more than what ends there.
  for (const [hour, own] of startsOf(gaps)) {
    const pace = paces[hour] ?? own.pace
    if (own.pace > pace && differs(own, pace)) paces[hour] = own.pace
  }
  const known = groupsOf.map((keys) => (usual.get(keys[SEEN] ?? -1)?.weight ?? 0) >= SEEN_MS)
  const seen = paces.filter((_, hour) => known[hour])
  const slowest = Math.max(...(seen.length > 0 ? seen : paces))
  return evened(paces.map((pace, hour) => (known[hour] ? pace : -PATIENCE * slowest)))
}

/** From one hour to the next, paces that differ less are the same, and chance. */
const SAME = Math.log(1.4)

/** Hours in a row that are alike have one pace: that of all of them. */
function evened(paces: number[]): number[] {
  const even: number[] = []
  let [sum, count] = [0, 0]
  const close = () =>
    even.push(...new Array<number>(count).fill(Math.exp(sum / Math.max(1, count)) * Math.sign(paces[even.length] ?? 1)))
  for (const [hour, pace] of paces.entries()) {
    const [log, before] = [Math.log(Math.abs(pace)), paces[hour - 1] ?? pace]
    if (count > 0 && (pace * before < 0 || Math.abs(log - sum / count) > SAME)) {
      close()
      sum = count = 0
    }
    sum += log
    count++
  }
  close()
  return even
}
