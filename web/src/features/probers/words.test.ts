import { expect, test } from 'bun:test'
import type { Prober } from '@/types'
import { clockWords, glyphOf, lossWords, networkWords, statusWords, troubles } from './words'

const prober = (more: Partial<Prober> = {}): Prober => ({
  ...{ id: 'p', tenant_id: 't', name: 'Attic', region: 'ulm', status: 'online', facts: {}, tokens: [], anchors: [] },
  ...{ registered_at: null, last_seen_at: null, last_seen_address: null, created_at: '', updated_at: '' },
  ...{ clock_offset_ms: 3, monitors: 4, monitors_alone: 0, uplink: null, lag_ms: 2, buffered: 0, blind: false },
  ...more,
})
const asked = (...oks: boolean[]) => oks.map((ok, i) => ({ anchor: `a${i}`, ok, message: '' }))

test('one that is there and sees is quiet', () => {
  expect([statusWords(prober()), glyphOf(prober()), troubles(prober())]).toEqual(['Online', 'up', []])
})

test('shape and word differ for every state', () => {
  const states = [
    prober(),
    prober({ status: 'waiting' }),
    prober({ status: 'offline', blind: true }),
    prober({ blind: true }),
  ]
  expect(new Set(states.map(glyphOf)).size).toBe(4)
  expect(states.map(statusWords)).toEqual(['Online', 'Waiting for it', 'Offline', 'Cannot see'])
})

test('a clock is warned about from two seconds on, in the direction it is wrong', () => {
  expect([40, 0, 350, -2_000, 2_600, -7_200_000, null].map(clockWords)).toEqual([
    'right, within 40 ms',
    'right, within 1 ms',
    '350 ms ahead',
    '2 seconds behind',
    '3 seconds ahead',
    '2 hours behind',
    undefined,
  ])
  expect(troubles(prober({ clock_offset_ms: -2_000 }))).toEqual([])
  expect(troubles(prober({ clock_offset_ms: -2_001 }))).toEqual(['its clock is 2 seconds behind'])
})

test('what piles up there is told while it is there to tell', () => {
  const busy = { buffered: 1_200, lag_ms: 12_000 }
  expect(troubles(prober(busy))).toEqual(['1,200 results wait there', 'checks start 12 s late'])
  expect(troubles(prober({ ...busy, status: 'offline' }))).toEqual([])
})

test('its network is judged by its anchors', () => {
  const uplink = (state: 'up' | 'down', ...oks: boolean[]) => ({ state, since: '', anchors: asked(...oks) })
  expect(networkWords(prober())).toBe('Not judged: it has no anchors')
  expect(networkWords(prober({ anchors: ['a'] }))).toBe('The anchors are being asked')
  expect(networkWords(prober({ anchors: ['a'], status: 'waiting' }))).toBe('Not known')
  expect(networkWords(prober({ uplink: uplink('up', true, false) }))).toBe('Works: 1 of 2 anchors answers')
  expect(networkWords(prober({ uplink: uplink('up', true, true) }))).toBe('Works: 2 of 2 anchors answer')
  expect(networkWords(prober({ uplink: uplink('down', false) }))).toBe('Seems down: no anchor answers')
})

test('deleting says what stays unchecked', () => {
  expect(lossWords(prober())).toContain('none stays unchecked')
  expect(lossWords(prober({ monitors_alone: 1 }))).toContain('1 monitor is checked from ulm only, and is unknown')
  expect(lossWords(prober({ monitors_alone: 7 }))).toContain('7 monitors are checked from ulm only, and are unknown')
})
