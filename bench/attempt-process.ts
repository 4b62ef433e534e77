/** One run of the probing layer, in this process alone; prints what it found as JSON. Started by attempts.ts and exporter.ts. */
import { systemClock } from '#kernel/clock'
import { logTo } from '#kernel/log'
import { type NetOptions, openNet } from '#kernel/net'
import type { Verdict } from '#probes/define'
import { attempt, type CheckJob } from '#probing/attempt'
import type { Result } from '#probing/define'
import { createProber } from '#probing/prober'
import { createWorkerProber } from '#probing/worker'
import { percentile, sorted } from './appliance'

const open: NetOptions = { allowPrivate: true, deny: [], allow: [] }
const net = openNet(open)
const now = systemClock.now
const rss_mb = () => process.memoryUsage.rss() / 2 ** 20
const http = (url: string, timeout_ms = 10_000): CheckJob => ({
  ...{ type: 'http', url, settings: {}, timeout_ms, degraded_ms: null, inverted: false },
})

/** So many attempts, so many of them at once. */
async function many(count: number, at_once: number, jobOf: (i: number) => CheckJob, see: (verdict: Verdict) => void) {
  let next = 0
  const lane = async () => {
    while (next < count) see(await attempt(jobOf(next++), { net, now }))
  }
  await Promise.all(Array.from({ length: at_once }, lane))
}
const cpu_ms = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

/** By then the code is compiled. */
const WARM = 2_000
/** Processor time of this whole process for each check. */
async function cost({ job, count, at_once }: { job: CheckJob; count: number; at_once: number }) {
  let up = 0
  let failed = ''
  const see = ({ status, message }: Verdict) => {
    if (status === 'up') up++
    else failed = message
  }
  await many(
    WARM,
    at_once,
    () => job,
    () => {},
  )
  const before = cpu_ms()
  await many(count, at_once, () => job, see)
  return { cpu_ms: cpu_ms() - before, up, failed }
}

async function burst({ url, count, timeout_ms }: { url: string; count: number; timeout_ms: number }) {
  const verdicts = await Promise.all(Array.from({ length: count }, () => attempt(http(url, timeout_ms), { net, now })))
  const other = verdicts.filter(({ status }) => status !== 'up').map(({ message }) => message)
  return { up: count - other.length, other: [...new Set(other)] }
}

type Names = { server: string; port: number; slow: number; healthy: number; timeout_ms: number }
async function names({ server, port, slow, healthy, timeout_ms }: Names) {
  const named = openNet({ ...open, servers: [server] })
  const check = (name: string, ms: number) =>
    attempt(http(`http://${name}.bench.test:${port}/m/1`, ms), { net: named, now })
  const waiting = Promise.all(Array.from({ length: slow }, (_, i) => check(`slow${i}`, 10_000)))
  await Bun.sleep(50)
  const found = await Promise.all(
    Array.from({ length: healthy }, async (_, i) => {
      await Bun.sleep(i * 5)
      const begun = performance.now()
      const verdict = await check(`well${i}`, timeout_ms)
      return { verdict, ms: performance.now() - begun }
    }),
  )
  const resolved = (await waiting).filter(({ status }) => status === 'up').length
  const other = found.filter(({ verdict }) => verdict.status !== 'up').map(({ verdict }) => verdict.message)
  return {
    healthy: healthy - other.length,
    p99_ms: percentile(sorted(found.map(({ ms }) => ms)), 0.99),
    slow: resolved,
    other: [...new Set(other)],
  }
}

async function flight({ target, count }: { target: string; count: number }) {
  const idle_mb = rss_mb()
  let running = count
  const all = Array.from({ length: count }, (_, i) =>
    attempt(http(`${target}/m/${i}`, 20_000), { net, now }).then(() => running--),
  )
  let most = 0
  let hanging = 0
  for (let look = 0; look < 100; look++) {
    await Bun.sleep(100)
    most = Math.max(most, rss_mb())
    hanging = running
  }
  await Promise.all(all)
  return { idle_mb, rss_mb: most, hanging }
}

async function growth({ target, count }: { target: string; count: number }) {
  const jobOf = (i: number) => http(`${target}/m/${i % 1_000}`)
  await many(count / 10, 100, jobOf, () => {})
  Bun.gc(true)
  const warm_mb = rss_mb()
  let up = 0
  await many(count, 100, jobOf, ({ status }) => {
    if (status === 'up') up++
  })
  Bun.gc(true)
  return { warm_mb, end_mb: rss_mb(), up }
}

const MONITORS = 200
const WARM_MS = 5_000
const LASTS_MS = 12_000
const BLOCKED_MS = 40
const EVERY_MS = 250
/**
 * How much longer an answer seems to take than it took. Each monitor's target answers after a time of its own, so that
 * answers come at any moment of the block; what it takes while nothing is blocked is the truth.
 */
async function blocked({ target, worker }: { target: string; worker: boolean }) {
  const calm: Result[] = []
  const busy: Result[] = []
  let sink: Result[] = []
  const events = { onResults: (results: Result[]) => sink.push(...results), onGap: () => {}, onUplink: () => {} }
  const log = logTo((line) => console.error(line), 'error', now)
  const common = { clock: systemClock, events }
  const prober = worker
    ? createWorkerProber({ ...common, log, net: open })
    : createProber({ ...common, net, onError: (error) => console.error(error) })
  prober.start()
  prober.assign(
    Array.from({ length: MONITORS }, (_, i) => ({
      ...{ number: i + 1, version: 1, interval_ms: 1_000, job: http(`${target}/m/${i + 1}`) },
    })),
  )
  await Bun.sleep(WARM_MS)
  sink = calm
  await Bun.sleep(LASTS_MS)
  sink = busy
  const until = performance.now() + LASTS_MS
  while (performance.now() < until) {
    const ends = performance.now() + BLOCKED_MS
    while (performance.now() < ends);
    await Bun.sleep(EVERY_MS - BLOCKED_MS)
  }
  sink = []
  await prober.stop()
  const timeOf = ({ verdict }: Result) => verdict.response_time_ms ?? 0
  const truth = new Map(
    [...Map.groupBy(calm, ({ number }) => number)].map(([number, all]) => [
      number,
      percentile(sorted(all.map(timeOf)), 0.5),
    ]),
  )
  const inflation = (results: Result[]) =>
    sorted(results.map((one) => Math.max(0, timeOf(one) - (truth.get(one.number) ?? Number.NaN))))
  const found = inflation(busy)
  return {
    count: busy.length,
    p50_ms: percentile(found, 0.5),
    p99_ms: percentile(found, 0.99),
    calm_ms: percentile(inflation(calm), 0.99),
  }
}

const runs = { cost, burst, names, flight, growth, blocked }
const [what = '', options = '{}'] = process.argv.slice(2)
// Safe: both come from a program beside this file.
const run = runs[what as keyof typeof runs] as ((options: unknown) => Promise<unknown>) | undefined
if (!run) throw new Error(`expected one of ${Object.keys(runs).join(', ')}`)
console.log(JSON.stringify(await run(JSON.parse(options))))
process.exit(0)
