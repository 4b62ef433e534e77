import type { MonitorType } from '@/types'

/** What belongs together, in the order in which people look for it; a type that no group names comes last, under More. */
const GROUPS: readonly (readonly [title: string, types: readonly string[]])[] = [
  ['Web', ['http', 'websocket', 'grpc', 'tls', 'domain']],
  ['Network', ['icmp', 'tcp', 'udp', 'dns']],
  ['Mail and time', ['smtp', 'ntp']],
  ['Databases and queues', ['postgres', 'mysql', 'redis', 'mongodb', 'mqtt']],
  ['Hosts and containers', ['ssh', 'docker']],
  ['Composed', ['group', 'push', 'manual']],
]
const NAMED = new Set(GROUPS.flatMap(([, types]) => types))

export type TypeGroup = { title: string; types: MonitorType[] }

/**
 * The types whose name, sentence or group holds every word of what was typed, the group with the best find first;
 * groups that are left empty are left out.
 */
export function groupsOf(types: readonly MonitorType[], wanted = ''): TypeGroup[] {
  const needles = wanted.toLowerCase().split(/\s+/).filter(Boolean)
  const matches = (group: string) => (one: MonitorType) => {
    const text = `${one.title} ${one.summary} ${one.type} ${group}`.toLowerCase()
    return needles.every((needle) => text.includes(needle))
  }
  const byName = new Map(types.map((one) => [one.type, one]))
  const groups = GROUPS.map(([title, names]) => ({
    title,
    types: names.flatMap((name) => byName.get(name) ?? []).filter(matches(title)),
  }))
  const more = types.filter(({ type }) => !NAMED.has(type)).filter(matches('More'))
  // A name or a group says it better than a sentence: "data" means databases before it means datagrams.
  const holds = (text: string) => needles.every((needle) => text.toLowerCase().includes(needle))
  const rank = ({ title, types }: TypeGroup) => (types.some((one) => holds(one.title)) ? 0 : holds(title) ? 1 : 2)
  return [...groups, { title: 'More', types: more }]
    .filter((group) => group.types.length > 0)
    .sort((a, b) => rank(a) - rank(b))
}

type Traits = {
  /** We ask over the network: there is a timeout, a place to ask from, an answer that can be slow. */
  asks: boolean
  /** It is due again and again. */
  interval: boolean
  /** Several in a row can be wanted before it counts. */
  thresholds: boolean
  /** One check of what the form says can be made before it is saved. */
  trial: boolean
  /** It can be looked at now. */
  check: boolean
}
const ASKING: Traits = { asks: true, interval: true, thresholds: true, trial: true, check: true }
const OTHER: Record<string, Traits> = {
  group: { asks: false, interval: false, thresholds: false, trial: false, check: true },
  push: { asks: false, interval: true, thresholds: true, trial: false, check: false },
  manual: { asks: false, interval: false, thresholds: false, trial: false, check: false },
}
/** Which of the common settings mean something for a type. */
export const traitsOf = (type: string): Traits => OTHER[type] ?? ASKING
