import { describe, expect, test } from 'bun:test'
import type { Budgets, Job, Run } from '#heartbeats/define'
import { judgeRun, type PastRun } from '#heartbeats/judge'
import { learn } from '#heartbeats/learn'

const HOUR = 3_600_000
const START = Date.parse('2026-06-01T00:00:00Z')
/** Normal values in an order without a pattern: the quantiles of the normal distribution, walked through in large steps. */
const DRAWN = Array.from({ length: 101 }, (_, i) => {
  const share = (((i * 37) % 101) + 0.5) / 101
  return Math.log(share / (1 - share)) / 1.702
})
const noise = (i: number) => DRAWN[i % DRAWN.length] ?? 0

const job = (budgets: Budgets = {}, mode: 'fixed' | 'learned' = 'learned'): Job => ({
  ...{ kind: 'ai', schedule: { kind: 'interval', every_s: 3_600, timezone: 'UTC' }, grace_s: 60, max_runtime_s: null },
  ...{ min_interval_s: null, per_day: null, failures: 3, manual_resume: false, watch_duration: false, numbers: [] },
  ai: { mode, budgets },
})
type More = Partial<Run> & { sigma?: number }
const runAt = (i: number, numbers: Record<string, number> = {}, { sigma = 0.1, ...more }: More = {}): Run => ({
  ...{ status: 'ok', began_at: null, ended_at: START + i * HOUR, duration_ms: null, rid: null },
  numbers: {
    cost_usd: 0.031 * Math.exp(sigma * noise(i)),
    input_tokens: 6_000 * Math.exp(sigma * noise(i + 29)),
    latency_ms: 20_000 * Math.exp(sigma * noise(i + 53)),
    output_bytes: 4_000 * Math.exp(sigma * noise(i + 71)),
    quality_score: 0.85 + 0.03 * noise(i + 11),
    ...numbers,
  },
  ...more,
})
const LEARNED = 400
const past = (sigma: number, count = LEARNED) => Array.from({ length: count }, (_, i): Run => runAt(i, {}, { sigma }))
const today = { cost_usd: 0, tokens: 0 }

/** What is said of each of these runs, one after the other, after a past with so much noise. */
function judged(more: ((i: number) => Run)[], what = job(), sigma = 0.1) {
  const known = past(sigma)
  const model = learn(known, what, known.at(-1)?.ended_at ?? 0)
  const runs: PastRun[] = [...known]
  return more.map((next, i) => {
    const run = next(LEARNED + i)
    const found = judgeRun({ job: what, run, model, recent: runs.slice(-100), today })
    runs.push(run)
    return found
  })
}
const times = <T>(count: number, one: T) => Array.from({ length: count }, () => one)
const codes = (found: { code: string }[][]) => found.map((one) => one.map(({ code }) => code).join(' '))
const usual = (i: number) => runAt(i)
const cost =
  (factor: number, sigma = 0.1) =>
  (i: number) =>
    runAt(i, { cost_usd: 0.031 * factor * Math.exp(sigma * noise(i)) }, { sigma })

