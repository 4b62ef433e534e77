import { isObject, plain } from './words'

/**
 * Where in a body a value stands: `$.alert.labels[0].name`, `$['a key']`. Names and numbers and nothing else, so that
 * reading it takes no time and runs nothing.
 */
export type Path = (string | number)[]

const STEP = /\.([\p{L}\p{N}_@:/-]+)|\[(\d{1,6})\]|\['([^'\]]{1,200})'\]|\["([^"\]]{1,200})"\]/uy
const MOST_STEPS = 20
const MOST_PARTS = 10

/** The steps of a path, or nothing when it is none. */
export function pathOf(text: string): Path | undefined {
  if (!text.startsWith('$')) return undefined
  const path: Path = []
  for (STEP.lastIndex = 1; STEP.lastIndex < text.length; ) {
    const found = STEP.exec(text)
    if (!found || path.length === MOST_STEPS) return undefined
    const [, name, index, single, double] = found
    path.push(index === undefined ? (name ?? single ?? double ?? '') : Number(index))
  }
  return path
}

/** What stands there; nothing where the way ends before. */
export function valueAt(body: unknown, path: Path): unknown {
  let value = body
  for (const step of path) {
    const there = Array.isArray(value) ? typeof step === 'number' : isObject(value)
    if (!there || !Object.hasOwn(value as object, step)) return undefined
    // Safe: it is a list or an object, and has this property of its own.
    value = (value as Record<string | number, unknown>)[step]
  }
  return value
}

/** No spaces apart from the path: a text of spaces would be looked at from each of them. */
const PLACE = /\{\{([^{}]{0,300})\}\}/g

/** Why this is neither a path nor a text with paths in it, or nothing. */
export function mappingFault(text: string): string | undefined {
  const places = text.startsWith('$') ? [text] : [...text.matchAll(PLACE)].map(([, path = '']) => path.trim())
  if (places.length > MOST_PARTS) return `must have at most ${MOST_PARTS} places`
  const left = text.startsWith('$') ? '' : text.replace(PLACE, '')
  const wrong = left.includes('{{') || places.some((path) => pathOf(path) === undefined)
  return wrong
    ? 'must be a path such as $.alert.name, or a text with paths such as {{ $.host }}: {{ $.text }}'
    : undefined
}

/** The value that a mapping leads to: of a path what stands there, of a text the text with every place filled in. */
export function mapped(body: unknown, text: string): unknown {
  const path = pathOf(text)
  if (path) return valueAt(body, path)
  let found = false
  const filled = text.replace(PLACE, (_, place: string) => {
    const value = plain(valueAt(body, pathOf(place.trim()) ?? [])).trim()
    found ||= value !== ''
    return value
  })
  // A text whose places are all empty says nothing of this event; one without places is the same for every event.
  return found || !text.includes('{{') ? filled : undefined
}
