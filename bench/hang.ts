/**
 * Row 16: a fifth of the targets hang, half of them without an answer and half without even a connection; what that does to
 * the punctuality of the others, to open sockets and to memory:
 *   bun bench/hang.ts [--binary dist/xinex] [--monitors 10000] [--interval 60] [--hosts 200]
 * The targets are spread over addresses of the loopback network, each a machine of its own to the appliance.
 */
import { parseArgs } from 'node:util'
import { firstLine, openFiles, percentile, sorted } from './appliance'
import { print, short } from './goal'
import { binaryOption, httpMonitors, onStage, type Stage } from './stage'
import { lateness } from './target-log'

const { values } = parseArgs({
  options: {
    ...binaryOption,
    monitors: { type: 'string', default: '10000' },
    interval: { type: 'string', default: '60' },
    hosts: { type: 'string', default: '200' },
  },
})
const count = Number(values.monitors)
const interval = Number(values.interval)
const hosts = Number(values.hosts)
const HANGING = 5
/** How many checks are under way at once at most; a few files more belong to the databases and listeners. */
const MOST_SOCKETS = 2_200
const MOST_GROWTH_MB = 40
/** A slot, two tries of ten seconds and what is between them take less. */
const PATIENCE_MS = 600_000

/** Every fifth host hangs; every second one of these takes no connection. */
const hostOf = (number: number) => number % hosts
const hangs = (number: number) => hostOf(number) % HANGING === 0
const isDeaf = (number: number) => hangs(number) && (hostOf(number) / HANGING) % 2 === 0
const addressOf = (number: number) => `127.0.${1 + (hostOf(number) >> 7)}.${1 + (hostOf(number) & 127)}`

/** A listener that stands still: once its queue is full, the kernel drops what else wants to connect. */
async function deaf() {
  const code = `const s = require('node:net').createServer(); s.listen({ port: 0, host: '0.0.0.0', backlog: 1 }, () => console.log(s.address().port))`
  const child = Bun.spawn([process.execPath, '-e', code], { stdout: 'pipe' })
  const port = Number(await firstLine(child.stdout))
  child.kill('SIGSTOP')
  return { port, stop: () => child.kill('SIGKILL') }
}

/** A window of one interval: how late the healthy ones are, and the most of files and memory. */
async function observe({ target, pid, usage }: Stage) {
  await target.reset()
  let files = 0
  let rss_mb = 0
  for (let second = 0; second < interval; second++) {
    await Bun.sleep(1_000)
    files = Math.max(files, openFiles(pid()))
    rss_mb = Math.max(rss_mb, usage().rss_mb)
  }
  const log = (await target.log()).filter(({ number }) => !hangs(number))
  const late = sorted(log.map(({ number, at }) => lateness(number, at, interval * 1_000)))
  return { files, rss_mb, late, p99: percentile(late, 0.99), checks: late.length }
}

const listener = await deaf()
try {
  await onStage({ binary: values.binary, host: '0.0.0.0' }, async (stage) => {
    const { client, target } = stage
    const at = (number: number) => `http://${addressOf(number)}:${isDeaf(number) ? listener.port : target.port}`
    const drafts = httpMonitors(count, at, { interval })
    await client.add(drafts.map((draft, i) => (hangs(i + 1) ? { ...draft, enabled: false, tags: ['hanging'] } : draft)))
    const windows = Object.fromEntries(
      drafts.flatMap((_, i) =>
        hangs(i + 1) ? [[i + 1, [{ from: 0, until: Number.MAX_SAFE_INTEGER, kind: 'hang' as const }]]] : [],
      ),
    )
    await target.plan({ windows })
    await Bun.sleep((interval + 5) * 1_000)
    const before = await observe(stage)
    await client.post('/monitors/bulk', { action: 'resume', filter: { tag: 'hanging' } })
    const begun = performance.now()
    const hanging = drafts.filter((_, i) => hangs(i + 1)).length
    let found = 0
    while (found < hanging && performance.now() - begun < PATIENCE_MS) {
      await Bun.sleep(1_000)
      found = (await client.get<{ counts: Record<string, number> }>('/monitors/summary')).counts.down ?? 0
    }
    const found_s = (performance.now() - begun) / 1_000
    const after = await observe(stage)
    const healthy = count - hanging
    print({
      row: 16,
      what: `${hanging} of ${count} targets hang: lateness of the others before → meanwhile; most open files; memory`,
      goal: 'no effect; bounded',
      we:
        `p99 ${short(before.p99)} → ${short(after.p99)} ms, most ${short(percentile(before.late, 1))} → ${short(percentile(after.late, 1))}; ` +
        `${before.files} → ${after.files} files; ${short(before.rss_mb, 0)} → ${short(after.rss_mb, 0)} MB; ${found} found down within ${short(found_s, 0)} s, ${after.checks} of ${healthy} others checked`,
      met:
        after.p99 <= Math.max(25, 1.5 * before.p99) &&
        after.files <= MOST_SOCKETS &&
        after.rss_mb - before.rss_mb <= MOST_GROWTH_MB &&
        found === hanging &&
        after.checks >= 0.999 * healthy,
    })
  })
} finally {
  listener.stop()
}
