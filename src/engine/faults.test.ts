import { expect, test } from 'bun:test'
import { eq, sql } from 'drizzle-orm'
import { deliveries } from '#db/schema/engine'
import { notification_channels } from '#db/schema/notification-channels'
import { acknowledge } from '#engine/incidents'
import { change } from '#kernel/change'
import { isoAt } from '#kernel/clock'
import { createTestClock } from '../../test/clock'
import { listener } from '../../test/listeners'
import { onStage, ops, reopen, site, t } from '../../test/stage'

onStage()

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

test('a message that was sent is not sent again because its end could not be written at once', async () => {
  const { number } = await failing('Shop')
  await break_('insert on notification_log')
  site.answer(500)
  await t.engine.checkNow(number)
  await t.engine.idle()
  expect(ops.tries()).toBe(1)
  await mend()
  await t.advance(300_000)
  expect(ops.tries()).toBe(1)
  expect(await t.rows('select status, attempts from deliveries')).toMatchObject([{ status: 'sent', attempts: 1 }])
})

test('a message whose end stays unwritten comes back after its lease, without anything else happening', async () => {
  const { number } = await failing('Shop')
  site.answer(500)
  await t.engine.checkNow(number)
  await t.engine.idle()
  const lease_until = isoAt(t.clock.now() + 100_000)
  await t.db.tx((db) => db.update(deliveries).set({ status: 'sending', lease_until }))
  const [incident] = await t.rows<{ id: string }>('select id from incidents')
  await change(t.ctx(), 'incident.acknowledged', (tx) => acknowledge(tx, incident!.id))
  await t.engine.idle()
  await t.advance(101_000)
  expect(ops.tries()).toBeGreaterThanOrEqual(2)
  expect(await t.rows("select id from deliveries where status = 'sending'")).toEqual([])
})

test('cut off while a message was being sent, the recovery that followed is still told', async () => {
  const { number } = await failing('Shop')
  site.answer(500)
  await t.engine.checkNow(number)
  await t.engine.idle()
  // The process dies after the provider took the message and before that was written down; the recovery waits.
  ops.hang()
  site.answer(200)
  await t.engine.checkNow(number)
  await t.db.tx((db) =>
    db
      .update(deliveries)
      .set({ status: 'sending', lease_until: isoAt(t.clock.now() + 100_000) })
      .where(eq(deliveries.event, 'incident.created')),
  )
  await t.db.tx((db) =>
    db
      .update(deliveries)
      .set({ status: 'pending', attempts: 0, lease_until: null })
      .where(eq(deliveries.event, 'incident.resolved')),
  )
  await t.crash()
  ops.release()
  ops.got.length = 0
  await reopen({ clock: createTestClock(t.clock.now() + 600_000) })
  await t.engine.idle()
  expect(ops.events()).toEqual(['incident.created', 'incident.resolved'])
})

test('a clock that is set back after a sleep does not make the monitoring blind', async () => {
  const { number } = await failing('Shop')
  t.clock.sleep(120_000)
  await t.advance(10_000)
  t.clock.setWall(t.clock.now() - 7_200_000)
  site.answer(500)
  await t.advance(130_000)
  expect(t.engine.snapshot(number)).toMatchObject({ status: 'down' })
  expect(ops.events()).toEqual(['incident.created'])
})

test('a channel that is mended while its old settings are being refused is not left out, and gets the message', async () => {
  const { number } = await failing('Shop')
  ops.hang()
  const heard = new Promise<void>((done) => {
    const poll = () => (ops.tries() > 0 ? done() : setImmediate(poll))
    poll()
  })
  site.answer(500)
  await t.engine.checkNow(number)
  await heard
  const mended = listener()
  await t.db.tx((db) =>
    db.update(notification_channels).set({ settings: { url: mended.url }, updated_at: isoAt(t.clock.now() + 1) }),
  )
  ops.answer(410)
  ops.release()
  await t.engine.idle()
  await t.advance(10_000)
  expect(await t.rows('select * from channel_failures')).toEqual([])
  expect(mended.events()).toEqual(['incident.created'])
  mended.stop()
})
