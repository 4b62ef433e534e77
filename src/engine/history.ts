import { renameSync } from 'node:fs'
import { append, type Chunk, checkStatuses, HOUR_MS, newChunk } from '#engine/chunk'
import type { Raw } from '#engine/history-fresh'
import { createMemory } from '#engine/history-memory'
import { tenthsOf } from '#engine/history-phases'
import { createReads, type Reads } from '#engine/history-reads'
import { tidy } from '#engine/history-rolling'
import { inSlices } from '#engine/history-slices'
import { openStore, type ScopeOf, type Store } from '#engine/history-store'
import { dayOf } from '#engine/history-tables'
import { createMessages, type Messages } from '#engine/messages'
import { regionOf } from '#engine/series'
import type { Clock } from '#kernel/clock'
import type { Log } from '#kernel/log'
import type { Verdict } from '#probes/define'

export type History = Reads & {
  /**
   * Remembers one check; it is on disk a few seconds later. Never throws: a broken history must not stop paging. Answers
   * whether it was taken: what a prober says again, or of a time that is not kept any more or has not come, is not.
   */
  append: (series: number, at: number, verdict: Verdict) => boolean
  /** When the newest check of the series was that is known. */
  newest: (series: number) => number | undefined
  /** Writes what waits, and packs some of the hours that are over. Called every few seconds by the engine. */
  flush: () => void
  /** Sums up days, drops what is older than the retention; in short steps. Called by the engine now and then. */
  retain: () => Promise<void>
  /** The monitor was deleted, or is not checked from there any more. */
  forget: (series: number[]) => void
  /** Whose monitors are summed up together. */
  groupBy: (scopeOf: ScopeOf) => void
  state: () => 'ok' | 'failing'
  close: () => void
}
type Options = {
  clock: Clock
  log: Log
  /** How long single checks are kept; figures stay longer. */
  keep_days: number
  /** How long the figures of days are kept; ten years unless said otherwise. */
  figures_days?: number
  /** Off only in tests: a power cut may then damage the file. */
  durable?: boolean
}

/** While nothing can be written, as much is held in memory; the oldest is given up first. */
const MOST_WAITING = 100_000
/** When a prober that was cut off delivers, this much waits before it is written. */
const MANY_WAITING = 10_000
const MANY_LATE = 2_000
/** Hours packed at once, so that the turn of an hour never blocks the loop for long. */
const PACKED_AT_ONCE = 250
const REOPEN_MS = 10_000
/** Later than this nothing is taken: by then the figures of hours are in those of days. */
const LATEST_DAYS = 90
/** A prober's clock was set by ours; more than this ahead cannot be. */
const AHEAD_MS = HOUR_MS
const TEN_YEARS = 3_650
const hourOf = (at: number) => Math.floor(at / HOUR_MS)

