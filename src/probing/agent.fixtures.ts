import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { logTo } from '#kernel/log'
import type { Verdict } from '#probes/define'
import { createAgent } from '#probing/agent'
import { signatureOf } from '#probing/agent-wire'
import type { Assignment, Prober, ProberEvents } from '#probing/define'
import { openSpool } from '#probing/spool'
import type { createTestClock } from '../../test/clock'

export const START = Date.parse('2026-05-01T12:00:00.000Z')
export const TOKEN = `xinex_prober_${'a'.repeat(64)}`

export type Sent = {
  boot: string
  seq: number
  clock_offset_ms?: number
  results: { number: number; version: number; at: string; verdict: Verdict }[]
  stats: { buffered: number; dropped: number; lag_ms: number; running: number; uplink: { state: string } }
}
type Answer = Response | Promise<Response>
type Route = (request: Request, url: URL, text: string) => Answer

/** Resolves when it holds; asked again whenever the event loop has nothing else to do. */
export async function until(what: string, holds: () => boolean) {
  const end = performance.now() + 5_000
  while (!holds()) {
    if (performance.now() > end) throw new Error(`It did not happen: ${what}`)
    await new Promise<void>((done) => setTimeout(done, 1))
  }
}

/** A server as far as probers see it, on a port of its own; what it answers is up to the test. */
export function fakeServer(now: () => number, tls?: { cert: string; key: string }) {
  const batches: Sent[] = []
  const asked: string[] = []
  let jobs: object = { set: [], remove: [], full: true, anchors: [], again: [] }
  let revision = 1
  let waiting: (() => void)[] = []
  /** Signatures that did not fit. */
  const forged: string[] = []
  const time = () => ({ server_time: new Date(now()).toISOString() })
  const answers: Record<string, Route> = {
    register: () => Response.json({ id: 'p1', name: 'Attic', region: 'ulm', ...time() }),
    async jobs(_, url) {
      if (url.searchParams.get('since') === String(revision)) await new Promise<void>((done) => waiting.push(done))
      return Response.json({ ...jobs, revision: String(revision), ...time() })
    },
    results(request, _, text) {
      const stamp = Number(request.headers.get('x-xinex-timestamp'))
      const wanted = signatureOf(TOKEN, stamp, text)
      if (request.headers.get('x-xinex-signature-256') !== wanted || Math.abs(now() / 1000 - stamp) > 300)
        forged.push(text)
      const batch = JSON.parse(text) as Sent
      batches.push(batch)
      return Response.json({ accepted: batch.results.length, again: [], revision: String(revision), ...time() })
    },
  }
  const now_answers = { ...answers }
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    idleTimeout: 0,
    ...(tls ? { tls } : {}),
    async fetch(request) {
      const url = new URL(request.url)
      const name = url.pathname.split('/').at(-1) ?? ''
      asked.push(`${name}${url.search}`)
      const text = await request.text()
      return (now_answers[name] ?? (() => new Response('no such page', { status: 404 })))(request, url, text)
    },
  })
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${server.port}`,
    port: server.port as number,
    batches,
    asked,
    forged,
    /** All results that were received, in order. */
    received: () => batches.flatMap(({ results }) => results),
    count: (name: string) => asked.filter((one) => one.startsWith(name)).length,
    /** Something has changed: whoever waits is answered. */
    give(change: object) {
      jobs = { set: [], remove: [], full: false, anchors: [], again: [], ...change }
      revision++
      for (const done of waiting.splice(0)) done()
    },
    /** What one of the routes answers from now on; without a route, as usual again. */
    answer(name: string, route?: Route) {
      const usual = answers[name]
      if (usual) now_answers[name] = route ?? usual
    },
    usual: (name: string): Route => answers[name]!,
    waiting: () => waiting.length,
    stop() {
      waiting = []
      return server.stop(true)
    },
  }
}
export type FakeServer = ReturnType<typeof fakeServer>

/** A prober that checks nothing: the test says what it has found. */
function handProber() {
  let events: ProberEvents | undefined
  const held = new Map<number, Assignment>()
  const again: [number, number][] = []
  const assigned: [number, string | undefined][] = []
  let anchors: string[] = []
  let stopped = 0
  const prober: Prober = {
    start() {},
    async stop() {
      stopped++
    },
    assign(list, first) {
      for (const one of list) {
        held.set(one.number, one)
        assigned.push([one.number, first])
      }
    },
    remove(numbers) {
      for (const number of numbers) held.delete(number)
    },
    again: (number, delay_ms) => void again.push([number, delay_ms]),
    check: async () => undefined,
    dryRun: async () => ({ status: 'unknown', message: 'not here' }),
    setAnchors(list) {
      anchors = list
    },
    stats: () => ({
      ...{ count: 0, p50_ms: 0, p99_ms: 0, max_ms: 0 },
      lag_ms: 3,
      running: 1,
      queued: 0,
      monitors: held.size,
    }),
    settled: async () => {},
  }
  return {
    make(given: ProberEvents) {
      events = given
      return prober
    },
    events: () => events!,
    held,
    again,
    assigned,
    anchors: () => anchors,
    stopped: () => stopped,
  }
}

export const assignment = (number: number, url = 'http://target.test/'): Assignment => ({
  number,
  version: START,
  interval_ms: 60_000,
  job: { type: 'http', url, settings: {}, timeout_ms: 1_000, degraded_ms: null, inverted: false },
})
export const up = (more: Partial<Verdict> = {}): Verdict => ({
  status: 'up',
  message: 'Answered',
  response_time_ms: 5,
  ...more,
})
export const down = (more: Partial<Verdict> = {}): Verdict => ({
  ...{ status: 'down', reason: 'timeout', message: 'No answer' },
  ...more,
})

type More = {
  folder?: string
  ahead_ms?: number
  server?: string
  ca?: string
  anchors?: string[]
  token?: () => string
}

/** An agent against a server of the test, on a clock that stands still; `ahead_ms`: how wrong its own is. */
export function agentOn(server: FakeServer, clock: ReturnType<typeof createTestClock>, more: More = {}) {
  const { ahead_ms = 0, anchors = [], token = () => TOKEN, ca } = more
  const folder = more.folder ?? mkdtempSync(join(tmpdir(), 'xinex-agent-'))
  const lines: string[] = []
  const log = logTo((line) => lines.push(line), 'info', clock.now)
  const own = { ...clock, now: () => clock.now() + ahead_ms }
  const hand = handProber()
  const agent = createAgent({
    ...{ server: more.server ?? server.url, token, ca, anchors, clock: own, log },
    facts: { version: '1.0.0', hostname: 'attic', platform: 'linux-x64' },
    spool: openSpool({ folder: join(folder, 'spool'), clock: own, log }),
    createProber: hand.make,
    random: () => 1,
  })
  return {
    agent,
    hand,
    folder,
    lines,
    logged: (text: string) => lines.filter((line) => line.includes(text)).length,
    found: (...results: [number, Verdict][]) =>
      hand.events().onResults(results.map(([number, verdict]) => ({ number, version: START, at: own.now(), verdict }))),
    /** Time passes in small steps, with room for the network in between. */
    async pass(ms: number) {
      for (let left = ms; left > 0; left -= 500) {
        await clock.advance(Math.min(left, 500))
        await new Promise<void>((done) => setTimeout(done, 2))
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
export type AgentOn = ReturnType<typeof agentOn>
