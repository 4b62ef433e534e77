import {
  type CheckStatus,
  type Chunk,
  checkStatuses,
  decode,
  type Form,
  forms,
  HOUR_MS,
  isTimed,
  statusOf,
  used,
} from '#engine/chunk'
import { add, addPacked, newHistogram, percentile } from '#engine/histogram'
import { createHourly, type HourlyResponse } from '#engine/history-hourly'
import { type PhaseSum, unpackSlots } from '#engine/history-phases'
import type { Store } from '#engine/history-store'
import { bytesOf, dayTable, marks } from '#engine/history-tables'
import { createTimes, type Range, type ResponseTimes } from '#engine/history-times'
import { createTotals, type Totals } from '#engine/history-totals'
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
/** The packed checks of one series in one hour. */
export type Part = {
  hour: number
  n: number
  bytes: Uint8Array
  form: Form
  slots: PhaseSum | undefined
  reopened: boolean
}

export type Reads = Totals & {
  /** Single checks, newest first. */
  results: (
    series: number,
    page: { page: number; per_page: number },
    status?: CheckStatus,
  ) => { items: Result[]; total: number }
  /** Of one monitor, seen from all these together. */
  responseTimes: (series: number[], range: Range) => ResponseTimes
  /** For a page of monitors in one go, each with its series; in their order. */
  hourly: (groups: number[][]) => HourlyResponse[]
  /** The 95th percentile over the last hour or two of all of them. */
  p95: (series: number[]) => number | null
  latest: (series: number) => Result | undefined
}

export type Source = {
  store: () => Store | undefined
  words: (id: number) => Words | undefined
  /** What is still in memory, newest first. */
  chunksOf: (series: number) => readonly Chunk[]
  now: () => number
  days: number
  onError: (error: unknown) => void
}
/** What the readers of figures share. */
export type Files = {
  /** Rows of the file, or nothing when it cannot be read now. */
  asked: (sql: string, args: unknown[]) => unknown[][] | undefined
  rows: (sql: string, args: unknown[]) => unknown[][]
  inMemory: (series: number) => Part[]
  /** The packed checks of one series, newest hour first, back to `since`. */
  parts: (series: number, since: number) => Generator<Part>
  now: () => number
  days: number
}

/** Series named in one query. */
const LISTED = 500

function openFiles({ store, chunksOf, now, days, onError }: Source): Files {
  function asked(sql: string, args: unknown[]) {
    try {
      return store()?.rows(sql, args)
    } catch (error) {
      onError(error)
      return undefined
    }
  }
  const rows = (sql: string, args: unknown[]) => asked(sql, args) ?? []
  const partOf = (chunk: Chunk): Part => ({
    hour: chunk.hour,
    n: chunk.n,
    bytes: used(chunk),
    form: forms.differences,
    slots: chunk.slots,
    reopened: chunk.reopened,
  })
  const inMemory = (series: number): Part[] => chunksOf(series).map(partOf)

  function* packed(table: string, series: number, since: number): Generator<Part> {
    const sql = `select hour, n, bytes, form, phases from ${table} where monitor = ? and hour >= ? order by hour desc`
    for (const [hour, n, bytes, form, phases] of rows(sql, [series, since]))
      yield {
        hour: Number(hour),
        n: Number(n),
        bytes: bytesOf(bytes),
        form: Number(form),
        slots: phases ? unpackSlots(bytesOf(phases)) : undefined,
        reopened: false,
      }
  }
  /** An hour that is in memory is complete there, whatever the file has of it. */
  function* parts(series: number, since: number): Generator<Part> {
    const held = inMemory(series)
    const oldest = dayTable(since)
    const seen = new Set(held.map(({ hour }) => hour))
    const waiting = held.filter(({ hour }) => hour >= since)
    for (const table of store()?.days() ?? []) {
      if (table < oldest) break
      for (const part of packed(table, series, since)) {
        if (seen.has(part.hour)) continue
        while (waiting[0] && waiting[0].hour > part.hour) yield waiting.shift()!
        yield part
      }
    }
    yield* waiting
  }
  return { asked, rows, inMemory, parts, now, days }
}

/** Everything that is asked of the history. A file that cannot be read answers with what is in memory. */
export function createReads(source: Source): Reads & { changed: (series: number) => void } {
  const { words, chunksOf, now, days } = source
  const files = openFiles(source)
  const { rows, inMemory, parts } = files
  const { hourly, changed } = createHourly(files)
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
  function countOf(series: number, status?: CheckStatus): number {
    const memory = chunksOf(series)
    const held = memory.reduce(
      (sum, chunk) => sum + (status ? chunk.counts[checkStatuses.indexOf(status)]! : chunk.n),
      0,
    )
    const column = status ?? '(up + degraded + down + unknown)'
    const skipped = memory.map(({ hour }) => hour)
    const since = oldestHour()
    const sql = `select coalesce(sum(${column}), 0) from hours where monitor = ? and hour >= ? and hour not in (${marks(skipped.length)})`
    const [row] = rows(sql, [series, since, ...skipped])
    // Where single checks are kept for longer than the figures of hours, those of days count them.
    const [first] = rows('select hour from hours where monitor = ? order by hour limit 1', [series])
    const until = first ? Math.floor(Number(first[0]) / 24) : Number.MAX_SAFE_INTEGER
    const older = `select coalesce(sum(${column}), 0) from days where monitor = ? and day >= ? and day < ?`
    const [old] = rows(older, [series, since / 24, until])
    return held + Number(row?.[0] ?? 0) + Number(old?.[0] ?? 0)
  }

  return {
    ...createTotals(files),
    responseTimes: createTimes(files),
    hourly,
    changed,
    results(series, { page, per_page }, status) {
      let skip = (page - 1) * per_page
      const items: Result[] = []
      for (const part of parts(series, oldestHour())) {
        if (!status && skip >= part.n) {
          skip -= part.n
          continue
        }
        const checks: [number, number, number][] = []
        decode(part.bytes, part.hour, part.form, (at, ms10, code) => {
          if (!status || statusOf(code) === status) checks.push([at, ms10, code])
        })
        for (const check of checks.reverse()) {
          if (skip > 0) skip--
          else if (items.push(resultOf(...check)) === per_page) return { items, total: countOf(series, status) }
        }
      }
      return { items, total: countOf(series, status) }
    },
    p95(series) {
      const whole = newHistogram()
      const since = Math.floor(now() / HOUR_MS) - 1
      const seen = new Set<string>()
      for (const one of series)
        for (const { hour, bytes, form } of inMemory(one)) {
          seen.add(`${one}:${hour}`)
          if (hour >= since)
            decode(bytes, hour, form, (_, ms10, code) => ms10 >= 0 && isTimed(code) && add(whole, ms10 / 10))
        }
      for (let at = 0; at < series.length; at += LISTED) {
        const part = series.slice(at, at + LISTED)
        const sql = `select monitor, hour, hist from hours where monitor in (${marks(part.length)}) and hour >= ?`
        for (const [one, hour, hist] of rows(sql, [...part, since]))
          if (!seen.has(`${one}:${hour}`)) addPacked(whole, bytesOf(hist))
      }
      return percentile(whole, 0.95)
    },
    latest(series) {
      let found: Result | undefined
      const [part] = inMemory(series)
      if (part)
        decode(part.bytes, part.hour, part.form, (...check) => {
          found = resultOf(...check)
        })
      return found
    },
  }
}
