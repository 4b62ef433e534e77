import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Booted, boot, START } from '../../../test/boot'
import { listener } from '../../../test/listeners'
import { GRACE, hours, make, minutes, often, PERIOD, ping } from './heartbeats.fixtures'

let t: Booted
let ops: ReturnType<typeof listener>
const watched = async () => {
  const { status } = await t.alice('POST', '/notification-channels', {
    ...{ name: 'Ops', type: 'webhook', is_default: true, settings: { url: ops.url } },
  })
  expect(status).toBe(201)
}
beforeEach(async () => {
  ops = listener()
  t = await boot()
  await watched()
})
afterEach(async () => {
  await t.stop()
  ops.stop()
})
const standing = async ({ id }: { id: string }, who = t.bob) => (await who('GET', `/heartbeats/${id}`)).body
const incidentsOf = async ({ id }: { id: string }) => (await t.bob('GET', `/incidents?heartbeat_id=${id}`)).body.items
const flipsOf = async ({ id }: { id: string }) => (await t.bob('GET', `/heartbeats/${id}/flips`)).body.items
const iso = (ms: number) => new Date(ms).toISOString()

describe('the life of a heartbeat', () => {
  test('nothing is expected before its first ping, however long that takes', async () => {
    const one = await make(t)
    await t.advance(hours(1))
    const none = { expected_at: null, deadline_at: null, alert_at: null, last_ping_at: null }
    expect(await standing(one)).toMatchObject({ status: 'new', pings: 0, ...none, message: null })
    expect(ops.got).toEqual([])
  })

  test('from the first ping it is up, late when its time has passed, down at the very deadline, and up again', async () => {
    const one = await make(t)
    expect(await ping(t, one)).toBe(200)
    const deadline = START + PERIOD + GRACE
    expect(await standing(one)).toMatchObject({
      ...{ status: 'up', since: iso(START), pings: 1, last_ping_kind: 'success' },
      ...{ expected_at: iso(START + PERIOD), deadline_at: iso(deadline), alert_at: iso(deadline) },
    })
    await t.advance(PERIOD - 1)
    expect((await standing(one)).status).toBe('up')
    await t.advance(1)
    expect((await standing(one)).status).toBe('late')
    await t.advance(GRACE - 1)
    expect((await standing(one)).status).toBe('late')
    expect(ops.got).toEqual([])
    await t.advance(1)
    const down = await standing(one)
    expect(down).toMatchObject({ status: 'down', since: iso(deadline), reason: 'missed', alert_at: null })
    expect(down.message).toBe('The run that was expected did not come; the last one ended 11 min before')
    await t.advance(PERIOD)
    expect(await ping(t, one)).toBe(200)
    expect(await standing(one)).toMatchObject({ status: 'up', reason: null, message: null })
    const [up, ...before] = await flipsOf(one)
    expect(up).toMatchObject({ from: 'down', to: 'up', at: iso(deadline + PERIOD) })
    expect(before).toMatchObject([
      { from: 'up', to: 'down', at: iso(deadline), reason: 'missed' },
      { from: 'new', to: 'up', at: iso(START) },
    ])
  })

  test('people are told of the outage and its end, once each, with its true times', async () => {
    const one = await make(t, { severity: 'critical', runbook_url: 'https://wiki.example.test/backup' })
    await ping(t, one)
    await t.advance(hours(1))
    expect(ops.events()).toEqual(['incident.created'])
    expect(ops.got[0]?.data.incident).toMatchObject({
      ...{ title: 'Backup did not report', severity: 'critical', status: 'open' },
      opened_at: iso(START + PERIOD + GRACE),
    })
    const [open] = await incidentsOf(one)
    expect(open).toMatchObject({
      ...{ source_type: 'heartbeat', heartbeat_id: one.id, heartbeat_name: 'Backup', status: 'open' },
    })
    await ping(t, one)
    await t.advance(minutes(1))
    expect(ops.events()).toEqual(['incident.created', 'incident.resolved'])
    expect(await incidentsOf(one)).toMatchObject([{ id: open.id, status: 'resolved' }])
  })

  test('a failure is down at once, the next one is no news, and what it said is told', async () => {
    const one = await make(t)
    await ping(t, one, '/fail?msg=disk+full')
    expect(await standing(one)).toMatchObject({ status: 'down', reason: 'failed', last_ping_kind: 'fail' })
    await ping(t, one, '/2')
    await t.advance(minutes(20))
    expect(ops.events()).toEqual(['incident.created'])
    expect(ops.got[0]?.data.incident.message).toContain('disk full')
    const { items } = (await t.bob('GET', `/heartbeats/${one.id}/runs`)).body
    expect(items.map(({ status }: { status: string }) => status)).toEqual(['error', 'error'])
  })

  test('a run that was started and does not end is down at the end of its longest time', async () => {
    const one = await make(t, { max_runtime_s: 600 })
    await ping(t, one, '/start?rid=night')
    expect(await standing(one)).toMatchObject({ running: [{ rid: 'night', at: iso(START) }] })
    await t.advance(minutes(10) - 1)
    expect((await standing(one)).status).toBe('new')
    await t.advance(1)
    expect(await standing(one)).toMatchObject({ status: 'down', reason: 'too_long', since: iso(START + minutes(10)) })
  })

  test('runs told apart by their ids take the time that each of them took', async () => {
    const one = await make(t, { max_runtime_s: 3_600 })
    await ping(t, one, '/start?rid=a')
    await t.advance(minutes(1))
    await ping(t, one, '/start?rid=b')
    await t.advance(minutes(1))
    await ping(t, one, '?rid=a')
    await t.advance(minutes(3))
    await ping(t, one, '?rid=b&rows=120')
    const { items } = (await t.bob('GET', `/heartbeats/${one.id}/runs`)).body
    expect(items).toMatchObject([
      { rid: 'b', status: 'ok', duration_ms: minutes(4), began_at: iso(START + minutes(1)), numbers: { rows: 120 } },
      { rid: 'a', status: 'ok', duration_ms: minutes(2), began_at: iso(START), numbers: {} },
    ])
    const later = `/heartbeats/${one.id}/runs?from=${iso(START + minutes(3))}&until=${iso(START + hours(1))}`
    expect((await t.bob('GET', later)).body).toMatchObject({ total: 1, items: [{ rid: 'b' }] })
  })

  test('runs that are not as expected are a problem of their own, and over with the next good one', async () => {
    const one = await make(t, { numbers: [{ name: 'rows', min: 1_000 }] })
    await ping(t, one, '?rows=12')
    const problem = { code: 'number', about: 'rows', expected: 1_000, actual: 12, since: iso(START) }
    expect(await standing(one)).toMatchObject({ status: 'up', problems: [problem] })
    expect((await t.bob('GET', '/heartbeats?status=problems')).body).toMatchObject({
      total: 1,
      items: [{ id: one.id }],
    })
    expect((await t.bob('GET', '/heartbeats/summary')).body).toMatchObject({ total: 1, up: 1, problems: 1 })
    await ping(t, one, '?rows=2000')
    await t.advance(minutes(1))
    expect((await standing(one)).problems).toEqual([])
    expect(ops.events()).toEqual(['incident.created', 'incident.resolved'])
  })
})

