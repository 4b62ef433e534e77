import { type Clock, isoAt } from '#kernel/clock'
import type { Log } from '#kernel/log'
import type { ServerClock } from '#probing/agent-clock'
import { lookAgain } from '#probing/agent-jobs'
import { corrected, createNews, lineOf } from '#probing/agent-lines'
import { createAlarm, createBackoff, type Link, SLOW_MS } from '#probing/agent-link'
import type { Outcome, Wire } from '#probing/agent-wire'
import type { Prober, Result, Uplink } from '#probing/define'
import type { Batch, Spool } from '#probing/spool'

type Options = {
  ask: Wire
  clock: Clock
  server_clock: ServerClock
  log: Log
  link: Link
  prober: Pick<Prober, 'again' | 'stats'>
  spool: Spool
  random: () => number
}

/** What the server takes at once: 1,000 results, and far less than the 4 MB it reads. */
const MOST = { lines: 1_000, bytes: 524_288 }
const GATHER_MS = 5_000
const HEARTBEAT_MS = 10_000
/** Between two requests, even when much is urgent. */
const APART_MS = 100
/** Between two requests while a backlog is delivered, so that checks and other probers have their share. */
const REPLAY_MS = 250
const DEADLINE_MS = 15_000
/** A way that is slower than this counts as none. */
const LEAST_BYTES_PER_S = 8_192
/** So many single results refused one after the other: it is not them. */
const SUSPICIOUS = 10
/** The server read it and found it wrong; as a whole, or something in it. */
const ABOUT_CONTENT = [400, 413, 422]

