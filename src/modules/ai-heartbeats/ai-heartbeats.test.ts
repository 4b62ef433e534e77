import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { audit_log } from '#db/schema/kernel'
import { type Booted, boot } from '../../../test/boot'

let t: Booted
beforeEach(async () => {
  t = await boot({ level: 'debug' })
})
afterEach(() => t.stop())

const make = async (more: object = {}) => {
  const { status, body } = await t.carol('POST', '/ai-heartbeats', { name: 'Triage agent', ...more })
  expect([status, body.details]).toEqual([201, undefined])
  return body
}
const report = (id: string, more: object = {}, headers: Record<string, string> = {}) =>
  t.carol('POST', `/ai-heartbeats/${id}/run`, { status: 'ok', ...more }, headers)
const fieldsOf = ({ status, body }: { status: number; body: { details?: { fields?: object } } }) => [
  status,
  Object.keys(body.details?.fields ?? {}).sort(),
]

describe('an AI heartbeat', () => {
  test('is made with what is expected of it, or with what is usual', async () => {
    expect(await make()).toMatchObject({
      ...{ kind: 'ai', status: 'new', failures: 3, budgets: {}, ping_url: expect.stringContaining('/api/v1/hb/') },
      expectation: { mode: 'learned', schedule: { kind: 'interval', every_s: 86_400, timezone: 'UTC' }, grace_s: 300 },
      learned: { runs: 0, ready: false, sentences: [expect.any(String)], learned_at: null },
    })
    const expectation = {
      ...{ mode: 'fixed', grace_s: 60 },
      schedule: { kind: 'cron', cron: '0 6 * * 1-5', timezone: 'Europe/Berlin' },
    }
    const budgets = { max_cost_usd_per_day: 5, min_success_rate: 0.9 }
    expect(await make({ expectation, budgets, tags: ['ai'] })).toMatchObject({ expectation, budgets, tags: ['ai'] })
  })

  test('changes only in what is given; budgets change as a whole', async () => {
    const { id } = await make({ budgets: { max_cost_usd_per_run: 1, max_tokens_per_run: 10 }, failures: 2 })
    const put = async (body: object) => (await t.carol('PUT', `/ai-heartbeats/${id}`, body)).body
    expect(await put({ expectation: { mode: 'fixed' } })).toMatchObject({
      ...{ failures: 2, budgets: { max_cost_usd_per_run: 1, max_tokens_per_run: 10 } },
      expectation: { mode: 'fixed', schedule: { every_s: 86_400 }, grace_s: 300 },
    })
    expect(await put({ expectation: { grace_s: 30 } })).toMatchObject({ expectation: { mode: 'fixed', grace_s: 30 } })
    expect((await put({ budgets: { max_tokens_per_run: 20 } })).budgets).toEqual({ max_tokens_per_run: 20 })
    expect(await put({ name: 'Other' })).toMatchObject({ name: 'Other', budgets: { max_tokens_per_run: 20 } })
    expect((await put({ budgets: {} })).budgets).toEqual({})
  })

  test('is no heartbeat of a job, nor the other way round', async () => {
    const agent = await make()
    const job = (await t.carol('POST', '/heartbeats', { name: 'Backup' })).body
    expect((await t.bob('GET', `/heartbeats/${agent.id}`)).status).toBe(404)
    expect((await t.bob('GET', `/ai-heartbeats/${job.id}`)).status).toBe(404)
    expect((await report(job.id)).status).toBe(404)
    expect((await t.bob('GET', '/ai-heartbeats')).body).toMatchObject({ total: 1, items: [{ id: agent.id }] })
    expect((await t.bob('GET', '/heartbeats')).body).toMatchObject({ total: 1, items: [{ id: job.id }] })
    expect((await t.bob('GET', '/ai-heartbeats/summary')).body).toMatchObject({ total: 1, new: 1 })
    expect(fieldsOf(await t.nobody('POST', `/hb/${job.slug}/run`, { status: 'ok' }))).toEqual([422, ['slug']])
  })

  test('is refused with the names that its fields have here', async () => {
    const post = async (more: object) => fieldsOf(await t.carol('POST', '/ai-heartbeats', { name: 'x', ...more }))
    const cron = { schedule: { kind: 'cron', cron: 'never' } }
    expect(await post({ expectation: cron })).toEqual([422, ['expectation.schedule.cron']])
    expect(await post({ expectation: { mode: 'guessed' } })).toEqual([422, ['expectation.mode']])
    expect(await post({ budgets: { max_cost_usd_per_run: -1, min_success_rate: 2 } })).toEqual([
      422,
      ['budgets.max_cost_usd_per_run', 'budgets.min_success_rate'],
    ])
    // Mistyped, a budget would be none.
    expect(await post({ budgets: { max_cost_usd: 1 }, expectation: { grace: 5 } })).toEqual([
      422,
      ['budgets.max_cost_usd', 'expectation.grace'],
    ])
    expect(await post({ expectation: { schedule: { kind: 'interval', every: 60 } } })).toEqual([
      422,
      ['expectation.schedule.every'],
    ])
    expect(await post({ budgets: null, expectation: [] })).toEqual([422, ['budgets', 'expectation']])
    for (const field of ['numbers', 'watch_duration', 'per_day', 'schedule', 'grace_s', 'ai', 'learned'])
      expect(await post({ [field]: {} })).toEqual([422, [field]])
  })

  test('shows its address to those who may report, and to nobody else', async () => {
    const { id, slug } = await make()
    expect((await t.bob('GET', `/ai-heartbeats/${id}`)).body).toMatchObject({ slug: null, ping_url: null })
    expect((await t.carol('GET', `/ai-heartbeats/${id}`)).body.slug).toBe(slug)
    const after = (await t.carol('POST', `/ai-heartbeats/${id}/rotate-slug`)).body.slug
    expect(after).not.toBe(slug)
    expect((await t.nobody('POST', `/hb/${slug}/run`, { status: 'ok' })).status).toBe(404)
    expect((await t.nobody('POST', `/hb/${after}/run`, { status: 'ok' })).status).toBe(201)
    const audit = JSON.stringify(await t.app.db.read.select().from(audit_log))
    for (const secret of [slug, after])
      expect([audit.includes(secret), t.lines.join('').includes(secret)]).toEqual([false, false])
  })

  test('belongs to its workspace and to those who may', async () => {
    const { id } = await make()
    const asks = [
      ['GET', '', undefined],
      ['GET', '/charts', undefined],
      ['GET', '/runs', undefined],
      ['GET', '/pings', undefined],
      ['GET', '/flips', undefined],
      ['PUT', '', { name: 'x' }],
      ['POST', '/run', { status: 'ok' }],
      ['POST', '/pause', undefined],
      ['POST', '/resume', undefined],
      ['POST', '/rotate-slug', undefined],
      ['POST', '/clone', {}],
      ['DELETE', '', undefined],
    ] as const
    for (const [method, path, body] of asks) {
      const statuses = []
      for (const who of [t.mallory, t.nobody, t.bob])
        statuses.push((await who(method, `/ai-heartbeats/${id}${path}`, body)).status)
      expect([method, path, ...statuses]).toEqual([method, path, 404, 401, method === 'GET' ? 200 : 403])
    }
    expect((await t.carol('DELETE', `/ai-heartbeats/${id}`)).status).toBe(204)
    expect((await t.carol('GET', `/ai-heartbeats/${id}`)).status).toBe(404)
  })

  test('can be copied, with an address of its own', async () => {
    const budgets = { max_cost_usd_per_run: 1 }
    const made = await make({ budgets, expectation: { mode: 'fixed' } })
    const { status, body } = await t.carol('POST', `/ai-heartbeats/${made.id}/clone`, { name: 'Twin' })
    expect([status, body]).toMatchObject([201, { name: 'Twin', budgets, expectation: { mode: 'fixed' }, pings: 0 }])
    expect(body.slug).not.toBe(made.slug)
  })
})

