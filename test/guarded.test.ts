import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Booted, boot } from './boot'

/** What a stranger may ask: everything else answers 401 before it looks at the body. */
const openToAll = [
  /^\/health$/,
  /^\/api\/v1\/openapi\.json$/,
  /^\/api\/v1\/(public\/|setup$)/,
  /^\/api\/v1\/auth\/(config|invitation|login|register|password-reset(\/confirm)?|verify-email|oauth\/.+|proxy)$/,
  /^\/api\/v1\/auth\/(mfa|(mfa\/)?passkey(\/options)?)$/,
  /^\/api\/v1\/push\/.+$/,
  /^\/api\/v1\/hb\/.+$/,
  /^\/(ping|p|snitch|api\/push)\/.+$/,
  /^\/(badge|b)\/.+$/,
  /^\/api\/v1\/(events|integrations\/(alertmanager|grafana|generic))(\/[^/]+)?$/,
  /^(\/integrations\/(pagerduty|opsgenie))?\/v2\/(enqueue|alerts(\/.+)?)$/,
  /^\/api\/v[123]\/status$/,
  /^\/\.well-known\//,
  /^\/api\/v1\/oauth\/(authorize|token|revoke)$/,
  /^\/api\/v1\/sso\/(login|(acs|metadata)\/.+)$/,
  /^\/api\/(docs|_)/,
  /^\/api\/v1\/calendar\/.+$/,
  /^\/(s|a)\//,
  /^\/api\/v1\/interactions\//,
  /^\/\*?$/,
]

type Operation = { security?: unknown[]; responses: object; 'x-permission'?: string }

describe('every route', () => {
  let t: Booted
  beforeAll(async () => {
    t = await boot({ start: false, config: { trustedProxies: ['127.0.0.1/32'] } })
  })
  afterAll(() => t.stop())

  test('outside the public list answers 401 to nobody, and 401 again to a wrong token', async () => {
    const closed = t.appliance.routes.filter(({ path }) => !openToAll.some((p) => p.test(path.replace(/(.)\/$/, '$1'))))
    expect(closed.length).toBeGreaterThan(40)
    // From an address of its own each time: limits would answer instead of the route.
    for (const [i, { method, path }] of closed.entries()) {
      const url = path.replace(/:\w+/g, 'x').replace(/\/$/, '')
      const body = ['GET', 'HEAD'].includes(method) ? undefined : {}
      const { status, body: answer } = await t.nobody(method, url, body, { 'x-forwarded-for': `10.0.0.${i % 256}` })
      expect([method, url, status, answer.code]).toEqual([method, url, 401, 'UNAUTHORIZED'])
    }
    expect((await t.bearer('xinex_'.padEnd(70, '0'))('GET', '/me')).status).toBe(401)
  })

  test('is described with the permission it asks for, unless it is in the public list', async () => {
    const { paths } = (await t.nobody('GET', '/openapi.json')).body
    for (const [path, operations] of Object.entries(paths as Record<string, Record<string, Operation>>))
      for (const [method, { security, responses, 'x-permission': can }] of Object.entries(operations)) {
        const open = openToAll.some((p) => p.test(path.replace(/\{\w+\}/g, 'x')))
        expect([method, path, security, can === undefined]).toEqual([method, path, open ? [] : undefined, open])
        if (!open) expect(Object.keys(responses)).toEqual(expect.arrayContaining(['401', '403']))
      }
  })
})
