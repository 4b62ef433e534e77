import { afterEach, beforeEach, expect, test } from 'bun:test'
import { type Booted, boot } from '../../../test/boot'

let t: Booted
beforeEach(async () => {
  t = await boot()
})
afterEach(() => t.stop())

const make = async (name: string, timezone = 'UTC') => {
  const schedule = { kind: 'interval', every_s: 86_400, timezone }
  return (await t.carol('POST', '/ai-heartbeats', { name, expectation: { schedule } })).body.id as string
}
const report = (id: string, more: object) => t.carol('POST', `/ai-heartbeats/${id}/run`, { status: 'ok', ...more })
const latelyOf = async (name: string) => {
  const { items } = (await t.bob('GET', '/ai-heartbeats')).body
  return items.find((one: { name: string }) => one.name === name).lately
}
const nothing = { last_run: null, runs_today: 0, failed_today: 0, cost_usd_today: 0, success_rate: null }

test('the list tells of each how its last run went, and what today cost, apart from all others', async () => {
  const [triage, digest] = [await make('Triage'), await make('Digest')]
  await make('Silent')
  await report(triage, { cost_usd: 0.1, latency_ms: 900, model: 'one' })
  await report(triage, { cost_usd: 0.2, latency_ms: 100, model: 'two' })
  await report(triage, { status: 'timeout', latency_ms: 5000, model: 'three' })
  await report(digest, { cost_usd: 7 })
  expect(await latelyOf('Triage')).toEqual({
    last_run: { status: 'timeout', ended_at: new Date(t.clock.now()).toISOString(), model: 'three' },
    ...{ runs_today: 3, failed_today: 1, cost_usd_today: 0.3, success_rate: 2 / 3, latency_p95_ms: 5000 },
  })
  expect(await latelyOf('Digest')).toMatchObject({ last_run: { status: 'ok', model: null }, cost_usd_today: 7 })
  expect(await latelyOf('Silent')).toEqual({ ...nothing, latency_p95_ms: null })
})

test('of many runs only the last 20 count', async () => {
  const id = await make('Busy')
  for (let i = 0; i < 5; i++) await report(id, { status: 'error', latency_ms: 9000 })
  for (let i = 0; i < 20; i++) await report(id, { latency_ms: 100 + i })
  expect(await latelyOf('Busy')).toMatchObject({
    success_rate: 1,
    latency_p95_ms: 118,
    runs_today: 25,
    failed_today: 5,
  })
})

test('today begins at midnight of its own time zone', async () => {
  // 12:00 UTC; in Auckland it is midnight, in Berlin afternoon.
  const [near, far] = [await make('Near', 'Europe/Berlin'), await make('Far', 'Pacific/Auckland')]
  const before = new Date(t.clock.now() - 60_000).toISOString()
  for (const id of [near, far]) await report(id, { cost_usd: 1, ended_at: before })
  expect(await latelyOf('Near')).toMatchObject({ runs_today: 1, cost_usd_today: 1 })
  expect(await latelyOf('Far')).toMatchObject({ runs_today: 0, cost_usd_today: 0, success_rate: 1 })
})
