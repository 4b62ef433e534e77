import { RE2JS } from 're2js'

/**
 * Largest program a pattern may become. Time is linear in the text, but also in the program: repetitions of repetitions
 * in a thousand characters make one of sixty thousand steps, which takes minutes for an answer of a megabyte.
 */
const MOST_STEPS = 1_024

/** A user's regular expression, in linear time whatever it is: JavaScript's own can hang the process for minutes. */
export const compilePattern = (source: string) => RE2JS.compile(source)

/** Why a pattern cannot be used, or undefined. */
export function patternProblem(source: string): string | undefined {
  try {
    if (compilePattern(source).programSize() > MOST_STEPS)
      return 'is too large: repetitions of repetitions take too long'
  } catch {
    return 'is not a regular expression in RE2 syntax (no look-around, no back-references)'
  }
}
