/**
 * The clock on the wall of a time zone. A wall time is written as the milliseconds that UTC would have when its clock
 * shows the same; it is a number to count with and not a moment.
 */

export const DAY = 86_400_000

/** A stretch of time in which the clocks of a zone do not change; `until` is the first moment after it. */
export type Span = { from: number; until: number; offset: number }

/** A rule about wall times: the first one strictly after a wall time, in whole seconds; null if it never comes. */
export type Rule = { next: (wall: number) => number | null; clocks: Clocks }

/**
 * What a change of the clocks does to a rule (docs/schedules.md has the table).
 * - `moved`: a time that is skipped is the moment after the gap; a time that comes twice counts the first time.
 * - `skipped`: a time that is skipped does not come that day; a time that comes twice counts the first time.
 * - `real`: whatever the clock shows, as often as it shows it.
 */
export type Clocks = 'moved' | 'skipped' | 'real'

/** No zone has changed its clocks twice within a week and back in living memory: Morocco's Ramadan is a month. */
const STEP = 7 * DAY
/** No clock has ever been set back or forward further. */
const FURTHEST = 26 * 3_600_000
/** How far ahead a schedule looks: what does not come in so long never comes. A certain weekday on 29 February may take 40 years. */
export const HORIZON = 41 * 366 * DAY

const MOST_ZONES = 1_000
type Zone = { format: Intl.DateTimeFormat; years: Map<number, Span[]> }
const zones = new Map<string, Zone>()

function zoneOf(timezone: string): Zone {
  const known = zones.get(timezone)
  if (known) return known
  const fields = {
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  } as const
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    calendar: 'gregory',
    ...fields,
  })
  if (zones.size >= MOST_ZONES) zones.clear()
  const made: Zone = { format, years: new Map() }
  zones.set(timezone, made)
  return made
}

function offsetFrom(format: Intl.DateTimeFormat, at: number): number {
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1_000) * 1_000
}

/** The spans of one year of UTC, in which a span may be cut by its beginning or end. */
function spansOf({ format }: Zone, year: number): Span[] {
  const end = Date.UTC(year + 1, 0, 1)
  let span: Span = { from: Date.UTC(year, 0, 1), until: end, offset: offsetFrom(format, Date.UTC(year, 0, 1)) }
  const spans = [span]
  for (let at = span.from; at < end; ) {
    const later = Math.min(at + STEP, end - 1_000)
    const offset = offsetFrom(format, later)
    if (offset !== span.offset) {
      // The first second that is not of this span, between `low` (which is) and `high` (which is not).
      let [low, high] = [at, later]
      while (high - low > 1_000) {
        const middle = low + Math.floor((high - low) / 2_000) * 1_000
        if (offsetFrom(format, middle) === span.offset) low = middle
        else high = middle
      }
      span.until = high
      span = { from: high, until: end, offset: offsetFrom(format, high) }
      spans.push(span)
      at = high
    } else at = later === end - 1_000 ? end : later
  }
  return spans
}

const MOST_YEARS = 60
/** The span that a moment belongs to; neighbours may have the same offset. */
export function spanAt(timezone: string, at: number): Span {
  const zone = zoneOf(timezone)
  const year = new Date(at).getUTCFullYear()
  let spans = zone.years.get(year)
  if (!spans) {
    if (zone.years.size >= MOST_YEARS) zone.years.clear()
    spans = spansOf(zone, year)
    zone.years.set(year, spans)
  }
  for (const span of spans) if (at < span.until) return span
  throw new Error(`No time zone span for ${at} in ${timezone}`)
}

/** What the clock shows. */
export const wallAt = (timezone: string, at: number) => at + spanAt(timezone, at).offset
export const dayNumberAt = (timezone: string, at: number) => Math.floor(wallAt(timezone, at) / DAY)

/** The first moment at which the clock has reached a wall time: that moment itself, or the end of the gap it lies in. */
export function reached(timezone: string, wall: number): number {
  for (let span = spanAt(timezone, wall - FURTHEST); ; span = spanAt(timezone, span.until))
    if (wall < span.until + span.offset) return Math.max(span.from, wall - span.offset)
}

/** The latest that the clock had shown by then: later than what it shows while an hour is repeated. */
function shownUntil(timezone: string, at: number, { from, offset }: Span): number {
  let latest = at + offset
  for (let end = from; at - end < FURTHEST; ) {
    const before = spanAt(timezone, end - 1)
    latest = Math.max(latest, end + before.offset - 1)
    end = before.from
  }
  return latest
}

/** The first moment strictly after `after` that a rule means in a time zone; null if it never comes. */
export function nextMoment(rule: Rule, timezone: string, after: number): number | null {
  let span = spanAt(timezone, after)
  const real = rule.clocks === 'real'
  let wall = rule.next(real ? after + span.offset : shownUntil(timezone, after, span))
  while (wall !== null && wall - after < HORIZON) {
    if (wall < span.from + span.offset) {
      // It lies in the gap before this span: the span of `after` has no such wall times any more.
      if (rule.clocks === 'moved') return span.from
      wall = rule.next(span.from + span.offset - 1)
    } else if (wall < span.until + span.offset) return wall - span.offset
    else {
      span = spanAt(timezone, span.until)
      if (real) wall = rule.next(span.from + span.offset - 1)
    }
  }
  return null
}
