import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { createHmac, randomBytes } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { exportSPKI, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose'
import { signing_keys } from '#db/schema/credentials'
import { oauth_grants } from '#db/schema/oauth'
import { openAccessTokens } from '#kernel/access-tokens'
import { isoAt } from '#kernel/clock'
import { openVault } from '#kernel/secrets'
import { type Booted, boot } from '../../test/boot'

let t: Booted
let claims: { sub: string; client_id: string; scope: string; tid: string; gid: string }
let token: string
beforeEach(async () => {
  t = await boot({ start: false })
  const row = { id: Bun.randomUUIDv7(), client_id: 'wall', scope: 'read write', mfa: false }
  const whose = { user_id: t.people.bob.id, tenant_id: t.tenants.acme.id, created_at: isoAt(t.clock.now()) }
  await t.app.db.tx((tx) => tx.insert(oauth_grants).values({ ...row, ...whose }))
  claims = { sub: whose.user_id, client_id: row.client_id, scope: row.scope, tid: whose.tenant_id, gid: row.id }
  token = await tokens().sign(claims)
})
afterEach(() => t.stop())

const tokens = () => t.app.credentials.accessTokens
const ask = async (bearer: string) => (await t.bearer(bearer)('GET', '/me')).status
const jwks = async () => (await t.nobody('GET', '/.well-known/jwks.json')).body.keys as JWK[]
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const read = (text = '') => JSON.parse(Buffer.from(text, 'base64url').toString())

/** The appliance's own private key: what a forger does not have, so that one thing at a time can be wrong. */
async function privateKey() {
  const [row] = await t.app.db.read.select().from(signing_keys)
  const jwk = JSON.parse(t.app.vault.open(row?.private_key ?? '', `signing_keys:private_key:${row?.kid}`))
  return { kid: row?.kid ?? '', key: await importJWK(jwk, 'ES256') }
}
type Change = { header?: object; payload?: object; issuer?: string; audience?: string; expires_s?: number }
async function signed({ header, payload, issuer, audience, expires_s = 900 }: Change = {}, other?: CryptoKey) {
  const { kid, key } = await privateKey()
  const at = Math.floor(t.clock.now() / 1000)
  const { sub, ...rest } = claims
  return new SignJWT({ ...rest, ...payload })
    .setProtectedHeader({ alg: 'ES256', kid, typ: 'at+jwt', ...header })
    .setIssuer(issuer ?? tokens().issuer)
    .setAudience(audience ?? tokens().audience)
    .setSubject(sub)
    .setIssuedAt(at)
    .setExpirationTime(at + expires_s)
    .sign(other ?? key)
}

describe('an access token', () => {
  test('is a JWT of RFC 9068 that says for whom, by whom, where and how long', async () => {
    const [head, body] = token.split('.')
    const [key] = await jwks()
    expect(read(head)).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: key?.kid })
    const at = Math.floor(t.clock.now() / 1000)
    expect(read(body)).toEqual({
      ...claims,
      ...{ iss: 'http://127.0.0.1:3000', aud: 'http://127.0.0.1:3000/api/v1', iat: at, exp: at + 900 },
      jti: expect.any(String),
    })
    expect(await ask(token)).toBe(200)
    expect(await ask(await signed())).toBe(200)
  })

  test('is used where any credential is, also by a live connection, and its use is noted once a minute', async () => {
    const used = async () => (await t.app.db.read.select().from(oauth_grants))[0]?.last_used_at
    expect((await t.bearer(token)('POST', '/ws/ticket')).status).toBe(201)
    const first = await used()
    expect(first).toBe(isoAt(t.clock.now()))
    await t.advance(30_000)
    await ask(token)
    expect(await used()).toBe(first ?? '')
    await t.advance(31_000)
    await ask(token)
    expect(await used()).toBe(isoAt(t.clock.now()))
  })

  test('of which one character was changed, wherever, is worth nothing', async () => {
    const [head = '', body = '', signature = ''] = token.split('.')
    const forged = [
      `${head}.${part({ ...read(body), sub: t.people.alice.id })}.${signature}`,
      `${head}.${part({ ...read(body), exp: 4_000_000_000 })}.${signature}`,
      `${part({ ...read(head), x: 1 })}.${body}.${signature}`,
      `${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
      `${head}.${body}.${Buffer.alloc(64).toString('base64url')}`,
      `${head}.${body}.`,
      `${head}.${body}`,
      `${token}.x`,
      token.slice(0, -2),
    ]
    for (const one of forged) expect([one.length, await ask(one)]).toEqual([one.length, 401])
    expect(await ask(token)).toBe(200)
  })

  test('without a signature, or signed with what everybody knows, is worth nothing', async () => {
    const { kid } = await privateKey()
    const [, body] = token.split('.')
    for (const alg of ['none', 'None', 'NONE', ''])
      for (const signature of ['', 'x', token.split('.')[2]])
        expect(await ask(`${part({ alg, typ: 'at+jwt', kid })}.${body}.${signature}`)).toBe(401)
    const [jwk = {}] = await jwks()
    const pem = await exportSPKI((await importJWK({ ...jwk }, 'ES256')) as CryptoKey)
    for (const secret of [pem, pem.trim(), JSON.stringify(jwk), jwk.x ?? '', '']) {
      const start = `${part({ alg: 'HS256', typ: 'at+jwt', kid })}.${body}`
      const signature = createHmac('sha256', secret).update(start).digest('base64url')
      expect(await ask(`${start}.${signature}`)).toBe(401)
    }
  })

  test('of another key is worth nothing, whatever key it names or brings along', async () => {
    const other = await generateKeyPair('ES256', { extractable: true })
    const jwk = await crypto.subtle.exportKey('jwk', other.publicKey)
    for (const header of [{}, { kid: 'x' }, { kid: undefined }, { jwk }, { jku: 'http://127.0.0.1:1/jwks' }])
      expect(await ask(await signed({ header }, other.privateKey))).toBe(401)
  })

  const wrong: [string, Change][] = [
    ['another issuer', { issuer: 'https://evil.test' }],
    ['another issuer, by a slash', { issuer: 'http://127.0.0.1:3000/' }],
    ['another audience', { audience: 'https://other.example.test/api/v1' }],
    ['typ JWT, as an id_token has', { header: { typ: 'JWT' } }],
    ['no typ', { header: { typ: undefined } }],
    ['an end in the past', { expires_s: 0 }],
    ['a grant that does not exist', { payload: { gid: Bun.randomUUIDv7() } }],
    ['another workspace', { payload: { tid: Bun.randomUUIDv7() } }],
    ['no workspace', { payload: { tid: undefined } }],
    ['no grant, as if a person were a client', { payload: { gid: undefined } }],
    ['no scope', { payload: { scope: undefined } }],
  ]
  test.each(wrong)('with our own signature but %s is worth nothing', async (_, change) => {
    expect(await ask(await signed(change))).toBe(401)
  })

  test('ends after 15 minutes to the second, although it was just used', async () => {
    await t.advance(899_000)
    expect(await ask(token)).toBe(200)
    await t.advance(1_000)
    expect(await ask(token)).toBe(401)
  })

  test('that is far too long is not even read', async () => {
    const [head, body, signature] = token.split('.')
    expect(await ask(`${head}.${body}${'A'.repeat(5000)}.${signature}`)).toBe(401)
  })
})

describe('signing keys', () => {
  test('are published without their private half, which is sealed where it lies', async () => {
    const answer = await t.nobody('GET', '/.well-known/jwks.json')
    expect(answer.headers.get('cache-control')).toBe('public, max-age=300')
    const [key, ...more] = answer.body.keys
    expect([Object.keys(key).sort(), more]).toEqual([['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'], []])
    const [row] = await t.app.db.read.select().from(signing_keys)
    expect(row?.private_key).toStartWith('v1.')
  })

  test('a token of the key before works while that is published, and not after', async () => {
    const [before] = await jwks()
    const kid = await tokens().rotate()
    expect((await jwks()).map((one) => one.kid).sort()).toEqual([before?.kid, kid].sort())
    const fresh = await tokens().sign(claims)
    expect(read(fresh.split('.')[0]).kid).toBe(kid)
    expect([await ask(token), await ask(fresh)]).toEqual([200, 200])
    const retired_at = isoAt(t.clock.now() - 2 * 86_400_000)
    const old = eq(signing_keys.kid, before?.kid ?? '')
    await t.app.db.tx((tx) => tx.update(signing_keys).set({ retired_at }).where(old))
    await tokens().tidy()
    t.app.credentials.forget()
    expect((await jwks()).map((one) => one.kid)).toEqual([kid])
    expect([await ask(token), await ask(fresh)]).toEqual([401, 200])
  })

  test('change by themselves after 90 days, and the old one goes a day later', async () => {
    const [before] = await jwks()
    await tokens().tidy()
    expect((await jwks()).map((one) => one.kid)).toEqual([before?.kid])
    await t.advance(90 * 86_400_000 + 1)
    await tokens().tidy()
    expect(await jwks()).toHaveLength(2)
    await t.advance(86_400_001)
    await tokens().tidy()
    const [after, ...more] = await jwks()
    expect([after?.kid === before?.kid, more]).toEqual([false, []])
  })

  test('one that is sealed with a lost secrets.key signs nothing; another takes its place', async () => {
    const { db, clock } = t.app
    const after = openAccessTokens({ db, clock, vault: openVault(randomBytes(32)), issuer: tokens().issuer })
    const late = await after.sign(claims)
    expect(await after.verify(late)).toMatchObject({ sub: claims.sub })
    expect(await after.verify(token)).toMatchObject({ sub: claims.sub })
    expect((await after.jwks()).keys).toHaveLength(2)
  })

  test('one is made for many who ask first at once', async () => {
    await t.app.db.tx((tx) => tx.delete(signing_keys))
    await tokens().tidy()
    const made = await Promise.all(Array.from({ length: 10 }, () => tokens().sign(claims)))
    expect(new Set(made.map((one) => read(one.split('.')[0]).kid)).size).toBe(1)
    expect(await jwks()).toHaveLength(1)
  })
})
