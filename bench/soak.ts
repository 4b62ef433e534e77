/**
 * A long run with a verdict, exit code 1 when a promise was broken:
 *   bun bench/soak.ts [--binary dist/xinex] [--minutes 60] [--monitors 10000] [--interval 60]
 * An appliance and five probers in regions of their own, all of them the compiled executable, check one target that keeps
 * what it answered when. Some targets fail for a while, some for single answers, some hang; one prober is cut off from
 * the appliance and reconnected. In the end what the target knows is compared with what the API tells.
 */
import { parseArgs } from 'node:util'
import { usage } from './appliance'
import type { Incident } from './client'
import { machine, quiet } from './goal'
import { hookChannel, openHook } from './hook'
import { startProber } from './probers'
import { openProxy } from './proxy'
import { judge } from './soak-judge'
import { CUT, casesOf, planOf, REGIONS } from './soak-plan'
import type { Samples } from './soak-steady'
import { binaryOption, httpMonitors, onStage } from './stage'
import { conclude, say } from './verdict'

const { values } = parseArgs({
  options: {
    ...binaryOption,
    minutes: { type: 'string', default: '60' },
    monitors: { type: 'string', default: '10000' },
    interval: { type: 'string', default: '60' },
  },
})
const minutes = Number(values.minutes)
const interval = Number(values.interval)
const interval_ms = interval * 1_000
const count = Number(values.monitors)
const SAMPLE_MS = 10_000
const MOST_CUT_MS = 600_000
/** The appliance calls a prober offline after half a minute; shorter would not be a cut. */
const LEAST_CUT_MS = 60_000

/** What each process holds in memory, over the time. */
function sample(pids: Record<string, () => number>) {
  const samples: Samples = {}
  const look = () => {
    for (const [name, pid] of Object.entries(pids)) {
      samples[name] ??= []
      samples[name].push({ at: Date.now(), rss_mb: usage(pid()).rss_mb })
    }
  }
  const timer = setInterval(look, SAMPLE_MS)
  return { samples, stop: () => clearInterval(timer) }
}

console.log(`${machine()}; ${(await quiet()).text}`)
const kept = await onStage({ binary: values.binary }, async (stage) => {
  const { client, target } = stage
  const hook = openHook()
  const proxy = await openProxy(Number(new URL(stage.base()).port))
  const probers = await Promise.all(
    REGIONS.map((region) => startProber(stage, region, region === CUT ? proxy.url : stage.base())),
  )
  try {
    await client.post('/notification-channels', hookChannel(hook))
    const begins = Date.now() + 2 * interval_ms + 15_000
    const ends = begins + minutes * 60_000
    const span = { from: begins, until: ends - 4 * interval_ms, interval_ms }
    const cases = casesOf(count, span)
    await target.plan(planOf(cases))
    const drafts = httpMonitors(count, target.base, { interval })
    const ids = await client.add(drafts.map((draft, i) => ({ ...draft, regions: cases[i]?.regions })))
    say(`${count} monitors are there; ${cases.filter(({ window }) => window).length} outages are to come`)
    await Bun.sleep(begins - Date.now())
    await target.reset()

    const cut_ms = Math.min(MOST_CUT_MS, Math.max(LEAST_CUT_MS, (minutes * 60_000) / 6))
    const cut_from = begins + 0.4 * minutes * 60_000
    const cut = { from: cut_from, until: cut_from + cut_ms }
    const memory = sample({ appliance: stage.pid, ...Object.fromEntries(probers.map((p) => [p.region, () => p.pid])) })
    await Bun.sleep(cut.from - Date.now())
    proxy.cut()
    say(`the prober ${CUT} is cut off for ${Math.round(cut_ms / 1_000)} s`)
    await Bun.sleep(cut.until - Date.now())
    await proxy.mend()
    say(`the prober ${CUT} is connected again`)
    await Bun.sleep(ends - Date.now())
    memory.stop()
    const log = await target.log()
    // What is under way ends, and what was found is written.
    await Bun.sleep(20_000)
    say(`the target answered ${log.length} checks; now they are compared`)
    const incidents = await client.all<Incident>('/incidents')
    const { received } = hook
    return judge({
      ...{ client, cases, ids, log, incidents, received, cut, interval_ms, begins, ends },
      samples: memory.samples,
    })
  } finally {
    await Promise.all(probers.map((prober) => prober.close()))
    proxy.close()
    hook.stop()
  }
})
process.exit(conclude(kept) ? 0 : 1)
