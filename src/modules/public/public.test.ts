import { afterAll, afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { type Booted, boot } from '../../../test/boot'
import { downOf, overall, together } from './model'
import { statusPageFast } from './routes'

let broken = false
const target = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch: () => new Response('', { status: broken ? 500 : 200 }),
})
afterAll(() => target.stop(true))

let t: Booted
let shop: { id: string }
beforeEach(async () => {
  broken = false
  t = await boot()
  const url = `http://127.0.0.1:${target.port}/internal-path`
  shop = (await t.alice('POST', '/monitors', { name: 'internal-shop-42', type: 'http', url, alert_threshold: 1 })).body
})
afterEach(() => t.stop())

const publish = async (more: object = {}) =>
  (
    await t.alice('POST', '/status-pages', {
      title: 'Acme',
      slug: 'acme',
      components: [{ name: 'Checkout', group: 'Store', monitor_ids: [shop.id], show_response_time: true }],
      ...more,
    })
  ).body
const json = async () => (await t.nobody('GET', '/public/status-pages/acme')).body
const html = async (headers = {}) => t.nobody('GET', '/s/acme', undefined, headers)

describe('what the page says', () => {
  test('a working service is operational, with 90 days in the zone of the page', async () => {
    await publish({ timezone: 'Pacific/Kiritimati' })
    await t.advance(60_000)
    const page = await json()
    expect(page).toMatchObject({ title: 'Acme', slug: 'acme', description: null, status: 'operational', incidents: [] })
    const [component] = page.groups[0].components
    expect(page.groups[0].name).toBe('Store')
    expect(component).toMatchObject({ name: 'Checkout', status: 'operational', uptime_90d: 1 })
    expect(component.response_time_ms).toBeGreaterThanOrEqual(0)
    expect(component.days).toHaveLength(90)
    expect(component.days[89]).toEqual({ date: '2026-05-02', status: 'up', down_s: 0 })
    expect(component.days[0].status).toBe('none')
    const { status, headers, body } = await html()
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(body).toContain('All systems operational')
    expect(body).toContain('Pacific/Kiritimati')
    expect(body).toContain('90 days ago')
  })

  test('an outage, its acknowledgement and its end appear at once, without saying what only the team may know', async () => {
    await publish()
    await t.advance(60_000)
    await html()
    broken = true
    await t.advance(60_000)
    const { items } = (await t.alice('GET', '/incidents')).body
    await t.alice('POST', `/incidents/${items[0].id}/comment`, { message: 'secret-cause: the intern' })
    await t.alice('POST', `/incidents/${items[0].id}/ack`, { message: 'secret-ack' })
    await t.app.engine.idle()
    const page = await json()
    expect(page.status).toBe('major_outage')
    expect(page.incidents).toMatchObject([
      { title: 'Problem with Checkout', status: 'acknowledged', components: ['Checkout'], resolved_at: null },
    ])
    expect(page.incidents[0].updates.map(({ kind }: { kind: string }) => kind)).toEqual(['detected', 'acknowledged'])
    const shown = (await html()).body
    expect(shown).toContain('Checkout is not working')
    expect(shown).toContain('Happening now')
    const history = await t.nobody('GET', '/public/status-pages/acme/incidents')
    expect(history.body).toMatchObject({ total: 1, page: 1, items: [{ title: 'Problem with Checkout' }] })
    const everything = shown + JSON.stringify(page) + JSON.stringify(history.body)
    for (const hidden of ['internal-shop-42', 'internal-path', '127.0.0.1', 'alice', 'secret-', shop.id, '500'])
      expect(everything.split(hidden).length).toBe(1)

    broken = false
    await t.advance(120_000)
    const after = await json()
    expect(after).toMatchObject({ status: 'operational', incidents: [] })
    expect(after.groups[0].components[0].days[89]).toMatchObject({ status: 'down', down_s: expect.any(Number) })
    expect((await html()).body).toMatch(/Problem with Checkout<\/h3><p class="q">.*lasted \d+ min/)
  })

  test('a monitor that nobody has checked, or that is paused, is no outage', async () => {
    await t.alice('POST', `/monitors/${shop.id}/pause`)
    await publish()
    expect(await json()).toMatchObject({ status: 'unknown' })
    expect((await html()).body).toContain('No data yet')
  })

  test('everything people wrote is escaped', async () => {
    const evil = `"><script>alert('1')</script>`
    await publish({ title: evil, description: evil, components: [{ name: evil, group: evil, description: evil }] })
    const { body } = await html()
    expect(body).not.toContain('<script')
    expect(body).toContain('&#60;script&#62;')
    expect((await json()).title).toBe(evil)
  })
})

