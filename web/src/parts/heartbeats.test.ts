import { expect, test } from 'bun:test'
import type { HeartbeatsSummary } from '@/types'
import { heartbeatGlyph, heartbeatsSentence, statusAt } from './heartbeats'

const counts = (part: Partial<HeartbeatsSummary>): HeartbeatsSummary => ({
  ...{ total: 5, new: 0, up: 5, late: 0, down: 0, paused: 0, problems: 0, ...part },
})

test('one sentence of truth, the worst first', () => {
  expect(heartbeatsSentence(counts({}))).toBe('5 heartbeats are on time.')
  expect(heartbeatsSentence(counts({ down: 1, late: 2, problems: 1, up: 2 }))).toBe(
    '1 heartbeat is down. 2 are late. 1 does not run as expected.',
  )
  expect(heartbeatsSentence(counts({ problems: 2 }))).toBe('2 heartbeats do not run as expected.')
  expect(heartbeatsSentence(counts({ up: 0, paused: 5 }))).toBe('All of them are paused.')
  expect(heartbeatsSentence(counts({ up: 0, new: 5 }))).toBe('Waiting for the first pings.')
})
test('late follows from the clock, unless a run is under way', () => {
  const expected_at = '2026-11-23T12:00:00Z'
  const now = Date.parse(expected_at)
  expect(statusAt({ status: 'up', expected_at, running: [] }, now - 1)).toBe('up')
  expect(statusAt({ status: 'up', expected_at, running: [] }, now)).toBe('late')
  expect(statusAt({ status: 'up', expected_at, running: [{ rid: null, at: expected_at }] }, now)).toBe('up')
  expect(statusAt({ status: 'down', expected_at, running: [] }, now)).toBe('down')
})
test('what runs, but not as expected, is amber; what is down stays red', () => {
  expect([heartbeatGlyph('up', 1), heartbeatGlyph('late'), heartbeatGlyph('down', 1), heartbeatGlyph('new')]).toEqual([
    ...(['degraded', 'degraded', 'down', 'pending'] as const),
  ])
})
