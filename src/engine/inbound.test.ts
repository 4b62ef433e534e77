import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { asc, eq } from 'drizzle-orm'
import { incident_timeline, incidents } from '#db/schema/engine'
import { outbox } from '#db/schema/kernel'
import {
  acknowledgeEvent,
  changeEvent,
  closeDoor,
  closeEvent,
  commentEvent,
  countOpen,
  type Integration,
  keyOf,
  keyOfIncident,
  openEvent,
  type Trouble,
} from '#engine/inbound'
import { isoAt } from '#kernel/clock'
import { type Booted, boot } from '../../test/boot'

let t: Booted
let door: Integration
beforeAll(async () => {
  // Not started: what is queued stays to be looked at.
  t = await boot({ start: false })
})
afterAll(() => t.stop())
beforeEach(() => {
  door = { id: Bun.randomUUIDv7(), name: 'Prometheus', tenant_id: t.tenants.acme.id }
})

const trouble = (more: Partial<Trouble> = {}): Trouble => ({
  ...{ dedup_key: 'disk', title: 'Disk full', severity: 'medium', message: null, source: null, url: null },
  ...{ labels: { type: 'event', tags: [] }, details: {} },
  ...more,
})
const now = () => isoAt(t.clock.now())
const open = (more: Partial<Trouble> = {}, through = door) =>
  t.app.db.tx((db) => openEvent(db, through, trouble(more), now()))
const key = () => keyOf(door.id, 'disk')
const rows = () => t.app.db.read.select().from(incidents).where(eq(incidents.integration_id, door.id))
const entries = (id: string | null) =>
  t.app.db.read
    .select()
    .from(incident_timeline)
    .where(eq(incident_timeline.incident_id, id ?? ''))
    .orderBy(asc(incident_timeline.id))
const queued = async (id: string | null) =>
  (
    await t.app.db.read
      .select()
      .from(outbox)
      .where(eq(outbox.subject_id, id ?? ''))
  ).map(({ event }) => event)

test('two at once open one incident, and the second is counted', async () => {
  const [one, other] = await Promise.all([open(), open()])
  expect([one?.result, other?.result]).toEqual(['opened', 'repeated'])
  expect(one?.incident_id).toBe(other?.incident_id ?? '')
  expect((await entries(one?.incident_id ?? null)).map(({ data }) => data?.repeats)).toEqual([1])
})

test('its beginning, acknowledgement, rise and end are told; repeats and comments are not', async () => {
  const { incident_id } = await open()
  await open()
  await open({ message: 'more' })
  await open({ message: 'more', severity: 'critical' })
  await t.app.db.tx((db) => commentEvent(db, door, { key: key(), message: 'hm' }, now()))
  for (const _ of [1, 2]) await t.app.db.tx((db) => acknowledgeEvent(db, door, { key: key() }, now()))
  for (const _ of [1, 2]) await t.app.db.tx((db) => closeEvent(db, door, { key: key() }, now()))
  const told = ['incident.created', 'incident.updated', 'incident.acknowledged', 'incident.resolved']
  expect(await queued(incident_id)).toEqual(told)
  expect((await rows())[0]).toMatchObject({ severity: 'critical', status: 'resolved', acknowledged_by: 'Prometheus' })
})

test('a severity that a person lowered stays, until the program says a worse one', async () => {
  const { incident_id } = await open({ severity: 'high' })
  await t.app.db.tx((db) =>
    db
      .update(incidents)
      .set({ severity: 'low' })
      .where(eq(incidents.id, incident_id ?? '')),
  )
  expect((await open({ severity: 'high' })).result).toBe('repeated')
  expect((await rows())[0]?.severity).toBe('low')
  expect((await open({ severity: 'critical' })).result).toBe('changed')
  expect((await rows())[0]?.severity).toBe('critical')
  expect((await entries(incident_id)).at(-1)?.data).toMatchObject({ severity: { from: 'low', to: 'critical' } })
})

