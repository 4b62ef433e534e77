import { ByteReader, ByteWriter } from '#engine/history-bytes'

/** Buckets grow by 4.08 %, so a percentile is wrong by at most 2 %; 400 of them reach from 0.1 ms to ten minutes and beyond. */
const GAMMA = 1.0408
const LOG_GAMMA = Math.log(GAMMA)
const LEAST_MS = 0.1
const BUCKETS = 400

/** Counts of response times that can be added up over any span without losing their percentiles. */
export type Histogram = { counts: Uint32Array; total: number; sum_ms: number; min_ms: number; max_ms: number }

export const newHistogram = (): Histogram => ({
  counts: new Uint32Array(BUCKETS),
  total: 0,
  sum_ms: 0,
  min_ms: Number.POSITIVE_INFINITY,
  max_ms: 0,
})

export function add(into: Histogram, ms: number): void {
  const bucket = ms <= LEAST_MS ? 0 : Math.min(BUCKETS - 1, Math.ceil(Math.log(ms / LEAST_MS) / LOG_GAMMA))
  into.counts[bucket]!++
  into.total++
  into.sum_ms += ms
  if (ms < into.min_ms) into.min_ms = ms
  if (ms > into.max_ms) into.max_ms = ms
}

/** The middle of a bucket, relatively seen. */
const middleOf = (bucket: number) => (bucket === 0 ? LEAST_MS : (LEAST_MS * GAMMA ** bucket * 2) / (1 + GAMMA))

/** The response time that `share` of all answers did not exceed, or null without answers. Never outside what was seen. */
export function percentile({ counts, total, min_ms, max_ms }: Histogram, share: number): number | null {
  if (total === 0) return null
  let left = Math.max(1, Math.ceil(total * share))
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    left -= counts[bucket]!
    if (left <= 0) return rounded(Math.min(max_ms, Math.max(min_ms, middleOf(bucket))))
  }
  return rounded(max_ms)
}

export function merge(into: Histogram, from: Histogram): void {
  for (let bucket = 0; bucket < BUCKETS; bucket++) into.counts[bucket]! += from.counts[bucket]!
  into.total += from.total
  into.sum_ms += from.sum_ms
  into.min_ms = Math.min(into.min_ms, from.min_ms)
  into.max_ms = Math.max(into.max_ms, from.max_ms)
}

export const average = ({ total, sum_ms }: Histogram) => (total === 0 ? null : rounded(sum_ms / total))
export const rounded = (ms: number) => Math.round(ms * 10) / 10

/** A few dozen bytes: sum, least and greatest in tenths of a millisecond, then gap and count of each bucket in use. */
export function pack({ counts, total, sum_ms, min_ms, max_ms }: Histogram): Uint8Array {
  const to = new ByteWriter()
  if (total === 0) return to.used()
  for (const ms of [sum_ms, min_ms, max_ms]) to.number(Math.round(ms * 10))
  let last = -1
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    if (counts[bucket] === 0) continue
    to.number(bucket - last - 1)
    to.number(counts[bucket]!)
    last = bucket
  }
  return to.used()
}

/** Adds a packed histogram to another one, or takes it away again; then the least and greatest seen stay. */
export function addPacked(into: Histogram, bytes: Uint8Array, sign: 1 | -1 = 1): void {
  if (bytes.length === 0) return
  const from = new ByteReader(bytes)
  into.sum_ms = Math.max(0, into.sum_ms + (sign * from.number()) / 10)
  into.min_ms = Math.min(into.min_ms, from.number() / 10)
  into.max_ms = Math.max(into.max_ms, from.number() / 10)
  for (let bucket = -1; from.more; ) {
    bucket += from.number() + 1
    const count = Math.max(sign * from.number(), -into.counts[bucket]!)
    into.counts[bucket]! += count
    into.total += count
  }
}
