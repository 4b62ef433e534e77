import { afterEach, expect, test } from 'bun:test'
import { createServer, type Server } from 'node:net'
import { authority, certificate, private_key } from '#channels/certificate.fixtures'
import { listen, loopback, NOW, refusalOf } from '#channels/fixtures'
import { postWith } from '#channels/post'
import type { Net } from '#kernel/net'

const open: { close: () => unknown }[] = []
afterEach(() => {
  for (const server of open.splice(0)) server.close()
})
const listener = (...args: Parameters<typeof listen>) => {
  const server = listen(...args)
  open.push(server)
  return server
}

/** A server below HTTP, for answers that no proper server would give. */
async function raw(talk: (write: (text: string) => void) => void) {
  const server: Server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => talk((text) => socket.write(text)))
    open.push({ close: () => socket.destroy() })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  open.push(server)
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('no port')
  return `http://hook.example.test:${address.port}/secret-path-0001`
}

const blocked: Net = {
  resolve: () => Promise.reject(Object.assign(new Error('blocked'), { code: 'ADDRESS_BLOCKED' })),
  permit: () => {
    throw Object.assign(new Error('blocked'), { code: 'ADDRESS_BLOCKED' })
  },
}

const secure = () => {
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    tls: { cert: certificate, key: private_key },
    fetch: async (request) => new Response(`${request.headers.get('host')} ${await request.text()}`),
  })
  open.push({ close: () => server.stop(true) })
  return server
}

test('the connection goes to the address the policy chose, under the name that was asked for', async () => {
  const server = listener()
  const answer = await postWith(loopback)(`${server.url}/a/b?c=d`, { json: { hello: 'Wörld' } })
  expect(answer.json()).toEqual({ ok: true })
  expect(server.received).toMatchObject([{ method: 'POST', path: '/a/b?c=d', json: { hello: 'Wörld' } }])
  expect(server.received[0]!.headers.get('host')).toBe(`hook.example.test:${server.port}`)
  expect(server.received[0]!.headers.get('content-type')).toBe('application/json')
})

test('https checks the certificate against the name, not against the address', async () => {
  const { port } = secure()
  const post = postWith(loopback, { ca: authority })
  expect((await post(`https://hook.example.test:${port}/`, { body: 'hi' })).text).toBe(`hook.example.test:${port} hi`)
  const wrong = await refusalOf(post(`https://other.example.test:${port}/`, { body: 'hi' }))
  expect(wrong.message).toBe(`other.example.test:${port} showed a certificate for another name.`)
  expect(wrong.outcome).toBe('retry')
  const literal = await refusalOf(post(`https://127.0.0.1:${port}/`, { body: 'hi' }))
  expect(literal.message).toContain('certificate for another name')
})

test('a certificate of an authority nobody trusts is refused', async () => {
  const { port } = secure()
  const error = await refusalOf(postWith(loopback)(`https://hook.example.test:${port}/`, { body: 'hi' }))
  expect(error.message).toContain('unknown authority')
})

test('a proxy in the environment cannot look the name up again', async () => {
  const [server, proxy] = [listener(), listener()]
  const before = process.env.HTTP_PROXY
  process.env.HTTP_PROXY = `http://127.0.0.1:${proxy.port}`
  try {
    await postWith(loopback)(server.url, { json: {} })
  } finally {
    if (before === undefined) delete process.env.HTTP_PROXY
    else process.env.HTTP_PROXY = before
  }
  expect([server.received.length, proxy.received.length]).toEqual([1, 0])
})

test.each(['http://metadata.example.test/x', 'http://169.254.169.254/latest', 'http://[::1]/x'])(
  'a blocked address disables the channel before anything is sent: %s',
  async (url) => {
    const error = await refusalOf(postWith(blocked)(url, { json: {} }))
    expect(error.outcome).toBe('disable')
    expect(error.message).toContain('address policy')
  },
)

