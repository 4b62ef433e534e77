import { expect } from 'bun:test'
import { type CryptoKey, exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT } from 'jose'
import { type Claims, type FinishJob, type SignInEnv, SignInError } from '#sign-in/define'

export const NOW = Date.parse('2026-05-01T12:00:00Z')
export const env: SignInEnv = { now: () => NOW }
export const REDIRECT = 'https://xinex.example.test/api/v1/auth/oauth/corp/callback'
export const VERIFIER = 'v'.repeat(43)
export const NONCE = 'n-1'

/** What a sign-in is refused with. */
export async function refusalOf(work: Promise<unknown>): Promise<SignInError> {
  const cause = await work.then(
    (value) => new Error(`not refused: ${JSON.stringify(value)}`),
    (cause: unknown) => cause,
  )
  if (!(cause instanceof SignInError)) throw cause
  return cause
}

/** What the kind makes of a callback with these parameters. */
export const finish = <S>(
  kind: { finish: (job: FinishJob<S>) => Promise<Claims> },
  settings: S,
  params: Record<string, string> | URLSearchParams,
  more: { env?: SignInEnv; nonce?: string } = {},
) =>
  kind.finish({
    ...{ settings, redirect_uri: REDIRECT, nonce: NONCE, verifier: VERIFIER, env },
    params: new URLSearchParams(params),
    ...more,
  })

const keyPair = generateKeyPair('RS256', { extractable: true })
const stranger = generateKeyPair('RS256', { extractable: true })
/** A key that no provider publishes. */
export const strangersKey = async () => (await stranger).privateKey

type Wish = { claims?: object; header?: Partial<JWTHeaderParameters>; key?: CryptoKey | Uint8Array; without?: string[] }

/** A provider that says whatever a test wants said, signed with its real key unless told otherwise. */
export async function listenAsProvider() {
  const { publicKey, privateKey } = await keyPair
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }
  const state = {
    description: {} as object,
    token: {} as object,
    userinfo: undefined as object | undefined,
    keys: [jwk] as object[],
    reply: undefined as ((path: string) => Response | Promise<Response> | undefined) | undefined,
  }
  const received: { path: string; headers: Headers; form: URLSearchParams }[] = []
  const server: Bun.Server<undefined> = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request): Promise<Response> {
      const path = new URL(request.url).pathname
      received.push({ path, headers: request.headers, form: new URLSearchParams(await request.text()) })
      const own = state.reply?.(path)
      if (own) return own
      if (path === '/.well-known/openid-configuration') return Response.json({ ...description, ...state.description })
      if (path === '/keys') return Response.json({ keys: state.keys })
      if (path === '/token')
        return Response.json({ access_token: 'secret-access-token', token_type: 'Bearer', ...state.token })
      if (path === '/userinfo' && state.userinfo) return Response.json(state.userinfo)
      return new Response('no', { status: 404 })
    },
  })
  const issuer: string = `http://127.0.0.1:${server.port}`
  const description = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/keys`,
    userinfo_endpoint: `${issuer}/userinfo`,
  }
  const at = Math.floor(NOW / 1000)
  /** An ID token that is right, but for what the wish says. */
  const idToken = ({ claims = {}, header = {}, key = privateKey, without = [] }: Wish = {}) => {
    const right = { iss: issuer, aud: 'xinex', sub: 'ada', nonce: NONCE, iat: at, exp: at + 300 }
    const all = Object.entries({ ...right, ...claims }).filter(([name]) => !without.includes(name))
    return new SignJWT(Object.fromEntries(all)).setProtectedHeader({ alg: 'RS256', kid: 'k1', ...header }).sign(key)
  }
  return { issuer, state, received, idToken, jwk, stop: () => server.stop(true) }
}
export type ListeningProvider = Awaited<ReturnType<typeof listenAsProvider>>

/** Fails when one of the texts, which are secrets, is part of what a person or a log would read. */
export function expectSilent(error: Error, ...secrets: string[]) {
  for (const secret of secrets) expect(`${error.message}\n${error.stack}`).not.toContain(secret)
}
