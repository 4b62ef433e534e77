import { sha256 } from '#kernel/secrets'

/** What is read out of the events of other programs. Nothing is refused that can be cut or left out: an alarm must not be lost. */

export const MOST_TITLE = 200
export const MOST_MESSAGE = 2_000
/** As long as the longest of theirs: the alias of Opsgenie. */
export const MOST_KEY = 512
const MOST_NAME = 200
const MOST_URL = 2_000
const MOST_TAGS = 50
const MOST_TAG = 200
/** Of the details together, as JSON: they are kept with every incident. */
const MOST_DETAILS = 8_192
const MOST_DETAIL = 1_024
const MOST_NAMED = 100

/** What would break a log line or a mail; here it is what some program printed, not a person's mistake to refuse. */
const UNREADABLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu
const UNREADABLE_BUT_BREAKS = /[^\P{Cc}\n\t]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu

export type Json = Record<string, unknown>
export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
export const objectOf = (value: unknown): Json => (isObject(value) ? value : {})
export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

/** A value as text: what is no text, number or truth value is shown as JSON. */
export function plain(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === null || value === undefined) return ''
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return JSON.stringify(value)
}

const cut = (text: string, most: number) =>
  text.length > most
    ? `${text
        .slice(0, most - 1)
        .toWellFormed()
        .trimEnd()}…`
    : text

/** One readable line, or nothing. */
export const lineOf = (value: unknown, most = MOST_NAME): string | undefined =>
  cut(plain(value).toWellFormed().replace(UNREADABLE, ' ').trim(), most) || undefined

/** Readable text of several lines, or nothing. */
export const textOf = (value: unknown, most = MOST_MESSAGE): string | undefined =>
  cut(plain(value).toWellFormed().replace(/\r\n?/g, '\n').replace(UNREADABLE_BUT_BREAKS, ' ').trim(), most) || undefined

/** What people may be sent to: an address on the web, and nothing that runs. */
export function linkOf(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value.trim() : ''
  const url = text.length > 0 && text.length <= MOST_URL ? URL.parse(text) : null
  return url && /^https?:$/.test(url.protocol) ? url.href : undefined
}
export const firstLink = (...values: unknown[]) => values.map(linkOf).find((one) => one !== undefined)

/** The other program's name for the trouble; of one that is too long to keep, the beginning and what tells it apart. */
export function keyOf(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  const key = String(value).toWellFormed().trim()
  return key.length > MOST_KEY ? `${key.slice(0, MOST_KEY - 70).toWellFormed()}#${sha256(key)}` : key || undefined
}

/** Labels as tags that rules can ask for: `team:shop`. */
export const tagsOf = (labels: Json): string[] =>
  Object.entries(labels).map(([name, value]) => `${name}:${plain(value)}`)
export const tidyTags = (tags: unknown[]): string[] =>
  [...new Set(tags.map((one) => lineOf(one, MOST_TAG)).filter((one) => one !== undefined))].slice(0, MOST_TAGS)

/** Named values as a person reads them, as many as fit. */
export function valuesOf(given: Json): Record<string, string> {
  const out: Record<string, string> = {}
  let left = MOST_DETAILS
  for (const [name, value] of Object.entries(given).slice(0, MOST_NAMED)) {
    const [key, text] = [lineOf(name, 100), textOf(value, MOST_DETAIL)]
    if (!key || !text || Object.hasOwn(out, key) || key === '__proto__') continue
    left -= key.length + text.length
    if (left < 0) break
    out[key] = text
  }
  return out
}

export type Link = { href: string; text: string | null }
/** Addresses with what is said of them; what is no address on the web is left out. */
export const linksOf = (given: { href: unknown; text?: unknown }[]): Link[] =>
  given
    .map(({ href, text }) => ({ href: linkOf(href), text: lineOf(text) ?? null }))
    .filter((one): one is Link => one.href !== undefined)
    .slice(0, 20)
