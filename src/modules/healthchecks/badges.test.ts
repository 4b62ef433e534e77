import { afterAll, beforeAll, expect, test } from 'bun:test'
import { DOMParser } from '@xmldom/xmldom'
import { type Booted, boot } from '../../../test/boot'
import { checkBadge, numberOf } from './badge-keys'
import { badgeSvg } from './svg'

let t: Booted
beforeAll(async () => {
  t = await boot({ config: { publicUrl: 'https://up.example.test', trustedProxies: ['127.0.0.1/32'] } })
})
afterAll(() => t.stop())

type Check = { uuid: string; badge_url: string }
const check = async (name: string, tags: string): Promise<Check> =>
  (await t.alice('POST', '/api/v3/checks/', { name, tags, timeout: 60, grace: 60 })).body
const at = (url: string) => t.nobody('GET', new URL(url).pathname)
const links = async (tag: string): Promise<Record<string, string>> =>
  (await t.alice('GET', '/api/v3/badges/')).body.badges[tag]
/** Every text of a picture; throws unless it is XML. */
const textsOf = (svg: string) => {
  const errorHandler = (_: string, message: string) => {
    throw new Error(message)
  }
  const found = new DOMParser({ errorHandler }).parseFromString(svg, 'image/svg+xml').getElementsByTagName('text')
  return Array.from({ length: found.length }, (_, i) => found.item(i)?.textContent ?? '')
}

test('a badge tells how all heartbeats with a tag stand, with two states or three', async () => {
  const [one] = [await check('Dump', 'db nightly'), await check('Files', 'nightly')]
  const db = await links('db')
  const states = async () => {
    const bodies = await Promise.all(['json', 'json3', 'shields', 'shields3'].map((kind) => at(db[kind] ?? '')))
    return bodies.map(({ body }) => body.status ?? body.message)
  }
  expect(await states()).toEqual(['up', 'up', 'up', 'up'])
  await t.nobody('GET', `/ping/${one?.uuid}`)
  await t.advance(60_000)
  expect(await states()).toEqual(['up', 'late', 'up', 'late'])
  expect((await at(db.json3 ?? '')).body).toEqual({ status: 'late', total: 1, grace: 1, down: 0 })
  await t.advance(60_000)
  expect(await states()).toEqual(['down', 'down', 'down', 'down'])
  expect((await at((await links('nightly')).json ?? '')).body).toEqual({ status: 'down', total: 2, grace: 0, down: 1 })
  expect((await at((await links('*')).shields ?? '')).body).toEqual({
    ...{ schemaVersion: 1, label: 'Acme', message: 'down', color: 'critical' },
  })
  const svg = await at(db.svg ?? '')
  expect(textsOf(svg.body)).toEqual(['db', 'down'])
  expect(svg.headers.get('content-type')).toBe('image/svg+xml')
  expect(svg.headers.get('cache-control')).toBe('public, max-age=10')
  expect(svg.headers.get('access-control-allow-origin')).toBe('*')
})

test('one heartbeat has a badge of its own, from which nothing else can be found out', async () => {
  const { uuid, badge_url } = await check('One <b>&"quoted"</b>', 'x')
  const { body } = await at(badge_url)
  expect(textsOf(body)).toEqual(['One <b>&"quoted"</b>', 'up'])
  expect(body).not.toContain(uuid)
  await t.nobody('GET', `/ping/${uuid}`)
  await t.advance(60_000)
  expect(textsOf((await at(badge_url)).body).at(1)).toBe('up')
  expect(textsOf((await at(badge_url.replace('/b/2/', '/b/3/'))).body).at(1)).toBe('late')
  expect((await at(badge_url.replace('.svg', '.json'))).body).toEqual({ status: 'up', total: 1, grace: 1, down: 0 })
  expect((await at(badge_url.replace('.svg', '.shields'))).body.label).toBe('One <b>&"quoted"</b>')
})

test('an address that nobody was given leads nowhere', async () => {
  const { badge_url } = await check('Guess', 'guess')
  const { svg = '' } = await links('guess')
  const other = (await t.mallory('POST', '/api/v3/checks/', { tags: 'guess' })).body && (await links('guess')).svg
  const wrong = [
    svg.replace('/guess.', '/nightly.'),
    svg.replace('.svg', '.png'),
    svg.replace('.svg', ''),
    svg.replace(/-2\//, '-3/'),
    svg.replace(/\/([\w-]{8})-2\//, '/AAAAAAAA-2/'),
    svg.replace(/\/([\w-]{8})-2\/guess/, '/$1-2'),
    svg.replace(/badge\/[^/]+/, `badge/${Bun.randomUUIDv7()}`),
    badge_url.replace(/.\.svg$/, (end) => (end[0] === '0' ? '1.svg' : '0.svg')),
    badge_url.replace('/b/2/', '/b/4/'),
    badge_url.replace('.svg', '.html'),
  ]
  for (const url of wrong) expect([url, (await at(url)).status]).toEqual([url, 404])
  expect(other).toBe(svg)
  const { badges } = (await t.mallory('GET', '/api/v3/badges/')).body
  expect(badges.guess.svg).not.toBe(svg)
  // Theirs counts only what is theirs.
  expect((await at(badges.guess.json)).body.total).toBe(1)
})

test('a tag may be any text, in the address and in the picture', async () => {
  const tag = 'a/b.c%ü<&'
  await check('Odd', tag)
  const { svg = '', json = '' } = await links(tag)
  expect(textsOf((await at(svg)).body)).toEqual([tag, 'up'])
  expect((await at(json)).body.total).toBe(1)
})

test('the key of a badge holds its heartbeat, and tells others neither which nor how many there are', () => {
  const { vault } = t.app
  const keys = [1, 2, 3, 70_000].map((number) => checkBadge(vault, number))
  expect(keys.map((key) => numberOf(vault, key))).toEqual([1, 2, 3, 70_000])
  expect(new Set(keys.flatMap((key) => [key.slice(0, 8), key.slice(-12)])).size).toBe(8)
  for (const [i] of [...(keys[0] ?? '')].entries()) {
    const key = [...(keys[0] ?? '')]
    key[i] = key[i] === '0' ? '1' : '0'
    expect(numberOf(vault, key.join(''))).toBeUndefined()
  }
})

test('a long or hostile label is drawn short, and as text', () => {
  for (const label of ['x'.repeat(1_000), ']]><script>', '\u0000\u202e\ud800', '"onload="x', '🦊'.repeat(100), '']) {
    const [drawn = ''] = textsOf(badgeSvg(label, 'down'))
    expect([...drawn].length).toBeLessThanOrEqual(60)
  }
})

test('badges are counted by address, as everything that strangers ask', async () => {
  const { badge_url } = await check('Crowd', 'crowd')
  const from = { 'x-forwarded-for': '198.51.100.7' }
  const asked = await t.nobody('GET', new URL(badge_url).pathname, undefined, from)
  expect(asked.headers.get('x-ratelimit-limit')).toBe('120')
})
