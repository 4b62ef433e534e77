/**
 * Row 14: what adding monitors through the API costs, and whether a large import delays the checks of those that are there:
 *   bun bench/add.ts [--binary dist/xinex] [--single 500] [--import 10000] [--probed 1000]
 */
import { parseArgs } from 'node:util'
import { percentile, sorted } from './appliance'
import { print, short } from './goal'
import { binaryOption, httpMonitors, onStage } from './stage'
import { lateness } from './target-log'

const { values } = parseArgs({
  options: {
    ...binaryOption,
    single: { type: 'string', default: '500' },
    import: { type: 'string', default: '10000' },
    probed: { type: 'string', default: '1000' },
  },
})
const single = Number(values.single)
const imported = Number(values.import)
const probed = Number(values.probed)
const INTERVAL_S = 5
/** The longest a check may begin late. */
const LATE_MS = 60
/** Long enough that the new ones are checked once, as every new monitor is, and not again meanwhile. */
const RARELY = { interval: 3_600 }

await onStage({ binary: values.binary }, async ({ client, target, usage }) => {
  const warm = httpMonitors(50, target.base, RARELY)
  for (const draft of warm) await client.post('/monitors', draft)
  const before = usage().cpu_ms
  for (const draft of httpMonitors(single, target.base, RARELY, 51)) await client.post('/monitors', draft)
  const each_ms = (usage().cpu_ms - before) / single

  const first = 51 + single
  await client.add(httpMonitors(probed, target.base, { interval: INTERVAL_S }, first))
  await Bun.sleep(3 * INTERVAL_S * 1_000)
  await target.reset()
  const at_rest = usage().cpu_ms
  await Bun.sleep(INTERVAL_S * 1_000)
  const rest_ms = usage().cpu_ms - at_rest

  await target.reset()
  const begun = performance.now()
  const cpu_begun = usage().cpu_ms
  await client.add(httpMonitors(imported, target.base, RARELY, first + probed))
  const took_ms = performance.now() - begun
  await Bun.sleep(INTERVAL_S * 1_000)
  const lasted_s = (performance.now() - begun) / 1_000
  const cpu_ms = usage().cpu_ms - cpu_begun - (rest_ms * lasted_s) / INTERVAL_S
  const late = sorted(
    (await target.log())
      .filter(({ number }) => number >= first && number < first + probed)
      .map(({ number, at }) => lateness(number, at, INTERVAL_S * 1_000)),
  )
  const tardy = late.filter((ms) => ms > LATE_MS).length
  print(
    {
      row: 14,
      what: `processor time of adding a monitor, ${single} one by one`,
      goal: '≤ 1 ms',
      we: `${short(each_ms)} ms, with its first check; ${short(cpu_ms / imported)} ms in an import`,
      met: each_ms <= 1,
    },
    {
      row: 14,
      what: `import of ${imported} while ${probed} are probed every ${INTERVAL_S} s`,
      goal: `≤ 5 s; no check later than ${LATE_MS} ms`,
      we: `${short(took_ms / 1_000)} s; late p99 ${short(percentile(late, 0.99))}, most ${short(percentile(late, 1))} ms, ${tardy} of ${late.length} too late`,
      met: took_ms <= 5_000 && tardy === 0 && late.length >= probed,
    },
  )
})
