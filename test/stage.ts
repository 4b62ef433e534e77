import { afterEach, beforeEach } from 'bun:test'
import { probers } from '#db/schema/probers'
import { change } from '#kernel/change'
import { isoAt } from '#kernel/clock'
import type { Verdict } from '#probes/define'
import type { CheckJob } from '#probing/attempt'
import { type EngineOn, engineOn, versionOf } from './engine'
import { listener, target } from './listeners'

/** What a test of the engine is played on, made anew for each: an engine, something to watch, and who is told. */
export let t: EngineOn
export let site: ReturnType<typeof target>
export let ops: ReturnType<typeof listener>

/** To be called once by a file of tests. */
export function onStage({ channel = true } = {}) {
  beforeEach(async () => {
    t = await engineOn()
    site = target()
    ops = listener()
    await t.engine.start()
    if (channel) await t.addChannel(ops.url)
  })
  afterEach(async () => {
    await t.stop()
    t.remove()
    site.stop()
    ops.stop()
  })
}

/** The data folder of an engine that was stopped, or has crashed, in a new process. */
export async function reopen({ clock = t.clock, start = true } = {}) {
  t = await engineOn({ folder: t.folder, clock })
  if (start) await t.engine.start()
}
export async function restart() {
  await t.stop()
  await reopen()
  await t.engine.idle()
}

/** What people were told, in order. */
export const told = () => ops.got.map(({ event, data }) => `${data.incident.title} ${event.split('.')[1]}`)

/** A prober that has registered; answers its id. */
export async function addProber(region: string, name = region) {
  const at = isoAt(t.clock.now())
  const row = await change(t.ctx(), 'prober.created', async (tx) => {
    const values = {
      tenant_id: tx.tenant.id,
      name,
      region,
      facts: {},
      registered_at: at,
      created_at: at,
      updated_at: at,
    }
    const [stored] = await tx.db.insert(probers).values(values).returning()
    return stored!
  })
  await t.engine.idle()
  return row.id
}
export const up: Verdict = { status: 'up', message: '200 OK', response_time_ms: 12 }
export const down: Verdict = { status: 'down', reason: 'refused', message: 'connection refused' }
/** A prober with nothing to do and nothing kept. */
export const stats = { lag_ms: 0, buffered: 0, running: 0, uplink: null }

type Monitor = CheckJob & { number: number; interval: number }
/** A prober delivers what it found. */
export async function say(prober: string, monitor: Monitor, verdict: Verdict, at = t.clock.now()) {
  const result = { number: monitor.number, version: versionOf(monitor), at, verdict }
  const answer = t.engine.probers.results(prober, { results: [result], stats })
  await t.engine.idle()
  return answer
}
/** Probers with nothing to say are heard all the same. */
export function stay(...ids: string[]) {
  for (const id of ids) t.engine.probers.contact(id)
}
/** Time goes by, and these probers stay. */
export async function pass(ms: number, ...ids: string[]) {
  for (let left = ms; left > 0; left -= 10_000) {
    await t.advance(Math.min(10_000, left))
    stay(...ids)
  }
  await t.engine.idle()
}
