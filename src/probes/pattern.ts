import { RE2JS } from 're2js'
import { Fault } from '#probes/fault'

/**
 * Largest program a pattern may become. Time is linear in the text, but also in the program: repetitions of repetitions
 * in a thousand characters make one of sixty thousand steps, which takes minutes for an answer of a megabyte.
 */
const MOST_STEPS = 1_024

/**
 * A thousand steps for each character of a megabyte are still half a minute, in which nothing else is checked. What is
 * not found by then is not known.
 */
const MOST_MS = 250
/** Characters between two looks at the clock. */
const LOOK_EVERY = 256

/** A text that is read for a limited time. RE2JS takes for a string what calls itself one. */
class ReadInTime extends String {
  readonly #text: string
  readonly #until = performance.now() + MOST_MS
  #read = 0

  constructor(text: string) {
    super(text)
    this.#text = text
  }

  override charCodeAt(at: number): number {
    if (++this.#read % LOOK_EVERY === 0 && performance.now() > this.#until)
      throw new Fault('own_side', 'the answer could not be searched in time: the pattern is too complicated for it')
    return this.#text.charCodeAt(at)
  }
}

const compile = (source: string) => RE2JS.compile(source)

/** What a pattern learns while it searches takes memory, tens of megabytes in the end: it is forgotten after this long. */
const FORGOTTEN_MS = 50

/**
 * Says whether a user's regular expression is found in a text, in linear time whatever it is: JavaScript's own can hang
 * the process for minutes. Throws when even that takes too long.
 */
export function finderOf(source: string): (text: string) => boolean {
  let pattern: RE2JS | undefined
  let spent_ms = 0
  return (text) => {
    const started = performance.now()
    pattern ??= compile(source)
    try {
      // Safe: an object of class String is a string in all that is asked of it here.
      return pattern.test(new ReadInTime(text) as unknown as string)
    } finally {
      spent_ms += performance.now() - started
      if (spent_ms > FORGOTTEN_MS) {
        pattern = undefined
        spent_ms = 0
      }
    }
  }
}

/** Why a pattern cannot be used, or undefined. */
export function patternProblem(source: string): string | undefined {
  try {
    if (compile(source).programSize() > MOST_STEPS) return 'is too large: repetitions of repetitions take too long'
  } catch {
    return 'is not a regular expression in RE2 syntax (no look-around, no back-references)'
  }
}
