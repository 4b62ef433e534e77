import { afterEach, expect, test } from 'bun:test'
import { createServer } from 'node:net'
import { refusalOf } from '#sign-in/fixtures'
import { isSafeUrl, wireWith } from '#sign-in/wire'

const open: { stop: () => unknown }[] = []
afterEach(async () => {
  for (const server of open.splice(0)) await server.stop()
})
function listen(reply: (request: Request) => Response | Promise<Response>) {
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: reply })
  open.push({ stop: () => server.stop(true) })
  return `http://127.0.0.1:${server.port}/path-planted`
}

test('a provider that never answers runs into the deadline', async () => {
  const silent = createServer(() => {})
  await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done))
  open.push({ stop: () => silent.close() })
  const address = silent.address()
  const port = typeof address === 'object' ? address?.port : 0
  const error = await refusalOf(wireWith({ timeout_ms: 60 }).ask(`http://127.0.0.1:${port}/`))
  expect([error.reason, error.message]).toEqual(['unreachable', `127.0.0.1:${port} did not answer within 0.06 s.`])
})

test('a provider that sends its answer for ever runs into it too', async () => {
  const url = listen(() => new Response(new ReadableStream({ start: (stream) => stream.enqueue(new Uint8Array(9)) })))
  expect((await refusalOf(wireWith({ timeout_ms: 60 }).ask(url))).message).toContain('within 0.06 s')
})

test('an answer is read up to the limit, however small it was on the way', async () => {
  const big = Bun.gzipSync(new Uint8Array(5_000_000))
  const url = listen(() => new Response(big, { headers: { 'content-encoding': 'gzip' } }))
  const error = await refusalOf(wireWith().ask(url))
  expect([error.reason, error.message]).toEqual(['unreachable', expect.stringContaining('more than 512 KB')])
})

test('no redirect is followed', async () => {
  let hits = 0
  const target = listen(() => {
    hits++
    return Response.json({})
  })
  for (const status of [301, 302, 303, 307, 308]) {
    const url = listen(() => Response.redirect(target, status))
    expect((await refusalOf(wireWith().get(url))).message).toContain('a redirect, which is not followed')
    expect((await wireWith().ask(url, { form: new URLSearchParams({ secret: 's' }) })).status).toBe(status)
  }
  expect(hits).toBe(0)
})

test.each(['<html>', '[]', '"text"', 'null', ''])('%j is no answer', async (text) => {
  const error = await refusalOf(wireWith().get(listen(() => new Response(text))))
  expect([error.reason, error.message]).toEqual(['unreachable', expect.stringContaining('did not answer with JSON')])
})

test('nobody there is told without the path', async () => {
  const url = listen(() => new Response())
  await open.splice(0)[0]!.stop()
  const error = await refusalOf(wireWith().ask(url))
  expect([error.reason, error.message]).toEqual(['unreachable', `${new URL(url).host} refused the connection.`])
  expect(error.message).not.toContain('planted')
})

test('only encryption is safe, except within this machine', () => {
  const safe = ['https://a.example/', 'http://localhost/', 'http://127.0.0.1:8080/x', 'http://[::1]/']
  const unsafe = [
    'http://a.example/',
    'http://10.0.0.1/',
    'http://localhost.evil.test/',
    'http://127.0.0.1.evil.test/',
    'ftp://localhost/',
    'https://u:p@a.example/',
    '//a',
    '',
  ]
  expect(safe.filter(isSafeUrl)).toEqual(safe)
  expect(unsafe.filter(isSafeUrl)).toEqual([])
})
