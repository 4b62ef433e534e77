import { and, eq, isNotNull, lte, type SQL, sql } from 'drizzle-orm'
import { users } from '#db/schema/auth'
import { monitors } from '#db/schema/monitors'
import { notification_channels } from '#db/schema/notification-channels'
import { memberships, tenants } from '#db/schema/tenants'
import { clearChannelFailure } from '#engine/incidents'
import { change, enqueue, eraseAudit, found } from '#kernel/change'
import { isoAt } from '#kernel/clock'
import { type App, type Ctx, nowhere, systemCtx, type Tx } from '#kernel/context'
import { isGone } from '#kernel/fail'
import { originOf } from '#kernel/origin'
import { post } from '#modules/mails/service'
import { getTenant, insertTenant } from './workspaces'

const GRACE_MS = 7 * 86_400_000
type Row = typeof tenants.$inferSelect

async function tellOwners({ app, db }: Tx, { id, name: tenant }: Row, deletes_at: string) {
  const owners = await db
    .select({ email: users.email, name: users.name })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.user_id))
    .where(and(eq(memberships.tenant_id, id), eq(memberships.role, 'owner')))
  const url = `${originOf(app.config)}/settings/workspace`
  for (const { email, name } of owners)
    await post(app, db, email, { kind: 'tenant_deletion', name, tenant, deletes_at, url })
}

/** The workspace goes in seven days, and works until then. Asked again, the day stays. */
export async function requestDeletion(ctx: Ctx) {
  const known = await getTenant(ctx)
  if (known.deletes_at) return known
  return change(ctx, 'tenant.deletion_requested', async (tx) => {
    const deletes_at = isoAt(tx.now() + GRACE_MS)
    const set = { deletes_at, updated_at: tx.at }
    const row = found(await tx.db.update(tenants).set(set).where(eq(tenants.id, tx.tenant.id)).returning())
    await tellOwners(tx, row, deletes_at)
    return row
  })
}

/** An owner has changed their mind. */
export async function cancelDeletion(ctx: Ctx) {
  const known = await getTenant(ctx)
  if (!known.deletes_at) return known
  return change(ctx, 'tenant.deletion_cancelled', async (tx) => {
    const set = { deletes_at: null, updated_at: tx.at }
    return found(await tx.db.update(tenants).set(set).where(eq(tenants.id, tx.tenant.id)).returning())
  })
}

/** Whoever runs the appliance keeps a door when this workspace ends for them: without any they could not sign in. */
export async function rehouse({ db, at }: Tx, tenant_id: string, user_id?: string) {
  const homeless = await db
    .select({ id: users.id, timezone: users.timezone })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.user_id))
    .where(
      and(
        eq(memberships.tenant_id, tenant_id),
        eq(users.instance_admin, true),
        user_id === undefined ? undefined : eq(users.id, user_id),
        sql`not exists (select 1 from memberships m where m.user_id = ${users.id} and m.tenant_id <> ${tenant_id})`,
      ),
    )
  for (const { id, timezone } of homeless) await insertTenant(db, 'Main', timezone, id, at)
}

/** The row goes, and all that refers to it; what does not refer to it is named here. */
async function purge(app: App, tenant: Pick<Row, 'id'>, due: SQL | undefined) {
  // The record of the end belongs to the appliance: the workspace's own records are gone.
  await change(systemCtx(app, nowhere), 'tenant.deleted', async (tx) => {
    const { db, at } = tx
    // Looked up again: while others were purged, an owner of this one may have changed their mind.
    const { name } = found(
      await db
        .select()
        .from(tenants)
        .where(and(eq(tenants.id, tenant.id), due)),
    )
    const watched = await db.select({ id: monitors.id }).from(monitors).where(eq(monitors.tenant_id, tenant.id))
    const channels = await db
      .select({ id: notification_channels.id })
      .from(notification_channels)
      .where(eq(notification_channels.tenant_id, tenant.id))
    const members = await db
      .select({ id: memberships.user_id })
      .from(memberships)
      .where(eq(memberships.tenant_id, tenant.id))
    for (const { id } of [...channels, ...members.map(({ id }) => ({ id: `user:${id}` }))])
      await clearChannelFailure(tx, id)
    for (const { id: subject_id } of watched)
      await enqueue(db, { tenant_id: tenant.id, event: 'monitor.deleted', subject_id, payload: {}, at })
    await rehouse(tx, tenant.id)
    await eraseAudit(db, tenant.id)
    await db.delete(tenants).where(eq(tenants.id, tenant.id))
    return { id: tenant.id, name }
  })
  app.engine.wake()
  app.bus.publish({ tenant_id: tenant.id, type: 'status_page_update', data: {} })
}

/** Ends the workspaces whose time is over, one transaction each; one that fails is tried again at the next call. */
export async function purgeTenants(app: App) {
  const due = and(isNotNull(tenants.deletes_at), lte(tenants.deletes_at, isoAt(app.clock.now())))
  for (const tenant of await app.db.read.select({ id: tenants.id }).from(tenants).where(due))
    await purge(app, tenant, due).catch((error) => {
      if (!isGone(error)) app.log.error('a workspace could not be deleted', { error, tenant: tenant.id })
    })
}
