import { errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose'
import { subjectOf } from '#sign-in/claims'
import { SignInError } from '#sign-in/define'
import { failed, unreachable, type Wire } from '#sign-in/wire'

/** Only signatures that are checked with a public key: with HS256 the published key itself would be the secret. */
export const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
]

export type Rules = {
  keys: ReturnType<Wire['keys']>
  /** The only right issuer, or the one that follows from the token itself. */
  issuer: string | string[] | ((payload: JWTPayload) => string | undefined)
  /** The client; several are only for apps of one vendor. */
  audience: string | string[]
  /** Undefined: the token must not have been made for a nonce. */
  nonce: string[] | undefined
  now: number
  algorithms?: string[]
  max_age_s?: number
}

const SKEW_S = 60

/** The claims of an ID token after every check of OpenID Connect Core 3.1.3.7; throws SignInError. */
export async function verified(token: string, rules: Rules): Promise<{ payload: JWTPayload; kid?: string }> {
  const { keys, issuer, audience, nonce, now, algorithms = ALGORITHMS, max_age_s } = rules
  const options: JWTVerifyOptions = {
    algorithms,
    audience,
    ...(typeof issuer !== 'function' && { issuer }),
    ...(max_age_s && { maxTokenAge: max_age_s }),
    currentDate: new Date(now),
    clockTolerance: SKEW_S,
    requiredClaims: ['iss', 'sub', 'aud', 'exp', 'iat'],
  }
  const { payload, protectedHeader } = await jwtVerify(token, keys, options).catch((cause) => {
    throw meaningOf(cause)
  })
  if (typeof issuer === 'function' && payload.iss !== issuer(payload)) throw failed(sentences.iss)
  subjectOf(payload.sub)
  checkParty(payload, audience)
  checkNonce(payload, nonce)
  return { payload, ...(protectedHeader.kid && { kid: protectedHeader.kid }) }
}

/** A token for several parties must say which of them asked for it, and that is us. */
function checkParty({ aud, azp }: JWTPayload, audience: string | string[]) {
  const ours = [audience].flat()
  const several = Array.isArray(aud) && aud.length > 1
  if (azp === undefined ? several : typeof azp !== 'string' || !ours.includes(azp)) throw failed(sentences.aud)
}

function checkNonce({ nonce }: JWTPayload, wanted: string[] | undefined) {
  const right = wanted ? typeof nonce === 'string' && wanted.includes(nonce) : nonce === undefined
  if (!right) throw failed('The ID token belongs to another sign-in.')
}

const CLOCKS = 'The ID token is not valid at this time: compare the clocks of both servers.'
const sentences = {
  iss: 'The ID token was issued by somebody else.',
  aud: 'The ID token is meant for another application.',
  exp: CLOCKS,
  iat: CLOCKS,
  nbf: CLOCKS,
}

/** What went wrong, in words that quote nothing out of the token. */
function meaningOf(cause: unknown): SignInError {
  if (cause instanceof SignInError) return cause
  if (cause instanceof errors.JWTExpired) return failed(CLOCKS)
  if (cause instanceof errors.JWTClaimValidationFailed)
    return failed(
      Object.entries(sentences).find(([claim]) => claim === cause.claim)?.[1] ?? 'The ID token lacks a claim.',
    )
  if (cause instanceof errors.JOSEAlgNotAllowed)
    return failed(
      'The ID token is signed with an algorithm that is not accepted: choose RS256 or ES256 at the provider.',
    )
  if (cause instanceof errors.JWKSNoMatchingKey)
    return failed('The ID token is signed with a key that the provider does not publish.')
  if (cause instanceof errors.JWSSignatureVerificationFailed) return failed('The signature of the ID token is wrong.')
  if (cause instanceof errors.JWKSTimeout) return unreachable('The provider’s signing keys could not be read.')
  if (cause instanceof errors.JWSInvalid || cause instanceof errors.JWTInvalid)
    return failed('The provider did not answer with a signed ID token.')
  return unreachable('The provider’s signing keys could not be used.')
}
