import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { type Booted, boot } from '../../../test/boot'
import { listener, target } from '../../../test/listeners'

const MIN = 60_000
const HOUR = 60 * MIN
let t: Booted
let shop: ReturnType<typeof target>
let ops: ReturnType<typeof listener>
let monitor: string

beforeEach(async () => {
  t = await boot()
  shop = target()
  ops = listener()
  await made('/notification-channels', { name: 'Ops', type: 'webhook', settings: { url: ops.url }, is_default: true })
  const draft = { name: 'Shop', type: 'http', url: shop.url, interval: 30, alert_threshold: 1, tags: ['shop'] }
  monitor = (await made('/monitors', draft)).id
  await t.advance(MIN)
})
afterEach(async () => {
  await t.stop()
  for (const one of [shop, ops]) one.stop()
})

async function made(path: string, body: object) {
  const answer = await t.alice('POST', path, body)
  expect([path, answer.status, answer.body.details]).toEqual([path, 201, undefined])
  await t.appliance.idle()
  return answer.body
}
const at = (ms: number) => new Date(t.clock.now() + ms).toISOString()
const window = (more: object = {}) =>
  made('/maintenance-windows', {
    ...{ name: 'Move', scope: { monitor_ids: [monitor] }, starts_at: at(10 * MIN), ends_at: at(20 * MIN), ...more },
  })
/** The appliance is switched off, and on again after a time. */
async function again(ms: number): Promise<Booted> {
  await t.appliance.stop()
  const { app, folder, clock, people } = t
  const next = await boot({ config: app.config, data: folder, now: clock.now() + ms })
  await next.appliance.idle()
  return { ...next, alice: next.bearer(people.alice.token) }
}
const status = async () => (await t.alice('GET', `/monitors/${monitor}`)).body.status
const get = async (path: string) => (await t.alice('GET', path)).body
const told = () => ops.got.map(({ event }) => event.split('.')[1])
const intervals = async () =>
  (await t.app.db.client.execute('select status, "from", until from state_intervals order by "from", rowid')).rows.map(
    ({ status }) => status,
  )

