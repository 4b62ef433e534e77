import { afterAll, describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import type { Verdict } from '#probes/define'
import { http } from '#probes/http'
import { challengeIn, digestHeader } from '#probes/http-digest'
import type { HttpSettings } from '#probes/http-settings'
import { check } from '../../test/probing'

const closers: (() => void)[] = []
afterAll(() => {
  for (const close of closers) close()
})
const said = ({ status, reason, message }: Verdict) => [status, reason, message]
const probe = (url: string, settings: HttpSettings) => check(http, { url, settings })

/** A server that checks digests by the words of RFC 7616, in another way than ours makes them. */
function guarded({ algorithms = ['MD5', 'SHA-256'], qop = true, user = 'Mufasa', password = 'Circle of Life' } = {}) {
  const seen: string[] = []
  let nonce = 'n0'
  const md = (algorithm: string, text: string) =>
    createHash(algorithm.startsWith('MD5') ? 'md5' : 'sha256')
      .update(text, 'utf8')
      .digest('hex')
  const right = (method: string, header: string) => {
    const field = (name: string) => new RegExp(`\\b${name}="?([^",]*)"?`).exec(header)?.[1] ?? ''
    const algorithm = field('algorithm')
    if (field('nonce') !== nonce || field('opaque') !== 'o' || field('username') !== user) return false
    let first = md(algorithm, `${user}:a, realm:${password}`)
    if (algorithm.endsWith('-sess')) first = md(algorithm, `${first}:${nonce}:${field('cnonce')}`)
    const second = md(algorithm, `${method}:${field('uri')}`)
    const middle = field('qop') ? `${field('nc')}:${field('cnonce')}:auth:` : ''
    return field('response') === md(algorithm, `${first}:${nonce}:${middle}${second}`)
  }
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch(req) {
      const given = req.headers.get('authorization') ?? ''
      seen.push(given)
      const { pathname, search } = new URL(req.url)
      if (given.includes(`uri="${pathname}${search}"`) && right(req.method, given)) return new Response('welcome')
      const headers = new Headers()
      for (const it of algorithms) {
        const how = qop ? ', qop="auth-int, auth"' : ''
        headers.append(
          'www-authenticate',
          `Digest realm="a, realm", nonce="${nonce}", opaque="o", algorithm=${it}${how}`,
        )
      }
      headers.append('www-authenticate', 'Basic realm="x"')
      return new Response('who?', { status: 401, headers })
    },
  })
  closers.push(() => void server.stop(true))
  const renew = () => {
    nonce = `n${seen.length}`
  }
  return { url: `${server.url}dir/index.html?a=b`, seen, renew }
}
const mufasa: HttpSettings = { auth: 'digest', username: 'Mufasa', password: 'Circle of Life' }

test('the examples of RFC 7616 section 3.9.1 come out', () => {
  const nonce = '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v'
  const opaque = 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS'
  const cnonce = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ'
  const challenge = (algorithm: string): [string, string] => [
    'www-authenticate',
    `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, nonce="${nonce}", opaque="${opaque}"`,
  ]
  const asked = { method: 'GET', uri: '/dir/index.html', username: 'Mufasa', password: 'Circle of Life', cnonce }
  const md5 = challengeIn({ headers: [challenge('MD5')] })!
  const both = challengeIn({ headers: [challenge('MD5'), challenge('SHA-256')] })!
  expect(digestHeader(md5, asked)).toContain('response="8ca523f5e9506fed4657c9700eebdbec"')
  expect(digestHeader(both, asked)).toContain(
    'response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"',
  )
  expect(digestHeader(both, asked)).toContain(`algorithm=SHA-256`)
})

describe('digest authentication', () => {
  test.each([
    [['MD5'], true],
    [['SHA-256'], true],
    [['MD5', 'SHA-256'], true],
    [['MD5-sess'], true],
    [['SHA-256-sess', 'MD5'], true],
    [['MD5'], false],
  ])('by %p (qop: %p) lets us in', async (algorithms, qop) => {
    const { url, seen } = guarded({ algorithms, qop })
    expect(said(await probe(url, mufasa))).toEqual(['up', undefined, '200 OK'])
    expect(seen).toHaveLength(2)
    expect(seen[0]).toBe('')
  })

  test('asks for the challenge once, counts its use, and takes a new one when it is over', async () => {
    const { url, seen, renew } = guarded()
    const settings = { ...mufasa }
    for (let i = 0; i < 3; i++) expect((await probe(url, settings)).status).toBe('up')
    expect(seen.map((it) => /nc=(\d+)/.exec(it)?.[1])).toEqual([undefined, '00000001', '00000002', '00000003'])
    renew()
    expect((await probe(url, settings)).status).toBe('up')
    expect(seen).toHaveLength(6)
  })

  test('with a wrong password is refused after one try, and the password shows nowhere', async () => {
    const { url, seen } = guarded()
    const verdict = await probe(url, { ...mufasa, password: 'Circle of Death' })
    expect(said(verdict)).toEqual(['down', 'status', '401 Unauthorized'])
    expect(seen).toHaveLength(2)
    expect(JSON.stringify(verdict)).not.toContain('Circle of Death')
  })

  test('is not answered where only something else is offered, or to another origin', async () => {
    const { url, seen } = guarded({ algorithms: ['SHA-512-256'] })
    expect((await probe(url, mufasa)).evidence?.status).toBe(401)
    expect(seen).toHaveLength(1)
    const other = guarded()
    const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => Response.redirect(other.url, 302) })
    closers.push(() => void server.stop(true))
    expect((await probe(server.url.href, mufasa)).evidence?.status).toBe(401)
    expect(other.seen).toEqual([''])
  })

  // An independent client says whether the server of this test is right.
  test.if(Bun.which('curl') !== null)('as this server wants it is what curl gives', async () => {
    for (const algorithms of [['MD5'], ['SHA-256']]) {
      const { url } = guarded({ algorithms })
      const curl = Bun.spawn(['curl', '-s', '--digest', '-u', 'Mufasa:Circle of Life', url], { stdout: 'pipe' })
      expect(await new Response(curl.stdout).text()).toBe('welcome')
    }
  })

  test('in a hostile form is read in no time', () => {
    const started = performance.now()
    const hostile = [
      `Digest ${'a="'.repeat(20_000)}`,
      `Digest ${'x=y,'.repeat(15_000)}`,
      `Digest realm="${'\\'.repeat(60_000)}`,
      'digest '.repeat(9_000),
      `,${' '.repeat(60_000)}`,
    ]
    for (const value of hostile) expect(challengeIn({ headers: [['www-authenticate', value]] })).toBeUndefined()
    expect(performance.now() - started).toBeLessThan(500)
  })
})
