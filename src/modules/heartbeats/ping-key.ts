import { eq } from 'drizzle-orm'
import { ping_keys } from '#db/schema/heartbeats'
import { change } from '#kernel/change'
import type { Ctx, Tx } from '#kernel/context'
import { originOf } from '#kernel/origin'
import { randomToken, sha256 } from '#kernel/secrets'
import type { KeyEdit } from './schema'
import { mayReport } from './view'

const contextOf = (tenant_id: string) => `ping_keys:key:${tenant_id}`
/** 132 bits: as long as those that clients of Healthchecks are used to. */
const KEY_CHARS = 22

const rowOf = async ({ db, tenant }: Ctx | Tx) =>
  (await db.select().from(ping_keys).where(eq(ping_keys.tenant_id, tenant.id)))[0]

/** One key for all heartbeats of the workspace, shown to those who may report. */
export async function pingKey(ctx: Ctx) {
  const row = await rowOf(ctx)
  return {
    ping_url_base: `${originOf(ctx.app.config)}/ping`,
    key: row && mayReport(ctx) ? ctx.app.vault.open(row.key, contextOf(ctx.tenant.id)) : null,
    auto_create: row?.auto_create ?? false,
  }
}

const newKey = ({ app, tenant, at }: Tx) => {
  const key = randomToken().slice(0, KEY_CHARS)
  return { tenant_id: tenant.id, key: app.vault.seal(key, contextOf(tenant.id)), hash: sha256(key), created_at: at }
}

/** A new key; the one before it ends now. */
export async function renewPingKey(ctx: Ctx) {
  await change(ctx, 'ping_key.renewed', async (tx) => {
    const made = newKey(tx)
    await tx.db.insert(ping_keys).values(made).onConflictDoUpdate({ target: ping_keys.tenant_id, set: made })
    return { id: tx.tenant.id }
  })
  return pingKey(ctx)
}

/** Whether an unknown name makes a new heartbeat; whoever decides that has a key, or gets one. */
export async function updatePingKey(ctx: Ctx, { auto_create }: KeyEdit) {
  await change(ctx, 'ping_key.updated', async (tx) => {
    const made = { ...newKey(tx), auto_create }
    await tx.db.insert(ping_keys).values(made).onConflictDoUpdate({ target: ping_keys.tenant_id, set: { auto_create } })
    return { id: tx.tenant.id, auto_create }
  })
  return pingKey(ctx)
}
