/** What is read out of the address of a ping. Nothing of it is refused that can be left out: a ping must not be lost. */

const MOST_NUMBERS = 20
const MOST_NAME = 64
const MOST_LINE = 300
/** Of the end of a body, in which its last line is looked for. */
const TAIL_BYTES = 4_096
/** What would break a log line or a mail; here it is what some program printed, not a person's mistake to refuse. */
const UNREADABLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu
const NUMBER = /^[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})(e[+-]?\d{1,3})?$/i
/** As bounds of numbers may be. */
const LARGEST = 1e15

export const queryOf = ({ url }: Request) => new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?')) : '')

/** One readable line. */
export const lineOf = (text: string, most = MOST_LINE): string | undefined =>
  text.toWellFormed().replace(UNREADABLE, ' ').trim().slice(0, most).trim() || undefined

export function numberOf(text: string): number | undefined {
  const value = NUMBER.test(text.trim()) ? Number(text) : Number.NaN
  return Math.abs(value) <= LARGEST ? value : undefined
}

/** Every named number, but those that mean something else. */
export function numbersOf(pairs: Iterable<[string, string]>, except: string[]): Record<string, number> | undefined {
  const found = new Map<string, number>()
  for (const [given, text] of pairs) {
    const [name, value] = [lineOf(given, MOST_NAME), numberOf(text)]
    if (!name || value === undefined || except.includes(name) || found.size === MOST_NUMBERS) continue
    found.set(name, value)
  }
  return found.size > 0 ? Object.fromEntries(found) : undefined
}

/** The last line in which something is written: where programs say why they ended. */
export function lastLine(body: Uint8Array): string | undefined {
  if (body.length === 0) return undefined
  const lines = new TextDecoder().decode(body.subarray(-TAIL_BYTES)).split('\n')
  return lineOf(lines.findLast((line) => line.trim() !== '') ?? '')
}
