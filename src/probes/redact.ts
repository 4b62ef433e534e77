const STARS = '***'
const MAX_HEADERS = 8_192
export const EXCERPT_BYTES = 8_192

/** Headers whose values are credentials wherever they appear. */
const SENSITIVE =
  /^(set-cookie2?|cookie|authorization|proxy-authorization|authentication-info)$|token|secret|api-?key|password|session|signature/i

export const isSensitiveHeader = (name: string) => SENSITIVE.test(name)

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')

/** All the spellings in which a server may echo a secret, also when one side reads UTF-8 and the other Latin-1. */
const spellings = (secret: string) => [
  secret,
  Buffer.from(secret).toString('latin1'),
  Buffer.from(secret, 'latin1').toString('utf8'),
  encodeURIComponent(secret),
  new URLSearchParams([['', secret]]).toString().slice(1),
  JSON.stringify(secret).slice(1, -1),
  Buffer.from(secret).toString('base64'),
  Buffer.from(secret).toString('base64url'),
  secret.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;'),
]

export type Redact = (text: string) => string

/** Blanks out every configured secret. Plain alternatives of literals, so the time is linear. */
export function redactor(secrets: (string | undefined)[]): Redact {
  const all = [...new Set(secrets.filter((it): it is string => !!it).flatMap(spellings))]
  if (!all.length) return (text) => text
  const pattern = new RegExp(
    all
      .sort((a, b) => b.length - a.length)
      .map(escaped)
      .join('|'),
    'g',
  )
  return (text) => text.replace(pattern, STARS)
}

/** A URL as a person may see it: no user, no password, no values in the query, no fragment. */
export function publicUrl(url: URL): string {
  const query = [...url.searchParams.keys()].map((key) => `${encodeURIComponent(key)}=…`).join('&')
  return `${url.protocol}//${url.host}${url.pathname}${query && `?${query}`}`
}

export function publicHeaders(headers: Iterable<[string, string]>, redact: Redact): Record<string, string> {
  const shown: Record<string, string> = {}
  let size = 0
  for (const [name, value] of headers) {
    const text = isSensitiveHeader(name) ? STARS : redact(value)
    size += name.length + text.length
    if (size > MAX_HEADERS) break
    shown[name] = shown[name] === undefined ? text : `${shown[name]}, ${text}`
  }
  return shown
}

/** The first 8 KB of a text without secrets; blanked before it is cut, so that no half of a secret survives. */
export function excerpt(body: Buffer, redact: Redact): string {
  const text = redact(body.toString('utf8'))
  const bytes = Buffer.from(text)
  return bytes.length > EXCERPT_BYTES ? `${bytes.subarray(0, EXCERPT_BYTES).toString('utf8')}…` : text
}
