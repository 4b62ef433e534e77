import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { IntervalStatus } from '#contract/statuses'
import { incidents, regions, state_intervals } from '#db/schema/engine'
import { monitors } from '#db/schema/monitors'
import { seriesOf } from '#engine/series'
import { isoAt } from '#kernel/clock'
import { type Booted, boot, START } from '../../../test/boot'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** A moment when nobody checks: monitors are made in the database, without the engine. */
const NOW = START + 10 * DAY

let t: Booted
const ids: Record<string, string> = {}
const numbers: Record<string, number> = {}

async function make(name: string, tags: string[], tenant_id = t.tenants.acme.id) {
  const at = isoAt(START)
  const [row] = await t.app.db.tx((tx) =>
    tx
      .insert(monitors)
      .values({
        ...{ id: Bun.randomUUIDv7(), tenant_id, name, tags, type: 'tcp', settings: { host: '127.0.0.1', port: 1 } },
        ...{ interval: 86_400, timeout_ms: 1_000, alert_threshold: 1, recovery_threshold: 1, confirm_interval_s: 5 },
        ...{ severity: 'high', inverted: false, enabled: false, created_at: at, updated_at: at },
      })
      .returning(),
  )
  ids[name] = row!.id
  numbers[name] = row!.number
}
/** States one after the other from an instant on, in hours; the last one is still open. */
async function states(name: string, from: number, ...parts: [IntervalStatus, hours: number][]) {
  let at = from
  const rows = parts.map(([status, hours], i) => {
    const begun = at
    at += hours * HOUR
    const until = i === parts.length - 1 ? null : isoAt(at)
    return { monitor: numbers[name]!, status, from: isoAt(begun), until }
  })
  await t.app.db.tx((tx) => tx.insert(state_intervals).values(rows))
}
const incident = (name: string, at: number) =>
  t.app.db.tx((tx) =>
    tx.insert(incidents).values({
      ...{ tenant_id: t.tenants.acme.id, title: `${name} is down`, status: 'resolved', severity: 'high' },
      ...{ source_type: 'monitor', monitor_id: ids[name], monitor_name: name, dedup_key: `${name}${at}` },
      ...{ opened_at: isoAt(at), resolved_at: isoAt(at + MINUTE), created_at: isoAt(at), updated_at: isoAt(at) },
    }),
  )

beforeAll(async () => {
  t = await boot({ now: NOW, start: false })
  await make('Shop', ['prod', 'web'])
  await make('Mail', ['prod'])
  await make('Old', [])
  await make('Theirs', ['prod'], t.tenants.evil.id)
  // Of the last ten days; the first lie before the monitor was watched.
  await states('Shop', NOW - 100 * HOUR, ['up', 50], ['down', 1], ['maintenance', 4], ['up', 45])
  await states('Mail', NOW - 100 * HOUR, ['degraded', 10], ['unknown', 20], ['paused', 30], ['up', 40])
  await states('Old', NOW - 400 * DAY, ['down', 24], ['paused', 1])
  await states('Theirs', NOW - 100 * HOUR, ['down', 100])
  await incident('Shop', NOW - 50 * HOUR)
  await incident('Shop', NOW - 20 * HOUR)
  await incident('Mail', NOW - 20 * HOUR)
})
afterAll(() => t.stop())

const seconds = (more: object) => ({
  ...{ up_s: 0, degraded_s: 0, down_s: 0, maintenance_s: 0, unknown_s: 0, paused_s: 0, incidents: 0, uptime: null },
  ...more,
})
const shop = seconds({ up_s: 95 * 3_600, down_s: 3_600, maintenance_s: 4 * 3_600, uptime: 95 / 96, incidents: 2 })
const mail = seconds({
  ...{ up_s: 40 * 3_600, degraded_s: 10 * 3_600, unknown_s: 20 * 3_600, paused_s: 30 * 3_600, uptime: 1, incidents: 1 },
})
const from = isoAt(NOW - 10 * DAY)

