import type { Due, Job } from '#heartbeats/define'
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

type Weighted = [value: number, weight: number][]
/** From the coarse to the fine: all, weekdays or weekend, parts of their days, hours of their days, hours of the week. */
const levels: ((hour: number) => string)[] = [
  () => 'all',
  (hour) => `${isWeekend(hour)}`,
  (hour) => `${isWeekend(hour)} ${dayPart(hour)}`,
  (hour) => `${isWeekend(hour)} at ${hour % 24}`,
  (hour) => `${hour}`,
]

/** In parts of the week of which nothing is known it is judged by the slowest it was seen at, so many times as patiently. */
const PATIENCE = 4

/**
 * How far runs lie apart around each hour of the week: the usual length of the gaps that cover it, by time. An hour differs
 * from the part of the day it belongs to only if that is no chance, so that few runs do not make a rhythm.
 */
function pacesOf(gaps: Gap[]): number[] {
  const groups = new Map<string, Weighted>()
  for (const { hours, length } of gaps)
    for (const piece of hours)
      for (const level of levels) {
        const key = level(piece.hour)
        const group = groups.get(key)
        if (group) group.push([length, piece.length])
        else groups.set(key, [[length, piece.length]])
      }
  const usual = new Map([...groups].map(([key, group]) => [key, { pace: weightedMedian(group), count: group.length }]))
  const seen = Array.from({ length: HOURS }, (_, hour) => {
    let pace = usual.get('all')?.pace ?? Number.NaN
    for (const level of levels) {
      const own = usual.get(level(hour))
      const least = Math.log(1.4) + 1.2 / Math.sqrt(own?.count ?? 1)
      if (own && Math.abs(Math.log(own.pace / pace)) > least) pace = own.pace
    }
    return pace
  })
  const known = (hour: number) => usual.has(levels[2]?.(hour) ?? '')
  const slowest = Math.max(...seen.filter((_, hour) => known(hour)))
  return seen.map((pace, hour) => (known(hour) ? pace : PATIENCE * slowest))
}

/** A gap as a share of what is usual at its time. */
const shareOf = ({ hours }: Gap, paces: number[]) =>
  hours.reduce((sum, { hour, length }) => sum + length / (paces[hour] ?? Number.POSITIVE_INFINITY), 0)

const groupOf = (hour: number) => `${isWeekend(hour) ? 'weekend' : 'weekday'} ${hour % 24}`
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

const round = (value: number) => Number(value.toPrecision(4))

export type Fitted = { gaps: Gap[]; shares: number[]; spread: number; rhythm: Omit<Rhythm, 'words'> | null }

/** The rhythm of these gaps; nothing when they come by chance. */
export function fitRhythm(all: Gap[], a_year: number): Fitted {
  const paces = pacesOf(all).map((pace) => Math.max(1, Math.round(pace / 1_000)) * 1_000)
  const within = weightedMedian(all.map((gap) => [shareOf(gap, paces), gap.length]))
  const gaps = all.filter((gap) => shareOf(gap, paces) >= BURST * within)
  const shares = gaps.map((gap) => shareOf(gap, paces))
  const logs = sortedOf(shares.map(Math.log))
  const usual = quantile(logs, 0.5)
  const away = logs.map((one) => Math.abs(one - usual)).sort()
  const spread = Math.max(SIGMA_OF_MAD * quantile(away, 0.5), (quantile(logs, 0.95) - usual) / 1.645)
  const far = deviationsOf(A_YEAR / Math.max(52, a_year)) * spread * doubt(logs.length)
  // What happens to one in a hundred is a habit too.
  const rare = logs.length >= 100 ? quantile(logs, 0.99) - usual + LEAST_LATE : 0
  const late = Math.exp(usual + Math.max(far, LEAST_LATE, rare))
  const longer = longerOf(gaps, shares, late)
  const rhythm = { paces: paces.map((pace) => pace / 1_000), usual: round(Math.exp(usual)), late: round(late), longer }
  return { gaps, shares, spread, rhythm: spread > IRREGULAR ? null : rhythm }
}

/** Runs in a row that all came late (in the middle of them) are another rhythm. */
const SLOWER_RUNS = 12
/** Of so many runs it is looked at whether they took half as long as before, or less. */
const FASTER_RUNS = 50

/** The number of the first gap of another rhythm than before, if there is one. */
export function changedAt({ gaps, shares, rhythm }: Fitted): number | undefined {
  if (!rhythm) return undefined
  const { usual, late } = rhythm
  const last = sortedOf(shares.slice(-SLOWER_RUNS))
  if (gaps.length > 2 * SLOWER_RUNS && quantile(last, 0.5) > late) return firstOf(shares, (share) => share > late)
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

/** Longer is not waited for. */
const LONGEST_MS = 60 * 24 * HOUR_MS

/** When the run after `base` is expected by its rhythm, and until when it may come by chance. */
export function dueBy({ paces, usual, late, longer }: Rhythm, { schedule, grace_s }: Job, base: number): Due | null {
  const hourAt = hoursOf(schedule)
  const latest = Math.max(late, longer[groupOf(hourAt(base).hour)] ?? 0)
  let share = 0
  let expected_at: number | undefined
  for (let at = base; at < base + LONGEST_MS; ) {
    const { hour, until, off } = hourAt(at)
    const pace = (paces[hour] ?? 0) * 1_000
    const gained = off ? 0 : (until - at) / pace
    if (expected_at === undefined && share + gained >= usual) expected_at = Math.round(at + (usual - share) * pace)
    if (expected_at !== undefined && share + gained >= latest) {
      const deadline_at = Math.round(at + (latest - share) * pace)
      return { expected_at, deadline_at: Math.max(deadline_at, expected_at + grace_s * 1_000) }
    }
    share += gained
    at = until
  }
  return null
}
