import { eq } from 'drizzle-orm'
import type { Writer } from '#db/client'
import { integrations } from '#db/schema/integrations'
import {
  acknowledgeEvent,
  changeEvent,
  closeEvent,
  commentEvent,
  keyOf,
  type News,
  type Outcome,
  openEvent,
} from '#engine/inbound'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'
import { AppError, fail } from '#kernel/fail'
import { type Allowance, createLimiter } from '#kernel/rate-limit'
import { sha256 } from '#kernel/secrets'
import type { Told } from './told'
import type { Integration } from './view'

/** So many at a time, so that a thousand alerts hold up nobody else for long; each part is on disk before the next. */
const AT_ONCE = 50
const RETRY_S = 5

/** What is done to one that is named by the key it is kept under. */
export type Order =
  | { action: 'acknowledge' | 'close' | 'comment'; key: string; message?: string }
  | ({ action: 'change'; key: string } & News)

const acts = { acknowledge: acknowledgeEvent, close: closeEvent, comment: commentEvent }
const nothing: Outcome = { result: 'nothing', incident_id: null }

function act(db: Writer, row: Integration, what: Told | Order, at: string): Promise<Outcome> {
  if (what.action === 'open') return openEvent(db, row, what.trouble, at)
  if (what.action === 'ignore') return Promise.resolve(nothing)
  if (what.action === 'change') return changeEvent(db, row, what, at)
  const key = 'key' in what ? what.key : keyOf(row.id, what.dedup_key)
  return acts[what.action](db, row, { key, message: what.message }, at)
}

const tooMany = ({ reset_s }: Allowance, now: number) => {
  const wait_s = Math.max(1, reset_s - Math.floor(now / 1_000))
  return fail('RATE_LIMITED', {
    message: 'Too many events with this key: send them again later',
    headers: { 'retry-after': String(wait_s) },
    details: { retry_after_s: wait_s },
  })
}
const later = () =>
  fail('SERVICE_UNAVAILABLE', {
    message: 'The event could not be recorded: send it again',
    headers: { 'retry-after': String(RETRY_S) },
    details: { retry_after_s: RETRY_S },
  })

/** What cannot be looked up or written now is to be sent again; whoever reports must not believe it was heard. */
async function orLater<T>({ log }: App, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof AppError) throw error
    log.error('An event could not be taken in', { error: error as Error })
    throw later()
  }
}

/** The doors of one appliance: who knocks, how often, and what is done about it. */
export function createTaker(app: App) {
  const limit = createLimiter(app.clock.now)

  /** The integration with this key, if it is of this type; refuses while it is paused, and when it is too much. */
  async function admit(type: string, key: string): Promise<Integration | undefined> {
    const key_hash = sha256(key)
    const [row] = await orLater(app, () =>
      app.db.read.select().from(integrations).where(eq(integrations.key_hash, key_hash)),
    )
    if (row?.type !== type) return undefined
    if (!row.enabled)
      throw fail('FORBIDDEN', { message: `The integration “${row.name}” is paused: no event is taken in` })
    const allowance = limit('event', key_hash)
    if (!allowance.ok) throw tooMany(allowance, app.clock.now())
    return row
  }

  /** Acts on events in the order they came; what is answered is on disk. One that changed meanwhile is not listened to. */
  async function takeIn(row: Integration, told: (Told | Order)[]): Promise<Outcome[]> {
    const outcomes: Outcome[] = []
    for (let from = 0; from < Math.max(1, told.length); from += AT_ONCE)
      await orLater(app, async () => {
        const part = await app.db.tx(async (db) => {
          const at = isoAt(app.clock.now())
          const [now] = await db
            .update(integrations)
            .set({ last_event_at: at })
            .where(eq(integrations.id, row.id))
            .returning({ key_hash: integrations.key_hash, enabled: integrations.enabled })
          if (now?.key_hash !== row.key_hash || !now.enabled) throw fail('NOT_FOUND')
          const done: Outcome[] = []
          for (const one of told.slice(from, from + AT_ONCE)) done.push(await act(db, row, one, at))
          return done
        })
        outcomes.push(...part)
      })
    app.engine.wake()
    if (outcomes.some(({ result }) => result === 'full')) {
      app.log.warn('An integration has so many open incidents that no more are taken in', { integration: row.id })
      throw fail('RATE_LIMITED', {
        message: 'So many incidents of this integration are open that no more are opened',
        headers: { 'retry-after': '60' },
        details: { retry_after_s: 60 },
      })
    }
    return outcomes
  }
  return { admit, takeIn }
}
export type Taker = ReturnType<typeof createTaker>