test.each(['ENOTFOUND', 'ESERVFAIL', 'ETIMEOUT'])(
  'a name that cannot be looked up now (%s) is tried again',
  async (code) => {
    const net: Net = { ...blocked, resolve: () => Promise.reject(Object.assign(new Error(code), { code })) }
    const error = await refusalOf(postWith(net)('https://hook.example.test/secret-path-0001', { json: {} }))
    expect(error.outcome).toBe('retry')
    expect(error.message).toContain('hook.example.test')
    expect(error.message).not.toContain('secret')
  },
)

test('the next address is tried when the first refuses', async () => {
  const server = listener()
  const net: Net = {
    ...loopback,
    resolve: async () => ({ address: '127.0.0.2', family: 4, addresses: ['127.0.0.2', '127.0.0.1'], dns_ms: 0 }),
  }
  expect((await postWith(net)(server.url, { json: {} })).status).toBe(200)
})

test('a refused connection is tried again, and the sentence has no path', async () => {
  const server = listener()
  server.close()
  const error = await refusalOf(postWith(loopback)(`${server.url}/secret-path-0001?key=k3y-in-query`, { json: {} }))
  expect([error.outcome, error.message]).toEqual(['retry', `hook.example.test:${server.port} refused the connection.`])
})

test('a connection that closes without an answer is tried again', async () => {
  const url = await raw(() => {
    for (const socket of open.splice(0)) socket.close()
  })
  expect((await refusalOf(postWith(loopback)(url, { json: {} }))).outcome).toBe('retry')
})

