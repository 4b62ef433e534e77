import { and, eq } from 'drizzle-orm'
import { heartbeats, ping_keys } from '#db/schema/heartbeats'
import { tenants } from '#db/schema/tenants'
import type { HeartbeatRow } from '#engine/heartbeats/rows'
import { found } from '#kernel/change'
import { type App, systemCtx } from '#kernel/context'
import { sha256 } from '#kernel/secrets'
import { wish } from './draft'
import { nameSlugOf } from './slug'
import { changed, insert } from './verbs'
import { type Found, one } from './view'

export type Named = {
  tenant_id: string
  /** Whether a name that nobody has makes a new heartbeat. */
  auto_create: boolean
  /** At most two: more than one is too many. */
  found: HeartbeatRow[]
}

/** What the key of a workspace and the name of a heartbeat lead to; nothing when there is no such key. */
export async function findByKeyAndName({ db }: App, key: string, nameSlug: string): Promise<Named | undefined> {
  const [known] = await db.read
    .select()
    .from(ping_keys)
    .where(eq(ping_keys.hash, sha256(key)))
  if (!known) return undefined
  const { tenant_id, auto_create } = known
  return { tenant_id, auto_create, found: await named(db.read, tenant_id, nameSlug) }
}
const named = (db: App['db']['read'], tenant_id: string, name_slug: string): Promise<HeartbeatRow[]> =>
  db
    .select()
    .from(heartbeats)
    .where(and(eq(heartbeats.tenant_id, tenant_id), eq(heartbeats.name_slug, name_slug)))
    .limit(2)

/** Somebody else was faster. */
class AlreadyThere extends Error {
  constructor(readonly id: string) {
    super('There is one of that name')
  }
}

/** The heartbeat that a ping to an unknown name makes: one, however many pings come at once. */
export async function createFromPing(app: App, tenant_id: string, { name }: { name: string }): Promise<Found> {
  const tenant = found(await app.db.read.select().from(tenants).where(eq(tenants.id, tenant_id)))
  const ctx = systemCtx(app, tenant)
  const kind = 'job'
  const name_slug = nameSlugOf(name)
  const schedule = { kind: 'interval' as const, every_s: 86_400 }
  const input = { name, name_slug, schedule, grace_s: 3_600, tags: ['auto'] }
  const wanted = wish(input, { kind, timezone: tenant.timezone, now: ctx.now() })
  try {
    const { id } = await changed(ctx, 'heartbeat.created', async (tx) => {
      const [there] = await named(tx.db, tenant_id, name_slug)
      if (there) throw new AlreadyThere(there.id)
      return insert(tx, kind, wanted)
    })
    return one(ctx, id, kind)
  } catch (error) {
    if (error instanceof AlreadyThere) return one(ctx, error.id, kind)
    throw error
  }
}
