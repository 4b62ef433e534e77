import { afterAll, describe, expect, test } from 'bun:test'
import { createServer as createTlsServer } from 'node:tls'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { openNet } from '#kernel/net'
import type { Verdict } from '#probes/define'
import { http } from '#probes/http'
import type { HttpSettings } from '#probes/http-settings'
import { authority } from '../../test/certs'
import { answering, bound, check, closedPort, type Listening, listening } from '../../test/probing'

const closers: (() => void)[] = []
afterAll(() => {
  for (const close of closers) close()
})
const kept = <T extends { close: () => void }>(it: T): T => {
  closers.push(it.close)
  return it
}

const probe = (url: string, settings: HttpSettings = {}, timeout_ms = 3_000) =>
  check(http, { url, settings, timeout_ms })
const raw = async (pieces: (string | Uint8Array)[], settings: HttpSettings = {}) =>
  probe(kept(await answering(...pieces)).url, settings)
const said = ({ status, reason, message }: Verdict) => [status, reason, message]

/** A web server of which every request is remembered. */
const serving = (answer: (req: Request) => Response | Promise<Response>) => {
  const requests: { req: Request; body: string }[] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(req) {
      requests.push({ req, body: await req.clone().text() })
      return answer(req)
    },
  })
  return kept({ url: server.url.href, requests, close: () => void server.stop(true) })
}
const page = (text = 'all is ok', init?: ResponseInit) => serving(() => new Response(text, init))

describe('status', () => {
  test('an accepted answer is up, with the time of every phase', async () => {
    const verdict = await probe(page().url)
    expect(said(verdict)).toEqual(['up', undefined, '200 OK'])
    expect(verdict.response_time_ms).toBeGreaterThan(0)
    expect(Object.keys(verdict.phases ?? {}).sort()).toEqual(['connect_ms', 'first_byte_ms', 'transfer_ms'])
    expect(verdict.evidence).toEqual({ addresses: ['127.0.0.1'], address: '127.0.0.1', status: 200 })
  })

  test('any other status is down in the words of the standard, with what the server said', async () => {
    const verdict = await probe(page('the database is gone', { status: 503, headers: { 'x-node': 'a1' } }).url)
    expect(said(verdict)).toEqual(['down', 'status', '503 Service Unavailable'])
    expect(verdict.evidence).toMatchObject({ body: 'the database is gone', headers: { 'x-node': 'a1' }, status: 503 })
  })

  test('which codes are accepted can be chosen', async () => {
    const { url } = page('', { status: 404 })
    expect((await probe(url, { accepted_status: '200-299, 404' })).status).toBe('up')
    expect((await probe(url, { accepted_status: '401' })).status).toBe('down')
  })

  test('a refused connection and a silent server are told apart', async () => {
    const port = await closedPort()
    expect(said(await probe(`http://127.0.0.1:${port}/`))).toEqual([
      'down',
      'refused',
      `connection refused by 127.0.0.1:${port}`,
    ])
    const mute = kept(await listening(() => {}))
    const late = await probe(mute.url, {}, 100)
    expect(said(late)).toEqual(['down', 'timeout', 'no answer within 0.1 s'])
    expect(late.phases?.connect_ms).toBeGreaterThan(0)
    expect(late.evidence?.address).toBe('127.0.0.1')
  })

  test('the family of the address can be chosen, and the other one explains a failure', async () => {
    const server = Bun.serve({ port: 0, hostname: '::1', fetch: () => new Response('six') })
    closers.push(() => void server.stop(true))
    const url = `http://localhost:${server.port}/`
    const six = await probe(url, { family: 'ipv6', keyword: 'six' })
    expect([six.status, six.evidence?.address]).toEqual(['up', '::1'])
    expect(said(await probe(url, { family: 'ipv4' })).slice(0, 2)).toEqual(['down', 'refused'])
    const auto = await probe(url)
    expect([auto.reason, auto.evidence?.other_family]).toEqual([
      'refused',
      `IPv6 [::1]:${server.port} accepts connections`,
    ])
    const literal = await probe(`http://[::1]:${server.port}/`)
    expect(literal.status).toBe('up')
  })

  test('a name that does not exist is a DNS failure that names it', async () => {
    expect(said(await probe('http://nothing.invalid/'))).toEqual([
      'down',
      'dns',
      'the name nothing.invalid does not exist',
    ])
  })

  test('an address the policy denies is not dialled', async () => {
    const net = openNet({ allowPrivate: false, deny: [], allow: [] })
    const verdict = await check(http, { url: page().url, net })
    expect([verdict.status, verdict.reason]).toEqual(['down', 'blocked'])
  })

  test('an answer slower than allowed is down although it is right', async () => {
    const { url } = serving(() => Bun.sleep(40).then(() => new Response('late')))
    expect(said(await probe(url, { max_time_ms: 20 })).slice(0, 2)).toEqual(['down', 'slow'])
    expect((await probe(url, { max_time_ms: 2_000 })).status).toBe('up')
  })
})

