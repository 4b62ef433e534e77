import { expect, test } from 'bun:test'
import { defaultCorrelation } from '#contract/oncall'
import { correlate, groupTitle, keysOf, type Open, rootOf } from '#oncall/correlate'

const T0 = Date.parse('2026-11-24T03:00:00Z')
const S = 1_000
const settings = { ...defaultCorrelation, by: [...defaultCorrelation.by] }
const about = {
  monitor_id: 'm1',
  parents: ['router'],
  url: 'https://Shop.example:8443/health',
  addresses: ['192.0.2.7'],
  certificate: null,
  regions_failing: ['eu'],
  tags: ['prod'],
}
const host = { kind: 'host', value: '10.0.0.5' } as const
const parent = { kind: 'parent', value: 'router' } as const
const open = (incident_id: string, more: Partial<Open> = {}): Open => ({
  incident_id,
  group_id: null,
  key: host,
  opened_at: T0,
  group: null,
  ...more,
})
const inGroup = (group_id: string, opened_at: number, last_at: number, more: Partial<Open> = {}) =>
  open(`of-${group_id}`, { group_id, group: { opened_at, last_at }, ...more })
const at = (now: number, others: Open[], more = {}) =>
  correlate({ settings: { ...settings, ...more }, keys: [parent, host], opened_at: now, now }, others)

test('a parent, its children, a host, an address and a certificate are what failures have in common', () => {
  expect(keysOf(about, settings).map(({ kind, value }) => `${kind}:${value}`)).toEqual([
    'parent:m1',
    'parent:router',
    'host:shop.example',
    'address:192.0.2.7',
  ])
  const all = keysOf({ ...about, certificate: 'ab12' }, { ...settings, by: ['tag', 'region', 'certificate'] })
  expect(all.map(({ label }) => label)).toEqual(['with the certificate ab12', 'in region eu', 'tagged prod'])
})

test.each([
  ['', []],
  ['not a target', []],
  ['//10.0.0.5', ['10.0.0.5']],
  ['tcp://[2001:DB8::1]:25', ['2001:db8::1']],
  ['postgres://db.internal/shop', ['db.internal']],
])('the host of %p is %p', (url, values) => {
  expect(keysOf({ ...about, url }, { ...settings, by: ['host'] }).map(({ value }) => value)).toEqual(values)
})

test('what opens within the window joins what opened before, and what opens later does not', () => {
  expect(at(T0 + 120 * S, [open('a')])).toEqual({ with: ['a'], ...host })
  expect(at(T0 + 121 * S, [open('a')])).toBeNull()
  expect(at(T0, [open('a')], { enabled: false })).toBeNull()
  expect(at(T0, [open('a')], { by: ['parent'] })).toBeNull()
  expect(at(T0, [])).toBeNull()
})

test('the window rolls: it counts from whoever joined last, for at most a day', () => {
  const DAY = 86_400 * S
  expect(at(T0 + 3_600 * S, [inGroup('g', T0, T0 + 3_500 * S)])).toEqual({ group_id: 'g', ...host })
  expect(at(T0 + 3_600 * S, [inGroup('g', T0, T0 + 3_400 * S)])).toBeNull()
  expect(at(T0 + DAY, [inGroup('g', T0, T0 + DAY)])).toEqual({ group_id: 'g', ...host })
  expect(at(T0 + DAY + 1, [inGroup('g', T0, T0 + DAY)])).toBeNull()
})

test('a storm of a day is one trouble, and the one after it another', () => {
  let group = { opened_at: T0, last_at: T0 }
  let joined = 0
  for (let now = T0 + 100 * S; ; now += 100 * S) {
    if (at(now, [inGroup('g', group.opened_at, group.last_at)]) === null) break
    group = { ...group, last_at: now }
    joined++
  }
  expect(joined).toBe(864)
})

