import { CodeChallengeMethod, OAuth2Client, OAuth2Tokens } from 'arctic'
import { SignInError, type StartJob } from '#sign-in/define'
import { failed, unreachable, type Wire } from '#sign-in/wire'

type Authorize = Pick<StartJob<unknown>, 'redirect_uri' | 'state' | 'nonce'> & {
  endpoint: string
  client_id: string
  scopes: string[]
  /** Absent where the provider knows no PKCE. */
  verifier?: string
  more?: Record<string, string>
}

/** Where the browser goes to sign in. */
export function authorizeUrl({
  endpoint,
  client_id,
  redirect_uri,
  scopes,
  state,
  nonce,
  verifier,
  more,
}: Authorize): URL {
  const client = new OAuth2Client(client_id, null, redirect_uri)
  const url =
    verifier === undefined
      ? client.createAuthorizationURL(endpoint, state, scopes)
      : client.createAuthorizationURLWithPKCE(endpoint, state, CodeChallengeMethod.S256, verifier, scopes)
  for (const [name, value] of Object.entries({ nonce, ...more })) url.searchParams.set(name, value)
  return url
}

// https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1; the second is Apple's
const NO = ['access_denied', 'user_cancelled_authorize']
const LATER = ['temporarily_unavailable', 'server_error']

/** The code of a callback; throws what the provider answered instead. */
export function codeIn(params: URLSearchParams): string {
  const error = params.get('error')
  if (error !== null) {
    if (NO.includes(error)) throw new SignInError('The person did not consent at the provider.', 'cancelled')
    if (LATER.includes(error)) throw unreachable('The provider is out of order for now.')
    throw failed('The provider refused the sign-in: its settings for this application may be wrong.')
  }
  const [code, ...others] = params.getAll('code')
  if (!code || others.length > 0) throw failed('The provider sent no code.')
  return code
}

export type ClientAuth = 'basic' | 'post' | 'none'
type Exchange = {
  endpoint: string
  auth: ClientAuth
  client_id: string
  client_secret?: string
  code: string
  redirect_uri?: string
  verifier?: string
}

/** Form-encoded before Base64: https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1 */
const basic = (id: string, secret: string) =>
  `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`

/** Not arctic's own request: that one has no deadline, reads without limit, and follows redirects with the secret. */
async function post(
  wire: Wire,
  { endpoint, auth, client_id, client_secret = '', code, redirect_uri, verifier }: Exchange,
) {
  const form = new URLSearchParams({ grant_type: 'authorization_code', code })
  if (redirect_uri !== undefined) form.set('redirect_uri', redirect_uri)
  if (verifier !== undefined) form.set('code_verifier', verifier)
  if (auth !== 'basic') form.set('client_id', client_id)
  if (auth === 'post') form.set('client_secret', client_secret)
  const headers = auth === 'basic' ? { authorization: basic(client_id, client_secret) } : undefined
  const answer = await wire.ask(endpoint, { form, headers })
  const { status } = answer
  if (status === 429 || status >= 500) throw unreachable(`${new URL(endpoint).host} answered ${status}.`)
  return answer
}

// The second is GitHub's: https://docs.github.com/en/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors
const BAD_CLIENT = ['invalid_client', 'incorrect_client_credentials', 'unauthorized_client']
const BAD_CODE = ['invalid_grant', 'bad_verification_code']
const CLIENT_REFUSED = 'The provider does not accept the client ID and secret.'

/** Trades the code for tokens; throws SignInError. GitHub answers errors with status 200. */
export async function exchange(wire: Wire, job: Exchange): Promise<OAuth2Tokens> {
  const { status, json } = await post(wire, job)
  const error = json?.error
  if (status === 200 && json && error === undefined) return new OAuth2Tokens(json)
  const { host } = new URL(job.endpoint)
  if (typeof error === 'string' && BAD_CLIENT.includes(error)) throw failed(CLIENT_REFUSED)
  if (typeof error === 'string' && BAD_CODE.includes(error))
    throw failed('The provider no longer accepts the code: it was used before, or is too old.')
  throw failed(`${host} answered ${status} instead of a token.`)
}

export function idTokenIn(tokens: OAuth2Tokens): string {
  if (typeof Object(tokens.data).id_token === 'string') return tokens.idToken()
  throw failed('The provider answered without an ID token: is it set up for OpenID Connect?')
}

export function accessTokenIn(tokens: OAuth2Tokens): string {
  if (typeof Object(tokens.data).access_token === 'string') return tokens.accessToken()
  throw failed('The provider answered without an access token.')
}

/**
 * What the provider thinks of ID and secret, asked with a code that cannot exist: who does not know the client says so
 * before looking at the code. `undefined`: it did not tell, and only a person's sign-in can.
 */
export async function isClientAccepted(wire: Wire, job: Omit<Exchange, 'code'>): Promise<boolean | undefined> {
  const { status, json } = await post(wire, { ...job, code: 'xinex-test-of-settings' })
  const error = typeof json?.error === 'string' ? json.error : ''
  // GitHub answers 404 for a client that it does not know.
  if (BAD_CLIENT.includes(error) || status === 401 || status === 404) return false
  return BAD_CODE.includes(error) ? true : undefined
}

const said = { true: 'accepted', false: 'refused', undefined: 'known after the first sign-in' }

/** The answer of the test button for kinds whose only question is the client. */
export async function clientTest(wire: Wire, job: Omit<Exchange, 'code'>, facts: Record<string, string> = {}) {
  const accepted = await isClientAccepted(wire, job)
  return {
    ok: accepted !== false,
    message: accepted === false ? CLIENT_REFUSED : 'The provider answers.',
    facts: { ...facts, 'Client ID and secret': said[`${accepted}`] },
  }
}

/** Runs a test; what it throws becomes the answer. */
export async function tested<T extends { ok: boolean; message: string; facts: Record<string, string> }>(
  work: () => Promise<T>,
) {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof SignInError) return { ok: false, message: cause.message, facts: {} }
    throw cause
  }
}
