import { decode, HOUR_MS, isTimed } from '#engine/chunk'
import { add, addPacked, average, type Histogram, merge, newHistogram, percentile, rounded } from '#engine/histogram'
import {
  averages,
  mergePhases,
  newPhaseSum,
  type PhaseSum,
  placeOf,
  SLOT_MS,
  slotOf,
  unpackSum,
} from '#engine/history-phases'
import type { Files, Part } from '#engine/history-reads'
import { bytesOf } from '#engine/history-tables'
import { isoAt } from '#kernel/clock'
import type { Phases } from '#probes/define'

const ranges = {
  '1h': { span_s: 3_600, bucket_s: 60 },
  '24h': { span_s: 86_400, bucket_s: 300 },
  '7d': { span_s: 604_800, bucket_s: 1_800 },
  '30d': { span_s: 2_592_000, bucket_s: 3_600 },
  '90d': { span_s: 7_776_000, bucket_s: 10_800 },
} as const
export type Range = keyof typeof ranges

export type Bucket = {
  at: string
  count: number
  p50_ms: number | null
  p95_ms: number | null
  p99_ms: number | null
  min_ms: number | null
  max_ms: number | null
  avg_ms: number | null
  /** Where an average answer spent its time; absent when none of them told. */
  phases?: Phases
}
export type Figures = Pick<Bucket, 'count' | 'p50_ms' | 'p95_ms' | 'p99_ms'>
export type ResponseTimes = { bucket_s: number; buckets: Bucket[]; totals: Figures }

export const figuresOf = (h: Histogram): Figures => ({
  count: h.total,
  p50_ms: percentile(h, 0.5),
  p95_ms: percentile(h, 0.95),
  p99_ms: percentile(h, 0.99),
})
export const wholeOf = (h: Histogram) => ({
  ...figuresOf(h),
  min_ms: h.total ? rounded(h.min_ms) : null,
  max_ms: h.total ? rounded(h.max_ms) : null,
  avg_ms: average(h),
})
export const bucketOf = (at: number, h: Histogram, sum: PhaseSum | undefined): Bucket => {
  const phases = averages(sum)
  return { at: isoAt(at), ...wholeOf(h), ...(phases && { phases }) }
}

/** What is gathered for a chart: histograms per bucket, phases per slot of five minutes. */
function gather(first: number, count: number, bucket_ms: number) {
  const histograms = Array.from({ length: count }, newHistogram)
  const slots = new Map<number, PhaseSum>()
  const addPhases = (slot: number, sum: PhaseSum, place = 0) => {
    const known = slots.get(slot) ?? newPhaseSum()
    mergePhases(known, sum, 1, place)
    slots.set(slot, known)
  }
  const visit = ({ bytes, hour, form, slots: own }: Part) => {
    decode(bytes, hour, form, (at, ms10, code) => {
      const histogram = ms10 >= 0 && isTimed(code) ? histograms[Math.floor(at / bucket_ms) - first] : undefined
      if (histogram) add(histogram, ms10 / 10)
    })
    for (let i = 0; own && i < 12; i++) {
      const place = placeOf(i)
      if (own[place]! > 0) addPhases(slotOf(hour * HOUR_MS) + i, own, place)
    }
  }
  /** A bucket shorter than a slot shows the slot it lies in. */
  function phasesOf(i: number): PhaseSum | undefined {
    const from = (first + i) * bucket_ms
    if (bucket_ms < SLOT_MS) return histograms[i]!.total > 0 ? slots.get(slotOf(from)) : undefined
    const sum = newPhaseSum()
    for (let slot = slotOf(from); slot * SLOT_MS < from + bucket_ms; slot++) {
      const own = slots.get(slot)
      if (own) mergePhases(sum, own)
    }
    return sum
  }
  return { histograms, visit, addPhases, phasesOf, at: (at: number) => histograms[Math.floor(at / bucket_ms) - first] }
}

/** The chart of one monitor, from single checks where they are kept, from the figures of hours beyond. */
export function createTimes({ rows, inMemory, parts, now, days }: Files) {
  return (series: number[], range: Range): ResponseTimes => {
    const { span_s } = ranges[range]
    const fine = span_s <= 604_800 && days * 86_400 >= span_s
    const bucket_s = fine ? ranges[range].bucket_s : Math.max(3_600, ranges[range].bucket_s)
    const bucket_ms = bucket_s * 1_000
    const last = Math.floor(now() / bucket_ms)
    const first = last - span_s / bucket_s + 1
    const since = Math.floor((first * bucket_ms) / HOUR_MS)
    const gathered = gather(first, last - first + 1, bucket_ms)

    function coarse(one: number) {
      const held = inMemory(one)
      const seen = new Set(held.map(({ hour }) => hour))
      held.forEach(gathered.visit)
      const sql = 'select hour, hist, phases from hours where monitor = ? and hour >= ?'
      for (const [hour, hist, phases] of rows(sql, [one, since])) {
        const at = Number(hour) * HOUR_MS
        if (seen.has(Number(hour))) continue
        const histogram = gathered.at(at)
        if (histogram) addPacked(histogram, bytesOf(hist))
        const sum = phases ? unpackSum(bytesOf(phases)) : undefined
        if (sum) gathered.addPhases(slotOf(at), sum)
      }
    }
    for (const one of series)
      if (fine) for (const part of parts(one, since)) gathered.visit(part)
      else coarse(one)

    const whole = newHistogram()
    for (const histogram of gathered.histograms) merge(whole, histogram)
    return {
      bucket_s,
      buckets: gathered.histograms.map((histogram, i) =>
        bucketOf((first + i) * bucket_ms, histogram, gathered.phasesOf(i)),
      ),
      totals: figuresOf(whole),
    }
  }
}
