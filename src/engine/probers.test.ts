import { afterEach, beforeEach, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { probers } from '#db/schema/probers'
import { change } from '#kernel/change'
import { isoAt } from '#kernel/clock'
import type { Verdict } from '#probes/define'
import type { CheckJob } from '#probing/attempt'
import { type EngineOn, engineOn, START, versionOf } from '../../test/engine'
import { listener, target } from '../../test/listeners'

let t: EngineOn
let site: ReturnType<typeof target>
let ops: ReturnType<typeof listener>

beforeEach(async () => {
  t = await engineOn()
  site = target()
  ops = listener()
  await t.engine.start()
  await t.addChannel(ops.url)
})
afterEach(async () => {
  await t.stop()
  t.remove()
  site.stop()
  ops.stop()
})
async function addProber(region: string, name = region) {
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
const up: Verdict = { status: 'up', message: '200 OK', response_time_ms: 12 }
const down: Verdict = { status: 'down', reason: 'refused', message: 'connection refused' }
const stats = { lag_ms: 0, buffered: 0, running: 0, uplink: null }
type Monitor = CheckJob & { number: number; interval: number }
const say = async (prober: string, monitor: Monitor, verdict: Verdict, at = t.clock.now()) => {
  const version = versionOf(monitor)
  const result = { number: monitor.number, version, at, verdict }
  const answer = t.engine.probers.results(prober, { results: [result], stats })
  await t.engine.idle()
  return answer
}
const stay = (...ids: string[]) => {
  for (const id of ids) t.engine.probers.contact(id)
}
const pass = async (ms: number, ...ids: string[]) => {
  for (let left = ms; left > 0; left -= 10_000) {
    await t.advance(Math.min(10_000, left))
    stay(...ids)
  }
  await t.engine.idle()
}
const restart = async () => {
  const { folder, clock } = t
  await t.stop()
  t = await engineOn({ folder, clock })
  await t.engine.start()
  await t.engine.idle()
}
const told = () => ops.got.map(({ event, data }) => `${data.incident.title} ${event.split('.')[1]}`)

test('one that was offline before a restart of the appliance is back after it, and its incident ends', async () => {
  const berlin = await addProber('berlin')
  await pass(40_000)
  expect(told()).toHaveLength(1)
  await restart()
  stay(berlin)
  await t.engine.idle()
  await t.advance(1000)
  expect(told()).toHaveLength(2)
  expect(await t.rows("select until from blind_periods where cause = 'offline' and until is null")).toEqual([])
})

test('an appliance that was asleep itself declares nobody offline', async () => {
  await addProber('berlin')
  await t.advance(10_000)
  t.clock.sleep(300_000)
  await t.advance(6_000)
  expect(told()).toEqual([])
})

test('a wall clock set forward declares nobody offline', async () => {
  const berlin = await addProber('berlin')
  await pass(10_000, berlin)
  t.clock.setWall(t.clock.now() + 3_600_000)
  await t.advance(6_000)
  expect(told()).toEqual([])
})

test('after the wall clock was set back, results count at once', async () => {
  const berlin = await addProber('berlin')
  const m = await t.addMonitor(site.url, { regions: ['berlin'], alert_threshold: 1 })
  await say(berlin, m, up)
  await pass(10_000, berlin)
  t.clock.setWall(t.clock.now() - 3_600_000)
  await t.advance(1000)
  await say(berlin, m, down)
  expect(t.engine.snapshot(m.number)?.status).toBe('down')
})

test('one that dies while it delivers what it had kept does not hide an outage for ever', async () => {
  const berlin = await addProber('berlin')
  const m = await t.addMonitor(site.url, { regions: ['berlin'], alert_threshold: 1 })
  await say(berlin, m, up, START)
  await pass(600_000)
  const version = versionOf(m)
  t.engine.probers.results(berlin, {
    results: [{ number: m.number, version, at: t.clock.now() - 200_000, verdict: down }],
    stats: { ...stats, buffered: 4 },
  })
  await t.engine.idle()
  await pass(600_000)
  expect(told()).toContain('Checkout API is down created')
})

test('a busy one always has something that waits; fresh failures are told at once', async () => {
  const berlin = await addProber('berlin')
  const m = await t.addMonitor(site.url, { regions: ['berlin'], alert_threshold: 1 })
  await say(berlin, m, up, START)
  const version = versionOf(m)
  for (let i = 0; i < 30; i++) {
    await t.advance(10_000)
    t.engine.probers.results(berlin, {
      results: [{ number: m.number, version, at: t.clock.now(), verdict: down }],
      stats: { ...stats, buffered: 400 },
    })
    await t.engine.idle()
  }
  expect(told()).toContain('Checkout API is down created')
})

test('a blind time that was open at a restart ends with the first word', async () => {
  const berlin = await addProber('berlin')
  const uplink = { state: 'down' as const, since: t.clock.now(), anchors: [] }
  t.engine.probers.results(berlin, { results: [], stats: { ...stats, uplink } })
  await t.engine.idle()
  await restart()
  t.engine.probers.results(berlin, { results: [], stats: { ...stats, uplink: { ...uplink, state: 'up' } } })
  await t.engine.idle()
  expect(await t.rows('select until from blind_periods where until is null')).toEqual([])
})

test('a deleted one ends its incident; one that moves leaves its old region unknown', async () => {
  const [berlin, oslo] = [await addProber('berlin'), await addProber('oslo')]
  const m = await t.addMonitor(site.url, { regions: ['oslo'] })
  await say(oslo, m, up)
  await pass(40_000, oslo)
  await change(
    t.ctx(),
    'prober.deleted',
    async (tx) => (await tx.db.delete(probers).where(eq(probers.id, berlin)).returning())[0]!,
  )
  await change(
    t.ctx(),
    'prober.updated',
    async (tx) => (await tx.db.update(probers).set({ region: 'rome' }).where(eq(probers.id, oslo)).returning())[0]!,
  )
  await t.engine.idle()
  expect(told()).toEqual(['Prober berlin (berlin) is offline created', 'Prober berlin (berlin) is offline resolved'])
  expect(t.engine.snapshot(m.number)?.status).toBe('unknown')
})
