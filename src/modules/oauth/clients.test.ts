import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { audit_log } from '#db/schema/kernel'
import { oauth_clients } from '#db/schema/oauth'
import { memberships } from '#db/schema/tenants'
import { isoAt } from '#kernel/clock'
import { type Booted, boot } from '../../../test/boot'
import { basic, programs, REDIRECT } from './oauth.fixtures'

let t: Booted
let p: ReturnType<typeof programs>
beforeEach(async () => {
  t = await boot({ start: false })
  p = programs(t)
})
afterEach(() => t.stop())

describe('an OAuth client', () => {
  test('is registered with defaults, its secret shown once and kept as a hash', async () => {
    const { status, body } = await t.dan('POST', '/oauth/clients', { name: 'Wall', redirect_uris: [REDIRECT] })
    const { client_secret, ...view } = body
    expect([status, client_secret]).toEqual([201, expect.stringMatching(/^xinex_secret_[0-9a-f]{64}$/)])
    expect(view).toEqual({
      ...{ id: expect.any(String), tenant_id: t.tenants.acme.id, name: 'Wall', redirect_uris: [REDIRECT] },
      ...{ grant_types: ['authorization_code', 'refresh_token'], scopes: ['read'], role: 'viewer', public: false },
      ...{ created_at: isoAt(t.clock.now()), updated_at: isoAt(t.clock.now()), last_used_at: null },
    })
    expect((await t.dan('GET', `/oauth/clients/${view.id}`)).body).toEqual(view)
    expect((await t.dan('GET', '/oauth/clients')).body.items).toEqual([view])
    const kept = await Promise.all([oauth_clients, audit_log].map((table) => t.app.db.read.select().from(table)))
    expect(JSON.stringify(kept)).not.toContain(client_secret)
    expect(JSON.stringify(kept[1])).not.toContain('secret_hash')
    const events = (await t.app.db.read.select().from(audit_log)).map(({ event }) => event)
    expect(events).toContain('oauth_client.created')
  })

  test.each([
    [{ redirect_uris: ['http://app.example.test/cb'] }, ['redirect_uris.0']],
    [{ redirect_uris: [REDIRECT, 'myapp://cb', 'https://a.test/#x'] }, ['redirect_uris.1', 'redirect_uris.2']],
    [{ redirect_uris: [] }, ['redirect_uris']],
    [{ redirect_uris: [REDIRECT, REDIRECT] }, ['redirect_uris']],
    [{ grant_types: ['refresh_token'] }, ['grant_types']],
    [{ grant_types: ['password'] }, ['grant_types.0']],
    [{ grant_types: [] }, ['grant_types']],
    [{ grant_types: ['client_credentials'], public: true }, ['grant_types']],
    [{ scopes: ['admin'] }, ['scopes.0']],
    [{ scopes: [] }, ['scopes']],
    [{ role: 'king' }, ['role']],
    [{ tenant_id: 'x' }, ['tenant_id']],
  ])('of %j is refused, and the field is named', async (draft, fields) => {
    const { status, body } = await t.alice('POST', '/oauth/clients', {
      ...{ name: 'Wall', redirect_uris: [REDIRECT], ...draft },
    })
    expect([status, Object.keys(body.details.fields)]).toEqual([422, fields])
  })

  test('is changed, but not from one kind to the other', async () => {
    const { id } = await p.register({ public: true })
    const edit = { name: 'Screen', redirect_uris: ['app.example:/cb'] }
    await t.advance(1_000)
    const { body } = await t.dan('PUT', `/oauth/clients/${id}`, edit)
    expect([body.name, body.redirect_uris, body.updated_at]).toEqual([
      ...['Screen', edit.redirect_uris, isoAt(t.clock.now())],
    ])
    expect((await t.dan('PUT', `/oauth/clients/${id}`, { public: false })).status).toBe(422)
    expect((await t.dan('PUT', `/oauth/clients/${id}`, { grant_types: ['client_credentials'] })).status).toBe(422)
    expect((await t.dan('PUT', `/oauth/clients/${id}`, { redirect_uris: [] })).status).toBe(422)
    expect((await t.dan('POST', `/oauth/clients/${id}/secret`)).status).toBe(409)
  })

  test('has at most the role of whoever registers it, and nobody below it gets hold of its secret', async () => {
    const itself = { grant_types: ['client_credentials'], redirect_uris: [], name: 'Robot' }
    expect((await t.dan('POST', '/oauth/clients', { ...itself, role: 'owner' })).status).toBe(403)
    const admin = await p.register({ ...itself, role: 'admin' }, t.dan)
    expect((await t.dan('PUT', `/oauth/clients/${admin.id}`, { role: 'owner' })).status).toBe(403)
    const owner = await p.register({ ...itself, role: 'owner' })
    for (const [method, path, body] of [
      ['POST', '/secret', undefined],
      ['PUT', '', { name: 'Mine' }],
      ['PUT', '', { role: 'viewer' }],
    ] as const)
      expect((await t.dan(method, `/oauth/clients/${owner.id}${path}`, body)).status).toBe(403)
    expect((await t.dan('DELETE', `/oauth/clients/${owner.id}`)).status).toBe(204)
  })

  test('is edited by one person after the other, each time as a whole', async () => {
    const draft = { name: 'Robot', grant_types: ['client_credentials'], redirect_uris: [REDIRECT] }
    const { id } = (await t.alice('POST', '/oauth/clients', draft)).body
    const edits = [{ redirect_uris: [] }, { grant_types: ['authorization_code'] }]
    // Each of them is fine by itself; together they make a client that nobody can come back to.
    const answers = await Promise.all(edits.map((edit) => t.alice('PUT', `/oauth/clients/${id}`, edit)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 422])
  })

  test('of another workspace does not exist', async () => {
    const { id } = await p.register({}, t.mallory)
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['PUT', '', { name: 'Mine' }],
      ['DELETE', '', undefined],
      ['POST', '/secret', undefined],
    ] as const)
      expect((await t.alice(method, `/oauth/clients/${id}${path}`, body)).status).toBe(404)
    expect((await t.alice('GET', '/oauth/clients')).body.total).toBe(0)
  })
})

