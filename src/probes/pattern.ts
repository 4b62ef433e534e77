import { RE2JS } from 're2js'

/** A user's regular expression, in linear time whatever it is: JavaScript's own can hang the process for minutes. */
export const compilePattern = (source: string) => RE2JS.compile(source)

/** Why a pattern cannot be used, or undefined. */
export function patternProblem(source: string): string | undefined {
  try {
    compilePattern(source)
  } catch {
    return 'is not a regular expression in RE2 syntax (no look-around, no back-references)'
  }
}
