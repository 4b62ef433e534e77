import { expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { monitors } from '#db/schema/monitors'
import { acknowledge } from '#engine/incidents'
import { change } from '#kernel/change'
import { isoAt } from '#kernel/clock'
import type { Verdict } from '#probes/define'
import { type EngineOn, versionOf } from '../../test/engine'
import { target } from '../../test/listeners'
import { addProber, down, onStage, pass, site, stats, t, told, up } from '../../test/stage'

onStage()

test('many that are back together with what they depend on stay quiet', async () => {
  const router = await t.addMonitor(site.url, { name: 'Router', interval: 30, alert_threshold: 1 })
  const kids: Awaited<ReturnType<EngineOn['addMonitor']>>[] = []
  for (let i = 0; i < 30; i++)
    kids.push(await t.addMonitor(site.url, { name: `Kid${i}`, parents: [router.id], interval: 30, alert_threshold: 1 }))
  await t.advance(60_000)
  site.answer(500)
  await t.engine.checkNow(router.number)
  await Promise.all(kids.map(({ number }) => t.engine.checkNow(number)))
  await t.engine.idle()
  expect(told()).toEqual(['Router is down created'])
  site.answer(200)
  await t.engine.checkNow(router.number)
  await t.advance(100)
  await Promise.all(kids.map(({ number }) => t.engine.checkNow(number)))
  await t.advance(20_000)
  expect(told()).toEqual(['Router is down created', 'Router is down resolved'])
})

test('the same from a prober that says all of it at once', async () => {
  const berlin = await addProber('berlin')
  const router = await t.addMonitor(site.url, { name: 'Router', regions: ['berlin'], alert_threshold: 1 })
  const kids: (typeof router)[] = []
  for (let i = 0; i < 10; i++)
    kids.push(
      await t.addMonitor(site.url, { name: `Kid${i}`, parents: [router.id], regions: ['berlin'], alert_threshold: 1 }),
    )
  const all = async (verdict: Verdict) => {
    const at = t.clock.now()
    const results = [router, ...kids].map((monitor, i) => ({
      number: monitor.number,
      version: versionOf(monitor),
      at: at - 50 + i,
      verdict,
    }))
    t.engine.probers.results(berlin, { results, stats })
    await t.engine.idle()
  }
  await all(up)
  await pass(10_000, berlin)
  await all(down)
  expect(told()).toEqual(['Router is down created'])
  await pass(10_000, berlin)
  await all(up)
  await pass(20_000, berlin)
  expect(told()).toEqual(['Router is down created', 'Router is down resolved'])
})

test('two that slipped into depending on each other do not silence each other', async () => {
  const a = await t.addMonitor(site.url, { name: 'A', interval: 30, alert_threshold: 1 })
  const b = await t.addMonitor(site.url, { name: 'B', interval: 30, alert_threshold: 1, parents: [a.id] })
  await change(t.ctx(), 'monitor.updated', async (tx) => {
    const [row] = await tx.db
      .update(monitors)
      .set({ parents: [b.id], updated_at: isoAt(t.clock.now() + 1) })
      .where(eq(monitors.id, a.id))
      .returning()
    return row!
  })
  await t.engine.idle()
  await t.advance(60_000)
  site.answer(500)
  await t.engine.checkNow(a.number)
  await t.engine.checkNow(b.number)
  await t.advance(300_000)
  expect(told().length).toBeGreaterThan(0)
})

test('a group can be asked like any other parent', async () => {
  const a = await t.addMonitor(site.url, { name: 'A', interval: 30, alert_threshold: 1 })
  const g = await t.addMonitor('', {
    name: 'G',
    type: 'group',
    settings: { members: [a.id], rule: 'worst' },
    interval: 30,
  })
  const b = await t.addMonitor(site.url, { name: 'B', interval: 30, alert_threshold: 1, parents: [g.id] })
  await t.advance(60_000)
  site.answer(500)
  await t.engine.checkNow(b.number)
  await t.advance(200_000)
  expect(t.lines.filter((x) => x.includes('"error"'))).toEqual([])
})

test('the first reminder counts from the alarm, not from what was held', async () => {
  const r2 = target()
  const router = await t.addMonitor(r2.url, { name: 'Router', interval: 30, alert_threshold: 1 })
  const kid = await t.addMonitor(site.url, {
    name: 'Kid',
    parents: [router.id],
    interval: 30,
    alert_threshold: 1,
    reminder_interval_s: 300,
  })
  await t.advance(60_000)
  site.answer(500)
  r2.answer(500)
  await t.engine.checkNow(router.number)
  await t.engine.checkNow(kid.number)
  await t.advance(600_000)
  r2.answer(200)
  await t.engine.checkNow(router.number)
  await t.advance(60_000)
  r2.stop()
  expect(told().filter((x) => x.startsWith('Kid'))).toEqual(['Kid is down created'])
})

test('whoever has seen it while it was held is not told that it is over', async () => {
  const r2 = target()
  const router = await t.addMonitor(r2.url, { name: 'Router', interval: 30, alert_threshold: 1 })
  const kid = await t.addMonitor(site.url, { name: 'Kid', parents: [router.id], interval: 30, alert_threshold: 1 })
  await t.advance(60_000)
  site.answer(500)
  r2.answer(500)
  await t.engine.checkNow(router.number)
  await t.engine.checkNow(kid.number)
  await t.engine.idle()
  const [held] = await t.rows<{ id: string }>("select id from incidents where monitor_name = 'Kid'")
  await change(t.ctx(), 'incident.acknowledged', (tx) => acknowledge(tx, held!.id))
  await t.engine.idle()
  r2.answer(200)
  await t.engine.checkNow(router.number)
  await t.advance(30_000)
  site.answer(200)
  await t.engine.checkNow(kid.number)
  await t.advance(1000)
  r2.stop()
  expect(told().filter((x) => x.startsWith('Kid'))).toEqual([])
})

test('a clock that is set back does not lengthen the wait', async () => {
  const r2 = target()
  const router = await t.addMonitor(r2.url, { name: 'Router', interval: 30, alert_threshold: 1 })
  const kid = await t.addMonitor(site.url, { name: 'Kid', parents: [router.id], interval: 30, alert_threshold: 1 })
  await t.advance(60_000)
  site.answer(500)
  r2.answer(500)
  await t.engine.checkNow(router.number)
  await t.engine.checkNow(kid.number)
  r2.answer(200)
  await t.engine.checkNow(router.number)
  t.clock.setWall(t.clock.now() - 7_200_000)
  await t.advance(300_000)
  r2.stop()
  expect(told().filter((x) => x.startsWith('Kid'))).toEqual(['Kid is down created'])
})
