import { and, eq, isNull } from 'drizzle-orm'
import { notification_channels as channels } from '#db/schema/notification-channels'
import { isoAt } from '#kernel/clock'
import type { Tx } from '#kernel/context'
import { invalid } from '#kernel/fail'
import type { Edit } from './schema'

type Base = { id: string; fallback_id?: string | null; fallback_after_s?: number | null }

const DEFAULT_AFTER_S = 120
const FURTHEST_MS = 366 * 86_400_000
/** A longer chain of stand-ins is nobody's plan. */
const MOST_IN_A_ROW = 20

/** A mute that is over is none. */
function muted({ muted_until }: Edit, now: number) {
  if (muted_until === undefined || muted_until === null) return muted_until
  const until = Date.parse(muted_until)
  if (Number.isNaN(until)) throw invalid({ muted_until: 'must be a time such as 2026-05-01T12:00:00Z' })
  if (until > now + FURTHEST_MS) throw invalid({ muted_until: 'must be within a year' })
  return until > now ? isoAt(until) : null
}

/** Throws unless a stand-in is another channel of the workspace that does not lead back here. */
async function requireStandIn({ db, tenant }: Tx, id: string, fallback_id: string) {
  if (fallback_id === id) throw invalid({ fallback_id: 'must be another channel' })
  let next: string | null = fallback_id
  for (let i = 0; next !== null && i < MOST_IN_A_ROW; i++) {
    const [row]: { fallback_id: string | null }[] = await db
      .select({ fallback_id: channels.fallback_id })
      .from(channels)
      .where(and(eq(channels.id, next), eq(channels.tenant_id, tenant.id), isNull(channels.user_id)))
    if (!row && i === 0) throw invalid({ fallback_id: 'is no channel of this workspace' })
    next = row?.fallback_id ?? null
    if (next === id) throw invalid({ fallback_id: 'leads back to this channel' })
  }
  if (next !== null) throw invalid({ fallback_id: `has a chain of more than ${MOST_IN_A_ROW} stand-ins behind it` })
}

/** What an edit says about being silent and about who stands in; throws 422 naming what is wrong. */
export async function standby(tx: Tx, edit: Edit, base: Base) {
  const muted_until = muted(edit, tx.now())
  const { fallback_id = base.fallback_id ?? null, fallback_after_s = base.fallback_after_s ?? null } = edit
  if (fallback_id === null) {
    if (edit.fallback_after_s != null) throw invalid({ fallback_after_s: 'needs fallback_id' })
    return { muted_until, fallback_id: null, fallback_after_s: null }
  }
  if (edit.fallback_id != null) await requireStandIn(tx, base.id, fallback_id)
  return { muted_until, fallback_id, fallback_after_s: fallback_after_s ?? DEFAULT_AFTER_S }
}

/** A channel goes: nobody counts on it any more. */
export const forgetStandIn = ({ db, tenant }: Tx, id: string) =>
  db
    .update(channels)
    .set({ fallback_id: null, fallback_after_s: null })
    .where(and(eq(channels.tenant_id, tenant.id), eq(channels.fallback_id, id)))
