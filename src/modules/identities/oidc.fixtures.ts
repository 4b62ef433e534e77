import { createHash } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { Answer, Booted } from '../../../test/boot'

/** What the provider says of somebody, and how its answer is spoilt. */
export type Person = {
  sub: string
  email?: string
  email_verified?: boolean
  name?: string
  groups?: string[]
  amr?: string[]
}
type Spoilt = { nonce?: string; iss?: string; aud?: string; key?: CryptoKey }
type Code = { person: Person; nonce: string; challenge: string; redirect_uri: string; spoilt: Spoilt }

export const ada: Person = { sub: 'a-1', email: 'Ada@Corp.test', email_verified: true, name: 'Ada Lovelace' }
export const SECRET = 'a secret + with % in it'

const keys = generateKeyPair('ES256', { extractable: true })

/** An OpenID provider on a port of its own that checks what a strict one checks: client, code, redirect, PKCE. */
export async function openProvider(now: () => number) {
  const { publicKey, privateKey } = await keys
  const codes = new Map<string, Code>()
  const counted = { tokens: 0 }
  let id = 0

  async function token(request: Request) {
    const form = new URLSearchParams(await request.text())
    const [user = '', password = ''] = atob(request.headers.get('authorization')?.slice(6) ?? '')
      .split(':')
      .map(decodeURIComponent)
    if (user !== 'xinex' || password !== SECRET) return Response.json({ error: 'invalid_client' }, { status: 401 })
    const code = codes.get(form.get('code') ?? '')
    codes.delete(form.get('code') ?? '')
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    if (!code || code.redirect_uri !== form.get('redirect_uri') || code.challenge !== challenge)
      return Response.json({ error: 'invalid_grant' }, { status: 400 })
    counted.tokens++
    const { person, spoilt } = code
    const at = Math.floor(now() / 1000)
    const id_token = await new SignJWT({ ...person, nonce: spoilt.nonce ?? code.nonce })
      .setProtectedHeader({ alg: 'ES256', kid: 'k' })
      .setIssuer(spoilt.iss ?? issuer)
      .setAudience(spoilt.aud ?? 'xinex')
      .setIssuedAt(at)
      .setExpirationTime(at + 60)
      .sign(spoilt.key ?? privateKey)
    return Response.json({ access_token: `access-${++id}`, token_type: 'Bearer', id_token })
  }

  const server: Bun.Server<undefined> = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    routes: {
      '/.well-known/openid-configuration': () =>
        Response.json({
          issuer,
          authorization_endpoint: `${issuer}/authorize`,
          token_endpoint: `${issuer}/token`,
          jwks_uri: `${issuer}/keys`,
          id_token_signing_alg_values_supported: ['ES256'],
        }),
      '/keys': async () => Response.json({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256' }] }),
      '/token': token,
    },
  })
  const issuer: string = `http://127.0.0.1:${server.port}`
  return {
    issuer,
    counted,
    settings: { issuer, client_id: 'xinex', client_secret: SECRET },
    /** What the person's consent sends their browser back with. */
    consent(url: URL, person: Person, spoilt: Spoilt = {}): URLSearchParams {
      const asked = (name: string) => url.searchParams.get(name) ?? ''
      const code = `code-${++id}-${crypto.randomUUID()}`
      const [nonce, challenge, redirect_uri] = [asked('nonce'), asked('code_challenge'), asked('redirect_uri')]
      codes.set(code, { person, nonce, challenge, redirect_uri, spoilt })
      return new URLSearchParams({ code, state: asked('state') })
    },
    stop: () => server.stop(true),
  }
}
export type OpenProvider = Awaited<ReturnType<typeof openProvider>>

/** A browser: keeps cookies, asks for pages, follows nothing by itself. */
export function surf(t: Booted, cookies: Record<string, string> = {}) {
  const jar = { ...cookies }
  let csrf = ''
  const ask = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const cookie = Object.entries(jar).map(([name, value]) => `${name}=${value}`)
    const sent = { accept: 'text/html,*/*', ...(cookie.length > 0 && { cookie: cookie.join('; ') }) }
    const answer = await t.nobody(method, path, body, { ...sent, 'x-csrf-token': csrf, ...headers })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      jar[name] = value
    }
    return answer
  }
  return {
    jar,
    ask,
    /** Where the answer sends this browser. */
    to: (answer: Answer) => answer.headers.get('location') ?? '',
    /** Takes the CSRF token of the session it now has. */
    async settle() {
      const me = await ask('GET', '/me')
      csrf = me.body?.csrf_token ?? ''
      return me
    },
    /** Begins to sign in, and answers where the provider is. */
    async leave(slug = 'corp', return_to?: string) {
      const query = return_to === undefined ? '' : `?return_to=${encodeURIComponent(return_to)}`
      const answer = await ask('GET', `/auth/oauth/${slug}${query}`)
      return new URL(answer.headers.get('location') ?? '', 'http://localhost')
    },
    async comeBack(params: URLSearchParams, slug = 'corp') {
      return (await ask('GET', `/auth/oauth/${slug}/callback?${params}`)).headers.get('location') ?? ''
    },
  }
}
export type Surfer = ReturnType<typeof surf>

/** Adds a provider as whoever runs the appliance; `corp` is an OpenID provider. */
export async function addProvider(t: Booted, body: object) {
  const { ask } = await t.session('alice')
  const answer = await ask('POST', '/admin/sign-in-providers', { slug: 'corp', kind: 'oidc', name: 'Corp', ...body })
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body))
  return answer.body
}