describe('request', () => {
  test('method, headers and body are sent as configured', async () => {
    const { url, requests } = page()
    const settings: HttpSettings = {
      method: 'POST',
      body: '{"a":"ü"}',
      headers: { 'X-One': '1', 'User-Agent': 'mine', 'Content-Length': '99' },
      secret_header_name: 'X-Api-Key',
      secret_header_value: 'k-123',
    }
    expect((await probe(`${url}path?q=1#frag`, settings)).status).toBe('up')
    const { req, body } = requests[0]!
    expect([req.method, new URL(req.url).pathname, new URL(req.url).search, body]).toEqual([
      'POST',
      '/path',
      '?q=1',
      '{"a":"ü"}',
    ])
    const sent = ['x-one', 'user-agent', 'content-type', 'x-api-key', 'accept-encoding', 'host'].map((it) =>
      req.headers.get(it),
    )
    expect(sent).toEqual(['1', 'mine', 'application/json', 'k-123', 'identity', new URL(url).host])
  })

  test('basic, bearer and URL credentials end up in the Authorization header', async () => {
    const { url, requests } = page()
    await probe(url, { auth: 'basic', username: 'ann', password: 'p:w' })
    await probe(url, { auth: 'bearer', token: 't0ken' })
    await probe(url.replace('//', '//bob:secr%C3%A9t@'))
    const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
    const sent = requests.map(({ req }) => req.headers.get('authorization'))
    expect(sent).toEqual([basic('ann:p:w'), 'Bearer t0ken', basic('bob:secrét')])
  })

  test('an OAuth token is fetched once, used until it ends, and replaced when it is refused', async () => {
    let valid = 'first'
    const tokens = serving(() => Response.json({ access_token: valid, expires_in: 3_600 }))
    const api = serving(
      (req) => new Response('', { status: req.headers.get('authorization') === `Bearer ${valid}` ? 200 : 401 }),
    )
    const settings: HttpSettings = {
      auth: 'oauth2',
      oauth_token_url: `${tokens.url}token`,
      oauth_client_id: 'me',
      oauth_client_secret: 's3cret',
      oauth_scope: 'read',
    }
    expect((await probe(api.url, settings)).status).toBe('up')
    expect((await probe(api.url, settings)).status).toBe('up')
    expect(tokens.requests).toHaveLength(1)
    expect(tokens.requests[0]?.body).toBe('grant_type=client_credentials&scope=read')
    valid = 'second'
    expect((await probe(api.url, settings)).status).toBe('up')
    expect(tokens.requests).toHaveLength(2)
    tokens.close()
    const other = await probe(api.url, { ...settings })
    expect(other.message).toStartWith('no access token: connection refused')
  })

  test('HEAD needs no body, and settings that contradict each other are named', async () => {
    expect((await raw(['HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n'], { method: 'HEAD' })).status).toBe('up')
    const problems = http.check?.({
      url: 'ftp://x',
      settings: {
        method: 'HEAD',
        keyword: 'a',
        auth: 'basic',
        body_pattern: '(?=a)',
        json_path: 'a[',
        client_cert: 'x',
      },
    })
    expect(Object.keys(problems ?? {}).sort()).toEqual(
      [
        'url',
        ...['body_pattern', 'client_key', 'json_path', 'json_value', 'method', 'username'].map(
          (it) => `settings.${it}`,
        ),
      ].sort(),
    )
    expect(http.check?.({ url: 'https://x.test/', settings: {} })).toEqual({})
  })

  test('no user or password shows in the target', () => {
    const target = http.target({ url: 'https://ann:pw@x.test/a?token=abc#d', settings: {} })
    expect(target).toBe('https://x.test/a?token=…')
  })
})

