import { afterEach, beforeEach, expect, test } from 'bun:test'
import { type Booted, boot } from '../../../test/boot'

let t: Booted
beforeEach(async () => {
  // A Monday: a day later each hour of a working day was seen.
  t = await boot({ now: Date.parse('2026-05-04T00:00:00.000Z') })
})
afterEach(() => t.stop())

const MINUTE = 60_000
/** The same numbers from 0 to 1 in every test: agents vary, tests do not. */
function wobble(seed = 1) {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state / 2 ** 31
  }
}

const make = async (more: object = {}) => (await t.carol('POST', '/ai-heartbeats', { name: 'Triage', ...more })).body
const report = async (id: string, more: object = {}) => {
  const { status, body } = await t.carol('POST', `/ai-heartbeats/${id}/run`, { status: 'ok', ...more })
  expect([status, body.details]).toEqual([201, undefined])
  return body
}
const view = async (id: string) => (await t.bob('GET', `/ai-heartbeats/${id}`)).body
const incidents = async (id: string) => (await t.bob('GET', `/incidents?heartbeat_id=${id}`)).body.items
const atMs = (iso: string | null) => Date.parse(iso ?? '')

/** Of an agent that takes about two seconds and costs about two cents. */
const usual = (random: () => number) => ({
  ...{
    cost_usd: 0.018 + random() * 0.004,
    latency_ms: 1_800 + random() * 400,
    input_tokens: 1_000,
    output_tokens: 100,
  },
})
/** It works about every 25 minutes. */
const gapOf = (random: () => number) => Math.round((23 + random() * 4) * MINUTE)

/** 60 runs of its life, told afterwards. */
async function grownUp() {
  const { id } = await make()
  const random = wobble()
  const gaps = Array.from({ length: 60 }, () => gapOf(random))
  let ended = t.clock.now() - gaps.reduce((all, gap) => all + gap, 0)
  for (const gap of gaps) {
    ended += gap
    await report(id, { ...usual(random), ended_at: new Date(ended).toISOString() })
  }
  return { id, random }
}

test('an agent is learned, stops, and is missed when chance does not explain it any more', async () => {
  const { id } = await make({ failures: 1 })
  const random = wobble()
  for (let i = 0; i < 60; i++) {
    await report(id, usual(random))
    await t.advance(gapOf(random))
  }
  const { verdict } = await report(id, usual(random))
  expect(verdict).toMatchObject({ ok: true, status: 'up', learned: { ready: true } })
  const { learned, last_ping_at, expected_at, deadline_at } = await view(id)
  expect(learned).toMatchObject({ ready: true, learned_at: expect.any(String) })
  expect(learned.sentences[0]).toContain('every')
  const [expected_min, deadline_min] = [expected_at, deadline_at].map((at) => (atMs(at) - atMs(last_ping_at)) / MINUTE)
  expect(expected_min).toBeWithin(23, 28)
  // By its schedule nobody would look for it before tomorrow.
  expect(deadline_min).toBeWithin(expected_min ?? 0, 120)

  await t.advance(atMs(deadline_at) - t.clock.now() - 1_000)
  expect(await view(id)).toMatchObject({ status: 'late' })
  expect(await incidents(id)).toEqual([])
  await t.advance(1_000)
  const down = await view(id)
  expect(down).toMatchObject({ status: 'down', since: deadline_at, reason: 'missed' })
  expect(down.message).toContain('late')
  expect(down.message).toContain('usually every')
  const [incident] = await incidents(id)
  expect(incident).toMatchObject({
    ...{ source_type: 'heartbeat', heartbeat_id: id, heartbeat_name: 'Triage', status: 'open', reason: 'missed' },
    ...{ opened_at: deadline_at, message: down.message },
  })

  await report(id, usual(random))
  expect(await view(id)).toMatchObject({ status: 'up' })
  expect(await incidents(id)).toMatchObject([{ id: incident.id, status: 'resolved' }])
}, 60_000)

test('an agent that costs twice as much from now on has a problem, until it is as before', async () => {
  const { id, random } = await grownUp()
  expect(await incidents(id)).toEqual([])
  const next = async (more: object = {}) => {
    const told = await report(id, { ...usual(random), ...more })
    await t.advance(5 * MINUTE)
    return told
  }
  let told = await next({ cost_usd: 0.04 })
  for (let runs = 1; told.verdict.broken.length === 0 && runs < 24; runs++)
    told = await next({ cost_usd: 0.038 + random() * 0.004 })
  expect(told.verdict).toMatchObject({ ok: false, status: 'up', broken: [{ code: 'cost', by: expect.any(String) }] })
  expect((await view(id)).problems).toMatchObject([{ code: 'cost' }])
  const [incident, ...others] = await incidents(id)
  expect([incident, others]).toMatchObject([
    { source_type: 'heartbeat', status: 'open', reason: 'cost', title: expect.stringContaining('Triage') },
    [],
  ])
  // One run that is fine settles nothing yet, a day of them does.
  for (let runs = 0; told.verdict.broken.length > 0 && runs < 48; runs++) told = await next()
  expect(told.verdict).toMatchObject({ ok: true, broken: [] })
  expect((await view(id)).problems).toEqual([])
  expect(await incidents(id)).toMatchObject([{ id: incident.id, status: 'resolved' }])
}, 60_000)

