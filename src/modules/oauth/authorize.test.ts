import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { and, eq } from 'drizzle-orm'
import { auth_flows, users } from '#db/schema/auth'
import { audit_log } from '#db/schema/kernel'
import { oauth_grants } from '#db/schema/oauth'
import { memberships, tenants } from '#db/schema/tenants'
import { isoAt } from '#kernel/clock'
import { type Ask, type Booted, boot } from '../../../test/boot'
import { locationOf, programs, REDIRECT, VERIFIER } from './oauth.fixtures'

let t: Booted
let p: ReturnType<typeof programs>
let bob: Ask
beforeEach(async () => {
  t = await boot({ start: false })
  p = programs(t)
  bob = (await t.session('bob')).ask
})
afterEach(() => t.stop())

const grants = () => t.app.db.read.select().from(oauth_grants)
const html = { accept: 'text/html,application/xhtml+xml' }

describe('who sends people to the authorization endpoint', () => {
  test('without being known gets nobody sent back: a person sees a page of ours, a program hears 400', async () => {
    const { id } = await p.register()
    const cases: [string, Record<string, string | undefined>, string][] = [
      [Bun.randomUUIDv7(), {}, 'unknown_client'],
      ['', {}, 'unknown_client'],
      [id, { redirect_uri: undefined }, 'redirect_mismatch'],
      [id, { redirect_uri: `${REDIRECT}/x` }, 'redirect_mismatch'],
      [id, { redirect_uri: 'https://evil.test/' }, 'redirect_mismatch'],
      [id, { redirect_uri: `${REDIRECT}%00` }, 'redirect_mismatch'],
    ]
    for (const [client, more, problem] of cases) {
      const program = await p.authorize(bob, client, more)
      const word = problem === 'unknown_client' ? 'invalid_client' : 'invalid_request'
      expect([program.status, program.body.error, program.body.code]).toEqual([400, word, 'BAD_REQUEST'])
      expect(program.body.details).toMatchObject({ problem, error_description: expect.any(String) })
      const page = locationOf(await p.authorize(bob, client, more, html))
      expect(page.href).toBe(`http://localhost/consent?problem=${problem}`)
    }
    const twice = await bob('GET', `/oauth/authorize?${p.query(id)}&redirect_uri=https://evil.test/`)
    expect(twice.status).toBe(400)
    expect((await bob('GET', `/oauth/authorize?${p.query(id)}&client_id=x`)).status).toBe(400)
  })

  test.each([
    [{ response_type: undefined }, 'invalid_request'],
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ response_type: 'code id_token' }, 'unsupported_response_type'],
    [{ response_mode: 'fragment' }, 'invalid_request'],
    [{ code_challenge: undefined }, 'invalid_request'],
    [{ code_challenge: 'short' }, 'invalid_request'],
    [{ code_challenge_method: 'plain' }, 'invalid_request'],
    [{ code_challenge_method: undefined }, 'invalid_request'],
    [{ scope: 'read admin' }, 'invalid_scope'],
    [{ scope: 'write' }, 'invalid_scope'],
    [{ prompt: 'none login' }, 'invalid_request'],
    [{ prompt: 'none' }, 'consent_required'],
    [{ padding: 'x'.repeat(2000) }, 'invalid_request'],
  ])('and asks wrongly (%j) hears %s, with the state and who says so', async (more, error) => {
    const { id } = await p.register({ public: true })
    const back = locationOf(await p.authorize(bob, id, more))
    expect(`${back.origin}${back.pathname}`).toBe(REDIRECT)
    const { error_description, ...rest } = Object.fromEntries(back.searchParams)
    expect(rest).toEqual({ error, state: 's', iss: t.app.credentials.accessTokens.issuer })
    expect(error_description).toEqual(expect.any(String))
    expect(await grants()).toEqual([])
  })

  test('and says something twice hears invalid_request', async () => {
    const { id } = await p.register()
    const back = locationOf(await bob('GET', `/oauth/authorize?${p.query(id)}&state=other`))
    expect([back.searchParams.get('error'), back.searchParams.get('state')]).toEqual(['invalid_request', null])
    const scope = locationOf(await bob('GET', `/oauth/authorize?${p.query(id, { scope: 'read' })}&scope=read`))
    expect([scope.searchParams.get('error'), scope.searchParams.get('state')]).toEqual(['invalid_request', 's'])
  })

  test('and is registered only to act for itself hears unauthorized_client', async () => {
    const { id } = await p.register({ grant_types: ['client_credentials'] })
    expect(locationOf(await p.authorize(bob, id)).searchParams.get('error')).toBe('unauthorized_client')
  })
})