test.each([
  ['no answer at all', ''],
  ['headers that never end', 'HTTP/1.1 200 OK\r\nX-A: b\r\n'],
  ['a body that never ends', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc'],
])('%s runs into the deadline', async (_, text) => {
  const url = await raw((write) => write(text))
  const error = await refusalOf(postWith(loopback, { timeout_ms: 80 })(url, { json: {} }))
  expect(error.outcome).toBe('retry')
  expect(error.message).toContain('did not answer within 0.08 s')
})

test('a name server that never answers runs into the same deadline', async () => {
  const net: Net = { ...loopback, resolve: () => new Promise(() => {}) }
  const error = await refusalOf(postWith(net, { timeout_ms: 50 })('http://hook.example.test/', { json: {} }))
  expect(error.outcome).toBe('retry')
})

test('only 64 KB of an answer are read', async () => {
  const server = listener(() => new Response('x'.repeat(1_000_000)))
  const { text } = await postWith(loopback)(server.url, { json: {} })
  expect(text).toBe('x'.repeat(65_536))
})

test.each([
  [301, 'give-up'],
  [302, 'give-up'],
  [307, 'give-up'],
  [400, 'give-up'],
  [401, 'disable'],
  [403, 'disable'],
  [404, 'disable'],
  [408, 'retry'],
  [410, 'disable'],
  [413, 'give-up'],
  [422, 'give-up'],
  [429, 'retry'],
  [500, 'retry'],
  [503, 'retry'],
] as const)('an answer of %i means %s', async (status, outcome) => {
  const server = listener(() => new Response('', { status, headers: { location: 'http://127.0.0.1:1/' } }))
  const error = await refusalOf(postWith(loopback)(server.url, { json: {} }))
  expect(error.outcome).toBe(outcome)
  expect(error.message).toContain(`answered ${status}`)
  expect(server.received).toHaveLength(1)
})

test('a status the channel expects comes back instead of being thrown', async () => {
  const server = listener(() => new Response('why', { status: 400 }))
  expect(await postWith(loopback)(server.url, { json: {}, expect: [400] })).toMatchObject({ status: 400, text: 'why' })
})

test.each([
  ['17', 17],
  ['1.2', 2],
  ['86400', 3600],
  ['Sun, 01 Mar 2026 12:00:40 GMT', 30],
  ['Sun, 01 Mar 2026 11:00:00 GMT', undefined],
  ['0', undefined],
  ['soon', undefined],
])('Retry-After: %s is honoured, up to an hour', async (value, seconds) => {
  const server = listener(() => new Response('', { status: 503, headers: { 'retry-after': value } }))
  const error = await refusalOf(postWith(loopback, { now: () => NOW })(server.url, { json: {} }))
  expect(error.retry_after_s).toBe(seconds)
})

test("the provider's own reason is quoted", async () => {
  const server = listener(() => Response.json({ error: 'topic is reserved' }, { status: 403 }))
  const error = await refusalOf(postWith(loopback)(server.url, { json: {} }))
  expect(error.message).toBe(`hook.example.test:${server.port} answered 403: topic is reserved`)
})

test('a reason that repeats the path, the query, a header or the password is left out', async () => {
  const echoes = ['/hooks/pa%74h-s3cret', '?k=query-s3cret', 'Bearer header-s3cret', 'user-s3cret', 'path-s3cret']
  for (const echo of echoes) {
    const server = listener(() => Response.json({ error: `no such hook: ${echo}` }, { status: 400 }))
    const url = `${server.url.replace('//', '//user-s3cret:pass@')}/hooks/path-s3cret?k=query-s3cret`
    const error = await refusalOf(
      postWith(loopback)(url, { json: {}, headers: { Authorization: 'Bearer header-s3cret' } }),
    )
    expect(error.message).toBe(`hook.example.test:${server.port} answered 400`)
  }
})

test('user and password in the URL become basic authentication', async () => {
  const server = listener()
  await postWith(loopback)(server.url.replace('//', '//us%40er:p%3Aw@'), { json: {} })
  expect(server.received[0]!.headers.get('authorization')).toBe(`Basic ${btoa('us@er:p:w')}`)
})

test('an address that is not http disables the channel', async () => {
  for (const url of ['ftp://hook.example.test/x', 'file:///etc/passwd', 'nonsense'])
    expect((await refusalOf(postWith(loopback)(url, { json: {} }))).outcome).toBe('disable')
})

test('a provider may want another method, or a form instead of JSON', async () => {
  const server = listener()
  const post = postWith(loopback)
  await post(server.url, { method: 'PUT', json: { a: 1 } })
  await post(server.url, { form: { To: '+49 1', Body: 'a & b=ü' } })
  await post(server.url, { method: 'GET' })
  expect(server.received.map(({ method, body, headers }) => [method, headers.get('content-type'), body])).toEqual([
    ['PUT', 'application/json', '{"a":1}'],
    ['POST', 'application/x-www-form-urlencoded', 'To=%2B49+1&Body=a+%26+b%3D%C3%BC'],
    ['GET', null, ''],
  ])
})

test('a reason that repeats a key from the body is left out when the channel names the key', async () => {
  const server = listener(() => Response.json({ errors: ['token body-s3cret is invalid'] }, { status: 400 }))
  const silent = await refusalOf(postWith(loopback)(server.url, { json: {}, secrets: ['body-s3cret', undefined] }))
  expect(silent.message).toBe(`hook.example.test:${server.port} answered 400`)
  const quoting = await refusalOf(postWith(loopback)(server.url, { json: {} }))
  expect(quoting.message).toEndWith('answered 400: token body-s3cret is invalid')
})

test.each([
  [{ retry_after: 1.337 }, 2],
  [{ parameters: { retry_after: 35 } }, 35],
  [{ retry_after_ms: 2_500 }, 3],
])('a wait that only the answer’s JSON names is honoured: %j', async (body, seconds) => {
  const server = listener(() => Response.json(body, { status: 429 }))
  expect((await refusalOf(postWith(loopback)(server.url, { json: {} }))).retry_after_s).toBe(seconds)
})

test.each([
  [{ error: { code: 429, message: 'Resource exhausted' } }, 'Resource exhausted'],
  [{ errors: ['user key is invalid'], status: 0 }, 'user key is invalid'],
  [{ error: 'Unauthorized', errorCode: 401, errorDescription: 'you need a valid token' }, 'you need a valid token'],
  [{ errorMessages: ['No project'], errors: {} }, 'No project'],
])('the reason is found where providers put it: %j', async (body, reason) => {
  const server = listener(() => Response.json(body, { status: 400 }))
  expect((await refusalOf(postWith(loopback)(server.url, { json: {} }))).message).toEndWith(`answered 400: ${reason}`)
})
