import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { withKeys } from './healthchecks.fixtures'

type Keys = Awaited<ReturnType<typeof withKeys>>
let t: Keys['t']
let ask: Keys['ask']
let create: Keys['create']
let ping: Keys['ping']

beforeAll(async () => {
  ;({ t, ask, create, ping } = await withKeys())
})
afterAll(() => t.stop())

/** The example of their documentation, section “Create a Check”; addresses are ours. */
const documented = (uuid: string) => ({
  name: 'Backups',
  slug: 'backups',
  tags: 'prod www',
  desc: '',
  grace: 60,
  n_pings: 0,
  status: 'new',
  started: false,
  last_ping: null,
  next_ping: null,
  manual_resume: false,
  methods: '',
  subject: '',
  subject_fail: '',
  start_kw: '',
  success_kw: '',
  failure_kw: '',
  filter_subject: false,
  filter_body: false,
  filter_http_body: false,
  filter_default_fail: false,
  badge_url: expect.stringMatching(/^https:\/\/up\.example\.test\/b\/2\/[0-9a-f-]{36}\.svg$/),
  uuid,
  ping_url: `https://up.example.test/api/v1/hb/${uuid}`,
  update_url: `https://up.example.test/api/v3/checks/${uuid}`,
  pause_url: `https://up.example.test/api/v3/checks/${uuid}/pause`,
  resume_url: `https://up.example.test/api/v3/checks/${uuid}/resume`,
  channels: '',
  timeout: 3600,
})