describe('a person who is sent to it', () => {
  test('signs in first, and comes back to the same request; with prompt=none the client hears of it', async () => {
    const { id } = await p.register()
    const page = locationOf(await p.authorize(t.nobody, id))
    expect([page.pathname, page.searchParams.get('return')]).toEqual([
      '/sign-in',
      `/api/v1/oauth/authorize?${p.query(id)}`,
    ])
    const none = locationOf(await p.authorize(t.nobody, id, { prompt: 'none' }))
    expect(none.searchParams.get('error')).toBe('login_required')
    // A token is no person in front of a browser.
    expect(locationOf(await p.authorize(t.bob, id)).pathname).toBe('/sign-in')
  })

  test('sees who asks for what, says yes, and goes back with a code', async () => {
    const { id } = await p.register({ public: true, scopes: ['read', 'write'] })
    const answer = await p.authorize(bob, id, { scope: 'write read' })
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer')
    const request = locationOf(answer).searchParams.get('request')
    const { body } = await bob('GET', `/oauth/consent/${request}`)
    expect(body).toEqual({
      client: { id, name: 'Wall', redirect_host: 'app.example.test' },
      scopes: [
        { scope: 'read', title: expect.any(String) },
        { scope: 'write', title: expect.any(String) },
      ],
      tenant: { id: t.tenants.acme.id, name: 'Acme' },
      user: { id: t.people.bob.id, name: 'bob', email: 'bob@example.test' },
    })
    expect(await grants()).toEqual([])
    const said = await bob('POST', `/oauth/consent/${request}`, { allow: true })
    const back = new URL(said.body.redirect_to)
    expect(Object.fromEntries(back.searchParams)).toEqual({
      code: expect.stringMatching(/^[\w-]{43}$/),
      state: 's',
      iss: t.app.credentials.accessTokens.issuer,
    })
    expect((await bob('POST', `/oauth/consent/${request}`, { allow: true })).status).toBe(404)
    expect(await grants()).toEqual([expect.objectContaining({ client_id: id, scope: 'read write', mfa: false })])
    const [entry] = await t.app.db.read.select().from(audit_log).where(eq(audit_log.event, 'oauth_grant.created'))
    expect(entry).toMatchObject({ actor_id: t.people.bob.id, tenant_id: t.tenants.acme.id })
    expect(JSON.stringify(entry)).not.toContain(back.searchParams.get('code') ?? '?')
  })

  test('says no, and the client hears access_denied', async () => {
    const { id } = await p.register()
    const request = locationOf(await p.authorize(bob, id)).searchParams.get('request')
    const { body } = await bob('POST', `/oauth/consent/${request}`, { allow: false })
    const back = new URL(body.redirect_to)
    expect([back.searchParams.get('error'), back.searchParams.get('state')]).toEqual(['access_denied', 's'])
    expect(await grants()).toEqual([])
  })

  test('is the only one who can answer, with a session and its CSRF token, within ten minutes', async () => {
    const { id } = await p.register()
    const session = await t.session('bob')
    const request = locationOf(await p.authorize(session.ask, id)).searchParams.get('request')
    const path = `/oauth/consent/${request}`
    const carol = (await t.session('carol')).ask
    for (const ask of [carol, t.carol, (await t.session('mallory')).ask]) {
      expect((await ask('GET', path)).status).toBe(404)
      expect([403, 404]).toContain((await ask('POST', path, { allow: true })).status)
    }
    expect((await t.bob('POST', path, { allow: true })).status).toBe(403)
    const forged = await t.asking({ cookie: session.cookie })('POST', path, { allow: true })
    expect([forged.status, forged.body.code]).toEqual([403, 'CSRF_TOKEN_INVALID'])
    expect((await session.ask('GET', path)).status).toBe(200)
    await t.advance(600_001)
    expect((await session.ask('GET', path)).status).toBe(404)
    expect((await session.ask('POST', path, { allow: true })).status).toBe(404)
    expect(await grants()).toEqual([])
  })

  test('is asked every time by a public client, once by one with a secret, until either of them changes', async () => {
    const open = await p.register({ public: true })
    for (let n = 0; n < 2; n++) expect((await p.allow(bob, open.id)).searchParams.get('code')).toBeTruthy()
    const { id } = await p.register({ scopes: ['read', 'write'] })
    await p.allow(bob, id, { scope: 'read write' })
    const silent = locationOf(await p.authorize(bob, id, { scope: 'read', prompt: 'none' }))
    expect(silent.searchParams.get('code')).toBeTruthy()
    expect(locationOf(await p.authorize(bob, id, { prompt: 'consent' })).pathname).toBe('/consent')
    // Carol has allowed nothing.
    expect(locationOf(await p.authorize((await t.session('carol')).ask, id)).pathname).toBe('/consent')
    await t.advance(1)
    await t.alice('PUT', `/oauth/clients/${id}`, { redirect_uris: [REDIRECT, 'https://new.example.test/'] })
    expect(locationOf(await p.authorize(bob, id)).pathname).toBe('/consent')
    await p.allow(bob, id)
    expect(locationOf(await p.authorize(bob, id)).searchParams.get('code')).toBeTruthy()
    // More than was allowed is asked again.
    await p.allow(bob, id, { scope: 'read write' })
    const [mine] = (await bob('GET', '/me/grants')).body.items.filter(
      (one: { client_id: string }) => one.client_id === id,
    )
    expect((await bob('DELETE', `/me/grants/${mine.id}`)).status).toBe(204)
    expect(locationOf(await p.authorize(bob, id)).pathname).toBe('/consent')
  })

  test('gives access only to the workspace they are in, and to programs of that workspace', async () => {
    const foreign = await p.register({}, t.mallory)
    const back = locationOf(await p.authorize(bob, foreign.id))
    expect(back.searchParams.get('error')).toBe('access_denied')
    expect(back.searchParams.get('error_description')).toContain('not a member')
    const both = { tenant_id: t.tenants.evil.id, user_id: t.people.bob.id, role: 'viewer' as const }
    await t.app.db.tx((tx) => tx.insert(memberships).values({ ...both, created_at: isoAt(t.clock.now()) }))
    const member = locationOf(await p.authorize(bob, foreign.id))
    expect(member.searchParams.get('error_description')).toContain('switch to it')
    expect(await t.app.db.read.select().from(auth_flows)).toEqual([])
  })

  test('who is leaving, or without the second factor that the workspace asks for, allows nothing', async () => {
    const { id } = await p.register()
    const request = locationOf(await p.authorize(bob, id)).searchParams.get('request')
    const acme = eq(tenants.id, t.tenants.acme.id)
    await t.app.db.tx((tx) => tx.update(tenants).set({ require_mfa: true }).where(acme))
    t.app.credentials.forget()
    expect(locationOf(await p.authorize(bob, id)).searchParams.get('error')).toBe('access_denied')
    const decided = await bob('POST', `/oauth/consent/${request}`, { allow: true })
    expect(new URL(decided.body.redirect_to).searchParams.get('error')).toBe('access_denied')
    const proven = (await t.session('bob', { mfa: true })).ask
    expect((await p.allow(proven, id)).searchParams.get('code')).toBeTruthy()
    const his = and(eq(users.id, t.people.bob.id))
    await t.app.db.tx((tx) =>
      tx
        .update(users)
        .set({ deletes_at: isoAt(t.clock.now() + 86_400_000) })
        .where(his),
    )
    expect(locationOf(await p.authorize(proven, id)).searchParams.get('error')).toBe('access_denied')
  })

  test('is not sent anywhere any more when the client was deleted meanwhile', async () => {
    const { id } = await p.register()
    const request = locationOf(await p.authorize(bob, id)).searchParams.get('request')
    await t.alice('DELETE', `/oauth/clients/${id}`)
    expect((await bob('GET', `/oauth/consent/${request}`)).status).toBe(404)
    expect((await bob('POST', `/oauth/consent/${request}`, { allow: true })).status).toBe(404)
  })
})

