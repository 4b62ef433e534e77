import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { withKeys } from './healthchecks.fixtures'

type Keys = Awaited<ReturnType<typeof withKeys>>
let t: Keys['t']
let ask: Keys['ask']
let reader: Keys['reader']
let byKey: Keys['byKey']
let create: Keys['create']
let ping: Keys['ping']

beforeAll(async () => {
  ;({ t, ask, reader, byKey, create, ping } = await withKeys())
})
afterAll(() => t.stop())

describe('a key that only reads', () => {
  test('sees everything but where to report, and a key of its own for each check', async () => {
    const { uuid } = await create({ name: 'Public', tags: 'seen' })
    await ping(uuid)
    const { body } = await reader('GET', '/api/v3/checks/?tag=seen')
    const [check] = body.checks
    for (const secret of ['uuid', 'ping_url', 'update_url', 'pause_url', 'resume_url', 'channels'])
      expect(check).not.toHaveProperty(secret)
    expect(JSON.stringify(body)).not.toContain(uuid)
    expect(check.unique_key).toMatch(/^[0-9a-f]{40}$/)
    expect((await reader('GET', `/api/v3/checks/${check.unique_key}`)).body).toEqual(check)
    expect((await reader('GET', `/api/v3/checks/${check.unique_key}/flips/`)).body.flips).toHaveLength(1)
    expect((await reader('GET', `/api/v3/checks/${'0'.repeat(40)}`)).status).toBe(404)
    for (const [method, path] of [
      ['POST', ''],
      ['DELETE', ''],
      ['POST', '/pause'],
      ['POST', '/resume'],
      ['GET', '/pings/'],
      ['GET', '/pings/1/body'],
    ] as const)
      expect([path, (await reader(method, `/api/v3/checks/${uuid}${path}`)).status]).toEqual([path, 403])
    expect((await reader('POST', '/api/v3/checks/', {})).status).toBe(403)
  })

  test('may be narrowed to heartbeats', async () => {
    const scopes = async (...resources: string[]) =>
      byKey((await t.alice('POST', '/api-tokens', { name: 'x', scope: 'resources', resources })).body.token)
    const [heartbeats, monitors] = [await scopes('heartbeats:write'), await scopes('monitors:write')]
    expect((await heartbeats('GET', '/api/v3/checks/')).status).toBe(200)
    expect((await heartbeats('POST', '/api/v1/checks/', { name: 'Narrow' })).status).toBe(201)
    expect((await heartbeats('GET', '/api/v3/channels/')).status).toBe(403)
    expect((await monitors('GET', '/api/v3/checks/')).status).toBe(403)
  })
})