describe('redirects', () => {
  const loop = () =>
    serving((req) => {
      const n = Number(new URL(req.url).searchParams.get('n') ?? 0)
      return new Response('', { status: 302, headers: { location: `/next?n=${n + 1}` } })
    })

  test('are followed to the page that is judged, and listed', async () => {
    const { url } = serving((req) =>
      req.url.endsWith('/end')
        ? new Response('here')
        : new Response('', { status: 301, headers: { location: '/end' } }),
    )
    const verdict = await probe(url, { keyword: 'here' })
    expect(verdict.status).toBe('up')
    expect(verdict.evidence?.redirects).toEqual([{ url, status: 301 }])
  })

  test('that never end are a loop', async () => {
    const verdict = await probe(loop().url, { max_redirects: 3 })
    expect(said(verdict)).toEqual(['down', 'protocol', 'more than 3 redirects'])
    expect(verdict.evidence?.redirects).toHaveLength(4)
  })

  test('are the answer itself when they are not followed', async () => {
    expect(said(await probe(loop().url, { follow_redirects: false }))).toEqual(['down', 'status', '302 Found'])
    expect((await probe(loop().url, { follow_redirects: false, accepted_status: '302' })).status).toBe('up')
  })

  test('to somewhere else carry no credentials, and a POST becomes a GET', async () => {
    const elsewhere = page()
    const { url } = serving(() => new Response('', { status: 303, headers: { location: `${elsewhere.url}x` } }))
    await probe(url, {
      method: 'POST',
      body: 'data',
      auth: 'bearer',
      token: 't0ken',
      headers: { Cookie: 'a=b', 'X-Trace': '1' },
      secret_header_name: 'X-Key',
      secret_header_value: 'k',
    })
    const { req, body } = elsewhere.requests[0]!
    expect([req.method, body, req.headers.get('x-trace')]).toEqual(['GET', '', '1'])
    expect(['authorization', 'cookie', 'x-key', 'content-type'].map((it) => req.headers.get(it))).toEqual([
      null,
      null,
      null,
      null,
    ])
  })

  test('with 307 keep method and body, at home also the credentials', async () => {
    const { url, requests } = serving((req) =>
      req.url.endsWith('/b') ? new Response() : new Response('', { status: 307, headers: { location: '/b' } }),
    )
    await probe(url, { method: 'POST', body: 'data', auth: 'bearer', token: 't0ken' })
    const { req, body } = requests[1]!
    expect([req.method, body, req.headers.get('authorization')]).toEqual(['POST', 'data', 'Bearer t0ken'])
  })

  test('to a denied address or to no web address are not followed', async () => {
    const to = (location: string) => serving(() => new Response('', { status: 302, headers: { location } })).url
    expect((await probe(to('http://169.254.169.254/latest/meta-data/'))).reason).toBe('blocked')
    expect((await probe(to('file:///etc/passwd'))).reason).toBe('protocol')
  })
})

