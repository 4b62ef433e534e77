export type BadgeStatus = 'up' | 'late' | 'down'

const colors: Record<BadgeStatus, string> = { up: '#2e8540', late: '#b35900', down: '#c32f27' }
/** The words of Shields.io for colors. */
export const shieldsColors: Record<BadgeStatus, string> = { up: 'success', late: 'important', down: 'critical' }

const MOST_CHARS = 60
const HEIGHT = 20
const PADDING = 6
/** About what Verdana 11 px takes; `textLength` makes it exact whatever font there is. */
const widthOf = (text: string) =>
  [...text].reduce(
    (sum, char) => sum + (/[fijlrtI.,:;'|!()[\] -]/.test(char) ? 4.2 : /[mwMW@%&]/.test(char) ? 10 : 7),
    0,
  )

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }
/** What XML cannot hold, or what turns the direction of a text, is left out. */
const escaped = (text: string) =>
  text
    .toWellFormed()
    .replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069\ufffe\uffff]/gu, '')
    .replace(/[&<>"']/g, (sign) => escapes[sign] ?? '')

/** A badge of two fields, without script, style, link or anything from elsewhere. */
export function badgeSvg(given: string, status: BadgeStatus): string {
  const chars = [...given]
  const label = chars.length > MOST_CHARS ? `${chars.slice(0, MOST_CHARS - 1).join('')}…` : given
  const [left, right] = [label, status].map((text) => Math.ceil(widthOf(text)) + 2 * PADDING) as [number, number]
  const width = left + right
  const field = (text: string, x: number, wide: number) =>
    `<text x="${x + PADDING}" y="14" textLength="${wide - 2 * PADDING}" lengthAdjust="spacingAndGlyphs">${escaped(text)}</text>`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${HEIGHT}" role="img" aria-label="${escaped(`${label}: ${status}`)}">`,
    `<title>${escaped(`${label}: ${status}`)}</title>`,
    `<clipPath id="r"><rect width="${width}" height="${HEIGHT}" rx="3"/></clipPath>`,
    `<g clip-path="url(#r)"><rect width="${left}" height="${HEIGHT}" fill="#444"/>`,
    `<rect x="${left}" width="${right}" height="${HEIGHT}" fill="${colors[status]}"/></g>`,
    `<g fill="#fff" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11">`,
    `${field(label, 0, left)}${field(status, left, right)}</g></svg>`,
  ].join('')
}
