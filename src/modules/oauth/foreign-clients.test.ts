import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import * as raw from 'oauth4webapi'
import * as openid from 'openid-client'
import { type Ask, type Booted, boot } from '../../../test/boot'
import { listen } from '../../server'
import { locationOf, programs, REDIRECT } from './oauth.fixtures'

/** A port that is free: the issuer is written into the configuration before the server listens. */
const freePort = async () => {
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response() })
  const { port } = server
  await server.stop(true)
  return port as number
}

let t: Booted
let p: ReturnType<typeof programs>
let server: ReturnType<typeof listen>
let issuer: URL
let bob: Ask
beforeEach(async () => {
  const port = await freePort()
  issuer = new URL(`http://127.0.0.1:${port}`)
  // The clients look at the real clock: they refuse what the appliance signs as of another year.
  t = await boot({ start: false, now: Date.now(), config: { publicUrl: issuer.origin } })
  server = listen(t.appliance, { host: '127.0.0.1', port })
  p = programs(t)
  bob = (await t.session('bob')).ask
})
afterEach(async () => {
  await server.stop(true)
  await t.stop()
})

/** What the person and their browser do between the two requests of a client. */
async function visit(url: URL, allow = true): Promise<URL> {
  const page = locationOf(await bob('GET', url.pathname + url.search))
  if (page.pathname !== '/consent') return page
  const { body } = await bob('POST', `/oauth/consent/${page.searchParams.get('request')}`, { allow })
  return new URL(body.redirect_to)
}
const reason = (failure: unknown) => (failure as { error?: string }).error
const me = (token: string) => fetch(new URL('/api/v1/me', issuer), { headers: { authorization: `Bearer ${token}` } })

describe('openid-client', () => {
  const overHttp = { algorithm: 'oauth2' as const, execute: [openid.allowInsecureRequests] }
  const discover = (id: string, how: openid.ClientAuth) => openid.discovery(issuer, id, undefined, how, overHttp)

  async function connect(config: openid.Configuration, scope = 'read write') {
    const pkceCodeVerifier = openid.randomPKCECodeVerifier()
    const expectedState = openid.randomState()
    const url = openid.buildAuthorizationUrl(config, {
      ...{ redirect_uri: REDIRECT, scope, state: expectedState, code_challenge_method: 'S256' },
      code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    })
    const back = await visit(url)
    return { back, checks: { pkceCodeVerifier, expectedState } }
  }

  const ways: [string, boolean, (secret: string) => openid.ClientAuth][] = [
    ['a public client', true, () => openid.None()],
    ['a secret by Basic', false, (secret) => openid.ClientSecretBasic(secret)],
    ['a secret in the form', false, (secret) => openid.ClientSecretPost(secret)],
  ]
  test.each(ways)('finds the server, connects with PKCE as %s, renews and revokes', async (_, isPublic, how) => {
    const { id, client_secret } = await p.register({ public: isPublic, scopes: ['read', 'write'] })
    const config = await discover(id, how(client_secret))
    expect(config.serverMetadata().issuer).toBe(issuer.origin)
    const { back, checks } = await connect(config)
    const first = await openid.authorizationCodeGrant(config, back, checks)
    expect([first.token_type, first.expires_in, first.scope]).toEqual(['bearer', 900, 'read write'])
    expect((await me(first.access_token)).status).toBe(200)
    const next = await openid.refreshTokenGrant(config, first.refresh_token ?? '')
    expect((await me(next.access_token)).status).toBe(200)
    await openid.tokenRevocation(config, next.refresh_token ?? '')
    expect((await me(next.access_token)).status).toBe(401)
    expect(reason(await openid.refreshTokenGrant(config, next.refresh_token ?? '').catch((one) => one))).toBe(
      'invalid_grant',
    )
  })

  test('refreshes twenty times at once: one wins; after the grace the family is gone', async () => {
    const { id } = await p.register({ public: true, scopes: ['read', 'write'] })
    const config = await discover(id, openid.None())
    const { back, checks } = await connect(config)
    const { refresh_token = '' } = await openid.authorizationCodeGrant(config, back, checks)
    const all = await Promise.allSettled(
      Array.from({ length: 20 }, () => openid.refreshTokenGrant(config, refresh_token)),
    )
    const won = all.filter((one) => one.status === 'fulfilled').map(({ value }) => value)
    const lost = all.filter((one) => one.status === 'rejected').map((one) => reason(one.reason))
    expect([won.length, lost]).toEqual([1, Array(19).fill('invalid_grant')])
    const { refresh_token: last = '' } = await openid.refreshTokenGrant(config, won[0]?.refresh_token ?? '')
    await t.advance(10_001)
    for (const one of [refresh_token, last])
      expect(reason(await openid.refreshTokenGrant(config, one).catch((failure) => failure))).toBe('invalid_grant')
  })

  test('refuses an answer of somebody else, and is refused with the wrong verifier or a spent code', async () => {
    const { id } = await p.register({ public: true, scopes: ['read', 'write'] })
    const config = await discover(id, openid.None())
    const { back, checks } = await connect(config)
    const foreign = new URL(back)
    foreign.searchParams.set('iss', 'https://evil.test')
    await expect(openid.authorizationCodeGrant(config, foreign, checks)).rejects.toThrow()
    const wrong = { ...checks, pkceCodeVerifier: openid.randomPKCECodeVerifier() }
    expect(reason(await openid.authorizationCodeGrant(config, back, wrong).catch((one) => one))).toBe('invalid_grant')
    const { access_token } = await openid.authorizationCodeGrant(config, back, checks)
    expect(reason(await openid.authorizationCodeGrant(config, back, checks).catch((one) => one))).toBe('invalid_grant')
    expect((await me(access_token)).status).toBe(401)
  })

  test('acts for itself', async () => {
    const { id, client_secret } = await p.register({ grant_types: ['client_credentials'], redirect_uris: [] })
    const config = await discover(id, openid.ClientSecretBasic(client_secret))
    const { access_token, refresh_token } = await openid.clientCredentialsGrant(config, { scope: 'read' })
    expect(refresh_token).toBeUndefined()
    const url = new URL('/api/v1/monitors', issuer)
    expect((await openid.fetchProtectedResource(config, access_token, url, 'GET')).status).toBe(200)
  })
})

