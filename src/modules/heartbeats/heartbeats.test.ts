import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { heartbeats, ping_keys } from '#db/schema/heartbeats'
import { audit_log, outbox } from '#db/schema/kernel'
import { isoAt } from '#kernel/clock'
import { type Ask, type Booted, boot, START } from '../../../test/boot'
import { make, minutes, often, PERIOD, ping } from './heartbeats.fixtures'

let t: Booted
beforeEach(async () => {
  t = await boot({ level: 'debug', config: { publicUrl: 'https://status.example.test' } })
})
afterEach(() => t.stop())

const create = (body: object, who: Ask = t.alice) => who('POST', '/heartbeats', body)
const faultsOf = async (body: object) => {
  const answer = await create({ name: 'x', ...body })
  expect([body, answer.status]).toEqual([body, 422])
  return answer.body.details.fields
}

describe('a new heartbeat', () => {
  test('needs a name and nothing else', async () => {
    await t.alice('PUT', '/tenant', { timezone: 'Europe/Berlin' })
    const { status, body } = await create({ name: ' Nächtliches Backup ' }, t.carol)
    expect([status, body]).toMatchObject([
      201,
      {
        ...{ name: 'Nächtliches Backup', name_slug: 'nachtliches-backup', kind: 'job', status: 'new', enabled: true },
        schedule: { kind: 'interval', every_s: 86_400, timezone: 'Europe/Berlin' },
        ...{ grace_s: 300, max_runtime_s: null, min_interval_s: null, per_day: null, failures: 1, severity: 'high' },
        ...{ manual_resume: false, watch_duration: false, numbers: [], tags: [], problems: [], running: [], pings: 0 },
        filter: { post_only: false, rules: [], otherwise: 'success' },
        ...{ since: isoAt(START), last_ping_at: null, expected_at: null, description: null, runbook_url: null },
      },
    ])
    expect(body.slug).toMatch(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/)
    expect(body.ping_url).toBe(`https://status.example.test/api/v1/hb/${body.slug}`)
    expect(body.schedule_words).toEqual(expect.any(String))
    expect((await t.alice('GET', `/heartbeats/${body.id}`)).body).toEqual(body)
  })

  test('keeps all that it is told, and an edit changes only what it names', async () => {
    const given = {
      ...{ name: 'Shop', name_slug: 'shop_export', grace_s: 60, max_runtime_s: 600, min_interval_s: 30 },
      schedule: {
        kind: 'cron',
        cron: '15 3 * * *',
        timezone: 'America/New_York',
        only: { weekdays: [1, 2], except: ['12-25'] },
      },
      ...{ per_day: { min: 1, max: 3 }, failures: 2, manual_resume: true, watch_duration: true },
      numbers: [{ name: 'rows', min: 1, max: 5 }, { name: 'bytes' }],
      filter: { post_only: true, rules: [{ in: 'body', contains: 'ERROR', means: 'fail' }], otherwise: 'log' },
      ...{ severity: 'low', reminder_interval_s: 3_600, tags: ['shop', 'nightly'] },
      ...{ runbook_url: 'https://wiki.example.test/x', description: 'Exports\nthe shop' },
    }
    const { body } = await create({ ...given, tags: ['shop', 'nightly', 'shop '] })
    expect(body).toMatchObject(given)
    const edited = await t.carol('PUT', `/heartbeats/${body.id}`, { name: 'Export', filter: { post_only: false } })
    expect(edited.body).toMatchObject({
      ...{ ...given, name: 'Export', filter: { ...given.filter, post_only: false } },
      slug: body.slug,
    })
    const other = { schedule: often, per_day: null, max_runtime_s: null, runbook_url: null, numbers: [] }
    const again = (await t.carol('PUT', `/heartbeats/${body.id}`, other)).body
    expect(again).toMatchObject({ ...other, schedule: { ...often, timezone: 'America/New_York' }, name: 'Export' })
    expect(again.schedule.only).toBeUndefined()
  })

  test.each([
    ['schedule.cron', { schedule: { kind: 'cron', cron: '61 * * * *' } }],
    ['schedule.cron', { schedule: { kind: 'cron' } }],
    ['schedule.every_s', { schedule: { kind: 'interval', every_s: 9 } }],
    ['schedule.every_s', { schedule: { kind: 'cron', cron: '* * * * *', every_s: 60 } }],
    ['schedule.timezone', { schedule: { ...often, timezone: 'Mars/Olympus' } }],
    ['schedule.tz', { schedule: { ...often, tz: 'UTC' } }],
    ['schedule.only.weekdays.0', { schedule: { ...often, only: { weekdays: [8] } } }],
    ['schedule.kind', { schedule: {} }],
    ['grace_s', { grace_s: 0 }],
    ['failures', { failures: 11 }],
    ['per_day.max', { per_day: { min: 2, max: 1 } }],
    ['numbers.0.max', { numbers: [{ name: 'rows', min: 2, max: 1 }] }],
    ['numbers.1.name', { numbers: [{ name: 'rows' }, { name: 'rows' }] }],
    ['numbers.0.name', { numbers: [{ name: 'rid' }] }],
    ['numbers.0.mni', { numbers: [{ name: 'rows', mni: 1 }] }],
    ['filter.rules.0.contains', { filter: { rules: [{ in: 'body', contains: ' ', means: 'fail' }] } }],
    ['filter.rules.0.means', { filter: { rules: [{ in: 'body', contains: 'x', means: 'no' }] } }],
    ['tags.0', { tags: ['a\nb'] }],
    ['name', { name: '\u202e' }],
    ['description', { description: 'a\u0007' }],
    ['runbook_url', { runbook_url: 'javascript:alert(1)' }],
    ['slug', { slug: 'too-short' }],
    ['name_slug', { name_slug: 'Not One' }],
  ])('with a wrong %s is refused by that name', async (field, body) => {
    expect(Object.keys(await faultsOf(body))).toEqual([field])
  })

  test('may bring the address it had elsewhere, unless it is taken', async () => {
    const slug = '7d2d6b5e-0000-4000-8000-000000000001'
    const one = (await create({ name: 'Moved', slug })).body
    expect(one.slug).toBe(slug)
    expect(await ping(t, one)).toBe(200)
    expect(await faultsOf({ slug })).toEqual({ slug: 'is taken' })
    // Of another workspace no less: an address leads to one.
    expect((await create({ name: 'x', slug }, t.mallory)).status).toBe(422)
    expect((await t.alice('PUT', `/heartbeats/${one.id}`, { slug: 'another-long-enough-one' })).status).toBe(422)
  })
})

