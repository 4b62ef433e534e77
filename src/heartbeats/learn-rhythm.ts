import type { Job } from '#heartbeats/define'
import { dayPart, HOUR_MS, HOURS, hoursOf, isWeekend } from '#heartbeats/learn-hours'
import type { Rhythm } from '#heartbeats/learn-model'
import { deviationsOf, doubt, quantile, sortedOf, weightedMedian } from '#heartbeats/learn-stats'
import { SIGMA_OF_MAD } from '#heartbeats/robust'

/** Time between the ends of two runs; days off do not count. */
export type Gap = { from: number; until: number; length: number; hours: Piece[]; date: string; weekend: boolean }
type Piece = { hour: number; length: number }

/** Shorter than this share of the usual is a part of a burst of runs. */
const BURST = 0.15
/** Gaps that vary more than this (a spread of logarithms; those of pure chance have 0.85) have no rhythm. */
const IRREGULAR = 0.7
/** A deadline is at least so much after the usual gap. */
const LEAST_LATE = Math.log(1.25)
/** False alarms in a year that the rhythm may raise. */
const A_YEAR = 0.2

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
        gap.hours.push({ hour: piece.hour, length: end - at })
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
function pacesOf(gaps: Gap[]): number[] {
  const groups = new Map<number, Group>()
  for (const { hours, length } of gaps.toSorted((a, b) => a.length - b.length))
    for (const piece of hours)
      for (const key of groupsOf[piece.hour] ?? []) {
        const group = groups.get(key) ?? { lengths: [], weights: [], weight: 0 }
        if (group.weight === 0) groups.set(key, group)
        group.lengths.push(length)
        group.weights.push(piece.length)
        group.weight += piece.length
      }
  const usual = new Map([...groups].map(([key, group]) => [key, { pace: paceOf(group), count: group.lengths.length }]))
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
  const known = groupsOf.map((keys) => (groups.get(keys[SEEN] ?? -1)?.weight ?? 0) >= SEEN_MS)
  const seen = paces.filter((_, hour) => known[hour])
  const slowest = Math.max(...(seen.length > 0 ? seen : paces))
  return paces.map((pace, hour) => (known[hour] ? pace : -PATIENCE * slowest))
}

/** A gap as a share of what is usual at its time. */
const shareOf = ({ hours }: Gap, paces: number[]) =>
  hours.reduce((sum, { hour, length }) => sum + length / Math.abs(paces[hour] ?? Number.POSITIVE_INFINITY), 0)

export const groupOf = (hour: number) => `${isWeekend(hour) ? 'weekend' : 'weekday'} ${hour % 24}`
/** Of days on which a longer gap followed on a run in the same hour, so many make it a habit. */
const HABIT_DAYS = 5

/** Gaps that are long at the same hour of the day again and again: the last run before the office closes. */
function longerOf(gaps: Gap[], shares: number[], late: number): Record<string, number> {
  const days = new Map<string, Map<string, number>>()
  gaps.forEach(({ hours, date }, i) => {
    const key = groupOf(hours[0]?.hour ?? 0)
    const group = days.get(key) ?? new Map<string, number>()
    days.set(key, group.set(date, Math.max(group.get(date) ?? 0, shares[i] ?? 0)))
  })
  const longer: Record<string, number> = {}
  for (const [key, group] of days) {
    // The longest of all may be the one time it did not run.
    const [, second] = [...group.values()].toSorted((a, b) => b - a)
    const habit = group.size >= HABIT_DAYS && second !== undefined ? second * 1.1 : 0
    if (habit > late) longer[key] = round(habit)
  }
  return longer
}

/** From a slow hour into one that is faster by this factor, it wakes up. */
const WAKES = 1.4
export const wakes = (paces: number[], first: number, later: number) =>
  Math.abs(paces[first] ?? 0) > Math.abs(paces[later] ?? 0) * WAKES
/** So many times it must have been seen to wake up. */
const SEEN_WAKING = 10