describe('what nobody has set a bound for', () => {
  test('once told it stays until runs speak for the usual, also when what was learned anew would not find it', () => {
    const known = past(0.1)
    const model = learn(known, job(), known.at(-1)?.ended_at ?? 0)
    // A little more than usual: too little to be found.
    const runs = [...known, cost(1.25)(LEARNED)]
    const since = runs.at(-1)?.ended_at ?? 0
    const told = { code: 'cost' as const, about: 'usual', since, expected: 0.031, actual: 0.08 }
    const next = (run: Run, open: (typeof told)[]) =>
      judgeRun({ job: job(), run, model, recent: runs.slice(-100), today, open }).map(({ code }) => code)
    expect(next(cost(1.25)(LEARNED + 1), [])).toEqual([])
    expect(next(cost(1.25)(LEARNED + 1), [told])).toEqual(['cost'])
    const after = [1, 2, 3, 4, 5, 6].map((i) => {
      const run = cost(1)(LEARNED + i)
      const said = next(run, [told])
      runs.push(run)
      return said.length
    })
    expect([after[0], after.at(-1)]).toEqual([1, 0])
    // Told of something else, it changes nothing here.
    expect(next(cost(1.25)(LEARNED + 9), [{ ...told, about: 'budget' }])).toEqual([])
  })

  test('is not complained of while it is as usual', () => {
    expect(codes(judged(times(150, usual))).join('')).toBe('')
    const noisy = (i: number) => runAt(i, {}, { sigma: 0.5 })
    expect(codes(judged(times(150, noisy), job(), 0.5)).join('')).toBe('')
  })
  test('doubles: told with the second run, by how much and since when', () => {
    const found = judged(times(4, cost(2)))
    expect(codes(found)).toEqual(['', 'cost', 'cost', 'cost'])
    expect(found[3]?.[0]?.message).toMatch(
      /^Costs \$0\.06\d? a run, usually \$0\.031 \((twice|1\.\d times) as much\), over the last 4 runs$/,
    )
    expect(found[3]?.[0]).toMatchObject({
      about: 'usual',
      expected: expect.closeTo(0.031, 2),
      actual: expect.closeTo(0.062, 2),
    })
  })
  test('doubles where runs differ much anyway: told after as many runs as that takes', () => {
    const found = codes(judged(times(30, cost(2, 0.5)), job(), 0.5))
    expect(found.indexOf('cost')).toBeWithin(4, 25)
  })
  test('one wild run is no alarm, nor are two of them with others between', () => {
    const wild = cost(10)
    expect(codes(judged([wild, ...times(3, usual), wild, ...times(3, usual)])).join('')).toBe('')
  })
  test('one run that is a hundred times as dear is told at once', () => {
    const found = judged([cost(150)])
    expect(found[0]?.[0]?.message).toMatch(/^Cost \$4\.\d\d, usually \$0\.031 \(1\d\d times as much\)$/)
  })
  test('stays a problem until the runs are back to normal, and does not flap', () => {
    const found = codes(judged([...times(8, cost(2)), ...times(2, usual), ...times(3, cost(2)), ...times(12, usual)]))
    const first = found.indexOf('cost')
    const last = found.lastIndexOf('cost')
    expect(found.slice(first, last + 1).every((one) => one === 'cost')).toBe(true)
    expect(last).toBeWithin(12, 20)
    expect(found.at(-1)).toBe('')
  })
  test('takes twice as long, uses three times as many tokens, writes almost nothing, gets worse', () => {
    const one = (numbers: Record<string, number>) => judged(times(6, (i: number) => runAt(i, numbers))).at(-1) ?? []
    const told = (numbers: Record<string, number>) => one(numbers).map(({ code, message }) => `${code}: ${message}`)
    expect(told({ latency_ms: 40_000 })).toEqual([
      'latency: Takes 40 s a run, usually 20 s (twice as long), over the last 6 runs',
    ])
    expect(told({ input_tokens: 18_000 })).toEqual([
      'tokens: Uses 18,000 tokens a run, usually 6,000 (3 times as many), over the last 6 runs',
    ])
    expect(told({ output_bytes: 40 })).toEqual([
      'output_size: Writes 40 bytes a run, usually 4 KB (1 % of it), over the last 6 runs',
    ])
    expect(told({ quality_score: 0.6 })).toEqual(['quality: Quality is 0.6, usually 0.85, over the last 6 runs'])
  })
  test('cheaper, faster and better is no problem', () => {
    const better = (i: number) => runAt(i, { cost_usd: 0.003, latency_ms: 2_000, input_tokens: 600, quality_score: 1 })
    expect(codes(judged(times(30, better))).join('')).toBe('')
  })
  test('fails more than it used to', () => {
    const fails = (i: number) => runAt(i, {}, { status: i % 3 === 0 ? 'error' : 'ok' })
    const found = judged(times(60, fails))
    const at = codes(found).indexOf('success_rate')
    expect(at).toBeWithin(6, 40)
    expect(found.at(-1)?.[0]?.message).toMatch(/^\d+ of the last \d+ runs failed, usually none$/)
  })
  test('is not judged in mode fixed, nor while it is learning', () => {
    expect(codes(judged(times(20, cost(5)), job({}, 'fixed'))).join('')).toBe('')
    const few = past(0.1, 20)
    const model = learn(few, job(), few.at(-1)?.ended_at ?? 0)
    expect(judgeRun({ job: job(), run: cost(50)(21), model, recent: few, today })).toEqual([])
  })
})

