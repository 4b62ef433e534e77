import { expect, test } from 'bun:test'
import { asc } from 'drizzle-orm'
import { blind_periods, incidents } from '#db/schema/engine'
import { heartbeat_flips, heartbeat_pings, heartbeat_runs } from '#db/schema/heartbeat-states'
import { heartbeats } from '#db/schema/heartbeats'
import { begin } from '#engine/heartbeats/verbs'
import type { Signal } from '#heartbeats/define'
import { change } from '#kernel/change'
import { isoAt } from '#kernel/clock'
import { sha256 } from '#kernel/secrets'
import { createTestClock } from '../../../test/clock'
import { START } from '../../../test/engine'
import { onStage, ops, reopen, t, told } from '../../../test/stage'

onStage()

/** A heartbeat as its module would make it; answers its number. */
async function add(more: Partial<typeof heartbeats.$inferInsert> = {}): Promise<number> {
  const row = await change(t.ctx(), 'heartbeat.created', async (tx) => {
    const id = Bun.randomUUIDv7()
    const values = {
      ...{
        id,
        tenant_id: tx.tenant.id,
        kind: 'job' as const,
        name: 'Backup',
        name_slug: 'backup',
        slug: '',
        slug_hash: sha256(id),
      },
      ...{
        schedule: { kind: 'interval' as const, every_s: 60, timezone: 'UTC' },
        grace_s: 10,
        severity: 'high' as const,
        tags: [],
      },
      filter: { post_only: false, rules: [], otherwise: 'success' as const },
      ...{ created_at: tx.at, updated_at: tx.at },
      ...more,
    }
    const [made] = await tx.db.insert(heartbeats).values(values).returning()
    await begin(tx, made!)
    return made!
  })
  await t.engine.idle()
  return row.number
}
const ping = (number: number, kind: Signal['kind'] = 'success', more: Partial<Signal> = {}) =>
  t.engine.heartbeats.take({ number, signal: { kind, at: t.clock.now(), ...more }, door: 'http' })
const flips = async () =>
  (await t.db.read.select().from(heartbeat_flips).orderBy(asc(heartbeat_flips.seq))).map(({ to, at }) => [
    to,
    (Date.parse(at) - START) / 1_000,
  ])

test('silence opens an incident at the exact deadline and tells people; a ping ends it', async () => {
  const backup = await add()
  await ping(backup)
  await t.advance(69_999)
  expect(told()).toEqual([])
  await t.advance(1)
  expect(told()).toEqual(['Backup did not report created'])
  await t.advance(30_000)
  await ping(backup)
  await t.engine.idle()
  expect(told()).toEqual(['Backup did not report created', 'Backup did not report resolved'])
  expect(ops.got.at(-1)?.data.incident.title).toBe('Backup did not report')
  expect(await flips()).toEqual([
    ['up', 0],
    ['down', 70],
    ['up', 100],
  ])
  const [incident] = await t.db.read.select().from(incidents)
  expect(incident).toMatchObject({
    source_type: 'heartbeat',
    reason: 'missed',
    opened_at: isoAt(START + 70_000),
    resolved_at: isoAt(START + 100_000),
  })
})

test('a ping is on the disk before it is answered, with what it said', async () => {
  const backup = await add()
  const body = new TextEncoder().encode('x'.repeat(2_000))
  const taken = await t.engine.heartbeats.take({
    ...{ number: backup, door: 'http', method: 'POST', address: '192.0.2.1', agent: 'curl/8', body },
    signal: { kind: 'fail', at: t.clock.now(), exit_code: 2, numbers: { rows: 5 } },
  })
  expect(taken).toMatchObject({ n: 1, kind: 'fail' })
  const [row] = await t.db.read.select().from(heartbeat_pings)
  expect(row).toMatchObject({
    n: 1,
    kind: 'fail',
    exit_code: 2,
    numbers: { rows: 5 },
    body_bytes: 2_000,
    address: '192.0.2.1',
  })
  expect(await t.db.read.select().from(heartbeat_runs)).toMatchObject([{ status: 'error', numbers: { rows: 5 } }])
})