describe('the programs with access', () => {
  type Row = { id: string; client_id: string; scope: string }

  test('are listed once each, with the widest that was allowed, and lose all of it at once', async () => {
    const bob = (await t.session('bob')).ask
    const { id } = await p.register({ public: true, scopes: ['read', 'write'] })
    const started_at = isoAt(t.clock.now())
    const phone = (await p.exchange(id, await p.codeOf(bob, id))).body
    await t.advance(60_000)
    const tablet = (await p.exchange(id, await p.codeOf(bob, id, { scope: 'read write' }))).body
    const { total, items } = (await bob('GET', '/me/grants')).body
    expect(total).toBe(1)
    expect(items).toEqual([
      {
        ...{ id: expect.any(String), client_id: id, client_name: 'Wall', scope: 'read write' },
        tenant: { id: t.tenants.acme.id, name: 'Acme' },
        ...{ created_at: started_at, last_used_at: isoAt(t.clock.now()) },
      },
    ])
    expect((await (await t.session('carol')).ask('DELETE', `/me/grants/${items[0].id}`)).status).toBe(404)
    expect((await bob('DELETE', `/me/grants/${items[0].id}`)).status).toBe(204)
    for (const { access_token, refresh_token } of [phone, tablet]) {
      expect((await t.bearer(access_token)('GET', '/me')).status).toBe(401)
      expect((await p.refresh(id, refresh_token)).status).toBe(400)
    }
    expect((await bob('GET', '/me/grants')).body.total).toBe(0)
    expect((await bob('DELETE', `/me/grants/${items[0].id}`)).status).toBe(404)
  })

  test('in other workspaces are shown to the person, not to a token or to the single sign-on of one of them', async () => {
    const at = isoAt(t.clock.now())
    const there = { tenant_id: t.tenants.evil.id, user_id: t.people.bob.id, role: 'viewer' as const, created_at: at }
    await t.app.db.tx((tx) => tx.insert(memberships).values(there))
    const where = { user_agent: null, address: '127.0.0.1' }
    const foreign = await t.app.credentials.signIn(there.user_id, there.tenant_id, where)
    const elsewhere = t.asking({ cookie: foreign.set_cookie.split(';')[0] ?? '', 'x-csrf-token': foreign.csrf_token })
    const [here, other] = [await p.register(), await p.register({}, t.mallory)]
    const bob = (await t.session('bob')).ask
    await p.allow(bob, here.id)
    await p.allow(elsewhere, other.id)
    const clients = async (ask: typeof bob) =>
      (await ask('GET', '/me/grants')).body.items.map((one: Row) => one.client_id).sort()
    expect(await clients(bob)).toEqual([here.id, other.id].sort())
    const bound = (await t.session('bob', { bound: true })).ask
    expect([await clients(t.bob), await clients(bound)]).toEqual([[here.id], [here.id]])
    const row = (await bob('GET', '/me/grants')).body.items.find((one: Row) => one.client_id === other.id)
    for (const ask of [t.bob, bound]) expect((await ask('DELETE', `/me/grants/${row.id}`)).status).toBe(404)
    expect((await bob('DELETE', `/me/grants/${row.id}`)).status).toBe(204)
    const [entry] = await t.app.db.read.select().from(audit_log).where(eq(audit_log.event, 'oauth_grant.revoked'))
    expect(entry?.tenant_id).toBe(t.tenants.evil.id)
    await t.app.db.tx((tx) => tx.delete(memberships).where(eq(memberships.tenant_id, t.tenants.acme.id)))
    expect(await clients(elsewhere)).toEqual([])
  })
})

