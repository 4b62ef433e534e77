import { HOUR_MS } from '#engine/chunk'
import { addPacked, type Histogram, merge, newHistogram, percentile } from '#engine/histogram'
import { hourFigures } from '#engine/history-store'

/** Medians of the last 24 hours, oldest first, and the 95th percentile over all of them. */
export type HourlyResponse = { response: (number | null)[]; p95_ms: number | null }
/** The packed checks of one monitor in one hour. */
export type Part = { hour: number; n: number; bytes: Uint8Array }
type Source = {
  /** Rows of the file, or nothing when it cannot be read now. */
  rows: (sql: string, args: unknown[]) => unknown[][] | undefined
  inMemory: (monitor: number) => Part[]
  now: () => number
}
/** The 23 hours before `hour`, which change no more. */
type Past = { hour: number; response: (number | null)[]; whole: Histogram }

const HOURS = 24
/** Monitors whose past hours are kept, about two kilobytes each. */
const MOST_KEPT = 2_000
const bytesOf = (value: unknown) => new Uint8Array(value as ArrayBuffer)

/** What the list shows of the last day; the hours that are over are read once an hour, the current one each time. */
export function createHourly({ rows, inMemory, now }: Source) {
  const kept = new Map<number, Past>()

  const newPast = (hour: number): Past => ({
    hour,
    response: Array<number | null>(HOURS - 1).fill(null),
    whole: newHistogram(),
  })
  /** For monitors whose past is not kept; what is still in memory is newer than what the file may hold of it. */
  function read(monitors: number[], hour: number, held: Map<number, Part[]>): Map<number, Past> {
    const first = hour - HOURS + 1
    const found = new Map(monitors.map((monitor) => [monitor, newPast(hour)]))
    const marks = Array(monitors.length).fill('?').join(',')
    const stored = rows(
      `select monitor, hour, median, hist from hours where monitor in (${marks}) and hour >= ? and hour < ?`,
      [...monitors, first, hour],
    )
    for (const [monitor, at, median, hist] of stored ?? []) {
      if (held.get(Number(monitor))?.some((part) => part.hour === at)) continue
      const past = found.get(Number(monitor))!
      past.response[Number(at) - first] = median === null ? null : Number(median) / 10
      addPacked(past.whole, bytesOf(hist))
    }
    for (const [monitor, past] of found) {
      const older = (held.get(monitor) ?? []).filter((part) => part.hour >= first && part.hour < hour)
      for (const part of older) {
        const figures = hourFigures(part)
        past.response[part.hour - first] = percentile(figures, 0.5)
        merge(past.whole, figures)
      }
      if (stored && older.length === 0) kept.set(monitor, past)
    }
    return found
  }

  return (monitors: number[]): Map<number, HourlyResponse> => {
    const hour = Math.floor(now() / HOUR_MS)
    const held = new Map(monitors.map((monitor) => [monitor, inMemory(monitor)]))
    if (kept.size > MOST_KEPT) kept.clear()
    const missing = monitors.filter((monitor) => kept.get(monitor)?.hour !== hour)
    const fresh = missing.length > 0 ? read(missing, hour, held) : undefined
    return new Map(
      monitors.map((monitor) => {
        const past = fresh?.get(monitor) ?? kept.get(monitor)!
        const whole = newHistogram()
        for (const part of held.get(monitor)!) if (part.hour === hour) merge(whole, hourFigures(part))
        const median = percentile(whole, 0.5)
        merge(whole, past.whole)
        return [monitor, { response: [...past.response, median], p95_ms: percentile(whole, 0.95) }]
      }),
    )
  }
}
