import type { Fitted } from '#heartbeats/learn-rhythm'
import { quantile, sortedOf, spreadOf } from '#heartbeats/learn-stats'

/** Fewer gaps are no rhythm of their own. */
const FEWEST = 12
/** Gaps became longer or shorter by this factor at least. */
const LEAST = Math.log(1.6)
/** How much clearer than by chance: in deviations of a sum, and of the difference of two medians. */
const CLEAR_SUM = 4
const CLEAR = 5
/** In spreads; wild gaps count no more than this. */
const MOST = 5

/** Where the values before differ from those after more clearly than anywhere else. */
function splitOf(values: number[]): number | undefined {
  const sorted = sortedOf(values)
  const [center, spread] = [quantile(sorted, 0.5), Math.max(0.02, spreadOf(sorted, []))]
  const clipped = values.map((value) => Math.max(-MOST, Math.min(MOST, (value - center) / spread)))
  const mean = clipped.reduce((sum, value) => sum + value, 0) / values.length
  const all = values.length
  let [sum, best, at] = [0, 0, 0]
  clipped.forEach((value, i) => {
    sum += value - mean
    const count = i + 1
    const clear = Math.abs(sum) / Math.sqrt((count * (all - count)) / all)
    if (count >= FEWEST && all - count >= FEWEST && clear > best) [best, at] = [clear, count]
  })
  return best >= CLEAR_SUM ? at : undefined
}

/** The number of the first gap of another rhythm than before, if there is one. */
export function changedAt({ shares }: Pick<Fitted, 'shares'>): number | undefined {
  const logs = shares.map(Math.log)
  const at = splitOf(logs)
  if (at === undefined) return undefined
  const [before, after] = [sortedOf(logs.slice(0, at)), sortedOf(logs.slice(at))]
  const spread = Math.max(...[before, after].map((side) => spreadOf(side, [])))
  const chance = (1.25 * spread) / Math.sqrt(Math.min(before.length, after.length))
  const changed = Math.abs(quantile(after, 0.5) - quantile(before, 0.5))
  return changed > Math.max(LEAST, CLEAR * chance) ? at : undefined
}
