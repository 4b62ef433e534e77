import { DOMParser } from '@xmldom/xmldom'

export const NS = {
  assertion: 'urn:oasis:names:tc:SAML:2.0:assertion',
  protocol: 'urn:oasis:names:tc:SAML:2.0:protocol',
  metadata: 'urn:oasis:names:tc:SAML:2.0:metadata',
  signature: 'http://www.w3.org/2000/09/xmldsig#',
} as const

/** What is wrong with a document, as a sentence. */
export class XmlFault extends Error {}

const ELEMENT = 1
/**
 * No SAML message of a real identity provider comes near, unless somebody is in a thousand groups. Looking for elements
 * and bringing them into order, as signatures need it, takes time that grows faster than the document.
 */
const MOST_DEPTH = 64
const MOST_TAGS = 5_000
const MOST_ATTRIBUTES = 8_000

function requireModest(text: string) {
  const tags = text.split('<').length - 1
  const attributes = text.match(/=\s*["']/g)?.length ?? 0
  if (tags > MOST_TAGS || attributes > MOST_ATTRIBUTES)
    throw new XmlFault(`The document is larger than is read: ${tags} tags and ${attributes} attributes`)
}

/**
 * The root of a document without a document type: entities of one can read files, or grow without end. Whatever the
 * parser merely warns about is refused too, because two parsers may read it as two different things.
 */
export function parseXml(text: string): Element {
  if (/<!(?!--|\[CDATA\[)/.test(text)) throw new XmlFault('The document declares a type or entities, which is refused')
  requireModest(text)
  const fault = (level: string, message: string) => {
    throw new XmlFault(`This is not well-formed XML (${level}: ${message.split('\n')[0]?.slice(0, 120)})`)
  }
  let root: Element | null
  try {
    root = new DOMParser({ locator: {}, errorHandler: fault }).parseFromString(text, 'text/xml').documentElement
  } catch (error) {
    throw error instanceof XmlFault ? error : new XmlFault('This is not XML')
  }
  if (!root) throw new XmlFault('This is not XML')
  for (const { depth } of walk(root))
    if (depth > MOST_DEPTH) throw new XmlFault(`The document is nested deeper than ${MOST_DEPTH} levels`)
  return root
}

/** Every element of the document, each with its depth; without recursion, which a deep document would exhaust. */
function* walk(root: Element): Generator<{ element: Element; depth: number }> {
  let node: Node | null = root
  let depth = 1
  while (node) {
    // Safe: a node of type 1 is an element.
    if (node.nodeType === ELEMENT) yield { element: node as Element, depth }
    if (node.firstChild) {
      node = node.firstChild
      depth++
      continue
    }
    while (node && node !== root && !node.nextSibling) {
      node = node.parentNode
      depth--
    }
    node = node === root || !node ? null : node.nextSibling
  }
}

/** All elements with this local name, wherever they hide and in whatever namespace. */
export const anywhere = (root: Element, name: string): Element[] =>
  [...walk(root)].map(({ element }) => element).filter(({ localName }) => localName === name)

/** Direct children of that name in that namespace. */
export function childrenOf(parent: Element | undefined, namespace: string, name: string): Element[] {
  const found: Element[] = []
  for (let node = parent?.firstChild ?? null; node; node = node.nextSibling) {
    if (node.nodeType !== ELEMENT) continue
    const element = node as Element
    if (element.localName === name && element.namespaceURI === namespace) found.push(element)
  }
  return found
}

/** An attribute, or nothing where it is missing or empty. */
export const attributeOf = (element: Element | undefined, name: string): string | undefined =>
  element?.getAttribute(name) || undefined

/** The text of an element, whole: comments between its parts do not cut it short. */
export const textOf = (element: Element | undefined): string => element?.textContent?.trim() ?? ''
