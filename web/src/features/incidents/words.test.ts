import { expect, test } from 'bun:test'
import type { Incident, TimelineEntry } from '@/types'
import { renewal } from './queries'
import { nothingFor, standing, wordsOf } from './words'

const entry = (over: Partial<TimelineEntry>): TimelineEntry => ({
  id: '1',
  kind: 'commented',
  actor_label: null,
  message: '',
  data: null,
  at: '2026-05-01T12:00:00.000Z',
  ...over,
})
const ops = { channel_name: 'Ops' }

test('a failed delivery names the channel once and gives the reason', () => {
  const message = 'Could not be sent to Ops: connection refused'
  expect(wordsOf(entry({ kind: 'delivery_failed', message, data: ops }))).toEqual({
    title: 'Could not be sent to Ops',
    text: 'connection refused',
  })
})

test('what was held back at once and what was held back later read alike', () => {
  const title = 'Not sent to Ops'
  for (const message of ['Not sent: the channel is broken', 'Not sent to Ops: the channel is broken'])
    expect(wordsOf(entry({ kind: 'suppressed', message, data: ops }))).toEqual({ title, text: 'the channel is broken' })
})

test('an acknowledgement without words is not repeated below its headline', () => {
  const bare = { kind: 'acknowledged', actor_label: 'Mira', message: 'Acknowledged' } as const
  expect(wordsOf(entry(bare))).toEqual({ title: 'Acknowledged by Mira', text: null })
  expect(wordsOf(entry({ ...bare, message: 'On my way' })).text).toBe('On my way')
})

test('a report without words of its own does not repeat its title', () => {
  const bare = entry({ kind: 'created', actor_label: 'Mira', message: 'Cards fail' })
  expect(wordsOf(bare, 'Cards fail')).toEqual({ title: 'Reported by Mira', text: null })
  expect(wordsOf(bare, 'Payments').text).toBe('Cards fail')
})

test('an empty list says which incidents there are none of', () => {
  expect(nothingFor({})).toBe('No open incidents')
  expect(nothingFor({ status: 'all', severity: 'critical', q: 'api' })).toBe('No critical incident matches “api”')
})

test('an incident that nobody resolved by hand has recovered', () => {
  const resolved = { status: 'resolved', resolved_by: null, acknowledged_by: 'Mira' } as Incident
  expect(standing({ ...resolved, source_type: 'monitor' })).toBe('Recovered')
  expect(standing({ ...resolved, source_type: 'monitor', resolved_by: 'Jonas' })).toBe('Resolved by Jonas')
})

test('a resolved incident is asked for again only while its last messages are on their way', () => {
  const updated_at = '2026-05-01T12:00:00.000Z'
  const at = Date.parse(updated_at)
  expect(renewal({ status: 'resolved', updated_at }, at + 5_000)).toBe(3_000)
  expect(renewal({ status: 'resolved', updated_at }, at + 3_600_000)).toBe(false)
  expect(renewal({ status: 'acknowledged', updated_at }, at + 3_600_000)).toBe(15_000)
})