describe('while it lasts', () => {
  test('checks go on and say what is, people see maintenance, and nobody is called', async () => {
    const { id } = await window()
    expect((await get(`/maintenance-windows/${id}`)).status).toBe('scheduled')
    await t.advance(10 * MIN)
    expect([await status(), (await get(`/maintenance-windows/${id}`)).status]).toEqual(['maintenance', 'active'])
    const asked = shop.asked()
    shop.answer(500)
    await t.advance(2 * MIN)
    expect(shop.asked()).toBeGreaterThan(asked)
    const [incident] = (await get('/incidents')).items
    expect([incident.title, incident.status, incident.held.why, incident.held.name]).toEqual([
      ...['Shop is down', 'open', 'maintenance', 'Move'],
    ])
    expect([await status(), told()]).toEqual(['maintenance', []])
    expect((await get(`/incidents/${incident.id}/why`)).sentence).toContain('maintenance window')
  })

  test('what still fails at its end is told once then, with the time at which it began', async () => {
    await window()
    await t.advance(11 * MIN)
    shop.answer(500)
    const began = t.clock.now()
    await t.advance(8 * MIN)
    expect(told()).toEqual([])
    await t.advance(2 * MIN)
    expect([await status(), told()]).toEqual(['down', ['created']])
    expect(Date.parse(String(ops.got[0]?.data.incident.opened_at)) - began).toBeLessThan(MIN)
    await t.advance(10 * MIN)
    shop.answer(200)
    await t.advance(2 * MIN)
    expect(told()).toEqual(['created', 'resolved'])
    expect(await intervals()).toEqual(['up', 'maintenance', 'down', 'up'])
  })

  test('what recovers before its end was never told', async () => {
    await window()
    await t.advance(11 * MIN)
    shop.answer(500)
    await t.advance(3 * MIN)
    shop.answer(200)
    await t.advance(20 * MIN)
    expect([await status(), told(), await intervals()]).toEqual(['up', [], ['up', 'maintenance', 'up']])
  })

  test('its time counts for neither side of the uptime', async () => {
    await window()
    await t.advance(11 * MIN)
    shop.answer(500)
    await t.advance(3 * MIN)
    shop.answer(200)
    await t.advance(20 * MIN)
    const today = (await get(`/monitors/${monitor}/uptime`)).days.at(-1)
    expect([today.uptime, today.maintenance_s, today.down_s]).toEqual([1, 600, 0])
  })

  test('whoever was called before is left alone, and called anew at its end', async () => {
    const policy = {
      ...{ name: 'P', is_default: true, repeat_count: 5 },
      steps: [{ delay_s: 300, targets: [{ type: 'channel', id: (await get('/notification-channels')).items[0].id }] }],
    }
    await made('/escalation-policies', policy)
    await window()
    await t.advance(8 * MIN)
    shop.answer(500)
    await t.advance(MIN)
    expect(told()).toEqual(['created'])
    await t.advance(10 * MIN)
    expect(told()).toEqual(['created'])
    await t.advance(2 * MIN)
    expect(told()).toEqual(['created', 'created'])
    shop.answer(200)
    await t.advance(MIN)
    expect(told()).toEqual(['created', 'created', 'resolved'])
  })

  test('it ends early by hand, or when it is deleted', async () => {
    for (const act of ['end', 'delete']) {
      const { id } = await window({ starts_at: at(0), ends_at: at(HOUR) })
      expect(await status()).toBe('maintenance')
      const answer =
        act === 'end'
          ? await t.alice('POST', `/maintenance-windows/${id}/end`)
          : await t.alice('DELETE', `/maintenance-windows/${id}`)
      expect(answer.status).toBe(act === 'end' ? 200 : 204)
      await t.appliance.idle()
      expect(await status()).toBe('up')
      if (act === 'end') expect((await t.alice('POST', `/maintenance-windows/${id}/end`)).status).toBe(409)
    }
  })

  test('everything with its tag is worked on, also what gets it in the middle', async () => {
    await window({ scope: { tags: ['move'] }, starts_at: at(0), ends_at: at(HOUR) })
    expect(await status()).toBe('up')
    await t.alice('PUT', `/monitors/${monitor}`, { tags: ['move'] })
    await t.appliance.idle()
    expect(await status()).toBe('maintenance')
    await t.alice('PUT', `/monitors/${monitor}`, { tags: [] })
    await t.appliance.idle()
    expect(await status()).toBe('up')
  })

  test('what is paused rests, and is worked on again when it is resumed', async () => {
    await window({ scope: { all: true }, starts_at: at(0), ends_at: at(HOUR) })
    await t.alice('POST', `/monitors/${monitor}/pause`)
    await t.appliance.idle()
    expect(await status()).toBe('paused')
    await t.alice('POST', `/monitors/${monitor}/resume`)
    await t.appliance.idle()
    expect(await status()).toBe('maintenance')
    await t.advance(HOUR + MIN)
    expect(await status()).toBe('up')
  })

  test('a heartbeat that stays away is told at its end', async () => {
    const beat = await made('/heartbeats', {
      name: 'Backup',
      schedule: { kind: 'interval', every_s: 300 },
      grace_s: 60,
    })
    await t.nobody('POST', `/hb/${beat.slug}`)
    await window({ scope: { heartbeat_ids: [beat.id] }, starts_at: at(MIN), ends_at: at(HOUR) })
    await t.advance(20 * MIN)
    expect([told(), (await get('/incidents')).items[0].held.why]).toEqual([[], 'maintenance'])
    await t.advance(HOUR)
    expect(told()).toEqual(['created'])
  })

  test('it goes on over a restart, and ends at its time while the appliance is off', async () => {
    await window()
    await t.advance(11 * MIN)
    shop.answer(500)
    await t.advance(2 * MIN)
    t = await again(0)
    expect(await status()).toBe('maintenance')
    // Off when it ends.
    t = await again(20 * MIN)
    await t.advance(2 * MIN)
    expect([told(), await status()]).toEqual([['created'], 'down'])
  })
})

