import { expect, test } from 'bun:test'
import { digestDays, digestModeOf } from './digest'

test.each([
  [false, [1, 2, 3, 4, 5, 6, 7], 'off'],
  [true, [1, 2, 3, 4, 5, 6, 7], 'daily'],
  [true, [3], 'weekly'],
  [true, [1, 5], 'some'],
  [true, [], 'some'],
] as const)('a digest that is %p on %p is %s', (enabled, days, mode) => {
  expect(digestModeOf({ enabled, days: [...days] })).toBe(mode)
})

test('another mode begins with days that are its own', () => {
  expect(digestDays('daily', [2])).toEqual([1, 2, 3, 4, 5, 6, 7])
  expect(digestDays('weekly', [1, 2, 3, 4, 5, 6, 7])).toEqual([1])
  expect(digestDays('weekly', [4, 5])).toEqual([4])
  expect(digestDays('weekly', [])).toEqual([1])
  expect(digestDays('some', [1, 2, 3, 4, 5, 6, 7])).toEqual([1, 2, 3, 4, 5])
  expect(digestDays('some', [2])).toEqual([2])
  expect(digestDays('off', [2])).toEqual([2])
})
