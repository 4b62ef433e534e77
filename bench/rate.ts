/**
 * Row 2: how many checks a second one process sustains with 99.9 % of them delivered:
 *   bun bench/rate.ts [--binary dist/xinex] [--rates 1000,2000,3000,4000,5000] [--seconds 20]
 * Monitors at 5 s, the least interval, are added until too few of their checks arrive at the target.
 */
import { parseArgs } from 'node:util'
import { slotAfter } from '#probing/grid'
import { print, short } from './goal'
import type { Arrival } from './plan'
import { binaryOption, httpMonitors, onStage } from './stage'

const { values } = parseArgs({
  options: {
    ...binaryOption,
    rates: { type: 'string', default: '1000,2000,3000,4000,5000' },
    seconds: { type: 'string', default: '20' },
  },
})
const INTERVAL_S = 5
const DELIVERED = 0.999
const GOAL = 5_000
/** Whole intervals, so that each monitor has the same number of slots in the window. */
const seconds = Math.max(1, Math.round(Number(values.seconds) / INTERVAL_S)) * INTERVAL_S

/** Slots of the window in which a check arrived; one that is repeated because it failed does not count twice. */
function served(log: Arrival[], from: number): number {
  const slots = new Set<string>()
  for (const { number, at } of log) {
    const slot = slotAfter(number, INTERVAL_S * 1_000, at) - INTERVAL_S * 1_000
    if (slot >= from && slot < from + seconds * 1_000) slots.add(`${number} ${slot}`)
  }
  return slots.size
}

await onStage({ binary: values.binary }, async ({ client, target, usage }) => {
  let monitors = 0
  let sustained = 0
  const tried: string[] = []
  for (const rate of values.rates.split(',').map(Number)) {
    const wanted = rate * INTERVAL_S
    await client.add(httpMonitors(wanted - monitors, target.base, { interval: INTERVAL_S }, monitors + 1))
    monitors = wanted
    await Bun.sleep(3 * INTERVAL_S * 1_000)
    await target.reset()
    const from = Date.now()
    const before = usage()
    await Bun.sleep(seconds * 1_000)
    const after = usage()
    const { late_ms } = await target.stats(INTERVAL_S)
    // A check that was late serves its slot as long as the next one has not come.
    await Bun.sleep(INTERVAL_S * 1_000)
    const share = served(await target.log(), from) / (rate * seconds)
    tried.push(
      `${rate}/s: ${short(100 * share)} %, ${short((after.cpu_ms - before.cpu_ms) / (10 * seconds), 0)} % of a processor, late p99 ${late_ms.p99} ms`,
    )
    if (share < DELIVERED) break
    sustained = rate
  }
  print({
    row: 2,
    what: `checks a second in one process with ${100 * DELIVERED} % delivered`,
    goal: `≥ ${GOAL}`,
    we: `${sustained} (${tried.join('; ')})`,
    met: sustained >= GOAL,
  })
})
