import { and, eq } from 'drizzle-orm'
import type { NotificationPrefs } from '#contract/oncall'
import type { Reader, Writer } from '#db/client'
import { users } from '#db/schema/auth'
import { notification_prefs } from '#db/schema/notification-prefs'
import { nextDigest } from '#engine/digest-time'
import { newestSeq } from '#engine/feed'
import { isoAt } from '#kernel/clock'
import { defaultPrefs } from '#oncall/prefs'

type Owner = { tenant_id: string; user_id: string }
const of = ({ tenant_id, user_id }: Owner) =>
  and(eq(notification_prefs.tenant_id, tenant_id), eq(notification_prefs.user_id, user_id))

/** How a member wants to hear of things; what they never said is the default, by the clock where they live. */
export async function prefsOf(db: Reader | Writer, owner: Owner): Promise<NotificationPrefs> {
  const [row] = await db.select({ prefs: notification_prefs.prefs }).from(notification_prefs).where(of(owner))
  if (row) return row.prefs
  const [user] = await db.select({ timezone: users.timezone }).from(users).where(eq(users.id, owner.user_id))
  return defaultPrefs(user?.timezone ?? 'UTC')
}

/** Replaces them; the next digest is planned anew, and tells of nothing that was there before it was wished for. */
export async function savePrefs(db: Writer, owner: Owner, prefs: NotificationPrefs, now: number): Promise<void> {
  const next = prefs.digest.enabled ? nextDigest(prefs.digest, now) : null
  const [before] = await db
    .select({ digest_at: notification_prefs.digest_at, digest_seq: notification_prefs.digest_seq })
    .from(notification_prefs)
    .where(of(owner))
  const set = {
    prefs,
    digest_at: next === null ? null : isoAt(next),
    digest_seq: before?.digest_at ? before.digest_seq : await newestSeq(db),
    updated_at: isoAt(now),
  }
  await db
    .insert(notification_prefs)
    .values({ ...owner, ...set })
    .onConflictDoUpdate({ target: [notification_prefs.tenant_id, notification_prefs.user_id], set })
}

/** A way to reach them is gone: no rule of theirs names it any more. */
export async function forgetContact(db: Writer, owner: Owner, contact_id: string, now: number): Promise<void> {
  const [row] = await db.select({ prefs: notification_prefs.prefs }).from(notification_prefs).where(of(owner))
  const rules = row?.prefs.rules.filter((rule) => rule.contact_id !== contact_id)
  if (!row || !rules || rules.length === row.prefs.rules.length) return
  await db
    .update(notification_prefs)
    .set({ prefs: { ...row.prefs, rules }, updated_at: isoAt(now) })
    .where(of(owner))
}

/** Whoever leaves takes their wishes along. */
export const dropPrefs = (db: Writer, owner: Owner) => db.delete(notification_prefs).where(of(owner))
