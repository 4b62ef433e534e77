import { anchorOf } from '#contract/anchors'
import type { Clock, Timer } from '#kernel/clock'
import type { Net } from '#kernel/net'
import type { Reason, Verdict } from '#probes/define'
import { tellsRefusals } from '#probes/diagnose'
import { attempt, type CheckJob } from '#probing/attempt'
import type { Uplink } from '#probing/define'

type Options = { clock: Clock; net: Net; onChange: (uplink: Uplink) => void }

const TIMEOUT_MS = 2_000
/** How often the anchors are asked while nothing fails, and while none of them answers. */
const QUIET_MS = 15_000
const DOWN_MS = 2_000
/** Rounds asked for by failures are at least this far apart, in real time like the deadlines of checks. */
const APART_MS = 250

/** Failures that a broken network of our own looks like; any other says that the target was reached. */
const ours = new Set<Reason>(['timeout', 'refused', 'reset', 'unreachable', 'dns', 'error'])

/** One question to an anchor, or nothing where the text is none. */
export function anchorJob(anchor: string): CheckJob | undefined {
  const target = anchorOf(anchor)
  if (!target) return undefined
  const { host, port } = target
  const job = { url: '', timeout_ms: TIMEOUT_MS, degraded_ms: null, inverted: false }
  return port === undefined
    ? { ...job, type: 'icmp', settings: { host, count: 1 } }
    : { ...job, type: 'tcp', settings: { host, port } }
}
/** A refusal came from there, so the way there works; where it cannot be told from other failures it proves nothing. */
export const reached = ({ status, reason }: Pick<Verdict, 'status' | 'reason'>): boolean =>
  status === 'up' || status === 'degraded' || (reason === 'refused' && tellsRefusals())

/**
 * Tells whether our own way to the network works, by places that are expected to answer always. A failure that may be
 * our own is believed only when an anchor answers *after* it; without anchors everything is believed.
 */
export function createUplink({ clock, net, onChange }: Options) {
  let anchors: string[] = []
  let told: Uplink = { state: 'unset', since: clock.now(), anchors: [] }
  let running: Promise<boolean> | undefined
  let next: Promise<boolean> | undefined
  let begun_at = Number.NEGATIVE_INFINITY
  let timer: Timer | undefined
  let stopped = true

  async function ask(anchor: string): Promise<Uplink['anchors'][number]> {
    const job = anchorJob(anchor)
    if (!job) return { anchor, ok: false, message: 'is neither host:port nor host' }
    const verdict = await attempt(job, { net, now: clock.now })
    return { anchor, ok: reached(verdict), message: verdict.message }
  }

  function tell(asked: Uplink['anchors'], at: number): boolean {
    const ok = asked.some((one) => one.ok)
    const state = ok ? 'up' : 'down'
    const changed = state !== told.state
    told = { state, since: changed ? at : told.since, anchors: asked }
    onChange(told)
    return ok
  }

  /** The round that is still being heard, when its first answer was enough for whoever asked. */
  let hearing: Promise<boolean> | undefined
  /** Resolves with the first anchor that answers: a dead one beside it must hold up no alarm. */
  function round(): Promise<boolean> {
    begun_at = performance.now()
    const at = clock.now()
    const list = anchors
    const asked = list.map(ask)
    const all = Promise.all(asked).then((each) => (list === anchors && list.length > 0 ? tell(each, at) : true))
    hearing = all
    return new Promise((resolve, reject) => {
      for (const one of asked) one.then(({ ok }) => ok && resolve(true), reject)
      all.then(resolve, reject)
    })
  }

  function begin(): Promise<boolean> {
    running = round().finally(() => {
      running = undefined
      plan()
    })
    return running
  }
  function plan() {
    timer?.cancel()
    timer = undefined
    if (stopped || anchors.length === 0) return
    timer = clock.after(told.state === 'down' ? DOWN_MS : QUIET_MS, () => void (running ?? begin()))
  }
  /** One that starts after this moment; all who ask meanwhile share it. */
  function fresh(): Promise<boolean> {
    const wait = begun_at + APART_MS - performance.now()
    if (!running && wait <= 0) return begin()
    next ??= (async () => {
      await running?.catch(() => {})
      const left = begun_at + APART_MS - performance.now()
      if (left > 0) await new Promise<void>((done) => setTimeout(done, left))
      next = undefined
      return begin()
    })()
    return next
  }

  return {
    setAnchors(list: string[]) {
      if (list.join() === anchors.join()) return
      anchors = [...list]
      told = { state: 'unset', since: clock.now(), anchors: [] }
      if (anchors.length === 0) onChange(told)
      else if (!stopped) void fresh()
      plan()
    },
    state: () => told,
    /**
     * The verdict as it may be believed. `known` says that the monitor was like that before, so nothing new is claimed.
     * Of an inverted one it is success that a broken network looks like.
     */
    async judged(verdict: Verdict, known: boolean, inverted = false): Promise<Verdict> {
      const { status, reason } = verdict
      const doubtful = inverted ? status === 'up' : status === 'down' && reason !== undefined && ours.has(reason)
      if (anchors.length === 0 || !doubtful) return verdict
      const recent = told.state === 'up' && performance.now() - begun_at < QUIET_MS
      if ((known && recent) || (await fresh())) return verdict
      const count = anchors.length
      const who = count === 1 ? 'the anchor does not answer either' : `none of the ${count} anchors answers either`
      return {
        ...verdict,
        status: 'unknown',
        reason: 'own_side',
        message: `Our own network seems down (${who}): ${verdict.message}`.slice(0, 300),
      }
    },
    start() {
      stopped = false
      if (anchors.length > 0) void fresh()
    },
    stop() {
      stopped = true
      timer?.cancel()
      timer = undefined
    },
    /** Resolves when no anchor is being asked. */
    async settled() {
      await running?.catch(() => {})
      await hearing?.catch(() => {})
    },
  }
}
