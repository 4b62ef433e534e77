import { and, eq, like, or, sql } from 'drizzle-orm'
import { type EventName, events } from '#contract/events'
import type { Writer } from '#db/client'
import { audit_log, idempotency_keys, outbox } from '#db/schema/kernel'
import { isoAt } from '#kernel/clock'
import type { Ctx, Tx } from '#kernel/context'
import { fail } from '#kernel/fail'

/** Columns that never enter the audit log: sealed or hashed, but not even so. */
const hidden = new Set([
  'settings',
  'password_hash',
  'hash',
  'slug_hash',
  'key',
  'secret',
  'secret_hash',
  'private_key',
  'public_key',
  'challenge',
  'content',
  'data',
])
const shown = (row: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(row).filter(([key]) => !hidden.has(key)))

/** Queues `event` for the engine inside a running transaction. */
export const enqueue = (
  db: Writer,
  row: { tenant_id: string; event: EventName; subject_id: string; payload: Record<string, unknown>; at: string },
) => db.insert(outbox).values(row)

/** Takes an outbox row away, in the transaction that acts on it. */
export const settle = (db: Writer, seq: number) => db.delete(outbox).where(eq(outbox.seq, seq))

/** What was recorded of a workspace goes with it. */
export const eraseAudit = (db: Writer, tenant_id: string) =>
  db.delete(audit_log).where(eq(audit_log.tenant_id, tenant_id))

/** Of somebody who is gone the log keeps what they did and the id they had: no name, no address, nothing they were called. */
export async function erasePerson(db: Writer, { id, email }: { id: string; email: string }) {
  await db.update(audit_log).set({ actor_label: '', address: null }).where(eq(audit_log.actor_id, id))
  const named = sql`instr(lower(${audit_log.after}), ${JSON.stringify(email)}) > 0`
  // What they are called elsewhere, perhaps under another address.
  const elsewhere = and(like(audit_log.event, 'identity.%'), sql`instr(${audit_log.after}, ${JSON.stringify(id)}) > 0`)
  await db
    .update(audit_log)
    .set({ after: null, address: null })
    .where(or(eq(audit_log.subject_id, id), named, elsewhere))
}

/**
 * Runs `work` in one transaction and records `event` about the row it returns: in the audit log, and in the outbox when
 * the engine must act on it, with what `tell` adds. Nothing else can write (`Ctx.db` only reads), so no change goes
 * unrecorded.
 */
export async function change<Row extends { id: string }>(
  ctx: Ctx,
  event: EventName,
  work: (tx: Tx) => Promise<Row>,
  tell: (row: Row) => Record<string, unknown> = () => ({}),
): Promise<Row> {
  const at = isoAt(ctx.now())
  const row = await ctx.app.db.tx(async (db) => {
    const row = await work({ ...ctx, db, at })
    const about = { tenant_id: ctx.tenant.id, event, subject_id: row.id, at }
    const { actor } = ctx
    if (events[event].audit)
      await db.insert(audit_log).values({
        ...about,
        actor_kind: actor.kind,
        actor_id: actor.id,
        actor_label: actor.label,
        after: shown(row),
        address: ctx.address,
        request_id: ctx.request_id,
      })
    if (events[event].queue)
      await enqueue(db, { ...about, payload: { ...tell(row), actor_id: actor.id, actor_label: actor.label } })
    if (ctx.idempotency_key)
      await db
        .update(idempotency_keys)
        .set({ state: 'committed', subject_id: row.id })
        .where(eq(idempotency_keys.key, ctx.idempotency_key))
    return row
  })
  // Not before the commit: whoever asks in between would be remembered as they were.
  if ('identity' in events[event]) ctx.app.credentials.forget()
  if (events[event].queue) ctx.app.engine.wake()
  return row
}

/** The row a query must have found; without it the answer is 404. */
export function found<T>([row]: T[]): T {
  if (row === undefined) throw fail('NOT_FOUND')
  return row
}
