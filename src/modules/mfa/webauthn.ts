import { isIP } from 'node:net'
import type { passkeys } from '#db/schema/mfa'
import type { App } from '#kernel/context'
import { fail } from '#kernel/fail'
import { originOf } from '#kernel/origin'
import type { Assertion, Attestation } from './schema'

export type Passkey = typeof passkeys.$inferSelect

/** So long a person may take to find their key; the challenge lives no longer. */
export const PASSKEY_FLOW_S = 300
// EdDSA, ES256, RS256. https://www.iana.org/assignments/cose/cose.xhtml#algorithms
const ALGORITHMS = [-8, -7, -257]

/** Read when the first passkey is asked for: 24 MB and a tenth of a second that most starts do not need. */
async function library() {
  // What it is built on asks for this before anything else; bundled, it would come too late by itself.
  await import('reflect-metadata')
  return import('@simplewebauthn/server')
}

/** Whom browsers bind a passkey to: the name in the configured address, never that of a request. */
function relyingParty({ config }: Pick<App, 'config'>) {
  const origin = originOf(config)
  const { hostname } = new URL(origin)
  if (isIP(hostname.replace(/^\[|\]$/g, '')))
    throw fail('SERVICE_UNAVAILABLE', {
      message: 'Passkeys need an address with a name, not a number: set XINEX_PUBLIC_URL to the one people use',
    })
  return { origin, rpID: hostname }
}

const described = (keys: Passkey[]) => keys.map(({ credential_id, transports }) => ({ id: credential_id, transports }))

/** The user handle: an authenticator answers it, so that nobody has to type who they are. */
export const handleOf = (user_id: string) => new Uint8Array(new TextEncoder().encode(user_id))

export async function creationOptions(app: App, user: { id: string; email: string; name: string }, known: Passkey[]) {
  const { rpID } = relyingParty(app)
  const { generateRegistrationOptions } = await library()
  return generateRegistrationOptions({
    rpName: 'Xinex',
    rpID,
    userID: handleOf(user.id),
    userName: user.email,
    userDisplayName: user.name,
    timeout: PASSKEY_FLOW_S * 1000,
    attestationType: 'none',
    excludeCredentials: described(known),
    supportedAlgorithmIDs: ALGORITHMS,
    // Each can open the account by itself, without a name typed. https://web.dev/articles/passkey-registration
    authenticatorSelection: { residentKey: 'required', userVerification: 'preferred' },
  })
}

/** Options to prove a passkey: any of this appliance, or one of those given. */
export async function requestOptions(app: App, keys: Passkey[], userVerification: 'required' | 'preferred') {
  const { rpID } = relyingParty(app)
  const { generateAuthenticationOptions } = await library()
  const timeout = PASSKEY_FLOW_S * 1000
  return generateAuthenticationOptions({ rpID, timeout, allowCredentials: described(keys), userVerification })
}

/** What the library throws says in which way somebody was wrong; that is for the log, not for them. */
async function accepted<T>(app: App, check: () => Promise<T>): Promise<T | undefined> {
  try {
    return await check()
  } catch (error) {
    app.log.info('a passkey was refused', { reason: error instanceof Error ? error.message : String(error) })
    return undefined
  }
}

/** The new credential, or nothing when it was not made here and for this challenge. */
export async function verifyAttestation(app: App, response: Attestation, expectedChallenge: string) {
  const { origin, rpID } = relyingParty(app)
  const { verifyRegistrationResponse } = await library()
  const verified = await accepted(app, () =>
    verifyRegistrationResponse({
      response: { ...response, clientExtensionResults: {}, authenticatorAttachment: undefined },
      expectedChallenge,
      expectedOrigin: origin,
      expectedRPID: rpID,
      requireUserVerification: false,
      supportedAlgorithmIDs: ALGORITHMS,
    }),
  )
  return verified?.verified ? verified.registrationInfo : undefined
}

type Expected = { challenge: string; verification: 'required' | 'preferred' }

/** What to remember of a passkey that has proven itself, or nothing: wrong signature, challenge, origin or counter. */
export async function verifyAssertion(app: App, response: Assertion, key: Passkey, expected: Expected) {
  const { origin, rpID } = relyingParty(app)
  const { verifyAuthenticationResponse } = await library()
  const { credential_id: id, counter, transports } = key
  const verified = await accepted(app, () =>
    verifyAuthenticationResponse({
      response: {
        ...response,
        response: { ...response.response, userHandle: response.response.userHandle ?? undefined },
        clientExtensionResults: {},
        authenticatorAttachment: undefined,
      },
      expectedChallenge: expected.challenge,
      expectedOrigin: origin,
      expectedRPID: rpID,
      credential: { id, publicKey: new Uint8Array(key.public_key), counter, transports },
      requireUserVerification: expected.verification === 'required',
    }),
  )
  return verified?.verified ? verified.authenticationInfo : undefined
}
