import { RE2JS } from 're2js'

/** Patterns of rules are short, and so are the names and tags that they are held against. */
export const MOST_PATTERN = 200
/** Largest program a pattern may become: time is linear in the text, and also in this. */
const MOST_STEPS = 1_024
/** Characters of a text that are looked at. */
const MOST_TEXT = 1_000

/** Why a pattern cannot be used, or undefined. */
export function patternFault(source: string): string | undefined {
  if (source.length > MOST_PATTERN) return `must have at most ${MOST_PATTERN} characters`
  try {
    if (RE2JS.compile(source).programSize() > MOST_STEPS)
      return 'is too large: repetitions of repetitions take too long'
  } catch {
    return 'is not a regular expression in RE2 syntax (no look-around, no back-references)'
  }
}

const MOST_KEPT = 200
const kept = new Map<string, RE2JS | null>()
function compiled(source: string): RE2JS | null {
  const known = kept.get(source)
  if (known !== undefined) return known
  const made = patternFault(source) === undefined ? RE2JS.compile(source) : null
  if (kept.size >= MOST_KEPT) kept.clear()
  kept.set(source, made)
  return made
}

/** Whether the pattern is found in the text, in linear time whatever it is; one that cannot be used is found nowhere. */
export const isFound = (source: string, text: string): boolean =>
  compiled(source)?.test(text.slice(0, MOST_TEXT)) ?? false
