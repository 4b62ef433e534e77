import { isWeekend } from '#heartbeats/learn-hours'
import type { Rhythm } from '#heartbeats/learn-model'
import { type Gap, type Piece, pacesOf } from '#heartbeats/learn-paces'
import { deviationsOf, doubt, quantile, sortedOf, spreadOf, weightedMedian } from '#heartbeats/learn-stats'

/** Shorter than this share of the usual is a part of a burst of runs. */
const BURST = 0.15
/** Gaps that vary more than this (a spread of logarithms; those of pure chance have 0.85) have no rhythm. */
const IRREGULAR = 0.78
/** A deadline is at least so much after the usual gap. */
const LEAST_LATE = Math.log(1.25)
/** False alarms in a year that the rhythm may raise. */
const A_YEAR = 0.1

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

export type Fitted = { gaps: Gap[]; shares: number[]; rhythm: Omit<Rhythm, 'words'> | null }

/** The rhythm of these gaps; nothing when they come by chance. */
export function fitRhythm(all: Gap[], a_year: number): Fitted {
  const paces = pacesOf(all).map((pace) => Math.sign(pace) * Math.max(1, Math.round(Math.abs(pace) / 1_000)) * 1_000)
  const within = weightedMedian(all.map((gap) => [shareOf(gap, paces), gap.length]))
  const gaps = all.filter((gap) => shareOf(gap, paces) >= BURST * within)
  const shares = gaps.map((gap) => shareOf(gap, paces))
  const steady = shares.filter((_, i) => isSteady(gaps[i]?.hours ?? [], paces))
  const logs = sortedOf((steady.length > shares.length / 2 ? steady : shares).map(Math.log))
  const usual = quantile(logs, 0.5)
  const spread = spreadOf(logs, [1])
  const far = deviationsOf(A_YEAR / Math.max(52, a_year)) * spread * doubt(logs.length, 1)
  // What happens to one in a hundred is a habit too.
  const rare = logs.length >= 100 ? quantile(logs, 0.99) - usual + LEAST_LATE : 0
  const late = Math.exp(usual + Math.max(far, LEAST_LATE, rare))
  const rhythm = {
    ...{ paces: paces.map((pace) => pace / 1_000), usual: round(Math.exp(usual)), late: round(late) },
    ...{ waking: wakingOf(gaps, shares, paces, late), longer: longerOf(gaps, shares, late) },
  }
  return { gaps, shares, rhythm: spread > IRREGULAR ? null : rhythm }
}
