import { and, eq, gt, sql } from 'drizzle-orm'
import type { Reader, Writer } from '#db/client'
import { notification_log } from '#db/schema/engine'
import { notification_channels as channels } from '#db/schema/notification-channels'
import { isoAt } from '#kernel/clock'
import type { App, Ctx, Tx } from '#kernel/context'
import { fail } from '#kernel/fail'
import { sameText } from '#kernel/secrets'

type Row = typeof channels.$inferSelect

const VALID_MS = 15 * 60_000
const PAUSE_MS = 60_000
const TRIES = 5
const HOUR_MS = 3_600_000
/** Enough for all one's ways; too few to fill the mailbox of somebody who has nothing to do with us. */
const MOST_IN_AN_HOUR = 10

/** Six digits, each number as likely as any other. */
function newCode(): string {
  const [bits = 0] = crypto.getRandomValues(new Uint32Array(1))
  // Above this the first numbers would come once more often.
  return bits >= 4_294_000_000 ? newCode() : String(bits % 1_000_000).padStart(6, '0')
}
/** A million codes are tried in a moment by whoever has a plain hash; this one needs the key as well. */
const hashOf = ({ vault }: Pick<App, 'vault'>, id: string, code: string) => vault.sign('contact-code', `${id}:${code}`)

/** A new code for a way, and what is stored of it. */
export function codeFor(app: Pick<App, 'vault'>, id: string, now: number) {
  const code = newCode()
  return {
    code,
    stored: { code_hash: hashOf(app, id, code), code_expires_at: isoAt(now + VALID_MS), code_tries: TRIES },
  }
}
export const noCode = { code_hash: null, code_expires_at: null, code_tries: 0 }

const limited = (message: string, until: number, now: number) => {
  const retry_after_s = Math.max(1, Math.ceil((until - now) / 1_000))
  return fail('RATE_LIMITED', {
    message,
    headers: { 'retry-after': String(retry_after_s) },
    details: { retry_after_s },
  })
}

/** Throws when this way was sent one a moment ago. */
export function requirePause({ code_expires_at }: Row, now: number) {
  const next = code_expires_at ? Date.parse(code_expires_at) - VALID_MS + PAUSE_MS : 0
  if (next > now) throw limited('A code was sent a moment ago; wait a minute before the next', next, now)
}

/** Throws when this person has had enough of them sent. */
export async function requireFewCodes(db: Reader | Writer, { tenant, actor, now }: Ctx | Tx) {
  const sent = await db
    .select({ at: notification_log.created_at })
    .from(notification_log)
    .where(
      and(
        eq(notification_log.tenant_id, tenant.id),
        gt(notification_log.created_at, isoAt(now() - HOUR_MS)),
        eq(notification_log.user_id, actor.id),
        eq(notification_log.event, 'code'),
      ),
    )
    .orderBy(notification_log.created_at)
  const oldest = sent.at(-MOST_IN_AN_HOUR)
  if (oldest)
    throw limited(`${MOST_IN_AN_HOUR} codes were sent for you within an hour`, Date.parse(oldest.at) + HOUR_MS, now())
}

/** `hash`: the code that it was compared with, as stored. */
type Tried = { right: boolean; left: number; hash: string }

/** Takes one of the tries, whatever comes of it, and answers whether the code is right. */
export async function tryCode({ app, now }: Ctx, row: Row, code: string): Promise<Tried> {
  const at = isoAt(now())
  const [tried] = await app.db.tx((db) =>
    db
      .update(channels)
      .set({ code_tries: sql`${channels.code_tries} - 1` })
      .where(and(eq(channels.id, row.id), gt(channels.code_tries, 0), gt(channels.code_expires_at, at)))
      .returning(),
  )
  if (!tried?.code_hash) return { right: false, left: 0, hash: '' }
  const { code_hash: hash, code_tries: left } = tried
  return { right: sameText(hash, hashOf(app, row.id, code)), left, hash }
}
