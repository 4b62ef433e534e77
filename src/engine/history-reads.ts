import { type CheckStatus, type Chunk, checkStatuses, decode, HOUR_MS, isTimed, statusOf, used } from '#engine/chunk'
import { add, addPacked, average, type Histogram, merge, newHistogram, percentile, rounded } from '#engine/histogram'
import { createHourly, type HourlyResponse, type Part } from '#engine/history-hourly'
import { dayTable, type Store } from '#engine/history-store'
import type { Words } from '#engine/messages'
import { isoAt } from '#kernel/clock'
import type { Reason } from '#probes/define'

export type Result = {
  checked_at: string
  status: CheckStatus
  response_time_ms: number | null
  reason: Reason | null
  message: string | null
}
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
}
export type ResponseTimes = {
  bucket_s: number
  buckets: Bucket[]
  totals: Pick<Bucket, 'count' | 'p50_ms' | 'p95_ms' | 'p99_ms'>
}
export type Reads = {
  /** Single checks, newest first. */
  results: (
    monitor: number,
    page: { page: number; per_page: number },
    status?: CheckStatus,
  ) => { items: Result[]; total: number }
  responseTimes: (monitor: number, range: Range) => ResponseTimes
  /** For a page of monitors in one go. */
  hourly: (monitors: number[]) => Map<number, HourlyResponse>
  /** The 95th percentile over the last hour or two of all of them. */
  p95: (monitors: number[]) => number | null
  latest: (monitor: number) => Result | undefined
}

type Source = {
  store: () => Store | undefined
  words: (id: number) => Words | undefined
  /** What is still in memory, newest first. */
  chunksOf: (monitor: number) => Chunk[]
  now: () => number
  days: number
  onError: (error: unknown) => void
}

const figures = (h: Histogram) => ({
  count: h.total,
  p50_ms: percentile(h, 0.5),
  p95_ms: percentile(h, 0.95),
  p99_ms: percentile(h, 0.99),
})
const bucketOf = (at: number, h: Histogram): Bucket => ({
  at: isoAt(at),
  ...figures(h),
  min_ms: h.total ? rounded(h.min_ms) : null,
  max_ms: h.total ? rounded(h.max_ms) : null,
  avg_ms: average(h),
})
/** Monitors named in one query. */
const LISTED = 500
const marks = (count: number) => Array(count).fill('?').join(',')
const bytesOf = (value: unknown) => new Uint8Array(value as ArrayBuffer)