describe('a pause', () => {
  test('ends what was open without a word, and nothing is expected until the first ping after it', async () => {
    const one = await make(t)
    await ping(t, one)
    await t.advance(minutes(20))
    expect(ops.events()).toEqual(['incident.created'])
    expect((await t.carol('POST', `/heartbeats/${one.id}/pause`)).body).toMatchObject({
      ...{ status: 'paused', enabled: false, reason: null, expected_at: null, alert_at: null },
    })
    await t.advance(minutes(30))
    expect(ops.events()).toEqual(['incident.created'])
    expect(await incidentsOf(one)).toMatchObject([{ status: 'resolved' }])
    const again = await t.carol('POST', `/heartbeats/${one.id}/resume`)
    expect(again.body).toMatchObject({ status: 'new', enabled: true })
    await t.advance(minutes(20))
    expect((await standing(one)).status).toBe('new')
    await ping(t, one)
    await t.advance(minutes(20))
    expect((await standing(one)).status).toBe('down')
  })

  test('ends with a ping, unless somebody has to resume it', async () => {
    const [one, other] = [await make(t), await make(t, { name: 'Other', manual_resume: true })]
    for (const { id } of [one, other]) await t.alice('POST', `/heartbeats/${id}/pause`)
    for (const each of [one, other]) await ping(t, each)
    expect(await standing(one)).toMatchObject({ status: 'up', pings: 1 })
    expect(await standing(other)).toMatchObject({ status: 'paused', pings: 1 })
    expect((await t.bob('GET', `/heartbeats/${other.id}/pings`)).body.items).toMatchObject([
      { kind: 'ignored', note: 'It is paused until somebody resumes it' },
    ])
  })

  test('twice is once, and one that is made paused stays so', async () => {
    const one = await make(t, { enabled: false })
    expect(one).toMatchObject({ status: 'paused', enabled: false })
    await t.alice('POST', `/heartbeats/${one.id}/pause`)
    expect((await flipsOf(one)).length).toBe(1)
    expect((await t.alice('PUT', `/heartbeats/${one.id}`, { enabled: true })).body.status).toBe('new')
    expect((await t.alice('PUT', `/heartbeats/${one.id}`, { enabled: false, grace_s: 60 })).body).toMatchObject({
      ...{ status: 'paused', grace_s: 60 },
    })
  })
})

