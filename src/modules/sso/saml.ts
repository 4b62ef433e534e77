import { promisify } from 'node:util'
import { type CacheProvider, generateServiceProviderMetadata, SAML, ValidateInResponseTo } from '@node-saml/node-saml'
import { decrypt } from 'xml-encryption'
import { type Parties, SKEW_MS } from './parties'

/** An assertion answers a request of just now; one that is older was kept by somebody. */
const MOST_AGE_MS = 600_000
/** Whether a request is still good is decided by who keeps it (`requests`), not by the library's own clock. */
const STILL_GOOD = '9999-12-31T00:00:00.000Z'

/** The request that an answer has to belong to; without one there is nothing to answer. */
const requests = (save: (id: string) => Promise<void>, expected?: string): CacheProvider => ({
  async saveAsync(id, value) {
    await save(id)
    return { value, createdAt: 0 }
  },
  getAsync: async (id) => (expected !== undefined && id === expected ? STILL_GOOD : null),
  removeAsync: async (id) => id,
})

/** The library reads the machine's clock; where it judges an assertion, ours takes its place. */
class Clocked extends SAML {
  constructor(
    options: ConstructorParameters<typeof SAML>[0],
    private readonly now: () => number,
  ) {
    super(options)
  }
  protected override checkTimestampsValidityError(_: number, from: string, until: string, limit_ms?: number) {
    return super.checkTimestampsValidityError(this.now(), from, until, limit_ms)
  }
}

const optionsOf = (parties: Parties, cacheProvider: CacheProvider) => ({
  issuer: parties.entity_id,
  audience: parties.entity_id,
  callbackUrl: parties.acs_url,
  entryPoint: parties.sso_url,
  idpCert: parties.idp_certificates,
  privateKey: parties.private_key,
  decryptionPvk: parties.private_key,
  signatureAlgorithm: 'sha256' as const,
  digestAlgorithm: 'sha256',
  wantAssertionsSigned: true,
  wantAuthnResponseSigned: parties.require_signed_response,
  validateInResponseTo: ValidateInResponseTo.always,
  cacheProvider,
  acceptedClockSkewMs: SKEW_MS,
  maxAssertionAgeMs: MOST_AGE_MS,
  // What the provider calls people, and how it asks for their password, is the provider's business.
  identifierFormat: null,
  disableRequestedAuthnContext: true,
})

/** The address at the identity provider with a signed request; `save` is told the request's id before it leaves. */
export const signedRequest = (parties: Parties, relay: string, save: (id: string) => Promise<void>): Promise<string> =>
  new SAML(optionsOf(parties, requests(save))).getAuthorizeUrlAsync(relay, undefined, {})

/**
 * The assertion inside a response, as the signed bytes and nothing else; throws unless a certificate of the connection
 * signed it, it is for us, answers the request `expected` and holds now. The library does not look at issuer, recipient
 * and destination: that is `judge`'s.
 */
export async function signedAssertion(
  parties: Parties,
  SAMLResponse: string,
  { expected, now }: { expected: string; now: () => number },
): Promise<string> {
  const saml = new Clocked(
    optionsOf(
      parties,
      requests(async () => {}, expected),
    ),
    now,
  )
  const { profile } = await saml.validatePostResponseAsync({ SAMLResponse })
  const xml = profile?.getAssertionXml?.()
  if (!xml) throw new Error('Missing SAML assertion')
  return xml
}

/** What an encrypted assertion holds, for a look at it before the library above gets it; proves nothing. */
export const decrypted = (element: string, { private_key }: Pick<Parties, 'private_key'>): Promise<string> =>
  promisify(decrypt)(element, { key: private_key, disallowDecryptionWithInsecureAlgorithm: true })

/** What the identity provider needs to know about us, as XML; the same each time it is asked for. */
export const metadataXml = ({ entity_id, acs_url, private_key, certificate }: Omit<Parties, 'sso_url'>, id: string) =>
  generateServiceProviderMetadata({
    issuer: entity_id,
    callbackUrl: acs_url,
    privateKey: private_key,
    decryptionPvk: private_key,
    publicCerts: certificate,
    decryptionCert: certificate,
    identifierFormat: null,
    wantAssertionsSigned: true,
    generateUniqueId: () => `_${id}`,
  })
