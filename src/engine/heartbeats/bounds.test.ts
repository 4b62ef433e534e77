import { expect, test } from 'bun:test'
import { sql } from 'drizzle-orm'
import { incidents } from '#db/schema/engine'
import { heartbeats } from '#db/schema/heartbeats'
import { begin } from '#engine/heartbeats/verbs'
import type { Signal } from '#heartbeats/define'
import { change } from '#kernel/change'
import { isoAt } from '#kernel/clock'
import { sha256 } from '#kernel/secrets'
import { START } from '../../../test/engine'
import { onStage, t } from '../../../test/stage'

onStage({ channel: false })

async function add(more: Partial<typeof heartbeats.$inferInsert> = {}) {
  const row = await change(t.ctx(), 'heartbeat.created', async (tx) => {
    const id = Bun.randomUUIDv7()
    const [made] = await tx.db
      .insert(heartbeats)
      .values({
        ...{ id, tenant_id: tx.tenant.id, kind: 'job', name: 'Job', name_slug: 'job', slug: '', slug_hash: sha256(id) },
        ...{ schedule: { kind: 'interval', every_s: 3_600, timezone: 'UTC' }, grace_s: 60, severity: 'high', tags: [] },
        filter: { post_only: false, rules: [], otherwise: 'success' },
        ...{ created_at: tx.at, updated_at: tx.at, ...more },
      })
      .returning()
    await begin(tx, made!)
    return made!
  })
  await t.engine.idle()
  return row
}
const ping = (number: number, kind: Signal['kind'] = 'success', more: Partial<Signal> = {}) =>
  t.engine.heartbeats.take({ number, signal: { kind, at: t.clock.now(), ...more }, door: 'http' })
const count = async (table: string, number: number) =>
  (await t.rows<{ n: number }>(`select count(*) n from ${table} where heartbeat = ${number}`))[0]?.n ?? 0

test('one that goes up and down all day keeps its last changes, and not one more for each ping', async () => {
  const { number } = await add()
  await t.db.tx((tx) =>
    tx.run(sql`with recursive c(i) as (select 1 union all select i + 1 from c where i < 9000)
      insert into heartbeat_flips (heartbeat, "from", "to", at)
      select ${number}, 'up', 'down', ${START} - 9000 + i from c`),
  )
  await Promise.all(Array.from({ length: 600 }, (_, i) => ping(number, i % 2 ? 'fail' : 'success')))
  const left = await count('heartbeat_flips', number)
  expect(left).toBeGreaterThanOrEqual(5_000)
  expect(left).toBeLessThan(5_700)
  const [newest] = await t.rows<{ at: number }>(`select max(at) at from heartbeat_flips where heartbeat = ${number}`)
  expect(newest?.at).toBe(START)
})

test('runs that all say they ended at the same moment are no more than others', async () => {
  const { number } = await add()
  await t.db.tx((tx) =>
    tx.run(sql`with recursive c(i) as (select 1 union all select i + 1 from c where i < 9000)
      insert into heartbeat_runs (heartbeat, status, ended_at) select ${number}, 'ok', ${START} from c`),
  )
  await Promise.all(Array.from({ length: 600 }, () => ping(number)))
  expect(await count('heartbeat_runs', number)).toBeLessThan(5_700)
})

test('what nobody asks for any more is dropped, also of one that is silent for ever', async () => {
  const [silent, other] = [await add(), await add()]
  const day = 86_400_000
  for (const { number } of [silent, other])
    await t.db.tx(async (tx) => {
      for (const at of [START - 401 * day, START - 399 * day]) {
        await tx.run(sql`insert into heartbeat_runs (heartbeat, status, ended_at) values (${number}, 'ok', ${at})`)
        await tx.run(
          sql`insert into heartbeat_flips (heartbeat, "from", "to", at) values (${number}, 'up', 'down', ${at})`,
        )
      }
    })
  await t.engine.heartbeats.retain()
  for (const table of ['heartbeat_runs', 'heartbeat_flips'])
    for (const { number } of [silent, other]) expect([table, await count(table, number)]).toEqual([table, 1])
})

test('another thing that is wrong is told, although somebody has resolved the first one by hand', async () => {
  const { number } = await add({
    numbers: [
      { name: 'rows', min: 10 },
      { name: 'errors', max: 0 },
    ],
  })
  const open = async () => (await t.db.read.select().from(incidents)).filter(({ status }) => status !== 'resolved')
  await ping(number, 'success', { numbers: { rows: 1, errors: 0 } })
  expect(await open()).toMatchObject([{ message: 'rows is 1, at least 10 expected' }])
  const at = isoAt(t.clock.now())
  await t.db.tx((tx) => tx.update(incidents).set({ status: 'resolved', resolved_at: at }))
  // The same again is what was resolved.
  await ping(number, 'success', { numbers: { rows: 2, errors: 0 } })
  expect(await open()).toEqual([])
  await ping(number, 'success', { numbers: { rows: 10, errors: 7 } })
  expect(await open()).toMatchObject([{ message: 'errors is 7, at most 0 expected' }])
  await ping(number, 'success', { numbers: { rows: 10, errors: 0 } })
  expect(await open()).toEqual([])
})
