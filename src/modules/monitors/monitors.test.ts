import { afterAll, afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { monitors } from '#db/schema/monitors'
import { type Booted, boot } from '../../../test/boot'

let broken = false
const target = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch: () => new Response('hello', { status: broken ? 500 : 200 }),
})
afterAll(() => target.stop(true))
const url = `http://127.0.0.1:${target.port}/`
const draft = { name: 'Shop', type: 'http', url, interval: 60, alert_threshold: 2 }

let t: Booted
beforeEach(async () => {
  broken = false
  t = await boot()
})
afterEach(() => t.stop())

const make = async (more: object = {}) => (await t.alice('POST', '/monitors', { ...draft, ...more })).body
const fieldsOf = async (body: object) => {
  const answer = await t.alice('POST', '/monitors', body)
  expect([answer.status, answer.body.code]).toEqual([422, 'VALIDATION_FAILED'])
  return answer.body.details.fields
}

describe('creating a monitor', () => {
  test('a timeout nobody chose follows the interval, a chosen one stays while it fits', async () => {
    const draft = { name: 'Shop', type: 'http', url: 'http://127.0.0.1:9/' }
    const { body } = await t.alice('POST', '/monitors', draft)
    const edit = async (part: object) => (await t.alice('PUT', `/monitors/${body.id}`, part)).body.timeout_ms
    expect(body.timeout_ms).toBe(10_000)
    expect(await edit({ interval: 5 })).toBe(4_000)
    expect(await edit({ interval: 60 })).toBe(10_000)
    expect(await edit({ timeout_ms: 3_000 })).toBe(3_000)
    expect(await edit({ interval: 30 })).toBe(3_000)
  })

  test('name, type and target are enough; everything else has a default', async () => {
    const { status, body } = await t.alice('POST', '/monitors', { name: 'Shop', type: 'http', url })
    expect(status).toBe(201)
    expect(body).toMatchObject({
      name: 'Shop',
      tenant_id: t.tenants.acme.id,
      interval: 60,
      timeout_ms: 10_000,
      alert_threshold: 2,
      recovery_threshold: 1,
      confirm_interval_s: 5,
      degraded_ms: null,
      severity: 'high',
      inverted: false,
      enabled: true,
      regions: ['local'],
      tags: [],
      status: 'pending',
      created_at: '2026-05-01T12:00:00.000Z',
    })
    expect(body.number).toBeUndefined()
    expect((await t.alice('GET', `/monitors/${body.id}`)).body).toMatchObject({ id: body.id, name: 'Shop' })
  })

  test('the timeout leaves room within a short interval', async () =>
    expect((await make({ interval: 5 })).timeout_ms).toBe(4000))

  test('a wrong setting is named by its path', async () => {
    expect(await fieldsOf({ name: 'Db', type: 'tcp', settings: { host: 'db', port: 70_000 } })).toEqual({
      'settings.port': 'must be at most 65535',
    })
    expect(await fieldsOf({ name: 'Db', type: 'tcp', settings: { host: 'db' } })).toEqual({
      'settings.port': 'is required',
    })
    expect(await fieldsOf({ name: 'Db', type: 'tcp', settings: { host: 'db', port: 1, prot: 2 } })).toEqual({
      'settings.prot': 'is not a known field',
    })
  })

  test.each([
    ['an unknown field', { ...draft, intervall: 5 }, 'intervall'],
    ['an unknown type', { ...draft, type: 'gopher' }, 'type'],
    ['a missing address', { name: 'x', type: 'http' }, 'url'],
    ['a relative address', { ...draft, url: '/health' }, 'url'],
    ['another scheme', { ...draft, url: 'file:///etc/passwd' }, 'url'],
    ['a password in the address', { ...draft, url: 'https://user:secret@example.com' }, 'url'],
    ['an address for a type without one', { name: 'x', type: 'tcp', url, settings: { host: 'a', port: 1 } }, 'url'],
    ['an interval that is too short', { ...draft, interval: 1 }, 'interval'],
    ['a timeout longer than the interval', { ...draft, interval: 5, timeout_ms: 6000 }, 'timeout_ms'],
    ['an unknown severity', { ...draft, severity: 'meh' }, 'severity'],
    ['an unknown region', { ...draft, regions: ['moon'] }, 'regions.0'],
    ['an empty name', { ...draft, name: '' }, 'name'],
    ['a name of blanks', { ...draft, name: '   ' }, 'name'],
    ['a name with a NUL', { ...draft, name: 'a\u0000b' }, 'name'],
    ['a name that is too long', { ...draft, name: 'x'.repeat(121) }, 'name'],
    ['a tag with a line break', { ...draft, tags: ['ok', 'a\nb'] }, 'tags.1'],
    ['a script as runbook', { ...draft, runbook_url: 'javascript:alert(1)' }, 'runbook_url'],
    ['settings that are no object', { ...draft, settings: [] }, 'settings'],
    ['a mask without a stored secret', { ...draft, settings: { auth: 'bearer', token: '********' } }, 'settings.token'],
  ])('%s is refused', async (_, body, field) => expect(Object.keys(await fieldsOf(body))).toContain(field))

  test('HTML and SQL in names come back unharmed', async () => {
    const name = `<script>alert('1')</script>"; drop table monitors;-- %_\\`
    const { id } = await make({ name })
    expect((await t.bob('GET', `/monitors/${id}`)).body.name).toBe(name)
    expect((await t.alice('GET', `/monitors?q=${encodeURIComponent('%_\\')}`)).body.total).toBe(1)
    expect((await t.alice('GET', `/monitors?q=${encodeURIComponent('%x')}`)).body.total).toBe(0)
  })
})

