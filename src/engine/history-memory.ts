import { type Chunk, HOUR_MS } from '#engine/chunk'

/**
 * The hours that are not packed yet, of each series the newest first. `over` are those that can be packed: their hour has passed, or
 * a newer one has begun.
 */
export function createMemory() {
  const held = new Map<number, Chunk[]>()
  const over = new Set<Chunk>()
  let count = 0
  /** Up to this hour, those before it are over. */
  let swept = 0
  const none: readonly Chunk[] = []

  function remove(chunk: Chunk) {
    const own = held.get(chunk.series)
    const left = own?.filter((other) => other !== chunk) ?? []
    count -= (own?.length ?? 0) - left.length
    if (left.length > 0) held.set(chunk.series, left)
    else held.delete(chunk.series)
    over.delete(chunk)
  }
  return {
    of: (series: number): readonly Chunk[] => held.get(series) ?? none,
    over,
    count: () => count,
    add(chunk: Chunk, hour_now: number) {
      const own = held.get(chunk.series) ?? []
      held.set(chunk.series, own.length === 0 ? [chunk] : [...own, chunk].sort((a, b) => b.hour - a.hour))
      count++
      for (const older of own) if (older.hour < chunk.hour) over.add(older)
      if (chunk.hour < hour_now || own.some(({ hour }) => hour > chunk.hour)) over.add(chunk)
    },
    remove,
    /** The turn of an hour. */
    sweep(now: number) {
      const hour = Math.floor(now / HOUR_MS)
      if (hour === swept) return
      swept = hour
      for (const own of held.values()) for (const chunk of own) if (chunk.hour < hour) over.add(chunk)
    },
    hours() {
      const hours = new Set<number>()
      for (const own of held.values()) for (const { hour } of own) hours.add(hour)
      return hours
    },
  }
}
export type Memory = ReturnType<typeof createMemory>
