import { expect, test } from 'bun:test'
import type { ProblemCode } from '#contract/heartbeats'
import { byHowMuch } from './verdict'

const by = (code: ProblemCode, expected?: number, actual?: number) => byHowMuch({ code, expected, actual })

test.each<[ProblemCode, number, number, string]>([
  ['cost', 0.05, 0.1, '2 times as much'],
  ['cost', 1, 12.345, '12.3 times as much'],
  ['cost', 0.5, 0.65, '30 % more'],
  ['tokens', 1_000, 1_001, '0.1 % more'],
  ['output_size', 1_000, 400, '60 % less'],
  ['fast', 60_000, 3_000, '95 % less'],
  ['success_rate', 0.9, 0.65, '25 percentage points less'],
  ['quality', 0.8, 0.5, '0.3 less'],
  // Of nothing there is no ratio.
  ['cost', 0, 0.25, '0.25 more'],
])('how far a problem of %s is off: %p expected, %p seen', (code, expected, actual, words) => {
  expect(by(code, expected, actual)).toBe(words)
})

test('where nothing was counted, nothing is said', () => {
  expect([by('cost'), by('cost', 1), by('cost', undefined, 1), by('cost', 1, 1)]).toEqual([null, null, null, null])
})