test('of a thousand pings at once none is lost, and each is counted in its order', async () => {
  const numbers = [await add(), await add({ name: 'Sync' })]
  const sent = Array.from({ length: 1_000 }, (_, i) => ping(numbers[i % 2]!))
  const taken = await Promise.all(sent)
  expect(taken.map((one) => one?.n)).toEqual(Array.from({ length: 1_000 }, (_, i) => Math.floor(i / 2) + 1))
  expect(await t.db.read.select().from(heartbeat_runs)).toHaveLength(1_000)
  // Of the log the newest are kept.
  const kept = await t.db.read.select().from(heartbeat_pings)
  expect(kept.length).toBeGreaterThanOrEqual(200)
  expect(kept.length).toBeLessThan(2 * (100 + 500))
})

test('one that does not exist, or whose address was changed, takes nothing', async () => {
  const backup = await add()
  expect(await ping(4711)).toBeUndefined()
  const old = {
    number: backup,
    slug_hash: sha256('old'),
    signal: { kind: 'success' as const, at: t.clock.now() },
    door: 'http' as const,
  }
  expect(await t.engine.heartbeats.take(old)).toBeUndefined()
  expect(await t.db.read.select().from(heartbeat_pings)).toHaveLength(0)
})

test('a deadline that passed while the appliance was off is no alarm: one period more, then it is', async () => {
  const backup = await add()
  await ping(backup)
  await t.advance(55_000)
  await t.stop()
  t.clock.sleep(20_000)
  await reopen()
  await t.advance(60_000)
  expect(told()).toEqual([])
  await t.advance(15_000)
  expect(told()).toEqual(['Backup did not report created'])
})

test('a short restart long before the next run changes nothing', async () => {
  const backup = await add({ schedule: { kind: 'interval', every_s: 600, timezone: 'UTC' }, grace_s: 60 })
  await ping(backup)
  await t.advance(100_000)
  await t.stop()
  t.clock.sleep(5_000)
  await reopen()
  await t.advance(600_000)
  expect(told()).toEqual(['Backup did not report created'])
  expect((await flips()).at(-1)).toEqual(['down', 660])
})

test('while our own network was away nobody could report', async () => {
  const backup = await add()
  await ping(backup)
  const cut = {
    cause: 'uplink' as const,
    message: 'No anchor answers',
    from: isoAt(START + 50_000),
    until: isoAt(START + 65_000),
  }
  await t.db.tx((tx) => tx.insert(blind_periods).values(cut))
  await t.advance(100_000)
  expect(told()).toEqual([])
  await t.advance(40_000)
  expect(told()).toEqual(['Backup did not report created'])
  expect((await flips()).at(-1)).toEqual(['down', 135])
})

test('a deadline is neither missed nor told twice, whenever the process is killed', async () => {
  const numbers = await Promise.all(Array.from({ length: 20 }, (_, i) => add({ name: `Job ${i}`, grace_s: 1 + i })))
  await Promise.all(numbers.map((number) => ping(number)))
  // Killed and started again at once, in the middle of whatever was being done, while the deadlines pass.
  for (let i = 0; i < 12; i++) {
    t.clock.setWall(START + 58_000 + i * 2_000)
    const looking = t.advance(1)
    await t.crash()
    await looking
    await reopen({ clock: createTestClock(START + 58_000 + i * 2_000 + 1) })
  }
  await t.advance(200_000)
  const downs = (await t.db.read.select().from(heartbeat_flips)).filter(({ to }) => to === 'down')
  expect(downs).toHaveLength(20)
  expect(await t.db.read.select().from(incidents)).toHaveLength(20)
  expect(new Set(ops.got.map(({ data }) => data.incident.id)).size).toBe(20)
})

test('a run that is not as expected is an incident of its own, which says what is wrong and ends by itself', async () => {
  const backup = await add({ numbers: [{ name: 'rows', min: 1_000 }] })
  await ping(backup, 'success', { numbers: { rows: 12 } })
  await t.engine.idle()
  expect(told()).toEqual(['Backup is not as expected created'])
  expect(ops.got[0]?.data.incident).toMatchObject({ reason: 'number', message: 'rows is 12, at least 1000 expected' })
  await ping(backup, 'success', { numbers: { rows: 1_200 } })
  await t.engine.idle()
  expect(told()).toHaveLength(2)
  expect((await t.db.read.select().from(incidents))[0]).toMatchObject({ status: 'resolved' })
})
