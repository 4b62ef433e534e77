import { decode, HOUR_MS, isTimed } from '#engine/chunk'
import { add, addPacked, type Histogram, merge, newHistogram, percentile } from '#engine/histogram'
import { mergePhases, newPhaseSum, type PhaseSum, totalOf, unpackSum } from '#engine/history-phases'
import type { Files, Part } from '#engine/history-reads'
import { inSlices } from '#engine/history-slices'
import { bytesOf } from '#engine/history-tables'
import { type Bucket, bucketOf, wholeOf } from '#engine/history-times'
import { regionOf } from '#engine/series'

/** From the beginning of one bucket to the end of another, in hours since 1970; a bucket has 1 or 24 of them. */
export type Span = { from: number; until: number; bucket: 1 | 24 }
type Whole = Omit<Bucket, 'at' | 'phases'>
export type Together = { buckets: Bucket[]; totals: Whole; regions: ({ region: number } & Whole)[] }
export type Totals = {
  /** Many series together, each read by itself; the loop is given back in between. */
  together: (series: number[], span: Span) => Promise<Together>
  /** The 95th percentile of a workspace over the last two hours that are summed up, if any is. */
  recentP95: (scope: string, regions: number[]) => number | null | undefined
  /** A whole workspace, from what was summed up hour by hour; `series` are those whose newest checks are still in memory. */
  ofScope: (scope: string, series: number[], regions: number[], span: Span) => Promise<Together>
}

const DAY = 24
/** Hours of sums that are read at once. */
const WINDOW = 31 * DAY

/** Histograms by region and bucket, phases by bucket. */
function gather({ from, until, bucket }: Span) {
  const count = Math.ceil((until - from) / bucket)
  const byRegion = new Map<number, Histogram[]>()
  const phases = Array.from({ length: count }, newPhaseSum)
  const of = (region: number, hour: number): Histogram | undefined => {
    const known = byRegion.get(region) ?? Array.from({ length: count }, newHistogram)
    byRegion.set(region, known)
    return known[Math.floor((hour - from) / bucket)]
  }
  const addSum = (hour: number, sum: PhaseSum | undefined, sign: 1 | -1 = 1) => {
    const into = sum && phases[Math.floor((hour - from) / bucket)]
    if (into) mergePhases(into, sum, sign)
  }
  return {
    packed(region: number, hour: number, hist: unknown, sum: unknown, sign: 1 | -1 = 1) {
      const into = of(region, hour)
      if (into) addPacked(into, bytesOf(hist), sign)
      if (sum) addSum(hour, unpackSum(bytesOf(sum)), sign)
    },
    part(region: number, { bytes, hour, form, slots }: Part) {
      const into = of(region, hour)
      if (!into) return
      decode(bytes, hour, form, (_, ms10, code) => ms10 >= 0 && isTimed(code) && add(into, ms10 / 10))
      addSum(hour, totalOf(slots))
    },
    done(): Together {
      const all = [...byRegion].sort(([a], [b]) => a - b)
      const sumUp = (histograms: Histogram[]) => {
        const sum = newHistogram()
        for (const one of histograms) merge(sum, one)
        return sum
      }
      const buckets = phases.map((_, i) => sumUp(all.map(([, own]) => own[i]!)))
      return {
        buckets: buckets.map((histogram, i) => bucketOf((from + i * bucket) * HOUR_MS, histogram, phases[i])),
        totals: wholeOf(sumUp(buckets)),
        regions: all.map(([region, own]) => ({ region, ...wholeOf(sumUp(own)) })).filter(({ count: n }) => n > 0),
      }
    },
  }
}
type Gathered = ReturnType<typeof gather>

export function createTotals({ rows, inMemory, now }: Files): Totals {
  const within = ({ from, until }: Span, series: number) =>
    inMemory(series).filter(({ hour }) => hour >= from && hour < until)
  const rolled = () => Number(rows('select value from marks where name = ?', ['rolled'])[0]?.[0] ?? 0)

  function addHours(into: Gathered, series: number, from: number, until: number, skipped: Set<number>) {
    const sql = 'select hour, hist, phases from hours where monitor = ? and hour >= ? and hour < ?'
    for (const [hour, hist, phases] of rows(sql, [series, from, until]))
      if (!skipped.has(Number(hour))) into.packed(regionOf(series), Number(hour), hist, phases)
  }
  /** Days that are summed up are read as such, but for those of which an hour was taken out again. */
  function addSeries(into: Gathered, series: number, span: Span, days_until: number) {
    const held = within(span, series)
    const skipped = new Set(held.map(({ hour }) => hour))
    for (const part of held) into.part(regionOf(series), part)
    if (span.bucket === 1) return addHours(into, series, span.from, span.until, skipped)
    const torn = new Set(held.map(({ hour }) => Math.floor(hour / DAY)))
    const sql = 'select day, hist, phases from days where monitor = ? and day >= ? and day < ?'
    const last = Math.min(days_until, span.until / DAY)
    for (const [day, hist, phases] of rows(sql, [series, span.from / DAY, last]))
      if (!torn.has(Number(day))) into.packed(regionOf(series), Number(day) * DAY, hist, phases)
    for (const day of torn) if (day < days_until) addHours(into, series, day * DAY, (day + 1) * DAY, skipped)
    addHours(into, series, Math.max(span.from, days_until * DAY), span.until, skipped)
  }
  function* addAll(into: Gathered, series: number[], span: Span) {
    const days_until = rolled()
    for (const one of series) {
      addSeries(into, one, span, days_until)
      yield
    }
  }

  function addSums(into: Gathered, scope: string, regions: number[], from: number, until: number) {
    const sql = 'select hour, hist, phases from sums where scope = ? and region = ? and hour >= ? and hour < ?'
    for (const region of regions)
      for (const [hour, hist, phases] of rows(sql, [scope, region, from, until]))
        into.packed(region, Number(hour), hist, phases)
  }
  /** What is in memory is taken in the same breath as the newest sums, lest an hour be packed in between. */
  function* addScope(into: Gathered, scope: string, series: number[], regions: number[], span: Span) {
    const held = series.flatMap((one) => within(span, one).map((part) => [one, part] as const))
    for (let until = span.until; until > span.from; until -= WINDOW) {
      addSums(into, scope, regions, Math.max(span.from, until - WINDOW), until)
      yield
    }
    for (const [one, part] of held) {
      into.part(regionOf(one), part)
      if (part.reopened) takeBack(into, one, part.hour)
      yield
    }
  }
  /** An hour that was taken out again is in the sums as it was before. */
  function takeBack(into: Gathered, series: number, hour: number) {
    const [row] = rows('select hist, phases from hours where monitor = ? and hour = ?', [series, hour])
    if (row?.[1]) into.packed(regionOf(series), hour, row[0], row[1], -1)
  }

  return {
    recentP95(scope, regions) {
      const hour = Math.floor(now() / HOUR_MS)
      const sql = 'select hist from sums where scope = ? and region = ? and hour >= ? and hour < ?'
      const found = regions.flatMap((region) => rows(sql, [scope, region, hour - 2, hour]))
      if (found.length === 0) return undefined
      const whole = newHistogram()
      for (const [hist] of found) addPacked(whole, bytesOf(hist))
      return percentile(whole, 0.95)
    },
    async together(series, span) {
      const into = gather(span)
      await inSlices(addAll(into, series, span))
      return into.done()
    },
    async ofScope(scope, series, regions, span) {
      const into = gather(span)
      await inSlices(addScope(into, scope, series, regions, span))
      return into.done()
    },
  }
}
