import type { Clock } from '#kernel/clock'
import type { Log } from '#kernel/log'
import type { ServerClock } from '#probing/agent-clock'
import { createAlarm, createBackoff, type Link, SLOW_MS } from '#probing/agent-link'
import type { Outcome, Wire } from '#probing/agent-wire'
import type { Assignment, Prober } from '#probing/define'

type Options = {
  ask: Wire
  clock: Clock
  server_clock: ServerClock
  log: Log
  link: Link
  prober: Pick<Prober, 'assign' | 'remove' | 'again' | 'setAnchors'>
  /** Its own, besides those that the server gives. */
  anchors: string[]
  random: () => number
  onForgotten: (numbers: number[]) => void
}

const WAIT_S = 25
/** Longer than the server waits by as much as a slow answer may take. */
const DEADLINE_MS = (WAIT_S + 15) * 1000
/** The whole list may be long and the way slow. */
const FULL_DEADLINE_MS = 120_000
const APART_MS = 200
/** More than this many at once are spread over the next seconds. */
const AT_ONCE = 20

const isAssignment = (value: unknown): value is Assignment => {
  const { number, version, interval_ms, job } = (value ?? {}) as Partial<Assignment>
  if (!Number.isSafeInteger(number) || typeof version !== 'number' || typeof job !== 'object' || job === null)
    return false
  return (
    typeof interval_ms === 'number' &&
    interval_ms >= 1_000 &&
    typeof job.type === 'string' &&
    typeof job.settings === 'object' &&
    typeof job.timeout_ms === 'number'
  )
}
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

/** Checks outside the grid that an answer of the server asks for. */
export function lookAgain(prober: Pick<Prober, 'again'>, wanted: unknown) {
  for (const one of listOf(wanted)) {
    const { number, delay_ms } = (one ?? {}) as { number?: unknown; delay_ms?: unknown }
    if (typeof number === 'number' && typeof delay_ms === 'number') prober.again(number, delay_ms)
  }
}

/** Keeps the prober's monitors as the server wants them, by a question that the server answers when something changes. */
export function createJobs({ ask, clock, server_clock, log, link, prober, anchors, random, onForgotten }: Options) {
  /** What is known of each assignment, to tell which of a whole list have changed. */
  const known = new Map<number, bigint>()
  const alarm = createAlarm(clock)
  const backoff = createBackoff(random)
  let revision: string | undefined

  function forget(numbers: number[]) {
    for (const number of numbers) known.delete(number)
    prober.remove(numbers)
    onForgotten(numbers)
  }
  function apply(body: Record<string, unknown>) {
    const set = listOf(body.set).filter(isAssignment)
    const unreadable = listOf(body.set).length - set.length
    if (unreadable > 0)
      log.error('The server gave monitors that cannot be read; is it another version?', { unreadable })
    const changed = set.filter((assignment) => {
      const hash = Bun.hash.wyhash(JSON.stringify(assignment))
      const same = known.get(assignment.number) === hash
      known.set(assignment.number, hash)
      return !same
    })
    const wanted = new Set(set.map(({ number }) => number))
    const gone = body.full === true ? [...known.keys()].filter((number) => !wanted.has(number)) : listOf(body.remove)
    forget(gone.filter((number): number is number => typeof number === 'number'))
    if (changed.length > 0) prober.assign(changed, changed.length > AT_ONCE ? 'spread' : 'now')
    prober.setAnchors([...new Set([...anchors, ...listOf(body.anchors).filter((one) => typeof one === 'string')])])
    lookAgain(prober, body.again)
    revision = String(body.revision)
    if (changed.length + gone.length > 0)
      log.info('The monitors have changed', { changed: changed.length, removed: gone.length, monitors: known.size })
  }

  async function question(signal: AbortSignal): Promise<Outcome> {
    const began = { at: clock.now(), steady: clock.monotonic() }
    const since = revision === undefined ? 'wait=0' : `since=${encodeURIComponent(revision)}&wait=${WAIT_S}`
    const deadline_ms = revision === undefined ? FULL_DEADLINE_MS : DEADLINE_MS
    const outcome = await ask({ method: 'GET', path: `/jobs?${since}`, deadline_ms, signal })
    if (outcome.kind !== 'ok') return outcome
    const { body } = outcome
    const server_at = Date.parse(String(body.server_time))
    if (body.revision === undefined || Number.isNaN(server_at))
      return { kind: 'failed', why: 'what answers there is not Xinex' }
    if (revision === undefined) server_clock.heard(began, server_at)
    return outcome
  }

  return {
    /** Until the signal says so, or the server refuses the token; answers with what ended it. */
    async run(signal: AbortSignal): Promise<Outcome['kind']> {
      signal.addEventListener('abort', alarm.ring)
      while (!signal.aborted) {
        const began = clock.monotonic()
        const outcome = await question(signal)
        if (signal.aborted) break
        link.heard(outcome)
        if (outcome.kind === 'unauthorized') return outcome.kind
        if (outcome.kind === 'ok') {
          backoff.reset()
          apply(outcome.body)
          const rest = began + APART_MS - clock.monotonic()
          if (rest > 0) await alarm.wait(rest)
          continue
        }
        if (outcome.kind === 'refused') {
          const old = outcome.status === 404 || outcome.status === 405
          const hint = old ? 'The server is older than this prober and gives no monitors: upgrade the server first' : ''
          log.error(hint || 'The server gives no monitors', { status: outcome.status, why: outcome.why })
        }
        await alarm.wait(
          outcome.kind === 'refused' ? SLOW_MS : backoff.next('wait_ms' in outcome ? outcome.wait_ms : 0),
        )
      }
      return 'ok'
    },
    /** Another loop has reached the server: there is no reason to wait any longer. */
    hurry: alarm.ring,
    /** Nothing is checked any more, and nothing of it is kept. */
    forgetAll() {
      forget([...known.keys()])
      revision = undefined
    },
    revision: () => revision,
  }
}
export type Jobs = ReturnType<typeof createJobs>