describe('secrets', () => {
  const secret = 'tok-3f9a81'
  const withToken = { settings: { auth: 'bearer', token: secret } }
  const stored = async () => JSON.stringify(await t.app.db.read.select().from(monitors))

  test('a secret is stored sealed and answered masked', async () => {
    const made = await make(withToken)
    expect(made.settings).toMatchObject({ auth: 'bearer', token: '********' })
    expect(await stored()).not.toContain(secret)
    expect(JSON.stringify((await t.alice('GET', '/monitors')).body)).not.toContain(secret)
  })

  test('sending the mask back, or leaving it out, keeps the stored secret', async () => {
    let heard: string | null = null
    const server = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch(request) {
        heard = request.headers.get('authorization')
        return new Response()
      },
    })
    try {
      const { id, settings } = await make({ ...withToken, url: `http://127.0.0.1:${server.port}/` })
      await t.app.engine.idle()
      for (const sent of [{ settings }, { settings: { auth: 'bearer' } }, { name: 'Renamed' }]) {
        expect((await t.alice('PUT', `/monitors/${id}`, sent)).body.settings.token).toBe('********')
        await t.app.engine.idle()
        heard = null
        await t.alice('POST', `/monitors/${id}/check`)
        expect<string | null>(heard).toBe(`Bearer ${secret}`)
      }
      const { body } = await t.alice('POST', `/monitors/${id}/clone`)
      expect(body).toMatchObject({ name: 'Renamed (copy)', settings: { token: '********' } })
      await t.app.engine.idle()
      heard = null
      await t.alice('POST', `/monitors/${body.id}/check`)
      expect<string | null>(heard).toBe(`Bearer ${secret}`)
    } finally {
      server.stop(true)
    }
  })

  test('an empty secret is removed', async () => {
    const { id } = await make(withToken)
    const { body } = await t.alice('PUT', `/monitors/${id}`, { settings: { auth: 'none', token: '' } })
    expect(body.settings.token).toBeUndefined()
  })
})

