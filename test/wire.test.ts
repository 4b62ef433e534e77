import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { listen } from '../src/server'
import { type Booted, boot } from './boot'
import { type Heard, wire } from './wire'

describe('on the wire', () => {
  let t: Booted
  let server: ReturnType<typeof listen>
  let token: string
  beforeAll(async () => {
    t = await boot()
    server = listen(t.appliance, { host: '127.0.0.1', port: 0 })
    token = `Authorization: Bearer ${t.people.alice.token}\r\nConnection: close\r\n`
  })
  afterAll(async () => {
    await server.stop(true)
    await t.stop()
  })
  const say = (...parts: (string | Uint8Array)[]) => wire(server.port ?? 0, ...parts)
  const get = (path: string, headers = 'Host: localhost\r\n', version = '1.1') =>
    say(`GET ${path} HTTP/${version}\r\n${headers}${token}\r\n`)

  /** The documented shape with the common headers. */
  function expectRefusal({ status, headers, body }: Heard, code: string) {
    expect([status, headers.get('content-type'), body]).toEqual([
      status,
      expect.stringMatching(/^application\/json/),
      expect.stringContaining(`"code":"${code}"`),
    ])
    expect(Object.keys(JSON.parse(body)).sort()).toEqual(['code', 'details', 'error'])
    for (const name of ['x-request-id', 'x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset'])
      expect([name, headers.get(name)]).toEqual([name, expect.any(String)])
  }

  test.each(['a', 'nas', 'x:80', 'localhost', '127.0.0.1', '[::1]:8080', 'xinex.example.test'])(
    'the host %s finds every route',
    async (host) => {
      const { status, body } = await get('/api/v1/me', `Host: ${host}\r\n`)
      expect([status, JSON.parse(body).name]).toEqual([200, 'alice'])
      expect((await get('/api/v1/no-such', `Host: ${host}\r\n`)).status).toBe(404)
    },
  )

  test('HTTP/1.0 without a Host is answered, as load balancers ask', async () => {
    expect((await get('/health', '', '1.0')).status).toBe(200)
    expect((await get('/api/v1/me', '', '1.0')).status).toBe(200)
    expect((await get('/s/nope', '', '1.0')).status).toBe(404)
  })

  test.each(['', 'a b', '[::1', 'x:99999999', '<script>', 'evil.test/x?', 'a@evil.test', 'evil.test#', '\xff\xfe'])(
    'the host "%s" is a bad request on every path',
    async (host) => {
      for (const path of ['/api/v1/me', '/', '/api/v1/ws', '/health'])
        expectRefusal(await get(path, `Host: ${host}\r\n`), 'BAD_REQUEST')
    },
  )

  test.each([
    '//evil.test/api/v1/me',
    '/\\evil.test/api/v1/me',
    '/x/../../api/v1/../v1/me/../no',
    '/%2e%2e/%2e%2e/etc/passwd',
  ])('the path %s leads nowhere it should not', async (path) => {
    const { status, body } = await get(path)
    expect([200, 404]).toContain(status)
    expect(body).not.toContain('alice')
    expect(body).not.toContain('root:')
  })

  test('a path that only looks different is not another share of sign-ins', async () => {
    for (const path of [
      '/api/v1/auth/%6cogin',
      '/api/v1//auth/login',
      '/api/v1/auth/login;x',
      '/api/v1/x/../auth/login/',
      '/API/v1/auth/login',
    ]) {
      const body = '{"email":"a@b","password":"x"}'
      const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`
      const { status, headers } = await say(head, body)
      const limit = Number(headers.get('x-ratelimit-limit'))
      expect([path, status === 404 || limit === 10]).toEqual([path, true])
    }
  })

  test('an absolute address is that of this server', async () => {
    expect(JSON.parse((await get('http://evil.test/api/v1/me')).body).name).toBe('alice')
  })

  test.each(['TRACE', 'PROPFIND', 'PATCH'])('%s is not a method of any path', async (method) => {
    expectRefusal(await say(`${method} /api/v1/me HTTP/1.1\r\nHost: localhost\r\n${token}\r\n`), 'METHOD_NOT_ALLOWED')
  })
  test('CONNECT opens no tunnel', async () => {
    const heard = await say(`CONNECT evil.test:80 HTTP/1.1\r\nHost: localhost\r\n${token}\r\n`)
    expectRefusal(heard, 'BAD_REQUEST')
  })

  const post = (headers: string, ...body: (string | Uint8Array)[]) =>
    say(
      `POST /api/v1/incidents HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${headers}${token}\r\n`,
      ...body,
    )
  const large = new Uint8Array(2_097_152).fill(0x20)
  const chunk = new Uint8Array(65_536).fill(0x20)
  const chunked = Array.from({ length: 32 }, () => ['10000\r\n', chunk, '\r\n']).flat()

  test('two megabytes are refused in the documented shape, announced or not, known or not', async () => {
    const announced = `Content-Length: ${large.length}\r\n`
    expectRefusal(await post(announced, large), 'PAYLOAD_TOO_LARGE')
    expectRefusal(await post(announced), 'PAYLOAD_TOO_LARGE') // before a single byte
    expectRefusal(await post(`${announced}Expect: 100-continue\r\n`), 'PAYLOAD_TOO_LARGE')
    expectRefusal(await post('Content-Length: 9007199254740991\r\n', '{}'), 'PAYLOAD_TOO_LARGE')
    expectRefusal(await post('Transfer-Encoding: chunked\r\n', ...chunked, '0\r\n\r\n'), 'PAYLOAD_TOO_LARGE')
    const stranger =
      'POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n'
    expectRefusal(await say(`${stranger}Content-Length: 100000\r\n\r\n`), 'PAYLOAD_TOO_LARGE')
    expectRefusal(
      await say(`${stranger}Transfer-Encoding: chunked\r\n\r\n`, ...chunked, '0\r\n\r\n'),
      'PAYLOAD_TOO_LARGE',
    )
  })

  test('a body in chunks, or after 100-continue, arrives', async () => {
    expect((await post('Transfer-Encoding: chunked\r\n', 'd\r\n{"title":"x"}\r\n0\r\n\r\n')).status).toBe(201)
    expect((await post('Content-Length: 13\r\nExpect: 100-continue\r\n', '{"title":"x"}')).status).toBe(201)
  })

  test.each([
    ['two lengths', 'Content-Length: 2\r\nContent-Length: 3\r\n', '{}x'],
    ['a length and chunks', 'Content-Length: 2\r\nTransfer-Encoding: chunked\r\n', '2\r\n{}\r\n0\r\n\r\n'],
    ['a list of codings', 'Transfer-Encoding: chunked, identity\r\n', '2\r\n{}\r\n0\r\n\r\n'],
    ['a negative length', 'Content-Length: -2\r\n', '{}'],
    ['a hexadecimal length', 'Content-Length: 0x2\r\n', '{}'],
    ['a chunk without a size', 'Transfer-Encoding: chunked\r\n', 'zz\r\n{}\r\n0\r\n\r\n'],
  ])('%s is refused: whoever stands in front may read it otherwise', async (_, headers, body) => {
    const { status, closed } = await post(headers, body)
    expect([status, closed]).toEqual([400, true])
  })

  test('who leaves in the middle of a body leaves no error in the log', async () => {
    await post('Content-Length: 100\r\n', '{"title":')
    await post('Transfer-Encoding: chunked\r\n', '5\r\n{"tit\r\n')
    expect((await get('/health')).status).toBe(200)
    expect(t.lines).toEqual([])
  })

  test('endless headers and paths are cut off', async () => {
    expect((await get(`/api/v1/${'a'.repeat(100_000)}`)).status).toBe(431)
    expect((await get('/api/v1/me', `Host: localhost\r\nX-A: ${'a'.repeat(100_000)}\r\n`)).status).toBe(431)
    expect((await get(`/api/v1/${'a'.repeat(8000)}`)).status).toBe(404)
  })

  test('hundreds who say nothing, or a letter at a time, keep nobody else waiting', async () => {
    const slow = Array.from({ length: 300 }, (_, i) =>
      say(i % 2 ? 'GET /api/v1/me HT' : 'POST /api/v1/incidents HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{'),
    )
    const started = performance.now()
    for (let i = 0; i < 20; i++) expect((await get('/api/v1/me')).status).toBe(200)
    expect(performance.now() - started).toBeLessThan(3000)
    await Promise.all(slow)
  })
})