describe('a check', () => {
  test('is told field by field as in their documentation, in their order', async () => {
    const check = await create({ name: 'Backups', tags: 'prod www', timeout: 3600, grace: 60 })
    expect(check).toEqual(documented(check.uuid))
    expect(Object.keys(check)).toEqual(Object.keys(documented('')))
    await ping(check.uuid)
    const { body } = await ask('GET', `/api/v3/checks/${check.uuid}`)
    const now = t.clock.now()
    const theirs = (at: number) => `${new Date(at).toISOString().slice(0, 19)}+00:00`
    expect(body).toMatchObject({ status: 'up', last_ping: theirs(now), next_ping: theirs(now + 3_600_000) })
    await t.advance(3_600_000)
    expect((await ask('GET', `/api/v3/checks/${check.uuid}`)).body.status).toBe('grace')
    await t.advance(60_000)
    const down = (await ask('GET', `/api/v3/checks/${check.uuid}`)).body
    expect([down.status, down.next_ping]).toEqual(['down', null])
  })

  test('has their defaults when nothing is said: a day, and an hour of grace', async () => {
    expect(await create({})).toMatchObject({ timeout: 86_400, grace: 3_600, tags: '', desc: '' })
    expect(await create({ schedule: '*/5 * * * *' })).toMatchObject({ schedule: '*/5 * * * *', tz: 'UTC' })
    expect(await create({ schedule: '*-*~1 12:00', tz: 'Europe/Riga' })).toMatchObject({
      ...{ schedule: '*-*~1 12:00', tz: 'Europe/Riga' },
    })
    const both = await create({ schedule: '*/5 * * * *', timeout: 60 })
    expect([both.schedule, both.timeout]).toEqual(['*/5 * * * *', undefined])
  })

  test('keeps what an update does not name, also what only our own API knows', async () => {
    const check = await create({ name: 'Kept', desc: 'as it was', tags: 'a b', timeout: 600, methods: 'POST' })
    const { body } = await t.alice('GET', '/heartbeats?q=Kept')
    const [{ id }] = body.items
    const only = { weekdays: [1, 2, 3, 4, 5] }
    const schedule = { kind: 'interval', every_s: 600, timezone: 'Europe/Berlin', only }
    const rules = [{ in: 'body', contains: 'meanwhile', means: 'log' }]
    await t.alice('PUT', `/heartbeats/${id}`, { failures: 3, schedule, filter: { rules }, severity: 'low' })
    const update = { grace: 90, timeout: 1_200, filter_subject: true, success_kw: 'OK, DONE' }
    const { body: now } = await ask('POST', `/api/v3/checks/${check.uuid}`, update)
    expect(now).toMatchObject({ desc: 'as it was', tags: 'a b', methods: 'POST', timeout: 1_200, grace: 90 })
    const mine = (await t.alice('GET', `/heartbeats/${id}`)).body
    expect(mine).toMatchObject({ failures: 3, severity: 'low', schedule: { ...schedule, every_s: 1_200 } })
    expect(mine.filter).toMatchObject({
      rules: [
        { in: 'subject', contains: 'OK', means: 'success' },
        { in: 'subject', contains: 'DONE', means: 'success' },
        ...rules,
      ],
      ...{ otherwise: 'ignore', post_only: true },
    })
    const cron = (await ask('POST', `/api/v3/checks/${check.uuid}`, { schedule: '0 3 * * *' })).body
    expect([cron.schedule, cron.tz]).toEqual(['0 3 * * *', 'Europe/Berlin'])
    expect((await ask('POST', `/api/v3/checks/${check.uuid}`, { tz: 'UTC' })).body).toMatchObject({
      ...{ schedule: '0 3 * * *', tz: 'UTC' },
    })
  })

  test('is classified by keywords, by their names of today and of before', async () => {
    const words = { start_kw: 'BEGIN', success_kw: 'SUCCESS,COMPLETED', failure_kw: 'ERROR' }
    const check = await create({ name: 'Words', ...words, filter_http_body: true, filter_default_fail: true })
    expect(check).toMatchObject({ ...words, filter_http_body: true, filter_default_fail: true, subject: '' })
    const types = ['ERROR, not COMPLETED', 'COMPLETED', 'BEGIN', 'hm']
    for (const body of types) await ping(check.uuid, '', body)
    const { body } = await ask('GET', `/api/v3/checks/${check.uuid}/pings/`)
    expect(body.pings.map(({ type }: { type: string }) => type)).toEqual(['fail', 'start', 'success', 'fail'])
    const old = await create({ name: 'Old words', subject: 'OK', subject_fail: 'BAD' })
    expect(old).toMatchObject({ subject: 'OK', subject_fail: 'BAD', success_kw: 'OK', filter_subject: true })
    const off = (await ask('POST', `/api/v3/checks/${old.uuid}`, { subject: '', subject_fail: '' })).body
    expect(off).toMatchObject({ subject: '', success_kw: '', filter_subject: false })
    const many = Array.from({ length: 30 }, (_, i) => `w${i}`).join()
    const refused = await ask('POST', '/api/v3/checks/', { success_kw: many, filter_subject: true })
    expect([refused.status, refused.body.error]).toEqual([
      400,
      'json validation error: there are more than 20 keywords',
    ])
  })

  test('is started in version 1, where the later ones say so beside the status', async () => {
    const { uuid } = await create({ name: 'Running' })
    await ping(uuid, '/start')
    const [one, two, three] = await Promise.all([1, 2, 3].map((v) => ask('GET', `/api/v${v}/checks/${uuid}`)))
    expect([one, two, three].map((answer) => [answer?.body.status, answer?.body.started])).toEqual([
      ...[
        ['started', true],
        ['new', true],
        ['new', true],
      ],
    ])
    expect(one?.body.update_url).toBe(`https://up.example.test/api/v1/checks/${uuid}`)
  })

  test('has a slug of its own from version 3 on, before that it follows the name', async () => {
    const { uuid, slug } = await create({ name: 'Some Name', slug: 'own-slug_1' })
    expect(slug).toBe('own-slug_1')
    expect((await ask('POST', `/api/v3/checks/${uuid}`, { name: 'Other' })).body.slug).toBe('own-slug_1')
    expect((await ask('POST', `/api/v2/checks/${uuid}`, { name: 'Next Name' })).body.slug).toBe('next-name')
    expect((await ask('GET', '/api/v3/checks/?slug=next-name')).body.checks).toHaveLength(1)
    expect((await ask('GET', '/api/v3/checks/?slug=own-slug_1')).body.checks).toEqual([])
  })

  test('is one, however many ask at once for the same name', async () => {
    const spec = { name: 'Once', tags: 'x', unique: ['name', 'tags'] }
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask('POST', '/api/v3/checks/', spec)))
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(7).fill(200), 201])
    expect(new Set(answers.map(({ body }) => body.uuid)).size).toBe(1)
    const other = await ask('POST', '/api/v3/checks/', { ...spec, tags: 'y' })
    expect(other.status).toBe(201)
    // A field that is not there matches nothing.
    expect((await ask('POST', '/api/v3/checks/', { name: 'Once', unique: ['name', 'slug'] })).status).toBe(201)
  })

  test('gives what was said in a ping as text, and 404 where nothing was', async () => {
    const { uuid } = await create({ name: 'Talks' })
    await ping(uuid, '', '<script>alert(1)</script>')
    await ping(uuid)
    const { body } = await ask('GET', `/api/v3/checks/${uuid}/pings/`)
    const [silent, talking] = body.pings
    expect(silent.body_url).toBeNull()
    expect(talking.body_url).toBe(`https://up.example.test/api/v3/checks/${uuid}/pings/1/body`)
    expect(talking.date).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/)
    const said = await ask('GET', new URL(talking.body_url).pathname)
    expect([said.body, said.headers.get('content-type')]).toEqual([
      ...['<script>alert(1)</script>', 'text/plain; charset=utf-8'],
    ])
    expect(said.headers.get('x-content-type-options')).toBe('nosniff')
    for (const n of ['2', '3', '0', 'x', '1e3', '-1'])
      expect((await ask('GET', `/api/v3/checks/${uuid}/pings/${n}/body`)).status).toBe(404)
  })

  test('is resumed only when it is paused, and has not been pinged then', async () => {
    const { uuid } = await create({ name: 'Rests', manual_resume: true })
    await ping(uuid)
    expect((await ask('POST', `/api/v3/checks/${uuid}/resume`)).status).toBe(409)
    await ask('POST', `/api/v3/checks/${uuid}/pause`)
    await ping(uuid)
    expect((await ask('GET', `/api/v3/checks/${uuid}`)).body.status).toBe('paused')
    const { status, body } = await ask('POST', `/api/v3/checks/${uuid}/resume`)
    expect([status, body.status, body.last_ping, body.n_pings]).toEqual([200, 'new', null, 2])
  })

  test('has flips within the times that are asked for', async () => {
    const { uuid } = await create({ name: 'Flips' })
    await ping(uuid)
    await t.advance(10_000)
    await ping(uuid, '/fail')
    const now = Math.floor(t.clock.now() / 1_000)
    const flips = async (query: string) => {
      const { status, body } = await ask('GET', `/api/v3/checks/${uuid}/flips/?${query}`)
      return status === 200 ? body.flips.map(({ up }: { up: number }) => up) : status
    }
    expect(await flips('')).toEqual([0, 1])
    expect(await flips('seconds=5')).toEqual([0])
    expect(await flips(`start=${now - 5}`)).toEqual([0])
    expect(await flips(`end=${now - 5}`)).toEqual([1])
    for (const query of ['seconds=x', 'start=-1', 'end=10000000001', 'seconds=31536001', 'start=1.5'])
      expect([query, await flips(query)]).toEqual([query, 400])
  })
})
