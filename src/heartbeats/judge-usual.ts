import type { ProblemCode } from '#contract/heartbeats'
import type { Problem, Run } from '#heartbeats/define'
import { badSigns, measureOf, scaleOf } from '#heartbeats/judge-measure'
import { enoughOf, watchFailures, watchMeasure } from '#heartbeats/judge-shift'
import { inWords, times } from '#heartbeats/judge-words'
import { type Measure, type Model, measures, type PastRun, type Usual } from '#heartbeats/learn-model'
import { median } from '#heartbeats/robust'

type Found = Omit<Problem, 'since'>
type Told = Pick<PastRun | Run, 'status' | 'numbers' | 'duration_ms' | 'ended_at'>
/** What was told and is not over. */
export type Open = Pick<Problem, 'code' | 'about' | 'since' | 'expected' | 'actual'>

const openOf = (open: readonly Open[], code: ProblemCode) =>
  open.find((one) => one.code === code && one.about === 'usual')
/** The number of the run at which it was told, or the first there is. */
const toldAt = (runs: Told[], { since }: Open) =>
  Math.max(
    0,
    runs.findLastIndex(({ ended_at }) => ended_at <= since),
  )

const codes: Record<Measure, ProblemCode> = {
  ...{ latency: 'latency', cost: 'cost', tokens: 'tokens', output: 'output_size', quality: 'quality' },
}
type Said = { one: string; many: string; as: string }
/** "Cost $0.064", "Costs $0.064 a run", "(twice as much)" */
const words: Record<Measure, (value: string) => Said> = {
  latency: (value) => ({ one: `Took ${value}`, many: `Takes ${value} a run`, as: 'as long' }),
  cost: (value) => ({ one: `Cost ${value}`, many: `Costs ${value} a run`, as: 'as much' }),
  tokens: (value) => ({ one: `Used ${value} tokens`, many: `Uses ${value} tokens a run`, as: 'as many' }),
  output: (value) => ({ one: `Wrote ${value}`, many: `Writes ${value} a run`, as: 'as much' }),
  quality: (value) => ({ one: `Quality was ${value}`, many: `Quality is ${value}`, as: '' }),
}

/** What a shift is called: over how many runs, and how much it is. */
function shiftOf(measure: Measure, usual: number, actual: number, runs: number): Found {
  const say = inWords[measure]
  const { one, many, as } = words[measure](say(actual))
  const ratio = measure === 'quality' ? '' : ` (${times(actual / usual, as)})`
  const message = `${runs > 1 ? many : one}, usually ${say(usual)}${ratio}${runs > 1 ? `, over the last ${runs} runs` : ''}`
  return { code: codes[measure], about: 'usual', message, expected: usual, actual }
}

function shiftedMeasure(measure: Measure, usual: Usual, runs: Told[], enough: number, open: readonly Open[]): Found[] {
  const scale = scaleOf(measure)
  const measured = runs.filter((run) => run.status === 'ok' && measureOf(measure, run) !== undefined)
  const values = measured.flatMap((run) => measureOf(measure, run) ?? [])
  const before = openOf(open, codes[measure])
  return badSigns[measure].flatMap((sign) => {
    const same = before && Math.sign((before.actual ?? 0) - (before.expected ?? 0)) === sign
    const told = same ? toldAt(measured, before) : undefined
    const watch = watchMeasure({ usual, scale, sign, enough, alone: true, told })
    let shifted = 0
    for (const value of values) shifted = watch(scale.to(value))
    if (shifted === 0) return []
    return [shiftOf(measure, scale.from(usual.center), median(values.slice(-shifted)), shifted)]
  })
}

function failsMore({ failing }: Model, runs: Told[], enough: number, open: readonly Open[]): Found[] {
  if (!failing) return []
  const before = openOf(open, 'success_rate')
  const watch = watchFailures(failing.share, enough, before && toldAt(runs, before))
  let shifted = 0
  for (const { status } of runs) shifted = watch(status === 'ok' ? 0 : 1)
  if (shifted === 0) return []
  const failed = runs.slice(-shifted).filter(({ status }) => status !== 'ok').length
  const usually = failing.seen > 0 ? `usually ${Number((failing.seen * 100).toPrecision(2))} in 100` : 'usually none'
  return [
    {
      code: 'success_rate',
      about: 'usual',
      message: `${failed} of the last ${shifted} runs failed, ${usually}`,
      expected: 1 - failing.seen,
      actual: 1 - failed / shifted,
    },
  ]
}

/** What has changed for the worse though nobody set a bound: what the runs, newest last, tell against what was learned. */
export function judgeUsual(model: Model, runs: Told[], open: readonly Open[] = []): Found[] {
  const enough = enoughOf(model.a_year)
  const shifts = measures.flatMap((measure) => {
    const usual = model.usual[measure]
    return usual ? shiftedMeasure(measure, usual, runs, enough, open) : []
  })
  return [...shifts, ...failsMore(model, runs, enough, open)]
}
