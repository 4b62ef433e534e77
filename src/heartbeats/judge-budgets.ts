import type { Budgets, Problem, Run } from '#heartbeats/define'
import { measureOf } from '#heartbeats/judge-measure'
import { dollars, inWords, time } from '#heartbeats/judge-words'
import type { Model, PastRun } from '#heartbeats/learn-model'
import { median } from '#heartbeats/robust'

type Found = Omit<Problem, 'since'>
export type Spent = { cost_usd: number; tokens: number }
type Told = Pick<PastRun | Run, 'status' | 'numbers' | 'duration_ms'>

/** Rates and percentiles are those of so many runs. */
const WINDOW = 20
/** Of fewer runs, a share says nothing. */
const FEWEST = 5

const tokens = (value: number) => `${inWords.tokens(value)} tokens`
const shareWords = (value: number) => `${Number((value * 100).toFixed(1))} %`

function overRun(budgets: Budgets, run: Run): Found[] {
  const { max_cost_usd_per_run: most_usd, max_tokens_per_run: most_tokens, min_quality_score: least } = budgets
  const [cost, used, quality] = (['cost', 'tokens', 'quality'] as const).map((measure) => measureOf(measure, run))
  const found: Found[] = []
  if (most_usd !== undefined && cost !== undefined && cost > most_usd)
    found.push({
      ...{ code: 'cost', about: 'max_cost_usd_per_run', expected: most_usd, actual: cost },
      message: `Cost ${dollars(cost)}, at most ${dollars(most_usd)} a run allowed`,
    })
  if (most_tokens !== undefined && used !== undefined && used > most_tokens)
    found.push({
      ...{ code: 'tokens', about: 'max_tokens_per_run', expected: most_tokens, actual: used },
      message: `Used ${tokens(used)}, at most ${inWords.tokens(most_tokens)} a run allowed`,
    })
  if (least !== undefined && quality !== undefined && quality < least)
    found.push({
      ...{ code: 'quality', about: 'min_quality_score', expected: least, actual: quality },
      message: `Quality was ${inWords.quality(quality)}, at least ${inWords.quality(least)} expected`,
    })
  return found
}

function overDay({ max_cost_usd_per_day: most_usd, max_tokens_per_day: most_tokens }: Budgets, today: Spent): Found[] {
  const found: Found[] = []
  if (most_usd !== undefined && today.cost_usd > most_usd)
    found.push({
      ...{ code: 'cost', about: 'max_cost_usd_per_day', expected: most_usd, actual: today.cost_usd },
      message: `Cost ${dollars(today.cost_usd)} today, at most ${dollars(most_usd)} a day allowed`,
    })
  if (most_tokens !== undefined && today.tokens > most_tokens)
    found.push({
      ...{ code: 'tokens', about: 'max_tokens_per_day', expected: most_tokens, actual: today.tokens },
      message: `Used ${tokens(today.tokens)} today, at most ${inWords.tokens(most_tokens)} a day allowed`,
    })
  return found
}

function overLast({ max_latency_p95_ms: most_ms, min_success_rate: least }: Budgets, last: Told[]): Found[] {
  const found: Found[] = []
  const times = last.flatMap((run) => measureOf('latency', run) ?? []).toSorted((a, b) => a - b)
  // Nearest rank: of 20 values the second largest, so one of them may be wild.
  const p95 = times[Math.ceil(times.length * 0.95) - 1]
  if (most_ms !== undefined && p95 !== undefined && p95 > most_ms)
    found.push({
      ...{ code: 'latency', about: 'max_latency_p95_ms', expected: most_ms, actual: p95 },
      message: `95 of 100 runs take up to ${time(p95)}, at most ${time(most_ms)} allowed (the last ${times.length} runs)`,
    })
  const failed = last.filter(({ status }) => status !== 'ok').length
  const rate = 1 - failed / last.length
  if (least !== undefined && last.length >= FEWEST && rate < least)
    found.push({
      ...{ code: 'success_rate', about: 'min_success_rate', expected: least, actual: rate },
      message: `${failed} of the last ${last.length} runs failed: ${shareWords(rate)} succeeded, at least ${shareWords(least)} expected`,
    })
  return found
}

/** Its usual output: as learned, or as the last runs have it. */
function usualOutput(model: Model | null, recent: Told[]): number | undefined {
  if (model?.usual.output) return Math.exp(model.usual.output.center)
  const known = recent.flatMap((run) => (run.status === 'ok' ? (measureOf('output', run) ?? []) : []))
  return known.length >= FEWEST ? median(known) : undefined
}
function offSize({ max_output_size_deviation: most }: Budgets, run: Run, usual: number | undefined): Found[] {
  const actual = measureOf('output', run)
  if (most === undefined || actual === undefined || !usual || run.status !== 'ok') return []
  const off = actual / usual - 1
  if (Math.abs(off) <= most) return []
  const [much, bound] = [shareWords(Math.abs(off)), shareWords(most)]
  const message = `Wrote ${inWords.output(actual)}, ${much} ${off > 0 ? 'more' : 'less'} than usual (${inWords.output(usual)}); at most ${bound} allowed`
  return [{ code: 'output_size', about: 'max_output_size_deviation', message, expected: usual, actual }]
}

type Parts = { budgets: Budgets; run: Run; model: Model | null; recent: PastRun[]; today: Spent }

/** Bounds that somebody has set, each taken at its word. */
export const judgeBudgets = ({ budgets, run, model, recent, today }: Parts): Found[] => [
  ...overRun(budgets, run),
  ...overDay(budgets, today),
  ...overLast(budgets, [...recent, run].slice(-WINDOW)),
  ...offSize(budgets, run, usualOutput(model, recent)),
]