describe('an edit', () => {
  test('of the schedule moves the deadline at once, and the alarm with it', async () => {
    const one = await make(t)
    await ping(t, one)
    const { body } = await t.carol('PUT', `/heartbeats/${one.id}`, { schedule: { kind: 'interval', every_s: 300 } })
    expect(body).toMatchObject({ expected_at: iso(START + minutes(5)), deadline_at: iso(START + minutes(6)) })
    await t.advance(minutes(6) - 1)
    expect((await standing(one)).status).toBe('late')
    await t.advance(1)
    expect(await standing(one)).toMatchObject({ status: 'down', since: iso(START + minutes(6)) })
  })

  test('to a longer one keeps it from an alarm that would be false now', async () => {
    const one = await make(t)
    await ping(t, one)
    await t.advance(PERIOD + 1)
    expect((await standing(one)).status).toBe('late')
    await t.carol('PUT', `/heartbeats/${one.id}`, { schedule: { kind: 'interval', every_s: 7_200 } })
    await t.advance(hours(1))
    expect((await standing(one)).status).toBe('up')
    expect(ops.got).toEqual([])
  })
})

test('what is deleted is gone with all it said, what was open ends, and its address leads nowhere', async () => {
  const one = await make(t)
  await ping(t, one, '/fail')
  expect((await t.carol('DELETE', `/heartbeats/${one.id}`)).status).toBe(204)
  await t.advance(minutes(1))
  expect(await ping(t, one)).toBe(404)
  for (const path of ['', '/pings', '/runs', '/flips', '/calendar', '/uptime'])
    expect((await t.alice('GET', `/heartbeats/${one.id}${path}`)).status).toBe(404)
  expect((await incidentsOf(one)).map(({ status }: { status: string }) => status)).toEqual(['resolved'])
  expect((await t.bob('GET', '/heartbeats')).body.total).toBe(0)
})

test('after a rotation only the new address is heard, and nothing else has changed', async () => {
  const one = await make(t)
  await ping(t, one)
  const { status, body } = await t.carol('POST', `/heartbeats/${one.id}/rotate-slug`)
  expect([status, body.pings, body.slug === one.slug]).toEqual([200, 1, false])
  expect([await ping(t, one), await ping(t, body)]).toEqual([404, 200])
  expect((await standing(one)).pings).toBe(2)
})

test('after our own time away nobody is blamed: one period more, then it is down', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'xinex-hb-'))
  await t.stop()
  t = await boot({ data: folder })
  const [waiting, silent] = [await make(t), await make(t, { name: 'Silent', schedule: often })]
  for (const each of [waiting, silent]) await ping(t, each)
  await t.stop()
  // Both were due while we were away.
  const back = START + hours(6)
  t = await boot({ data: folder, now: back })
  await watched()
  await t.advance(minutes(1))
  expect(await standing(waiting, t.alice)).toMatchObject({ status: 'up', expected_at: iso(back + PERIOD) })
  await ping(t, waiting)
  await t.advance(PERIOD)
  expect(await standing(waiting, t.alice)).toMatchObject({ status: 'late' })
  expect(await standing(silent, t.alice)).toMatchObject({ status: 'down', since: iso(back + PERIOD + GRACE) })
  expect(ops.events()).toEqual(['incident.created'])
  await t.stop()
  rmSync(folder, { recursive: true, force: true })
  t = await boot()
})
