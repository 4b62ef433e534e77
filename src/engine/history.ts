import { type Chunk, checkStatuses, HOUR_MS } from '#engine/chunk'
import type { Raw } from '#engine/history-fresh'
import { createIntake } from '#engine/history-intake'
import { createMemory } from '#engine/history-memory'
import { tenthsOf } from '#engine/history-phases'
import { createReads, type Reads } from '#engine/history-reads'
import { openOrReplace } from '#engine/history-replace'
import { tidy } from '#engine/history-rolling'
import { inSlices } from '#engine/history-slices'
import type { ScopeOf, Store } from '#engine/history-store'
import { dayOf } from '#engine/history-tables'
import { createMessages, type Messages } from '#engine/messages'
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

  function fail(what: string, error: unknown) {
    if (!failing) log.error(`${what}; monitoring goes on without it`, { error: error as Error, file })
    failing = true
  }
  function open() {
    tried_at = clock.monotonic()
    try {
      store = openOrReplace(file, durable, log, clock.now())
      if (memory.count() === 0) {
        messages = store.messages()
        intake.resume(store)
      }
      failing = false
    } catch (error) {
      fail('The history cannot be opened', error)
    }
  }

  /** Those that are over and quiet; when too much came late, of that also what is not quiet. */
  function toPack(): Chunk[] {
    memory.sweep(clock.now())
    if (intake.late.size >= MANY_LATE) return [...intake.late].slice(0, PACKED_AT_ONCE)
    const chunks: Chunk[] = []
    for (const chunk of memory.over) {
      if (chunks.length === PACKED_AT_ONCE) break
      if (!touched.has(chunk)) chunks.push(chunk)
    }
    return chunks
  }
  function write(pack: boolean) {
    const chunks = pack ? toPack() : []
    touched.clear()
    if (!store || (waiting.length === 0 && chunks.length === 0)) return
    store.write({ raws: waiting, chunks, messages: messages.unsaved, scopeOf })
    messages.unsaved.clear()
    waiting = []
    chunks.forEach(intake.drop)
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
    if (!failing && store && (waiting.length >= MANY_WAITING || intake.late.size >= MANY_LATE)) flush()
    if (waiting.length > MOST_WAITING) waiting = waiting.slice(MOST_WAITING / 2)
    if (memory.over.size > MOST_WAITING) [...memory.over].slice(0, MOST_WAITING / 2).forEach(intake.drop)
  }

  const onError = (error: unknown) => fail('The history cannot be read', error)
  const reads = createReads({
    store: () => store,
    words: (id) => messages.wordsOf(id),
    chunksOf: memory.of,
    now: clock.now,
    days,
    onError,
  })
  const intake = createIntake({ memory, store: () => store, now: clock.now, days, changed: reads.changed, onError })
  open()

  return {
    ...reads,
    append(series, at, { status, response_time_ms, reason, message, phases }) {
      const begun = Math.floor(at)
      if (!intake.isTaken(series, begun)) return false
      const id = status === 'up' ? 0 : messages.idOf({ reason: reason ?? null, message }, dayOf(begun))
      const ms10 = response_time_ms === undefined ? -1 : Math.round(response_time_ms * 10)
      const code = id * 4 + checkStatuses.indexOf(status)
      const raw = { series, at: begun, ms10, code, tenths: tenthsOf(phases) }
      const { chunk, kept_at } = intake.add(raw)
      if (memory.over.has(chunk)) touched.add(chunk)
      waiting.push({ ...raw, at: kept_at })
      bound()
      return true
    },
    newest: intake.newest,
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
      series.forEach(intake.forget)
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
