// RFC 8252 section 7.3: a program on a computer listens on whatever port is free.
const LOOPBACK = /^http:\/\/(127\.0\.0\.1|\[::1\])(?::[1-9]\d{0,4})?(?=[/?]|$)/

/** Programs on the same computer: the only ones that are answered without TLS. */
const isLoopback = (host: string) => ['127.0.0.1', '[::1]', 'localhost'].includes(host)

/** Why an address cannot be registered, or nothing when it can. */
export function redirectFault(uri: string): string | undefined {
  if (!/^[\x21-\x7e]+$/.test(uri) || uri.includes('\\')) return 'must be an address without spaces'
  if (uri.includes('#')) return 'must not have a fragment'
  if (uri.includes('*')) return 'must be one address, not a pattern'
  const url = URL.parse(uri)
  if (!url) return 'must be an address such as https://app.example.com/callback'
  if (url.username || url.password) return 'must not hold a user name or a password'
  if (url.protocol === 'https:') return undefined
  if (url.protocol === 'http:')
    return isLoopback(url.hostname)
      ? undefined
      : 'must begin with https://; only this computer (127.0.0.1) may go without'
  // RFC 8252 section 7.1. Without the dot it could be anybody's, or `javascript:`.
  return url.protocol.includes('.')
    ? undefined
    : 'must have a scheme of your own domain, such as com.example.app:/callback'
}

/**
 * Whether a registered address permits the one that was sent: the same text, but for the port of a loopback address.
 * Texts are compared, nothing is parsed: no two readings of an address can differ.
 */
export function permits(registered: string, sent: string): boolean {
  if (registered === sent) return true
  const [known, given] = [LOOPBACK.exec(registered), LOOPBACK.exec(sent)]
  if (!known || !given || known[1] !== given[1] || !URL.canParse(given[0])) return false
  return registered.slice(known[0].length) === sent.slice(given[0].length)
}

/** The address with parameters added, the rest of it as it was. */
export function withParameters(uri: string, parameters: Record<string, string | undefined>): string {
  const set = Object.entries(parameters).filter((one): one is [string, string] => one[1] !== undefined)
  return `${uri}${uri.includes('?') ? '&' : '?'}${new URLSearchParams(set)}`
}

/** To whom the answer goes, in a form that a person can judge. */
export function recipientOf(uri: string): string {
  const { protocol, host } = new URL(uri)
  return /^https?:$/.test(protocol) ? host : protocol.slice(0, -1)
}
