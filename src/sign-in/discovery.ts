import { type Fields, failed, isSafeUrl, type Wire } from '#sign-in/wire'

/** What an OpenID provider publishes about itself, as far as signing in needs it. */
export type Provider = {
  issuer: string
  authorize: string
  token: string
  keys: string
  userinfo?: string
  /** Whether ID and secret travel in the header or in the form, as the provider prefers. */
  auth: 'basic' | 'post'
  /** Every answer names its issuer: https://www.rfc-editor.org/rfc/rfc9207 */
  names_issuer: boolean
  /** Signature algorithms of ID tokens. */
  algorithms: string[]
}

const TTL_MS = 600_000
const MOST = 64

const texts = (value: unknown) =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : undefined

function addressIn(fields: Fields, name: string): string {
  const value = fields[name]
  if (typeof value === 'string' && isSafeUrl(value)) return value
  throw failed(`The provider’s description names no usable ${name}.`)
}

/** The issuer must call itself exactly what it was asked as, or one provider could pose as another. */
function checkIssuer(said: unknown, issuer: string) {
  if (said === issuer) return
  const other = issuer.endsWith('/') ? issuer.slice(0, -1) : `${issuer}/`
  throw failed(
    said === other
      ? `The provider writes its issuer ${issuer.endsWith('/') ? 'without' : 'with'} a slash at the end: enter ${other}`
      : 'The provider’s description belongs to another issuer: copy the issuer exactly as the provider writes it.',
  )
}

function readFrom(fields: Fields, issuer: string): Provider {
  checkIssuer(fields.issuer, issuer)
  // Basic is what a provider means that lists nothing: https://openid.net/specs/openid-connect-discovery-1_0.html
  const methods = texts(fields.token_endpoint_auth_methods_supported) ?? ['client_secret_basic']
  return {
    issuer,
    authorize: addressIn(fields, 'authorization_endpoint'),
    token: addressIn(fields, 'token_endpoint'),
    keys: addressIn(fields, 'jwks_uri'),
    ...(fields.userinfo_endpoint !== undefined && { userinfo: addressIn(fields, 'userinfo_endpoint') }),
    auth: methods.includes('client_secret_basic') || !methods.includes('client_secret_post') ? 'basic' : 'post',
    names_issuer: fields.authorization_response_iss_parameter_supported === true,
    algorithms: texts(fields.id_token_signing_alg_values_supported) ?? ['RS256'],
  }
}

/** Reads descriptions, and keeps each for ten minutes. */
export function discoveryWith(wire: Wire) {
  const known = new Map<string, { at: number; provider: Provider }>()
  return async (issuer: string, now: number, { fresh = false } = {}): Promise<Provider> => {
    const hit = known.get(issuer)
    if (!fresh && hit && now - hit.at < TTL_MS && now >= hit.at) return hit.provider
    if (!isSafeUrl(issuer)) throw failed('The issuer does not start with https://.')
    const provider = readFrom(await wire.get(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`), issuer)
    known.delete(issuer)
    const [oldest] = known.keys()
    if (known.size >= MOST && oldest !== undefined) known.delete(oldest)
    known.set(issuer, { at: now, provider })
    return provider
  }
}
