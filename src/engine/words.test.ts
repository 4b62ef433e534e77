import { expect, test } from 'bun:test'
import { retryAt } from '#engine/deliver'
import type { Incident } from '#engine/incidents'
import { baseUrl, noticeOf } from '#engine/notice'
import { route } from '#engine/route'
import { duration } from '#kernel/words'

test.each([
  [0, '0 s'],
  [42, '42 s'],
  [75, '1 min 15 s'],
  [3_600, '1 h'],
  [7_290, '2 h 1 min'],
  [90_061, '1 d 1 h'],
  [-5, '0 s'],
])('%d seconds are said as %s', (seconds, words) => expect(duration(seconds)).toBe(words))

const channel = (more: object) => ({
  id: 'a',
  name: 'Ops',
  enabled: true,
  is_default: true,
  events: ['incident.created' as const],
  ...more,
})
test.each([
  ['a default channel that wants the event gets it', {}, ['a']],
  ['one that is switched off does not', { enabled: false }, []],
  ['one that is not default does not', { is_default: false }, []],
  ['one that did not subscribe does not', { events: ['incident.resolved'] }, []],
] as const)('%s', (_, more, ids) => {
  const { send, held } = route('incident.created', [channel({ ...more })], new Map())
  expect(send.map(({ id }) => id)).toEqual([...ids])
  expect(held).toEqual([])
})
test('a channel that failed is held back, and it is said why', () => {
  const { send, held } = route('incident.created', [channel({})], new Map([['a', 'hooks.example answered 404']]))
  expect(send).toEqual([])
  expect(held).toMatchObject([{ channel: { id: 'a' }, why: expect.stringContaining('answered 404') }])
})

const HOUR = 3_600_000
test.each([
  ['the second attempt comes after five seconds', 1, 0, 5_000],
  ['the third after thirty', 2, 0, 30_000],
  ['the fourth after five minutes', 3, 0, 300_000],
  ['then hourly', 4, 0, HOUR],
  ['for a day', 20, 0, HOUR],
  ['a provider that asks for more time gets it', 1, 120, 120_000],
  ['one that asks for less does not shorten the wait', 3, 1, 300_000],
])('%s', (_, attempts, retry_after_s, wait) => expect(retryAt(attempts, 0, 24 * HOUR, retry_after_s)).toBe(wait))
test('after a day a message is given up', () => expect(retryAt(25, 24 * HOUR - 1_000, 24 * HOUR)).toBeUndefined())

const incident: Incident = {
  id: 'i1',
  tenant_id: 't1',
  title: 'Checkout API is down',
  status: 'open',
  severity: 'critical',
  source_type: 'monitor',
  monitor_id: 'm1',
  monitor_name: 'Checkout API',
  heartbeat_id: null,
  heartbeat_name: null,
  dedup_key: 'monitor:m1',
  reason: 'status',
  message: '503 Service Unavailable',
  opened_at: '2026-05-01T12:00:00.000Z',
  acknowledged_at: null,
  acknowledged_by: null,
  resolved_at: null,
  resolved_by: null,
  reminded_at: null,
  held: null,
  group_id: null,
  snoozed_until: null,
  assignee_id: null,
  assignee_name: null,
  merged_into: null,
  reopened_at: null,
  integration_id: null,
  source: null,
  source_url: null,
  labels: null,
  created_at: '2026-05-01T12:00:05.000Z',
  updated_at: '2026-05-01T12:00:05.000Z',
}
const monitor = {
  id: 'm1',
  name: 'Checkout API',
  type: 'http',
  target: 'https://shop.example/health',
  runbook_url: 'https://wiki.example/checkout',
  description: 'Takes the money',
}
const base = 'https://xinex.example'

test('a down message says what, where, since when and what to do', () => {
  const notice = noticeOf({ event: 'incident.created', incident, monitor, base, at: incident.created_at })
  expect(notice).toMatchObject({
    title: 'Checkout API is down',
    kind: 'down',
    urgent: true,
    url: `${base}/incidents/i1`,
  })
  expect(notice.body.split('\n')).toEqual([
    '503 Service Unavailable',
    'Target: https://shop.example/health',
    'Since: 2026-05-01 12:00:00 UTC',
    'Takes the money',
    'Runbook: https://wiki.example/checkout',
  ])
})
test('a recovery says how long it was down', () => {
  const resolved = { ...incident, status: 'resolved' as const, resolved_at: '2026-05-01T12:07:30.000Z' }
  const notice = noticeOf({
    event: 'incident.resolved',
    incident: resolved,
    monitor,
    base,
    at: resolved.resolved_at,
    down_s: 450,
  })
  expect(notice).toMatchObject({ title: 'Checkout API is up again', kind: 'up', urgent: false })
  expect(notice.body).toStartWith('It was down for 7 min 30 s.')
  expect(notice.data).toMatchObject({ incident: { duration_s: 450, status: 'resolved' }, monitor: { id: 'm1' } })
})
test('what is known by its title alone is resolved, not up again', () => {
  const about = { monitor_id: null, monitor_name: null, source_type: 'event' as const, title: 'Disk of db1 is full' }
  const other = { ...incident, ...about }
  const at = '2026-05-01T12:30:00.000Z'
  const said = (event: 'incident.created' | 'incident.resolved') =>
    noticeOf({ event, incident: other, base, at, reminder: event === 'incident.created' }).title
  expect(said('incident.resolved')).toBe('Resolved: Disk of db1 is full')
  expect(said('incident.created')).toBe('Still open after 30 min: Disk of db1 is full')
})
test('an acknowledgement says who, a reminder how long already', () => {
  const taken = { ...incident, status: 'acknowledged' as const, acknowledged_by: 'Alice' }
  expect(
    noticeOf({ event: 'incident.acknowledged', incident: taken, monitor, base, at: incident.created_at }).title,
  ).toBe('Alice acknowledged: Checkout API is down')
  const later = '2026-05-01T12:30:00.000Z'
  expect(noticeOf({ event: 'incident.created', incident, monitor, base, at: later, reminder: true }).title).toBe(
    'Still down after 30 min: Checkout API',
  )
})
test.each([
  [{ publicUrl: 'https://status.example' }, 'https://status.example'],
  [{ listen: { host: '0.0.0.0', port: 3000 } }, 'http://localhost:3000'],
  [{ listen: { host: '10.0.0.5', port: 80 } }, 'http://10.0.0.5:80'],
])('links begin with the address people use', (config, url) =>
  expect(baseUrl({ publicUrl: undefined, listen: { host: '127.0.0.1', port: 1 }, ...config })).toBe(url),
)
