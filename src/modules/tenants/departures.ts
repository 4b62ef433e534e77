import { and, asc, eq, gt, inArray, isNull, ne, or } from 'drizzle-orm'
import { roles } from '#contract/permissions'
import type { Reader, Writer } from '#db/client'
import { memberships, tenants } from '#db/schema/tenants'

// What becomes of workspaces when the account of one of their members ends.

const others = (tenant_id: string, user_id: string) =>
  and(eq(memberships.tenant_id, tenant_id), ne(memberships.user_id, user_id))

/** `alone`: nobody else is in them. `shared`: others are; of those, `stuck` have no other owner. */
export async function departureOf(db: Reader | Writer, user_id: string) {
  const mine = await db
    .select({ id: tenants.id, name: tenants.name, deletes_at: tenants.deletes_at, role: memberships.role })
    .from(memberships)
    .innerJoin(tenants, eq(tenants.id, memberships.tenant_id))
    .where(eq(memberships.user_id, user_id))
  const alone: typeof mine = []
  const shared: typeof mine = []
  const stuck: typeof mine = []
  for (const tenant of mine) {
    const rest = others(tenant.id, user_id)
    if ((await db.$count(memberships, rest)) === 0) {
      alone.push(tenant)
      continue
    }
    shared.push(tenant)
    const otherOwners = and(rest, eq(memberships.role, 'owner'))
    if (tenant.role === 'owner' && (await db.$count(memberships, otherOwners)) === 0) stuck.push(tenant)
  }
  return { alone, shared, stuck }
}

/** The workspaces go with their only member, unless they were to go sooner. */
export async function endWith(tx: Writer, ids: string[], deletes_at: string, at: string): Promise<void> {
  const later = or(isNull(tenants.deletes_at), gt(tenants.deletes_at, deletes_at))
  if (ids.length > 0)
    await tx
      .update(tenants)
      .set({ deletes_at, updated_at: at })
      .where(and(inArray(tenants.id, ids), later))
}

/** What was to go at the same moment as its only member stays: they stay too, or others have joined since. */
export async function stayWith(tx: Writer, ids: string[], deletes_at: string, at: string): Promise<void> {
  const same = and(inArray(tenants.id, ids), eq(tenants.deletes_at, deletes_at))
  if (ids.length > 0) await tx.update(tenants).set({ deletes_at: null, updated_at: at }).where(same)
}

/** The last owner goes: whoever has the highest role, and of those the longest, owns the workspace from now on. */
export async function passOn(tx: Writer, tenant_id: string, user_id: string) {
  const rest = await tx
    .select()
    .from(memberships)
    .where(others(tenant_id, user_id))
    .orderBy(asc(memberships.created_at))
  const [heir] = rest.sort((a, b) => roles.indexOf(b.role) - roles.indexOf(a.role))
  if (!heir) return undefined
  const one = and(eq(memberships.tenant_id, tenant_id), eq(memberships.user_id, heir.user_id))
  await tx.update(memberships).set({ role: 'owner' }).where(one)
  return heir
}
