import { renameSync } from 'node:fs'
import { append, type Chunk, checkStatuses, HOUR_MS, newChunk } from '#engine/chunk'
import { createReads, type Reads } from '#engine/history-reads'
import { dayOf, openStore, type Raw, type Store } from '#engine/history-store'
import type { Messages } from '#engine/messages'
import { createMessages } from '#engine/messages'
import type { Clock } from '#kernel/clock'
import type { Log } from '#kernel/log'
import type { Verdict } from '#probes/define'

export type History = Reads & {
  /** Remembers one check; it is on disk a few seconds later. Never throws: a broken history must not stop paging. */
  append: (series: number, at: number, verdict: Verdict) => void
  /** Writes what waits. Called every few seconds by the engine. */
  flush: () => void
  /** Drops days older than the retention; called by the engine now and then. */
  retain: () => void
  /** The monitor was deleted, or is not checked from there any more. */
  forget: (series: number[]) => void
  state: () => 'ok' | 'failing'
  close: () => void
}
type Options = {
  clock: Clock
  log: Log
  /** How long single checks are kept; figures per hour stay. */
  keep_days: number
  /** Off only in tests: a power cut may then damage the file. */
  durable?: boolean
}

/** While nothing can be written, as many checks are held in memory; the oldest are given up first. */
const MOST_WAITING = 100_000
/** Finished hours packed at once, so that the turn of an hour never blocks the loop for long. */
const PACKED_AT_ONCE = 1_000
const REOPEN_MS = 10_000
const hourOf = (at: number) => Math.floor(at / HOUR_MS)

/** What checks found, in a file of its own. The hours under way also live in memory, packed. */
export function openHistory(file: string, { clock, log, keep_days: days, durable = true }: Options): History {
  let store: Store | undefined
  let messages: Messages = createMessages([])
  let failing = false
  let closed = false
  let tried_at = 0
  let waiting: Raw[] = []
  const current = new Map<number, Chunk>()
  let finished: Chunk[] = []
  /** Up to this hour, those before it are finished. */
  let swept = 0

  function fail(what: string, error: unknown) {
    if (!failing) log.error(`${what}; monitoring goes on without it`, { error: error as Error, file })
    failing = true
  }
  function place([monitor, at, ms10, code]: Raw) {
    let chunk = current.get(monitor)
    if (!chunk || chunk.hour < hourOf(at)) {
      if (chunk) finished.push(chunk)
      chunk = newChunk(monitor, hourOf(at))
      current.set(monitor, chunk)
    }
    append(chunk, at, ms10, code)
  }
  /** Reads back what an earlier run had not packed yet. */
  function resume(from: Store) {
    for (const hour of from.recentHours())
      for (const [monitor, at, ms10, code] of from.recent(hour)) place([monitor, at + hour * HOUR_MS, ms10, code])
  }
  function open() {
    tried_at = clock.monotonic()
    try {
      store = openOrReplace(() => openStore(file, durable), file, log, clock.now())
      const held = [...current.values(), ...finished]
      if (held.length === 0) {
        messages = store.messages()
        resume(store)
      }
      failing = false
    } catch (error) {
      fail('The history cannot be opened', error)
    }
  }

  function write() {
    const hour = hourOf(clock.now())
    if (hour > swept) {
      for (const [monitor, chunk] of current)
        if (chunk.hour < hour) {
          finished.push(chunk)
          current.delete(monitor)
        }
      swept = hour
    }
    const chunks = finished.slice(0, PACKED_AT_ONCE)
    if (!store || (waiting.length === 0 && chunks.length === 0)) return
    const raws = Map.groupBy(waiting, ([, at]) => hourOf(at))
    store.write({ raws, chunks, messages: messages.unsaved })
    messages.unsaved.clear()
    waiting = []
    finished = finished.slice(chunks.length)
    const open = new Set([hour, ...finished.map((chunk) => chunk.hour)])
    for (const old of store.recentHours()) if (!open.has(old) && old < hour) store.dropRecent(old)
  }

  open()
  const reads = createReads({
    store: () => store,
    words: (id) => messages.wordsOf(id),
    chunksOf: (monitor) => {
      const now = current.get(monitor)
      const before = finished.filter((chunk) => chunk.monitor === monitor).sort((a, b) => b.hour - a.hour)
      return now ? [now, ...before] : before
    },
    now: clock.now,
    days,
    onError: (error) => fail('The history cannot be read', error),
  })

  return {
    ...reads,
    append(monitor, at, { status, response_time_ms, reason, message }) {
      const id = status === 'up' ? 0 : messages.idOf({ reason: reason ?? null, message }, dayOf(at))
      const ms10 = response_time_ms === undefined ? -1 : Math.round(response_time_ms * 10)
      // Checks of one monitor may finish a little out of order; an hour that is over stays over.
      const hour = current.get(monitor)?.hour ?? 0
      const raw: Raw = [monitor, Math.max(Math.floor(at), hour * HOUR_MS), ms10, id * 4 + checkStatuses.indexOf(status)]
      place(raw)
      waiting.push(raw)
      if (waiting.length > MOST_WAITING) waiting = waiting.slice(MOST_WAITING / 2)
      if (finished.length > MOST_WAITING) finished = finished.slice(MOST_WAITING / 2)
    },
    flush() {
      if (!store && !closed && clock.monotonic() - tried_at > REOPEN_MS) open()
      try {
        write()
        if (store) failing = false
      } catch (error) {
        fail('The history cannot be written', error)
      }
    },
    retain() {
      const oldest = dayOf(clock.now()) - days
      try {
        store?.retain(oldest)
        messages.forgetBefore(oldest)
      } catch (error) {
        fail('Old history cannot be removed', error)
      }
    },
    forget(series) {
      const gone = new Set(series)
      for (const one of series) current.delete(one)
      finished = finished.filter((chunk) => !gone.has(chunk.monitor))
      waiting = waiting.filter(([one]) => !gone.has(one))
      try {
        for (const one of series) store?.forget(one)
      } catch (error) {
        fail('The history of a deleted monitor cannot be removed', error)
      }
    },
    state: () => (failing ? 'failing' : 'ok'),
    close() {
      this.flush()
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
