import { and, eq } from 'drizzle-orm'
import type { Role } from '#contract/permissions'
import { slugOf } from '#contract/slug'
import type { Reader, Writer } from '#db/client'
import { users } from '#db/schema/auth'
import { memberships, tenants } from '#db/schema/tenants'
import { welcome } from '#engine/feed'
import { change, found } from '#kernel/change'
import type { Ctx } from '#kernel/context'
import { fail } from '#kernel/fail'
import { requireZone } from '#kernel/zone'
import type { TenantEdit } from './schema'

/** So many workspaces of one name are numbered: to find the next number takes longer with each. */
const MOST_NUMBERED = 9
const randomHex = () => Buffer.from(crypto.getRandomValues(new Uint8Array(5))).toString('hex')

/** A new workspace with its owner; the slug gets a number when it is taken. */
export async function insertTenant(db: Writer, name: string, timezone: string, owner: string, at: string) {
  const base = slugOf(name) || 'workspace'
  let slug = base
  for (let n = 2; (await db.$count(tenants, eq(tenants.slug, slug))) > 0; n++)
    slug = `${base}-${n <= MOST_NUMBERED ? n : randomHex()}`
  const [row] = await db.insert(tenants).values({ name, slug, timezone, created_at: at, updated_at: at }).returning()
  if (!row) throw new Error('The tenant row was not returned')
  await join(db, row.id, owner, 'owner', at, true)
  return row
}

/** Makes somebody a member, and tells the others; who is one already keeps their role. `alone`: there are no others. */
export async function join(
  db: Writer,
  tenant_id: string,
  user_id: string,
  role: Role,
  created_at: string,
  alone = false,
) {
  const [made] = await db
    .insert(memberships)
    .values({ tenant_id, user_id, role, created_at })
    .onConflictDoNothing()
    .returning()
  if (!made) return
  const user = found(await db.select({ id: users.id, name: users.name }).from(users).where(eq(users.id, user_id)))
  await welcome(db, { tenant_id, user, role, at: created_at }, alone)
}

/** The workspace a person lands in: `tenant_id` when they belong to it, without it the one they joined first. */
export async function homeOf(db: Reader | Writer, user_id: string, tenant_id?: string) {
  const [row] = await db
    .select({ tenant: tenants, role: memberships.role })
    .from(memberships)
    .innerJoin(tenants, eq(tenants.id, memberships.tenant_id))
    .where(
      and(eq(memberships.user_id, user_id), tenant_id === undefined ? undefined : eq(memberships.tenant_id, tenant_id)),
    )
    .orderBy(memberships.created_at)
    .limit(1)
  return row
}
export type Home = NonNullable<Awaited<ReturnType<typeof homeOf>>>

export const getTenant = async (ctx: Ctx) =>
  found(await ctx.db.select().from(tenants).where(eq(tenants.id, ctx.tenant.id)))

export const updateTenant = (ctx: Ctx, edit: TenantEdit) => {
  requireZone(edit.timezone)
  // Whoever locks the door must be inside: nobody could open it again otherwise.
  if (edit.require_mfa && !ctx.tenant.require_mfa && !ctx.actor.mfa)
    throw fail('CONFLICT', {
      message: 'Set up a second factor yourself and sign in with it, then ask everybody for one',
    })
  return change(ctx, 'tenant.updated', async ({ db, at }) => {
    const set = { ...edit, updated_at: at }
    return found(await db.update(tenants).set(set).where(eq(tenants.id, ctx.tenant.id)).returning())
  })
}
