import { X509Certificate } from 'node:crypto'
import { pemOf } from './x509'
import { attributeOf, childrenOf, NS, parseXml, textOf, XmlFault } from './xml'

/** What we have to know of an identity provider. */
export type Provider = { idp_entity_id: string; sso_url: string; certificates: string[] }

const REDIRECT = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect'
const LEAST_BITS = 2048

/** A web address a browser can be sent to. */
export const isWebUrl = (text: string) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)

/** The certificate as PEM in one spelling, given as PEM or bare base64; throws a fault that says why it does not do. */
export function certificateOf(text: string): string {
  const base64 = text.replace(/-----(BEGIN|END) CERTIFICATE-----/g, '').replace(/\s+/g, '')
  let certificate: X509Certificate
  try {
    if (!/^[A-Za-z0-9+/]+=*$/.test(base64)) throw new Error('not base64')
    certificate = new X509Certificate(Buffer.from(base64, 'base64'))
  } catch {
    throw new XmlFault('is not an X.509 certificate')
  }
  const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey
  if (asymmetricKeyType !== 'rsa') throw new XmlFault('is not a certificate of an RSA key, which SAML signatures need')
  if ((asymmetricKeyDetails?.modulusLength ?? 0) < LEAST_BITS)
    throw new XmlFault(`has a key of less than ${LEAST_BITS} bits`)
  return pemOf(certificate.raw.toString('base64'))
}

/** What a certificate shows of itself. */
export function described(pem: string) {
  const { subject, validTo } = new X509Certificate(pem)
  return { pem, subject: subject.replace(/\n/g, ', '), expires_at: new Date(validTo).toISOString() }
}

/** The identity provider that a metadata document describes; throws a fault that says what is missing. */
export function providerIn(xml: string, now: number): Provider {
  const root = parseXml(xml.replace(/^\uFEFF/, '').trim())
  const entities = root.localName === 'EntitiesDescriptor' ? childrenOf(root, NS.metadata, 'EntityDescriptor') : [root]
  const found = entities.filter((entity) => childrenOf(entity, NS.metadata, 'IDPSSODescriptor').length > 0)
  const [entity] = found
  if (!entity || entity.namespaceURI !== NS.metadata) throw new XmlFault('This describes no SAML identity provider')
  if (found.length > 1)
    throw new XmlFault(`This describes ${found.length} identity providers: take the metadata of one`)
  const until = [root, entity].map((one) => attributeOf(one, 'validUntil')).find((text) => text !== undefined)
  if (until && Date.parse(until) < now) throw new XmlFault(`This metadata was valid until ${until}: fetch it again`)

  const [idp] = childrenOf(entity, NS.metadata, 'IDPSSODescriptor')
  const service = childrenOf(idp, NS.metadata, 'SingleSignOnService').find(
    (one) => attributeOf(one, 'Binding') === REDIRECT,
  )
  const idp_entity_id = attributeOf(entity, 'entityID') ?? ''
  const sso_url = attributeOf(service, 'Location') ?? ''
  if (!isWebUrl(sso_url)) throw new XmlFault('There is no address for signing in by redirect (HTTP-Redirect binding)')
  const texts = childrenOf(idp, NS.metadata, 'KeyDescriptor')
    .filter((key) => (attributeOf(key, 'use') ?? 'signing') === 'signing')
    .flatMap((key) => childrenOf(key, NS.signature, 'KeyInfo'))
    .flatMap((info) => childrenOf(info, NS.signature, 'X509Data'))
    .flatMap((data) => childrenOf(data, NS.signature, 'X509Certificate'))
    .map(textOf)
  if (idp_entity_id === '') throw new XmlFault('The identity provider has no entity ID')
  if (texts.length === 0) throw new XmlFault('There is no certificate for signatures')
  return { idp_entity_id, sso_url, certificates: [...new Set(texts.map(certificateOf))] }
}
