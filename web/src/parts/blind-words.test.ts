import { expect, test } from 'bun:test'
import type { BlindPeriod, Prober } from '@/types'
import { blindNow, causeWords, namesOf } from './blind-words'

const period = (more: Partial<BlindPeriod>): BlindPeriod => ({
  ...{ id: 'x', prober_id: null, prober_name: null, cause: 'uplink', message: '' },
  ...{ from: '2026-11-23T12:03:00.000Z', until: null },
  ...more,
})
const prober = (name: string, more: Partial<Prober>): Prober => ({
  ...{ id: name, tenant_id: 't', name, region: 'ulm', status: 'online', facts: {}, tokens: [], anchors: [] },
  ...{ registered_at: null, last_seen_at: null, last_seen_address: null, created_at: '', updated_at: '' },
  ...{ clock_offset_ms: null, monitors: 0, monitors_alone: 0, uplink: null, lag_ms: null, buffered: null },
  blind: false,
  ...more,
})
const down = { state: 'down', since: '2026-11-23T12:03:00.000Z', anchors: [] } as const

test('our own network is down while its blind time has no end, and only then', () => {
  expect(blindNow([period({})], []).uplink_since).toBe('2026-11-23T12:03:00.000Z')
  expect(blindNow([period({ until: '2026-11-23T12:04:00.000Z' })], []).uplink_since).toBeUndefined()
  expect(blindNow([period({ prober_id: 'p' })], []).uplink_since).toBeUndefined()
  expect(blindNow([period({ cause: 'asleep' })], []).uplink_since).toBeUndefined()
})

test('a prober that is gone is told apart from one whose network is down, and one that never came is neither', () => {
  const probers = [
    prober('Attic', { status: 'offline', uplink: { ...down, anchors: [] } }),
    prober('Cellar', { uplink: { ...down, anchors: [] } }),
    prober('Loft', { status: 'waiting' }),
    prober('Roof', {}),
  ]
  const { offline, cut_off } = blindNow([], probers)
  expect([offline, cut_off].map((some) => some.map(({ name }) => name))).toEqual([['Attic'], ['Cellar']])
})

test('many names stay short', () => {
  expect([['A'], ['A', 'B'], ['A', 'B', 'C'], ['A', 'B', 'C', 'D', 'E']].map(namesOf)).toEqual([
    'A',
    'A and B',
    'A, B and C',
    'A, B and 3 more',
  ])
})

test('whose network it was is said', () => {
  expect(causeWords({ cause: 'uplink', prober_id: null })).toBe('Our own network was down')
  expect(causeWords({ cause: 'uplink', prober_id: 'p' })).toBe('Its own network was down')
})