describe('its address', () => {
  test('is shown to those who may report, and to nobody else', async () => {
    const one = await make(t)
    const shown = async (ask: Ask) => {
      const { body } = await ask('GET', `/heartbeats/${one.id}`)
      const [item] = (await ask('GET', '/heartbeats')).body.items
      expect([item.slug, item.ping_url]).toEqual([body.slug, body.ping_url])
      return [body.slug, body.ping_url]
    }
    expect(await shown(t.carol)).toEqual([one.slug, one.ping_url])
    expect(await shown(t.bob)).toEqual([null, null])
    const made = await t.alice('POST', '/api-tokens', { name: 'wall', scope: 'read' })
    expect(await shown(t.bearer(made.body.token))).toEqual([null, null])
  })

  test('is in no record, no log and no row in plain text', async () => {
    const one = await make(t)
    await ping(t, one)
    await t.alice('PUT', `/heartbeats/${one.id}`, { name: 'Other' })
    const other = (await t.alice('POST', `/heartbeats/${one.id}/rotate-slug`)).body
    await ping(t, one)
    await t.alice('POST', `/heartbeats/${one.id}/clone`)
    const { key } = (await t.alice('POST', '/ping-key/renew')).body
    const rows = await Promise.all(
      [heartbeats, ping_keys, audit_log, outbox].map((table) => t.app.db.read.select().from(table)),
    )
    const all = JSON.stringify([rows, t.lines])
    for (const secret of [one.slug, other.slug, key]) expect(all).not.toContain(secret)
    const records = (await t.app.db.read.select().from(audit_log)).filter(({ event }) => event.startsWith('heartbeat.'))
    expect(records.map(({ event }) => event)).toEqual([
      ...['heartbeat.created', 'heartbeat.updated', 'heartbeat.slug_rotated', 'heartbeat.created'],
    ])
    for (const { after } of records) expect(Object.keys(after ?? {})).not.toContain('slug')
  })

  test('of a copy is its own, and the copy begins anew', async () => {
    const one = await make(t, { tags: ['a'], name_slug: 'nightly', grace_s: 77 })
    await ping(t, one)
    const { status, body } = await t.carol('POST', `/heartbeats/${one.id}/clone`, { name: 'Second' })
    expect([status, body]).toMatchObject([201, { name: 'Second', name_slug: 'second', tags: ['a'], grace_s: 77 }])
    expect(body).toMatchObject({ status: 'new', pings: 0 })
    expect(body.slug).not.toBe(one.slug)
    const unnamed = (await t.carol('POST', `/heartbeats/${one.id}/clone`)).body
    expect(unnamed.name).toBe('Backup (copy)')
  })
})

