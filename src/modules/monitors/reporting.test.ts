import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { audit_log } from '#db/schema/kernel'
import { monitors, push_keys } from '#db/schema/monitors'
import { type Booted, boot } from '../../../test/boot'

let t: Booted
beforeEach(async () => {
  t = await boot({ level: 'debug' })
})
afterEach(() => t.stop())

const make = async (type: string, more: object = {}) => {
  const { status, body } = await t.alice('POST', '/monitors', { name: 'Nightly', type, interval: 60, ...more })
  expect([status, body.details]).toEqual([201, undefined])
  await t.app.engine.idle()
  return body.id as string
}
const keyed = async (id: string): Promise<string> => (await t.alice('POST', `/monitors/${id}/push-key`)).body.key
const statusOf = async (id: string) => (await t.bob('GET', `/monitors/${id}/status`)).body
const everythingStored = async () =>
  JSON.stringify([
    await t.app.db.read.select().from(monitors),
    await t.app.db.read.select().from(push_keys),
    await t.app.db.read.select().from(audit_log),
  ])

describe('a report by hand', () => {
  test('of a manual monitor is recorded with who said it', async () => {
    const id = await make('manual')
    await t.carol('POST', `/monitors/${id}/report`, { status: 'down', message: 'Lift is stuck' })
    const rows = await t.app.db.read.select().from(audit_log)
    const [row, ...more] = rows.filter(({ event }) => event === 'monitor.reported')
    expect([row?.actor_id, row?.subject_id, row?.after, more.length]).toEqual([
      t.people.carol.id,
      id,
      expect.objectContaining({ status: 'down', message: 'Lift is stuck' }),
      0,
    ])
  })

  test('counts at once for a manual monitor, and opens an incident', async () => {
    const id = await make('manual')
    const { status, body } = await t.alice('POST', `/monitors/${id}/report`, { status: 'down', message: 'It burns' })
    expect([status, body.verdict]).toEqual([
      200,
      { status: 'down', reason: 'reported', message: 'It burns', checked_at: expect.any(String) },
    ])
    await t.app.engine.idle()
    expect(await statusOf(id)).toMatchObject({
      ...{ status: 'down', message: 'It burns', incident_id: expect.any(String) },
    })
    await t.alice('POST', `/monitors/${id}/report`, { status: 'up', response_time_ms: 12.5 })
    await t.app.engine.idle()
    expect(await statusOf(id)).toMatchObject({ status: 'up', incident_id: null, response_time_ms: 12.5 })
  })
  test('what was seen is kept as evidence, newest first, for who may look', async () => {
    const id = await make('manual')
    const say = async (status: string, message: string) => {
      await t.alice('POST', `/monitors/${id}/report`, { status, message })
      await t.app.engine.idle()
      await t.advance(60_000)
    }
    await say('up', 'fine')
    await say('down', 'first fire')
    await say('up', 'put out')
    await say('down', 'second fire')
    const { body } = await t.bob('GET', `/monitors/${id}/evidence`)
    expect(body.items).toMatchObject([
      { kind: 'detected', message: 'second fire', reason: 'reported', incident_id: expect.any(String) },
      { kind: 'recovered' },
      { kind: 'detected', message: 'first fire', at: '2026-05-01T12:01:00.000Z' },
    ])
    expect(body).toMatchObject({ total: 3, page: 1 })
    const second = (await t.bob('GET', `/monitors/${id}/evidence?per_page=1&page=3`)).body
    expect(second.items).toMatchObject([{ message: 'first fire' }])
    expect((await t.mallory('GET', `/monitors/${id}/evidence`)).status).toBe(404)
    expect((await t.nobody('GET', `/monitors/${id}/evidence`)).status).toBe(401)
  })
  test('is refused for what is checked, what is paused, and from who may not', async () => {
    const checked = await make('tcp', { settings: { host: '127.0.0.1', port: 1 } })
    const ask = (who: keyof typeof t.people, id: string, body: object = { status: 'up' }) =>
      t[who]('POST', `/monitors/${id}/report`, body)
    expect((await ask('alice', checked)).body.details.fields).toHaveProperty('status')
    const id = await make('manual')
    expect((await ask('alice', id, { status: 'unknown' })).status).toBe(422)
    expect((await ask('alice', id, { status: 'up', message: 'a\0b' })).body.details.fields).toHaveProperty('message')
    expect((await ask('alice', id, { status: 'up', response_time_ms: -1 })).status).toBe(422)
    expect((await ask('bob', id)).status).toBe(403)
    expect((await ask('mallory', id)).status).toBe(404)
    expect((await t.nobody('POST', `/monitors/${id}/report`, { status: 'up' })).status).toBe(401)
    await t.alice('POST', `/monitors/${id}/pause`)
    expect((await ask('alice', id)).body.code).toBe('CONFLICT')
  })
  test('there is nothing to try out', async () => {
    const { status, body } = await t.alice('POST', '/monitors/test', { type: 'manual' })
    expect([status, Object.keys(body.details.fields)]).toEqual([422, ['type']])
  })
})

