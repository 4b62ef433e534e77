import type { RunStatus } from '#contract/heartbeats'

/** A run of an agent as it is remembered. */
export type PastRun = {
  status: RunStatus
  began_at: number | null
  ended_at: number
  duration_ms: number | null
  numbers: Record<string, number>
}

/** What is measured of every run. */
export const measures = ['latency', 'cost', 'tokens', 'output', 'quality'] as const
export type Measure = (typeof measures)[number]

/**
 * What a measure usually is. `center` and `spread` are on its scale: the logarithm, or for quality itself; `low` to `high`
 * are where 8 of 10 runs lie, as people know them.
 */
export type Usual = {
  count: number
  center: number
  spread: number
  low: number
  high: number
  /** How much a run takes after the one before, 0 to 1. */
  echo: number
  /** The farthest that a usual run was above the center, and below. */
  above: number
  below: number
  /** Runs that were far out, counted by how far: see judge-shift.ts. */
  tails: number[]
}

/** When it runs. Paces are seconds between runs, by hour of the week. */
export type Rhythm = {
  paces: number[]
  /** Usual gap as a share of the pace, and the gap that chance does not bring about. */
  usual: number
  late: number
  /** The same after hours in which it is slow; nothing while that was hardly seen. */
  waking: number | null
  /** Gaps that come regularly after a run in this hour (of a weekday, of a weekend) though they are longer. */
  longer: Record<string, number>
  /** "every 55–65 min on weekdays" */
  words: string
}

/** What an agent usually does, found out from its runs: small, plain data. */
export type Model = {
  version: 1
  /** That it was learned from, in so many days. */
  runs: number
  days: number
  ready: boolean
  /** Runs in a year, for chances add up. */
  a_year: number
  rhythm: Rhythm | null
  /** Why there is no rhythm. */
  why: 'learning' | 'changed' | 'irregular' | null
  usual: Partial<Record<Measure, Usual>>
  /** The share of runs that failed, and what it may be in truth. */
  failing: { seen: number; share: number; count: number } | null
}
