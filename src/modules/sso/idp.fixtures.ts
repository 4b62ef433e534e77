import { inflateRawSync } from 'node:zlib'
import { Constants, IdentityProvider, ServiceProvider, setSchemaValidator } from 'samlify'
import { newKeyPair } from './x509'

// Both parse the same small documents; there is no schema to validate against offline.
setSchemaValidator({ validate: async () => 'ok' })

export type Pair = Awaited<ReturnType<typeof newKeyPair>>
export const EMAIL_ADDRESS = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress'
export const SHA1 = 'http://www.w3.org/2000/09/xmldsig#rsa-sha1'

/** What an answer says; a test changes what it is about. */
export type Said = {
  issuer: string
  assertion_issuer: string
  destination: string | null
  recipient: string
  audience: string
  in_response_to: string
  confirmed_in_response_to: string
  subject: string
  subject_format: string
  attributes: Record<string, string[]>
  /** Milliseconds. */
  issued_at: number
  from: number
  until: number
  assertion_id: string
  status: string
}
export type How = {
  /** Who signs what; `assertion` is the usual. */
  sign?: 'assertion' | 'response' | 'both'
  encrypt?: boolean
  pair?: Pair
  algorithm?: string
  /** Changes the document before it is signed. */
  xml?: (xml: string) => string
}

const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;')

function documentOf(said: Said): string {
  const iso = (ms: number) => new Date(ms).toISOString()
  const attributes = Object.entries(said.attributes).map(
    ([name, values]) =>
      `<saml:Attribute Name="${escaped(name)}">${values.map((one) => `<saml:AttributeValue>${escaped(one)}</saml:AttributeValue>`).join('')}</saml:Attribute>`,
  )
  const { destination, in_response_to } = said
  return [
    `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"`,
    ` ID="_r${crypto.randomUUID()}" Version="2.0" IssueInstant="${iso(said.issued_at)}"`,
    destination === null ? '' : ` Destination="${destination}"`,
    in_response_to === '' ? '' : ` InResponseTo="${in_response_to}"`,
    `><saml:Issuer>${said.issuer}</saml:Issuer><samlp:Status><samlp:StatusCode Value="${said.status}"/></samlp:Status>`,
    `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${said.assertion_id}" Version="2.0" IssueInstant="${iso(said.issued_at)}">`,
    `<saml:Issuer>${said.assertion_issuer}</saml:Issuer>`,
    `<saml:Subject><saml:NameID Format="${said.subject_format}">${escaped(said.subject)}</saml:NameID>`,
    `<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData`,
    ` NotOnOrAfter="${iso(said.until)}" Recipient="${said.recipient}"`,
    said.confirmed_in_response_to === '' ? '' : ` InResponseTo="${said.confirmed_in_response_to}"`,
    `/></saml:SubjectConfirmation></saml:Subject>`,
    `<saml:Conditions NotBefore="${iso(said.from)}" NotOnOrAfter="${iso(said.until)}">`,
    `<saml:AudienceRestriction><saml:Audience>${said.audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>`,
    `<saml:AuthnStatement AuthnInstant="${iso(said.issued_at)}" SessionIndex="_s1"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>`,
    `<saml:AttributeStatement>${attributes.join('')}</saml:AttributeStatement></saml:Assertion></samlp:Response>`,
  ].join('')
}

/** An identity provider by somebody else's library, in this process: it judges our requests and signs its answers. */
export async function identityProvider(
  now: () => number,
  entity_id = 'https://idp.test/metadata',
  sso_url = 'https://idp.test/sso?app=xinex',
) {
  const pair = await newKeyPair('Identity provider', Date.now())
  const made = ({ pair: { private_key, certificate } = pair, encrypt = false, algorithm }: How = {}) =>
    IdentityProvider({
      entityID: entity_id,
      ...{ signingCert: certificate, privateKey: private_key },
      requestSignatureAlgorithm: algorithm ?? 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
      isAssertionEncrypted: encrypt,
      messageSigningOrder: 'sign-then-encrypt',
      wantAuthnRequestsSigned: true,
      nameIDFormat: [EMAIL_ADDRESS],
      singleSignOnService: [{ Binding: Constants.namespace.binding.redirect, Location: sso_url }],
      singleLogoutService: [{ Binding: Constants.namespace.binding.redirect, Location: `${sso_url}&out` }],
    })
  const partner = (metadata: string, { sign = 'assertion' }: How = {}) =>
    ServiceProvider({
      metadata:
        sign === 'response'
          ? metadata.replace(/WantAssertionsSigned="true"/, 'WantAssertionsSigned="false"')
          : metadata,
      wantMessageSigned: sign !== 'assertion',
    })

  return {
    entity_id,
    sso_url,
    pair,
    metadata: () => made().getMetadata(),
    /** Reads a request of ours; throws unless our own key, as our metadata names it, signed it. */
    async read(url: string, metadata: string) {
      const { searchParams, search } = new URL(url)
      const query = Object.fromEntries(searchParams)
      // What is signed is the query as it stands, up to the signature (saml-bindings section 3.4.4.1).
      const octetString = search.replace(/^\?app=xinex&/, '').replace(/&Signature=.*$/, '')
      const { extract } = await made().parseLoginRequest(partner(metadata), 'redirect', { query, octetString })
      const xml = inflateRawSync(Buffer.from(query.SAMLRequest ?? '', 'base64')).toString()
      const [, id = ''] = /\sID="([^"]+)"/.exec(xml) ?? []
      return { id, relay: query.RelayState ?? '', issuer: String(extract.issuer), xml }
    },
    /** An answer to a request, in base64 as it would be posted. */
    async answer(
      request: { id: string },
      sp: { entity_id: string; acs_url: string; metadata: string },
      more: Partial<Said>,
      how: How = {},
    ) {
      const at = now()
      const said: Said = {
        ...{ issuer: entity_id, assertion_issuer: entity_id, destination: sp.acs_url, recipient: sp.acs_url },
        ...{ audience: sp.entity_id, in_response_to: request.id, confirmed_in_response_to: request.id },
        ...{ subject: 'ann@example.test', subject_format: EMAIL_ADDRESS, attributes: {} },
        ...{ issued_at: at, from: at - 1_000, until: at + 300_000, assertion_id: `_a${crypto.randomUUID()}` },
        status: 'urn:oasis:names:tc:SAML:2.0:status:Success',
        ...more,
      }
      const { xml = (text: string) => text } = how
      const filled = () => ({ id: said.assertion_id, context: xml(documentOf(said)) })
      const request_info = { extract: { request: { id: request.id } } }
      // Who signs what is encrypted signs last.
      const options = { customTagReplacement: filled, encryptThenSign: how.encrypt }
      const { context } = await made(how).createLoginResponse(
        partner(sp.metadata, how),
        request_info,
        'post',
        {},
        options,
      )
      return String(context)
    },
  }
}
export type Provider = Awaited<ReturnType<typeof identityProvider>>
