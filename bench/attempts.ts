/**
 * What the probing layer promises by itself, each in a process of its own (attempt-process.ts):
 *   bun bench/attempts.ts [--only blocked,simultaneous,names,flight,growth] [--growth 200000] [--flight 10000]
 * Response times while the main thread is busy; no false timeout when thousands answer at once or names resolve slowly;
 * memory with many checks under way and after many checks.
 */
import { createSocket } from 'node:dgram'
import { parseArgs } from 'node:util'
import dnsPacket from 'dns-packet'
import { apart } from './apart'
import { print, type Row, short } from './goal'
import { openTarget, type Target } from './stage'

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'blocked,simultaneous,names,flight,growth' },
    growth: { type: 'string', default: '200000' },
    flight: { type: 'string', default: '10000' },
  },
})
const SIMULTANEOUS = 2_000
const SLOW_NAMES = 64
const NAME_MS = 3_000
const INFLATION_MS = 3

/** A name server that answers names beginning with “slow” after a while, all others at once. */
async function openNames() {
  const socket = createSocket('udp4')
  socket.on('message', (message, peer) => {
    const { id, questions = [] } = dnsPacket.decode(message)
    const [question] = questions
    const answers =
      question?.type === 'A' ? [{ type: 'A' as const, name: question.name, ttl: 60, data: '127.0.0.1' }] : []
    const reply = dnsPacket.encode({
      ...{ type: 'response', id, questions, answers },
      flags: dnsPacket.RECURSION_DESIRED | dnsPacket.RECURSION_AVAILABLE,
    })
    const slow = question?.name.startsWith('slow') ?? false
    const answer = () => open && socket.send(reply, peer.port, peer.address)
    setTimeout(answer, slow ? NAME_MS : 0)
  })
  let open = true
  await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done))
  const stop = () => {
    open = false
    socket.close()
  }
  return { address: `127.0.0.1:${socket.address().port}`, stop }
}

const always = (kind: 'hang' | 'slow' | 'wait') => ({ all: kind })

const runs: Record<string, (target: Target) => Promise<Row>> = {
  async blocked(target) {
    await target.plan(always('wait'))
    type Inflation = { count: number; p50_ms: number; p99_ms: number; calm_ms: number }
    const worker = await apart<Inflation>('blocked', { target: target.base, worker: true })
    const same = await apart<Inflation>('blocked', { target: target.base, worker: false })
    return {
      row: '–',
      what: `response time too long while the main thread is blocked 40 of every 250 ms (${worker.count} checks)`,
      goal: `p99 ≤ ${INFLATION_MS} ms`,
      we: `p50 ${short(worker.p50_ms)}, p99 ${short(worker.p99_ms)} ms (${short(worker.calm_ms)} while it is not); without a worker p99 ${short(same.p99_ms)} ms`,
      met: worker.p99_ms <= INFLATION_MS,
    }
  },
  async simultaneous(target) {
    await target.plan(always('slow'))
    const found = await apart<{ up: number; other: string[] }>('burst', {
      ...{ url: `${target.base}/m/1`, count: SIMULTANEOUS, timeout_ms: 3_000 },
    })
    return {
      row: '–',
      what: `false timeouts of ${SIMULTANEOUS} checks begun together, each answered after 1 s (timeout 3 s)`,
      goal: '0',
      we: `${SIMULTANEOUS - found.up}${found.other.length > 0 ? ` (${found.other[0]})` : ''}`,
      met: found.up === SIMULTANEOUS,
    }
  },
  async names(target) {
    const names = await openNames()
    try {
      const found = await apart<{ healthy: number; p99_ms: number; slow: number; other: string[] }>('names', {
        ...{ server: names.address, port: target.port, slow: SLOW_NAMES, healthy: 200, timeout_ms: 1_000 },
      })
      return {
        row: '–',
        what: `checks of 200 healthy names while ${SLOW_NAMES} others resolve in ${NAME_MS / 1_000} s (timeout 1 s)`,
        goal: 'no false timeout',
        we: `${200 - found.healthy} failed${found.other.length > 0 ? ` (${found.other[0]})` : ''}; p99 ${short(found.p99_ms)} ms`,
        met: found.healthy === 200,
      }
    } finally {
      names.stop()
    }
  },
  async flight(target) {
    await target.plan(always('hang'))
    const count = Number(values.flight)
    const found = await apart<{ rss_mb: number; idle_mb: number; hanging: number }>('flight', {
      target: target.base,
      count,
    })
    return {
      row: '–',
      what: `memory of a process with ${count} checks under way`,
      goal: '≤ 120 MB',
      we: `${short(found.rss_mb, 0)} MB (${short(found.idle_mb, 0)} before), ${found.hanging} under way`,
      met: found.rss_mb <= 120 && found.hanging === count,
    }
  },
  async growth(target) {
    await target.plan({})
    const count = Number(values.growth)
    const found = await apart<{ warm_mb: number; end_mb: number; up: number }>('growth', { target: target.base, count })
    return {
      row: '–',
      what: `growth of memory over ${count} checks`,
      goal: '≤ 10 MB',
      we: `${short(found.end_mb - found.warm_mb, 1)} MB (${short(found.warm_mb, 0)} → ${short(found.end_mb, 0)}), ${found.up} up`,
      met: found.end_mb - found.warm_mb <= 10 && found.up === count,
    }
  },
}

const rows: Row[] = []
const target = await openTarget()
try {
  for (const name of values.only.split(',')) {
    await target.plan({})
    const run = runs[name]
    if (!run) throw new Error(`--only ${name}: expected some of ${Object.keys(runs).join(', ')}`)
    rows.push(await run(target))
  }
} finally {
  target.stop()
}
print(...rows)
