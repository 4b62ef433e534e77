import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import * as raw from 'oauth4webapi'
import * as openid from 'openid-client'
import { EMAIL, type Installed, install, missing, PASSWORD, until } from './appliance'

const REDIRECT = 'http://127.0.0.1:49152/oauth/callback'

/** As much of a browser as it takes to sign in and to be asked: a jar for cookies, and the CSRF token. */
function browser(base: string) {
  const jar = new Map<string, string>()
  let csrf = ''
  const ask = async (method: string, path: string, body?: object) => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { cookie, 'x-csrf-token': csrf, ...(body && { 'content-type': 'application/json' }) }
    const answer = await fetch(new URL(path, base), {
      ...{ method, headers, redirect: 'manual' },
      ...(body && { body: JSON.stringify(body) }),
    })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      jar.set(name, value)
    }
    return answer
  }
  return {
    ask,
    async signIn() {
      const answer = await ask('POST', '/api/v1/auth/login', { email: EMAIL, password: PASSWORD })
      expect(answer.status).toBe(200)
      csrf = (await answer.json()).csrf_token
    },
    /** Goes where a program sends it, says yes when asked, and answers where it ends up. */
    async visit(url: URL): Promise<URL> {
      const sent = await ask('GET', url.href)
      const page = new URL(sent.headers.get('location') ?? '', base)
      if (page.pathname !== '/consent') return page
      const path = `/api/v1/oauth/consent/${page.searchParams.get('request')}`
      const shown = await (await ask('GET', path)).json()
      expect(shown.user.email).toBe(EMAIL)
      return new URL((await (await ask('POST', path, { allow: true })).json()).redirect_to)
    },
  }
}

