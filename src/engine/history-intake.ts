import { append, type Chunk, HOUR_MS, newChunk } from '#engine/chunk'
import type { Raw } from '#engine/history-fresh'
import type { Memory } from '#engine/history-memory'
import type { Store } from '#engine/history-store'
import { dayOf } from '#engine/history-tables'
import { regionOf } from '#engine/series'

type Parts = {
  memory: Memory
  store: () => Store | undefined
  now: () => number
  /** How long single checks are kept. */
  days: number
  /** A past hour of the series is not what it was. */
  changed: (series: number) => void
  onError: (error: unknown) => void
}

/** Later than this nothing is taken: by then the figures of hours are in those of days. */
const LATEST_DAYS = 90
/** A prober's clock was set by ours; more than this ahead cannot be. */
const AHEAD_MS = HOUR_MS
const hourOf = (at: number) => Math.floor(at / HOUR_MS)

/** Finds the hour that a check belongs to, also when it was packed long ago, and tells what is taken from what was heard before. */
export function createIntake({ memory, store, now, days, changed, onError }: Parts) {
  /** Hours that had passed before they were begun, or taken out again: their checks came late. */
  const late = new Set<Chunk>()
  const newest = new Map<number, number>()

  function asked<T>(question: () => T): T | undefined {
    try {
      return question()
    } catch (error) {
      onError(error)
      return undefined
    }
  }
  /** The hour as far as it is known: in memory, packed before (unless that cannot be), or new. */
  function chunkOf(series: number, hour: number, cannot = false): Chunk {
    const own = memory.of(series)
    const known = own.find((chunk) => chunk.hour === hour)
    if (known) return known
    const begins = cannot || (own.length > 0 && hour > own[0]!.hour)
    const packed = begins ? undefined : asked(() => store()?.reopen(series, hour))
    const chunk = packed ?? newChunk(series, hour)
    memory.add(chunk, hourOf(now()))
    if (hour < hourOf(now())) {
      late.add(chunk)
      changed(series)
    }
    return chunk
  }
  function newestOf(series: number): number | undefined {
    const known = newest.get(series)
    if (known !== undefined) return known
    const [held] = memory.of(series)
    const at = held ? held.last_at : asked(() => lastPacked(series))
    if (at !== undefined) newest.set(series, at)
    return at
  }
  function lastPacked(series: number): number | undefined {
    const hour = store()?.newestHour(series)
    return hour === undefined ? undefined : store()?.reopen(series, hour)?.last_at
  }

  return {
    late,
    newest: newestOf,
    /**
     * A prober delivers in order and repeats what it is not sure of. If the newest we know is of a time to come, our clock
     * was wrong then, and it is no measure.
     */
    isTaken(series: number, at: number): boolean {
      if (dayOf(at) < dayOf(now()) - Math.min(days, LATEST_DAYS)) return false
      if (regionOf(series) === 0) return true
      const last = newestOf(series)
      const latest = now() + AHEAD_MS
      return at <= latest && (last === undefined || at > last || last > latest)
    },
    /** Answers the hour and the time that was kept. */
    add({ series, at, ms10, code, tenths }: Raw): { chunk: Chunk; kept_at: number } {
      const chunk = chunkOf(series, hourOf(at))
      const kept_at = append(chunk, at, ms10, code, tenths)
      newest.set(series, kept_at)
      return { chunk, kept_at }
    },
    /** Reads back what an earlier run had not packed yet; what it had packed after all is not taken twice. */
    resume(from: Store) {
      const hour_now = hourOf(now())
      for (const hour of from.freshHours())
        from.fresh(hour, ({ series, at, ms10, code, tenths }) => {
          // Nothing is packed before its hour is over: thousands of questions less at the start.
          const chunk = chunkOf(series, hour, hour === hour_now)
          if (chunk.n === 0 || at > chunk.last_at) append(chunk, at, ms10, code, tenths)
        })
      late.clear()
    },
    drop(chunk: Chunk) {
      memory.remove(chunk)
      late.delete(chunk)
    },
    forget(series: number) {
      for (const chunk of memory.of(series)) {
        memory.remove(chunk)
        late.delete(chunk)
      }
      newest.delete(series)
      changed(series)
    },
  }
}
