import { count, ms, plural } from '@/ui/format'
import type { AgentRun, BudgetName, Budgets, Charts } from './types'
import { score, share, short, usd } from './words'

type Facts = {
  title: string
  hint: string
  /** The unit behind the box of the form. */
  suffix: string
  step: number
  /** The form has percent where the wire has a share. */
  percent?: true
  words: (value: number | null | undefined) => string
  /** What `actual` is measured over. */
  over: string
}
/** Everything that a limit can be set for. */
export const budgetFacts: Record<BudgetName, Facts> = {
  max_cost_usd_per_run: {
    ...{ title: 'Cost of a run', suffix: 'US dollars', step: 0.01, words: usd, over: 'dearest of the last 20' },
    hint: 'At most, for one run.',
  },
  max_cost_usd_per_day: {
    ...{ title: 'Cost of a day', suffix: 'US dollars', step: 1, words: usd, over: 'today' },
    hint: 'At most, all runs of a calendar day together.',
  },
  max_tokens_per_run: {
    ...{ title: 'Tokens of a run', suffix: 'tokens', step: 1000, words: short, over: 'most of the last 20' },
    hint: 'At most, in and out together.',
  },
  max_tokens_per_day: {
    ...{ title: 'Tokens of a day', suffix: 'tokens', step: 10_000, words: short, over: 'today' },
    hint: 'At most, in and out of all runs of a calendar day.',
  },
  max_latency_p95_ms: {
    ...{ title: 'Latency p95', suffix: 'ms', step: 500, words: ms, over: 'last 20 runs' },
    hint: 'At most: 95 of 100 runs have to be faster.',
  },
  min_success_rate: {
    ...{ title: 'Success rate', suffix: '%', step: 1, percent: true, words: share, over: 'last 20 runs' },
    hint: 'At least, of the last 20 runs.',
  },
  min_quality_score: {
    ...{ title: 'Quality score', suffix: 'of 1', step: 0.05, words: score, over: 'last run' },
    hint: 'At least; a run reports a score from 0 to 1.',
  },
  max_output_size_deviation: {
    ...{ title: 'Size of the output', suffix: '% off', step: 10, percent: true, words: share, over: 'last run' },
    hint: 'At most, from its usual size: 50 is half as much again, or half.',
  },
}
// Safe: the type of the table says which keys it has.
export const budgetNames = Object.keys(budgetFacts) as BudgetName[]
export const isLeast = (name: BudgetName) => name.startsWith('min_')

const numbersOf = (runs: readonly AgentRun[], value: (run: AgentRun) => number | undefined) =>
  runs.flatMap((run) => value(run) ?? [])
export const tokensOf = ({ numbers: { input_tokens, output_tokens } }: AgentRun): number | undefined =>
  input_tokens === undefined && output_tokens === undefined ? undefined : (input_tokens ?? 0) + (output_tokens ?? 0)
export const latencyOf = ({ numbers, duration_ms }: AgentRun) => numbers.latency_ms ?? duration_ms ?? undefined

/** The value that this share of the values does not exceed, by nearest rank. */
function ranked(values: readonly number[], part: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)]
}
const most = (values: readonly number[]) => (values.length > 0 ? Math.max(...values) : undefined)

/** How far the newest output is from the usual size of those before it. */
function deviation(sizes: readonly number[]): number | undefined {
  const [newest, ...before] = sizes
  const usual = ranked(before, 0.5)
  return newest === undefined || !usual ? undefined : Math.abs(newest / usual - 1)
}

/** What each limit is held against: of the last 20 runs, newest first, and of today. */
export function actuals(runs: readonly AgentRun[], today: Charts['today'] | undefined): Budgets {
  const good = runs.filter(({ status }) => status === 'ok').length
  const found: { [name in BudgetName]: number | undefined } = {
    max_cost_usd_per_run: most(numbersOf(runs, ({ numbers }) => numbers.cost_usd)),
    max_cost_usd_per_day: today?.cost_usd,
    max_tokens_per_run: most(numbersOf(runs, tokensOf)),
    max_tokens_per_day: today?.tokens,
    max_latency_p95_ms: ranked(numbersOf(runs, latencyOf), 0.95),
    min_success_rate: runs.length > 0 ? good / runs.length : undefined,
    min_quality_score: numbersOf(runs, ({ numbers }) => numbers.quality_score)[0],
    max_output_size_deviation: deviation(numbersOf(runs, ({ numbers }) => numbers.output_bytes)),
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))
}

/** `The last 20 runs had 1.2k, at most 3k.`: what to set a limit by. Nothing before there are runs. */
export function hadWords(
  name: BudgetName,
  runs: readonly AgentRun[],
  today: Charts['today'] | undefined,
): string | null {
  const words = (value: number | undefined) => budgetFacts[name].words(value).replace(' ', '\u00a0')
  const last = runs.length === 1 ? 'The last run had' : `The last ${count(runs.length)} runs had`
  const values: Partial<Record<BudgetName, number[]>> = {
    max_cost_usd_per_run: numbersOf(runs, ({ numbers }) => numbers.cost_usd),
    max_tokens_per_run: numbersOf(runs, tokensOf),
    min_quality_score: numbersOf(runs, ({ numbers }) => numbers.quality_score),
  }
  const seen = values[name]
  if (seen) {
    if (seen.length === 0) return null
    const edge = isLeast(name) ? `at least ${words(Math.min(...seen))}` : `at most ${words(Math.max(...seen))}`
    return `${last} ${words(ranked(seen, 0.5))} as a rule, ${edge}.`
  }
  const actual = actuals(runs, today)[name]
  if (actual === undefined) return null
  if (name.endsWith('_per_day'))
    return today && today.runs > 0 ? `Today so far: ${words(actual)} in ${plural(today.runs, 'run')}.` : null
  if (name === 'max_output_size_deviation') return `The last run was ${words(actual)} off.`
  return `${last} ${words(actual)}.`
}

/** How full a budget is, from 0 to 1, and whether it is broken or nearly so. */
export function fill(name: BudgetName, actual: number | undefined, limit: number) {
  if (actual === undefined) return { part: 0, mark: null, state: 'unknown' as const }
  if (isLeast(name))
    return { part: Math.min(1, actual), mark: limit, state: actual < limit ? ('broken' as const) : ('kept' as const) }
  const part = limit > 0 ? actual / limit : actual > 0 ? 1 : 0
  const state = actual > limit ? ('broken' as const) : part > 0.8 ? ('near' as const) : ('kept' as const)
  return { part: Math.min(1, part), mark: null, state }
}
