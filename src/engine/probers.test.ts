import { expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { probers } from '#db/schema/probers'
import { change } from '#kernel/change'
import { START, versionOf } from '../../test/engine'
import { addProber, down, onStage, pass, restart, say, site, stats, stay, t, told, up } from '../../test/stage'

onStage()

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