/** Everything that is asked of the history. A file that cannot be read answers with what is in memory. */
export function createReads({ store, words, chunksOf, now, days, onError }: Source): Reads {
  /** Nothing when the file cannot be read now. */
  function asked(sql: string, args: unknown[]) {
    try {
      return store()?.rows(sql, args)
    } catch (error) {
      onError(error)
      return undefined
    }
  }
  const rows = (sql: string, args: unknown[]) => asked(sql, args) ?? []
  const inMemory = (monitor: number): Part[] =>
    chunksOf(monitor).map((chunk) => ({ hour: chunk.hour, n: chunk.n, bytes: used(chunk) }))

  /** The packed checks of one monitor, newest hour first, back to `since`. */
  function* parts(monitor: number, since: number): Generator<Part> {
    const held = inMemory(monitor)
    yield* held
    const seen = new Set(held.map(({ hour }) => hour))
    const oldest = dayTable(since)
    for (const table of store()?.days() ?? []) {
      if (table < oldest) return
      const found = rows(`select hour, n, bytes from ${table} where monitor = ? and hour >= ? order by hour desc`, [
        monitor,
        since,
      ])
      for (const [hour, n, bytes] of found)
        if (!seen.has(Number(hour))) yield { hour: Number(hour), n: Number(n), bytes: bytesOf(bytes) }
    }
  }
  const oldestHour = () => (Math.floor(now() / 86_400_000) - days) * 24

  function resultOf(at: number, ms10: number, code: number): Result {
    const said = words(Math.floor(code / 4))
    return {
      checked_at: isoAt(at),
      status: statusOf(code),
      response_time_ms: ms10 < 0 ? null : ms10 / 10,
      reason: said?.reason ?? null,
      message: said?.message || null,
    }
  }
  function countOf(monitor: number, status?: CheckStatus): number {
    const memory = chunksOf(monitor)
    const held = memory.reduce(
      (sum, chunk) => sum + (status ? chunk.counts[checkStatuses.indexOf(status)]! : chunk.n),
      0,
    )
    const column = status ?? '(up + degraded + down + unknown)'
    const skipped = memory.map(({ hour }) => hour)
    const [row] = rows(
      `select coalesce(sum(${column}), 0) from hours where monitor = ? and hour >= ? and hour not in (${marks(skipped.length)})`,
      [monitor, oldestHour(), ...skipped],
    )
    return held + Number(row?.[0] ?? 0)
  }

  /** Adds the answers since `since` (an hour) to the histogram that `into` names for their time. */
  function collect(monitor: number, since: number, fine: boolean, into: (at: number) => Histogram | undefined) {
    const visit = (part: Part) =>
      decode(part.bytes, part.hour, (at, ms10, code) => {
        const histogram = ms10 >= 0 && isTimed(code) ? into(at) : undefined
        if (histogram) add(histogram, ms10 / 10)
      })
    if (fine) for (const part of parts(monitor, since)) visit(part)
    else {
      const held = inMemory(monitor)
      const seen = new Set(held.map(({ hour }) => hour))
      held.forEach(visit)
      for (const [hour, hist] of rows('select hour, hist from hours where monitor = ? and hour >= ?', [
        monitor,
        since,
      ])) {
        const histogram = seen.has(Number(hour)) ? undefined : into(Number(hour) * HOUR_MS)
        if (histogram) addPacked(histogram, bytesOf(hist))
      }
    }
  }

  function responseTimes(monitor: number, range: Range): ResponseTimes {
    const { span_s } = ranges[range]
    const fine = span_s <= 604_800 && days * 86_400 >= span_s
    const bucket_s = fine ? ranges[range].bucket_s : Math.max(3_600, ranges[range].bucket_s)
    const bucket_ms = bucket_s * 1_000
    const last = Math.floor(now() / bucket_ms)
    const first = last - span_s / bucket_s + 1
    const histograms = Array.from({ length: last - first + 1 }, newHistogram)
    const since = Math.floor((first * bucket_ms) / HOUR_MS)
    collect(monitor, since, fine, (at) => histograms[Math.floor(at / bucket_ms) - first])
    const whole = newHistogram()
    for (const histogram of histograms) merge(whole, histogram)
    return {
      bucket_s,
      buckets: histograms.map((histogram, i) => bucketOf((first + i) * bucket_ms, histogram)),
      totals: figures(whole),
    }
  }

  return {
    results(monitor, { page, per_page }, status) {
      let skip = (page - 1) * per_page
      const items: Result[] = []
      for (const part of parts(monitor, oldestHour())) {
        if (!status && skip >= part.n) {
          skip -= part.n
          continue
        }
        const checks: [number, number, number][] = []
        decode(part.bytes, part.hour, (at, ms10, code) => {
          if (!status || statusOf(code) === status) checks.push([at, ms10, code])
        })
        for (const check of checks.reverse()) {
          if (skip > 0) skip--
          else if (items.push(resultOf(...check)) === per_page) return { items, total: countOf(monitor, status) }
        }
      }
      return { items, total: countOf(monitor, status) }
    },
    responseTimes,
    hourly: createHourly({ rows: asked, inMemory, now }),
    p95(monitors) {
      const whole = newHistogram()
      const since = Math.floor(now() / HOUR_MS) - 1
      const seen = new Set<string>()
      for (const monitor of monitors)
        for (const { hour, bytes } of inMemory(monitor)) {
          seen.add(`${monitor}:${hour}`)
          if (hour >= since) decode(bytes, hour, (_, ms10, code) => ms10 >= 0 && isTimed(code) && add(whole, ms10 / 10))
        }
      for (let at = 0; at < monitors.length; at += LISTED) {
        const part = monitors.slice(at, at + LISTED)
        const sql = `select monitor, hour, hist from hours where monitor in (${marks(part.length)}) and hour >= ?`
        for (const [monitor, hour, hist] of rows(sql, [...part, since]))
          if (!seen.has(`${monitor}:${hour}`)) addPacked(whole, bytesOf(hist))
      }
      return percentile(whole, 0.95)
    },
    latest(monitor) {
      let found: Result | undefined
      const [part] = inMemory(monitor)
      if (part)
        decode(part.bytes, part.hour, (...check) => {
          found = resultOf(...check)
        })
      return found
    },
  }
}