describe('the key of a push monitor', () => {
  test('is shown once, stored as a hash, and the one before it ends', async () => {
    const id = await make('push')
    const { status, body } = await t.alice('POST', `/monitors/${id}/push-key`)
    expect([status, body]).toEqual([
      201,
      { key: expect.stringMatching(/^push_[\w-]{43}$/), url: expect.stringMatching(/^http.*\/api\/v1\/push\/push_/) },
    ])
    const second = await keyed(id)
    expect((await t.nobody('GET', `/push/${body.key}`)).status).toBe(404)
    expect((await t.nobody('GET', `/push/${second}`)).body).toEqual({ ok: true })
    const text = await everythingStored()
    expect(text).not.toContain(body.key)
    expect(text).not.toContain(second)
    expect((await t.app.db.read.select().from(push_keys)).length).toBe(1)
  })
  test('is for push monitors, and for who may write', async () => {
    const id = await make('push')
    expect((await t.alice('POST', `/monitors/${await make('manual')}/push-key`)).status).toBe(422)
    expect((await t.bob('POST', `/monitors/${id}/push-key`)).status).toBe(403)
    expect((await t.mallory('POST', `/monitors/${id}/push-key`)).status).toBe(404)
    expect((await t.nobody('POST', `/monitors/${id}/push-key`)).status).toBe(401)
  })
  test('is not copied, and ends with the monitor or its type', async () => {
    const [one, other] = [await make('push'), await make('push')]
    const [first, second] = [await keyed(one), await keyed(other)]
    await t.alice('POST', `/monitors/${one}/clone`)
    expect((await t.app.db.read.select().from(push_keys)).length).toBe(2)
    await t.alice('PUT', `/monitors/${one}`, { type: 'manual', settings: {} })
    await t.alice('DELETE', `/monitors/${other}`)
    for (const key of [first, second]) expect((await t.nobody('GET', `/push/${key}`)).status).toBe(404)
  })
})

