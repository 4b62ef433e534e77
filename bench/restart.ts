/**
 * Row 7: how long a restart takes, and whether any monitor misses a slot of its grid because of it:
 *   bun bench/restart.ts [--binary dist/xinex] [--monitors 10000] [--interval 60] [--kill]
 */
import { parseArgs } from 'node:util'
import { phaseOf } from '#probing/grid'
import { print, short } from './goal'
import type { Arrival } from './plan'
import { binaryOption, httpMonitors, onStage } from './stage'
import { lateness } from './target-log'

const { values } = parseArgs({
  options: {
    ...binaryOption,
    monitors: { type: 'string', default: '10000' },
    interval: { type: 'string', default: '60' },
    kill: { type: 'boolean', default: false },
  },
})
const count = Number(values.monitors)
const interval_ms = Number(values.interval) * 1_000
const GOAL_MS = 300
/** A check is on its phase when it is no later than this. */
const ON_PHASE_MS = 60
const EARLY_MS = 50

/** Slots between two moments that no check served before the next one came. */
function skipped(log: Arrival[], from: number, until: number): number {
  const byNumber = Map.groupBy(log, ({ number }) => number)
  let missing = 0
  for (let number = 1; number <= count; number++) {
    const times = (byNumber.get(number) ?? []).map(({ at }) => at)
    const phase = phaseOf(number, interval_ms)
    for (let slot = Math.ceil((from - phase) / interval_ms) * interval_ms + phase; slot < until; slot += interval_ms)
      if (!times.some((at) => at >= slot - EARLY_MS && at < slot + interval_ms - EARLY_MS)) missing++
  }
  return missing
}

await onStage({ binary: values.binary }, async (stage) => {
  const { client, target } = stage
  await client.add(httpMonitors(count, target.base, { interval: Number(values.interval) }))
  await Bun.sleep(interval_ms + 5_000)
  await target.reset()
  const from = Date.now()
  await Bun.sleep(5_000)
  await (values.kill ? stage.kill() : stage.stop())
  const ready_ms = await stage.start()
  const ready_at = Date.now()
  await Bun.sleep(2 * interval_ms + 2_000)
  const log = await target.log()
  const missing = skipped(log, from, ready_at + interval_ms)
  // The last check of each: by then every monitor is back where it belongs.
  const last = new Map(log.map(({ number, at }) => [number, at]))
  const off = [...last].filter(([number, at]) => lateness(number, at, interval_ms) > ON_PHASE_MS).length
  print({
    row: 7,
    what: `${values.kill ? 'kill and start' : 'restart'} until /health answers, ${count} monitors; slots skipped`,
    goal: `≤ ${GOAL_MS} ms; none`,
    we: `${short(ready_ms, 0)} ms; ${missing} skipped, ${off} off their phase one interval later`,
    met: ready_ms <= GOAL_MS && missing === 0 && last.size === count,
  })
})