describe('discovery', () => {
  test('answers at the root of the host and nowhere else, and may be kept for five minutes', async () => {
    const { status, headers, body } = await t.nobody('GET', '/.well-known/oauth-authorization-server')
    expect([status, headers.get('cache-control')]).toEqual([200, 'public, max-age=300'])
    const { issuer } = t.app.credentials.accessTokens
    expect(body).toMatchObject({
      issuer,
      authorization_endpoint: `${issuer}/api/v1/oauth/authorize`,
      token_endpoint: `${issuer}/api/v1/oauth/token`,
      revocation_endpoint: `${issuer}/api/v1/oauth/revoke`,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
    })
    expect((await t.nobody('GET', '/api/v1/.well-known/oauth-authorization-server')).status).toBe(404)
    expect((await t.nobody('GET', '/oauth/.well-known/jwks.json')).status).toBe(404)
  })

  test('of an appliance with an address of its own names that address, whatever Host a request carries', async () => {
    await t.stop()
    t = await boot({ start: false, config: { publicUrl: 'https://xinex.example.test' } })
    p = programs(t)
    const forged = { host: 'evil.test' }
    const { body } = await t.nobody('GET', '/.well-known/oauth-authorization-server', undefined, forged)
    expect([body.issuer, body.jwks_uri]).toEqual([
      'https://xinex.example.test',
      'https://xinex.example.test/.well-known/jwks.json',
    ])
    const { id, client_secret } = await p.register({ grant_types: ['client_credentials'], redirect_uris: [] })
    const answer = await p.token({ grant_type: 'client_credentials' }, { ...basic(id, client_secret), ...forged })
    const [, claims = ''] = answer.body.access_token.split('.')
    const { iss, aud } = JSON.parse(Buffer.from(claims, 'base64url').toString())
    expect([iss, aud]).toEqual(['https://xinex.example.test', 'https://xinex.example.test/api/v1'])
  })
})