describe('content', () => {
  test('a keyword must be there, another must not', async () => {
    const { url } = page('all is ok')
    expect((await probe(url, { keyword: 'ok', keyword_absent: 'error' })).status).toBe('up')
    expect(said(await probe(url, { keyword: 'fine' }))).toEqual([
      'down',
      'assertion',
      'the page does not contain “fine”',
    ])
    expect(said(await probe(url, { keyword_absent: 'all' }))).toEqual(['down', 'assertion', 'the page contains “all”'])
  })

  test('an expression that would hang JavaScript is answered at once', async () => {
    const { url } = page(`${'a'.repeat(50_000)}!`)
    const started = performance.now()
    expect((await probe(url, { body_pattern: '^(a+)+$' })).reason).toBe('assertion')
    expect(performance.now() - started).toBeLessThan(2_000)
    expect((await probe(url, { body_pattern: 'a!$' })).status).toBe('up')
  })

  test.each([
    ['status', 'equals', 'ok', true],
    ['status', 'not_equals', 'ok', false],
    ['count', 'greater', '9', true],
    ['count', 'less', '9', false],
    ['count', 'equals', '10.0', true],
    ['tags', 'contains', 'b', true],
    ['nodes[?up==`false`].name | [0]', 'exists', '', false],
    ['flag', 'equals', 'true', true],
    ['length(nodes)', 'equals', '1', true],
    ['missing', 'equals', 'x', false],
  ] as const)('JSON: %s %s %s is %p', async (json_path, json_operator, json_value, holds) => {
    const { url } = serving(() =>
      Response.json({ status: 'ok', count: 10, tags: ['a', 'b'], flag: true, nodes: [{ name: 'n1', up: true }] }),
    )
    const verdict = await probe(url, { json_path, json_operator, json_value })
    expect(verdict.status).toBe(holds ? 'up' : 'down')
  })

  test('a JSON value that differs is shown next to the expected one', async () => {
    const { url } = serving(() => Response.json({ db: { state: 'lost' } }))
    expect((await probe(url, { json_path: 'db.state', json_value: 'ok' })).message).toBe(
      'db.state is “lost”, expected “ok”',
    )
    expect((await probe(page('<html>').url, { json_path: 'a', json_value: '1' })).message).toBe(
      'the answer is not JSON',
    )
  })

  test('headers can be demanded', async () => {
    const { url } = page('', { headers: { 'cache-control': 'max-age=60' } })
    expect((await probe(url, { expected_headers: { 'Cache-Control': 'max-age', Date: '' } })).status).toBe('up')
    expect((await probe(url, { expected_headers: { 'X-None': '' } })).message).toBe('the header X-None is missing')
    expect((await probe(url, { expected_headers: { 'Cache-Control': 'no-store' } })).reason).toBe('assertion')
  })

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync],
  ] as const)('a %s answer is read', async (encoding, compress) => {
    const { url } = serving(() => new Response(compress('all is ok'), { headers: { 'content-encoding': encoding } }))
    expect((await probe(url, { keyword: 'all is ok' })).status).toBe('up')
  })

  test('a compressed bomb is a failure and not a crash', async () => {
    const bomb = gzipSync(Buffer.alloc(200_000_000))
    const { url } = serving(() => new Response(bomb, { headers: { 'content-encoding': 'gzip' } }))
    expect(said(await probe(url, { keyword: 'x' })).slice(0, 2)).toEqual(['down', 'protocol'])
  })
})

