import { expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { monitors } from '#db/schema/monitors'
import { change } from '#kernel/change'
import { isoAt } from '#kernel/clock'
import { addProber, down, onStage, pass, restart, say, site, t, told } from '../../test/stage'

onStage()

test('after a restart the first words alone announce no recovery of what others still see down', async () => {
  const [berlin, oslo] = [await addProber('berlin'), await addProber('oslo')]
  const m = await t.addMonitor(site.url, { regions: ['local', 'berlin', 'oslo'], alert_threshold: 1 })
  await t.advance(20)
  await say(berlin, m, down)
  await say(oslo, m, down)
  expect(told()).toEqual(['Checkout API is down created'])
  await restart()
  await t.advance(10_000)
  await say(berlin, m, down)
  await t.advance(1_000)
  await t.engine.checkNow(m.number)
  await say(oslo, m, down)
  await t.advance(1_000)
  expect(told()).toEqual(['Checkout API is down created'])
})

test('nor where one region is enough', async () => {
  const berlin = await addProber('berlin')
  const m = await t.addMonitor(site.url, { regions: ['local', 'berlin'], region_quorum: 'any', alert_threshold: 1 })
  await t.advance(20)
  await say(berlin, m, down)
  expect(told()).toEqual(['Checkout API is down created'])
  await restart()
  await t.advance(10_000)
  await t.engine.checkNow(m.number)
  await say(berlin, m, down)
  await t.advance(1_000)
  expect(told()).toEqual(['Checkout API is down created'])
})

test('who sees it down and is lost has not seen it recover', async () => {
  const [berlin, oslo] = [await addProber('berlin'), await addProber('oslo')]
  const m = await t.addMonitor(site.url, { regions: ['local', 'berlin', 'oslo'], alert_threshold: 1 })
  await t.advance(20)
  await say(berlin, m, down)
  await say(oslo, m, down)
  expect(told()).toEqual(['Checkout API is down created'])
  for (let i = 0; i < 8; i++) {
    await pass(10_000, oslo)
    await say(oslo, m, down)
  }
  expect(told().filter((x) => x.includes('Checkout'))).toEqual(['Checkout API is down created'])
})

test('a region that never says anything does not silence the others', async () => {
  const berlin = await addProber('berlin')
  const m = await t.addMonitor(site.url, { alert_threshold: 1, interval: 3600 })
  await t.advance(20)
  await change(t.ctx(), 'monitor.updated', async (tx) => {
    const set = { regions: ['local', 'berlin'], updated_at: isoAt(t.clock.now() + 1) }
    const [row] = await tx.db.update(monitors).set(set).where(eq(monitors.id, m.id)).returning()
    return row!
  })
  await t.engine.idle()
  site.answer(500)
  await t.engine.checkNow(m.number)
  await pass(60_000, berlin)
  expect(told()).toEqual([])
  await pass(100_000, berlin)
  expect(told()).toEqual(['Checkout API is down created'])
})

test('an older look that took longer is overtaken by a newer one', async () => {
  const hanging = Promise.withResolvers<Response>()
  const answers = [() => new Response('ok'), () => hanging.promise, () => new Response('ok')]
  const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => answers.shift()!() })
  const m = await t.addMonitor(server.url.href, { alert_threshold: 1, interval: 3600 })
  await t.clock.advance(20)
  while (answers.length > 2) await new Promise((next) => setImmediate(next))
  await t.engine.idle()
  const slow = t.engine.checkNow(m.number)
  while (answers.length > 1) await new Promise((next) => setImmediate(next))
  await t.clock.advance(5)
  await t.engine.checkNow(m.number)
  hanging.resolve(new Response('no', { status: 500 }))
  expect(await slow).toMatchObject({ status: 'down' })
  await t.engine.idle()
  expect([t.engine.snapshot(m.number)?.status, told()]).toEqual(['up', []])
  await server.stop(true)
})

test('after the clock was set back the newest look is shown', async () => {
  const m = await t.addMonitor(site.url, { alert_threshold: 5 })
  await t.advance(20)
  t.clock.setWall(t.clock.now() - 3_600_000)
  await t.advance(1000)
  await t.engine.checkNow(m.number)
  expect(Date.parse(t.engine.snapshot(m.number)!.checked_at!)).toBeLessThanOrEqual(t.clock.now())
})
