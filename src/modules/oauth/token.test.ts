import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { audit_log } from '#db/schema/kernel'
import { oauth_clients, oauth_codes, oauth_refresh_tokens } from '#db/schema/oauth'
import { isoAt } from '#kernel/clock'
import { type Ask, type Booted, boot } from '../../../test/boot'
import { basic, expectRefused, programs, REDIRECT, VERIFIER } from './oauth.fixtures'

let t: Booted
let p: ReturnType<typeof programs>
let bob: Ask
beforeEach(async () => {
  t = await boot({ start: false })
  p = programs(t)
  bob = (await t.session('bob')).ask
})
afterEach(() => t.stop())

const works = async (access_token: string) => (await t.bearer(access_token)('GET', '/me')).status
const revocations = () => t.app.db.read.$count(audit_log, eq(audit_log.event, 'oauth_grant.revoked'))
const json = { 'content-type': 'application/json' }

describe('the token endpoint', () => {
  test('knows a client by Basic, by the secret in the form, or a public one by its name; and nobody else', async () => {
    const { id, client_secret } = await p.register({ grant_types: ['client_credentials'], redirect_uris: [] })
    const open = await p.register({ public: true })
    const own = { grant_type: 'client_credentials' }
    expect(client_secret).toMatch(/^xinex_secret_[0-9a-f]{64}$/)
    expect(open.client_secret).toBeUndefined()
    for (const [form, headers] of [
      [own, basic(id, client_secret)],
      [{ ...own, client_id: id }, basic(id, client_secret)],
      [own, basic(id.replaceAll('-', '%2D'), client_secret.replaceAll('_', '%5F'))],
      [{ ...own, client_id: id, client_secret }, {}],
    ] as const)
      expect((await p.token(form, headers)).status).toBe(200)
    for (const [form, headers] of [
      [own, {}],
      [{ ...own, client_id: id }, {}],
      [{ ...own, client_id: id, client_secret: '' }, {}],
      [{ ...own, client_id: id, client_secret: `${client_secret}x` }, {}],
      [{ ...own, client_id: Bun.randomUUIDv7(), client_secret }, {}],
      [own, basic(id, 'wrong')],
      [own, basic(id, '')],
      [own, basic(`${id}%`, client_secret)],
      [own, { authorization: 'Basic' }],
      [own, { authorization: 'Basic !!!' }],
      [own, { authorization: `Basic ${btoa('no colon')}` }],
      [own, { authorization: `Bearer ${t.people.alice.token}` }],
      [{ ...own, client_id: open.id, client_secret: 'invented' }, {}],
    ] as const)
      expectRefused(await p.token(form, headers), 'invalid_client')
    const both = { ...own, client_id: id, client_secret }
    expectRefused(await p.token(both, basic(id, client_secret)), 'invalid_request')
    expectRefused(await p.token({ ...own, client_id: open.id }, basic(id, client_secret)), 'invalid_request')
    const rows = JSON.stringify(await t.app.db.read.select().from(oauth_clients))
    expect(rows).not.toContain(client_secret)
  })

  test('takes a form, each parameter once', async () => {
    const { id } = await p.register({ public: true })
    const asked = { client_id: id, grant_type: 'authorization_code', code: 'x', code_verifier: VERIFIER }
    expectRefused(await p.token(JSON.stringify(asked), json), 'invalid_request')
    expectRefused(await p.token(`${new URLSearchParams(asked)}&code=y`), 'invalid_request')
    expectRefused(await p.token(`client_id=${id}&client_id=${id}`), 'invalid_request')
    expectRefused(await p.token({ ...asked, grant_type: undefined }), 'invalid_request')
    expectRefused(await p.token({ ...asked, code: undefined }), 'invalid_request')
    expectRefused(await p.token({ ...asked, code_verifier: undefined }), 'invalid_request')
    expectRefused(await p.token({ client_id: id, grant_type: 'refresh_token' }), 'invalid_request')
    for (const grant_type of ['password', 'implicit', 'toString', '__proto__'])
      expectRefused(await p.token({ ...asked, grant_type }), 'unsupported_grant_type')
    expectRefused(await p.token({ client_id: id, grant_type: 'client_credentials' }), 'unauthorized_client')
    expectRefused(await p.token(asked), 'invalid_grant')
    expect((await t.nobody('GET', '/oauth/token')).status).toBe(405)
  })

  test('gives for a code what was allowed, once, to the client and for the request it was made for', async () => {
    const { id } = await p.register({ public: true })
    const other = await p.register({ public: true })
    const code = await p.codeOf(bob, id)
    expectRefused(await p.exchange(id, code, { code_verifier: `${VERIFIER}x` }), 'invalid_grant')
    expectRefused(await p.exchange(id, code, { redirect_uri: `${REDIRECT}/x` }), 'invalid_grant')
    expectRefused(await p.exchange(other.id, code), 'invalid_grant')
    const { status, headers, body } = await p.exchange(id, code)
    expect(status).toBe(200)
    expect([headers.get('cache-control'), headers.get('pragma')]).toEqual(['no-store', 'no-cache'])
    const { access_token, refresh_token, ...rest } = body
    expect(rest).toEqual({ token_type: 'Bearer', expires_in: 900, scope: 'read' })
    expect(await works(access_token)).toBe(200)
    const written = await t.bearer(access_token)('PUT', '/me', { name: 'Robert' })
    expect([written.status, written.body.code]).toEqual([403, 'FORBIDDEN'])
    const kept = [oauth_codes, oauth_refresh_tokens].map((table) => t.app.db.read.select().from(table))
    const text = JSON.stringify(await Promise.all(kept))
    expect([text.includes(code), text.includes(refresh_token)]).toEqual([false, false])
    // OAuth 2.1 clients leave the address out.
    expect((await p.exchange(id, await p.codeOf(bob, id), { redirect_uri: undefined })).status).toBe(200)
  })

  test('refuses a code after a minute', async () => {
    const { id } = await p.register({ public: true })
    const code = await p.codeOf(bob, id)
    await t.advance(60_000)
    expectRefused(await p.exchange(id, code), 'invalid_grant')
  })

  test('ends everything that came of a code when it is sent again, but not at the word of another client', async () => {
    const { id } = await p.register({ public: true })
    const other = await p.register({ public: true })
    const code = await p.codeOf(bob, id)
    const { body } = await p.exchange(id, code)
    expectRefused(await p.exchange(other.id, code), 'invalid_grant')
    expect(await works(body.access_token)).toBe(200)
    expectRefused(await p.exchange(id, code), 'invalid_grant')
    expect(await works(body.access_token)).toBe(401)
    expectRefused(await p.refresh(id, body.refresh_token), 'invalid_grant')
    expectRefused(await p.exchange(id, code), 'invalid_grant')
    expect(await revocations()).toBe(1)
  })

  test('gives one of many who send a code at once its tokens', async () => {
    const { id } = await p.register({ public: true })
    const code = await p.codeOf(bob, id)
    const answers = await Promise.all(Array.from({ length: 10 }, () => p.exchange(id, code)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })
})

describe('a client that acts for itself', () => {
  const registration = {
    grant_types: ['client_credentials'],
    redirect_uris: [],
    scopes: ['read', 'write'],
    role: 'member',
  }
  const ask = (id: string, client_secret: string, scope?: string) =>
    p.token({ grant_type: 'client_credentials', client_id: id, client_secret, scope })

  test('gets a token of its own, without refresh, with its role and scope, and for no person', async () => {
    const { id, client_secret } = await p.register(registration)
    const { body } = await ask(id, client_secret, 'read write')
    const { access_token, ...rest } = body
    expect(rest).toEqual({ token_type: 'Bearer', expires_in: 900, scope: 'read write' })
    const alone = t.bearer(access_token)
    expect((await alone('POST', '/incidents', { title: 'Slow' })).status).toBe(201)
    expect((await alone('GET', '/invitations')).status).toBe(403)
    expect((await alone('GET', '/me')).status).toBe(403)
    const reading = t.bearer((await ask(id, client_secret)).body.access_token)
    expect((await reading('GET', '/incidents')).body.total).toBe(1)
    expect((await reading('POST', '/incidents', { title: 'Slow' })).status).toBe(403)
    expectRefused(await ask(id, client_secret, 'admin'), 'invalid_scope')
    const [row] = await t.app.db.read.select().from(oauth_clients).where(eq(oauth_clients.id, id))
    expect(row?.last_used_at).toBe(isoAt(t.clock.now()))
  })

  test('loses it with its registration, and what is taken from it at once', async () => {
    const { id, client_secret } = await p.register(registration)
    const { access_token } = (await ask(id, client_secret, 'read write')).body
    const alone = t.bearer(access_token)
    await t.alice('PUT', `/oauth/clients/${id}`, { scopes: ['read'] })
    expect((await alone('POST', '/incidents', { title: 'Slow' })).status).toBe(403)
    await t.alice('PUT', `/oauth/clients/${id}`, { role: 'viewer' })
    expect((await alone('GET', '/incidents')).status).toBe(200)
    const { body } = await t.alice('POST', `/oauth/clients/${id}/secret`)
    expectRefused(await ask(id, client_secret), 'invalid_client')
    expect((await ask(id, body.client_secret)).status).toBe(200)
    await t.alice('PUT', `/oauth/clients/${id}`, { grant_types: ['authorization_code'], redirect_uris: [REDIRECT] })
    expect((await alone('GET', '/incidents')).status).toBe(401)
    expectRefused(await ask(id, body.client_secret), 'unauthorized_client')
    await t.alice('DELETE', `/oauth/clients/${id}`)
    expectRefused(await ask(id, body.client_secret), 'invalid_client')
  })
})

describe('the revocation endpoint', () => {
  test.each(['refresh_token', 'access_token'] as const)('ends the grant of a %s', async (kind) => {
    const one = await p.connected(bob)
    const other = await p.connected(bob)
    expectRefused(await p.revoke({ token: one[kind] }), 'invalid_client')
    expect((await p.revoke({ client_id: other.id, token: one[kind] })).status).toBe(200)
    expect(await works(one.access_token)).toBe(200)
    const { status, body, headers } = await p.revoke({ client_id: one.id, token: one[kind], token_type_hint: 'x' })
    expect([status, body, headers.get('cache-control')]).toEqual([200, undefined, 'no-store'])
    expect(await works(one.access_token)).toBe(401)
    expectRefused(await p.refresh(one.id, one.refresh_token), 'invalid_grant')
    expect(await works(other.access_token)).toBe(200)
    expect((await p.revoke({ client_id: one.id, token: one[kind] })).status).toBe(200)
    expect(await revocations()).toBe(1)
  })

  test('answers 200 to what it does not know, and 400 to nothing or to what it cannot end', async () => {
    const { id, client_secret } = await p.register({ grant_types: ['client_credentials'], redirect_uris: [] })
    const by = basic(id, client_secret)
    expect((await p.revoke({ token: 'x' }, by)).status).toBe(200)
    expectRefused(await p.revoke({}, by), 'invalid_request')
    const { body } = await p.token({ grant_type: 'client_credentials' }, by)
    expectRefused(await p.revoke({ token: body.access_token }, by), 'unsupported_token_type')
  })
})