describe('our mobile app', () => {
  test.each(['xinex://oauth/callback', 'http://127.0.0.1:49152/oauth/callback', 'http://[::1]:1/oauth/callback'])(
    'is known without being registered, and comes back to %s',
    async (redirect_uri) => {
      const back = await p.allow(bob, 'xinex-mobile', { redirect_uri, scope: 'read write' })
      expect(back.href).toStartWith(`${redirect_uri}?code=`)
      const code = back.searchParams.get('code') ?? ''
      const { body } = await p.exchange('xinex-mobile', code, { redirect_uri })
      expect(body.scope).toBe('read write')
      expect((await t.bearer(body.access_token)('GET', '/me')).body.name).toBe('bob')
      const next = await p.refresh('xinex-mobile', body.refresh_token)
      expect([next.status, next.body.error_description]).toEqual([200, undefined])
      const list = (await bob('GET', '/me/grants')).body.items
      expect(list).toEqual([expect.objectContaining({ client_id: 'xinex-mobile', client_name: 'Xinex mobile app' })])
    },
  )

  test('is asked for by every workspace, and its tokens are good for that one', async () => {
    const { ask } = await t.session('mallory')
    const redirect_uri = 'xinex://oauth/callback'
    const code = await p.codeOf(ask, 'xinex-mobile', { redirect_uri })
    const { body } = await p.exchange('xinex-mobile', code, { redirect_uri, code_verifier: VERIFIER })
    expect((await t.bearer(body.access_token)('GET', '/me')).body.tenant.id).toBe(t.tenants.evil.id)
  })
})
