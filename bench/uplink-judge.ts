/** What an appliance that could see nothing for a while may say about that time. */
import type { Client, Incident, Interval } from './client'
import { short } from './goal'
import type { Received } from './hook'
import { clock, type Kept, none } from './verdict'

export type Blind = { prober_id: string | null; cause: string; message: string; from: string; until: string | null }
type Uptime = { days: { down_s: number; unknown_s: number }[] }
type Run = {
  client: Client
  ids: string[]
  incidents: Incident[]
  blind: Blind[]
  received: Received[]
  /** While the cable was unplugged. */
  from: number
  until: number
  interval_ms: number
  dead: number
}
/** How long it may take to see that there is no network, and that there is one again. */
const NOTICE_MS = 25_000
const TIMEOUT_MS = 10_000
/** Monitors that are looked at one by one; the incidents tell about the rest. */
const SAMPLED = 100
const LOST_SHARE = 0.9

const overlap = (a: number, b: number, from: number, until: number) =>
  Math.max(0, Math.min(b, until) - Math.max(a, from))

function period({ blind, from, until }: Run): Kept {
  const own = blind.filter(({ cause, prober_id }) => cause === 'uplink' && prober_id === null)
  const [first] = own
  const ended = first?.until ? Date.parse(first.until) : Number.NaN
  const right =
    first !== undefined &&
    Math.abs(Date.parse(first.from) - from) <= NOTICE_MS &&
    ended >= until - 1_000 &&
    ended <= until + NOTICE_MS
  return {
    promise: 'exactly one blind time is told, from about when the network broke until about when it was back',
    found: `${own.length}: ${own.map((one) => `${one.from} – ${one.until}`).join('; ')}; it was ${clock(from)} – ${clock(until)}`,
    kept: own.length === 1 && right,
  }
}

/** The time without a network is unknown for everybody, and down for nobody but whose target went down. */
async function times({ client, ids, from, until, interval_ms, dead }: Run): Promise<Kept[]> {
  const down: string[] = []
  const known: string[] = []
  const step = Math.max(1, Math.floor(ids.length / SAMPLED))
  const looked = ids.flatMap((id, i) => (i % step === 0 && i + 1 !== dead ? [{ id, name: `m${i + 1}` }] : []))
  // At its slot a monitor finds out, asks again, and then it is known that nothing is known.
  const dark_from = from + interval_ms + TIMEOUT_MS + 6_000
  for (const { id, name } of looked) {
    const intervals = await client.all<Interval>(`/monitors/${id}/intervals`)
    const share = (status: string) =>
      intervals
        .filter((one) => one.status === status)
        .reduce(
          (sum, one) =>
            sum + overlap(Date.parse(one.from), one.until ? Date.parse(one.until) : Date.now(), dark_from, until),
          0,
        ) / Math.max(1, until - dark_from)
    const { days } = await client.get<Uptime>(`/monitors/${id}/uptime?days=1`)
    if (days.some(({ down_s }) => down_s > 0)) down.push(name)
    if (share('unknown') < LOST_SHARE) known.push(`${name} ${short(100 * share('unknown'), 0)} %`)
  }
  return [
    none('the uptime of no monitor suffers', down, `${looked.length} monitors`),
    none(`the time is unknown (at least ${100 * LOST_SHARE} % of it)`, known, `${looked.length} monitors`),
  ]
}

export async function judgeUplink(run: Run): Promise<Kept[]> {
  const { incidents, received, until, dead, ids } = run
  const own = incidents.filter(({ monitor_id }) => monitor_id === ids[dead - 1])
  const others = incidents.filter((one) => !own.includes(one))
  const pages = received.filter(({ monitor }) => monitor !== `m${dead}`)
  const told = received.filter(({ monitor, event }) => monitor === `m${dead}` && event === 'incident.created')
  const [first] = own
  return [
    none(
      'no incident of any monitor whose target works',
      others.map(({ title, opened_at, message }) => `${title} at ${clock(Date.parse(opened_at))}: ${message}`),
      `${incidents.length} incidents`,
    ),
    none(
      'nobody is told about what works',
      pages.map(({ event, monitor }) => `${event} of ${monitor}`),
      `${received.length} messages`,
    ),
    period(run),
    ...(await times(run)),
    {
      promise: 'the target that really went down meanwhile is told once the network is back',
      found: `${own.length} incidents, opened ${first?.opened_at ?? '–'}; ${told.length} told ${told.map(({ at }) => clock(at)).join(', ')}; back at ${clock(until)}`,
      kept: own.length === 1 && told.length === 1 && (told[0]?.at ?? 0) >= until,
    },
  ]
}
