/**
 * Checks for each second of processor time, ours against prometheus-blackbox-exporter in the same run:
 *   bun bench/exporter.ts [--rounds 3]
 * Both ask one nginx and this machine, in turns; medians of the rounds. What counts is user + system time of whoever
 * checks: the exporter as it is asked by Prometheus, ours by attempt-process.ts. Without the two Debian packages nginx and
 * prometheus-blackbox-exporter there is nothing to compare with.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { CheckJob } from '#probing/attempt'
import { apart } from './apart'
import { freePort, percentile, sorted, usage } from './appliance'
import { print, type Row, short } from './goal'
import { selfSigned } from './stage'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '3' } } })
const rounds = Number(values.rounds)
const folder = mkdtempSync(join(tmpdir(), 'xinex-bench-'))

function programAt(name: string): string {
  const found = Bun.which(name, { PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` })
  if (!found) throw new Error(`${name} is not installed: nothing to compare with`)
  return found
}
/** Answers on this port, whatever it is. */
async function listening(port: number) {
  for (let left = 200; left > 0; left--) {
    const there = await fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false,
    )
    if (there) return
    await Bun.sleep(25)
  }
  throw new Error(`Nothing answers at port ${port}`)
}

async function startNginx() {
  const [plain, secure] = [await freePort(), await freePort()]
  const { cert, key } = selfSigned(folder)
  const file = join(folder, 'nginx.conf')
  writeFileSync(
    file,
    `daemon off; master_process off; pid ${folder}/nginx.pid; error_log stderr crit;
events { worker_connections 4096; }
http { access_log off; client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder};
uwsgi_temp_path ${folder}; scgi_temp_path ${folder}; keepalive_timeout 0;
server { listen 127.0.0.1:${plain} backlog=4096; location / { return 200 ok; } }
server { listen 127.0.0.1:${secure} ssl backlog=4096; ssl_certificate ${cert}; ssl_certificate_key ${key};
ssl_protocols TLSv1.3; ssl_session_tickets off; location / { return 200 ok; } } }`,
  )
  const child = Bun.spawn([programAt('nginx'), '-p', folder, '-c', file], { stdout: 'ignore', stderr: 'inherit' })
  await listening(plain)
  return { child, plain, secure }
}

async function startExporter() {
  const port = await freePort()
  const file = join(folder, 'blackbox.yml')
  writeFileSync(
    file,
    `modules:
  http: { prober: http, http: { preferred_ip_protocol: ip4, tls_config: { insecure_skip_verify: true } } }
  tcp: { prober: tcp, tcp: { preferred_ip_protocol: ip4 } }
  icmp: { prober: icmp, icmp: { preferred_ip_protocol: ip4 } }
`,
  )
  const args = [`--config.file=${file}`, `--web.listen-address=127.0.0.1:${port}`, '--log.level=error']
  const child = Bun.spawn([programAt('prometheus-blackbox-exporter'), ...args], { stdout: 'ignore', stderr: 'inherit' })
  await listening(port)
  return { child, port }
}

type Kind = {
  name: string
  goal: number
  module: string
  target: string
  job: CheckJob
  count: number
  at_once: number
}
function kinds(plain: number, secure: number): Kind[] {
  const common = { url: '', settings: {}, timeout_ms: 10_000, degraded_ms: null, inverted: false }
  const http = `http://127.0.0.1:${plain}/`
  const https = `https://127.0.0.1:${secure}/`
  return [
    {
      name: 'HTTP',
      goal: 8,
      module: 'http',
      target: http,
      job: { ...common, type: 'http', url: http },
      count: 2_000,
      at_once: 20,
    },
    {
      ...{ name: 'HTTPS', goal: 3, module: 'http', target: https, count: 1_000, at_once: 20 },
      job: { ...common, type: 'http', url: https, settings: { verify_tls: false } },
    },
    {
      ...{ name: 'TCP', goal: 6, module: 'tcp', target: `127.0.0.1:${plain}`, count: 2_000, at_once: 20 },
      job: { ...common, type: 'tcp', settings: { host: '127.0.0.1', port: plain } },
    },
    {
      ...{ name: 'ICMP', goal: 30, module: 'icmp', target: '127.0.0.1', count: 2_000, at_once: 100 },
      job: { ...common, type: 'icmp', settings: { host: '127.0.0.1' } },
    },
  ]
}

/** A second of processor time is many checks of ours and few of theirs; both are measured over about as long. */
const LONGER = 4
/** A packet may be lost on a busy machine; more than that and the two do not do the same. */
const MOST_WRONG = 0.005

async function theirs({ port, pid }: { port: number; pid: number }, { module, target, count, at_once }: Kind) {
  let left = count
  let wrong = 0
  const before = usage(pid).cpu_ms
  const lane = async () => {
    while (left-- > 0) {
      const answer = await fetch(`http://127.0.0.1:${port}/probe?module=${module}&target=${encodeURIComponent(target)}`)
      if (!(await answer.text()).includes('\nprobe_success 1')) wrong++
    }
  }
  await Promise.all(Array.from({ length: at_once }, lane))
  if (wrong > count * MOST_WRONG) throw new Error(`${wrong} of ${count} checks of ${target} by the exporter failed`)
  return (1_000 * count) / (usage(pid).cpu_ms - before)
}
async function ours({ job, count: few, at_once, target }: Kind) {
  const count = few * LONGER
  const found = await apart<{ cpu_ms: number; up: number; failed: string }>('cost', { job, count, at_once })
  if (found.up < count * (1 - MOST_WRONG))
    throw new Error(`${count - found.up} of ${count} checks of ${target} failed: ${found.failed}`)
  return (1_000 * count) / found.cpu_ms
}

const { child: nginx, plain, secure } = await startNginx()
const exporter = await startExporter()
const rows: Row[] = []
try {
  for (const kind of kinds(plain, secure)) {
    const rates: { ours: number; theirs: number }[] = []
    for (let round = 0; round < rounds; round++)
      rates.push({
        theirs: await theirs({ port: exporter.port, pid: exporter.child.pid }, kind),
        ours: await ours(kind),
      })
    const median = (of: (one: (typeof rates)[number]) => number) => percentile(sorted(rates.map(of)), 0.5)
    const ratio = median((one) => one.ours / one.theirs)
    rows.push({
      row: '–',
      what: `${kind.name} checks for each second of processor time, ours ÷ blackbox_exporter`,
      goal: `≥ ${kind.goal}`,
      we: `${short(ratio, 1)} (${short(
        median((one) => one.ours),
        0,
      )} and ${short(
        median((one) => one.theirs),
        0,
      )})`,
      met: ratio >= kind.goal,
    })
  }
} finally {
  for (const { child } of [{ child: nginx }, exporter]) {
    child.kill('SIGTERM')
    await child.exited
  }
  rmSync(folder, { recursive: true, force: true })
}
print(...rows)
