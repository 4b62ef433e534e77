import { addPacked, type Histogram, newHistogram, pack } from '#engine/histogram'
import { mergePhases, newPhaseSum, type PhaseSum, packSum, unpackSum } from '#engine/history-phases'
import { bytesOf, type Tables } from '#engine/history-tables'

type Sum = { scope: string; region: number; hour: number; hist: Histogram; phases: PhaseSum }
/** Packed figures of one hour: histogram and phases. */
export type Figures = { hist: Uint8Array; phases: Uint8Array }

/**
 * What all monitors of a workspace together took, by hour and region: read by whoever asks about thousands of them. Rows
 * are read when first needed and written once, however many series are added in between.
 */
export function openSums(tables: Tables) {
  const open = new Map<string, Sum>()

  function find(scope: string, region: number, hour: number): Sum {
    const key = `${scope} ${region} ${hour}`
    const known = open.get(key)
    if (known) return known
    const sum = { scope, region, hour, hist: newHistogram(), phases: newPhaseSum() }
    const sql = 'select hist, phases from sums where scope = ? and region = ? and hour = ?'
    const [row] = tables.rows(sql, [scope, region, hour])
    if (row) {
      addPacked(sum.hist, bytesOf(row[0]))
      const phases = unpackSum(bytesOf(row[1]))
      if (phases) mergePhases(sum.phases, phases)
    }
    open.set(key, sum)
    return sum
  }
  return {
    /** `sign` -1 takes away what an earlier row of the same hour had added. */
    add(scope: string, region: number, hour: number, { hist, phases }: Figures, sign: 1 | -1 = 1) {
      const sum = find(scope, region, hour)
      addPacked(sum.hist, hist, sign)
      const packed = unpackSum(phases)
      if (packed) mergePhases(sum.phases, packed, sign)
    },
    save() {
      for (const { scope, region, hour, hist, phases } of open.values())
        tables.run('insert or replace into sums values (?,?,?,?,?)', [
          scope,
          region,
          hour,
          Buffer.from(pack(hist)),
          Buffer.from(packSum(phases)),
        ])
    },
  }
}
export type Sums = ReturnType<typeof openSums>
