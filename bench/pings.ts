/**
 * Pings of many jobs at once, and whether each that was answered 200 is there afterwards; exit code 1 when one is not:
 *   bun bench/pings.ts [--binary dist/xinex] [--heartbeats 10000] [--rate 2000] [--seconds 60] [--clients 1] [--kill]
 * The heartbeats are made through the API. The pings come when they are due, whatever has been answered (an open loop), over
 * kept-alive connections from processes of their own; how long one took counts from when it was due. --kill ends the
 * appliance (-9) in the middle and starts it again: what was answered before and after has to be there.
 */
import { parseArgs } from 'node:util'
import { percentile, sorted } from './appliance'
import type { Client } from './client'
import { machine, print, quiet, type Row, short } from './goal'
import type { Counted, Order } from './ping-client'
import { binaryOption, onStage, type Stage } from './stage'
import { say, some } from './verdict'

const { values } = parseArgs({
  options: {
    ...binaryOption,
    heartbeats: { type: 'string', default: '10000' },
    rate: { type: 'string', default: '2000' },
    seconds: { type: 'string', default: '60' },
    clients: { type: 'string', default: '1' },
    connections: { type: 'string', default: '64' },
    kill: { type: 'boolean', default: false },
  },
})
const [count, rate, seconds, clients] = [values.heartbeats, values.rate, values.seconds, values.clients].map(
  Number,
) as [...[number, number, number, number]]
/** Requests under way at once while heartbeats are made. */
const MAKERS = 16
/** A ping a second to each would be turned away. */
const MOST_A_MINUTE = 120
const WARM_S = 2

type Heartbeat = { id: string; slug: string; pings: number }

async function make(client: Client): Promise<Heartbeat[]> {
  const made: Heartbeat[] = []
  let next = 0
  const maker = async () => {
    while (next < count) {
      const name = `Job ${++next}`
      made.push(await client.post<Heartbeat>('/heartbeats', { name, schedule: { kind: 'interval', every_s: 3_600 } }))
    }
  }
  await Promise.all(Array.from({ length: MAKERS }, maker))
  return made
}

/** Client processes that share the heartbeats and the rate; answers what each counted, with its slugs. */
function clientsOf(port: number, slugs: string[], some_s: number) {
  const shares = Array.from({ length: clients }, (_, i) => slugs.filter((__, n) => n % clients === i))
  const orders = shares.map((own): Order => {
    return {
      port,
      slugs: own,
      rate: rate / clients,
      seconds: some_s,
      connections: Math.ceil(Number(values.connections) / clients),
    }
  })
  return Promise.all(
    orders.map(async (order) => {
      const child = Bun.spawn([process.execPath, `${import.meta.dir}/ping-client.ts`], {
        ...{ stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' },
      })
      child.stdin.write(JSON.stringify(order))
      await child.stdin.end()
      // Safe: the output of ping-client.ts.
      return { slugs: order.slugs, ...(JSON.parse(await new Response(child.stdout).text()) as Counted) }
    }),
  )
}
type Sent = Awaited<ReturnType<typeof clientsOf>>

/** Pings of each heartbeat that were answered 200, and of which there is no trace. */
async function missing(client: Client, before: Heartbeat[], sents: Sent[]) {
  const answered = new Map<string, number>()
  for (const { slugs, answered: counts } of sents.flat())
    for (const [i, slug] of slugs.entries()) answered.set(slug, (answered.get(slug) ?? 0) + (counts[i] ?? 0))
  const now = new Map((await client.all<Heartbeat>('/heartbeats')).map(({ id, pings }) => [id, pings]))
  const lost: string[] = []
  let [kept, acknowledged] = [0, 0]
  for (const { id, slug, pings } of before) {
    const [there, told] = [(now.get(id) ?? 0) - pings, answered.get(slug) ?? 0]
    kept += there
    acknowledged += told
    if (there < told) lost.push(`${id}: ${told} answered, ${there} kept`)
  }
  return { kept, acknowledged, lost }
}

/** Ends it in the middle and starts it again; answers how long it was away. */
async function killInTheMiddle(stage: Stage): Promise<number> {
  await Bun.sleep((seconds * 1_000) / 2)
  const from = performance.now()
  await stage.kill()
  say('killed')
  await stage.start()
  return performance.now() - from
}

async function measure(stage: Stage): Promise<Row[]> {
  const { client } = stage
  say(`making ${count} heartbeats`)
  const made = await make(client)
  const slugs = made.map(({ slug }) => slug)
  const port = Number(new URL(stage.base()).port)
  // Slugs are looked up once, and code is compiled: a moment that comes once after a start.
  const warm = await clientsOf(port, slugs, WARM_S)
  const begun = stage.usage()
  say(`${rate} pings a second for ${seconds} s`)
  const killed = values.kill ? killInTheMiddle(stage) : undefined
  const sent = await clientsOf(port, slugs, seconds)
  const away_ms = await killed
  const ended = stage.usage()
  const { kept, acknowledged, lost } = await missing(client, made, [warm, sent])
  const times = sorted(sent.flatMap((one) => one.times))
  const due = sent.reduce((all, one) => all + one.due, 0)
  const cut = sent.reduce((all, one) => all + one.lost, 0)
  const others = JSON.stringify(Object.assign({}, ...sent.map((one) => one.others)))
  const kind = `${rate} pings/s to ${count} heartbeats${values.kill ? ', killed in the middle' : ''}`
  const loss: Row = {
    ...{ row: '–', what: `pings that were answered 200 and are not there, ${kind}`, goal: '0' },
    we: `${lost.length === 0 ? 0 : some(lost)}; ${acknowledged} answered, ${kept} kept, ${times.length} of ${due} in time; other answers ${others}, ${cut} cut off`,
    met: lost.length === 0 && (values.kill || (kept === acknowledged && times.length === due)),
  }
  if (away_ms !== undefined)
    return [loss, { row: '–', what: 'away after the kill', goal: '–', we: `${short(away_ms, 0)} ms` }]
  const percent = (ended.cpu_ms - begun.cpu_ms) / (seconds * 10)
  return [
    loss,
    {
      ...{ row: '–', what: `until a ping is on disk and answered, ${kind}`, goal: '–' },
      we: `p50 ${short(percentile(times, 0.5))}, p99 ${short(percentile(times, 0.99))}, most ${short(times.at(-1) ?? 0)} ms`,
    },
    {
      ...{ row: '–', what: `processor time, ${kind}`, goal: '≤ 100 % of one' },
      we: `${short(percent, 0)} %, ${short((ended.cpu_ms - begun.cpu_ms) / Math.max(1, times.length), 3)} ms a ping`,
      met: percent <= 100,
    },
    { row: '–', what: `resident memory, ${kind}`, goal: '–', we: `${short(ended.rss_mb, 0)} MB` },
    {
      ...{ row: '–', what: `written to disk a ping, ${kind}`, goal: '–' },
      we: `${short((ended.written - begun.written) / 1_024 / Math.max(1, times.length))} KB`,
    },
  ]
}

if ((rate * 60) / count > MOST_A_MINUTE)
  throw new Error(`--rate ${rate}: each heartbeat takes ${MOST_A_MINUTE} pings a minute; make more of them`)
console.log(`${machine()}; ${(await quiet()).text}`)
const rows = await onStage({ binary: values.binary }, measure)
print(...rows)
process.exit(rows.some(({ met }) => met === false) ? 1 : 0)