describe('a budget', () => {
  const one = (budgets: Budgets, run: Run, more: { recent?: Run[]; today?: typeof today } = {}) =>
    judgeRun({ job: job(budgets, 'fixed'), run, model: null, recent: [], today, ...more }).map(
      ({ code, message, expected, actual }) => [code, message, expected, actual] as const,
    )
  test('of cost, tokens and quality holds for every run, from the first on', () => {
    const run = runAt(0, { cost_usd: 0.5, input_tokens: 9_000, output_tokens: 1_500, quality_score: 0.4 })
    expect(one({ max_cost_usd_per_run: 0.2, max_tokens_per_run: 10_000, min_quality_score: 0.7 }, run)).toEqual([
      ['cost', 'Cost $0.5, at most $0.2 a run allowed', 0.2, 0.5],
      ['tokens', 'Used 10,500 tokens, at most 10,000 a run allowed', 10_000, 10_500],
      ['quality', 'Quality was 0.4, at least 0.7 expected', 0.7, 0.4],
    ])
    expect(one({ max_cost_usd_per_run: 0.5, max_tokens_per_run: 10_500, min_quality_score: 0.4 }, run)).toEqual([])
  })
  test('of a day counts what the day has cost, with this run', () => {
    const spent = { today: { cost_usd: 5.2, tokens: 2_000_000 } }
    expect(one({ max_cost_usd_per_day: 5, max_tokens_per_day: 1_000_000 }, usual(0), spent)).toEqual([
      ['cost', 'Cost $5.20 today, at most $5.00 a day allowed', 5, 5.2],
      ['tokens', 'Used 2,000,000 tokens today, at most 1,000,000 a day allowed', 1_000_000, 2_000_000],
    ])
    expect(one({ max_cost_usd_per_day: 5.2 }, usual(0), spent)).toEqual([])
  })
  test('of the 95th percentile lets one of twenty runs be slow, and no more', () => {
    const last = (slow: number) =>
      Array.from({ length: 25 }, (_, i) => runAt(i, { latency_ms: i >= 25 - slow ? 9_000 : 1_000 }))
    const found = (slow: number) =>
      one({ max_latency_p95_ms: 5_000 }, runAt(25, { latency_ms: 1_000 }), { recent: last(slow) })
    expect(found(1)).toEqual([])
    expect(found(2)).toEqual([
      ['latency', '95 of 100 runs take up to 9 s, at most 5 s allowed (the last 20 runs)', 5_000, 9_000],
    ])
  })
  test('of success is that of the last twenty runs, and not of fewer than five', () => {
    const failed = (i: number) => runAt(i, {}, { status: 'timeout' })
    const last = Array.from({ length: 30 }, (_, i) => (i % 5 === 0 ? failed(i) : usual(i)))
    expect(one({ min_success_rate: 0.8 }, usual(30), { recent: last })).toEqual([])
    expect(one({ min_success_rate: 0.9 }, usual(30), { recent: last })[0]?.[1]).toBe(
      '3 of the last 20 runs failed: 85 % succeeded, at least 90 % expected',
    )
    expect(one({ min_success_rate: 0.9 }, failed(3), { recent: last.slice(1, 4) })).toEqual([])
  })
  test('of the size of the output is measured against the usual, above and below', () => {
    const recent = Array.from({ length: 9 }, (_, i) => runAt(i, { output_bytes: 4_000 }))
    const found = (output_bytes: number) =>
      one({ max_output_size_deviation: 0.5 }, runAt(9, { output_bytes }), { recent })
    expect(found(5_900)).toEqual([])
    expect(found(2_100)).toEqual([])
    expect(found(1_000)).toEqual([
      ['output_size', 'Wrote 1 KB, 75 % less than usual (4 KB); at most 50 % allowed', 4_000, 1_000],
    ])
    expect(found(8_000)[0]?.[1]).toBe('Wrote 8 KB, 100 % more than usual (4 KB); at most 50 % allowed')
  })
})