/** What checks found, in a file of its own. The hours under way also live in memory, packed. */
export function openHistory(file: string, options: Options): History {
  const { clock, log, keep_days: days, figures_days = TEN_YEARS, durable = true } = options
  let store: Store | undefined
  let messages: Messages = createMessages([])
  let failing = false
  let closed = false
  let tried_at = 0
  let waiting: Raw[] = []
  let scopeOf: ScopeOf = () => undefined
  const memory = createMemory()
  /** Added to since the last write: more is likely to come. */
  const touched = new Set<Chunk>()
  /** Hours that had passed before they were begun, or taken out again: their checks came late. */
  const late = new Set<Chunk>()
  const newest = new Map<number, number>()

  function fail(what: string, error: unknown) {
    if (!failing) log.error(`${what}; monitoring goes on without it`, { error: error as Error, file })
    failing = true
  }
  /** The hour as far as it is known: in memory, packed before, or new. */
  function chunkOf(series: number, hour: number): Chunk {
    const own = memory.of(series)
    const known = own.find((chunk) => chunk.hour === hour)
    if (known) return known
    const begins = own.length > 0 && hour > own[0]!.hour
    const chunk = (begins ? undefined : reopen(series, hour)) ?? newChunk(series, hour)
    memory.add(chunk, hourOf(clock.now()))
    if (hour < hourOf(clock.now())) {
      late.add(chunk)
      reads.changed(series)
    }
    return chunk
  }
  function reopen(series: number, hour: number): Chunk | undefined {
    try {
      return store?.reopen(series, hour)
    } catch (error) {
      fail('The history cannot be read', error)
      return undefined
    }
  }
  function newestOf(series: number): number | undefined {
    const known = newest.get(series)
    if (known !== undefined) return known
    try {
      const hour = memory.of(series)[0]?.hour ?? store?.newestHour(series)
      const at = hour === undefined ? undefined : (memory.of(series)[0] ?? reopen(series, hour))?.last_at
      if (at !== undefined) newest.set(series, at)
      return at
    } catch (error) {
      fail('The history cannot be read', error)
      return undefined
    }
  }
  /**
   * A prober delivers in order and repeats what it is not sure of. If the newest we know is of a time to come, our clock
   * was wrong then, and it is no measure.
   */
  function isTaken(series: number, at: number): boolean {
    const now = clock.now()
    if (dayOf(at) < dayOf(now) - Math.min(days, LATEST_DAYS)) return false
    if (regionOf(series) === 0) return true
    const last = newestOf(series)
    return at <= now + AHEAD_MS && (last === undefined || at > last || last > now + AHEAD_MS)
  }
  /** Reads back what an earlier run had not packed yet; what it had packed after all is not taken twice. */
  function resume(from: Store) {
    for (const hour of from.freshHours())
      for (const { series, at, ms10, code, tenths } of from.fresh(hour)) {
        const chunk = chunkOf(series, hour)
        if (chunk.n === 0 || at > chunk.last_at) append(chunk, at, ms10, code, tenths)
      }
    late.clear()
  }
  function open() {
    tried_at = clock.monotonic()
    try {
      store = openOrReplace(() => openStore(file, durable), file, log, clock.now())
      if (memory.count() === 0) {
        messages = store.messages()
        resume(store)
      }
      failing = false
    } catch (error) {
      fail('The history cannot be opened', error)
    }
  }

  /** Those that are over and quiet; when too much came late, of that also what is not quiet. */
  function toPack(): Chunk[] {
    memory.sweep(clock.now())
    if (late.size >= MANY_LATE) return [...late].slice(0, PACKED_AT_ONCE)
    const chunks: Chunk[] = []
    for (const chunk of memory.over) {
      if (chunks.length === PACKED_AT_ONCE) break
      if (!touched.has(chunk)) chunks.push(chunk)
    }
    return chunks
  }
  function drop(chunk: Chunk) {
    memory.remove(chunk)
    late.delete(chunk)
  }
  function write(pack: boolean) {
    const chunks = pack ? toPack() : []
    touched.clear()
    if (!store || (waiting.length === 0 && chunks.length === 0)) return
    store.write({ raws: waiting, chunks, messages: messages.unsaved, scopeOf })
    messages.unsaved.clear()
    waiting = []
    chunks.forEach(drop)
    if (chunks.length === 0) return
    const hour = hourOf(clock.now())
    const hours = memory.hours()
    for (const old of store.freshHours()) if (!hours.has(old) && old < hour) store.dropFresh(old)
  }
  function flush(pack = true) {
    if (!store && !closed && clock.monotonic() - tried_at > REOPEN_MS) open()
    try {
      write(pack)
      if (store) failing = false
    } catch (error) {
      fail('The history cannot be written', error)
    }
  }
  /** Nothing may grow without end, whether much arrives at once or nothing can be written. */
  function bound() {
    if (!failing && store && (waiting.length >= MANY_WAITING || late.size >= MANY_LATE)) flush()
    if (waiting.length > MOST_WAITING) waiting = waiting.slice(MOST_WAITING / 2)
    if (memory.over.size > MOST_WAITING) [...memory.over].slice(0, MOST_WAITING / 2).forEach(drop)
  }

  const reads = createReads({
    store: () => store,
    words: (id) => messages.wordsOf(id),
    chunksOf: memory.of,
    now: clock.now,
    days,
    onError: (error) => fail('The history cannot be read', error),
  })
  open()

  return {
    ...reads,
    append(series, at, { status, response_time_ms, reason, message, phases }) {
      const begun = Math.floor(at)
      if (!isTaken(series, begun)) return false
      const id = status === 'up' ? 0 : messages.idOf({ reason: reason ?? null, message }, dayOf(begun))
      const ms10 = response_time_ms === undefined ? -1 : Math.round(response_time_ms * 10)
      const code = id * 4 + checkStatuses.indexOf(status)
      const tenths = tenthsOf(phases)
      const chunk = chunkOf(series, hourOf(begun))
      const kept_at = append(chunk, begun, ms10, code, tenths)
      if (memory.over.has(chunk)) touched.add(chunk)
      newest.set(series, kept_at)
      waiting.push({ series, at: kept_at, ms10, code, tenths })
      bound()
      return true
    },
    newest: newestOf,
    flush: () => flush(),
    async retain() {
      const now = clock.now()
      try {
        if (store) await inSlices(tidy(store.tables, now, { checks: days, figures: figures_days }), () => !!store)
        messages.forgetBefore(dayOf(now) - days)
      } catch (error) {
        fail('Old history cannot be removed', error)
      }
    },
    forget(series) {
      const gone = new Set(series)
      for (const one of series) {
        for (const chunk of memory.of(one)) drop(chunk)
        newest.delete(one)
        reads.changed(one)
      }
      waiting = waiting.filter((raw) => !gone.has(raw.series))
      try {
        for (const one of series) store?.forget(one)
      } catch (error) {
        fail('The history of a deleted monitor cannot be removed', error)
      }
    },
    groupBy(by) {
      scopeOf = by
    },
    state: () => (failing ? 'failing' : 'ok'),
    close() {
      // Packing is the next run's business: stopping is quick.
      flush(false)
      closed = true
      store?.close()
      store = undefined
    },
  }
}

/** A file that is no database any more is set aside under another name, so that a new one can begin. */
function openOrReplace(openFile: () => Store, file: string, log: Log, stamp: number): Store {
  try {
    return openFile()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code !== 'SQLITE_NOTADB' && code !== 'SQLITE_CORRUPT') throw error
    const aside = `${file}.damaged-${stamp}`
    for (const end of ['', '-wal', '-shm']) {
      try {
        renameSync(`${file}${end}`, `${aside}${end}`)
      } catch {}
    }
    log.error('The history is damaged; it was set aside and a new one begun', { error, aside })
    return openFile()
  }
}
