import type { Notice } from '#channels/define'
import { channelOf } from '#channels/index'
import type { Handed } from '#engine/announce'
import { bundleOf, limitedUntil, type Others } from '#engine/bundle'
import { type Delivery, LEASE_MS, type Way } from '#engine/delivery-row'
import {
  claim,
  claimNext,
  dropUndelivered,
  due,
  isEdited,
  nextDue,
  type Outcome,
  obsolete,
  settle,
  takeOver,
} from '#engine/delivery-rows'
import { toWay, wayOf } from '#engine/destinations'
import { hurry } from '#engine/fallback'
import { send } from '#engine/send'
import type { Timer } from '#kernel/clock'
import type { App } from '#kernel/context'

/** Messages under way at once; one per channel, so that they arrive in order and a slow provider holds up only itself. */
const AT_ONCE = 64
const HOUR_MS = 3_600_000
/** Waits before the second, third and fourth attempt; then hourly until the message is given up. */
const WAITS_MS = [5_000, 30_000, 300_000]
const RETRY_MS = 1_000

/** How a message ended, until that is written. */
type Ended = { delivery: Delivery; channel: Way | undefined; others: Delivery[]; outcome: Outcome; until: number }

// Safe: the column holds a worded notice with its delivery id.
const noticeIn = ({ notice }: Delivery) => notice as unknown as Notice

/** When to try again, or nothing when the message is given up. A provider that asks for more time gets it. */
export function retryAt(attempts: number, now: number, give_up_at: number, retry_after_s = 0): number | undefined {
  const at = now + Math.max(WAITS_MS[attempts - 1] ?? HOUR_MS, retry_after_s * 1_000)
  return at <= give_up_at ? at : undefined
}

/**
 * Sends what is queued:
 *  1. claim the next due message of every idle channel, by a conditional update with a lease;
 *  2. test whether it is still true, and whether the destination has had enough for now; what else waits for a person there
 *     goes along in one message;
 *  3. hand it to the channel;
 *  4. write how that ended, with the log and the timeline, in one transaction; what cannot be written is tried again.
 * Killed before 4, the message is sent again after the start: at least once, with the same delivery id.
 */