test('the budget of a day is that of the day of its time zone', async () => {
  const schedule = { kind: 'interval', every_s: 3_600, timezone: 'America/New_York' }
  const budgets = { max_cost_usd_per_day: 1, max_tokens_per_day: 5_000 }
  const { id } = await make({ expectation: { mode: 'fixed', schedule }, budgets })
  // Eight in the evening in New York.
  expect((await report(id, { cost_usd: 0.9, input_tokens: 4_000 })).verdict).toMatchObject({ ok: true })
  await t.advance(10 * MINUTE)
  const { verdict } = await report(id, { cost_usd: 0.6, output_tokens: 2_000 })
  expect(verdict.broken).toMatchObject([
    { code: 'cost', about: 'max_cost_usd_per_day', expected: 1, actual: 1.5, by: '50 % more' },
    { code: 'tokens', about: 'max_tokens_per_day', expected: 5_000, actual: 6_000, by: '20 % more' },
  ])
  const [incident] = await incidents(id)
  expect(incident).toMatchObject({ status: 'open', reason: 'cost' })
  const { today } = (await t.bob('GET', `/ai-heartbeats/${id}/charts`)).body
  expect(today).toMatchObject({
    date: '2026-05-03',
    cost_usd: 1.5,
    tokens: 6_000,
    max_cost_usd_per_day: 1,
    max_tokens_per_day: 5_000,
  })

  // Half an hour before midnight there, four hours after midnight here.
  await t.advance((3 * 60 + 20) * MINUTE)
  expect((await report(id, { cost_usd: 0.1 })).verdict.broken.map(({ code }: { code: string }) => code)).toEqual([
    'cost',
    'tokens',
  ])
  await t.advance(31 * MINUTE)
  expect((await report(id, { cost_usd: 0.1 })).verdict).toMatchObject({ ok: true, broken: [] })
  expect((await t.bob('GET', `/incidents?heartbeat_id=${id}&status=active`)).body.items).toEqual([])
  expect((await t.bob('GET', `/ai-heartbeats/${id}/charts`)).body.today).toMatchObject({
    date: '2026-05-04',
    cost_usd: 0.1,
  })
}, 60_000)

test('three failures in a row are a failure, one is none; a success ends it', async () => {
  const { id } = await make({ expectation: { mode: 'fixed' } })
  await report(id)
  expect((await report(id, { status: 'error', error: 'x' })).verdict).toMatchObject({ ok: false, status: 'up' })
  expect((await report(id, { status: 'timeout' })).verdict.status).toBe('up')
  expect((await report(id, { status: 'refused', error: 'Policy' })).verdict.status).toBe('down')
  expect(await view(id)).toMatchObject({
    status: 'down',
    reason: 'failed',
    message: 'The run ended with refused: Policy',
  })
  expect(await incidents(id)).toMatchObject([
    { status: 'open', reason: 'failed', message: 'The run ended with refused: Policy' },
  ])
  expect((await report(id)).verdict).toMatchObject({ ok: true, status: 'up' })
  expect(await incidents(id)).toMatchObject([{ status: 'resolved' }])
  expect((await t.bob('GET', `/ai-heartbeats/${id}/flips`)).body.items).toMatchObject([
    { from: 'down', to: 'up' },
    { from: 'up', to: 'down', reason: 'failed' },
    { from: 'new', to: 'up' },
  ])
})

test('plain pings are learned from like runs', async () => {
  const { id, slug } = await make()
  const random = wobble(7)
  for (let i = 0; i < 52; i++) {
    expect((await t.nobody('GET', `/hb/${slug}?cost_usd=0.02`)).status).toBe(200)
    await t.advance((1.9 + random() * 0.2) * MINUTE)
  }
  const { learned, status } = await view(id)
  expect([status, learned.ready]).toEqual(['late', true])
  expect((await t.bob('GET', `/ai-heartbeats/${id}/charts`)).body.totals).toMatchObject({ runs: 52, cost_usd: 1.04 })
}, 60_000)
