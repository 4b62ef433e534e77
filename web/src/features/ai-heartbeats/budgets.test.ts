import { expect, test } from 'bun:test'
import { actuals, fill, hadWords } from './budgets'
import type { AgentRun } from './types'

const run = (numbers: AgentRun['numbers'], more: Partial<AgentRun> = {}): AgentRun => ({
  ...{ status: 'ok', began_at: null, ended_at: '2026-11-23T12:00:00.000Z', duration_ms: null, rid: null },
  ...{ numbers, details: {}, problems: [], ...more },
})
const today = {
  ...{ date: '2026-11-23', timezone: 'UTC', runs: 2, failed: 0, cost_usd: 0.3, tokens: 900 },
  ...{ max_cost_usd_per_day: 1, max_tokens_per_day: null },
}
// Newest first, as the API has them.
const runs = [
  run({ cost_usd: 0.1, input_tokens: 100, output_tokens: 50, quality_score: 0.7, output_bytes: 150 }),
  run({ cost_usd: 0.2, input_tokens: 700, latency_ms: 3000, quality_score: 0.9, output_bytes: 100 }),
  run({}, { status: 'error', duration_ms: 1000 }),
]

test('each limit is held against what it is about', () => {
  expect(actuals(runs, today)).toEqual({
    ...{ max_cost_usd_per_run: 0.2, max_cost_usd_per_day: 0.3, max_tokens_per_run: 700, max_tokens_per_day: 900 },
    ...{ max_latency_p95_ms: 3000, min_success_rate: 2 / 3, min_quality_score: 0.7, max_output_size_deviation: 0.5 },
  })
  expect(actuals([], undefined)).toEqual({})
})
test('the form says what there was, and nothing where nothing is known', () => {
  expect(hadWords('max_cost_usd_per_run', runs, today)).toBe('The last 3 runs had $0.10 as a rule, at most $0.20.')
  expect(hadWords('min_quality_score', runs, today)).toBe('The last 3 runs had 0.7 as a rule, at least 0.7.')
  expect(hadWords('max_cost_usd_per_day', runs, today)).toBe('Today so far: $0.30 in 2 runs.')
  expect(hadWords('max_output_size_deviation', runs, today)).toBe('The last run was 50% off.')
  expect(hadWords('min_success_rate', runs, today)).toBe('The last 3 runs had 66.7%.')
  expect(hadWords('max_cost_usd_per_run', [], undefined)).toBeNull()
  expect(hadWords('max_tokens_per_day', [], { ...today, runs: 0 })).toBeNull()
})
test('a bar is full at its limit, and one for at least is marked there', () => {
  expect(fill('max_cost_usd_per_day', 0.5, 1)).toEqual({ part: 0.5, mark: null, state: 'kept' })
  expect(fill('max_cost_usd_per_day', 0.9, 1).state).toBe('near')
  expect(fill('max_cost_usd_per_day', 3, 1)).toEqual({ part: 1, mark: null, state: 'broken' })
  expect(fill('max_tokens_per_run', 0, 0).part).toBe(0)
  expect(fill('min_success_rate', 0.8, 0.9)).toEqual({ part: 0.8, mark: 0.9, state: 'broken' })
  expect(fill('min_success_rate', undefined, 0.9).state).toBe('unknown')
})
