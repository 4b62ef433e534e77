/**
 * How long from the first bad answer of a target until the webhook has it, with one failure being enough:
 *   bun bench/alert.ts [--binary dist/xinex] [--flips 50]
 * Each flip is a monitor of its own that begins to fail at another time and is met by its regular check. The incident, its
 * evidence and the message are committed to the disk before anything is sent.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { percentile, serve, tokenFrom } from './appliance'

const INTERVAL_S = 5
const { values } = parseArgs({
  options: { binary: { type: 'string', default: 'dist/xinex' }, flips: { type: 'string', default: '50' } },
})
const binary = resolve(values.binary)
const flips = Number(values.flips)

const failing = new Set<string>()
const answered = new Map<string, number>()
const took: number[] = []
let finished = () => {}
const all = new Promise<void>((done) => {
  finished = done
})

const world = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  async fetch(request) {
    const { pathname } = new URL(request.url)
    if (pathname === '/hook') {
      const received = performance.now()
      const { event, data } = (await request.json()) as { event: string; data: { monitor: { name: string } } }
      if (event === 'incident.created') took.push(received - (answered.get(data.monitor.name) ?? Number.NaN))
      if (took.length === flips) finished()
      return new Response('ok')
    }
    const name = pathname.slice(3)
    if (!failing.has(name)) return new Response('ok')
    if (!answered.has(name)) answered.set(name, performance.now())
    return new Response('broken', { status: 500 })
  },
})
const here = `http://127.0.0.1:${world.port}`
const data = mkdtempSync(join(tmpdir(), 'xinex-bench-'))
const { child, base } = await serve(binary, data, 41_790)
try {
  const token = await tokenFrom(binary, data, 'alert')
  const post = async (path: string, body: unknown) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const answer = await fetch(`${base}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    if (answer.status !== 201) throw new Error(`POST ${path} answered ${answer.status}: ${await answer.text()}`)
  }
  await post('/notification-channels', { name: 'hook', type: 'webhook', settings: { url: `${here}/hook` } })
  for (let n = 0; n < flips; n++)
    await post('/monitors', {
      name: `m${n}`,
      type: 'http',
      url: `${here}/m/m${n}`,
      interval: INTERVAL_S,
      alert_threshold: 1,
    })
  await Bun.sleep(2 * INTERVAL_S * 1000)
  for (let n = 0; n < flips; n++) {
    failing.add(`m${n}`)
    await Bun.sleep(200)
  }
  await Promise.race([
    all,
    Bun.sleep(4 * INTERVAL_S * 1000).then(() => {
      throw new Error(`only ${took.length} of ${flips} alarms arrived`)
    }),
  ])
  took.sort((a, b) => a - b)
  const ms = (share: number) => percentile(took, share).toFixed(2)
  console.log(`first bad answer → webhook, ${flips} flips: p50 ${ms(0.5)} ms, p99 ${ms(0.99)} ms, max ${ms(1)} ms`)
} finally {
  child.kill('SIGTERM')
  await child.exited
  rmSync(data, { recursive: true, force: true })
  world.stop(true)
}