test('what is not open here is nothing to do', async () => {
  for (const verb of [acknowledgeEvent, closeEvent, commentEvent])
    expect(await t.app.db.tx((db) => verb(db, door, { key: key(), message: 'x' }, now()))).toEqual({
      ...{ result: 'nothing', incident_id: null },
    })
  expect((await t.app.db.tx((db) => changeEvent(db, door, { key: key(), title: 'x' }, now()))).result).toBe('nothing')
  expect(await rows()).toEqual([])
})

test('another door with the same words is another trouble, also in another workspace', async () => {
  const other = { ...door, id: Bun.randomUUIDv7() }
  const foreign = { ...door, tenant_id: t.tenants.evil.id }
  const [mine] = [await open(), await open({}, other), await open({}, foreign)]
  expect(await countOpen(t.app.db.read, door)).toBe(1)
  await t.app.db.tx((db) => closeEvent(db, other, { key: keyOf(other.id, 'disk') }, now()))
  await t.app.db.tx((db) => closeEvent(db, foreign, { key: key() }, now()))
  expect(await countOpen(t.app.db.read, door)).toBe(1)
  expect(await keyOfIncident(t.app.db.read, door, mine?.incident_id ?? '')).toBe(key())
  expect(await keyOfIncident(t.app.db.read, other, mine?.incident_id ?? '')).toBeUndefined()
  expect(await keyOfIncident(t.app.db.read, foreign, mine?.incident_id ?? '')).toBeUndefined()
})

test('the end of a door ends what came in through it, without a word, and nothing else', async () => {
  const other = { ...door, id: Bun.randomUUIDv7() }
  const [{ incident_id }] = [await open(), await open({ dedup_key: 'cpu' }), await open({}, other)]
  const ended = await t.app.db.tx((db) => closeDoor(db, door, now()))
  expect(ended.map(({ status }) => status)).toEqual(['resolved', 'resolved'])
  // Whoever was called is left alone; nobody is told.
  expect(await queued(incident_id)).toEqual(['incident.created', 'incident.resolved'])
  expect(await countOpen(t.app.db.read, other)).toBe(1)
})

test('comments of a program that writes without end stop', async () => {
  const { incident_id } = await open()
  await t.app.db.tx(async (db) => {
    for (let n = 0; n < 250; n++) await commentEvent(db, door, { key: key(), message: `${n}` }, now())
  })
  expect((await entries(incident_id)).filter(({ kind }) => kind === 'commented')).toHaveLength(200)
})

test('what people made part of another incident is not opened anew while that one is open', async () => {
  const [part, whole] = [await open(), await open({ dedup_key: 'host' })]
  expect((await t.alice('POST', `/incidents/${part.incident_id}/merge`, { into: whole.incident_id })).status).toBe(200)
  expect(await open()).toEqual({ result: 'repeated', incident_id: whole.incident_id })
  const last = await open({ dedup_key: 'rack' })
  await t.alice('POST', `/incidents/${whole.incident_id}/merge`, { into: last.incident_id })
  expect(await open()).toEqual({ result: 'repeated', incident_id: last.incident_id })
  expect(await rows()).toHaveLength(3)
  await t.alice('POST', `/incidents/${last.incident_id}/resolve`)
  expect((await open()).result).toBe('opened')
})

// The last one: a plan that was asked for stays open, and then nothing more may be written.
test('how many are open is found by the index', async () => {
  const plan = await t.app.db.client.execute({
    sql: `explain query plan select count(*) from incidents
          where tenant_id = ? and dedup_key >= 'event:a:' and dedup_key < 'event:a;' and status <> 'resolved'`,
    args: [door.tenant_id],
  })
  expect(JSON.stringify(plan.rows)).toContain('incidents_one_open (tenant_id=? AND dedup_key>? AND dedup_key<?)')
})
