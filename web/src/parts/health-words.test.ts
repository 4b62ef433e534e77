import { expect, test } from 'bun:test'
import { aside, type Counts, headline } from './health-words'

const none: Counts = { pending: 0, up: 0, degraded: 0, down: 0, paused: 0, maintenance: 0, unknown: 0, total: 0 }
const of = (part: Partial<Counts>): Counts => {
  const counts = { ...none, ...part }
  const { total: _, ...states } = counts
  return { ...counts, total: Object.values(states).reduce((a, b) => a + b, 0) }
}

test('the sentence names the worst thing that is true', () => {
  expect(headline(of({ up: 9976, down: 2, degraded: 2 }))).toBe('2 monitors are down')
  expect(headline(of({ up: 3, down: 1 }))).toBe('1 monitor is down')
  expect(headline(of({ up: 3, degraded: 1 }))).toBe('1 monitor is degraded')
  expect(headline(of({ up: 3, unknown: 4 }))).toBe('4 monitors cannot be checked')
  expect(headline(of({ up: 3, paused: 1 }))).toBe('All systems are up')
})

test('a workspace where nothing is up never claims that all is well', () => {
  for (const state of ['pending', 'degraded', 'down', 'paused', 'maintenance', 'unknown'] as const)
    expect(headline(of({ [state]: 2 }))).not.toBe('All systems are up')
  expect(headline(none)).toBe('Nothing is watched yet')
})

test('the second sentence says what else is wrong and that the rest is fine', () => {
  expect(aside(of({ up: 9976, down: 2, degraded: 2 }))).toBe('2 more are degraded. The other 9,976 are healthy.')
  expect(aside(of({ up: 1, down: 1 }))).toBe('The other one is healthy.')
  expect(aside(of({ up: 1 }))).toBe('1 monitor answers as expected.')
  expect(aside(of({ up: 2, pending: 1 }))).toBe('1 waits for a first check. 2 monitors answer as expected.')
})
