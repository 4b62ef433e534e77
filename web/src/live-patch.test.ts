import { expect, test } from 'bun:test'
import { QueryClient } from '@tanstack/react-query'
import { keys } from '@/keys'
import { applyChanges, type MonitorChange, patched, renewHeartbeats } from '@/live-patch'
import type { MonitorListItem, MonitorStatus, Page } from '@/types'

// Safe: the patch looks at these fields only.
const row = (id: string, status: MonitorStatus) =>
  ({ id, status, checked_at: null, response_time_ms: null, name: id }) as MonitorListItem
const list = (...items: MonitorListItem[]): Page<MonitorListItem> => ({
  items,
  total: items.length,
  page: 1,
  per_page: 50,
  total_pages: 1,
})
const change = (monitor_id: string, status: MonitorStatus): MonitorChange => ({
  monitor_id,
  status,
  response_time_ms: 42,
  checked_at: '2026-11-23T14:00:00Z',
})
const stale = (client: QueryClient, key: readonly unknown[]) => client.getQueryState(key)?.isInvalidated ?? false

test('a check shows up in every cached list without moving a row', () => {
  const before = list(row('a', 'down'), row('b', 'up'))
  const changes = new Map([['b', change('b', 'up')]])
  const flat = patched(before, changes)
  const paged = patched({ pages: [before], pageParams: [1] }, changes)
  const expected = { items: [{ id: 'a' }, { id: 'b', response_time_ms: 42, checked_at: '2026-11-23T14:00:00Z' }] }
  expect(flat).toMatchObject(expected)
  expect(paged).toMatchObject({ pages: [expected] })
  expect(patched(before, new Map([['z', change('z', 'up')]]))).toBe(before)
})

test('a check that changes nothing asks the server for nothing', () => {
  const client = new QueryClient()
  client.setQueryData(keys.monitors({}), list(row('a', 'up')))
  client.setQueryData(keys.monitorsSummary, {})
  applyChanges(client, [change('a', 'up')], [])
  expect(client.getQueryData<Page<MonitorListItem>>(keys.monitors({}))?.items[0]?.response_time_ms).toBe(42)
  expect(stale(client, keys.monitorsSummary)).toBe(false)
})

test('a monitor that goes down renews the counts and its own page', () => {
  const client = new QueryClient()
  client.setQueryData(keys.monitors({}), list(row('a', 'up')))
  client.setQueryData(keys.monitorsSummary, {})
  client.setQueryData(keys.monitor('a'), {})
  applyChanges(client, [change('a', 'down')], [])
  expect(stale(client, keys.monitorsSummary)).toBe(true)
  expect(stale(client, keys.monitor('a'))).toBe(true)
})

test('an incident renews the incident lists and its own page', () => {
  const client = new QueryClient()
  client.setQueryData(keys.incidents({ status: 'active' }), {})
  client.setQueryData(keys.incident('i'), {})
  client.setQueryData(keys.incident('other'), {})
  applyChanges(client, [], ['i'])
  expect(stale(client, keys.incidents({ status: 'active' }))).toBe(true)
  expect(stale(client, keys.incident('i'))).toBe(true)
  expect(stale(client, keys.incident('other'))).toBe(false)
})

test('a ping renews the page of its heartbeat and the lists of both kinds, not those of others', () => {
  const client = new QueryClient()
  const pages = [keys.heartbeatPart('h', 'runs'), keys.heartbeats({}), keys.heartbeatsSummary, keys.aiHeartbeats({})]
  for (const key of [...pages, keys.heartbeat('other'), keys.monitors({})]) client.setQueryData(key, {})
  renewHeartbeats(client, new Set(['h']))
  expect(pages.map((key) => stale(client, key))).toEqual([true, true, true, true])
  expect([keys.heartbeat('other'), keys.monitors({})].map((key) => stale(client, key))).toEqual([false, false])
})
