import { type CorrelationKind, type CorrelationSettings, correlationKinds } from '#contract/oncall'

/** Something that incidents may have in common; `label` follows a number: "on host 10.0.0.5". */
export type Key = { kind: CorrelationKind; value: string; label: string }
type About = {
  monitor_id: string
  parents: string[]
  /** Of the target; `//host` will do, and nothing where there is none. */
  url: string
  addresses: string[]
  certificate: string | null
  regions_failing: string[]
  tags: string[]
}

/** A group of incidents goes on for at most so long, however many join. */
const LONGEST_MS = 86_400_000
/** Keys of one kind that are looked at; more than that is no shared cause but a long list. */
const MOST_OF_A_KIND = 20

function hostOf(url: string): string {
  const found = URL.parse(url.startsWith('//') ? `http:${url}` : url)
  return found?.hostname.replace(/^\[|\]$/g, '').toLowerCase() ?? ''
}

const phrases: Record<CorrelationKind, (value: string) => string> = {
  parent: () => 'that depend on the same monitor',
  host: (value) => `on host ${value}`,
  address: (value) => `at address ${value}`,
  certificate: (value) => `with the certificate ${value.length > 16 ? `${value.slice(0, 16)}…` : value}`,
  region: (value) => `in region ${value}`,
  tag: (value) => `tagged ${value}`,
}

/** What an incident could have in common with others, strongest first. Its own monitor counts as a parent, so that one and what depends on it meet. */
export function keysOf(subject: About, { by }: CorrelationSettings): Key[] {
  const { monitor_id, parents, url, addresses, certificate, regions_failing, tags } = subject
  const values: Record<CorrelationKind, string[]> = {
    parent: [monitor_id, ...parents],
    host: [hostOf(url)],
    address: addresses,
    certificate: [certificate ?? ''],
    region: regions_failing,
    tag: tags,
  }
  return correlationKinds
    .filter((kind) => by.includes(kind))
    .flatMap((kind) =>
      [...new Set(values[kind])]
        .filter((value) => value !== '')
        .slice(0, MOST_OF_A_KIND)
        .map((value) => ({ kind, value, label: phrases[kind](value) })),
    )
}

type Happening = {
  settings: CorrelationSettings
  keys: { kind: CorrelationKind; value: string }[]
  opened_at: number
  now: number
}
/** An open incident that shares a key. */
export type Open = {
  incident_id: string
  group_id: string | null
  key: { kind: CorrelationKind; value: string }
  opened_at: number
  group: { opened_at: number; last_at: number } | null
}
export type Correlated =
  | ({ kind: CorrelationKind; value: string } & { group_id: string })
  | ({ kind: CorrelationKind; value: string } & { with: string[] })

const order = (a: string | number, b: string | number) => (a < b ? -1 : a > b ? 1 : 0)

/**
 * What a new incident is taken for a part of: a group that goes on (its window counts from the last that joined), or
 * others that opened shortly before and are in no group. The strongest thing in common decides; of several groups the one
 * that grew last, then the older one. Pure.
 */
export function correlate({ settings, keys, opened_at, now }: Happening, open: Open[]): Correlated | null {
  if (!settings.enabled) return null
  // What began, or became known, within the window counts: a prober that was cut off tells late.
  const near = (at: number) => Math.min(Math.abs(opened_at - at), Math.abs(now - at)) <= settings.window_s * 1_000
  const growing = ({ group }: Open) => group !== null && near(group.last_at) && now - group.opened_at <= LONGEST_MS
  for (const kind of correlationKinds.filter((one) => settings.by.includes(one))) {
    const values = keys.filter((key) => key.kind === kind).map(({ value }) => value)
    const shared = open.filter(({ key }) => key.kind === kind && values.includes(key.value))
    const [joined] = shared
      .filter((one) => one.group_id !== null && growing(one))
      .sort(
        (a, b) =>
          order(b.group?.last_at ?? 0, a.group?.last_at ?? 0) ||
          order(a.group?.opened_at ?? 0, b.group?.opened_at ?? 0) ||
          order(a.group_id ?? '', b.group_id ?? ''),
      )
    if (joined?.group_id) return { group_id: joined.group_id, kind, value: joined.key.value }
    const alone = shared
      .filter((one) => one.group_id === null && near(one.opened_at))
      .sort((a, b) => order(a.opened_at, b.opened_at) || order(a.incident_id, b.incident_id))
    // All of them share one value: the first one's, or the first of ours that any shares.
    const value = values.find((one) => alone.some(({ key }) => key.value === one))
    if (value !== undefined) {
      const ids = alone.filter(({ key }) => key.value === value).map(({ incident_id }) => incident_id)
      return { with: [...new Set(ids)], kind, value }
    }
  }
  return null
}

type Member = { incident_id: string; monitor_id: string; opened_at: number; parents: string[] }

/** The probable root of a group: that on which most of the others depend, directly or not; else the first. */
export function rootOf(members: Member[]): string {
  const parents = new Map(members.map((member) => [member.monitor_id, member.parents]))
  const dependents = new Map<string, number>()
  for (const { monitor_id, parents: own } of members) {
    const above = new Set<string>()
    const waiting = [...own]
    for (let parent = waiting.pop(); parent !== undefined; parent = waiting.pop()) {
      if (parent === monitor_id || above.has(parent)) continue
      above.add(parent)
      waiting.push(...(parents.get(parent) ?? []))
    }
    for (const id of above) dependents.set(id, (dependents.get(id) ?? 0) + 1)
  }
  const weight = ({ monitor_id }: Member) => (monitor_id === '' ? 0 : (dependents.get(monitor_id) ?? 0))
  const [root] = [...members].sort(
    (a, b) => weight(b) - weight(a) || order(a.opened_at, b.opened_at) || order(a.incident_id, b.incident_id),
  )
  if (!root) throw new Error('A group without members has no root')
  return root.incident_id
}

/** "12 of 14 on host 10.0.0.5", "3 incidents that depend on the same monitor"; a label that is words of its own is kept. */
export function groupTitle({ kind, value, label }: Key, count: number, of: number | null): string {
  const words = label === '' || label === value ? phrases[kind](value) : label
  const number = of === null ? `${count} ${count === 1 ? 'incident' : 'incidents'}` : `${count} of ${of}`
  return `${number} ${words}`
}