test('one that recurs comes again, and its feed says when it begins and ends', async () => {
  const { id } = await window({
    ...{ ends_at: null, rrule: 'FREQ=DAILY', duration_s: 600, timezone: 'Europe/Berlin', scope: { all: true } },
  })
  await t.advance(10 * MIN)
  expect(await status()).toBe('maintenance')
  await t.advance(10 * MIN)
  expect(await status()).toBe('up')
  const row = await get(`/maintenance-windows/${id}`)
  expect([row.status, Date.parse(row.next.from) - t.clock.now()]).toEqual(['scheduled', 24 * HOUR - 10 * MIN])
  const feed = (await get('/notifications/feed')).items.map(({ type }: { type: string }) => type)
  expect(feed).toEqual(['maintenance_ended', 'maintenance_started'])
})

test('one that recurs and was ended early stays so when its name is changed', async () => {
  const { id } = await window({
    ...{
      ends_at: null,
      rrule: 'FREQ=DAILY',
      duration_s: 3600,
      timezone: 'UTC',
      scope: { all: true },
      starts_at: at(0),
    },
  })
  expect(await status()).toBe('maintenance')
  await t.alice('POST', `/maintenance-windows/${id}/end`)
  await t.appliance.idle()
  expect((await t.alice('PUT', `/maintenance-windows/${id}`, { name: 'Moved' })).body.status).toBe('scheduled')
  await t.appliance.idle()
  expect(await status()).toBe('up')
  const { next } = await get(`/maintenance-windows/${id}`)
  expect(Date.parse(next.from) - t.clock.now()).toBe(24 * HOUR)
})

test('the simulator knows of it', async () => {
  await window()
  const held = async (ms: number) => {
    const { status, body } = await t.alice('POST', '/on-call/simulate', { monitor_id: monitor, at: at(ms) })
    return [status, body.held?.why]
  }
  expect([await held(MIN), await held(15 * MIN), await held(HOUR)]).toEqual([
    [200, undefined],
    [200, 'maintenance'],
    [200, undefined],
  ])
})

test('what is wrong is said by field', async () => {
  const refused = async (more: object) => {
    const body = { name: 'x', scope: { all: true }, starts_at: at(0), ends_at: at(HOUR), ...more }
    const answer = await t.alice('POST', '/maintenance-windows', body)
    expect(answer.status).toBe(422)
    return answer.body.details.fields
  }
  expect(await refused({ scope: {} })).toEqual({ scope: 'must name monitors, heartbeats or tags, or be all' })
  expect(await refused({ scope: { monitor_ids: ['x'] } })).toEqual({
    'scope.monitor_ids.0': 'is not a monitor of this workspace',
  })
  expect(await refused({ ends_at: at(-1) })).toEqual({ ends_at: 'must be after starts_at' })
  expect(await refused({ ends_at: null })).toEqual({ ends_at: 'is required, or `rrule` with `duration_s`' })
  expect(await refused({ ends_at: null, rrule: 'FREQ=DAILY', duration_s: 90_000 })).toEqual({
    duration_s: 'is longer than the time until it comes again',
  })
  expect(await refused({ ends_at: null, rrule: 'FREQ=HOURLY', duration_s: 60, timezone: 'Mars/Base' })).toEqual({
    rrule: 'must have a FREQ of DAILY, WEEKLY or MONTHLY',
    timezone: 'is not a time zone such as Europe/Berlin',
  })
})

test('of another workspace there is none', async () => {
  const { id } = await window()
  for (const [method, path] of [
    ['GET', ''],
    ['PUT', ''],
    ['DELETE', ''],
    ['POST', '/end'],
  ] as const)
    expect(
      (await t.mallory(method, `/maintenance-windows/${id}${path}`, method === 'PUT' ? {} : undefined)).status,
    ).toBe(404)
  expect((await t.bob('DELETE', `/maintenance-windows/${id}`)).status).toBe(403)
})