describe('the list', () => {
  const names = async (query: string) =>
    (await t.bob('GET', `/heartbeats${query}`)).body.items.map(({ name }: { name: string }) => name)

  test('is found by how they stand at this moment, late ones too, and counted likewise', async () => {
    for (const name of ['Fresh', 'Paused', 'Running', 'Late', 'Up', 'Down']) {
      const one = await make(t, { name, max_runtime_s: 600, tags: [name === 'Up' ? 'a_b' : 'x'] })
      if (name === 'Paused') await t.alice('POST', `/heartbeats/${one.id}/pause`)
      if (name === 'Running') await ping(t, one)
      if (name === 'Late') await ping(t, one)
      if (name === 'Down') await ping(t, one, '/fail')
      if (name === 'Up') await ping(t, one)
    }
    await t.advance(PERIOD - minutes(1))
    const known = (await t.alice('GET', '/heartbeats')).body.items as { name: string; slug: string }[]
    const slugOf = (name: string) => known.find((one) => one.name === name) ?? { slug: '' }
    await ping(t, slugOf('Up'))
    await ping(t, slugOf('Running'), '/start')
    await t.advance(minutes(1) + 1)
    expect(await names('')).toEqual(['Down', 'Late', 'Fresh', 'Running', 'Up', 'Paused'])
    for (const [status, expected] of Object.entries({
      ...{ new: ['Fresh'], up: ['Running', 'Up'], late: ['Late'], down: ['Down'], paused: ['Paused'], problems: [] },
    }))
      expect([status, await names(`?status=${status}`)]).toEqual([status, expected])
    expect((await t.bob('GET', '/heartbeats/summary')).body).toEqual({
      ...{ total: 6, new: 1, up: 2, late: 1, down: 1, paused: 1, problems: 0 },
    })
    expect(await names('?sort=name&per_page=2&page=2')).toEqual(['Late', 'Paused'])
    expect((await names('?sort=expected')).slice(0, 3)).toEqual(['Running', 'Late', 'Up'])
    expect((await names('?sort=last_ping')).slice(0, 2).sort()).toEqual(['Running', 'Up'])
    expect(await names('?tag=a_b')).toEqual(['Up'])
    expect(await names('?q=un')).toEqual(['Running'])
    expect(await names('?q=%25')).toEqual([])
    expect((await t.bob('GET', '/heartbeats/tags')).body.items).toEqual([
      { tag: 'a_b', heartbeats: 1 },
      { tag: 'x', heartbeats: 5 },
    ])
    expect((await t.mallory('GET', '/heartbeats')).body.total).toBe(0)
    expect((await t.mallory('GET', '/heartbeats/summary')).body.total).toBe(0)
  })
})

test('what came in is kept word for word, to be read as text', async () => {
  const one = await make(t)
  const said = '<script>alert(1)</script>\n'.repeat(100)
  await ping(t, one, '/log', said)
  await ping(t, one, '/fail?rid=a', 'short')
  await ping(t, one)
  const list = async (query = '') => (await t.bob('GET', `/heartbeats/${one.id}/pings${query}`)).body
  expect((await list()).items).toMatchObject([
    { n: 3, kind: 'success', door: 'http', method: 'POST', body_bytes: 0, address: '127.0.0.1' },
    { n: 2, kind: 'fail', rid: 'a', body_bytes: 5 },
    { n: 1, kind: 'log', body_bytes: said.length },
  ])
  expect(await list('?kind=fail')).toMatchObject({ total: 1, items: [{ n: 2 }] })
  const file = (n: number | string, ask = t.bob) => ask('GET', `/heartbeats/${one.id}/pings/${n}/body`)
  const { status, headers, body } = await file(1)
  expect([status, body]).toEqual([200, said])
  expect(Object.fromEntries(headers)).toMatchObject({
    'content-type': 'text/plain; charset=utf-8',
    'content-disposition': 'attachment; filename="ping-1.txt"',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  })
  expect([(await file(3)).status, (await file(3)).body]).toEqual([200, undefined])
  for (const n of [0, 4, -1, 'x', '1.5', '99999999999999999999', '1e400'])
    expect([n, (await file(n)).status]).toEqual([n, 404])
  expect((await file(1, t.mallory)).status).toBe(404)
})

test('an agent is no job: its id leads nowhere here, and the other way round', async () => {
  const job = await make(t)
  const agent = (await t.alice('POST', '/ai-heartbeats', { name: 'Agent' })).body
  expect([agent.kind, (await t.alice('GET', '/heartbeats')).body.total]).toEqual(['ai', 1])
  for (const [method, path] of [
    ...[
      ['GET', ''],
      ['PUT', ''],
      ['DELETE', ''],
      ['POST', '/pause'],
      ['POST', '/resume'],
      ['POST', '/rotate-slug'],
    ],
    ...[
      ['POST', '/clone'],
      ['GET', '/pings'],
      ['GET', '/runs'],
      ['GET', '/flips'],
      ['GET', '/calendar'],
      ['GET', '/uptime'],
    ],
  ]) {
    const { status } = await t.alice(method ?? '', `/heartbeats/${agent.id}${path}`, method === 'PUT' ? {} : undefined)
    expect([method, path, status]).toEqual([method, path, 404])
  }
  expect((await t.alice('GET', `/ai-heartbeats/${job.id}`)).status).toBe(404)
})
