/**
 * The appliance's own way to the network breaks, with a verdict; exit code 1 when a promise was broken. Needs root:
 *   bun bench/uplink.ts [--binary dist/xinex] [--minutes 5] [--monitors 500] [--interval 20] [--threshold 2]
 * The appliance runs in a network namespace; its targets, its anchor and the receiver of its messages are outside, behind a
 * pair of virtual cables that is unplugged. One target really goes down meanwhile. With a threshold of one, a single
 * failure that is believed although it was our own is a false alarm.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { serve, tokenFrom } from './appliance'
import { createClient, type Incident, signIn } from './client'
import { machine, quiet } from './goal'
import { hookChannel, openHook } from './hook'
import { binaryOption, httpMonitors, openTarget } from './stage'
import { type Blind, judgeUplink } from './uplink-judge'
import { conclude, say } from './verdict'

const { values } = parseArgs({
  options: {
    ...binaryOption,
    minutes: { type: 'string', default: '5' },
    monitors: { type: 'string', default: '500' },
    interval: { type: 'string', default: '20' },
    threshold: { type: 'string', default: '2' },
  },
})
const count = Number(values.monitors)
const interval = Number(values.interval)
const cut_ms = Number(values.minutes) * 60_000
const PORT = 3_000
const binary = resolve(values.binary)
/** The monitor whose target goes down while nobody can see it. */
const DEAD = 1
const mark = process.pid % 250
const space = `xinex-bench-${process.pid}`
const [outside, inside] = [`10.213.${mark}.1`, `10.213.${mark}.2`]
/** Behind the gateway outside; each address is a machine of its own to whoever asks. */
const targets = `10.214.${mark}`
const HOSTS = 250
/** Names of network devices are at most 15 characters long. */
const [near, far] = [`xb${process.pid % 1e6}o`, `xb${process.pid % 1e6}i`]

function run(...command: string[]) {
  const { exitCode, stderr } = Bun.spawnSync(command, { stdout: 'ignore', stderr: 'pipe' })
  if (exitCode !== 0) throw new Error(`${command.join(' ')}: ${stderr.toString().trim()}`)
}
const within = ['ip', 'netns', 'exec', space]
function lay() {
  run('ip', 'netns', 'add', space)
  run('ip', 'link', 'add', near, 'type', 'veth', 'peer', 'name', far, 'netns', space)
  run('ip', 'addr', 'add', `${outside}/24`, 'dev', near)
  run('ip', 'link', 'set', near, 'up')
  run(...within, 'ip', 'link', 'set', 'lo', 'up')
  run(...within, 'ip', 'addr', 'add', `${inside}/24`, 'dev', far)
  run(...within, 'ip', 'link', 'set', far, 'up')
  run('ip', 'route', 'add', 'local', `${targets}.0/24`, 'dev', 'lo')
  run(...within, 'ip', 'route', 'add', `${targets}.0/24`, 'via', outside)
}
function clear() {
  run('ip', 'netns', 'del', space)
  run('ip', 'route', 'del', 'local', `${targets}.0/24`, 'dev', 'lo')
}

console.log(`${machine()}; ${(await quiet()).text}`)
lay()
const data = mkdtempSync(join(tmpdir(), 'xinex-bench-'))
const target = await openTarget({ host: '0.0.0.0' })
const hook = openHook({ host: outside })
const anchor = Bun.listen({ hostname: outside, port: 0, socket: { data() {} } })
const { child, base } = await serve(binary, data, { host: inside, port: PORT, prefix: within })
let kept = false
try {
  const client = createClient(() => base, [await tokenFrom(binary, data, 'bench')])
  const atHost = (number: number) => `http://${targets}.${(number % HOSTS) + 1}:${target.port}`
  const person = await signIn(base)
  const set = await fetch(`${base}/api/v1/admin/uplink`, {
    method: 'PUT',
    headers: { ...person, 'content-type': 'application/json' },
    body: JSON.stringify({ anchors: [`${outside}:${anchor.port}`] }),
  })
  if (!set.ok) throw new Error(`PUT /admin/uplink answered ${set.status}: ${await set.text()}`)
  await client.post('/notification-channels', hookChannel(hook))
  const ids = await client.add(httpMonitors(count, atHost, { interval, alert_threshold: Number(values.threshold) }))
  await Bun.sleep(3 * interval * 1_000)
  say(`${count} monitors are there; the cable is unplugged for ${Math.round(cut_ms / 1_000)} s`)
  const from = Date.now()
  run('ip', 'link', 'set', near, 'down')
  await Bun.sleep(cut_ms / 2)
  const died = Date.now()
  await target.plan({ windows: { [DEAD]: [{ from: died, until: Number.MAX_SAFE_INTEGER, kind: 'fail' }] } })
  await Bun.sleep(from + cut_ms - Date.now())
  run('ip', 'link', 'set', near, 'up')
  const until = Date.now()
  say('the cable is plugged in again')
  await Bun.sleep(2 * interval * 1_000 + 20_000)
  const incidents = await client.all<Incident>('/incidents')
  const blind = await client.all<Blind>('/probers/blind-periods')
  const { received } = hook
  kept = conclude(
    await judgeUplink({
      client,
      ids,
      incidents,
      blind,
      received,
      from,
      until,
      interval_ms: interval * 1_000,
      dead: DEAD,
    }),
  )
} finally {
  child.kill('SIGTERM')
  await child.exited
  anchor.stop(true)
  hook.stop()
  target.stop()
  clear()
  rmSync(data, { recursive: true, force: true })
}
process.exit(kept ? 0 : 1)
