import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Booted, boot } from './boot'

const harmless = [
  "Robert'); DROP TABLE monitors;--",
  '" OR 1=1 --',
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'><svg/onload=alert(1)>",
  '&lt;b&gt; &amp; &#39;',
  '{{7*7}} #{7*7} <%= 7*7 %>',
  '%00 %27 \\0 \\u0000',
  'javascript:alert(1)',
  '--- !!js/function',
  'مرحبا بالعالم',
  '日本語の監視',
  '👩‍👩‍👧‍👦 🏳️‍🌈 𝕏 e\u0301',
  '=HYPERLINK("http://x")',
]
const refused: [string, string][] = [
  ['a NUL', 'a\0b'],
  ['a bell', 'a\u0007b'],
  ['a line break', 'a\r\nSet-Cookie: x=1'],
  ['an escape sequence', '\u001b[31mred'],
  ['a C1 control', 'a\u0085b'],
  ['a line separator', 'a\u2028b'],
  ['text turned around', 'photo_\u202egnp.exe'],
  ['an isolate', 'a\u2066b'],
  ['only spaces', '   '],
]
const nowhere = 'http://127.0.0.1:1/'

/** Every place where a person names something: method, path, the body with that name, where it comes back. */
const places: [string, (name: string) => [method: string, path: string, body: object], string, number][] = [
  ['a monitor', (name) => ['POST', '/monitors', { name, type: 'http', url: nowhere }], 'name', 201],
  ['a heartbeat', (name) => ['POST', '/heartbeats', { name }], 'name', 201],
  ['an AI heartbeat', (name) => ['POST', '/ai-heartbeats', { name }], 'name', 201],
  [
    'a channel',
    (name) => ['POST', '/notification-channels', { name, type: 'webhook', settings: { url: nowhere } }],
    'name',
    201,
  ],
  ['an incident', (title) => ['POST', '/incidents', { title }], 'title', 201],
  ['a status page', (title) => ['POST', '/status-pages', { title }], 'title', 201],
  ['an API token', (name) => ['POST', '/api-tokens', { name }], 'name', 201],
  ['an OAuth client', (name) => ['POST', '/oauth/clients', { name, redirect_uris: ['https://a.test/'] }], 'name', 201],
  ['a person', (name) => ['PUT', '/me', { name }], 'name', 200],
  ['a workspace', (name) => ['PUT', '/tenant', { name }], 'name', 200],
]

describe('a name', () => {
  let t: Booted
  beforeAll(async () => {
    t = await boot({ start: false })
  })
  afterAll(() => t.stop())

  test.each(places)(
    'of %s comes back as it was given, whatever it would mean elsewhere',
    async (_, ask, field, status) => {
      for (const name of harmless) {
        const answer = await t.alice(...ask(name))
        expect([answer.status, answer.body[field]]).toEqual([status, name])
      }
    },
  )

  test.each(places)('of %s that nobody could read is refused', async (_, ask, field) => {
    for (const [what, name] of refused) {
      const { status, body } = await t.alice(...ask(name))
      expect([what, status, Object.keys(body.details?.fields ?? {})]).toEqual([what, 422, [field]])
    }
  })

  test('is found by its own text, and only by it', async () => {
    for (const name of ['100 % of_it', "it's; --"]) {
      await t.alice('POST', '/monitors', { name, type: 'http', url: nowhere })
      const found = (await t.alice('GET', `/monitors?q=${encodeURIComponent(name)}`)).body.items
      expect(found.map((one: { name: string }) => one.name)).toEqual([name])
    }
    for (const q of ['%25%25', "' or '1'='1", '_____________________________'])
      expect((await t.alice('GET', `/monitors?q=${q}`)).body.total).toBe(0)
  })

  test('is text on the public page, never markup', async () => {
    const evil = '"><script>alert(1)</script><img src=x onerror=alert(2)>\'&'
    const monitor = (await t.alice('POST', '/monitors', { name: evil, type: 'http', url: nowhere })).body.id
    const component = { name: evil, group: evil, description: evil, monitor_ids: [monitor], show_response_time: true }
    await t.alice('POST', '/status-pages', { title: evil, description: evil, slug: 'evil', components: [component] })
    await t.alice('POST', '/incidents', { title: evil, message: evil, monitor_id: monitor })
    const html = String((await t.nobody('GET', '/s/evil')).body)
    expect(html).toContain('&#60;script&#62;')
    expect(html).not.toMatch(/<script|<img|onerror=alert\(2\)>/i)
    // Every attribute that holds the text is still closed by its own quotes.
    expect(html.replace(/&#\d+;/g, '')).not.toContain('"><script')
    expect(JSON.stringify((await t.nobody('GET', '/public/status-pages/evil')).body)).toContain('<script>')
  })
})
