import type { Clock, Timer } from '#kernel/clock'
import type { Log } from '#kernel/log'
import { createServerClock } from '#probing/agent-clock'
import { createJobs } from '#probing/agent-jobs'
import { createAlarm, createBackoff, createLink, SLOW_MS } from '#probing/agent-link'
import { createSender } from '#probing/agent-sender'
import { createWire, type Outcome } from '#probing/agent-wire'
import type { Prober, ProberEvents, Uplink } from '#probing/define'
import type { Spool } from '#probing/spool'

type Options = {
  server: string
  token: () => string
  ca?: string
  /** What it says of itself. */
  facts: { version: string; hostname: string; platform: string }
  /** Its own, besides those that the server gives. */
  anchors: string[]
  clock: Clock
  log: Log
  spool: Spool
  createProber: (events: ProberEvents) => Prober
  random?: () => number
}

const REGISTER_DEADLINE_MS = 15_000
/** How long a stop may take, with the sending of what there is. */
const STOP_MS = 5_000

const TOKEN_INVALID =
  'The token of this prober is not valid (any more): the checks are stopped and results wait in the spool. ' +
  'Give it a new one: "New token" at Probers in the web interface'

/** What the answer to a registration means when it is none. */
function sentenceOf(outcome: Outcome): string {
  if (outcome.kind === 'unauthorized') return TOKEN_INVALID
  if (outcome.kind !== 'refused') return 'The server did not take the registration'
  if (outcome.status === 404 || outcome.status === 405)
    return 'The server knows nothing of probers: it is older than this program, or another address; upgrade the server first'
  if (outcome.status === 403) return 'This is not the token of a prober; make one at Probers in the web interface'
  return 'The server did not take the registration'
}

/** A prober elsewhere: asks the server what to check, checks it, and brings back what it found. */
export function createAgent(options: Options) {
  const { server, clock, log, spool, facts, createProber, random = Math.random } = options
  const server_clock = createServerClock(clock, log)
  const ask = createWire({ ...options, server_clock })
  /** No more questions but the sending of what there is; and then not even that. */
  const ending = new AbortController()
  const stopping = new AbortController()
  const alarm = createAlarm(clock)
  ending.signal.addEventListener('abort', alarm.ring)
  const link = createLink({
    ...{ server, clock, log, waiting: () => spool.stats().waiting },
    onChange(cut) {
      spool.setDurable(cut)
      if (cut) return
      jobs.hurry()
      sender.hurry()
    },
  })
  let reach: Uplink['state'] = 'unset'
  const prober = createProber({
    onResults: (results) => sender.take(results),
    onGap: ({ from, until }) =>
      log.warn('This prober did not run for a while', { seconds: Math.round((until - from) / 1000) }),
    onUplink(uplink) {
      const turned = uplink.state !== reach
      reach = uplink.state
      // Told after every round of the anchors; only the turns are news.
      if (turned && uplink.state === 'down')
        log.warn('None of the anchors answers: the network of this prober seems down')
      if (turned && uplink.state === 'up') log.info('The network of this prober works')
      sender.setUplink(uplink)
    },
  })
  const common = { ask, clock, server_clock, log, link, prober, random }
  const sender = createSender({ ...common, spool })
  const jobs = createJobs({ ...common, anchors: options.anchors, onForgotten: (numbers) => sender.forget(numbers) })
  prober.setAnchors(options.anchors)
  let ended: Promise<void> | undefined

  async function register(): Promise<Outcome> {
    const began = { at: clock.now(), steady: clock.monotonic() }
    const question = { method: 'POST', path: '/register', body: JSON.stringify(facts) } as const
    const outcome = await ask({ ...question, deadline_ms: REGISTER_DEADLINE_MS, signal: ending.signal })
    if (outcome.kind !== 'ok') return outcome
    const { id, region, name, server_time } = outcome.body
    if (typeof id !== 'string') return { kind: 'failed', why: 'what answers there is not Xinex' }
    if (server_time === undefined) return { kind: 'refused', status: 404, why: 'the answer has no time in it' }
    server_clock.heard(began, Date.parse(String(server_time)))
    log.info('Registered', { server, name, region, clock_offset_ms: server_clock.offset() })
    return outcome
  }

  /** Works until the server refuses the token, or the end. */
  async function work(): Promise<Outcome['kind']> {
    const session = new AbortController()
    const end = () => session.abort()
    stopping.signal.addEventListener('abort', end)
    // Whichever ends by itself takes the other along; a stop lets the sender finish.
    const until = async (run: Promise<Outcome['kind']>) => {
      const kind = await run
      if (kind !== 'ok') end()
      return kind
    }
    const asking = until(jobs.run(AbortSignal.any([session.signal, ending.signal])))
    const kinds = await Promise.all([asking, until(sender.run(session.signal))])
    stopping.signal.removeEventListener('abort', end)
    return kinds.find((kind) => kind !== 'ok') ?? 'ok'
  }

  async function run() {
    const backoff = createBackoff(random)
    const anew = createBackoff(random)
    while (!ending.signal.aborted) {
      const outcome = await register()
      if (ending.signal.aborted) return
      link.heard(outcome)
      if (outcome.kind === 'failed') {
        await alarm.wait(backoff.next(outcome.wait_ms))
        continue
      }
      if (outcome.kind !== 'ok') {
        log.error(sentenceOf(outcome), outcome.kind === 'refused' ? { status: outcome.status, why: outcome.why } : {})
        await alarm.wait(SLOW_MS)
        continue
      }
      backoff.reset()
      const began = clock.monotonic()
      const kind = await work()
      if (ending.signal.aborted) return
      if (clock.monotonic() - began > SLOW_MS) anew.reset()
      if (kind === 'unauthorized') {
        jobs.forgetAll()
        log.error(TOKEN_INVALID)
        await alarm.wait(SLOW_MS)
      } else {
        log.warn('The server did not accept the signature of the results: the clock is measured anew')
        await alarm.wait(anew.next())
      }
    }
  }

  return {
    start() {
      prober.start()
      ended = run()
    },
    /** Sends what it has, for five seconds at most; the rest stays in the spool. */
    async stop() {
      ending.abort()
      let timer: Timer | undefined
      const late = new Promise<void>((done) => {
        timer = clock.after(STOP_MS, done)
      })
      await Promise.race([prober.stop(), late])
      sender.finish()
      await Promise.race([ended, late])
      timer?.cancel()
      stopping.abort()
      await ended
      sender.close()
      await spool.close()
    },
    clock: server_clock,
    revision: jobs.revision,
  }
}
export type Agent = ReturnType<typeof createAgent>
