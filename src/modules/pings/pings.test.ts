import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { sql } from 'drizzle-orm'
import { type Booted, boot } from '../../../test/boot'
import { bodyOf, heartbeat, lastOf, pingsOf, reporting, runsOf, stateOf } from './pings.fixtures'

let t: Booted
let say: ReturnType<typeof reporting>
beforeAll(async () => {
  t = await boot()
  say = reporting(t)
})
afterAll(() => t.stop())
const at = (slug: string, rest = '') => `/api/v1/hb/${slug}${rest}`

describe('a ping', () => {
  test('is answered OK by every method, and is kept with how it came', async () => {
    const { id, slug } = await heartbeat(t)
    for (const method of ['GET', 'HEAD', 'POST', 'PUT']) {
      const { status, text, headers } = await say(method, at(slug), undefined, { 'user-agent': `cron\u0007/${method}` })
      expect([method, status, text]).toEqual([method, 200, method === 'HEAD' ? '' : 'OK'])
      expect(headers.get('ping-body-limit')).toBe('100000')
      expect(headers.get('x-request-id')).toBeTruthy()
      expect(headers.get('etag')).toBeNull()
      expect(headers.get('cache-control')).toBe('no-store')
      const kept = { kind: 'success', door: 'http', method, address: '127.0.0.1', agent: `cron /${method}` }
      expect(await lastOf(t, id)).toMatchObject({ ...kept, body_bytes: 0 })
    }
    expect(await stateOf(t, id)).toMatchObject({ status: 'up', pings: 4, last_ping_kind: 'success' })
  })
  test('says by its address what happened', async () => {
    const { id, slug } = await heartbeat(t)
    const said = [
      ...['/start', '/log', '/fail', '/0', '/1', '/255'].map((rest) => at(slug, rest)),
      // A slash at the end is no other address.
      at(slug, '/start/'),
    ]
    for (const path of said) expect((await say('GET', path)).status).toBe(200)
    const kinds = (await pingsOf(t, id)).map(({ kind, exit_code }: { kind: string; exit_code: number | null }) => [
      kind,
      exit_code,
    ])
    expect(kinds.reverse()).toEqual([
      ...[
        ['start', null],
        ['log', null],
        ['fail', null],
      ],
      ...[
        ['success', 0],
        ['fail', 1],
        ['fail', 255],
        ['start', null],
      ],
    ])
  })
  test('pairs a start with its end by their id', async () => {
    const { id, slug } = await heartbeat(t)
    await say('GET', at(slug, '/start?rid=a'))
    await t.clock.advance(1_000)
    await say('GET', at(slug, '/start?rid=b'))
    await t.clock.advance(2_000)
    await say('GET', at(slug, '?rid=a'))
    expect(await lastOf(t, id)).toMatchObject({ rid: 'a', duration_ms: 3_000 })
    expect((await stateOf(t, id)).running).toMatchObject([{ rid: 'b' }])
  })
  test('carries numbers, which are those of the run; what is no number is left out', async () => {
    const { id, slug } = await heartbeat(t)
    const query = 'rows=1200&size=1.5e3&delta=-2&word=x&empty=&huge=1e999&rid=r&msg=7'
    expect((await say('GET', at(slug, `?${query}`))).status).toBe(200)
    const numbers = { rows: 1200, size: 1500, delta: -2 }
    expect((await lastOf(t, id)).numbers).toEqual(numbers)
    expect((await runsOf(t, id))[0].numbers).toEqual(numbers)
    const many = Array.from({ length: 30 }, (_, i) => `n${i}=${i}`).join('&')
    await say('GET', at(slug, `?${many}`))
    expect(Object.keys((await lastOf(t, id)).numbers)).toHaveLength(20)
  })
  test('that failed says why: by msg, or by the last line of what it printed', async () => {
    const { id, slug } = await heartbeat(t)
    await say('POST', at(slug, '/2'), 'copying\nno space left\u0007\n\n')
    expect((await stateOf(t, id)).message).toBe('The job ended with exit code 2: no space left')
    await say('GET', at(slug))
    await say('GET', at(slug, `/fail?msg=${encodeURIComponent('disk\nfull')}`))
    expect((await stateOf(t, id)).message).toBe('The job reported a failure: disk full')
    expect(await bodyOf(t, id, 3)).toBe('disk\nfull')
  })
})

describe('the body of a ping', () => {
  test.each([
    ['application/x-www-form-urlencoded', 'a=1&b=%zz'],
    ['multipart/form-data; boundary=x', '--x\r\nnot a form at all'],
    ['application/json', '{"half": '],
    ['text/html', '<script>alert(1)</script>'],
    ['nonsense', 'ünïcode ✓'],
  ])('of type %s is kept as it came', async (type, body) => {
    const { id, slug } = await heartbeat(t)
    expect((await say('POST', at(slug), body, { 'content-type': type })).text).toBe('OK')
    expect(await bodyOf(t, id, 1)).toBe(body)
    expect((await lastOf(t, id)).body_bytes).toBe(Buffer.byteLength(body))
  })
  test('may be bytes that are no text', async () => {
    const { id, slug } = await heartbeat(t)
    const bytes = Uint8Array.from({ length: 2_000 }, (_, i) => i % 256)
    expect((await say('PUT', at(slug, '/fail'), bytes)).status).toBe(200)
    expect(await lastOf(t, id)).toMatchObject({ kind: 'fail', body_bytes: 2_000 })
  })
  test('is kept up to 100,000 bytes, taken up to a megabyte, and refused beyond', async () => {
    const { id, slug } = await heartbeat(t)
    const body = `${'x'.repeat(99_999)}yz`
    expect((await say('POST', at(slug), body)).status).toBe(200)
    expect((await lastOf(t, id)).body_bytes).toBe(100_001)
    expect(await bodyOf(t, id, 1)).toBe(body.slice(0, 100_000))
    expect((await say('POST', at(slug), 'x'.repeat(1_048_576))).status).toBe(200)
    const refused = await say('POST', at(slug), 'x'.repeat(1_048_577))
    expect([refused.status, JSON.parse(refused.text).code]).toEqual([413, 'PAYLOAD_TOO_LARGE'])
    expect((await stateOf(t, id)).pings).toBe(2)
  })
})

