import { MASK } from '#kernel/form'

/** How the words of a notice are made safe and short for a provider; shared by the channels, no channel itself. */

export const escapeHtml = (text: string) =>
  text.replace(/[&<>"]/g, (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[char]!)

/** Half a character and control characters make providers refuse the entire message; line breaks stay. */
const clean = (text: string) =>
  text.toWellFormed().replace(/[\p{Cc}\u2028\u2029]/gu, (char) => (char === '\n' ? '\n' : ' '))

/** The text on one line, for titles, subjects and headers: no line break survives. */
export const oneLine = (text: string) => clean(text).replace(/\s+/g, ' ').trim()

type Fit = { escaped?: (text: string) => string; measure?: (text: string) => number }

/** The escaped text, cut with an ellipsis so that what is sent measures at most `limit`. Never cuts a character or an escape in half. */
export function fit(
  text: string,
  limit: number,
  { escaped = (raw) => raw, measure = (sent) => sent.length }: Fit = {},
) {
  const cleaned = clean(text)
  if (cleaned.length <= limit && measure(escaped(cleaned)) <= limit) return escaped(cleaned)
  // Escaping only ever lengthens, so nothing beyond the limit can be needed.
  const chars = [...cleaned.slice(0, limit).toWellFormed()]
  let low = 0
  let high = chars.length
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (measure(escaped(`${chars.slice(0, middle).join('')}…`)) <= limit) low = middle
    else high = middle - 1
  }
  return escaped(`${chars.slice(0, low).join('').trimEnd()}…`)
}

/** Host of a URL for people to recognise; empty when it is no URL (a masked secret, for example). */
export const hostOf = (url: string) => (URL.canParse(url) ? new URL(url).host : '')

/** The complaint about a URL that messages cannot be posted to, under its field; the mask of a stored secret is fine. */
export const urlFaults = (field: string, url: string): Record<string, string> =>
  url === MASK || (/^https?:\/\//i.test(url) && URL.canParse(url))
    ? {}
    : { [field]: 'Enter an address that starts with https:// or http://.' }

/** Parts of a request that a server could echo and that nobody may read in a log. */
export function secretsIn(url: string, headers: Record<string, string> = {}): string[] {
  const { pathname, searchParams, username, password } = new URL(url)
  const path = pathname.split('/').flatMap((part) => (part.length > 7 ? [part, decoded(part)] : []))
  const authorization = Object.values(headers).flatMap((value) => value.split(' '))
  const basic = authorization.flatMap((value) => Buffer.from(value, 'base64').toString().split(':'))
  return [...path, ...searchParams.values(), username, password, ...authorization, ...basic].filter(
    (part) => part.length > 3,
  )
}

/** A provider's own explanation on one line, or nothing when it repeats something secret. */
export function quoted(text: string, secrets: string[]): string {
  const line = fit(oneLine(text), 160)
  const plain = `${text} ${decoded(text)}`
  return secrets.some((part) => plain.includes(part)) ? '' : line
}

/** Escaped echoes count as echoes: `%2F`, `\/` and `&#47;` hide nothing from a reader. */
const decoded = (text: string) =>
  text
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/\\(.)/g, '$1')