describe('what servers get wrong', () => {
  const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'

  test('chunks, extensions and trailers are read however they are cut', async () => {
    const body = '4;ext=1\r\nall \r\n5\r\nis ok\r\n0\r\nX-Trailer: 1\r\n\r\n'
    expect((await raw([...(CHUNKED + body)], { keyword: 'all is ok' })).status).toBe('up')
    expect((await raw([CHUNKED + body], { keyword: 'all is ok' })).status).toBe('up')
    expect((await raw([`${CHUNKED}zz\r\n`])).reason).toBe('protocol')
  })

  test('announcements before the answer are skipped', async () => {
    const early = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'
    expect((await raw([early, 'HTTP/1.1 204 No Content\r\n\r\n'])).message).toBe('204 No Content')
  })

  test('a body that ends with the connection is whole; one that was announced longer is cut off', async () => {
    expect((await raw(['HTTP/1.0 200 OK\r\n\r\nall is ok'], { keyword: 'all is ok' })).status).toBe('up')
    const cut = await raw(['HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nall'])
    expect(said(cut)).toEqual(['down', 'reset', 'the server closed the connection in the middle of its answer'])
  })

  test('no answer, half an answer and no HTTP at all are named', async () => {
    expect((await raw([])).message).toBe('the server closed the connection without an answer')
    expect((await raw(['HTTP/1.1 200 OK\r\nX: '])).message).toEndWith('in the middle of its headers')
    expect((await raw(['SSH-2.0-OpenSSH_9.2\r\n'])).message).toBe('the answer is not HTTP')
  })

  test('endless headers are cut at 64 KB', async () => {
    const endless = kept(
      await listening((socket) => {
        socket.write('HTTP/1.1 200 OK\r\n')
        const pour = () => socket.writable && socket.write(`X: ${'y'.repeat(8_000)}\r\n`, pour)
        pour()
      }),
    )
    expect((await probe(endless.url)).message).toBe('the headers are longer than 64 KB')
  })

  test('an endless body is read to 1 MB and not further', async () => {
    let sent = 0
    const endless = kept(
      await listening((socket) => {
        const piece = Buffer.alloc(65_536, 'x')
        const pour = () => {
          sent += piece.length
          if (socket.writable && sent < 500_000_000) socket.write(piece, pour)
        }
        socket.write('HTTP/1.1 200 OK\r\n\r\n', pour)
      }),
    )
    expect((await probe(endless.url, { keyword: 'xxx' })).status).toBe('up')
    expect(sent).toBeLessThan(50_000_000)
  })

  test('a server that drips its answer does not outlive the timeout', async () => {
    const drip = kept(
      await listening((socket) => {
        const timer = setInterval(() => socket.write('X'), 20)
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n')
        socket.on('close', () => clearInterval(timer))
      }),
    )
    const verdict = await probe(drip.url, {}, 150)
    expect(said(verdict)).toEqual(['down', 'timeout', 'no answer within 0.2 s'])
    expect(verdict.phases?.first_byte_ms).toBeGreaterThan(0)
  })
})

describe('secrets', () => {
  test('never show in what is kept of an answer, however the server echoes them', async () => {
    const secrets = { password: 'p@ss/w"rd', secret_header_value: 'key&123', token: 'unused-tok' }
    const { url } = serving((req) => {
      const given = Buffer.from((req.headers.get('authorization') ?? '').slice(6), 'base64').toString()
      const echo = [given, req.headers.get('authorization'), req.headers.get('x-key'), req.headers.get('x-auth-token')]
      const body = [...echo, encodeURIComponent(secrets.password), JSON.stringify(given), 'query-cret'].join('\n')
      return new Response(`${'x'.repeat(8_150)}${secrets.password}\n${body}`, {
        status: 500,
        headers: { 'x-echo': given, 'set-cookie': 'session=abc', 'x-auth-token': 'server-side' },
      })
    })
    const settings: HttpSettings = {
      auth: 'basic',
      username: 'ann',
      ...secrets,
      secret_header_name: 'X-Key',
      headers: { 'X-Auth-Token': 'plain-header-secret' },
    }
    const kept = JSON.stringify(await probe(url, settings))
    expect(kept).toContain('***')
    const leaks = [
      ...Object.values(secrets),
      'p@ss',
      encodeURIComponent(secrets.password),
      'w\\"rd',
      'plain-header-secret',
    ]
    const encoded = Buffer.from(`ann:${secrets.password}`).toString('base64')
    for (const leak of [...leaks, encoded, 'session=abc', 'server-side']) expect(kept).not.toContain(leak)
  })

  test('never show in messages or in the list of redirects', async () => {
    const json = serving(() => Response.json({ echo: 'my-token-1' }))
    const verdict = await probe(json.url, { auth: 'bearer', token: 'my-token-1', json_path: 'echo', json_value: 'x' })
    expect(verdict.message).toBe('echo is “***”, expected “x”')
    const to = serving((req) =>
      req.url.includes('code=')
        ? new Response('', { status: 500 })
        : new Response('', { status: 302, headers: { location: '/b?code=xyz' } }),
    )
    expect(JSON.stringify(await probe(to.url.replace('//', '//ann:pw-1@')))).not.toMatch(/pw-1|xyz/)
  })

  test('a fetched token is blanked too', async () => {
    const tokens = serving(() => Response.json({ access_token: 'fetched-token' }))
    const api = serving((req) => new Response(req.headers.get('authorization'), { status: 500 }))
    const verdict = await probe(api.url, { auth: 'oauth2', oauth_token_url: tokens.url, oauth_client_id: 'me' })
    expect(verdict.evidence?.body).toBe('Bearer ***')
  })
})