describe('who may', () => {
  test.each([
    ['nobody', 401, 401],
    ['bob', 403, 200],
  ] as const)('%s hears %i for a change and %i for a look', async (who, change, look) => {
    const { id } = await make()
    expect((await t[who]('POST', '/monitors', draft)).status).toBe(change)
    expect((await t[who]('PUT', `/monitors/${id}`, { name: 'x' })).status).toBe(change)
    expect((await t[who]('POST', `/monitors/${id}/pause`)).status).toBe(change)
    expect((await t[who]('POST', '/monitors/bulk', { action: 'pause', ids: [id] })).status).toBe(change)
    expect((await t[who]('DELETE', `/monitors/${id}`)).status).toBe(change)
    expect((await t[who]('GET', `/monitors/${id}`)).status).toBe(look)
    expect((await t[who]('GET', '/monitors')).status).toBe(look)
  })

  test("another workspace's monitor does not exist, whatever is asked of it", async () => {
    const { id } = await make()
    const asks = [
      ['GET', ''],
      ['PUT', '', { name: 'x' }],
      ['DELETE', ''],
      ...['status', 'results', 'intervals', 'uptime', 'response-times'].map((path) => ['GET', `/${path}`] as const),
      ...['pause', 'resume', 'check', 'clone'].map((path) => ['POST', `/${path}`] as const),
    ] as [string, string, object?][]
    for (const [method, path, body] of asks) {
      expect([path, (await t.mallory(method, `/monitors/${id}${path}`, body)).status]).toEqual([path, 404])
      expect([path, (await t.alice(method, `/monitors/not-an-id${path}`, body)).status]).toEqual([path, 404])
    }
    expect((await t.mallory('POST', '/monitors/bulk', { action: 'delete', ids: [id] })).status).toBe(404)
    expect((await t.mallory('POST', '/monitors/test', { ...draft, id })).status).toBe(404)
    expect((await t.mallory('GET', '/monitors')).body.total).toBe(0)
    expect((await t.alice('GET', `/monitors/${id}`)).status).toBe(200)
  })
})

describe('the list', () => {
  test('what needs a person comes first, with its last check and the day in letters', async () => {
    await make({ name: 'Fine' })
    const down = await make({ name: 'Zebra', url: 'http://127.0.0.1:1/', alert_threshold: 1 })
    await make({ name: 'Asleep', enabled: false })
    await t.app.engine.idle()
    await t.advance(120_000)
    const { body } = await t.bob('GET', '/monitors?include=summary')
    expect(body.items.map((m: { name: string }) => m.name)).toEqual(['Zebra', 'Fine', 'Asleep'])
    expect(body).toMatchObject({ total: 3, page: 1, per_page: 25, total_pages: 1 })
    expect(body.items[0]).toMatchObject({
      id: down.id,
      status: 'down',
      message: expect.any(String),
      checked_at: expect.any(String),
    })
    expect(body.items[0].summary.hours).toMatch(/^n{23}x$/)
    expect(body.items[1].summary).toMatchObject({ hours: `${'n'.repeat(23)}u`, uptime_30d: 1 })
    expect(body.items[1].summary.response).toHaveLength(24)
    expect(body.items[2].status).toBe('paused')
    expect((await t.bob('GET', '/monitors?status=down')).body.total).toBe(1)

    const { body: summary } = await t.bob('GET', '/monitors/summary')
    expect(summary.counts).toMatchObject({ up: 1, down: 1, paused: 1, total: 3 })
    expect(summary.checks_per_minute).toBe(2)
    expect(summary.uptime_30d).toBeGreaterThan(0)
  })

  test('it can be filtered, sorted and paged, always in the same order', async () => {
    for (const name of ['b', 'A', 'c']) await make({ name, tags: name === 'c' ? ['db'] : ['web'] })
    const names = async (query: string) =>
      (await t.alice('GET', `/monitors?${query}`)).body.items.map((m: { name: string }) => m.name)
    expect(await names('sort=name')).toEqual(['A', 'b', 'c'])
    expect(await names('sort=-name')).toEqual(['c', 'b', 'A'])
    expect(await names('sort=created_at')).toEqual(['b', 'A', 'c'])
    expect(await names('sort=-created_at&per_page=1&page=2')).toEqual(['A'])
    expect(await names('tag=db')).toEqual(['c'])
    expect(await names('type=tcp')).toEqual([])
    for (const query of ['per_page=1000', 'page=0', 'status=bogus', 'sort=price'])
      expect([query, (await t.alice('GET', `/monitors?${query}`)).status]).toEqual([query, 422])
  })
})

