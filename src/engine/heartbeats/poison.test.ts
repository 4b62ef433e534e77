import { expect, test } from 'bun:test'
import { asc, eq, sql } from 'drizzle-orm'
import { heartbeat_flips, heartbeat_pings, heartbeat_states } from '#db/schema/heartbeat-states'
import { heartbeats } from '#db/schema/heartbeats'
import { begin } from '#engine/heartbeats/verbs'
import type { Signal } from '#heartbeats/define'
import { change } from '#kernel/change'
import { sha256 } from '#kernel/secrets'
import { START } from '../../../test/engine'
import { onStage, reopen, t, told } from '../../../test/stage'

onStage()

/** A heartbeat of every minute with ten seconds of grace; answers its number. */
async function add(name: string, more: Partial<typeof heartbeats.$inferInsert> = {}): Promise<number> {
  const row = await change(t.ctx(), 'heartbeat.created', async (tx) => {
    const id = Bun.randomUUIDv7()
    const [made] = await tx.db
      .insert(heartbeats)
      .values({
        ...{ id, tenant_id: tx.tenant.id, kind: 'job', name, name_slug: 'job', slug: '', slug_hash: sha256(id) },
        ...{ schedule: { kind: 'interval', every_s: 60, timezone: 'UTC' }, grace_s: 10, severity: 'high', tags: [] },
        filter: { post_only: false, rules: [], otherwise: 'success' },
        ...{ created_at: tx.at, updated_at: tx.at, ...more },
      })
      .returning()
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
const alertOf = async (number: number) => {
  const [row] = await t.db.read
    .select({ at: heartbeat_states.alert_at })
    .from(heartbeat_states)
    .where(eq(heartbeat_states.heartbeat, number))
  return row?.at ? (Date.parse(row.at) - START) / 1_000 : null
}
/** What no program of ours would write: a zone that the system does not know any more. */
const spoil = (number: number) =>
  t.db.tx((tx) =>
    tx.run(sql`update heartbeats set schedule = '{"kind":"cron","cron":"0 3 * * *","timezone":"Nowhere/Else"}'
      where number = ${number}`),
  )
const errors = () => t.lines.filter((line) => line.includes('"error"'))

test('a schedule that cannot be read is logged, put off by an hour, and holds up nobody else', async () => {
  const [spoilt, fine] = [await add('Spoilt'), await add('Fine')]
  await ping(spoilt)
  await ping(fine)
  await spoil(spoilt)
  await t.advance(75_000)
  expect(told()).toEqual(['Fine did not report created'])
  expect(await alertOf(spoilt)).toBe(70 + 3_600)
  expect(errors().filter((line) => line.includes('deadline')).length).toBe(1)
  await t.advance(3_600_000)
  expect(await alertOf(spoilt)).toBe(70 + 7_200)
  expect(errors().filter((line) => line.includes('deadline')).length).toBe(2)
})

test('a state that cannot be read does the same', async () => {
  const [spoilt, fine] = [await add('Spoilt'), await add('Fine')]
  await ping(spoilt)
  await ping(fine)
  await t.db.tx((tx) => tx.run(sql`update heartbeat_states set data = '{"runs":7' where heartbeat = ${spoilt}`))
  await t.advance(75_000)
  expect(told()).toEqual(['Fine did not report created'])
  expect(await alertOf(spoilt)).toBe(70 + 3_600)
})

test('the appliance starts although there is one it cannot judge', async () => {
  const [spoilt, fine] = [await add('Spoilt'), await add('Fine')]
  const unreadable = await add('Unreadable')
  for (const number of [spoilt, fine, unreadable]) await ping(number)
  await spoil(spoilt)
  await t.db.tx((tx) => tx.run(sql`update heartbeat_states set data = '{"runs":7' where heartbeat = ${unreadable}`))
  await t.advance(40_000)
  await t.stop()
  t.clock.sleep(31_000)
  await reopen()
  await t.advance(80_000)
  expect(told()).toEqual(['Fine did not report created'])
})

test('of pings that share a commit, one that cannot be taken costs the others nothing', async () => {
  const [spoilt, fine] = [await add('Spoilt'), await add('Fine')]
  await spoil(spoilt)
  const sent = Array.from({ length: 501 }, (_, i) => ping(i === 250 ? spoilt : fine))
  const taken = await Promise.allSettled(sent)
  expect(taken.filter(({ status }) => status === 'rejected')).toHaveLength(1)
  expect(taken[250]?.status).toBe('rejected')
  expect(await t.db.read.select().from(heartbeat_pings).where(eq(heartbeat_pings.heartbeat, spoilt))).toEqual([])
  const [state] = await t.db.read.select().from(heartbeat_states).where(eq(heartbeat_states.heartbeat, fine))
  expect(state?.pings).toBe(500)
})

test('a ping that arrived before the deadline counts, although it is written after it', async () => {
  const backup = await add('Backup')
  await ping(backup)
  await t.advance(69_999)
  const writing = Promise.withResolvers<void>()
  const busy = t.db.tx(() => writing.promise)
  const sent = ping(backup)
  // The deadline passes while the disk is slow.
  const passing = t.advance(1)
  await new Promise((turn) => setImmediate(turn))
  writing.resolve()
  await Promise.all([busy, sent, passing])
  await t.engine.idle()
  expect(await flips()).toEqual([['up', 0]])
  expect(told()).toEqual([])
})
