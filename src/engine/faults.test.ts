import { afterEach, beforeEach, expect, test } from 'bun:test'
import { eq, sql } from 'drizzle-orm'
import { deliveries } from '#db/schema/engine'
import { acknowledge } from '#engine/incidents'
import { change } from '#kernel/change'
import { isoAt } from '#kernel/clock'
import { createTestClock } from '../../test/clock'
import { type EngineOn, engineOn } from '../../test/engine'
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

/** Makes the database refuse what the condition names, until `mend`. */
const break_ = (what: string, when = 'true') =>
  t.db.client.execute(`create trigger broken before ${what} when ${when} begin select raise(abort, 'broken'); end`)
const mend = () => t.db.client.execute('drop trigger broken')
const failing = async (name: string) => {
  const monitor = await t.addMonitor(`${site.url}?${name}`, { name, alert_threshold: 1 })
  await t.advance(100)
  return monitor
}

test('a change that cannot be recorded holds up no other monitor, neither its alarm nor its pause', async () => {
  const bad = await failing('Bad')
  const good = await failing('Good')
  await break_('insert on incidents', "new.monitor_name = 'Bad'")
  site.answer(500)
  await t.engine.checkNow(bad.number)
  await t.engine.checkNow(good.number)
  await t.advance(1_500)
  expect(ops.got.map(({ data }) => data.monitor?.name)).toEqual(['Good'])
  await change(t.ctx(), 'monitor.paused', async (tx) => {
    await tx.db.run(sql`update monitors set enabled = 0 where id = ${good.id}`)
    return good
  })
  await t.engine.idle()
  expect(await t.rows("select status from incidents where monitor_name = 'Good'")).toMatchObject([
    { status: 'resolved' },
  ])
  await mend()
  await t.advance(3_000)
  expect(ops.got.map(({ data }) => data.monitor?.name)).toEqual(['Good', 'Bad'])
})

test('what happens to an incident is told in its order, even when the first message could not be queued at once', async () => {
  const { number } = await failing('Shop')
  await break_('insert on deliveries', "new.event = 'incident.created'")
  site.answer(500)
  await t.engine.checkNow(number)
  await t.engine.idle()
  site.answer(200)
  await t.engine.checkNow(number)
  await t.engine.idle()
  await mend()
  await t.advance(6_000)
  expect(ops.events()).toEqual(['incident.created', 'incident.resolved'])
})

test('a message about something long over is not sent late, however late it was queued', async () => {
  const { number } = await failing('Shop')
  await break_('insert on deliveries')
  site.answer(500)
  await t.engine.checkNow(number)
  await t.engine.idle()
  site.answer(200)
  await t.advance(120_000)
  await mend()
  await t.advance(6_000)
  expect(ops.got).toEqual([])
})

test('a target that cannot be worded does not silence the alarm', async () => {
  const { number, id } = await failing('Shop')
  await t.db.client.execute(`update monitors set url = 'no address' where id = '${id}'`)
  site.answer(500)
  await t.engine.checkNow(number)
  await t.engine.idle()
  expect(ops.events()).toEqual(['incident.created'])
})