describe('a report of a run', () => {
  test('is kept with its numbers, and answered with a verdict', async () => {
    const { id } = await make()
    const metadata = { 'gen_ai.provider.name': 'anthropic', 'gen_ai.usage.output_tokens': 200, plan: ['a', { b: 1 }] }
    const { status, body } = await report(id, {
      ...{
        started_at: '2026-05-01T11:59:30.000Z',
        ended_at: '2026-05-01T11:59:59.500Z',
        model: 'claude',
        trace_id: 'abc',
      },
      ...{ input_tokens: 1_000, cost_usd: 0.02, tool_calls: 3, quality_score: 0.9, output_bytes: 5_000, metadata },
    })
    const run = {
      ...{
        status: 'ok',
        began_at: '2026-05-01T11:59:30.000Z',
        ended_at: '2026-05-01T11:59:59.500Z',
        duration_ms: 29_500,
      },
      numbers: {
        ...{ input_tokens: 1_000, output_tokens: 200, cost_usd: 0.02, latency_ms: 29_500, tool_calls: 3 },
        ...{ quality_score: 0.9, output_bytes: 5_000 },
      },
      ...{ rid: null, problems: [], details: { model: 'claude', provider: 'anthropic', trace_id: 'abc', metadata } },
    }
    expect(status).toBe(201)
    expect(body).toEqual({
      run,
      verdict: {
        ...{ ok: true, counted: true, note: null, broken: [], status: 'up' },
        learned: { runs: 0, ready: false, sentences: [expect.any(String)] },
        ...{ expected_at: '2026-05-02T12:00:00.000Z', deadline_at: '2026-05-02T12:05:00.000Z' },
      },
    })
    expect((await t.bob('GET', `/ai-heartbeats/${id}/runs`)).body.items).toEqual([run])
    expect((await t.bob('GET', `/ai-heartbeats/${id}/pings`)).body.items).toMatchObject([
      { n: 1, kind: 'success', door: 'api', method: 'POST', duration_ms: 29_500, address: '127.0.0.1' },
    ])
    expect((await t.bob('GET', `/ai-heartbeats/${id}`)).body).toMatchObject({ status: 'up', pings: 1 })
  })

  test('that broke a budget says which, and by how much', async () => {
    const { id } = await make({ budgets: { max_cost_usd_per_run: 0.1 } })
    const { verdict, run } = (await report(id, { cost_usd: 0.25 })).body
    expect(verdict).toMatchObject({
      ...{ ok: false, status: 'up' },
      broken: [{ code: 'cost', message: expect.any(String), expected: 0.1, actual: 0.25, by: '2.5 times as much' }],
    })
    expect(run.problems).toEqual(['cost'])
    expect((await report(id, { cost_usd: 0.05 })).body.verdict).toMatchObject({ ok: true, broken: [] })
  })

  test('by the address of the heartbeat needs no token', async () => {
    const { id, slug } = await make()
    const { status, body } = await t.nobody('POST', `/hb/${slug}/run`, { status: 'refused', error: 'No budget left' })
    expect([status, body]).toMatchObject([
      201,
      { run: { status: 'refused', details: { error: 'No budget left' } }, verdict: { ok: false, status: 'new' } },
    ])
    expect((await t.bob('GET', `/ai-heartbeats/${id}/runs`)).body.items).toMatchObject([{ status: 'refused' }])
    expect((await t.nobody('POST', `/hb/${Bun.randomUUIDv7()}/run`, { status: 'ok' })).status).toBe(404)
    expect(fieldsOf(await t.nobody('POST', `/hb/${slug}/run`, { status: 'ok', cost: 1 }))).toEqual([422, ['cost']])
    expect((await t.nobody('POST', `/hb/${slug}/run`, 'status=ok')).status).toBe(400)
    expect((await t.nobody('GET', `/hb/${slug}/run`)).status).toBe(404)
  })

  test('may be a plain ping, which is judged and expected like one', async () => {
    const { id, slug } = await make()
    expect((await t.nobody('GET', `/hb/${slug}`)).status).toBe(200)
    expect((await t.bob('GET', `/ai-heartbeats/${id}/runs`)).body.items).toMatchObject([{ status: 'ok' }])
    expect((await t.nobody('POST', `/hb/${slug}/start`)).status).toBe(200)
    await t.advance(30_000)
    expect((await t.nobody('POST', `/hb/${slug}/fail`)).status).toBe(200)
    expect((await t.bob('GET', `/ai-heartbeats/${id}/runs`)).body.items[0]).toMatchObject({
      ...{ status: 'error', duration_ms: 30_000 },
    })
    const { verdict } = (await report(id)).body
    expect([verdict.status, verdict.learned.runs]).toEqual(['up', 2])
  })

  test('is counted once, however often it is sent with the same Idempotency-Key', async () => {
    const { id } = await make()
    const key = { 'idempotency-key': 'run-1' }
    const [first, second] = [await report(id, { cost_usd: 1 }, key), await report(id, { cost_usd: 1 }, key)]
    expect([second.status, second.body, second.headers.get('idempotency-replayed')]).toEqual([201, first.body, 'true'])
    expect((await report(id, { cost_usd: 2 }, key)).body.code).toBe('IDEMPOTENCY_KEY_REUSED')
    expect((await t.bob('GET', `/ai-heartbeats/${id}/runs`)).body.total).toBe(1)
    // A trace may have several runs.
    await report(id, { trace_id: 'same' })
    await report(id, { trace_id: 'same' })
    expect((await t.bob('GET', `/ai-heartbeats/${id}/runs`)).body.total).toBe(3)
  })

  test('to one that is paused until somebody resumes it is kept, not counted, and says so', async () => {
    const { id } = await make({ manual_resume: true })
    await t.carol('POST', `/ai-heartbeats/${id}/pause`)
    const { status, body } = await report(id, { cost_usd: 3, started_at: '2026-05-01T11:59:00Z' })
    expect([status, body]).toMatchObject([
      201,
      {
        run: { status: 'ok', numbers: { cost_usd: 3 }, began_at: '2026-05-01T11:59:00.000Z' },
        verdict: { ok: false, counted: false, note: expect.stringContaining('paused'), broken: [], status: 'paused' },
      },
    ])
    expect((await t.bob('GET', `/ai-heartbeats/${id}/pings`)).body.items).toMatchObject([{ kind: 'ignored' }])
    expect((await t.bob('GET', `/ai-heartbeats/${id}/runs`)).body.total).toBe(0)
    await t.carol('POST', `/ai-heartbeats/${id}/resume`)
    expect((await report(id)).body.verdict).toMatchObject({ ok: true, counted: true, note: null, status: 'up' })
  })

  test('that cannot be written is answered so, and may be sent again with the same key', async () => {
    const { id, slug } = await make()
    const key = { 'idempotency-key': 'run-1' }
    await t.app.db.client.execute('alter table heartbeat_pings rename to elsewhere')
    expect((await report(id, {}, key)).body.code).toBe('SERVICE_UNAVAILABLE')
    expect((await t.nobody('POST', `/hb/${slug}/run`, { status: 'ok' })).status).toBe(503)
    await t.app.db.client.execute('alter table elsewhere rename to heartbeat_pings')
    expect((await report(id, {}, key)).status).toBe(201)
    expect((await t.bob('GET', `/ai-heartbeats/${id}/runs`)).body.total).toBe(1)
    expect(t.lines.join('')).not.toContain(slug)
  })

  test('that is not as it should be is refused field by field', async () => {
    const { id } = await make()
    const refused = async (more: object) => fieldsOf(await report(id, more))
    expect(await refused({ status: 'great' })).toEqual([422, ['status']])
    expect(await refused({ tokens: 1 })).toEqual([422, ['tokens']])
    expect(await refused({ cost_usd: -1, input_tokens: 1.5, quality_score: 1.1, latency_ms: 'x' })).toEqual([
      422,
      ['cost_usd', 'input_tokens', 'latency_ms', 'quality_score'],
    ])
    expect(await refused({ metadata: [1] })).toEqual([422, ['metadata']])
    expect(await refused({ started_at: 'yesterday' })).toEqual([422, ['started_at']])
    expect(await refused({ ended_at: '2026-04-01T00:00:00Z' })).toEqual([422, ['ended_at']])
    expect((await t.bob('GET', `/ai-heartbeats/${id}/pings`)).body.total).toBe(0)
  })

  test('keeps odd names in its metadata as they are', async () => {
    const { id } = await make()
    const text = '{"status":"ok","metadata":{"__proto__":{"a":1},"constructor":"x","":[null,true],"t\\u0000":"<b>"}}'
    expect((await t.carol('POST', `/ai-heartbeats/${id}/run`, text)).status).toBe(201)
    const [kept] = (await t.bob('GET', `/ai-heartbeats/${id}/runs`)).body.items
    expect(JSON.stringify(kept.details.metadata)).toBe(
      '{"__proto__":{"a":1},"constructor":"x","":[null,true],"t\\u0000":"<b>"}',
    )
  })
})

