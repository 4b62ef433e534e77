/** What the target answered against what is told about it by an appliance that was killed again and again. */
import type { Client, Incident, Interval } from './client'
import type { Received } from './hook'
import { type Change, changesIn } from './model'
import type { Arrival } from './plan'
import { clock, type Kept, none } from './verdict'

/** From the start of the appliance to its death. */
export type Life = { from: number; until: number }
type Run = {
  client: Client
  ids: string[]
  log: Arrival[]
  lives: Life[]
  incidents: Incident[]
  received: Received[]
}
const ALERT = 2
/** The start of a check and its arrival at the target, and what is said of the same moment, lie at most so far apart. */
const NEAR_MS = 1_500
/** What was answered so shortly before the death may not have been written; the next life finds it again. */
const UNWRITTEN_MS = 1_500
/** Of so much before a death it may be unknown what was known: the appliance notes every ten seconds that it is alive. */
const UNKNOWN_MS = 12_000

/** What was answered around a moment, and when the appliance died and began again, for whoever looks for the cause. */
function around(at: number, arrivals: Arrival[], lives: Life[], spread_ms = 15_000): string {
  const near = (time: number) => Math.abs(time - at) <= spread_ms
  const notes = [
    ...arrivals.filter((one) => near(one.at)).map((one) => ({ at: one.at, what: one.bad ? 'bad' : 'ok' })),
    ...lives.filter(({ from }) => near(from)).map(({ from }) => ({ at: from, what: 'START' })),
    ...lives.filter(({ until }) => near(until)).map(({ until }) => ({ at: until, what: 'KILL' })),
  ]
  return `[${notes
    .sort((a, b) => a.at - b.at)
    .map((one) => `${one.what} ${clock(one.at).slice(3)}`)
    .join(' ')}]`
}

type Told = { opened: number[]; resolved: number[] }
/** Takes out the entry that is near, if there is one. */
function take(times: number[], at: number): boolean {
  const found = times.findIndex((one) => Math.abs(one - at) <= NEAR_MS)
  if (found >= 0) times.splice(found, 1)
  return found >= 0
}

type Expected = Change & { /** Whether it may be missing among the intervals. */ shortly_before_death: boolean }
/**
 * The changes of one monitor that the lives must have recorded. A run of answers does not survive a death; what is known
 * does. Whether a change at the very end of a life was written is read from the incidents.
 */
function expected(arrivals: Arrival[], lives: Life[], told: Told): Expected[] {
  const changes: Expected[] = []
  let known: Change['to'] = 'up'
  for (const life of lives) {
    let run = { bad: false, count: 0, at: 0 }
    for (const { at, bad } of arrivals.filter((one) => one.at >= life.from && one.at < life.until)) {
      run = run.bad === bad && run.count > 0 ? { ...run, count: run.count + 1 } : { bad, count: 1, at }
      const to = bad ? 'down' : 'up'
      if (known === to || run.count < (bad ? ALERT : 1)) continue
      const written = take(bad ? told.opened : told.resolved, run.at)
      const doubtful = life.until - at <= UNWRITTEN_MS
      if (!written && doubtful) continue
      known = to
      changes.push({ to, at: run.at, shortly_before_death: life.until - at <= UNKNOWN_MS })
      if (!written) changes.push({ to, at: Number.NaN, shortly_before_death: true })
    }
  }
  return changes
}

function messages({ incidents, received }: Run): Kept[] {
  const wrong: string[] = []
  const byIncident = Map.groupBy(received, ({ incident_id }) => incident_id)
  for (const { id, title, opened_at, status } of incidents) {
    const own = byIncident.get(id) ?? []
    const count = (event: string) =>
      new Set(own.filter((one) => one.event === event).map(({ delivery_id }) => delivery_id)).size
    const [down, up] = [count('incident.created'), count('incident.resolved')]
    if (down !== 1 || up !== (status === 'resolved' ? 1 : 0))
      wrong.push(`${title} at ${clock(Date.parse(opened_at))}: ${down} alarms, ${up} ends`)
  }
  const again = received.length - new Set(received.map(({ delivery_id }) => delivery_id)).size
  return [
    none(
      'each incident is told once, and its end once',
      wrong,
      `${incidents.length} incidents, ${received.length} messages`,
    ),
    {
      promise: 'what was cut off while it was sent is sent again with the same delivery id',
      found: `${again} messages came twice`,
      kept: true,
    },
  ]
}

export async function judgeKills(run: Run): Promise<Kept[]> {
  const { client, ids, log, lives, incidents } = run
  const byNumber = Map.groupBy(log, ({ number }) => number)
  const byMonitor = Map.groupBy(incidents, ({ monitor_id }) => monitor_id ?? '')
  const lost: string[] = []
  const invented: string[] = []
  const absent: string[] = []
  const untrue: string[] = []
  let changes = 0
  let compared = 0
  for (const [i, id] of ids.entries()) {
    const name = `m${i + 1}`
    const own = byMonitor.get(id) ?? []
    const told: Told = {
      opened: own.map(({ opened_at }) => Date.parse(opened_at)),
      resolved: own.flatMap(({ resolved_at }) => (resolved_at === null ? [] : [Date.parse(resolved_at)])),
    }
    const all = expected(byNumber.get(i + 1) ?? [], lives, told)
    const proven = all.filter(({ at }) => !Number.isNaN(at))
    changes += proven.length
    all.forEach(({ to, at }, n) => {
      if (Number.isNaN(at)) lost.push(`${name} ${to} at ${clock(all[n - 1]?.at ?? 0)}`)
    })
    invented.push(...[...told.opened, ...told.resolved].map((at) => `${name} at ${clock(at)}`))

    const begun = lives[0]?.from ?? 0
    const intervals = changesIn(await client.all<Interval>(`/monitors/${id}/intervals`)).filter(({ at }) => at >= begun)
    proven.forEach(({ to, at, shortly_before_death }, n) => {
      // What was before may have become unknown with a death; then nothing changed that was known.
      if (shortly_before_death || proven[n - 1]?.shortly_before_death) return
      compared++
      if (!intervals.some((one) => one.to === to && Math.abs(one.at - at) <= NEAR_MS))
        absent.push(`${name} ${to} at ${clock(at)} ${around(at, byNumber.get(i + 1) ?? [], lives)}`)
    })
    // What is told later, after a time that is unknown, must still be what was known then.
    for (const { to, at } of intervals) {
      const before = proven.filter((one) => one.at <= at - NEAR_MS).at(-1)?.to ?? 'up'
      const near = proven.some((one) => one.to === to && Math.abs(one.at - at) <= NEAR_MS)
      if (before !== to && !near)
        untrue.push(`${name} ${to} at ${clock(at)} ${around(at, byNumber.get(i + 1) ?? [], lives)}`)
    }
  }
  const of = `${changes} changes of ${ids.length} monitors in ${lives.length} lives`
  return [
    none('every change that the answers prove opened or resolved an incident, with its time', lost, of),
    none('no incident was opened or resolved without it', invented, of),
    none(
      `every change more than ${UNKNOWN_MS / 1_000} s before a death is an interval, with its time`,
      absent,
      `${compared} of ${of}`,
    ),
    none('no interval says what the answers do not prove', untrue, of),
    {
      promise: 'nothing is open in the end, when all targets answer',
      found: `${incidents.filter(({ status }) => status !== 'resolved').length} open`,
      kept: incidents.every(({ status }) => status === 'resolved'),
    },
    ...messages(run),
  ]
}
