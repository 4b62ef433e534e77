/**
 * Rows 1, 3, 8, 12 and 17: what one check costs, how punctual checks are, what that takes of memory and disk, and how
 * quickly the API answers meanwhile, for some numbers of monitors:
 *   bun bench/load.ts [--binary dist/xinex] [--monitors 0,1000,10000] [--interval 60] [--seconds 60] [--tls]
 * CPU is user + system time of the appliance alone, while it probes and nobody asks it anything.
 */
import { parseArgs } from 'node:util'
import { percentile, sorted, threads } from './appliance'
import { print, type Row, short } from './goal'
import { binaryOption, httpMonitors, onStage, type Stage } from './stage'

const { values } = parseArgs({
  options: {
    ...binaryOption,
    monitors: { type: 'string', default: '0,1000,10000' },
    interval: { type: 'string', default: '60' },
    seconds: { type: 'string', default: '60' },
    tls: { type: 'boolean', default: false },
  },
})
const interval = Number(values.interval)
const seconds = Number(values.seconds)
const A_SECOND = 200

/** 200 requests a second for ten seconds, spread over what a screen asks; the second before, in which code is compiled, does not count. */
async function apiLatency({ base, tokens }: Stage): Promise<number[]> {
  const paths = ['/api/v1/monitors?per_page=50&include=summary', '/api/v1/monitors/summary', '/api/v1/incidents']
  const times: number[] = []
  const asked: Promise<void>[] = []
  const from = performance.now()
  for (let i = 0; i < 11 * A_SECOND; i++) {
    const wait = from + (i * 1_000) / A_SECOND - performance.now()
    if (wait > 0) await Bun.sleep(wait)
    const begun = performance.now()
    const headers = { authorization: `Bearer ${tokens[i % tokens.length]}` }
    asked.push(
      fetch(base() + paths[i % paths.length], { headers }).then(async (answer) => {
        await answer.arrayBuffer()
        if (answer.ok && i >= A_SECOND) times.push(performance.now() - begun)
      }),
    )
  }
  await Promise.all(asked)
  return sorted(times)
}

/** Where the processor time went, by thread, as shares of all of it. */
function shares(before: ReturnType<typeof threads>, after: ReturnType<typeof threads>): string {
  const byName = new Map<string, number>()
  for (const [id, { name, cpu_ms }] of after)
    byName.set(name, (byName.get(name) ?? 0) + cpu_ms - (before.get(id)?.cpu_ms ?? 0))
  const all = [...byName.values()].reduce((sum, ms) => sum + ms, 0)
  return [...byName]
    .sort((a, b) => b[1] - a[1])
    .filter(([, ms]) => ms > all / 100)
    .map(([name, ms]) => `${name} ${short((100 * ms) / all, 0)} %`)
    .join(', ')
}

async function measure(count: number) {
  return onStage({ binary: values.binary, tls: values.tls }, async (stage) => {
    const { target, client } = stage
    const settings = values.tls ? { settings: { verify_tls: false } } : {}
    await client.add(httpMonitors(count, values.tls ? target.secure : target.base, { interval, ...settings }))
    await stage.stop()
    await stage.start()
    // The first interval after a start ends every monitor's unknown time, which writes a row for each; that is another figure.
    await Bun.sleep((interval + 5) * 1000)
    await target.reset()
    const begun = { ...stage.usage(), threads: threads(stage.pid()) }
    const half = (seconds * 1000) / 2
    await Bun.sleep(half)
    const { late_ms: early } = await target.stats(interval)
    await Bun.sleep(half)
    const ended = { ...stage.usage(), threads: threads(stage.pid()) }
    const stats = await target.stats(interval)
    const api = values.tls ? [] : await apiLatency(stage)
    const per = (value: number) => (stats.checks > 0 ? value / stats.checks : 0)
    return {
      count,
      ...stats,
      expected: (count * seconds) / interval,
      creep_ms: stats.late_ms.p50 - early.p50,
      cpu_ms: per(ended.cpu_ms - begun.cpu_ms),
      cpu_percent: (ended.cpu_ms - begun.cpu_ms) / (seconds * 10),
      shares: shares(begun.threads, ended.threads),
      disk_kb: per((ended.written - begun.written) / 1024),
      rss_mb: ended.rss_mb,
      api_p50: percentile(api, 0.5),
      api_p99: percentile(api, 0.99),
      answered: api.length,
    }
  })
}
type Measured = Awaited<ReturnType<typeof measure>>

/** By the number of monitors; other numbers than those have no goal. */
const goals: Record<number, { cpu_ms?: number; rss_mb: number }> = {
  0: { rss_mb: 100 },
  1000: { cpu_ms: 0.5, rss_mb: 120 },
  10000: { cpu_ms: 0.25, rss_mb: 160 },
}
/** What TLS may cost above plain HTTP, ms of processor time. */
const TLS_MS = 0.5

function rowsOf(one: Measured): Row[] {
  const { count, late_ms } = one
  const goal = goals[count]
  const cpu = goal?.cpu_ms === undefined ? undefined : goal.cpu_ms + (values.tls ? TLS_MS : 0)
  const kind = `${values.tls ? 'HTTPS' : 'HTTP'}, ${count} monitors`
  const checks = `${one.checks} of ${short(one.expected, 0)} checks`
  const rss: Row = {
    ...{ row: 8, what: `resident memory, ${kind}`, goal: goal ? `≤ ${goal.rss_mb} MB` : '–' },
    ...{ we: `${short(one.rss_mb, 0)} MB`, ...(goal && { met: one.rss_mb <= goal.rss_mb }) },
  }
  const api: Row = {
    ...{ row: 17, what: `API at ${A_SECOND} requests/s, ${kind}`, goal: 'p99 ≤ 10 ms' },
    we: `p50 ${short(one.api_p50)}, p99 ${short(one.api_p99)} ms (${one.answered} answers)`,
    met: one.api_p99 <= 10 && one.answered === 10 * A_SECOND,
  }
  if (count === 0) return [rss, api]
  const rows: Row[] = [
    {
      row: 1,
      what: `processor time per check, ${kind}`,
      goal: cpu === undefined ? '–' : `≤ ${cpu} ms`,
      we: `${short(one.cpu_ms, 3)} ms; ${checks}, ${short(one.cpu_percent, 1)} % of a processor: ${one.shares}`,
      ...(cpu !== undefined && { met: one.cpu_ms <= cpu }),
    },
    {
      row: 3,
      what: `how late checks begin, ${kind}`,
      goal: 'p99 ≤ 25, most 60 ms; creep 0',
      we: `p50 ${late_ms.p50}, p99 ${late_ms.p99}, most ${late_ms.max} ms; creep ${short(one.creep_ms)} ms`,
      met: late_ms.p99 <= 25 && late_ms.max <= 60 && Math.abs(one.creep_ms) < 1,
    },
    rss,
  ]
  // The disk and the API do not know how a check was done.
  if (values.tls) return rows
  return [
    ...rows,
    {
      row: 12,
      what: `written to disk per check, ${kind}`,
      goal: '≤ 0.5 KB',
      we: `${short(one.disk_kb)} KB`,
      met: one.disk_kb <= 0.5,
    },
    api,
  ]
}

const rows: Row[] = []
for (const count of values.monitors.split(',').map(Number)) rows.push(...rowsOf(await measure(count)))
print(...rows.sort((a, b) => Number(a.row) - Number(b.row)))
