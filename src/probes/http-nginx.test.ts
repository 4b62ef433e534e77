import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Verdict } from '#probes/define'
import { http } from '#probes/http'
import type { HttpSettings } from '#probes/http-settings'
import { authority } from '../../test/certs'
import { check } from '../../test/probing'
import { nginxProgram, startNginx } from '../../test/servers/nginx'

if (!nginxProgram) console.log('tests against nginx skipped: it is not installed')

const ca = authority()
const clients = authority('Clients')
const said = ({ status, reason, message }: Verdict) => [status, reason, message]

describe.skipIf(!nginxProgram)('against nginx', () => {
  let nginx: Awaited<ReturnType<typeof startNginx>>
  beforeAll(async () => {
    nginx = await startNginx(ca.issue({ name: 'site.test', names: ['127.0.0.1'] }), clients.cert)
  }, 30_000)
  afterAll(() => nginx?.stop())

  /** The same promises, by each way to speak with it. */
  const ways = {
    'HTTP/1.1': () => ({ base: nginx.plain, more: {} }),
    'HTTP/1.1 over TLS': () => ({ base: nginx.secure, more: { ca: ca.cert } }),
    'HTTP/1.1 to a server that also speaks HTTP/2': () => ({ base: nginx.two, more: { ca: ca.cert } }),
    'HTTP/2': () => ({ base: nginx.two, more: { ca: ca.cert, http_version: '2' as const } }),
    'a reused connection': () => ({ base: nginx.secure, more: { ca: ca.cert, reuse_connection: true } }),
  }

  describe.each(Object.entries(ways))('by %s', (_, way) => {
    const probe = (path: string, settings: HttpSettings = {}, timeout_ms = 3_000) => {
      const { base, more } = way()
      return check(http, { url: `${base}${path}`, settings: { ...more, ...settings }, timeout_ms })
    }

    test('status, redirects, content and headers are judged', async () => {
      const moved = await probe('/moved', { keyword: 'all is ok', expected_headers: { 'X-Node': 'a1' } })
      expect(said(moved)).toEqual(['up', undefined, '200 OK'])
      expect(moved.evidence?.redirects).toHaveLength(1)
      expect((await probe('/moved', { follow_redirects: false, accepted_status: '300-399' })).status).toBe('up')
      expect((await probe('/loop')).message).toBe('more than 5 redirects')
      expect((await probe('/there', { keyword_absent: 'ok' })).reason).toBe('assertion')
      const data: HttpSettings = { json_path: 'db.count', json_operator: 'greater', json_value: '2' }
      expect((await probe('/data.json', data)).status).toBe('up')
      expect((await probe('/data.json', { ...data, json_value: '3' })).reason).toBe('assertion')
      const failed = await probe('/status')
      expect(said(failed)).toEqual(['down', 'status', '503 Service Unavailable'])
      expect(failed.evidence?.body).toBe('the database is gone')
      expect((await probe('/nothing', { accepted_status: '200-299,404' })).status).toBe('up')
    })

    test('method, headers and credentials arrive', async () => {
      const sent: HttpSettings = { method: 'POST', body: 'x', headers: { 'X-One': 'one' } }
      expect((await probe('/echo', { ...sent, keyword: 'POST one' })).status).toBe('up')
      expect((await probe('/secret')).evidence?.status).toBe(401)
      const ann: HttpSettings = { auth: 'basic', username: 'ann', password: 'p%w', keyword: 'all is ok' }
      expect((await probe('/secret', ann)).status).toBe('up')
      expect((await probe('/secret', { ...ann, password: 'no' })).evidence?.status).toBe(401)
    })

    test('a compressed page is read', async () => {
      const settings: HttpSettings = { headers: { 'Accept-Encoding': 'gzip' }, keyword: 'all is ok' }
      const verdict = await probe('/packed', { ...settings, expected_headers: { 'Content-Encoding': 'gzip' } })
      expect(said(verdict)).toEqual(['up', undefined, '200 OK'])
    })

    test('20 MB are read to the first, a slow page is cut off in time, a closed door is told', async () => {
      const started = performance.now()
      expect((await probe('/huge.txt', { keyword: 'xxx' })).status).toBe('up')
      expect(performance.now() - started).toBeLessThan(2_000)
      const slow = await probe('/slow', {}, 400)
      expect(said(slow)).toEqual(['down', 'timeout', 'no answer within 0.4 s'])
      expect(slow.phases?.first_byte_ms).toBeGreaterThan(0)
      const gone = await probe('/gone')
      expect(gone.status).toBe('down')
      expect(['reset', 'protocol']).toContain(gone.reason ?? '')
    })

    test('HEAD asks for no content', async () => {
      expect(said(await probe('/huge.txt', { method: 'HEAD' }))).toEqual(['up', undefined, '200 OK'])
    })
  })

  test('a client certificate lets us in, none or a wrong one does not', async () => {
    const pair = clients.issue({ name: 'monitor' })
    const wrong = authority('Strangers').issue({ name: 'monitor' })
    for (const http_version of ['auto', '2'] as const) {
      const probe = (more: HttpSettings) =>
        check(http, { url: `${nginx.mutual}/there`, settings: { ca: ca.cert, http_version, ...more } })
      const good = await probe({ client_cert: pair.cert, client_key: pair.key, keyword: 'all is ok' })
      expect(said(good)).toEqual(['up', undefined, '200 OK'])
      const none = await probe({})
      expect(said(none).slice(0, 2)).toEqual(['down', 'status'])
      expect(none.evidence?.body).toContain('No required SSL certificate was sent')
      const refused = await probe({ client_cert: wrong.cert, client_key: wrong.key })
      expect(refused.evidence?.body).toContain('The SSL certificate error')
      expect(JSON.stringify([none, refused])).not.toContain('PRIVATE KEY')
    }
  })

  test('a reused connection is renewed when the server has had enough of it', async () => {
    const settings: HttpSettings = { ca: ca.cert, reuse_connection: true }
    const verdicts: Verdict[] = []
    for (let i = 0; i < 7; i++) verdicts.push(await check(http, { url: `${nginx.secure}/there`, settings }))
    expect(new Set(verdicts.map((it) => it.status))).toEqual(new Set(['up']))
    // keepalive_requests is 3: the third answer says goodbye.
    const handshakes = verdicts.map((it) => it.phases?.tls_ms !== undefined)
    expect(handshakes).toEqual([true, false, false, true, false, false, true])
  })

  test('it sees HTTP/2 when we say so', async () => {
    const settings: HttpSettings = { ca: ca.cert, http_version: '2' }
    expect((await check(http, { url: `${nginx.two}/there?h2`, settings })).status).toBe('up')
    expect((await check(http, { url: `${nginx.secure}/there`, settings })).message).toMatch(/HTTP\/2|TLS/)
    const line = (await nginx.access()).split('\n').find((it) => it.includes('/there?h2'))
    expect(line).toContain('"GET /there?h2 HTTP/2.0"')
  })
})
