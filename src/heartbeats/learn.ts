import type { Due, Job } from '#heartbeats/define'
import { enoughOf } from '#heartbeats/judge-shift'
import { changedAt } from '#heartbeats/learn-change'
import { dueBy } from '#heartbeats/learn-due'
import { hoursOf } from '#heartbeats/learn-hours'
import { type Measure, type Model, measures, type PastRun, type Rhythm, type Usual } from '#heartbeats/learn-model'
import { gapsOf } from '#heartbeats/learn-paces'
import { fitRhythm } from '#heartbeats/learn-rhythm'
import { failingOf, usualOf } from '#heartbeats/learn-usual'
import { lateWordsOf, rhythmWords } from '#heartbeats/learn-words'

export type { Model } from '#heartbeats/learn-model'
export { explain } from '#heartbeats/learn-words'

const DAY_MS = 86_400_000
/** It has learned from so many runs, or so long; a week in which hardly anything happened tells nothing. */
const ENOUGH_RUNS = 50
const ENOUGH_MS = 7 * DAY_MS
const FEWEST = 7
/** A rhythm is that of the last so long, what is usual that of the last so many runs or so long: slow drift is followed. */
const RHYTHM_MS = 60 * DAY_MS
const NEWEST = 500
const NEWEST_MS = 21 * DAY_MS

const hasLearned = (ends: number[]) =>
  ends.length >= ENOUGH_RUNS || (ends.length >= FEWEST && (ends.at(-1) ?? 0) - (ends[0] ?? 0) >= ENOUGH_MS)

type Found = { rhythm: Rhythm | null; why: Model['why'] }

function rhythmOf(ends: number[], job: Job, a_year: number): Found {
  const hourAt = hoursOf(job.schedule)
  let from = 0
  for (;;) {
    const why = from > 0 ? 'changed' : 'learning'
    const all = gapsOf(ends.slice(from), job)
    if (!hasLearned(ends.slice(from)) || all.length < FEWEST - 1) return { rhythm: null, why }
    const { rhythm, ...fitted } = fitRhythm(all, a_year)
    const change = fitted.gaps[changedAt(fitted) ?? -1]
    if (!change) {
      if (!rhythm) return { rhythm, why: 'irregular' }
      return { rhythm: { ...rhythm, words: rhythmWords({ gaps: fitted.gaps, all }, hourAt) }, why: null }
    }
    // Of a new rhythm the old one says nothing.
    from = ends.indexOf(change.from)
  }
}

const inOrder = (runs: PastRun[]) => runs.toSorted((a, b) => a.ended_at - b.ended_at)

/** The runs by which it is judged at present are no measure of themselves. */
const JUDGED = 100
const JUDGED_MS = 7 * DAY_MS

/** The runs that say what is usual: the last ones, but for those that are being judged. */
function measuredBy(runs: PastRun[], now: number): PastRun[] {
  const since = (ms: number) => runs.filter(({ ended_at }) => ended_at >= now - ms).length
  const judged = Math.min(JUDGED, Math.floor(runs.length / 4), since(JUDGED_MS))
  return runs.slice(-Math.max(NEWEST, since(NEWEST_MS)), runs.length - judged)
}

/** What the runs (oldest first) tell about an agent: when it runs, and what a run of it takes. */
export function learn(runs: PastRun[], job: Job, now: number): Model {
  const past = inOrder(runs)
  const ends = past.map(({ ended_at }) => ended_at)
  const span = Math.max(1, (ends.at(-1) ?? 0) - (ends[0] ?? 0))
  const days = span / DAY_MS
  const a_year = Math.round(Math.min(1e6, (ends.length / span) * 365 * DAY_MS))
  const model: Model = {
    ...{ version: 1, runs: runs.length, days: Number(days.toFixed(1)), ready: hasLearned(ends), a_year },
    ...{ rhythm: null, why: 'learning', usual: {}, failing: null },
  }
  if (!model.ready) return model
  const enough = enoughOf(a_year)
  const newest = measuredBy(past, now)
  const usual: Partial<Record<Measure, Usual>> = {}
  for (const measure of measures) {
    const found = usualOf(measure, newest, enough)
    if (found) usual[measure] = found
  }
  const lately = ends.filter((at) => at >= now - RHYTHM_MS)
  return {
    ...model,
    ...rhythmOf(hasLearned(lately) ? lately : ends, job, a_year),
    usual,
    failing: failingOf(newest, enough),
  }
}

/** When the run after `base` is expected, and from when on its silence is no chance; nothing until that was learned. */
export const dueLearned = ({ rhythm }: Model, job: Job, base: number): Due | null =>
  rhythm ? dueBy(rhythm, job, base) : null

/** How late it is at this moment, in words; nothing where no rhythm is known. */
export function lateWords(model: Model, job: Job, base: number, at: number): string | null {
  const due = dueLearned(model, job, base)
  return due && model.rhythm ? lateWordsOf(model.rhythm.words, at - due.expected_at) : null
}
