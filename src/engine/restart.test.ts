import { expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { deliveries } from '#db/schema/engine'
import { outbox } from '#db/schema/kernel'
import { writeTransitions } from '#engine/record'
import { enqueue } from '#kernel/change'
import { isoAt } from '#kernel/clock'
import { createTestClock } from '../../test/clock'
import { onStage, ops, reopen, site, t } from '../../test/stage'

onStage()

/** The same data folder in a new process, `off_ms` later. */
async function again(off_ms: number, { start = true } = {}) {
  await reopen({ clock: createTestClock(t.clock.now() + off_ms), start })
}
const spans = () =>
  t.rows<{ status: string; from: number; until: number | null }>(
    'select status, "from", until from state_intervals order by seq',
  )
const statuses = async () => (await spans()).map(({ status }) => status)

test('while the appliance was off the state is unknown, and coming back tells nobody', async () => {
  const { number } = await t.addMonitor(site.url)
  await t.advance(120_000)
  const off_at = t.clock.now()
  await t.stop()
  await again(3_600_000)
  expect(t.engine.snapshot(number)).toMatchObject({ status: 'up' })
  await t.advance(10_000)
  expect(await statuses()).toEqual(['up', 'unknown', 'up'])
  const [, unknown] = await spans()
  expect(unknown!.from).toBe(off_at)
  expect(unknown!.until! - unknown!.from).toBeWithin(3_600_000, 3_606_000)
  expect(ops.got).toEqual([])
})

test('killed, everything after the last sign of life is unknown', async () => {
  await t.addMonitor(site.url)
  await t.advance(123_000)
  const killed_at = t.clock.now()
  await t.crash()
  await again(60_000)
  await t.advance(10_000)
  const [, unknown] = await spans()
  expect(killed_at - unknown!.from).toBeWithin(0, 10_001)
})

test('a failure just after the start is no alarm until it is confirmed', async () => {
  const { number } = await t.addMonitor(site.url, { alert_threshold: 3 })
  await t.advance(60_000)
  site.answer(500)
  await t.engine.checkNow(number)
  await t.engine.checkNow(number)
  await t.crash()
  await again(1_000)
  await t.engine.checkNow(number)
  await t.engine.idle()
  expect(ops.got).toEqual([])
  expect(t.engine.snapshot(number)).toMatchObject({ status: 'up', failures_in_a_row: 1 })
})

test('an incident that is open stays open over a restart, is not opened twice, and its end is told', async () => {
  const { number } = await t.addMonitor(site.url, { alert_threshold: 1 })
  site.answer(500)
  await t.engine.checkNow(number)
  await t.advance(100)
  await t.crash()
  await again(600_000)
  expect(t.engine.snapshot(number)).toMatchObject({ status: 'down' })
  await t.advance(120_000)
  expect(ops.events()).toEqual(['incident.created'])
  expect(await t.rows('select status from incidents')).toMatchObject([{ status: 'open' }])
  expect(await statuses()).toEqual(['down', 'unknown', 'down'])
  site.answer(200)
  await t.advance(60_000)
  expect(ops.events()).toEqual(['incident.created', 'incident.resolved'])
})

test('killed between the commit of an incident and its message, the message is sent after the start', async () => {
  const monitor = await t.addMonitor(site.url, { alert_threshold: 1 })
  await t.advance(100)
  await t.crash()
  await again(1_000, { start: false })
  const at = t.clock.now()
  await t.db.tx(async (db) => {
    const news = await writeTransitions(
      db,
      [
        {
          monitor,
          to: 'down',
          from: at,
          status: 'down',
          since: at,
          opens: true,
          closes: false,
          verdict: { status: 'down', reason: 'refused', message: 'connection refused' },
          checked_at: at,
          maintained: false,
          was: 'up',
          failures: 1,
        },
      ],
      isoAt(at),
    )
    for (const { event, incident, payload } of news)
      await enqueue(db, { tenant_id: incident.tenant_id, event, subject_id: incident.id, payload, at: isoAt(at) })
  })
  site.answer(500)
  await t.engine.start()
  await t.engine.idle()
  expect(ops.events()).toEqual(['incident.created'])
})

test('an engine that was not started leaves the events of the running one alone', async () => {
  await t.crash()
  await again(1_000, { start: false })
  await t.addMonitor(site.url)
  t.engine.wake()
  await t.engine.idle()
  expect(await t.rows('select event from outbox')).toMatchObject([{ event: 'monitor.created' }])
})

test('the same event handled twice is one message', async () => {
  const { number } = await t.addMonitor(site.url, { alert_threshold: 1 })
  site.answer(500)
  await t.engine.checkNow(number)
  await t.advance(100)
  const [incident] = await t.rows<{ id: string; tenant_id: string }>('select id, tenant_id from incidents')
  const row = {
    tenant_id: incident!.tenant_id,
    event: 'incident.created',
    subject_id: incident!.id,
    payload: {},
    at: isoAt(t.clock.now()),
  }
  await t.db.tx((db) => db.insert(outbox).values(row))
  t.engine.wake()
  await t.advance(100)
  expect(ops.events()).toEqual(['incident.created'])
  expect(await t.rows('select id from deliveries')).toHaveLength(1)
})

test('killed while a message was being sent, it is sent again with the same delivery id', async () => {
  const { number } = await t.addMonitor(site.url, { alert_threshold: 1 })
  site.answer(500)
  await t.engine.checkNow(number)
  await t.advance(100)
  const [first] = ops.got
  // As if the process had died after the provider took it and before that was written down.
  await t.db.tx((db) =>
    db
      .update(deliveries)
      .set({ status: 'sending', lease_until: isoAt(t.clock.now() + 100_000) })
      .where(eq(deliveries.id, first!.delivery_id)),
  )
  await t.crash()
  await again(1_000)
  await t.engine.idle()
  expect(ops.got.map(({ delivery_id }) => delivery_id)).toEqual([first!.delivery_id, first!.delivery_id])
})

test('a transaction that fails half-way leaves neither incident nor message, and is tried again', async () => {
  const { number } = await t.addMonitor(site.url, { alert_threshold: 1 })
  await t.advance(100)
  await t.db.client.execute(
    "create trigger broken before insert on incident_timeline begin select raise(abort, 'disk'); end",
  )
  site.answer(500)
  await t.engine.checkNow(number)
  await t.engine.idle()
  expect(await t.rows('select id from incidents')).toEqual([])
  expect(await statuses()).toEqual(['up'])
  await t.db.client.execute('drop trigger broken')
  await t.advance(2_000)
  expect(ops.events()).toEqual(['incident.created'])
  expect(await statuses()).toEqual(['up', 'down'])
})

test('when many come back after a restart, the ends of their unknown times share a commit', async () => {
  for (let i = 0; i < 20; i++) await t.addMonitor(site.url, { name: `Site ${i}` })
  await t.advance(60_000)
  await t.stop()
  await again(3_600_000)
  let commits = 0
  const { tx } = t.db
  t.db.tx = (work) => {
    commits++
    return tx(work)
  }
  // Time moves without anybody waiting for the engine to come to rest, as it does in the world.
  await t.clock.advance(10_000, () => new Promise((next) => setTimeout(next, 2)))
  await t.engine.idle()
  expect((await statuses()).filter((status) => status === 'up').length).toBe(40)
  expect(commits).toBeLessThan(20)
})

test('a machine that slept takes up the schedule without a burst and does not call the sleep an outage', async () => {
  for (let i = 0; i < 30; i++) await t.addMonitor(site.url, { name: `Site ${i}`, interval: 60 })
  await t.advance(70_000)
  const before = site.asked()
  t.clock.sleep(600_000)
  await t.advance(100)
  expect(site.asked() - before).toBeLessThan(10)
  await t.advance(10_000)
  expect(site.asked() - before).toBeWithin(30, 45)
  expect(await t.rows('select distinct status from monitor_states')).toMatchObject([{ status: 'up' }])
  expect(
    (await t.rows('select * from state_intervals where status = \'unknown\' and until - "from" > 590000')).length,
  ).toBe(30)
  expect(ops.got).toEqual([])
})

test('an incident without channels is simply recorded', async () => {
  await t.db.client.execute('delete from notification_channels')
  const { number } = await t.addMonitor(site.url, { alert_threshold: 1 })
  site.answer(500)
  await t.engine.checkNow(number)
  await t.advance(100)
  expect(await t.rows('select status from incidents')).toMatchObject([{ status: 'open' }])
})

test('when people cannot be told in the same transaction, the incident is kept and they are told a little later', async () => {
  const { number } = await t.addMonitor(site.url, { alert_threshold: 1 })
  await t.advance(100)
  await t.db.client.execute("create trigger broken before insert on deliveries begin select raise(abort, 'disk'); end")
  site.answer(500)
  await t.engine.checkNow(number)
  await t.engine.idle()
  expect(await t.rows('select status from incidents')).toMatchObject([{ status: 'open' }])
  expect(await t.rows('select event from outbox')).toMatchObject([{ event: 'incident.created' }])
  expect(ops.got).toHaveLength(0)
  await t.db.client.execute('drop trigger broken')
  await t.advance(6_000)
  expect(ops.events()).toEqual(['incident.created'])
  expect(await t.rows('select event from outbox')).toEqual([])
})