describe('uptime', () => {
  test('of each monitor, the worst first, each state apart and weighted by time', async () => {
    const { status, body } = await t.bob('GET', `/analytics/uptime?from=${from}`)
    expect([status, body.total, body.from, body.to]).toEqual([200, 3, from, isoAt(NOW)])
    expect(body.items).toEqual([
      { key: ids.Shop, name: 'Shop', ...shop },
      { key: ids.Mail, name: 'Mail', ...mail },
      { key: ids.Old, name: 'Old', ...seconds({ paused_s: 10 * 24 * 3_600 }) },
    ])
    expect(body.totals).toMatchObject({ up_s: 135 * 3_600, down_s: 3_600, incidents: 3, uptime: 145 / 146 })
  })

  test('by page, by tag and of some of them', async () => {
    const second = await t.bob('GET', `/analytics/uptime?from=${from}&page=2&per_page=1`)
    expect([second.body.items[0].name, second.body.total_pages]).toEqual(['Mail', 3])
    expect(second.body.totals.incidents).toBe(3)
    const { body } = await t.bob('GET', `/analytics/uptime?from=${from}&group_by=tag`)
    expect(body.items.map(({ key, uptime, incidents: n }: Record<string, unknown>) => [key, uptime, n])).toEqual([
      ['web', 95 / 96, 2],
      ['prod', 145 / 146, 3],
    ])
    // Each monitor counts once in the whole, however many tags it has.
    expect(body.totals).toMatchObject({ up_s: 135 * 3_600, incidents: 3 })
    const some = await t.bob('GET', `/analytics/uptime?from=${from}&monitor_ids=${ids.Mail},${ids.Theirs}`)
    expect(some.body.items).toEqual([{ key: ids.Mail, name: 'Mail', ...mail }])
    expect((await t.bob('GET', `/analytics/uptime?from=${from}&tag=web`)).body.totals).toEqual(shop)
  })

  test('by day of the workspace, whose days begin when its clocks say so', async () => {
    const day = () => t.bob('GET', `/analytics/uptime?from=${from}&group_by=day&per_page=100&monitor_ids=${ids.Shop}`)
    const utc = (await day()).body
    expect(utc.items).toHaveLength(11)
    expect([utc.items[0].key, utc.items.at(-1).key]).toEqual([from.slice(0, 10), isoAt(NOW).slice(0, 10)])
    const sum = (name: string) => utc.items.reduce((all: number, item: Record<string, number>) => all + item[name]!, 0)
    expect([sum('up_s'), sum('down_s'), sum('maintenance_s'), sum('incidents')]).toEqual([342_000, 3_600, 14_400, 2])
    // Down at 10:00 UTC for an hour: on Kiritimati that is midnight, and the next day.
    const down = (items: { key: string; down_s: number }[]) => items.filter((item) => item.down_s > 0)
    expect(down(utc.items).map(({ key, down_s }) => [key, down_s])).toEqual([['2026-05-09', 3_600]])
    const { ask } = await t.session('alice')
    expect((await ask('PUT', '/tenant', { timezone: 'Pacific/Kiritimati' })).status).toBe(200)
    const there = (await day()).body
    expect(down(there.items).map(({ key, down_s }) => [key, down_s])).toEqual([['2026-05-10', 3_600]])
    await ask('PUT', '/tenant', { timezone: 'UTC' })
  })

  test('refuses a time that is none, and says which', async () => {
    const wrong = async (query: string) => (await t.bob('GET', `/analytics/uptime?${query}`)).body.details?.fields
    expect(await wrong(`from=${isoAt(NOW + DAY)}`)).toHaveProperty('from')
    expect(await wrong(`from=${isoAt(NOW)}&to=${from}`)).toHaveProperty('from')
    expect(await wrong(`from=${isoAt(NOW - 500 * DAY)}`)).toHaveProperty('from')
    expect(await wrong('from=yesterday')).toHaveProperty('from')
    expect(await wrong('group_by=colour')).toHaveProperty('group_by')
    expect(await wrong(`monitor_ids=${Array(101).fill('x').join()}`)).toHaveProperty('monitor_ids')
  })
})

