import { HOUR_MS } from '#engine/chunk'
import { addPacked, type Histogram, merge, newHistogram, percentile } from '#engine/histogram'
import type { Files, Part } from '#engine/history-reads'
import { histogramOf } from '#engine/history-store'
import { bytesOf, marks } from '#engine/history-tables'

/** Medians of the last 24 hours, oldest first, and the 95th percentile over all of them. */
export type HourlyResponse = { response: (number | null)[]; p95_ms: number | null }
/** The 23 hours before `hour` of one series, which hardly change any more. */
type Past = { hour: number; response: (number | null)[]; whole: Histogram }

const HOURS = 24
/** Series whose past hours are kept, about two kilobytes each. */
const MOST_KEPT = 2_000
const figures = ({ bytes, hour, form }: Part) => histogramOf(bytes, hour, form)

/** What the list shows of the last day; the hours that are over are read once an hour, the current one each time. */
export function createHourly({ asked, inMemory, now }: Files) {
  const kept = new Map<number, Past>()

  const newPast = (hour: number): Past => ({
    hour,
    response: Array<number | null>(HOURS - 1).fill(null),
    whole: newHistogram(),
  })
  /** For series whose past is not kept; what is still in memory is newer than what the file may hold of it. */
  function read(series: number[], hour: number, held: Map<number, Part[]>): Map<number, Past> {
    const first = hour - HOURS + 1
    const found = new Map(series.map((one) => [one, newPast(hour)]))
    const stored = asked(
      `select monitor, hour, median, hist from hours where monitor in (${marks(series.length)}) and hour >= ? and hour < ?`,
      [...series, first, hour],
    )
    for (const [one, at, median, hist] of stored ?? []) {
      if (held.get(Number(one))?.some((part) => part.hour === at)) continue
      const past = found.get(Number(one))!
      past.response[Number(at) - first] = median === null ? null : Number(median) / 10
      addPacked(past.whole, bytesOf(hist))
    }
    for (const [one, past] of found) {
      const older = (held.get(one) ?? []).filter((part) => part.hour >= first && part.hour < hour)
      for (const part of older) {
        const own = figures(part)
        past.response[part.hour - first] = percentile(own, 0.5)
        merge(past.whole, own)
      }
      if (stored && older.length === 0) kept.set(one, past)
    }
    return found
  }
  function hourlyOf(past: Past, held: Part[], hour: number): { response: (number | null)[]; whole: Histogram } {
    const whole = newHistogram()
    for (const part of held) if (part.hour === hour) merge(whole, figures(part))
    const median = percentile(whole, 0.5)
    merge(whole, past.whole)
    return { response: [...past.response, median], whole }
  }

  return {
    /** Checks came late: what was kept of the series may not be all. */
    changed: (series: number) => void kept.delete(series),
    hourly(groups: number[][]): HourlyResponse[] {
      const hour = Math.floor(now() / HOUR_MS)
      const series = groups.flat()
      const held = new Map(series.map((one) => [one, inMemory(one)]))
      if (kept.size > MOST_KEPT) kept.clear()
      const missing = series.filter((one) => kept.get(one)?.hour !== hour)
      const fresh = missing.length > 0 ? read(missing, hour, held) : undefined
      return groups.map((group) =>
        together(group.map((one) => hourlyOf(fresh?.get(one) ?? kept.get(one)!, held.get(one)!, hour))),
      )
    },
  }
}

/** One monitor seen from several regions: of each hour the middle one of their medians. */
function together(all: { response: (number | null)[]; whole: Histogram }[]): HourlyResponse {
  const [first, ...others] = all
  if (!first) return { response: Array<number | null>(HOURS).fill(null), p95_ms: null }
  for (const { whole } of others) merge(first.whole, whole)
  const response = first.response.map((own, i) => {
    if (others.length === 0) return own
    const medians = all.flatMap(({ response: one }) => one[i] ?? []).sort((a, b) => a - b)
    return medians[Math.floor(medians.length / 2)] ?? null
  })
  return { response, p95_ms: percentile(first.whole, 0.95) }
}