describe('changing', () => {
  test('an edit keeps what it does not name', async () => {
    const { id } = await make({ tags: ['a'], description: 'why', degraded_ms: 500 })
    const { body } = await t.alice('PUT', `/monitors/${id}`, { interval: 5, degraded_ms: null })
    expect(body).toMatchObject({
      interval: 5,
      timeout_ms: 4000,
      tags: ['a'],
      description: 'why',
      degraded_ms: null,
      url,
    })
  })

  test('another type starts from its own settings', async () => {
    const { id } = await make({ settings: { keyword: 'hello' } })
    const { body } = await t.alice('PUT', `/monitors/${id}`, {
      type: 'tcp',
      settings: { host: '127.0.0.1', port: 5432 },
    })
    expect(body).toMatchObject({
      type: 'tcp',
      url: '',
      target: '127.0.0.1:5432',
      settings: { host: '127.0.0.1', port: 5432 },
    })
    expect(body.settings.keyword).toBeUndefined()
  })

  test('pausing stops it and shows at once; checking a paused one is refused', async () => {
    const { id } = await make()
    await t.app.engine.idle()
    expect((await t.alice('POST', `/monitors/${id}/pause`)).body).toMatchObject({ enabled: false, status: 'paused' })
    expect((await t.alice('POST', `/monitors/${id}/pause`)).status).toBe(200)
    expect((await t.alice('POST', `/monitors/${id}/check`)).body.code).toBe('CONFLICT')
    await t.app.engine.idle()
    expect((await t.alice('GET', `/monitors/${id}/status`)).body).toMatchObject({
      status: 'paused',
      next_check_at: null,
    })
    expect((await t.alice('POST', `/monitors/${id}/resume`)).body).toMatchObject({ enabled: true, status: 'pending' })
  })

  test('many at once', async () => {
    const ids = [(await make()).id, (await make({ enabled: false })).id]
    const bulk = async (action: string, more = {}) =>
      (await t.alice('POST', '/monitors/bulk', { action, ids, ...more })).body
    expect(await bulk('pause')).toEqual({ changed: 1 })
    expect(await bulk('resume')).toEqual({ changed: 2 })
    expect(await bulk('tag', { tag: 'shop' })).toEqual({ changed: 2 })
    expect(await bulk('tag', { tag: 'shop' })).toEqual({ changed: 0 })
    expect((await t.alice('GET', '/monitors?tag=shop')).body.total).toBe(2)
    expect(await bulk('untag', { tag: 'shop' })).toEqual({ changed: 2 })
    expect((await t.alice('POST', '/monitors/bulk', { action: 'tag', ids })).body.details.fields).toHaveProperty('tag')
    expect(await bulk('delete')).toEqual({ changed: 2 })
    expect((await t.alice('GET', '/monitors')).body.total).toBe(0)
  })

  test('deleting answers 204 and then 404', async () => {
    const { id } = await make()
    expect((await t.alice('DELETE', `/monitors/${id}`)).status).toBe(204)
    expect((await t.alice('GET', `/monitors/${id}`)).status).toBe(404)
    expect((await t.alice('DELETE', `/monitors/${id}`)).status).toBe(404)
  })
})

