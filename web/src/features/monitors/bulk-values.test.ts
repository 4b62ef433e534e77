import { expect, test } from 'bun:test'
import { START, setOf } from './bulk-values'

test('only what was ticked is sent', () => {
  expect(setOf(new Set(['interval', 'severity']), { ...START, interval: 30 })).toEqual({
    interval: 30,
    severity: 'high',
  })
  expect(setOf(new Set(), START)).toEqual({})
})

test('regions go with their quorum, tags go their own way, and an emptied limit is taken away', () => {
  expect(setOf(new Set(['regions', 'tag', 'degraded_ms', 'timeout_ms']), { ...START, timeout_ms: null })).toEqual({
    regions: ['local'],
    region_quorum: 'majority',
    degraded_ms: null,
  })
})