describe('a report from elsewhere', () => {
  test.each([
    ['an address in a browser', 'GET', '', undefined, {}],
    ['a script that only looks', 'HEAD', '', undefined, {}],
    ['an empty POST', 'POST', '', undefined, {}],
    ['a query with empty values', 'GET', '?status=up&msg=&ping=', undefined, {}],
  ] as const)('%s is enough', async (_, method, query, body, headers) => {
    const id = await make('push')
    const answer = await t.nobody(method, `/push/${await keyed(id)}${query}`, body, headers)
    expect(answer.status).toBe(200)
    expect(await statusOf(id)).toMatchObject({ status: 'up' })
  })
  test.each([
    ['the query', 'GET', '?status=degraded&msg=3%20of%204&ping=41.5', undefined, {}],
    ['JSON', 'POST', '', { status: 'degraded', msg: '3 of 4', ping: 41.5 }, {}],
    [
      'a form',
      'POST',
      '',
      'status=degraded&msg=3+of+4&ping=41.5',
      { 'content-type': 'application/x-www-form-urlencoded' },
    ],
  ] as const)('it may say more in %s', async (_, method, query, body, headers) => {
    const id = await make('push')
    const answer = await t.nobody(method, `/push/${await keyed(id)}${query}`, body, headers)
    expect([answer.status, answer.body]).toEqual([200, { ok: true }])
    expect(await statusOf(id)).toMatchObject({ status: 'degraded', message: '3 of 4', response_time_ms: 41.5 })
  })
  test('what it says is judged, and cannot break a line', async () => {
    const id = await make('push')
    const key = await keyed(id)
    for (const query of ['status=fine', 'ping=fast', 'ping=-1', 'ping=Infinity', `msg=${'x'.repeat(10_001)}`])
      expect([query, (await t.nobody('GET', `/push/${key}?${query}`)).status]).toEqual([query, 422])
    expect((await t.nobody('POST', `/push/${key}`, { stat: 'up' })).status).toBe(422)
    const msg = encodeURIComponent(`a\r\nb\0\u202ec${'x'.repeat(400)}`)
    expect((await t.nobody('GET', `/push/${key}?msg=${msg}`)).status).toBe(200)
    expect((await statusOf(id)).message).toBe(`a b c${'x'.repeat(295)}`)
  })
  test('silence beyond the interval and the grace is a failure', async () => {
    const id = await make('push', { settings: { grace_s: 30 }, alert_threshold: 1 })
    const key = await keyed(id)
    const push = () => t.nobody('POST', `/push/${key}`)
    await push()
    for (let minute = 0; minute < 3; minute++) {
      await t.advance(60_000)
      await push()
      expect((await statusOf(id)).status).toBe('up')
    }
    await t.advance(180_000)
    expect(await statusOf(id)).toMatchObject({ status: 'down', reason: 'timeout' })
    await push()
    await t.app.engine.idle()
    expect((await statusOf(id)).status).toBe('up')
  })
  test('a paused monitor is not reported to', async () => {
    const id = await make('push')
    const key = await keyed(id)
    await t.alice('POST', `/monitors/${id}/pause`)
    await t.app.engine.idle()
    expect((await t.nobody('GET', `/push/${key}?status=down`)).body).toEqual({ ok: true })
    expect((await statusOf(id)).status).toBe('paused')
  })
  test('too many of one key are turned away, others are not', async () => {
    const [one, other] = [await keyed(await make('push')), await keyed(await make('push'))]
    const answers = []
    for (let i = 0; i < 121; i++) answers.push((await t.nobody('GET', `/push/${one}`)).status)
    expect(answers.filter((status) => status === 200).length).toBe(120)
    expect(answers.at(-1)).toBe(429)
    // However it is spelled, it is the same key.
    expect((await t.nobody('GET', `/push/%70${one.slice(1)}/`)).status).toBe(429)
    expect((await t.nobody('GET', `/push/${other}`)).status).toBe(200)
  })
  test('guessing keys is bounded for each address', async () => {
    const key = await keyed(await make('push'))
    let last = 404
    for (let i = 0; last === 404 && i < 6_100; i++) last = (await t.nobody('GET', `/push/guess-${i}`)).status
    expect(last).toBe(429)
    expect((await t.nobody('GET', `/push/${key}`)).status).toBe(429)
    expect((await t.nobody('GET', '/health')).status).toBe(200)
  }, 20_000)
  test('its key is in no line of the log, even when something goes wrong', async () => {
    const key = await keyed(await make('push'))
    await t.nobody('POST', `/push/${key}`, '{"status":')
    await t.app.db.client.execute('drop table push_keys')
    expect((await t.nobody('GET', `/push/${key}?msg=x`)).status).toBe(500)
    const log = t.lines.join('')
    expect(log).toContain('/api/v1/push/***')
    expect(log).not.toContain(key)
  })
})
