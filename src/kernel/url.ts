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
