import type { Job } from '#heartbeats/define'
import { inWords, range, time } from '#heartbeats/judge-words'
import { dayPart, type hoursOf, isWeekend } from '#heartbeats/learn-hours'
import { type Measure, type Model, measures, type Usual } from '#heartbeats/learn-model'
import type { Gap } from '#heartbeats/learn-paces'
import { quantile, sortedOf } from '#heartbeats/learn-stats'

const DAY_H = 24
/** A part of the week has hardly any runs when it has less than this share of what would be even. */
const HARDLY = 0.05
/** Longer than the usual by this factor is a pause, and no gap between runs. */
const PAUSE = 2.5

const middle = (gaps: Gap[]) => quantile(sortedOf(gaps.map(({ length }) => length)), 0.5)

function everyWords(gaps: Gap[]): string {
  const usual = middle(gaps)
  const near = sortedOf(gaps.map(({ length }) => length).filter((length) => length < usual * PAUSE))
  return `every ${range(quantile(near, 0.1), quantile(near, 0.9))}`
}

/** How much of the runs there is for each hour that was watched, relative to all of them. */
function densityOf(gaps: Gap[], of: (hour: number) => boolean): number | undefined {
  let [runs, watched, allWatched] = [0, 0, 0]
  for (const { hours } of gaps) {
    if (of(hours[0]?.hour ?? 0)) runs += 1
    for (const { hour, length } of hours) {
      allWatched += length
      if (of(hour)) watched += length
    }
  }
  return watched > 0 ? runs / gaps.length / (watched / allWatched) : undefined
}

const clockTime = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(Math.floor(minute % 60)).padStart(2, '0')}`

/** Once a day, and when: where the runs gather on the face of the clock, if they do. */
function dailyWords(gaps: Gap[], hourAt: ReturnType<typeof hoursOf>): string {
  const minutes = gaps.map(({ until }) => {
    const { hour, until: end } = hourAt(until)
    return (hour % DAY_H) * 60 + 60 - (end - until) / 60_000
  })
  const around = (minute: number) => (minute / 1_440) * 2 * Math.PI
  const [x, y] = [Math.cos, Math.sin].map(
    (of) => minutes.reduce((sum, one) => sum + of(around(one)), 0) / minutes.length,
  )
  if (Math.hypot(x ?? 0, y ?? 0) < 0.9) return 'once a day'
  const minute = ((Math.atan2(y ?? 0, x ?? 0) / (2 * Math.PI)) * 1_440 + 1_440) % 1_440
  return `once a day at about ${clockTime((Math.round(minute / 5) * 5) % 1_440)}`
}

/** Parts of the day that a run hardly ever falls in; the hours of work, when those are all but few. */
function restWords(gaps: Gap[]): string[] {
  const parts = ['at night', 'in the morning', 'in the afternoon', 'in the evening']
  const density = parts.map((_, part) => densityOf(gaps, (hour) => !isWeekend(hour) && dayPart(hour) === part))
  const quiet = parts.filter((_, part) => (density[part] ?? 1) < HARDLY)
  return quiet.length === 0 || quiet.length === parts.length ? [] : [`hardly ever ${quiet.join(' or ')}`]
}

/** The rhythm in words: "every 55–65 min on weekdays, every 3–5 h at weekends, hardly ever at night". */
export function rhythmWords({ gaps, all }: { gaps: Gap[]; all: Gap[] }, hourAt: ReturnType<typeof hoursOf>): string {
  const week = gaps.filter(({ weekend }) => !weekend)
  const end = gaps.filter(({ weekend }) => weekend)
  const main = week.length > 0 ? week : end
  const usual = middle(main)
  const daily = usual > 20 * 3_600_000 && usual < 28 * 3_600_000
  const often = daily ? dailyWords(main, hourAt) : everyWords(main)
  const atEnd = densityOf(all, isWeekend)
  const bursts = all.length > 1.5 * gaps.length ? [`about ${Math.round(all.length / gaps.length)} runs at a time`] : []
  const rest = daily ? [] : restWords(all)
  if (week.length > 0 && atEnd !== undefined && atEnd < HARDLY)
    return [`${often} on weekdays`, ...bursts, ...rest, 'hardly ever at weekends'].join(', ')
  if (week.length > 3 && end.length > 3 && Math.abs(Math.log(middle(end) / usual)) > Math.log(1.4))
    return [`${often} on weekdays`, `${everyWords(end)} at weekends`, ...bursts, ...rest].join(', ')
  return [often, ...(week.length > 0 && atEnd === undefined ? ['on weekdays'] : [])]
    .join(' ')
    .concat(...[...bursts, ...rest].map((one) => `, ${one}`))
}

const about: Record<Measure, (value: string, low: string, high: string) => string> = {
  latency: (value, low, high) => `A run takes about ${value} (${low} to ${high})`,
  cost: (value, low, high) => `A run costs about ${value} (${low.slice(1)}–${high.slice(1)})`,
  tokens: (value, low, high) => `A run uses about ${value} tokens (${low}–${high})`,
  output: (value, low, high) => `A run writes about ${value} (${low} to ${high})`,
  quality: (value, low, high) => `Its quality is about ${value} (${low}–${high})`,
}
function usualWords(measure: Measure, { center, low, high }: Usual): string {
  const say = inWords[measure]
  return about[measure](say(measure === 'quality' ? center : Math.exp(center)), say(low), say(high))
}

function failingWords({ failing }: Model): string[] {
  if (!failing) return []
  const { seen, count } = failing
  if (seen === 0) return [`None of ${count} runs failed`]
  return [`About ${Number((seen * 100).toPrecision(2))} in 100 runs fail`]
}

const noRhythm: Record<NonNullable<Model['why']>, string> = {
  learning: 'Its rhythm is not known yet: the schedule counts',
  changed: 'Its rhythm has changed and is learned anew: the schedule counts until then',
  irregular: 'No rhythm was found, it seems to run when something happens: the schedule counts',
}

/** What was learned, in sentences for people. */
export function explain(model: Model, _job: Job): string[] {
  if (!model.ready) return [`Learning: ${model.runs} of 50 runs`]
  const rhythm = model.rhythm ? `Usually ${model.rhythm.words}` : noRhythm[model.why ?? 'learning']
  const rest = measures.flatMap((measure) => {
    const usual = model.usual[measure]
    return usual ? [usualWords(measure, usual)] : []
  })
  return [rhythm, ...rest, ...failingWords(model)]
}

/** What is said of a run that did not come in time: "This run is 3 h late; usually every 55–65 min on weekdays". */
export const lateWordsOf = (words: string, late_ms: number) => `This run is ${time(late_ms)} late; usually ${words}`
