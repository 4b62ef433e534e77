import { and, eq } from 'drizzle-orm'
import type { Role } from '#contract/permissions'
import { slugOf } from '#contract/slug'
import type { Reader, Writer } from '#db/client'
import { memberships, tenants, users } from '#db/schema/auth'
import { fail, invalid } from '#kernel/fail'
import { hashPassword, weakness } from '#kernel/passwords'

type NewUser = { name: string; email: string; password: string; timezone?: string; instance_admin?: boolean }

export const normalEmail = (email: string) => email.trim().toLowerCase()

export function requireZone(timezone: string | undefined) {
  try {
    if (timezone !== undefined) new Intl.DateTimeFormat('en', { timeZone: timezone })
  } catch {
    throw invalid({ timezone: 'is not a time zone such as Europe/Berlin' })
  }
}

/** The hash of a password that is good enough; 422 with the reason otherwise. */
export async function newHash(password: string, own: string[], field = 'password') {
  const weak = weakness(password, own)
  if (weak) throw invalid({ [field]: weak })
  return hashPassword(password)
}

/** Everything about the user but the hash. */
export const publicUser = ({ password_hash: _, ...user }: typeof users.$inferSelect) => user

export async function insertUser(db: Writer, { password, ...user }: NewUser, hash: string, at: string) {
  const email = normalEmail(user.email)
  const [taken] = await db.select({ id: users.id }).from(users).where(eq(users.email, email))
  if (taken) throw fail('CONFLICT', { message: 'There is already an account with this e-mail address' })
  const [row] = await db
    .insert(users)
    .values({ ...user, email, password_hash: hash, created_at: at, updated_at: at })
    .returning()
  if (!row) throw new Error('The user row was not returned')
  return row
}

/** A new workspace with its owner; the slug gets a number when it is taken. */
export async function insertTenant(db: Writer, name: string, timezone: string, owner: string, at: string) {
  const base = slugOf(name) || 'workspace'
  let slug = base
  for (let n = 2; (await db.$count(tenants, eq(tenants.slug, slug))) > 0; n++) slug = `${base}-${n}`
  const [row] = await db.insert(tenants).values({ name, slug, timezone, created_at: at, updated_at: at }).returning()
  if (!row) throw new Error('The tenant row was not returned')
  await join(db, row.id, owner, 'owner', at)
  return row
}

export const join = (db: Writer, tenant_id: string, user_id: string, role: Role, created_at: string) =>
  db.insert(memberships).values({ tenant_id, user_id, role, created_at })

/** The workspace a person lands in: the one they joined first. */
export async function homeOf(db: Reader | Writer, user_id: string, tenant_id?: string) {
  const [row] = await db
    .select({ tenant: tenants, role: memberships.role })
    .from(memberships)
    .innerJoin(tenants, eq(tenants.id, memberships.tenant_id))
    .where(and(eq(memberships.user_id, user_id), tenant_id ? eq(memberships.tenant_id, tenant_id) : undefined))
    .orderBy(memberships.created_at)
    .limit(1)
  return row
}