export function createDeliverer(app: Omit<App, 'engine'>, onCalled: () => void = () => {}) {
  const busy = new Map<string, Promise<void>>()
  let pumping: Promise<void> | undefined
  let again = false
  let stopped = true
  let timer: Timer | undefined
  const ended: Ended[] = []
  let unwritten: Timer | undefined
  /** Somebody is to be called another way. */
  let called = false
  /** Those already claimed: by the transaction that made them, or by the end of the one before. */
  let handed: { delivery: Delivery; channel?: Way }[] = []

  async function attempt(delivery: Delivery, channel: Way | undefined, others: Delivery[]): Promise<Outcome> {
    if (!channel) return { status: 'suppressed', error: 'the channel was removed' }
    if (!channel.enabled) return { status: 'suppressed', error: 'the channel is switched off' }
    if (channel.unusable) return { status: 'failed', error: channel.unusable, duration_ms: 0 }
    const now = app.clock.now()
    const why = await obsolete(app.db.read, delivery, channel, now)
    if (why) return { status: 'suppressed', error: why }
    const plugin = channelOf(channel.type)
    const until = await limitedUntil(app.db.read, delivery, plugin?.limits ?? [], now)
    if (until !== undefined) return { status: 'postponed', until }
    const notice = plugin?.people ? await together(delivery, channel, others) : noticeIn(delivery)
    const sent = await send(app, { type: channel.type, settings: await channel.settings(), notice })
    if (sent.status === 'sent') return sent
    const { error, outcome, duration_ms, retry_after_s, gone } = sent
    const give_up_at = Date.parse(delivery.give_up_at)
    const retry_at =
      outcome === 'retry' ? retryAt(delivery.attempts, app.clock.now(), give_up_at, retry_after_s) : undefined
    return { status: 'failed', error, duration_ms, retry_at, disable: outcome === 'disable', gone }
  }

  /** One message for all that waits there, where there is more than one; the others are claimed with it. */
  async function together(delivery: Delivery, channel: Way, others: Delivery[]): Promise<Notice> {
    const bundle: Others | undefined = await bundleOf(app, delivery, channel)
    if (!bundle) return noticeIn(delivery)
    others.push(...bundle.deliveries)
    return bundle.notice
  }

  async function deliver(delivery: Delivery, known?: Way): Promise<void> {
    const channel = known ?? (await wayOf(app, app.db.read, delivery))
    const others: Delivery[] = []
    const outcome = await attempt(delivery, channel, others).catch((error): Outcome => {
      app.log.error('A message could not be prepared', { error: error as Error, delivery: delivery.id })
      const retry_at = retryAt(delivery.attempts, app.clock.now(), Date.parse(delivery.give_up_at))
      return {
        status: 'failed',
        error: 'The stored settings of this channel cannot be used.',
        duration_ms: 0,
        retry_at,
      }
    })
    const end = { delivery, channel, others, outcome, until: app.clock.monotonic() + LEASE_MS }
    if (!(await written(end, true))) ended.push(end)
    if (outcome.status === 'failed' && outcome.disable)
      app.log.warn('A notification channel was refused and is left out until it is changed or tested', {
        channel: delivery.channel_id,
        reason: outcome.error,
      })
  }

  /**
   * Whether the end of a message is written now; otherwise another try is planned. With `goOn` the next message of the channel
   * is claimed by the same commit, so that a long queue costs one for each message.
   */
  async function written(end: Ended, goOn = false): Promise<boolean> {
    try {
      const next = await write(end, goOn)
      if (next) handed.push({ delivery: next })
      if (called) onCalled()
      called = false
      return true
    } catch (error) {
      app.log.error('The end of a delivery could not be recorded yet', {
        error: error as Error,
        delivery: end.delivery.id,
      })
      unwritten ??= app.clock.after(RETRY_MS, () => {
        unwritten = undefined
        pump()
      })
      return false
    }
  }
  /** What cannot be written until its lease ends is sent again: nothing else would remember it. */
  async function writeEnded() {
    for (const end of ended.splice(0)) if (!(await written(end)) && end.until > app.clock.monotonic()) ended.push(end)
  }
  const write = ({ delivery, channel, others, outcome: came }: Ended, goOn: boolean) =>
    app.db.tx(async (db) => {
      const now = app.clock.now()
      const refused = came.status === 'failed' && came.disable
      // What was refused were the old settings; the new ones deserve their own try.
      const mended = refused && channel !== undefined && (await isEdited(db, channel))
      const outcome = mended ? { ...came, disable: false, retry_at: now } : came
      const dropped = outcome.status === 'suppressed' ? await dropUndelivered(db, delivery) : []
      for (const down of dropped)
        await settle(db, down, channel, { status: 'suppressed', error: down.error ?? '' }, now)
      for (const one of [delivery, ...others]) await settle(db, one, channel, outcome, now)
      if (outcome.status === 'failed' && outcome.retry_at === undefined && (await hurry(db, delivery, now)))
        called = true
      // While many channels wait for a place, each gives its own back after a message.
      const fair = outcome.status === 'sent' && busy.size <= AT_ONCE / 2 && !stopped
      return goOn && fair && !handed.some((one) => one.delivery.channel_id === delivery.channel_id)
        ? claimNext(db, delivery.channel_id, now)
        : undefined
    })

  function begin(delivery: Delivery, channel?: Way) {
    const { channel_id } = delivery
    const work = deliver(delivery, channel)
      .catch((error) => {
        // The lease brings it back.
        app.log.error('A delivery failed in an unforeseen way', { error: error as Error, delivery: delivery.id })
      })
      .finally(() => {
        busy.delete(channel_id)
        beginHanded()
        pump()
      })
    busy.set(channel_id, work)
  }
  function beginHanded() {
    if (stopped || handed.length === 0) return
    const left: typeof handed = []
    for (const one of handed)
      if (busy.size < AT_ONCE && !busy.has(one.delivery.channel_id)) begin(one.delivery, one.channel)
      else left.push(one)
    handed = left
  }

  async function pass() {
    if (ended.length > 0) await writeEnded()
    const now = app.clock.now()
    const room = AT_ONCE - busy.size
    const ids = room > 0 ? await due(app.db.read, now, [...busy.keys()], room) : []
    if (ids.length > 0) for (const delivery of await app.db.tx((db) => claim(db, ids, now))) begin(delivery)
    // The messages that were just begun go out before anything else is asked of the database.
    if (ids.length > 0) await new Promise((turn) => setImmediate(turn))
    timer?.cancel()
    timer = undefined
    const next = await nextDue(app.db.read, [...busy.keys()])
    // With all places taken, the end of a message is the next chance.
    if (next !== undefined && busy.size < AT_ONCE && !stopped)
      timer = app.clock.after(Math.max(1, next - app.clock.now()), pump)
  }
  async function work() {
    do {
      again = false
      await pass()
    } while (again && !stopped)
  }
  function pump() {
    if (stopped) return
    again = true
    pumping ??= work()
      .catch((error) => {
        app.log.error('Deliveries cannot be read', { error: error as Error })
        timer = app.clock.after(RETRY_MS, pump)
      })
      .finally(() => {
        pumping = undefined
        if (again && !stopped) pump()
      })
  }

  return {
    /** Something may be due. */
    wake: pump,
    /** After the commit of the transaction that claimed them. */
    take(claimed: Handed[]) {
      handed.push(...claimed.map(({ delivery, channel }) => ({ delivery, channel: toWay(app, channel) })))
      beginHanded()
    },
    async start() {
      await app.db.tx((db) => takeOver(db))
      stopped = false
      pump()
    },
    /** Nothing new is begun; what is being sent goes on. */
    stop() {
      stopped = true
      timer?.cancel()
      unwritten?.cancel()
    },
    busy: () => pumping !== undefined || busy.size > 0 || (handed.length > 0 && !stopped),
    settled: () => Promise.all([pumping, ...busy.values()]),
  }
}