describe('who may see it', () => {
  test("a members' page does not exist for strangers, as data and as HTML", async () => {
    await publish({ visibility: 'members' })
    for (const who of [t.nobody, t.mallory]) {
      expect((await who('GET', '/public/status-pages/acme')).body.code).toBe('NOT_FOUND')
      expect((await who('GET', '/public/status-pages/acme/incidents')).status).toBe(404)
      const { status, headers, body } = await who('GET', '/s/acme')
      expect([status, headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8'])
      expect(body).toEqual((await t.nobody('GET', '/s/never-existed')).body)
    }
    expect((await t.bob('GET', '/public/status-pages/acme')).status).toBe(200)
    const seen = await t.bob('GET', '/s/acme')
    expect([seen.status, seen.headers.get('cache-control')]).toEqual([200, 'private, no-store'])
  })

  test('an edit, a new address and a deletion show at once', async () => {
    const { id } = await publish()
    expect((await html()).body).toContain('>Acme<')
    await t.alice('PUT', `/status-pages/${id}`, { title: 'Renamed' })
    expect((await html()).body).toContain('>Renamed<')
    await t.alice('PUT', `/status-pages/${id}`, { slug: 'moved' })
    expect((await html()).status).toBe(404)
    expect((await t.nobody('GET', '/s/moved')).status).toBe(200)
    await t.alice('PUT', `/status-pages/${id}`, { visibility: 'members' })
    expect((await t.nobody('GET', '/s/moved')).status).toBe(404)
    await t.alice('DELETE', `/status-pages/${id}`)
    expect((await t.bob('GET', '/s/moved')).status).toBe(404)
  })

  test('what happens while a page is being rendered is on the next one', async () => {
    const { id } = await publish()
    const fast = statusPageFast(t.app)
    const ask = async () => (await fast(new Request('http://localhost/s/acme')))?.text()
    const first = ask()
    const edit = t.alice('PUT', `/status-pages/${id}`, { title: 'Renamed' })
    await Promise.all([first, ask(), edit])
    expect(await ask()).toContain('>Renamed<')
  })
})

describe('how it is sent', () => {
  test('cacheable, revalidated by its tag, nothing may run', async () => {
    await publish()
    const { headers, body } = await html()
    expect(headers.get('cache-control')).toBe('public, max-age=15, stale-while-revalidate=60')
    const [, css = ''] = body.match(/<style>(.*?)<\/style>/s) ?? []
    const hash = createHash('sha256').update(css).digest('base64')
    expect(headers.get('content-security-policy')).toContain(`default-src 'none'; style-src 'sha256-${hash}'`)
    expect(body).not.toMatch(/<script|style="|@font-face|@import|https?:\/\/(?!www\.w3\.org)/)
    const again = await html({ 'if-none-match': headers.get('etag') ?? '' })
    expect([again.status, again.body]).toEqual([304, undefined])
  })

  test.each(['auto', 'light', 'dark'])('the %s theme has its own sheet', async (theme) => {
    await publish({ theme })
    const { body } = await html()
    expect(body.includes('prefers-color-scheme')).toBe(theme === 'auto')
    expect(body).toContain(theme === 'auto' ? 'color-scheme:light dark' : `color-scheme:${theme}`)
  })

  test('compressed as the reader can take it, under 6 KB for a page of seven components', async () => {
    const components = Array.from({ length: 7 }, (_, i) => ({ name: `Part ${i}`, monitor_ids: [shop.id] }))
    await publish({ components })
    await t.advance(60_000)
    const fast = statusPageFast(t.app)
    const ask = async (accept: string) => {
      const response = await fast(new Request('http://localhost/s/acme', { headers: { 'accept-encoding': accept } }))
      return {
        encoding: response?.headers.get('content-encoding'),
        bytes: Buffer.from((await response?.bytes()) ?? []),
      }
    }
    const plain = await ask('identity')
    const [gz, br] = [await ask('gzip, deflate'), await ask('gzip, deflate, br')]
    expect([plain.encoding, gz.encoding, br.encoding]).toEqual([null, 'gzip', 'br'])
    expect(gunzipSync(gz.bytes)).toEqual(plain.bytes)
    expect(brotliDecompressSync(br.bytes)).toEqual(plain.bytes)
    expect(gz.bytes.length).toBeLessThan(6144)
    expect(await ask('br;q=0, gzip')).toMatchObject({ encoding: 'gzip' })
  })

  test('the short way takes status pages only', async () => {
    await publish()
    const fast = statusPageFast(t.app)
    expect(fast(new Request('http://localhost/api/v1/monitors'))).toBeUndefined()
    expect(fast(new Request('http://localhost/s/acme', { method: 'POST' }))).toBeUndefined()
    expect(fast(new Request('http://localhost/s/acme/x'))).toBeUndefined()
    expect((await fast(new Request('http://localhost/s/acme?utm=1')))?.status).toBe(200)
    const head = await fast(new Request('http://localhost/s/acme', { method: 'HEAD' }))
    expect([head?.status, await head?.text()]).toEqual([200, ''])
  })
})

test.each([
  [['up', 'up'], 'operational'],
  [['up', 'degraded'], 'degraded'],
  [['up', 'down'], 'partial_outage'],
  [['down', 'down'], 'major_outage'],
  [['up', 'maintenance'], 'maintenance'],
  [['up', 'paused'], 'operational'],
  [['down', 'paused'], 'major_outage'],
  [['pending', 'unknown'], 'unknown'],
  [[], 'unknown'],
] as const)('monitors that are %p make a component %s', (statuses, status) =>
  expect(together([...statuses])).toBe(status),
)

test.each([
  [['operational', 'unknown'], 'operational'],
  [['operational', 'major_outage'], 'partial_outage'],
  [['major_outage', 'major_outage'], 'major_outage'],
  [['operational', 'degraded'], 'degraded'],
  [[], 'unknown'],
] as const)('components that are %p make a page %s', (statuses, status) => expect(overall([...statuses])).toBe(status))

test('two monitors down at the same time are not down twice as long', () => {
  const down = (from: number, until: number) => ({ status: 'down' as const, from, until })
  expect(downOf([down(10, 20), { status: 'up', from: 0, until: 10 }, down(15, 30), down(40, 50)])).toEqual([
    down(10, 30),
    down(40, 50),
  ])
})