describe('a ping that leads to nothing', () => {
  test('is 404, by every method, and for what nobody can say', async () => {
    const { slug } = await heartbeat(t)
    for (const method of ['GET', 'POST', 'PUT']) {
      const { status, text } = await say(method, at(crypto.randomUUID()))
      expect([method, status, JSON.parse(text).code]).toEqual([method, 404, 'NOT_FOUND'])
    }
    expect((await say('HEAD', at('nobody'))).status).toBe(404)
    for (const rest of ['/stop', '/-1', '/1.5', '/start/x', '/%ff'])
      expect((await say('GET', at(slug, rest))).status).toBe(404)
  })
  test('is 400 for an exit code that no process has and for an id that is none', async () => {
    const { id, slug } = await heartbeat(t)
    for (const rest of ['/256', '/999999999', '?rid=', `?rid=${'x'.repeat(65)}`, '?rid=a%0Ab']) {
      const { status, text } = await say('GET', at(slug, rest))
      expect([rest, status, JSON.parse(text).code]).toEqual([rest, 400, 'BAD_REQUEST'])
    }
    expect((await stateOf(t, id)).pings).toBe(0)
  })
  test('is 405 for a method that reports nothing', async () => {
    const { slug } = await heartbeat(t)
    for (const method of ['DELETE', 'PATCH']) {
      const { status, headers } = await say(method, at(slug))
      expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD, POST, PUT'])
    }
    const { status, headers } = await say('OPTIONS', at(slug))
    expect([status, headers.get('allow')]).toEqual([204, 'GET, HEAD, POST, PUT, OPTIONS'])
  })
  test('ends with the slug that it was for', async () => {
    const { id, slug } = await heartbeat(t)
    expect((await say('GET', at(slug))).status).toBe(200)
    const { body } = await t.alice('POST', `/heartbeats/${id}/rotate-slug`)
    expect((await say('GET', at(slug))).status).toBe(404)
    expect((await say('GET', at(body.slug))).status).toBe(200)
    await t.alice('DELETE', `/heartbeats/${id}`)
    expect((await say('GET', at(body.slug))).status).toBe(404)
  })
})

describe('a ping that cannot be written', () => {
  test('is not answered OK: 503 says to send it again, and then it counts', async () => {
    const { id, slug } = await heartbeat(t)
    await t.app.db.tx((tx) => tx.run(sql`alter table heartbeat_pings rename to elsewhere`))
    const ask = () => say('POST', at(slug), 'secret words')
    const [refused, kuma] = [await ask(), await say('GET', `/api/push/${slug}`)]
    await t.app.db.tx((tx) => tx.run(sql`alter table elsewhere rename to heartbeat_pings`))
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
    expect(JSON.parse(refused.text)).toMatchObject({ code: 'SERVICE_UNAVAILABLE', details: { retry_after_s: 5 } })
    expect(kuma.status).toBe(503)
    expect((await stateOf(t, id)).pings).toBe(0)
    expect((await ask()).status).toBe(200)
    expect((await stateOf(t, id)).pings).toBe(1)
    const said = t.lines.splice(0).join('\n')
    expect(said).toContain('A ping could not be recorded')
    expect(said).not.toContain(slug)
    expect(said).not.toContain('secret words')
  })
})

describe('the filter of a heartbeat', () => {
  test('where only POST counts, a link that somebody opens is answered, kept and ignored', async () => {
    const { id, slug } = await heartbeat(t, { filter: { post_only: true } })
    for (const path of [at(slug), at(slug, '/fail'), `/ping/${slug}`]) expect((await say('GET', path)).status).toBe(200)
    expect((await say('HEAD', at(slug))).status).toBe(200)
    expect(await stateOf(t, id)).toMatchObject({ status: 'new', pings: 4, last_ping_at: null })
    expect((await pingsOf(t, id)).map(({ kind }: { kind: string }) => kind)).toEqual(Array(4).fill('ignored'))
    await say('POST', at(slug, '/fail'))
    expect(await stateOf(t, id)).toMatchObject({ status: 'down', reason: 'failed' })
  })
  test('reads in the body what happened', async () => {
    const rules = [
      { in: 'body', contains: 'done', means: 'success' },
      { in: 'body', contains: 'error', means: 'fail' },
      { in: 'body', contains: 'starting', means: 'start' },
    ]
    const { id, slug } = await heartbeat(t, { filter: { rules, otherwise: 'log' } })
    for (const [body, kind] of [
      ['starting', 'start'],
      ['half way', 'log'],
      ['done with an error', 'fail'],
      ['all done', 'success'],
    ]) {
      expect((await say('POST', at(slug), body)).text).toBe('OK')
      expect((await lastOf(t, id)).kind).toBe(kind)
    }
    // What the address says is not turned by words.
    await say('POST', at(slug, '/start'), 'error')
    expect((await lastOf(t, id)).kind).toBe('start')
  })
})
