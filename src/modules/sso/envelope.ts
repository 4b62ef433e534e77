import { saml } from './library'
import { anywhere, attributeOf, childrenOf, NS, parseXml, textOf, XmlFault } from './xml'

/** SHA-1, MD5 and keyed digests as signatures, RSA with its first padding and triple DES as encryption. */
const WEAK = /#(rsa-|dsa-|ecdsa-)?(sha1|md5)$|#hmac-|#rsa-1_5$|#tripledes-cbc$/i

/** The first algorithm that is not safe any more, if any is used. */
function weakIn(root: Element): string | undefined {
  const methods = [
    ...anywhere(root, 'SignatureMethod'),
    ...anywhere(root, 'EncryptionMethod'),
    // The digest inside an encryption method is a part of OAEP, where SHA-1 does no harm.
    ...anywhere(root, 'DigestMethod').filter(({ parentNode }) => parentNode?.nodeName.endsWith('Reference')),
  ]
  return methods.map((method) => attributeOf(method, 'Algorithm') ?? '').find((name) => WEAK.test(name))
}

/**
 * A comment is not part of what is signed, and cuts a name in two for whoever reads its first part alone
 * (https://duo.com/blog/duo-finds-saml-vulnerabilities-affecting-multiple-implementations). We read all of it, but no
 * identity provider writes one: whoever put it there means harm.
 */
function parsePlain(text: string) {
  if (/<!--|<\?(?!xml\s)/.test(text)) throw new XmlFault('The answer contains a comment or an instruction')
  return parseXml(text)
}

/** The outside of a response. Nothing of it is proven, so it can only lead to a refusal. */
export function envelopeOf(response: string) {
  const root = parsePlain(Buffer.from(response, 'base64').toString('utf8'))
  if (root.localName !== 'Response' || root.namespaceURI !== NS.protocol) throw new XmlFault('This is no SAML response')
  const [status] = childrenOf(root, NS.protocol, 'Status')
  const codes = anywhere(root, 'StatusCode').map((code) => attributeOf(code, 'Value') ?? '')
  const encrypted = anywhere(root, 'EncryptedAssertion')
  return {
    encrypted,
    signed: childrenOf(root, NS.signature, 'Signature').length > 0,
    assertions: anywhere(root, 'Assertion').length + encrypted.length,
    status: codes[0] ?? '',
    reason: [codes[1]?.split(':').at(-1), textOf(childrenOf(status, NS.protocol, 'StatusMessage')[0])]
      .filter(Boolean)
      .join(': '),
    weak: weakIn(root),
    destination: attributeOf(root, 'Destination'),
    in_response_to: attributeOf(root, 'InResponseTo'),
  }
}

/** Looks into an encrypted assertion as at everything else: one document, of modest size, signed with what is safe. */
export async function unveil(
  encrypted: Element,
  keys: { private_key: string },
): Promise<{ fault?: string; weak?: string }> {
  try {
    const { decrypted } = await saml()
    const root = parsePlain(await decrypted(String(encrypted), keys))
    const one = root.localName === 'Assertion' && anywhere(root, 'Assertion').length === 1
    return one ? { weak: weakIn(root) } : { fault: 'What is encrypted is not one assertion' }
  } catch (error) {
    return {
      fault:
        error instanceof XmlFault ? error.message : 'The encrypted assertion is not for the key of this connection',
    }
  }
}
