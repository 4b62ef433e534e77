import { afterEach, beforeEach, expect, test } from 'bun:test'
import { type EngineOn, engineOn } from '../../test/engine'
import { listener, target } from '../../test/listeners'

let t: EngineOn
let router: ReturnType<typeof target>
let shop: ReturnType<typeof target>
let ops: ReturnType<typeof listener>
let parent: Awaited<ReturnType<EngineOn['addMonitor']>>
let child: Awaited<ReturnType<EngineOn['addMonitor']>>

beforeEach(async () => {
  t = await engineOn()
  router = target()
  shop = target()
  ops = listener()
  await t.engine.start()
  await t.addChannel(ops.url)
  parent = await t.addMonitor(router.url, { name: 'Router', interval: 30, alert_threshold: 1 })
  child = await t.addMonitor(shop.url, { name: 'Shop', parents: [parent.id], interval: 30, alert_threshold: 1 })
  await t.advance(60_000)
})
afterEach(async () => {
  await t.stop()
  t.remove()
  for (const one of [router, shop, ops]) one.stop()
})

const told = () => ops.got.map(({ event, data }) => `${data.monitor?.name} ${event.split('.')[1]}`)
const entries = (name: string) =>
  t.rows<{ kind: string; message: string }>(
    `select kind, t.message from incident_timeline t join incidents i on i.id = incident_id
     where monitor_name = '${name}' and kind in ('suppressed', 'released', 'recovered') order by t.at, t.id`,
  )
const look = async (...monitors: { number: number }[]) => {
  for (const { number } of monitors) await t.engine.checkNow(number)
  await t.engine.idle()
}

test('while the parent is down nobody is told of the child, and its incident says why', async () => {
  router.answer(500)
  shop.answer(500)
  await look(parent, child)
  expect(told()).toEqual(['Router created'])
  expect(t.engine.snapshot(child.number)?.status).toBe('down')
  expect(await entries('Shop')).toEqual([
    { kind: 'suppressed', message: 'Nobody is told: Router, which it depends on, is down' },
  ])
})

test('when both are back, nobody hears of the child at all', async () => {
  router.answer(500)
  shop.answer(500)
  await look(parent, child)
  router.answer(200)
  shop.answer(200)
  await look(parent)
  await t.advance(5_000)
  expect(told()).toEqual(['Router created', 'Router resolved'])
  expect(t.engine.snapshot(child.number)?.status).toBe('up')
})

test('when the parent is back and the child still fails, it is looked at once more and then told', async () => {
  router.answer(500)
  shop.answer(500)
  await look(parent, child)
  await t.advance(3_000)
  const asked = shop.asked()
  router.answer(200)
  await look(parent)
  await t.advance(2_000)
  expect(shop.asked()).toBe(asked + 1)
  expect(told()).toEqual(['Router created', 'Router resolved', 'Shop created'])
  expect((await entries('Shop')).map(({ kind }) => kind)).toEqual(['suppressed', 'suppressed', 'released'])
  shop.answer(200)
  await look(child)
  expect(told().at(-1)).toBe('Shop resolved')
})

test('a parent that was not looked at since is asked first; when it works, people are told', async () => {
  shop.answer(500)
  const asked = router.asked()
  await look(child)
  await t.advance(100)
  expect(router.asked()).toBe(asked + 1)
  expect(told()).toEqual(['Shop created'])
})

test('a parent that turns out to be down holds the child back, in whatever order they are seen', async () => {
  router.answer(500)
  shop.answer(500)
  await look(child)
  await t.advance(100)
  expect(told()).toEqual(['Router created'])
})

test('a parent that does not answer the question in time does not hide the child for ever', async () => {
  router.answer(200, 1_900)
  shop.answer(500)
  await t.engine.checkNow(child.number)
  // The look at the router takes its time and then says that it works.
  await t.advance(5_000)
  await t.engine.idle()
  expect(told()).toEqual(['Shop created'])
})

test('what was held goes on waiting after a restart', async () => {
  router.answer(500)
  shop.answer(500)
  await look(parent, child)
  const { folder, clock } = t
  await t.stop()
  t = await engineOn({ folder, clock })
  await t.engine.start()
  await t.advance(61_000)
  expect(told()).toEqual(['Router created'])
  router.answer(200)
  await look(parent)
  await t.advance(2_000)
  expect(told()).toEqual(['Router created', 'Router resolved', 'Shop created'])
})