describe('what it found', () => {
  test('checks, intervals, uptime and response times tell one story', async () => {
    const { id } = await make({ alert_threshold: 2, confirm_interval_s: 5 })
    await t.app.engine.idle()
    await t.advance(180_000)
    broken = true
    await t.advance(180_000)

    const { body: status } = await t.bob('GET', `/monitors/${id}/status`)
    expect(status).toMatchObject({ monitor_id: id, status: 'down', reason: 'status', alert_threshold: 2 })
    expect(status.failures_in_a_row).toBeGreaterThanOrEqual(2)
    expect(status.incident_id).toEqual(expect.any(String))

    const results = (await t.bob('GET', `/monitors/${id}/results?per_page=100`)).body
    expect(results.items[0]).toMatchObject({
      status: 'down',
      reason: 'status',
      message: expect.stringContaining('500'),
    })
    expect(results.items.at(-1)).toMatchObject({ status: 'up', response_time_ms: expect.any(Number) })
    expect((await t.bob('GET', `/monitors/${id}/results?status=up`)).body.total).toBeLessThan(results.total)

    const intervals = (await t.bob('GET', `/monitors/${id}/intervals`)).body
    expect(intervals.items.map((one: { status: string }) => one.status)).toEqual(['down', 'up'])
    expect(intervals.items[0].until).toBeNull()

    const { windows, days } = (await t.bob('GET', `/monitors/${id}/uptime?days=7`)).body
    expect(days).toHaveLength(7)
    expect(days[6]).toMatchObject({ date: '2026-05-01', status: 'down', down_s: windows['24h'].down_s })
    expect(days[0]).toMatchObject({ date: '2026-04-25', status: 'none', uptime: null })
    expect(windows['24h'].uptime).toBeGreaterThan(0.3)
    expect(windows['24h'].uptime).toBeLessThan(0.8)

    const times = (await t.bob('GET', `/monitors/${id}/response-times?range=1h`)).body
    expect(times.totals.count).toBeGreaterThan(0)
    expect(times.buckets.length).toBeLessThanOrEqual(2000)
    expect((await t.bob('GET', `/monitors/${id}/response-times?range=1y`)).status).toBe(422)
  })

  test('a trial tells the verdict and stores nothing', async () => {
    const { status, body } = await t.alice('POST', '/monitors/test', { type: 'http', url })
    expect([status, body.verdict.status]).toEqual([200, 'up'])
    const bad = await t.alice('POST', '/monitors/test', { type: 'tcp', settings: { host: '127.0.0.1', port: 1 } })
    expect(bad.body.verdict).toMatchObject({ status: 'down', reason: 'refused' })
    expect((await t.alice('GET', '/monitors')).body.total).toBe(0)
    expect((await t.alice('POST', '/monitors/test', { type: 'tcp', settings: {} })).body.details.fields).toHaveProperty(
      ['settings.port'],
    )
    expect((await t.bob('POST', '/monitors/test', { type: 'http', url })).status).toBe(403)
  })

  test('checking now answers the verdict and records it', async () => {
    const { id } = await make()
    await t.app.engine.idle()
    const { body } = await t.alice('POST', `/monitors/${id}/check`)
    expect(body.verdict).toMatchObject({ status: 'up', checked_at: expect.any(String) })
    expect((await t.alice('GET', `/monitors/${id}/results`)).body.total).toBeGreaterThan(0)
  })
})

describe('what a monitor can be', () => {
  test('every type comes with the schema of its settings, secrets marked', async () => {
    const { items } = (await t.bob('GET', '/monitor-types')).body
    const http = items.find((one: { type: string }) => one.type === 'http')
    expect(http).toMatchObject({ takes_url: true, settings: { properties: { token: { writeOnly: true } } } })
    expect((await t.nobody('GET', '/monitor-types')).status).toBe(401)
  })

  test('every type says how its URL begins, and takes no other, also when the type is changed', async () => {
    const { items } = (await t.bob('GET', '/monitor-types')).body
    const schemesOf = (type: string) => items.find((one: { type: string }) => one.type === type).schemes
    expect([schemesOf('http'), schemesOf('websocket'), schemesOf('tcp')]).toEqual([
      ['http', 'https'],
      ['ws', 'wss'],
      [],
    ])
    const wrong = { url: 'must be an absolute ws:// or wss:// URL' }
    expect(await fieldsOf({ ...draft, type: 'websocket' })).toEqual(wrong)
    const live = url.replace('http', 'ws')
    expect(await fieldsOf({ ...draft, url: live })).toEqual({ url: expect.stringContaining('http:// or https://') })
    expect(await make({ type: 'websocket', url: live })).toMatchObject({ type: 'websocket', url: live })
    const { id } = await make()
    const { status, body } = await t.alice('PUT', `/monitors/${id}`, { type: 'websocket', settings: {} })
    expect([status, body.details?.fields]).toEqual([422, wrong])
  })

  test('the API description shows the settings of each type', async () => {
    const { body } = await t.nobody('GET', '/api/v1/openapi.json')
    const text = JSON.stringify(body.paths['/api/v1/monitors'].post.requestBody)
    for (const type of ['http', 'tcp', 'dns']) expect(text).toContain(`"const":"${type}"`)
    expect(text).toContain('accepted_status')
  })
})
