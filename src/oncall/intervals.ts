/** From one moment up to, but without, another. */
export type Interval = { from: number; to: number }

/** The times within bounds in which none of the intervals is; they may come in any order and overlap. */
export function gapsIn(list: Interval[], from: number, to: number): Interval[] {
  const gaps: Interval[] = []
  let reached = from
  for (const one of [...list].sort((a, b) => a.from - b.from)) {
    if (one.from >= to) break
    if (one.from > reached) gaps.push({ from: reached, to: one.from })
    reached = Math.max(reached, one.to)
  }
  if (reached < to) gaps.push({ from: reached, to })
  return gaps
}

/** The times in which at least two of the intervals are, as few as can be. */
export function overlapsIn(list: Interval[]): Interval[] {
  const edges = list.flatMap(({ from, to }) => [
    { at: from, by: 1 },
    { at: to, by: -1 },
  ])
  const found: Interval[] = []
  let [open, since] = [0, 0]
  // At the same moment what ends comes first: one after the other is no overlap.
  for (const { at, by } of edges.sort((a, b) => a.at - b.at || a.by - b.by)) {
    if (by > 0 && ++open === 2) since = at
    else if (by < 0 && open-- === 2) {
      const last = found.at(-1)
      if (last?.to === since) last.to = at
      else if (since < at) found.push({ from: since, to: at })
    }
  }
  return found
}

/** How long two intervals are at the same time. */
export const common = (a: Interval, b: Interval) => Math.max(0, Math.min(a.to, b.to) - Math.max(a.from, b.from))
