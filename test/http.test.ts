import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { idempotency_keys } from '#db/schema/kernel'
import { type Answer, type Booted, boot } from './boot'

const monitor = { name: 'Shop', type: 'http', url: 'http://127.0.0.1:9/', interval: 60, alert_threshold: 2 }
const common = [
  'x-request-id',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
  'x-content-type-options',
]

describe('every answer', () => {
  let t: Booted
  beforeEach(async () => {
    t = await boot({ start: false, config: { corsOrigins: ['https://app.example.test'] } })
  })
  afterEach(() => t.stop())

  const cases: [string, number, string, () => Promise<Answer>][] = [
    ['nobody', 401, 'UNAUTHORIZED', () => t.nobody('GET', '/monitors')],
    ['a viewer who writes', 403, 'FORBIDDEN', () => t.bob('POST', '/monitors', monitor)],
    ['an unknown path', 404, 'NOT_FOUND', () => t.alice('GET', '/nothing/here')],
    ['an unknown path outside v1', 404, 'NOT_FOUND', () => t.alice('GET', '/api/v2/monitors')],
    ["a page of the framework's own", 404, 'NOT_FOUND', () => t.alice('GET', '/api/_reader')],
    ['a method the path does not take', 405, 'METHOD_NOT_ALLOWED', () => t.alice('DELETE', '/monitors')],
    ['malformed JSON', 400, 'BAD_REQUEST', () => t.alice('POST', '/monitors', '{"name":')],
    ['an empty body', 422, 'VALIDATION_FAILED', () => t.alice('POST', '/monitors')],
    ['a body that is a list', 422, 'VALIDATION_FAILED', () => t.alice('POST', '/monitors', [1])],
    ['invalid UTF-8', 400, 'BAD_REQUEST', () => t.alice('POST', '/monitors', new Uint8Array([0x22, 0xff, 0xfe, 0x22]))],
    ['a form', 400, 'BAD_REQUEST', () => t.alice('POST', '/monitors', 'a=b', { 'content-type': 'text/plain' })],
    ['a huge body', 413, 'PAYLOAD_TOO_LARGE', () => t.alice('POST', '/monitors', { name: 'x'.repeat(2_000_000) })],
    ['an unknown field', 422, 'VALIDATION_FAILED', () => t.alice('PUT', '/me', { nmae: 'x' })],
    ['a wrong type', 422, 'VALIDATION_FAILED', () => t.alice('PUT', '/me', { name: 7 })],
    ['too large a page', 422, 'VALIDATION_FAILED', () => t.alice('GET', '/monitors?per_page=101')],
    ['page zero', 422, 'VALIDATION_FAILED', () => t.alice('GET', '/monitors?page=0')],
  ]
  test.each(cases)('to %s is %i %s in the documented shape with the common headers', async (_, status, code, ask) => {
    const answer = await ask()
    expect([answer.status, answer.body?.code]).toEqual([status, code])
    expect(Object.keys(answer.body).sort()).toEqual(['code', 'details', 'error'])
    for (const name of common) expect([name, answer.headers.get(name)]).toEqual([name, expect.any(String)])
  })

  test('an unknown field is named', async () => {
    expect((await t.alice('PUT', '/me', { nmae: 'x' })).body.details.fields).toEqual({ nmae: 'is not a known field' })
  })

  test('a valid request id is kept, another replaced', async () => {
    const ask = (id: string) => t.alice('GET', '/me', undefined, { 'x-request-id': id })
    expect((await ask('trace-1')).headers.get('x-request-id')).toBe('trace-1')
    expect((await ask('<script>')).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('405 names the methods the path takes', async () => {
    expect((await t.alice('PATCH', '/monitors')).headers.get('allow')).toBe('GET, HEAD, POST')
  })

  test('HEAD answers the headers of GET without its body', async () => {
    const { status, headers, body } = await t.alice('HEAD', '/me')
    expect([status, body]).toEqual([200, undefined])
    expect(headers.get('etag')).toBeTruthy()
  })

  test('an unchanged resource is 304 without a body', async () => {
    const first = await t.alice('GET', '/me')
    const tag = first.headers.get('etag') ?? ''
    const again = await t.alice('GET', '/me', undefined, { 'if-none-match': `"other", W/${tag}` })
    expect([again.status, again.body]).toEqual([304, undefined])
    await t.alice('PUT', '/me', { name: 'Alice B.' })
    expect((await t.alice('GET', '/me', undefined, { 'if-none-match': tag })).status).toBe(200)
  })

  test('a long answer is packed for who takes it that way, and is found unchanged', async () => {
    const types = (headers: Record<string, string>) =>
      t.appliance.handle(
        new Request('http://localhost/api/v1/monitor-types', {
          headers: { ...headers, authorization: `Bearer ${t.people.alice.token}` },
        }),
      )
    const plain = await types({})
    const text = await plain.text()
    const packed = await types({ 'accept-encoding': 'gzip, deflate, br' })
    const bytes = new Uint8Array(await packed.arrayBuffer())
    expect([plain.headers.get('content-encoding'), packed.headers.get('content-encoding')]).toEqual([null, 'gzip'])
    expect(
      [plain.headers.get('vary'), packed.headers.get('vary')].map((vary) => vary?.includes('accept-encoding')),
    ).toEqual([true, true])
    expect(bytes.length).toBeLessThan(text.length / 4)
    expect(new TextDecoder().decode(Bun.gunzipSync(bytes))).toBe(text)
    const tag = packed.headers.get('etag') ?? ''
    expect(tag).toBe(`W/${plain.headers.get('etag')}`)
    expect((await types({ 'accept-encoding': 'gzip', 'if-none-match': tag })).status).toBe(304)
    expect((await types({ 'accept-encoding': 'gzip;q=0, br' })).headers.get('content-encoding')).toBeNull()
  })

  test('If-Match lets one of two editors win', async () => {
    const { body, status } = await t.alice('POST', '/monitors', monitor)
    expect(status).toBe(201)
    const path = `/monitors/${body.id}`
    const tag = (await t.alice('GET', path)).headers.get('etag') ?? ''
    const edit = (name: string) => t.alice('PUT', path, { name }, { 'if-match': tag })
    const both = await Promise.all([edit('one'), edit('two')])
    expect(both.map((a) => a.status).sort()).toEqual([200, 412])
    expect((await t.alice('DELETE', path, undefined, { 'if-match': tag })).body.code).toBe('PRECONDITION_FAILED')
  })

  test('another origin may call only when it is configured', async () => {
    const from = (origin: string) => t.alice('OPTIONS', '/monitors', undefined, { origin })
    const allowed = await from('https://app.example.test')
    expect(allowed.status).toBe(204)
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://app.example.test')
    expect((await from('https://evil.example.test')).headers.get('access-control-allow-origin')).toBeNull()
  })

  test('guessing tokens is cut off for the address', async () => {
    const guess = (n: number) => t.bearer(`xinex_${n.toString(16).padStart(64, '0')}`)('GET', '/me')
    for (let n = 0; n < 30; n++) expect((await guess(n)).status).toBe(401)
    expect((await guess(31)).status).toBe(429)
  })
})

describe('an Idempotency-Key', () => {
  let t: Booted
  beforeEach(async () => {
    t = await boot({ start: false })
  })
  afterEach(() => t.stop())
  const create = (key: string, body: object = monitor) => t.alice('POST', '/monitors', body, { 'idempotency-key': key })

  test('makes a repeated request have one effect and the same answer', async () => {
    const first = await create('k1')
    const again = await create('k1')
    expect([first.status, again.status]).toEqual([201, 201])
    expect(again.body).toEqual(first.body)
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect((await t.alice('GET', '/monitors')).body.total).toBe(1)
  })

  test('with another body is refused', async () => {
    await create('k1')
    const { status, body } = await create('k1', { ...monitor, name: 'Other' })
    expect([status, body.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED'])
  })

  test('of two racing requests lets one through', async () => {
    const statuses = (await Promise.all([create('k1'), create('k1'), create('k1')])).map((a) => a.status).sort()
    expect(statuses[0]).toBe(201)
    expect((await t.alice('GET', '/monitors')).body.total).toBe(1)
  })

  test('belongs to one person: the same key of another is another request', async () => {
    await create('k1')
    await t.carol('POST', '/monitors', monitor, { 'idempotency-key': 'k1' })
    expect((await t.alice('GET', '/monitors')).body.total).toBe(2)
  })

  test('that led to a refusal repeats the refusal; it is forgotten after a day', async () => {
    const bad = { ...monitor, url: 'not a url' }
    expect((await create('k2', bad)).status).toBe(422)
    expect((await create('k2', bad)).headers.get('idempotency-replayed')).toBe('true')
    await t.clock.advance(25 * 3_600_000)
    expect((await create('k2')).status).toBe(201)
  })

  test('survives a restart, and its stored answer is sealed', async () => {
    const made = await t.alice('POST', '/api-tokens', { name: 'ci' }, { 'idempotency-key': 'k3' })
    const stored = JSON.stringify(await t.app.db.read.select().from(idempotency_keys))
    expect(stored).not.toContain(made.body.token)
    await t.appliance.close()
    const next = await boot({ data: t.folder, now: t.clock.now() })
    const again = await next.bearer(t.people.alice.token)(
      'POST',
      '/api-tokens',
      { name: 'ci' },
      { 'idempotency-key': 'k3' },
    )
    expect(again.body.token).toBe(made.body.token)
    await next.stop()
    t = await boot({ start: false })
  })
})
