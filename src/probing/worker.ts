import type { Clock, Timer } from '#kernel/clock'
import type { Log } from '#kernel/log'
import type { NetOptions } from '#kernel/net'
import type { Verdict } from '#probes/define'
import type { Assignment, Prober, ProberEvents, ProberStats, Result } from '#probing/define'
import type { FromWorker, ToWorker } from '#probing/wire'

type Options = {
  clock: Clock
  log: Log
  net: NetOptions
  events: ProberEvents
  /** The program of the thread; another one only in tests. */
  program?: string
}

/** Results that can wait cross the threads so many milliseconds together. */
const GATHER_MS = 250
/** A worker that says nothing for so long hangs, and is replaced. */
const SILENT_MS = 30_000
const WATCH_MS = 5_000
const REPLACE_MS = 1_000
const STOP_MS = 8_000

/** In the executable all of the program is one file at the root, beside which the worker keeps its folder. */
const file = import.meta.url.includes('$bunfs') ? './probing/worker-main.ts' : './worker-main.ts'
const ownProgram = new URL(file, import.meta.url).href

const noStats: ProberStats = {
  ...{ count: 0, p50_ms: 0, p99_ms: 0, max_ms: 0 },
  ...{ lag_ms: 0, running: 0, queued: 0, monitors: 0 },
}

/** The prober in a thread of its own. One that dies or hangs is replaced, and told everything again. */
export function createWorkerProber({ clock, log, net, events, program = ownProgram }: Options): Prober {
  const assigned = new Map<number, Assignment>()
  const asked = new Map<number, (value: Result | Verdict | undefined) => void>()
  let anchors: string[] = []
  let worker: Worker | undefined
  let unsent: ToWorker[] | undefined
  let started = false
  let stopped = false
  let questions = 0
  let heard_at = clock.monotonic()
  let looked_at = heard_at
  let stats = noStats
  let watch: Timer | undefined

  const send = (message: ToWorker) => {
    if (unsent) unsent.push(message)
    else worker?.postMessage(message)
  }
  function ask<T extends Result | Verdict | undefined>(question: (id: number) => ToWorker): Promise<T> {
    const id = ++questions
    return new Promise((resolve) => {
      // Safe: the worker answers each kind of question with its own kind of value.
      asked.set(id, resolve as (value: Result | Verdict | undefined) => void)
      send(question(id))
    })
  }

  function hear(message: FromWorker) {
    heard_at = clock.monotonic()
    switch (message.kind) {
      case 'ready': {
        const first: ToWorker[] = [{ kind: 'open', net, gather_ms: GATHER_MS }, ...(unsent ?? [])]
        unsent = undefined
        for (const one of first) send(one)
        return
      }
      case 'results':
        return events.onResults(message.results)
      case 'gap':
        return events.onGap(message.gap)
      case 'uplink':
        return events.onUplink(message.uplink)
      case 'alive':
        stats = message.stats
        return
      case 'error':
        return log.error('A check failed in an unforeseen way', { error: message.message, monitor: message.number })
      case 'answer':
        asked.get(message.id)?.(message.value)
        asked.delete(message.id)
    }
  }

  function open() {
    unsent = []
    const made = new Worker(program)
    worker = made
    heard_at = clock.monotonic()
    made.onmessage = ({ data }: MessageEvent<FromWorker>) => made === worker && hear(data)
    made.onerror = ({ message }) => made === worker && replace(`it failed: ${message}`)
    made.addEventListener('close', () => made === worker && replace('it ended'))
  }
  function replace(why: string) {
    if (stopped) return
    log.error('The probing worker is replaced', { why })
    worker?.terminate()
    worker = undefined
    unsent = []
    stats = noStats
    for (const done of asked.values()) done(undefined)
    asked.clear()
    clock.after(REPLACE_MS, () => {
      if (stopped) return
      // The lists as they are now hold everything that was said in between; what was asked is still open.
      const asking = (unsent ?? []).filter((one) => 'id' in one)
      open()
      unsent = [
        { kind: 'anchors', anchors },
        { kind: 'assign', assignments: [...assigned.values()], first: 'spread' },
        ...(started ? [{ kind: 'start' } as const] : []),
        ...asking,
      ]
    })
  }
  function look() {
    if (stopped) return
    const now = clock.monotonic()
    // Whoever looks so late did not run either; what the worker has said is still to be heard.
    if (now - looked_at > 2 * WATCH_MS) heard_at = now
    looked_at = now
    if (now - heard_at > SILENT_MS) replace('it has been silent for half a minute')
    watch = clock.after(WATCH_MS, look)
  }
  open()

  return {
    start() {
      started = true
      heard_at = clock.monotonic()
      looked_at = heard_at
      send({ kind: 'start' })
      look()
    },
    async stop() {
      watch?.cancel()
      const late = new Promise<void>((done) => setTimeout(done, STOP_MS).unref())
      await Promise.race([ask((id) => ({ kind: 'stop', id })), late])
      stopped = true
      worker?.terminate()
    },
    assign(assignments, first) {
      for (const assignment of assignments) assigned.set(assignment.number, assignment)
      send({ kind: 'assign', assignments, ...(first && { first }) })
    },
    remove(numbers) {
      for (const number of numbers) assigned.delete(number)
      send({ kind: 'remove', numbers })
    },
    again: (number, delay_ms) => send({ kind: 'again', number, delay_ms }),
    check: (number) => ask<Result | undefined>((id) => ({ kind: 'check', id, number })),
    async dryRun(job) {
      const verdict = await ask<Verdict | undefined>((id) => ({ kind: 'dry_run', id, job }))
      return verdict ?? { status: 'unknown', reason: 'own_side', message: 'The check was interrupted; try again' }
    },
    setAnchors(list) {
      anchors = list
      send({ kind: 'anchors', anchors: list })
    },
    /** A silent worker is as late as its silence. */
    stats() {
      const silent = started ? clock.monotonic() - heard_at : 0
      return silent > 3_000 ? { ...stats, lag_ms: Math.max(stats.lag_ms, silent) } : stats
    },
    settled: async () => void (await ask((id) => ({ kind: 'settled', id }))),
  }
}
