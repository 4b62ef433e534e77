/** One calendar day of a time zone as instants; 23 or 25 hours long where the clocks change. */
export type Day = { date: string; from: number; until: number }

const formatters = new Map<string, Intl.DateTimeFormat>()

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formatters.set(zone, made)
  return made
}

export function isZone(zone: string): boolean {
  try {
    formatterOf(zone)
    return true
  } catch {
    return false
  }
}

/** The wall clock of the zone at an instant, as if it were UTC. */
function wallAt(zone: string, at: number): number {
  const parts = Object.fromEntries(
    formatterOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  // Date.UTC takes the years 0 to 99 for those of the last century.
  return new Date(Date.UTC(2000, 0, 1, hour, minute, second)).setUTCFullYear(year, month - 1, day)
}

const HOUR = 3_600_000
const dateOf = (wall: number) => new Date(wall).toISOString().slice(0, 10)

/** First instant whose date in the zone is that of `wall`; midnight itself where it exists. */
function startOf(zone: string, wall: number): number {
  let at = wall - (wallAt(zone, wall) - wall)
  at += wall - wallAt(zone, at)
  // Where clocks jump over midnight, the day begins at the jump; found to the quarter hour that all zones keep.
  while (dateOf(wallAt(zone, at)) < dateOf(wall)) at += HOUR / 4
  while (dateOf(wallAt(zone, at - HOUR / 4)) >= dateOf(wall)) at -= HOUR / 4
  return at
}

/** The last `count` calendar days of the zone, oldest first; the last one is today and ends at `now`. */
export function lastDays(zone: string, now: number, count: number): Day[] {
  const today = Math.floor(wallAt(zone, now) / 86_400_000) * 86_400_000
  const walls = Array.from({ length: count }, (_, i) => today - (count - 1 - i) * 86_400_000)
  const starts = walls.map((wall) => startOf(zone, wall))
  return walls.map((wall, i) => ({ date: dateOf(wall), from: starts[i] ?? now, until: starts[i + 1] ?? now }))
}

/** The whole calendar day of the zone that an instant belongs to. */
export function dayAt(zone: string, at: number): Day {
  const today = Math.floor(wallAt(zone, at) / 86_400_000) * 86_400_000
  return { date: dateOf(today), from: startOf(zone, today), until: startOf(zone, today + 86_400_000) }
}

const DAY = 86_400_000
/** The calendar days of the zone from one instant to another, oldest first; the first and the last are only as long as asked for. */
export function daysBetween(zone: string, from: number, until: number): Day[] {
  // A day has up to 25 hours, so counting by 24 may only yield more than needed.
  const days = lastDays(zone, until, Math.ceil((until - from) / DAY) + 2)
  return days
    .filter((day) => day.until > from)
    .map((day) => ({ ...day, from: Math.max(day.from, from) }))
    .filter((day) => day.until > day.from)
}