/** Brings results to the server: one request at a time, in order, the same batch until it was received. */
export function createSender({ ask, clock, server_clock, log, link, prober, spool, random }: Options) {
  const boot = Bun.randomUUIDv7()
  /** Cut short by news; the pause after a failure is not. */
  const alarm = createAlarm(clock)
  const pause = createAlarm(clock)
  const backoff = createBackoff(random)
  const news = createNews()
  let seq = 0
  let batch: (Batch & { seq: number }) | undefined
  let urgent = false
  let most_lines = MOST.lines
  let refused_in_a_row = 0
  let finishing = false
  let closed = false
  let uplink: Uplink = { state: 'unset', since: clock.now(), anchors: [] }
  let begun_at = Number.NEGATIVE_INFINITY
  let took_ms = 0

  function stats() {
    const { lag_ms, running } = prober.stats()
    const { waiting, dropped, damaged } = spool.stats()
    const since = isoAt(uplink.since - (server_clock.offset() ?? 0))
    return {
      ...{ lag_ms: Math.round(lag_ms), running, buffered: Math.max(0, waiting - (batch?.lines.length ?? 0)) },
      ...{ dropped: dropped + damaged, uplink: { ...uplink, since } },
    }
  }
  function bodyOf(lines: string[], number: number) {
    const clock_offset_ms = server_clock.offset()
    const about = { boot, seq: number, sent_at: isoAt(server_clock.now()), clock_offset_ms, stats: stats() }
    // The results are text already: nothing is gained by reading them first.
    return `${JSON.stringify(about).slice(0, -1)},"results":[${lines.join()}]}`
  }

  async function send(signal: AbortSignal): Promise<Outcome> {
    if (!batch) {
      const next = spool.next({ ...MOST, lines: most_lines })
      batch = next && { ...next, seq: ++seq }
    }
    urgent = false
    const offset = server_clock.offset() ?? 0
    const lines = (batch?.lines ?? []).map((line) => corrected(line, offset))
    const body = bodyOf(lines, batch?.seq ?? ++seq)
    const deadline_ms = DEADLINE_MS + Math.ceil(body.length / LEAST_BYTES_PER_S) * 1000
    const began = { at: clock.now(), steady: clock.monotonic() }
    begun_at = began.steady
    const outcome = await ask({ method: 'POST', path: '/results', body, signed: true, deadline_ms, signal })
    took_ms = clock.monotonic() - began.steady
    if (outcome.kind !== 'ok') return outcome
    const server_at = Date.parse(String(outcome.body.server_time))
    if (typeof outcome.body.accepted !== 'number' || Number.isNaN(server_at))
      return { kind: 'failed', why: 'what answers there is not Xinex' }
    server_clock.heard(began, server_at)
    return outcome
  }

  function received(body: Record<string, unknown>) {
    batch?.done()
    batch = undefined
    most_lines = Math.min(MOST.lines, most_lines * 2)
    refused_in_a_row = 0
    backoff.reset()
    lookAgain(prober, body.again)
  }

  /** Something in the batch is not to the server's liking: halves of it are tried, until it stands alone and is given up. */
  function refused(status: number, why: string): number {
    const size = batch?.lines.length ?? 0
    if (!ABOUT_CONTENT.includes(status) || size === 0) {
      log.error('The server does not take results', { status, why })
      return SLOW_MS
    }
    if (size > 1) most_lines = Math.max(1, Math.floor(size / 2))
    else {
      const { number } = JSON.parse(batch?.lines[0]?.json ?? '{}') as { number?: number }
      log.error('The server refused a result; it is given up', { monitor: number, status, why })
      batch?.done()
      refused_in_a_row++
    }
    batch = undefined
    return refused_in_a_row >= SUSPICIOUS ? SLOW_MS : APART_MS
  }

  /** How long until something is to be sent. */
  function rest(): number {
    const since = clock.monotonic() - begun_at
    const { waiting } = spool.stats()
    if (finishing) return 0
    if (batch) return APART_MS - since
    if (waiting >= MOST.lines || (waiting > 0 && most_lines < MOST.lines)) return Math.max(REPLAY_MS, took_ms) - since
    if (urgent) return APART_MS - since
    return (waiting > 0 ? GATHER_MS : HEARTBEAT_MS) - since
  }

  function restAfter(outcome: Outcome): number {
    if (outcome.kind === 'refused') return refused(outcome.status, outcome.why)
    if (outcome.kind === 'failed') return backoff.next(outcome.wait_ms)
    if (outcome.kind === 'ok') received(outcome.body)
    return 0
  }

  return {
    /** Takes what was found; it is on disk when this returns. */
    take(results: Result[]) {
      if (closed) return
      const offset = server_clock.offset()
      const lines = results.map((result) => {
        urgent ||= news.isUrgent(result)
        const kept = link.cut() ? news.slim(result) : result
        news.note(result)
        return lineOf(kept, offset)
      })
      spool.append(lines)
      if (!link.cut()) alarm.ring()
    },
    setUplink(now: Uplink) {
      uplink = now
      urgent = true
      if (!link.cut()) alarm.ring()
    },
    forget: news.forget,
    /** Until the signal says so, the server refuses the token, or all is sent after `finish`; answers with what ended it. */
    async run(signal: AbortSignal): Promise<Outcome['kind']> {
      signal.addEventListener('abort', alarm.ring)
      signal.addEventListener('abort', pause.ring)
      // Whoever has just registered is heard of at once.
      begun_at = Number.NEGATIVE_INFINITY
      while (!signal.aborted) {
        const wait = rest()
        if (wait > 0) {
          await alarm.wait(wait)
          continue
        }
        if (finishing && !batch && spool.stats().waiting === 0) break
        const outcome = await send(signal)
        if (signal.aborted && outcome.kind !== 'ok') break
        link.heard(outcome)
        if (outcome.kind === 'unauthorized' || outcome.kind === 'out_of_time') return outcome.kind
        const wait_ms = restAfter(outcome)
        if (finishing && outcome.kind !== 'ok') break
        if (wait_ms > 0) await pause.wait(wait_ms)
      }
      return 'ok'
    },
    /** The server is there again. */
    hurry() {
      urgent = true
      alarm.ring()
      pause.ring()
    },
    /** Sends what there is, once more, and ends. */
    finish() {
      finishing = true
      alarm.ring()
      pause.ring()
    },
    close() {
      closed = true
    },
  }
}
export type Sender = ReturnType<typeof createSender>
