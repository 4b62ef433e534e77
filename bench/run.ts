/**
 * What one check costs and how punctual it is, for some numbers of monitors:
 *   bun bench/run.ts [--binary dist/xinex] [--monitors 0,100,1000,10000] [--interval 60] [--seconds 120]
 * Starts the compiled binary on an empty folder and a target in a process of its own, both on loopback. CPU is user + system
 * time of the appliance alone, while it probes and nobody asks it anything; API latency is measured afterwards, while it probes.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { firstLine, percentile, serve, tokenFrom } from './appliance'

const { values } = parseArgs({
  options: {
    binary: { type: 'string', default: 'dist/xinex' },
    monitors: { type: 'string', default: '100,1000,10000' },
    interval: { type: 'string', default: '60' },
    seconds: { type: 'string', default: '120' },
  },
})
const binary = resolve(values.binary)
const interval = Number(values.interval)
const seconds = Number(values.seconds)
/** Clock ticks a second of /proc: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const TICK_MS = 10
function usage(pid: number) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  const rss_kb = Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)?.[1])
  const written = Number(readFileSync(`/proc/${pid}/io`, 'utf8').match(/^write_bytes: (\d+)/m)?.[1])
  return { cpu_ms: (Number(fields[11]) + Number(fields[12])) * TICK_MS, rss_mb: rss_kb / 1024, written }
}

/** 200 requests a second for ten seconds, spread over what a screen asks; the second before, in which code is compiled, does not count. */
async function apiLatency(base: string, token: string) {
  const paths = ['/api/v1/monitors?per_page=50&include=summary', '/api/v1/monitors/summary', '/api/v1/incidents']
  const times: number[] = []
  const asked: Promise<void>[] = []
  for (let i = -200; i < 2_000; i++) {
    const begun = performance.now()
    asked.push(
      fetch(base + paths[(i + 200) % paths.length], { headers: { authorization: `Bearer ${token}` } }).then(
        async (answer) => {
          await answer.arrayBuffer()
          if (answer.ok && i >= 0) times.push(performance.now() - begun)
        },
      ),
    )
    await Bun.sleep(5)
  }
  await Promise.all(asked)
  times.sort((a, b) => a - b)
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99), max: times.at(-1) ?? 0, answered: times.length }
}

async function measure(count: number, target: string, port: number) {
  const data = mkdtempSync(join(tmpdir(), 'xinex-bench-'))
  const first = await serve(binary, data, port)
  const idle = usage(first.child.pid)
  const tokens = await Promise.all(
    Array.from({ length: Math.ceil(count / 5_000) + 1 }, (_, n) => tokenFrom(binary, data, `bench ${n}`)),
  )
  const addBegun = usage(first.child.pid).cpu_ms
  // `number` counts from 1 in the order of creation, so one at a time.
  for (let number = 1; number <= count; number++) {
    const answer = await fetch(`${first.base}/api/v1/monitors`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tokens[Math.floor(number / 5_000)]}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: `m${number}`, type: 'http', url: `${target}/m/${number}`, interval }),
    })
    if (answer.status !== 201) throw new Error(`POST /monitors answered ${answer.status}: ${await answer.text()}`)
  }
  const added_ms = usage(first.child.pid).cpu_ms - addBegun
  first.child.kill('SIGTERM')
  await first.child.exited

  const { child, base, ready_ms } = await serve(binary, data, port)
  // The first interval after a start ends every monitor's unknown time, which writes a row for each; that is another figure.
  await Bun.sleep((interval + 5) * 1000)
  await fetch(`${target}/reset`, { method: 'POST' })
  const before = usage(child.pid)
  await Bun.sleep(seconds * 1000)
  const after = usage(child.pid)
  const stats = (await (await fetch(`${target}/stats?interval_ms=${interval * 1000}`)).json()) as {
    checks: number
    late_ms: { p50: number; p99: number; max: number }
    peak_over_mean: number
  }
  const api = await apiLatency(base, tokens.at(-1) ?? '')
  child.kill('SIGTERM')
  await child.exited
  rmSync(data, { recursive: true, force: true })
  const per = (value: number, digits: number) =>
    stats.checks > 0 ? Number((value / stats.checks).toFixed(digits)) : '–'
  return {
    monitors: count,
    checks: stats.checks,
    expected: Math.round((count * seconds) / interval),
    cpu_percent: Number(((after.cpu_ms - before.cpu_ms) / (seconds * 10)).toFixed(2)),
    cpu_ms_per_check: per(after.cpu_ms - before.cpu_ms, 3),
    rss_mb: Math.round(after.rss_mb),
    idle_rss_mb: Math.round(idle.rss_mb),
    late_p50_ms: stats.late_ms.p50,
    late_p99_ms: stats.late_ms.p99,
    late_max_ms: stats.late_ms.max,
    peak_over_mean: stats.peak_over_mean,
    disk_kb_per_check: per((after.written - before.written) / 1024, 2),
    api_p50_ms: Number(api.p50.toFixed(2)),
    api_p99_ms: Number(api.p99.toFixed(2)),
    api_max_ms: Number(api.max.toFixed(2)),
    api_answered: api.answered,
    add_cpu_ms: Number((added_ms / Math.max(1, count)).toFixed(2)),
    first_start_ms: first.ready_ms,
    ready_ms,
  }
}

const targetProcess = Bun.spawn([process.execPath, join(import.meta.dir, 'target.ts')], {
  stdout: 'pipe',
  stderr: 'inherit',
})
const target = `http://127.0.0.1:${await firstLine(targetProcess.stdout)}`
console.log(
  `${cpus()[0]?.model ?? 'unknown CPU'} × ${cpus().length}, bun ${Bun.version}, interval ${interval} s, window ${seconds} s`,
)
try {
  const rows = []
  for (const [i, count] of values.monitors.split(',').map(Number).entries())
    rows.push(await measure(count, target, 41_800 + i))
  const names = Object.keys(rows[0] ?? {}) as (keyof (typeof rows)[number])[]
  console.log(
    `| | ${rows.map((row) => `${row.monitors} monitors`).join(' | ')} |\n|---|${rows.map(() => '---|').join('')}`,
  )
  for (const name of names) console.log(`| ${name} | ${rows.map((row) => row[name]).join(' | ')} |`)
} finally {
  targetProcess.kill()
}
