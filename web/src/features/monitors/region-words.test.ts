import { expect, test } from 'bun:test'
import type { Prober } from '@/types'
import { needed, placesOf, quorumSentence } from './region-words'

test('a quorum is said as a number of regions, and one that cannot be reached is said so', () => {
  expect(quorumSentence('majority', 3)).toBe('Down when 2 of 3 regions see it down.')
  expect(quorumSentence('majority', 2)).toBe('Down when both regions see it down.')
  expect(quorumSentence('any', 3)).toBe('Down as soon as one of 3 regions sees it down.')
  expect(quorumSentence('all', 4)).toBe('Down when all 4 regions see it down.')
  expect(quorumSentence(3, 5)).toBe('Down when 3 of 5 regions see it down.')
  expect(quorumSentence(4, 3)).toContain('only 3 regions')
})

test('a majority is more than half', () => {
  expect([1, 2, 3, 4, 5].map((regions) => needed('majority', regions))).toEqual([1, 2, 2, 3, 3])
})

const prober = (name: string, region: string, status: Prober['status']): Prober => ({
  ...{ id: name, tenant_id: 't', name, region, status, facts: {}, tokens: [] },
  ...{ registered_at: null, last_seen_at: null, last_seen_address: null, created_at: '', updated_at: '' },
  ...{ anchors: [], clock_offset_ms: null, monitors: 0, monitors_alone: 0 },
  ...{ uplink: null, lag_ms: null, buffered: null, blind: false },
})

test('a region works while one of its probers does, and a chosen one without probers stays in sight', () => {
  const probers = [
    prober('Attic', 'berlin-2', 'offline'),
    prober('Cellar', 'berlin-2', 'online'),
    prober('New', 'oslo', 'waiting'),
  ]
  expect(placesOf(probers, ['local', 'paris']).map(({ region, state }) => [region, state])).toEqual([
    ['local', 'online'],
    ['berlin-2', 'online'],
    ['oslo', 'waiting'],
    ['paris', 'gone'],
  ])
  expect(placesOf(probers, []).find(({ region }) => region === 'berlin-2')?.who).toBe('Attic, Cellar')
})
