import { expect, test } from 'bun:test'
import type { Hold } from '#db/schema/engine'
import { holdOf, type Parent } from '#engine/hold'

const NOW = 1_000_000
const child = { down_since: NOW - 10_000, checked_at: NOW - 1_000, patience_ms: 60_000 }
const router = (more: Partial<Parent> = {}): Parent => ({
  ...{ id: 'r', name: 'Router', status: 'up', since: 0, checked_at: NOW - 2_000, failing: false, patience_ms: 30_000 },
  ...more,
})
const since = (ago: number, why: Hold['why']): Hold => ({
  why,
  by: 'r',
  name: 'Router',
  since: new Date(NOW - ago).toISOString(),
})
const why = (...args: Parameters<typeof holdOf>) => holdOf(...args)?.why ?? 'tell'

test.each<[string, Partial<Parent>[], Hold | null, string]>([
  ['nothing it depends on', [], null, 'tell'],
  ['the parent was seen working after the failure began', [{}], null, 'tell'],
  ['the parent is down', [{ status: 'down' }], null, 'parent_down'],
  ['one of two parents is down', [{ id: 'x' }, { status: 'down' }], null, 'parent_down'],
  ['the parent was not looked at since', [{ checked_at: NOW - 11_000 }], null, 'asking_parent'],
  ['the parent was never looked at', [{ checked_at: null }], null, 'asking_parent'],
  ['the parent fails too, not confirmed yet', [{ failing: true }], null, 'asking_parent'],
  ['asked long enough', [{ failing: true }], since(30_000, 'asking_parent'), 'tell'],
  ['not asked long enough', [{ failing: true }], since(29_000, 'asking_parent'), 'asking_parent'],
  ['a paused parent says nothing', [{ status: 'paused', checked_at: null }], null, 'tell'],
  ['an unknown parent says nothing', [{ status: 'unknown', checked_at: null }], null, 'tell'],
  [
    'the parent is back, the child not looked at since',
    [{ since: NOW - 500 }],
    since(9_000, 'parent_down'),
    'asking_again',
  ],
  ['still waiting for the look', [{ since: NOW - 500 }], since(400, 'asking_again'), 'asking_again'],
  ['the parent is back, and the child still fails', [{ since: NOW - 1_500 }], since(9_000, 'parent_down'), 'tell'],
  ['the parent was taken away', [], since(9_000, 'parent_down'), 'tell'],
])('%s', (_, parents, held, expected) => expect(why(child, parents.map(router), held, NOW)).toBe(expected))

test('nobody waits for ever for a look that does not come', () => {
  const late = { ...child, checked_at: NOW - 100_000 }
  expect(why(late, [router({ since: NOW - 59_000 })], since(90_000, 'parent_down'), NOW)).toBe('asking_again')
  expect(why(late, [router({ since: NOW - 60_000 })], since(90_000, 'parent_down'), NOW)).toBe('tell')
})

test('waiting for the same thing keeps its beginning', () =>
  expect<Hold | null>(holdOf(child, [router({ status: 'down' })], since(5_000, 'parent_down'), NOW)).toEqual(
    since(5_000, 'parent_down'),
  ))
