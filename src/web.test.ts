import { afterAll, expect, test } from 'bun:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { Elysia } from 'elysia'
import { AppError } from '#kernel/fail'
import { policy, send, web } from './web'

const app = new Elysia()
  .onError(({ error, status }) => {
    if (error instanceof AppError)
      return status(error.status, { error: error.message, code: error.code, details: error.details })
  })
  .use(web)
  .listen({ port: 0, hostname: '127.0.0.1' })
afterAll(() => app.stop(true))

const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`http://127.0.0.1:${app.server?.port}${path}`, { method, headers, decompress: false })

const BUNDLE = '/api/docs/swagger-ui-bundle.js'

test('a browser gets the smallest form it understands, and always the same content', async () => {
  const plain = Buffer.from(await (await ask(BUNDLE, { 'accept-encoding': 'identity' })).arrayBuffer())
  const br = await ask(BUNDLE, { 'accept-encoding': 'gzip, deflate, br' })
  expect(br.headers.get('content-encoding')).toBe('br')
  expect(brotliDecompressSync(Buffer.from(await br.arrayBuffer()))).toEqual(plain)
  const gzip = await ask(BUNDLE, { 'accept-encoding': 'gzip, br;q=0' })
  expect(gzip.headers.get('content-encoding')).toBe('gzip')
  expect(gunzipSync(Buffer.from(await gzip.arrayBuffer()))).toEqual(plain)
  expect(gzip.headers.get('vary')).toBe('accept-encoding')
  expect(gzip.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
})

test('what the browser has is not sent again', async () => {
  const first = await ask(BUNDLE, { 'accept-encoding': 'br' })
  const tag = first.headers.get('etag') ?? ''
  await first.arrayBuffer()
  for (const known of [tag, `"other", W/${tag}`, '*']) {
    const again = await ask(BUNDLE, { 'accept-encoding': 'br', 'if-none-match': known })
    expect(again.status).toBe(304)
    expect(await again.text()).toBe('')
    expect(again.headers.get('etag')).toBe(tag)
  }
  expect((await ask(BUNDLE, { 'accept-encoding': 'gzip', 'if-none-match': tag })).status).toBe(200)
})

test('HEAD answers like GET without the body', async () => {
  const head = await ask(BUNDLE, { 'accept-encoding': 'br' }, 'HEAD')
  expect(head.status).toBe(200)
  expect(head.headers.get('content-encoding')).toBe('br')
  expect(Number(head.headers.get('content-length'))).toBeGreaterThan(100_000)
  expect(await head.text()).toBe('')
})

test('every address of the web interface answers its one page, which is asked for anew each time', async () => {
  for (const path of ['/', '/monitors', '/monitors/0199/edit', '/settings/api-tokens']) {
    const page = await ask(path)
    expect(page.status).toBe(200)
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(page.headers.get('cache-control')).toBe('no-cache')
    expect(page.headers.get('content-security-policy')).toContain(`default-src 'self'`)
  }
})

test.each([
  '/api/v1/nothing',
  '/api',
  '/assets/gone-12345678.js',
  '/s/no-such-page',
  '/robots.txt',
  '/__proto__.js',
  '/.env',
])('%s is not found, and says so in the words of the API', async (path) => {
  const answer = await ask(path)
  expect(answer.status).toBe(404)
  expect(await answer.json()).toEqual({ error: 'No such resource', code: 'NOT_FOUND', details: {} })
})

test('a file with its content in its name is kept for a year', () => {
  const asset = { mime: 'text/css', immutable: true, hash: 'a', raw: import.meta.path, br: null, gz: null }
  const { headers } = send(asset, new Request('http://localhost/'))
  expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  expect(headers.has('content-security-policy')).toBe(false)
})

test('the policy allows no foreign host and no inline code but the hashed', () => {
  const page = { mime: 'text/html', immutable: false, hash: 'a', raw: import.meta.path, br: null, gz: null }
  const header = send(page, new Request('http://localhost/'), [`'sha256-abc='`]).headers.get('content-security-policy')
  expect(header).toContain(`script-src 'self' 'sha256-abc=';`)
  expect(policy([])).not.toMatch(/unsafe|https?:|\*/)
})

test('the API reader is a page of our own files', async () => {
  const page = await (await ask('/api/docs')).text()
  const files = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url = '']) => url)
  expect(files).toHaveLength(3)
  for (const url of files) expect((await ask(url)).status).toBe(200)
  expect(await (await ask('/api/docs/init.js')).text()).toContain('/api/v1/openapi.json')
})