/** The longest that it took to wake up: a gap that began in slow hours may be as long as gaps are there. */
function wakingOf(gaps: Gap[], shares: number[], paces: number[], late: number): number | null {
  const seen = shares.filter((_, i) => {
    const hours = gaps[i]?.hours ?? []
    return hours.some(({ hour }) => wakes(paces, hours[0]?.hour ?? 0, hour))
  })
  const [longest = 0, second = 0] = seen.toSorted((a, b) => b - a)
  if (seen.length < SEEN_WAKING) return null
  return round(Math.max(late, (seen.length < 2 * SEEN_WAKING ? longest : second) * 1.25))
}

const round = (value: number) => Number(value.toPrecision(4))

/** Whether its pace is the same from beginning to end: only these tell how much gaps vary. */
const isSteady = (hours: Piece[], paces: number[]) => {
  const first = hours[0]?.hour ?? 0
  return hours.every(({ hour }) => !wakes(paces, first, hour) && !wakes(paces, hour, first))
}

export type Fitted = { gaps: Gap[]; shares: number[]; spread: number; rhythm: Omit<Rhythm, 'words'> | null }

/** The rhythm of these gaps; nothing when they come by chance. */
export function fitRhythm(all: Gap[], a_year: number): Fitted {
  const paces = pacesOf(all).map((pace) => Math.sign(pace) * Math.max(1, Math.round(Math.abs(pace) / 1_000)) * 1_000)
  const within = weightedMedian(all.map((gap) => [shareOf(gap, paces), gap.length]))
  const gaps = all.filter((gap) => shareOf(gap, paces) >= BURST * within)
  const shares = gaps.map((gap) => shareOf(gap, paces))
  const steady = shares.filter((_, i) => isSteady(gaps[i]?.hours ?? [], paces))
  const logs = sortedOf((steady.length > shares.length / 2 ? steady : shares).map(Math.log))
  const usual = quantile(logs, 0.5)
  const away = logs.map((one) => Math.abs(one - usual)).sort()
  const spread = Math.max(SIGMA_OF_MAD * quantile(away, 0.5), (quantile(logs, 0.95) - usual) / 1.645)
  const far = deviationsOf(A_YEAR / Math.max(52, a_year)) * spread * doubt(logs.length)
  // What happens to one in a hundred is a habit too.
  const rare = logs.length >= 100 ? quantile(logs, 0.99) - usual + LEAST_LATE : 0
  const late = Math.exp(usual + Math.max(far, LEAST_LATE, rare))
  const rhythm = {
    ...{ paces: paces.map((pace) => pace / 1_000), usual: round(Math.exp(usual)), late: round(late) },
    ...{ waking: wakingOf(gaps, shares, paces, late), longer: longerOf(gaps, shares, late) },
  }
  return { gaps, shares, spread, rhythm: spread > IRREGULAR ? null : rhythm }
}

/** Runs in a row that all came late (in the middle of them) are another rhythm. */
const LATER_RUNS = 12
/** Of so many runs it is looked at whether they took half as long as before, or less. */
const FASTER_RUNS = 50

/** The number of the first gap of another rhythm than before, if there is one. */
export function changedAt({ gaps, shares, rhythm }: Fitted): number | undefined {
  if (!rhythm) return undefined
  const { usual, late } = rhythm
  const last = sortedOf(shares.slice(-LATER_RUNS))
  if (gaps.length > 2 * LATER_RUNS && quantile(last, 0.5) > late) return firstOf(shares, (share) => share > late)
  const newest = sortedOf(shares.slice(-FASTER_RUNS))
  const faster = (share: number) => share < usual / 2
  return gaps.length > 2 * FASTER_RUNS && quantile(newest, 0.75) < usual / 2 ? firstOf(shares, faster) : undefined
}
/** Where the last unbroken majority of such gaps begins. */
function firstOf(shares: number[], like: (share: number) => boolean): number {
  let [best, at, score] = [0, shares.length, 0]
  for (let i = shares.length - 1; i >= 0; i--) {
    score += like(shares[i] ?? 0) ? 1 : -1
    if (score > best) [best, at] = [score, i]
  }
  return at
}
