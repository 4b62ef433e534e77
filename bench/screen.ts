/**
 * Row 9: what the first screen costs, the page and all that it asks of the API:
 *   bun bench/screen.ts [--binary dist/xinex] [--monitors 10000] [--rounds 20] [--age 365]
 * Asked one after the other by a signed-in person, so that the times are the server's. With --age the history is filled
 * before with so many days of hourly and daily figures, and memory after such a history (row 8) is told as well.
 */
import { request } from 'node:http'
import { parseArgs } from 'node:util'
import { percentile, sorted } from './appliance'
import { signIn } from './client'
import { fillHistory } from './fill'
import { print, type Row, short } from './goal'
import { binaryOption, httpMonitors, onStage } from './stage'

const { values } = parseArgs({
  options: {
    ...binaryOption,
    monitors: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '20' },
    age: { type: 'string', default: '0' },
  },
})
const count = Number(values.monitors)
const age = Number(values.age)
const INTERVAL_S = 60
/** What web/src asks for when the list of monitors is opened. */
const PATHS = [
  '/',
  '/api/v1/me',
  '/api/v1/auth/config',
  '/api/v1/monitors?page=1&per_page=100&include=summary',
  '/api/v1/monitors/summary',
  '/api/v1/monitors/tags?per_page=100',
  '/api/v1/monitor-types',
  '/api/v1/incidents?status=active&per_page=50',
]

/** One answer as it crosses the wire, still compressed. */
const fetched = (url: string, headers: Record<string, string>) =>
  new Promise<{ ms: number; bytes: number }>((done, refuse) => {
    const begun = performance.now()
    request(url, { headers: { ...headers, 'accept-encoding': 'gzip, br' } }, (answer) => {
      let bytes = 0
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length
      })
      answer.on('end', () => {
        if (answer.statusCode === 200) done({ ms: performance.now() - begun, bytes })
        else refuse(new Error(`${url} answered ${answer.statusCode}`))
      })
    })
      .on('error', refuse)
      .end()
  })

await onStage({ binary: values.binary }, async (stage) => {
  const { client, target, data } = stage
  await client.add(httpMonitors(count, target.base, { interval: INTERVAL_S }))
  let young_mb = 0
  if (age > 0) {
    await Bun.sleep((INTERVAL_S + 10) * 1_000)
    young_mb = stage.usage().rss_mb
    await stage.stop()
    fillHistory(data, { monitors: count, days: age, now: Date.now() })
    await stage.start()
  }
  await Bun.sleep((INTERVAL_S + 10) * 1_000)
  const person = await signIn(stage.base())
  const times: number[] = []
  const each = new Map<string, number[]>()
  let bytes = 0
  let first = 0
  for (let round = 0; round < Number(values.rounds); round++) {
    let sum = 0
    bytes = 0
    for (const path of PATHS) {
      const one = await fetched(stage.base() + path, person)
      sum += one.ms
      bytes += one.bytes
      each.set(path, [...(each.get(path) ?? []), one.ms])
    }
    if (round === 0) first = sum
    else times.push(sum)
    await Bun.sleep(500)
  }
  const median = percentile(sorted(times), 0.5)
  const slowest = [...each]
    .map(([path, all]) => ({ path, ms: percentile(sorted(all), 0.5) }))
    .sort((a, b) => b.ms - a.ms)
    .slice(0, 3)
    .map(({ path, ms }) => `${path.split('?')[0]} ${short(ms, 1)}`)
  const who = `${count} monitors${age > 0 ? ` with ${age} days of data` : ''}`
  const rows: Row[] = [
    {
      row: 9,
      what: `first screen, ${who}: server time of the page and its ${PATHS.length - 1} questions; bytes`,
      goal: '≤ 20 ms; ≤ 60 KB',
      we: `median ${short(median, 1)} ms, first ${short(first, 1)} (${slowest.join(', ')}); ${short(bytes / 1024, 1)} KB`,
      met: median <= 20 && bytes <= 60 * 1024,
    },
  ]
  const old_mb = stage.usage().rss_mb
  if (age > 0)
    rows.push({
      row: 8,
      what: `resident memory, ${who}`,
      goal: '+ 10 %',
      we: `${short(young_mb, 0)} → ${short(old_mb, 0)} MB`,
      met: old_mb <= 1.1 * young_mb,
    })
  print(...rows)
})
