import type { Fitted } from '#heartbeats/learn-rhythm'
import { quantile, sortedOf, spreadOf } from '#heartbeats/learn-stats'

/** Fewer gaps are no rhythm of their own. */
const FEWEST = 12
/** Gaps became longer or shorter by this factor at least. */
const LEAST = Math.log(1.6)
/** How much clearer than by chance: in deviations of a count of signs, and of the difference of two medians. */
const CLEAR_SIGNS = 3
const CLEAR = 5

/** Where the values before lie on the other side of the middle than those after, more clearly than anywhere else. */
function splitOf(values: number[], center: number): number | undefined {
  const all = values.length
  let [sum, best, at] = [0, 0, 0]
  values.forEach((value, i) => {
    sum += Math.sign(value - center)
    const count = i + 1
    const clear = Math.abs(sum) / Math.sqrt((count * (all - count)) / all)
    if (count >= FEWEST && all - count >= FEWEST && clear > best) [best, at] = [clear, count]
  })
  return best >= CLEAR_SIGNS ? at : undefined
}

/** The number of the first gap of another rhythm than before, if there is one. */
export function changedAt({ shares }: Pick<Fitted, 'shares'>): number | undefined {
  const logs = shares.map(Math.log)
  const at = splitOf(logs, quantile(sortedOf(logs), 0.5))
  if (at === undefined) return undefined
  const [before, after] = [sortedOf(logs.slice(0, at)), sortedOf(logs.slice(at))]
  const spread = Math.max(...[before, after].map((side) => spreadOf(side, [])))
  const chance = (1.25 * spread) / Math.sqrt(Math.min(before.length, after.length))
  const changed = Math.abs(quantile(after, 0.5) - quantile(before, 0.5))
  return changed > Math.max(LEAST, CLEAR * chance) ? at : undefined
}