describe('what is wrong', () => {
  test('is told in their words', async () => {
    const cases: [object, string][] = [
      [{ name: 1 }, 'name is not a string'],
      [{ name: null }, 'name is not a string'],
      [{ name: 'x'.repeat(101) }, 'name is too long'],
      [{ timeout: 59 }, 'timeout is too small'],
      [{ timeout: 31_536_001 }, 'timeout is too large'],
      [{ timeout: '60' }, 'timeout is not a number'],
      [{ timeout: true }, 'timeout is not a number'],
      [{ grace: 1.5 }, 'grace is not a number'],
      [{ manual_resume: 1 }, 'manual_resume is not a boolean'],
      [{ methods: 'PUT' }, 'methods has unexpected value'],
      [{ slug: 'No Slug' }, 'slug does not match pattern'],
      [{ schedule: '* * * *  invalid' }, 'schedule is not a valid cron or OnCalendar expression'],
      [{ schedule: 'surely not' }, 'schedule is not a valid cron or OnCalendar expression'],
      [{ schedule: ' ' }, 'schedule is not a valid cron or OnCalendar expression'],
      [{ tz: 'Nowhere/City' }, 'tz is not a valid timezone'],
      [{ unique: 'name' }, 'unique is not an array'],
      [{ unique: ['status'] }, "an item in 'unique' has unexpected value"],
      [{ tags: 'x'.repeat(41) }, 'tags is too long'],
    ]
    for (const [body, error] of cases) {
      const answer = await ask('POST', '/api/v3/checks/', body)
      expect([body, answer.status, answer.body.error]).toEqual([body, 400, `json validation error: ${error}`])
    }
    for (const body of ['[]', '1', '"x"', 'null', '{']) {
      const { status, body: answer } = await ask('POST', '/api/v3/checks/', body)
      expect([body, status, typeof answer.error]).toEqual([body, 400, 'string'])
    }
    const idempotent = { 'idempotency-key': 'one' }
    expect((await ask('POST', '/api/v3/checks/', { name: 'A' }, idempotent)).status).toBe(201)
    const reused = await ask('POST', '/api/v3/checks/', { name: 'B' }, idempotent)
    expect([reused.status, reused.body.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED'])
    // What they do not know either is none of its business.
    expect((await ask('POST', '/api/v3/checks/', { __proto__: { name: 1 }, no_such: [] })).status).toBe(201)
    const line = await ask('POST', '/api/v3/checks/', { name: 'two\nlines' })
    expect([line.status, line.body.error]).toEqual([400, expect.stringMatching(/^json validation error: name /)])
  })

  test('is a channel that nobody knows', async () => {
    const channel = { name: 'Ops', type: 'webhook', settings: { url: 'http://127.0.0.1:1/' } }
    const { id } = (await t.alice('POST', '/notification-channels', channel)).body
    expect((await ask('GET', '/api/v3/channels/')).body).toEqual({ channels: [{ id, name: 'Ops', kind: 'webhook' }] })
    for (const channels of ['*', '', 'Ops', id]) expect((await create({ channels })).channels).toBe(id)
    for (const [channels, error] of [
      ['Nobody', 'invalid channel identifier: Nobody'],
      ['Ops,', 'empty channel identifier'],
    ]) {
      const answer = await ask('POST', '/api/v3/checks/', { channels })
      expect([answer.status, answer.body.error]).toEqual([400, error])
    }
    const other = byKey(t.people.mallory.token)
    expect((await other('POST', '/api/v3/checks/', { channels: id })).status).toBe(400)
    await t.alice('DELETE', `/notification-channels/${id}`)
  })

  test('is a check of somebody else, as if it were not there', async () => {
    const { uuid } = await create({ name: 'Mine' })
    const other = byKey(t.people.mallory.token)
    for (const [method, path] of [
      ['GET', ''],
      ['POST', ''],
      ['DELETE', ''],
      ['POST', '/pause'],
      ['GET', '/pings/'],
      ['GET', '/flips/'],
    ] as const)
      expect([path, (await other(method, `/api/v3/checks/${uuid}${path}`)).status]).toEqual([path, 404])
    expect((await other('GET', '/api/v3/checks/')).body.checks).toEqual([])
    const upsert = await other('POST', '/api/v3/checks/', { name: 'Mine', unique: ['name'] })
    expect([upsert.status, upsert.body.uuid === uuid]).toEqual([201, false])
  })

  test('is a key that nobody has, or a body no client of theirs would send; keys are in no log', async () => {
    const answer = await byKey('xinex_'.padEnd(70, '0'))('GET', '/api/v3/checks/')
    expect([answer.status, answer.body.error]).toEqual([401, expect.any(String)])
    expect((await t.asking({ 'x-api-key': 'other' })('GET', '/api/v3/checks/')).status).toBe(401)
    const long = await t.nobody('POST', '/api/v3/checks/', {
      api_key: t.people.alice.token,
      name: 'x',
      desc: 'y'.repeat(70_000),
    })
    expect(long.status).toBe(413)
    expect(t.lines.join('')).not.toContain(t.people.alice.token)
  })

  test('says whether the database answers', async () => {
    for (const v of [1, 2, 3]) expect((await t.nobody('GET', `/api/v${v}/status/`)).body).toBe('OK')
  })
})