describe.skipIf(missing.length > 0)('programs that others wrote, against the binary', () => {
  let xinex: Installed
  let person: ReturnType<typeof browser>
  let issuer: URL

  beforeAll(async () => {
    xinex = await install({ XINEX_ADMIN_EMAIL: EMAIL, XINEX_ADMIN_PASSWORD: PASSWORD })
    await xinex.start()
    issuer = new URL(xinex.base)
    person = browser(xinex.base)
  }, 60_000)
  afterAll(async () => {
    await xinex?.stop()
  })

  const me = (token: string) => fetch(new URL('/api/v1/me', issuer), { headers: { authorization: `Bearer ${token}` } })
  const register = async (draft: object) => {
    const answer = await person.ask('POST', '/api/v1/oauth/clients', { name: 'Wall', ...draft })
    expect(answer.status).toBe(201)
    return (await answer.json()) as { id: string; client_secret: string }
  }

  test('somebody who is not signed in signs in first, and is asked then', async () => {
    const query = {
      ...{ client_id: 'xinex-mobile', response_type: 'code', redirect_uri: 'xinex://oauth/callback' },
      ...{ code_challenge: 'x'.repeat(43), code_challenge_method: 'S256', state: 's' },
    }
    const url = new URL(`/api/v1/oauth/authorize?${new URLSearchParams(query)}`, issuer)
    const page = await person.visit(url)
    expect([page.pathname, page.searchParams.get('return')]).toEqual(['/sign-in', url.pathname + url.search])
    await person.signIn()
    const back = await person.visit(url)
    expect([back.protocol, back.searchParams.get('state')]).toEqual(['xinex:', 's'])
    expect(back.searchParams.get('iss')).toBe(issuer.origin)
  })

  test('openid-client, as the mobile app: connects, uses, renews, and is signed out', async () => {
    const config = await openid.discovery(issuer, 'xinex-mobile', undefined, openid.None(), {
      ...{ algorithm: 'oauth2', execute: [openid.allowInsecureRequests] },
    })
    const pkceCodeVerifier = openid.randomPKCECodeVerifier()
    const expectedState = openid.randomState()
    const url = openid.buildAuthorizationUrl(config, {
      ...{ redirect_uri: REDIRECT, scope: 'read write', state: expectedState, code_challenge_method: 'S256' },
      code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    })
    const back = await person.visit(url)
    const checks = { pkceCodeVerifier, expectedState }
    const { access_token, refresh_token = '' } = await openid.authorizationCodeGrant(config, back, checks)
    expect((await (await me(access_token)).json()).email).toBe(EMAIL)
    const all = await Promise.allSettled(
      Array.from({ length: 20 }, () => openid.refreshTokenGrant(config, refresh_token)),
    )
    const [won, ...more] = all.filter((one) => one.status === 'fulfilled').map(({ value }) => value)
    expect([won?.scope, more]).toEqual(['read write', []])
    expect((await me(won?.access_token ?? '')).status).toBe(200)
    await openid.tokenRevocation(config, won?.refresh_token ?? '')
    expect((await me(won?.access_token ?? '')).status).toBe(401)
  })

  test('openid-client, as a thief: a wrong verifier, a spent code, a foreign redirect, a token made up or used twice', async () => {
    const config = await openid.discovery(issuer, 'xinex-mobile', undefined, openid.None(), {
      ...{ algorithm: 'oauth2', execute: [openid.allowInsecureRequests] },
    })
    const pkceCodeVerifier = openid.randomPKCECodeVerifier()
    const start = async (redirect_uri: string) =>
      openid.buildAuthorizationUrl(config, {
        ...{ redirect_uri, scope: 'read', code_challenge_method: 'S256' },
        code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
      })
    const refused = (asked: Promise<unknown>) => asked.then(() => 'taken').catch(({ error }) => error)
    // Never sent anywhere that nobody registered.
    const foreign = await person.ask('GET', (await start('https://evil.test/cb')).href)
    expect([foreign.status, (await foreign.json()).error]).toEqual([400, 'invalid_request'])
    const back = await person.visit(await start(REDIRECT))
    const grant = (verifier: string) => openid.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier })
    expect(await refused(grant(openid.randomPKCECodeVerifier()))).toBe('invalid_grant')
    const first = await grant(pkceCodeVerifier)
    expect(await refused(grant(pkceCodeVerifier))).toBe('invalid_grant')
    // Whoever comes with a spent code has stolen it, so what was given for it is over.
    expect((await me(first.access_token)).status).toBe(401)

    const again = await person.visit(await start(REDIRECT))
    const mine = await openid.authorizationCodeGrant(config, again, { pkceCodeVerifier })
    const [head = '', claims = '', signature = ''] = mine.access_token.split('.')
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url')
    const altered = Buffer.from(claims, 'base64url').toString().replace('"read"', '"read write"')
    for (const forged of [
      `${none}.${claims}.`,
      `${none}.${claims}.${signature}`,
      `${head}.${Buffer.from(altered).toString('base64url')}.${signature}`,
      `${head}.${claims}.${signature.slice(0, -4)}AAAA`,
    ])
      expect((await me(forged)).status).toBe(401)

    const next = await openid.refreshTokenGrant(config, mine.refresh_token ?? '')
    expect((await me(next.access_token)).status).toBe(200)
    // For ten seconds it may be an answer that was lost on its way; after them it is theft.
    let tried_at = 0
    await until('a refresh token that comes back late ends them all', 20_000, async () => {
      if (performance.now() - tried_at < 1_000) return false
      tried_at = performance.now()
      expect(await refused(openid.refreshTokenGrant(config, mine.refresh_token ?? ''))).toBe('invalid_grant')
      return (await me(next.access_token)).status === 401
    })
    expect(await refused(openid.refreshTokenGrant(config, next.refresh_token ?? ''))).toBe('invalid_grant')
  }, 40_000)

  test('oauth4webapi, with a secret: connects, and verifies the token by the published key', async () => {
    const overHttp = { [raw.allowInsecureRequests]: true } as const
    const { id: client_id, client_secret } = await register({ redirect_uris: ['https://wall.example.test/cb'] })
    const as = await raw.processDiscoveryResponse(
      issuer,
      await raw.discoveryRequest(issuer, { algorithm: 'oauth2', ...overHttp }),
    )
    const [client, how] = [{ client_id }, raw.ClientSecretBasic(client_secret)]
    const verifier = raw.generateRandomCodeVerifier()
    const query = {
      ...{ client_id, redirect_uri: 'https://wall.example.test/cb', response_type: 'code', state: 's' },
      ...{ code_challenge: await raw.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' },
    }
    const url = new URL(`${as.authorization_endpoint}?${new URLSearchParams(query)}`)
    const answer = raw.validateAuthResponse(as, client, await person.visit(url), 's')
    const asked = await raw.authorizationCodeGrantRequest(
      as,
      client,
      how,
      answer,
      query.redirect_uri,
      verifier,
      overHttp,
    )
    const { access_token } = await raw.processAuthorizationCodeResponse(as, client, asked)
    const request = new Request(issuer, { headers: { authorization: `Bearer ${access_token}` } })
    const claims = await raw.validateJwtAccessToken(as, request, `${issuer.origin}/api/v1`, overHttp)
    expect([claims.client_id, claims.scope]).toEqual([client_id, 'read'])
    // Asked once: the second time the person does not notice.
    expect((await person.ask('GET', url.href)).headers.get('location')).toStartWith(
      'https://wall.example.test/cb?code=',
    )
  })

  test('a program that acts for itself gets a token with curl, and keeps it over a restart', async () => {
    const { id, client_secret } = await register({ grant_types: ['client_credentials'], role: 'viewer' })
    const form = ['-d', 'grant_type=client_credentials', `${issuer.origin}/api/v1/oauth/token`]
    const child = Bun.spawn(['curl', '-sS', '-u', `${id}:${client_secret}`, ...form], { stdout: 'pipe' })
    const { access_token } = JSON.parse(await new Response(child.stdout).text())
    const monitors = async () =>
      (await fetch(new URL('/api/v1/monitors', issuer), { headers: { authorization: `Bearer ${access_token}` } }))
        .status
    expect(await monitors()).toBe(200)
    await xinex.stop()
    await xinex.start()
    expect(await monitors()).toBe(200)
    expect((await person.ask('DELETE', `/api/v1/oauth/clients/${id}`)).status).toBe(204)
    expect(await monitors()).toBe(401)
  }, 30_000)
})