describe('https', () => {
  const DAY = 86_400_000
  const ca = authority()
  const https = async (days: number): Promise<Listening> => {
    const pair = ca.issue({
      name: 'site.test',
      names: ['127.0.0.1'],
      from: new Date(Date.now() - 99 * DAY),
      to: new Date(Date.now() + days * DAY),
    })
    const server = createTlsServer(pair, (socket) => {
      socket.on('error', () => {})
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'))
    })
    server.on('tlsClientError', () => {})
    const { port } = await bound(server)
    return kept({ port, url: `https://127.0.0.1:${port}/`, close: () => void server.close() })
  }

  test('shows protocol, certificate and the time of the handshake', async () => {
    const verdict = await probe((await https(90.5)).url, { ca: ca.cert })
    expect(said(verdict)).toEqual(['up', undefined, '200 OK'])
    expect(verdict.phases?.tls_ms).toBeGreaterThan(0)
    expect(verdict.evidence).toMatchObject({ protocol: 'TLSv1.3', certificates: [{ subject: 'site.test' }, {}] })
  })

  test('a certificate that is about to end degrades, an expired one is down', async () => {
    const soon = await https(5.5)
    expect(said(await probe(soon.url, { ca: ca.cert }))).toEqual([
      'degraded',
      'certificate',
      'certificate of site.test expires in 5 days',
    ])
    expect((await probe(soon.url, { ca: ca.cert, certificate_days: 0 })).status).toBe('up')
    const expired = await https(-3.5)
    const verdict = await probe(expired.url, { ca: ca.cert })
    expect(said(verdict)).toEqual(['down', 'certificate', 'certificate expired 3 days ago'])
    expect(verdict.evidence?.certificates).toHaveLength(2)
  })

  test('without verification a bad certificate is noted and the page judged', async () => {
    const verdict = await probe((await https(90)).url, { verify_tls: false, keyword: 'ok' })
    expect(verdict.status).toBe('up')
    expect(verdict.evidence?.certificate_error).toBe('SELF_SIGNED_CERT_IN_CHAIN')
  })

  test('goes through a proxy that asks for a password, and a refusing proxy is named', async () => {
    const site = await https(90)
    const seen: string[] = []
    const proxy = kept(
      await listening((socket) => {
        socket.once('data', async (head) => {
          seen.push(head.toString().split('\r\n')[0] ?? '')
          if (!head.includes(`Proxy-Authorization: Basic ${btoa('pu:pp')}`)) {
            return socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
          }
          const up = await Bun.connect({
            hostname: '127.0.0.1',
            port: site.port,
            socket: { data: (_, chunk) => void socket.write(chunk), close: () => void socket.end() },
          })
          socket.on('data', (chunk) => up.write(chunk)).on('close', () => up.end())
          socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
        })
      }),
    )
    const settings: HttpSettings = { ca: ca.cert, proxy_url: proxy.url, keyword: 'ok' }
    const through = await probe(site.url, { ...settings, proxy_username: 'pu', proxy_password: 'pp' })
    expect(said(through)).toEqual(['up', undefined, '200 OK'])
    expect(through.evidence?.certificates?.[0]?.subject).toBe('site.test')
    expect(seen[0]).toBe(`CONNECT 127.0.0.1:${site.port} HTTP/1.1`)
    expect((await probe(site.url, settings)).message).toBe('the proxy answered 407 instead of opening a tunnel')
    expect((await probe('https://169.254.169.254/', settings)).reason).toBe('blocked')
  })

  test('a plain page through a proxy is asked for by its whole address', async () => {
    const seen: string[] = []
    const proxy = kept(
      await listening((socket) => {
        socket.once('data', (head) => {
          seen.push(head.toString().split('\r\n')[0] ?? '')
          socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
        })
      }),
    )
    await probe('http://192.0.2.1:81/a?b=c', { proxy_url: proxy.url })
    expect(seen).toEqual(['GET http://192.0.2.1:81/a?b=c HTTP/1.1'])
  })
})
