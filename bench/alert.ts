/**
 * Rows 5 and 6: how long from the first bad answer of a target until the webhook has it, with one failure being enough;
 * monitors that begin to fail one after the other, or all at the same moment:
 *   bun bench/alert.ts [--binary dist/xinex] [--flips 50]
 *   bun bench/alert.ts --all --monitors 1000,10000 [--interval 60]
 * Each is met by its regular check. The incident, its evidence and the message are committed to the disk before anything
 * is sent.
 */
import { parseArgs } from 'node:util'
import { percentile, sorted } from './appliance'
import type { Incident } from './client'
import { print, type Row, short } from './goal'
import { hookChannel, openHook, type Received } from './hook'
import type { Arrival, Plan } from './plan'
import { binaryOption, httpMonitors, onStage } from './stage'

const { values } = parseArgs({
  options: {
    ...binaryOption,
    flips: { type: 'string', default: '50' },
    all: { type: 'boolean', default: false },
    monitors: { type: 'string', default: '1000,10000' },
    interval: { type: 'string' },
  },
})
const APART_MS = 200
const PATIENCE_MS = 60_000

/** Milliseconds from the first bad answer of each monitor until something happened about it. */
function since(log: Arrival[], happened: Map<string, number>): number[] {
  const first = new Map<string, number>()
  for (const { number, at, bad } of log) if (bad && !first.has(`m${number}`)) first.set(`m${number}`, at)
  return sorted([...happened].map(([name, at]) => at - (first.get(name) ?? Number.NaN)))
}
const firstOf = (received: Received[]) => {
  const found = new Map<string, number>()
  for (const { event, monitor, at } of received)
    if (event === 'incident.created' && !found.has(monitor)) found.set(monitor, at)
  return found
}

async function measure(count: number, interval: number, planFrom: (at: number) => Partial<Plan>, lasts_ms: number) {
  return onStage({ binary: values.binary }, async ({ client, target }) => {
    const hook = openHook()
    try {
      await client.post('/notification-channels', hookChannel(hook))
      await client.add(httpMonitors(count, target.base, { interval, alert_threshold: 1 }))
      await Bun.sleep(2 * interval * 1_000)
      await target.reset()
      await target.plan(planFrom(Date.now()))
      await hook.until('incident.created', count, lasts_ms + interval * 1_000 + PATIENCE_MS)
      const log = await target.log()
      const incidents = await client.all<Incident & { created_at: string }>('/incidents')
      const committed = new Map(incidents.map((one) => [one.monitor_name ?? '', Date.parse(one.created_at)]))
      const told = firstOf(hook.received)
      const twice = new Set(hook.received.map(({ delivery_id }) => delivery_id)).size < hook.received.length
      return {
        told: told.size,
        incidents: incidents.length,
        twice,
        took: since(log, told),
        recorded: since(log, committed),
      }
    } finally {
      hook.stop()
    }
  })
}
const at = (took: number[], share: number) => short(percentile(took, share))

async function oneByOne(): Promise<Row> {
  const flips = Number(values.flips)
  const forever = Number.MAX_SAFE_INTEGER
  const planFrom = (now: number) => ({
    windows: Object.fromEntries(
      Array.from({ length: flips }, (_, i) => [
        i + 1,
        [{ from: now + i * APART_MS, until: forever, kind: 'fail' as const }],
      ]),
    ),
  })
  const { told, took } = await measure(flips, Number(values.interval ?? 5), planFrom, flips * APART_MS)
  return {
    row: 5,
    what: `first bad answer → webhook received, ${flips} monitors one after the other`,
    goal: 'p50 ≤ 3, p99 ≤ 15 ms',
    we: `p50 ${at(took, 0.5)}, p99 ${at(took, 0.99)}, most ${at(took, 1)} ms; ${told} told`,
    met: told === flips && percentile(took, 0.5) <= 3 && percentile(took, 0.99) <= 15,
  }
}

const goals: Record<number, number> = { 1000: 30, 10000: 150 }
async function together(count: number): Promise<Row> {
  const interval = Number(values.interval ?? 60)
  const { told, incidents, twice, took, recorded } = await measure(count, interval, () => ({ all: 'fail' }), 0)
  const goal = goals[count]
  const whole = told === count && incidents === count
  return {
    row: 6,
    what: `all ${count} fail at once: first bad answer of each → webhook received`,
    goal: goal === undefined ? 'none lost' : `p99 ≤ ${goal} ms; none lost`,
    we:
      `p50 ${at(took, 0.5)}, p99 ${at(took, 0.99)}, most ${at(took, 1)} ms; incident recorded p99 ${at(recorded, 0.99)} ms; ` +
      `${incidents} incidents, ${told} told${twice ? ', some twice' : ''}`,
    met: whole && percentile(took, 0.99) <= (goal ?? Number.POSITIVE_INFINITY),
  }
}

if (values.all) {
  const rows: Row[] = []
  for (const count of values.monitors.split(',').map(Number)) rows.push(await together(count))
  print(...rows)
} else print(await oneByOne())
