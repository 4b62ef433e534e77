import { expect, test } from 'bun:test'
import type { NotificationLogItem, TimelineEntry } from '@/types'
import { deliveriesOf } from './deliveries'

const attempt = (over: Partial<NotificationLogItem>): NotificationLogItem => ({
  id: '1',
  delivery_id: 'd1',
  channel_id: 'c1',
  channel_name: 'Ops',
  channel_type: 'webhook',
  incident_id: 'i1',
  event: 'incident.created',
  title: 'API is down',
  attempt: 1,
  status: 'failed',
  error: 'connection refused',
  answer: null,
  duration_ms: 3,
  created_at: '2026-05-01T12:00:00.000Z',
  ...over,
})
const ended = (over: Partial<TimelineEntry>): TimelineEntry => ({
  id: 't1',
  kind: 'delivery_failed',
  actor_label: null,
  message: 'Could not be sent to Ops: connection refused',
  data: { delivery_id: 'd1', channel_name: 'Ops' },
  at: '2026-05-01T12:05:00.000Z',
  ...over,
})

test('a failed attempt is still being tried until the timeline says that it ended', () => {
  const log = [attempt({ attempt: 3 }), attempt({ attempt: 2 })]
  expect(deliveriesOf(log, [])).toMatchObject([{ state: 'retrying', attempt: 3, words: 'connection refused' }])
  expect(deliveriesOf(log, [ended({})])).toMatchObject([{ state: 'failed', attempt: 3 }])
})

test('only the last attempt of a message is shown, with what the channel answered', () => {
  const log = [attempt({ attempt: 2, status: 'sent', error: null, answer: '200 ok' }), attempt({})]
  expect(deliveriesOf(log, [])).toMatchObject([{ state: 'sent', attempt: 2, words: '200 ok' }])
})

test('a channel that was left out is listed with the reason, newest first', () => {
  const left = ended({ kind: 'suppressed', message: 'Not sent: it is broken', data: { channel_name: 'Pager' } })
  const sent = attempt({ status: 'sent', error: null, answer: '200' })
  expect(deliveriesOf([sent], [left]).map(({ channel, state, words }) => [channel, state, words])).toEqual([
    ['Pager', 'suppressed', 'it is broken'],
    ['Ops', 'sent', '200'],
  ])
})

test('what is held for all channels is not blamed on one that nobody knows', () => {
  const held = ended({
    kind: 'suppressed',
    message: 'Nobody is told: the switch is down',
    data: { event: 'incident.created' },
  })
  expect(deliveriesOf([], [held])).toMatchObject([{ channel: 'Nobody', state: 'suppressed' }])
})
