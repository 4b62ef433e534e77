/** What the target knows against what the API tells, at the end of a long run. */
import { sorted } from './appliance'
import type { Client, Incident, Interval } from './client'
import type { Received } from './hook'
import { type Change, changesIn, changesOf, differences } from './model'
import type { Arrival, Window } from './plan'
import { type Case, CUT } from './soak-plan'
import { flat, punctual, type Samples } from './soak-steady'
import { clock, type Kept, none } from './verdict'

export type Run = {
  client: Client
  cases: Case[]
  ids: string[]
  log: Arrival[]
  incidents: Incident[]
  received: Received[]
  cut: { from: number; until: number }
  interval_ms: number
  begins: number
  ends: number
  samples: Samples
}
const LIMITS = { alert: 2, recovery: 1 }
/** The start of a check and its arrival at the target lie at most so far apart; so may what is said of the same moment. */
const NEAR_MS = 1_500
/** How many monitors without an outage are looked at one by one; the incidents tell about the rest. */
const SAMPLED = 200

const name = ({ number }: Case) => `m${number}`
const saying = (who: Case, { to, at }: Change) => `${name(who)} ${to} at ${clock(at)}`

/** When several look, the change comes within an interval of what the target did. */
function roughly(window: Window, interval_ms: number, told: Change[]): Change[] {
  const patience_ms = interval_ms + 30_000
  const wanted: Change[] = [
    { to: 'down', at: window.from },
    { to: 'up', at: window.until },
  ]
  return wanted.filter(
    ({ to, at }) => !told.some((one) => one.to === to && one.at >= at - NEAR_MS && one.at <= at + patience_ms),
  )
}

type Outage = { who: Case; from: number; until: number }
/** Every change that the answers prove is an interval with the right time, and no other is. */
async function intervals({ client, cases, ids, begins, interval_ms }: Run, byNumber: Map<number, Arrival[]>) {
  const lost: string[] = []
  const invented: string[] = []
  const outages: Outage[] = []
  const step = Math.max(1, Math.floor(cases.length / SAMPLED))
  const looked = cases.filter(({ window, flapping }, i) => window || flapping || i % step === 0)
  for (const one of looked) {
    const told = changesIn(await client.all<Interval>(`/monitors/${ids[one.number - 1]}/intervals`)).filter(
      // The first up is from before the target began to remember.
      ({ at }) => at >= begins,
    )
    const proven = changesOf(byNumber.get(one.number) ?? [], LIMITS)
    // It was up before the target began to remember.
    const seen = proven[0]?.to === 'up' ? proven.slice(1) : proven
    if (one.regions.length > 1) {
      if (one.window) lost.push(...roughly(one.window, interval_ms, told).map((change) => saying(one, change)))
      if (told.length > (one.window ? 2 : 0)) invented.push(`${name(one)}: ${told.length} changes`)
      if (one.window) outages.push({ who: one, ...one.window })
      continue
    }
    const found = differences(seen, told, NEAR_MS)
    lost.push(...found.lost.map((change) => saying(one, change)))
    invented.push(...found.invented.map((change) => saying(one, change)))
    seen.forEach(({ to, at }, i) => {
      if (to === 'down') outages.push({ who: one, from: at, until: seen[i + 1]?.at ?? Number.POSITIVE_INFINITY })
    })
  }
  const of = `${looked.length} monitors, ${outages.length} outages`
  return {
    outages,
    kept: [
      none('every change that the answers prove is told, with its time', lost, of),
      none('no change is told that the answers do not prove', invented, of),
    ],
  }
}

/** One incident for each outage, none for anything else, and no message about what never failed. */
function alarms({ incidents, received, cases, ids, interval_ms }: Run, outages: Outage[]): Kept[] {
  const left = incidents.filter(({ source_type }) => source_type === 'monitor')
  const missing: string[] = []
  const wrong: string[] = []
  for (const { who, from, until } of outages) {
    const near_ms = who.regions.length > 1 ? interval_ms + 30_000 : NEAR_MS
    const found = left.findIndex(
      ({ monitor_id, opened_at }) =>
        monitor_id === ids[who.number - 1] && Math.abs(Date.parse(opened_at) - from) <= near_ms,
    )
    const [incident] = found < 0 ? [] : left.splice(found, 1)
    if (!incident) missing.push(`${name(who)} at ${clock(from)}`)
    else if (until !== Number.POSITIVE_INFINITY && incident.status !== 'resolved')
      wrong.push(`${name(who)} is still open`)
  }
  const failing = new Set(cases.filter(({ window }) => window).map(name))
  const pages = received.filter(
    ({ monitor, event }) => event === 'incident.created' && monitor && !failing.has(monitor),
  )
  const offline = incidents.filter(({ source_type }) => source_type === 'prober')
  return [
    none('every outage longer than its confirmation is an incident', missing, `${outages.length} outages`),
    none('every incident of an outage that ended is resolved', wrong, `${outages.length} outages`),
    none(
      'no false incident',
      left.map(({ title, opened_at }) => `${title} at ${clock(Date.parse(opened_at))}`),
      `${incidents.length} incidents`,
    ),
    none(
      'no message about a monitor whose target never failed',
      pages.map(({ monitor, at }) => `${monitor} at ${clock(at)}`),
      `${received.length} messages`,
    ),
    {
      promise: 'the prober that was cut off is one incident, resolved',
      found: `${offline.length}: ${offline.map(({ title, status }) => `${title}, ${status}`).join('; ')}`,
      kept: offline.length === 1 && offline[0]?.status === 'resolved',
    },
  ]
}

type Result = { checked_at: string }
/** Every check that the target answered is in the history, and nothing else, also from the region that was cut off. */
async function complete({ client, cases, ids, begins, ends, interval_ms, cut }: Run, byNumber: Map<number, Arrival[]>) {
  const [from, until] = [begins + interval_ms, ends - interval_ms]
  const wrong: string[] = []
  let compared = 0
  const step = Math.max(1, Math.floor(cases.length / SAMPLED))
  const looked = cases.filter(
    ({ regions: [region, ...others] }, i) => others.length === 0 && (region === CUT || i % step === 0),
  )
  for (const one of looked.slice(0, 2 * SAMPLED)) {
    const told = sorted(
      (await client.all<Result>(`/monitors/${ids[one.number - 1]}/results`)).map(({ checked_at }) =>
        Date.parse(checked_at),
      ),
    )
    const seen = (byNumber.get(one.number) ?? []).map(({ at }) => at)
    const within = (at: number) => at >= from && at < until
    const lacks = (list: number[], at: number) => !list.some((other) => Math.abs(other - at) <= NEAR_MS)
    const lost = seen.filter((at) => within(at) && lacks(told, at))
    const more = told.filter((at) => within(at) && lacks(seen, at))
    compared += seen.filter(within).length
    if (lost.length + more.length > 0)
      wrong.push(
        `${name(one)} (${one.regions}): ${lost.length} lost, first ${clock(lost[0] ?? 0)}, ${more.length} too many`,
      )
  }
  const during = `${Math.round((cut.until - cut.from) / 1_000)} s without the appliance`
  return none(`the history is complete, also of the region that was ${during}`, wrong, `${compared} checks`)
}

export async function judge(run: Run): Promise<Kept[]> {
  const byNumber = Map.groupBy(run.log, ({ number }) => number)
  const { outages, kept } = await intervals(run, byNumber)
  return [
    ...punctual(run, byNumber),
    ...flat(run.samples),
    ...kept,
    ...alarms(run, outages),
    await complete(run, byNumber),
  ]
}
