import { expect, test } from 'bun:test'
import { planOf } from '#probes/http-plan'
import { requestOf } from '#probes/http-request'
import type { HttpSettings } from '#probes/http-settings'

const settings = (more: HttpSettings): HttpSettings => more
test.each<[string, HttpSettings]>([
  ['nothing special', {}],
  ['a method', { method: 'HEAD' }],
  ['an empty body', { method: 'POST' }],
  ['a body', { method: 'POST', body: '{"a":1}' }],
  ['headers', { headers: { 'X-One': '1', Accept: 'text/html', 'content-length': '7' } }],
  ['a host of its own', { headers: { host: 'shop.test' } }],
  ['a secret header', { secret_header_name: 'X-Key', secret_header_value: 'k\r\nX-Evil: 1' }],
  ['a secret host', { secret_header_name: 'Host', secret_header_value: 'shop.test' }],
  ['a password', { auth: 'basic', username: 'u', password: 'p' }],
  ['a token', { auth: 'bearer', token: 't' }],
  ['a proxy', { proxy_url: 'http://proxy.test:3128' }],
  ['reuse', { reuse_connection: true }],
])('the short way of writing the request says the same: %s', (_, given) => {
  for (const url of ['http://example.test/a?b=c', 'https://[::1]:8443/', 'http://u:p@example.test/']) {
    const plan = planOf({ url, settings: settings(given) })
    const sending = { url: plan.url, method: plan.settings.method, trusted: true, withBody: true }
    expect(Buffer.from(plan.first.bytes).toString('latin1')).toBe(
      Buffer.from(requestOf(plan, sending).bytes).toString('latin1'),
    )
  }
})

test('only what has to be remembered between checks is kept', () => {
  const [plain, digest] = [settings({}), settings({ auth: 'digest', username: 'u', password: 'p' })]
  const url = 'http://example.test/'
  expect(planOf({ url, settings: plain })).not.toBe(planOf({ url, settings: plain }))
  expect(planOf({ url, settings: digest })).toBe(planOf({ url, settings: digest }))
  expect(planOf({ url: `${url}other`, settings: digest }).url.pathname).toBe('/other')
})