test('what became known late belongs to what began at the same time', () => {
  const late = { settings, keys: [host], opened_at: T0 + 10 * S, now: T0 + 1_800 * S }
  expect(correlate(late, [open('a')])).toEqual({ with: ['a'], ...host })
  expect(correlate({ ...late, opened_at: T0 + 900 * S }, [open('a')])).toBeNull()
})

test('the strongest thing in common decides, whatever order they are found in', () => {
  const others = [inGroup('hosts', T0, T0), open('b', { key: parent })]
  expect(at(T0, others)).toEqual({ with: ['b'], ...parent })
  expect(at(T0, others.reverse())).toEqual({ with: ['b'], ...parent })
})

test('of two groups the one that grew last is joined, then the older one, then always the same', () => {
  const shuffled = (others: Open[]) => [at(T0 + 60 * S, others), at(T0 + 60 * S, [...others].reverse())]
  for (const found of shuffled([inGroup('a', T0, T0), inGroup('b', T0, T0 + S)]))
    expect(found).toMatchObject({ group_id: 'b' })
  for (const found of shuffled([inGroup('a', T0, T0 + S), inGroup('b', T0 - S, T0 + S)]))
    expect(found).toMatchObject({ group_id: 'b' })
  for (const found of shuffled([inGroup('b', T0, T0), inGroup('a', T0, T0)]))
    expect(found).toMatchObject({ group_id: 'a' })
})

test('a new group is all that share one value, the oldest first, each once', () => {
  const others = [open('b', { opened_at: T0 + S }), open('a', { opened_at: T0 + S }), open('c'), open('c')]
  expect(at(T0 + 5 * S, others)).toEqual({ with: ['c', 'a', 'b'], ...host })
  const two = { settings, keys: [{ kind: 'host', value: 'x' } as const, host], opened_at: T0, now: T0 }
  expect(correlate(two, [open('b', { key: { kind: 'host', value: 'x' } }), open('a')])).toEqual({
    with: ['b'],
    ...{ kind: 'host', value: 'x' },
  })
})

test('a group is joined before a new one is made of those outside it', () => {
  expect(at(T0 + 5 * S, [open('a'), inGroup('g', T0, T0)])).toMatchObject({ group_id: 'g' })
  // A group that has had its time is no reason to make another of its members.
  expect(at(T0 + 5 * S, [inGroup('g', T0, T0 - 500 * S)])).toBeNull()
})

const member = (incident_id: string, monitor_id: string, opened_at: number, parents: string[] = []) => ({
  incident_id,
  monitor_id,
  opened_at,
  parents,
})
test.each([
  ['the first, where none depends on another', [member('b', 'm2', T0 + 1), member('a', 'm1', T0)], 'a'],
  [
    'the one that the others depend on, although it was noticed later',
    [member('a', 'm1', T0, ['router']), member('b', 'm2', T0 + 1, ['router']), member('r', 'router', T0 + 9)],
    'r',
  ],
  [
    'the top of a chain',
    [member('a', 'shop', T0, ['db']), member('b', 'db', T0 + 1, ['host']), member('c', 'host', T0 + 2)],
    'c',
  ],
  ['of those that depend on each other the first', [member('b', 'y', T0 + 1, ['x']), member('a', 'x', T0, ['y'])], 'a'],
  ['the first of what is no monitor', [member('b', '', T0, ['x']), member('a', '', T0)], 'a'],
])('the probable root is %s', (_, members, root) => {
  expect(rootOf(members)).toBe(root)
  expect(rootOf([...members].reverse())).toBe(root)
})

test('a group is named by what its members share', () => {
  expect(groupTitle({ ...host, label: 'on host 10.0.0.5' }, 12, 14)).toBe('12 of 14 on host 10.0.0.5')
  expect(groupTitle({ ...host, label: host.value }, 3, null)).toBe('3 incidents on host 10.0.0.5')
  expect(groupTitle({ ...parent, label: 'that depend on Router' }, 3, null)).toBe('3 incidents that depend on Router')
  expect(groupTitle({ ...parent, label: parent.value }, 3, null)).toBe('3 incidents that depend on the same monitor')
})
