/** Which monitors a long run has, where they are checked from, and what their targets will do. */
import type { Plan, Window } from './plan'

export const REGIONS = ['north', 'east', 'south', 'west', 'far']
/** The region whose prober is cut off for a while. */
export const CUT = 'far'

/** Of a hundred monitors so many fail for a while, fail now and then for one check, or hang for a while. */
const FAILING = 5
const FLAPPING = 2
const HANGING = 2
/** How many intervals an outage lasts, least and most. */
const LEAST = 3
const MOST = 8
/** One of so many answers of a flapping target is bad: never two in a row. */
const EVERY = 3

export type Case = { number: number; regions: string[]; window?: Window; flapping: boolean }
type Span = { from: number; until: number; interval_ms: number }

/** Half from here, nearly half from five other places, some from several at once. */
function regionsOf(number: number): string[] {
  const part = number % 20
  if (part < 9) return ['local']
  const region = REGIONS[part % REGIONS.length] ?? 'local'
  if (part < 17) return [region]
  return part === 17 ? ['local', 'north', 'east'] : part === 18 ? ['south', 'west'] : ['local', CUT]
}

/** Chosen by the number alone, so that a run can be repeated; a hundred in a row have every kind. */
const share = (number: number, salt: number) => ((number * 2_654_435_761 + salt * 40_503) >>> 0) / 2 ** 32

function windowOf(number: number, kind: Window['kind'], { from, until, interval_ms }: Span): Window {
  const length = interval_ms * (LEAST + (MOST - LEAST) * share(number, 1))
  const begins = from + Math.max(0, until - from - length) * share(number, 2)
  return { from: Math.round(begins), until: Math.round(begins + length), kind }
}

/** All outages begin and end within the span. */
export function casesOf(count: number, span: Span): Case[] {
  return Array.from({ length: count }, (_, i) => {
    const number = i + 1
    const regions = regionsOf(number)
    const place = Math.floor(100 * share(number, 3))
    const kind = place < FAILING ? 'fail' : place < FAILING + HANGING ? 'hang' : undefined
    // Asked by several at once, two bad answers could go to the same one.
    const flapping = place >= 100 - FLAPPING && regions.length === 1
    return { number, regions, flapping, ...(kind && { window: windowOf(number, kind, span) }) }
  })
}
export const planOf = (cases: Case[]): Plan => ({
  windows: Object.fromEntries(cases.flatMap(({ number, window }) => (window ? [[number, [window]]] : []))),
  flapping: Object.fromEntries(cases.flatMap(({ number, flapping }) => (flapping ? [[number, EVERY]] : []))),
})