describe('response times', () => {
  const phases = { connect_ms: 4, first_byte_ms: 6 }
  let berlin: number
  beforeAll(async () => {
    const [row] = await t.app.db.tx((tx) =>
      tx.insert(regions).values({ tenant_id: t.tenants.acme.id, name: 'berlin' }).returning(),
    )
    berlin = row!.number
    await t.app.engine.start()
    const { history } = t.app.engine
    for (let hour = 60; hour > 0; hour--)
      for (let minute = 0; minute < 60; minute += 10) {
        const at = NOW - hour * HOUR + minute * MINUTE
        history.append(numbers.Shop!, at, { status: 'up', message: '', response_time_ms: 10, phases })
        history.append(seriesOf(numbers.Shop!, berlin), at, { status: 'up', message: '', response_time_ms: 50, phases })
        history.append(numbers.Mail!, at, { status: 'up', message: '', response_time_ms: 100 })
        history.append(numbers.Theirs!, at, { status: 'up', message: '', response_time_ms: 999 })
        history.append(numbers.Mail!, at + MINUTE, { status: 'down', message: 'no', response_time_ms: 1 })
      }
    for (let i = 0; i < 5; i++) history.flush()
  })
  afterAll(() => t.app.engine.stop())
  const ask = async (query: string) => (await t.bob('GET', `/analytics/response-time?${query}`)).body

  test('of all, by hour and by region, without failures and without those of others', async () => {
    const body = await ask(`from=${isoAt(NOW - 2 * DAY)}`)
    expect([body.bucket_s, body.buckets.length]).toEqual([3_600, 48])
    expect(body.totals).toMatchObject({ count: 3 * 6 * 48, min_ms: 10, max_ms: 100, avg_ms: 53.3 })
    expect(body.buckets[3]).toMatchObject({ at: isoAt(NOW - 45 * HOUR), count: 18, phases })
    expect(body.regions).toEqual([
      expect.objectContaining({ region: 'local', count: 2 * 6 * 48, avg_ms: 55 }),
      expect.objectContaining({ region: 'berlin', count: 6 * 48, avg_ms: 50, p95_ms: 50 }),
    ])
  })

  test('of one region, of one monitor, of a tag', async () => {
    const since = `from=${isoAt(NOW - 2 * DAY)}`
    expect((await ask(`${since}&region=berlin`)).totals).toMatchObject({ count: 288, avg_ms: 50 })
    expect((await ask(`${since}&monitor_ids=${ids.Mail}`)).totals).toMatchObject({ count: 288, avg_ms: 100 })
    expect((await ask(`${since}&monitor_ids=${ids.Mail}`)).buckets[5]).not.toHaveProperty('phases')
    expect((await ask(`${since}&tag=web&region=local`)).totals).toMatchObject({ count: 288, avg_ms: 10 })
    expect((await ask(`${since}&monitor_ids=${ids.Theirs}`)).totals).toMatchObject({ count: 0, avg_ms: null })
    expect((await ask(`${since}&region=paris`)).details.fields).toHaveProperty('region')
  })

  test('by day for longer times, whole days of UTC', async () => {
    const body = await ask(`from=${isoAt(NOW - 9 * DAY)}`)
    expect([body.bucket_s, body.buckets.length, body.buckets[0].at.slice(11)]).toEqual([86_400, 10, '00:00:00.000Z'])
    expect(body.totals.count).toBe(3 * 6 * 60)
    expect((await ask(`from=${isoAt(NOW - 40 * DAY)}&bucket=hour`)).details.fields).toHaveProperty('bucket')
    expect(
      (await ask(`from=${isoAt(NOW - 120 * DAY)}&to=${isoAt(NOW - 119 * DAY)}&bucket=hour`)).details.fields,
    ).toHaveProperty('bucket')
  })

  test('of a time before all of this are refused at once', async () => {
    const spans = [
      'from=0099-12-20T00:00:00Z&to=0100-01-10T00:00:00Z',
      'from=0000-01-01T00:00:00Z&to=0000-02-01T00:00:00Z',
    ]
    for (const span of spans)
      for (const path of ['uptime?group_by=day&', 'uptime?', 'response-time?']) {
        const { status, body } = await t.bob('GET', `/analytics/${path}${span}`)
        expect([path, status, body.details.fields]).toEqual([path, 422, { from: 'must not be before the year 2000' }])
      }
  })

  test('are asked of one monitor by region too', async () => {
    const times = async (query: string) => (await t.bob('GET', `/monitors/${ids.Shop}/response-times?${query}`)).body
    expect((await times('range=24h&region=berlin')).totals).toMatchObject({ count: 143, p50_ms: 50 })
    expect((await times('range=24h')).totals).toMatchObject({ count: 143, p50_ms: 10 })
    expect((await times('range=24h')).buckets.at(-13).phases).toEqual(phases)
    const results = (await t.bob('GET', `/monitors/${ids.Shop}/results?region=berlin&per_page=2`)).body
    expect([results.total, results.items[0].region, results.items[0].response_time_ms]).toEqual([360, 'berlin', 50])
    const local = (await t.bob('GET', `/monitors/${ids.Shop}/results`)).body
    expect([local.total, local.items[0].region]).toEqual([360, 'local'])
    const unknown = await t.bob('GET', `/monitors/${ids.Shop}/results?region=paris`)
    expect([unknown.status, Object.keys(unknown.body.details.fields)]).toEqual([422, ['region']])
  })
})
