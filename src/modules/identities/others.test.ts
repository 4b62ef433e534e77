import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { generateKeyPairSync } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { users } from '#db/schema/auth'
import { sha256 } from '#kernel/secrets'
import { enabledProviders } from '#modules/sign-in-providers/service'
import { appleWith } from '#sign-in/apple'
import type { SignIn } from '#sign-in/define'
import { type Booted, boot } from '../../../test/boot'
import { addProvider } from './oidc.fixtures'
import { enterNatively } from './service'

let t: Booted
beforeEach(async () => {
  // The proxy in front is trusted with addresses of clients; that alone lets nobody in.
  t = await boot({ start: false, config: { trustedProxies: ['127.0.0.1/32', '192.0.2.0/24'] } })
})
afterEach(() => t.stop())

const everybody = async () => (await t.app.db.read.select().from(users)).length

describe('a proxy that signs people in', () => {
  const secret = 'only the proxy knows this'
  const gate = (more: object = {}) =>
    addProvider(t, {
      ...{ slug: 'gate', kind: 'header', name: 'Gate', settings: { proxies: ['127.0.0.1'], secret } },
      ...{ tenant_id: t.tenants.acme.id, default_role: 'viewer', ...more },
    })
  const ada = {
    'remote-secret': secret,
    'remote-user': 'ada',
    'remote-email': 'ada@corp.test',
    'remote-name': 'Ada',
    'remote-groups': 'staff,ops',
  }
  let asked = 0
  /** From the other end of the connection, which is the proxy or whoever got around it. */
  async function knock(peer: string, headers: Record<string, string> = ada) {
    const from = `198.51.100.${++asked}`
    const request = new Request('http://localhost/api/v1/auth/proxy', {
      method: 'POST',
      headers: { 'x-forwarded-for': from, ...headers },
    })
    const response = await t.appliance.handle(request, peer)
    return { status: response.status, body: await response.json(), cookie: response.headers.get('set-cookie') }
  }

  test('is believed: its people are members, in the role of their group, and need no second factor here', async () => {
    await gate({ group_roles: [{ group: 'ops', role: 'admin' }] })
    const { status, body, cookie } = await knock('127.0.0.1')
    expect([status, body.role, body.tenant.slug]).toEqual([200, 'admin', 'acme'])
    expect(body.user).toMatchObject({ name: 'Ada', email: 'ada@corp.test', email_verified: true, has_password: false })
    const me = await t.asking({ cookie: cookie?.split(';')[0] ?? '' })('GET', '/me')
    expect(me.body.session).toMatchObject({ method: 'header', mfa: true, bound: false })
    expect((await knock('127.0.0.1')).body.user.id).toBe(body.user.id)
    expect((await knock('127.0.0.1', { ...ada, 'remote-groups': 'staff' })).body.role).toBe('viewer')
  })

  test.each([
    ['from another address', '203.0.113.9', {}],
    ['that forwards in the name of the proxy', '203.0.113.9', { 'x-forwarded-for': '127.0.0.1' }],
    ['from a proxy that is trusted with addresses only', '192.0.2.7', { 'x-forwarded-for': '127.0.0.1' }],
    ['from a mapped address', '::ffff:203.0.113.9', { 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1' }],
  ])('is not believed %s', async (_, peer, headers) => {
    await gate()
    const before = await everybody()
    const { status, body, cookie } = await knock(peer, { ...ada, ...headers })
    expect([status, body.code, cookie]).toEqual([401, 'UNAUTHORIZED', null])
    expect(await everybody()).toBe(before)
  })

  test('is told from what else runs here by a secret: a monitor connects from the same address', async () => {
    await gate({ group_roles: [{ group: 'ops', role: 'owner' }] })
    const before = await everybody()
    const { 'remote-secret': _, ...monitor } = ada
    for (const guess of [{}, { 'remote-secret': '' }, { 'remote-secret': `${secret}, ${secret}` }] as (typeof ada)[])
      expect((await knock('127.0.0.1', { ...monitor, ...guess })).status).toBe(401)
    expect(await everybody()).toBe(before)
    const { ask } = await t.session('alice')
    const open = { slug: 'open', kind: 'header', name: 'Open', settings: { proxies: ['127.0.0.0/8'] } }
    const refused = await ask('POST', '/admin/sign-in-providers', open)
    expect([refused.status, Object.keys(refused.body.details.fields)]).toEqual([422, ['settings.secret']])
  })

  test('is known by its own address, whatever the visitor says about theirs', async () => {
    await gate()
    expect((await knock('127.0.0.1', { ...ada, 'x-forwarded-for': '203.0.113.9' })).status).toBe(200)
    expect((await knock('::ffff:127.0.0.1')).status).toBe(200)
  })

  test('lets nobody in when it names nobody, two people, or is switched off', async () => {
    const { id } = await gate()
    expect((await knock('127.0.0.1', {})).status).toBe(401)
    expect((await knock('127.0.0.1', { ...ada, 'remote-user': 'ada, alice' })).status).toBe(401)
    const { ask } = await t.session('alice')
    await ask('PUT', `/admin/sign-in-providers/${id}`, { enabled: false })
    expect((await knock('127.0.0.1')).status).toBe(401)
  })

  test('says why when there is no account to enter', async () => {
    await gate({ tenant_id: null })
    const stranger = await knock('127.0.0.1')
    expect([stranger.status, stranger.body.details]).toEqual([403, { problem: 'no_account' }])
    const carol = await knock('127.0.0.1', { ...ada, 'remote-email': 'carol@example.test' })
    expect([carol.status, carol.body.details]).toEqual([409, { problem: 'account_exists' }])
    const nameless = await knock('127.0.0.1', { 'remote-user': 'x', 'remote-secret': secret })
    expect([nameless.status, nameless.body.details]).toEqual([403, { problem: 'email_missing' }])
  })

  test('takes over an account only where it is trusted to', async () => {
    await gate({ trust_email: true })
    const { status, body } = await knock('127.0.0.1', { ...ada, 'remote-email': 'carol@example.test' })
    expect([status, body.user.id]).toEqual([200, t.people.carol.id])
  })

  test('takes no body that means something', async () => {
    expect((await t.nobody('POST', '/auth/proxy', { user: 'alice' })).status).toBe(422)
  })
})

// Safe: as in the index of kinds, it is handed only settings of its own schema.
const kindAs = (plugin: unknown) => plugin as SignIn

describe('an app on a phone', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const settings = {
    ...{ services_id: 'test.xinex', team_id: 'ABCDEFGHIJ', key_id: 'KLMNOPQRST', bundle_ids: ['test.app'] },
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  }

  test('finds no way in where Apple is not set up', async () => {
    expect((await t.nobody('POST', '/auth/oauth/apple/native', { id_token: 'a.b.c' })).status).toBe(404)
    await addProvider(t, { slug: 'apple', kind: 'apple', settings, enabled: false })
    expect((await t.nobody('POST', '/auth/oauth/apple/native', { id_token: 'a.b.c' })).status).toBe(404)
  })

  test.each(['x', 'a.b.c', `${btoa('{"alg":"none"}')}.${btoa('{"sub":"1"}')}.`])(
    'is not believed with %j for a token',
    async (id_token) => {
      await addProvider(t, { slug: 'apple', kind: 'apple', settings, tenant_id: t.tenants.acme.id })
      const { status, body } = await t.nobody('POST', '/auth/oauth/apple/native', { id_token })
      expect([status, body.code]).toEqual([401, 'UNAUTHORIZED'])
      expect(t.lines.join()).not.toContain(id_token.length > 1 ? id_token : '"x"')
    },
  )

  test('is let in with a token made for it, and brings the name that only it was told', async () => {
    const { publicKey, privateKey: apples } = await generateKeyPair('RS256')
    const server: Bun.Server<undefined> = Bun.serve({
      ...{ port: 0, hostname: '127.0.0.1' },
      fetch: async () => Response.json({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'RS256' }] }),
    })
    const issuer = `http://127.0.0.1:${server.port}`
    const plugin = appleWith({ endpoints: { issuer, authorize: issuer, token: issuer, keys: issuer } })
    const at = Math.floor(t.clock.now() / 1000)
    const id_token = await new SignJWT({ email: 'ada@relay.test', email_verified: 'true', nonce: sha256('once') })
      .setProtectedHeader({ alg: 'RS256', kid: 'k' })
      .setSubject('001.ada')
      .setIssuer(issuer)
      .setAudience('test.app')
      .setIssuedAt(at)
      .setExpirationTime(at + 300)
      .sign(apples)
    await addProvider(t, { slug: 'apple', kind: 'apple', settings, tenant_id: t.tenants.acme.id })
    const [stored] = await enabledProviders(t.app)
    if (!stored) throw new Error('The provider is not there')
    const provider = { ...stored, plugin: kindAs(plugin) }
    const where = { address: '127.0.0.1', user_agent: 'App' }
    const enter = (nonce?: string) =>
      enterNatively(t.app, [provider], { id_token, name: 'Ada L.', ...(nonce && { nonce }) }, where)
    expect((await enter('once')).answer).toMatchObject({ user: { name: 'Ada L.', email: 'ada@relay.test' } })
    for (const nonce of [undefined, 'other']) expect(await enter(nonce).catch(({ code }) => code)).toBe('UNAUTHORIZED')
    server.stop(true)
  })
})
