/**
 * The address a request asks for, in the one spelling that every part of the server reads alike. Bun hands over a bare
 * path when there is no Host (HTTP/1.0 may leave it out) or when Host is no host name; for the latter there is none.
 */
export function urlOf(request: Request): URL | undefined {
  const nameless = !request.headers.get('host') && request.url.startsWith('/')
  if (nameless && request.headers.has('host')) return undefined
  const url = URL.parse(nameless ? `http://localhost${request.url}` : request.url)
  if (!url || !/^https?:$/.test(url.protocol)) return undefined
  url.hash = ''
  return url
}

/** Whether every %xx of a path is a character. The framework hands on nothing for what it cannot decode, not a text. */
export function isReadable(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}

/** What is reported from elsewhere, with the key in the address. */
const PUSH = /^(\/api\/v1\/push\/)([^/]+)\/?$/

/** The key that a path holds, when it is one to report to; however it was spelled, it is counted as one. */
export function pushKeyIn(path: string): string | undefined {
  const [, , key] = PUSH.exec(path) ?? []
  return key !== undefined && isReadable(key) ? decodeURIComponent(key) : key
}

/** A path as it may be written down: keys are left out. */
export const loggable = (path: string): string => path.replace(PUSH, '$1***')