describe('oauth4webapi', () => {
  const overHttp = { [raw.allowInsecureRequests]: true } as const
  const discovered = async () =>
    raw.processDiscoveryResponse(issuer, await raw.discoveryRequest(issuer, { algorithm: 'oauth2', ...overHttp }))

  async function connect(as: raw.AuthorizationServer, client: raw.Client, how: raw.ClientAuth, scope = 'read') {
    const verifier = raw.generateRandomCodeVerifier()
    const state = raw.generateRandomState()
    const url = new URL(as.authorization_endpoint ?? '')
    url.search = String(
      new URLSearchParams({
        ...{ client_id: client.client_id, redirect_uri: REDIRECT, response_type: 'code', scope, state },
        code_challenge: await raw.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }),
    )
    const answer = raw.validateAuthResponse(as, client, await visit(url), state)
    const asked = await raw.authorizationCodeGrantRequest(as, client, how, answer, REDIRECT, verifier, overHttp)
    return raw.processAuthorizationCodeResponse(as, client, asked)
  }

  test('finds the server, connects, renews, revokes, and verifies our tokens by itself', async () => {
    const { id: client_id, client_secret } = await p.register()
    const [as, client, how] = [await discovered(), { client_id }, raw.ClientSecretBasic(client_secret)]
    const { access_token, refresh_token = '' } = await connect(as, client, how)
    const request = new Request(new URL('/', issuer), { headers: { authorization: `Bearer ${access_token}` } })
    const claims = await raw.validateJwtAccessToken(as, request, `${issuer.origin}/api/v1`, overHttp)
    expect([claims.sub, claims.client_id, claims.scope]).toEqual([t.people.bob.id, client_id, 'read'])
    const renewed = await raw.processRefreshTokenResponse(
      ...([as, client, await raw.refreshTokenGrantRequest(as, client, how, refresh_token, overHttp)] as const),
    )
    expect((await me(renewed.access_token)).status).toBe(200)
    await raw.processRevocationResponse(await raw.revocationRequest(as, client, how, renewed.access_token, overHttp))
    expect((await me(renewed.access_token)).status).toBe(401)
  })

  test('hears why: the person said no, the secret is wrong, the client is gone', async () => {
    const { id: client_id, client_secret } = await p.register()
    const [as, client] = [await discovered(), { client_id }]
    const url = new URL(`${as.authorization_endpoint}?${p.query(client_id)}`)
    const denied = await visit(url, false)
    expect(() => raw.validateAuthResponse(as, client, denied, 's')).toThrow()
    const asking = async (secret: string) =>
      raw.processClientCredentialsResponse(
        ...([as, client] as const),
        await raw.clientCredentialsGrantRequest(as, client, raw.ClientSecretPost(secret), {}, overHttp),
      )
    // A 401 with WWW-Authenticate is told apart from other refusals by its own kind of error.
    const wrong = await asking('wrong').catch((one) => one)
    expect(wrong.code).toBe(raw.WWW_AUTHENTICATE_CHALLENGE)
    expect(reason(await asking(client_secret).catch((one) => one))).toBe('unauthorized_client')
    await t.alice('DELETE', `/oauth/clients/${client_id}`)
    expect((await asking(client_secret).catch((one) => one)).code).toBe(raw.WWW_AUTHENTICATE_CHALLENGE)
  })
})