describe('charts', () => {
  test('show runs in time, with exact percentiles, and today against the budgets of the day', async () => {
    const { id } = await make({
      expectation: { schedule: { kind: 'interval', every_s: 3_600, timezone: 'Pacific/Auckland' } },
      budgets: { max_cost_usd_per_day: 2, max_tokens_per_day: 500 },
    })
    // 2026-05-01 12:00 UTC is the first minute of May 2 in Auckland.
    await report(id, { cost_usd: 0.1, latency_ms: 100, input_tokens: 10, ended_at: '2026-05-01T11:59:00Z' })
    await report(id, { cost_usd: 0.2, latency_ms: 300, output_tokens: 7, quality_score: 0.5 })
    await t.advance(60_000)
    await report(id, { status: 'error', latency_ms: 200, cost_usd: 0.4 })
    const { status, body } = await t.bob(
      'GET',
      `/ai-heartbeats/${id}/charts?from=2026-05-01T11:58:30Z&until=2026-05-01T12:01:30Z&points=3`,
    )
    expect(status).toBe(200)
    expect(body.bucket_ms).toBe(60_000)
    expect(body.buckets).toEqual([
      {
        ...{ at: '2026-05-01T11:58:30.000Z', runs: 1, failed: 0, latency_p50_ms: 100, latency_p95_ms: 100 },
        ...{ cost_usd: 0.1, input_tokens: 10, output_tokens: 0, quality: null },
      },
      {
        ...{ at: '2026-05-01T11:59:30.000Z', runs: 1, failed: 0, latency_p50_ms: 300, latency_p95_ms: 300 },
        ...{ cost_usd: 0.2, input_tokens: 0, output_tokens: 7, quality: 0.5 },
      },
      {
        ...{ at: '2026-05-01T12:00:30.000Z', runs: 1, failed: 1, latency_p50_ms: 200, latency_p95_ms: 200 },
        ...{ cost_usd: 0.4, input_tokens: 0, output_tokens: 0, quality: null },
      },
    ])
    expect(body.totals).toMatchObject({ runs: 3, failed: 1, latency_p50_ms: 200, latency_p95_ms: 300, cost_usd: 0.7 })
    expect(body.today).toEqual({
      ...{ date: '2026-05-02', timezone: 'Pacific/Auckland', runs: 2, failed: 1, cost_usd: 0.6, tokens: 7 },
      ...{ max_cost_usd_per_day: 2, max_tokens_per_day: 500 },
    })
  })

  test('are of the last week when nothing else is asked for, also of one that never ran', async () => {
    const { id } = await make()
    const { body } = await t.bob('GET', `/ai-heartbeats/${id}/charts`)
    expect([body.buckets.length, body.totals.runs, body.today.max_cost_usd_per_day]).toEqual([60, 0, null])
    await report(id)
    expect((await t.bob('GET', `/ai-heartbeats/${id}/charts`)).body.buckets.at(-1).runs).toBe(1)
  })

  test.each([
    ['points=0', 'points'],
    ['points=201', 'points'],
    ['from=then', 'from'],
    ['from=2026-05-02T00:00:00Z&until=2026-05-01T00:00:00Z', 'until'],
    ['from=2020-05-02T00:00:00Z', 'from'],
  ])('of %s are refused', async (query, field) => {
    const { id } = await make()
    expect(fieldsOf(await t.bob('GET', `/ai-heartbeats/${id}/charts?${query}`))).toEqual([422, [field]])
  })
})
