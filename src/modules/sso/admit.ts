import { and, eq } from 'drizzle-orm'
import { users } from '#db/schema/auth'
import { sso_subjects } from '#db/schema/sso'
import { memberships, tenants } from '#db/schema/tenants'
import { change, found } from '#kernel/change'
import { isoAt } from '#kernel/clock'
import { type App, systemCtx, type Tx } from '#kernel/context'
import { insertUser, type Problem, type Where } from '#modules/auth/service'
import { post } from '#modules/mails/service'
import { join, setRole } from '#modules/tenants/service'
import type { Claims } from './claims'
import type { Connection } from './connection'
import { type Account, type Decision, decide } from './decide'
import { emailDomain, verifiedOf } from './domains'

type Known = Account & { name: string; email: string }

/** The account that a condition finds, with its role in the workspace of the connection. */
async function account({ db }: App, tenant_id: string, where: { id: string } | { email: string }) {
  const [row] = await db.read
    .select({ user: users, role: memberships.role })
    .from(users)
    .leftJoin(memberships, and(eq(memberships.user_id, users.id), eq(memberships.tenant_id, tenant_id)))
    .where('id' in where ? eq(users.id, where.id) : eq(users.email, where.email))
  if (!row) return undefined
  const { id, name, email, email_verified_at } = row.user
  return { id, name, email, email_verified: email_verified_at !== null, role: row.role } satisfies Known
}

const subjectIs = (connection_id: string, subject: string) =>
  and(eq(sso_subjects.connection_id, connection_id), eq(sso_subjects.subject, subject))

export async function linkedTo({ db }: Pick<App, 'db'>, connection: Connection, subject: string) {
  const [row] = await db.read.select().from(sso_subjects).where(subjectIs(connection.id, subject))
  return row?.user_id
}

/** Who this would be here, and as whom they would come in; changes nothing. */
export async function consider(app: App, connection: Connection, { subject, email, groups }: Claims) {
  const user_id = await linkedTo(app, connection, subject)
  const linked = user_id === undefined ? undefined : await account(app, connection.tenant_id, { id: user_id })
  const same_email = email === null ? undefined : await account(app, connection.tenant_id, { email })
  const { provision, default_role, group_roles } = connection
  const domains = await verifiedOf(app, connection.tenant_id)
  const domain = email === null ? null : (emailDomain(email) ?? null)
  const decision = decide({ provision, default_role, group_roles, domains }, { domain, groups, linked, same_email })
  return { decision, person: linked ?? same_email }
}

export async function tenantOf({ db }: App, connection: Connection) {
  return found(await db.read.select().from(tenants).where(eq(tenants.id, connection.tenant_id)))
}

/** No identity provider opens this account any more; inside a running change. */
export const unlinkAll = (tx: Tx['db'], user_id: string) =>
  tx.delete(sso_subjects).where(eq(sso_subjects.user_id, user_id))

/** Remembers who this is at the identity provider; somebody else who is that already stays it. */
const remember = (db: Tx['db'], connection_id: string, subject: string, user_id: string, at: string) =>
  db
    .insert(sso_subjects)
    .values({ connection_id, subject, user_id, last_used_at: at, created_at: at })
    .onConflictDoNothing()

type Admission = Exclude<Decision, { action: 'refuse' }>
async function carryOut(app: App, connection: Connection, claims: Claims, decision: Admission, where: Where) {
  const { tenant_id } = connection
  const ctx = systemCtx(app, await tenantOf(app, connection), where)
  const { subject, email, name } = claims
  if (decision.action === 'create') {
    // Decided by its domain, so there is an address.
    if (email === null) throw new Error('An account was to be made without an address')
    const made = await change(ctx, 'user.registered', async ({ db, at }) => {
      const user = await insertUser(db, { name, email, email_verified: true }, null, at)
      await join(db, tenant_id, user.id, decision.role, at)
      await remember(db, connection.id, subject, user.id, at)
      return user
    })
    return made.id
  }
  const { user_id, link } = decision
  const about = { id: user_id, method: 'saml', subject, email }
  if (decision.action === 'join')
    await change(ctx, 'member.joined', async ({ db, at }) => {
      await join(db, tenant_id, user_id, decision.role, at)
      if (link) await remember(db, connection.id, subject, user_id, at)
      return { ...about, role: decision.role }
    })
  else if (link)
    await change(ctx, 'identity.linked', async ({ db, at }) => {
      await remember(db, connection.id, subject, user_id, at)
      return about
    })
  const { role } = decision
  if (decision.action === 'enter' && role)
    await change(ctx, 'member.updated', async ({ db }) => {
      await setRole(db, tenant_id, user_id, role)
      return { ...about, role }
    })
  return user_id
}

/** Lets the person in who was vouched for: answers their account, or why not. */
export async function admit(
  app: App,
  connection: Connection,
  claims: Claims,
  where: Where,
): Promise<{ user_id?: string; problem?: Problem }> {
  const { decision } = await consider(app, connection, claims)
  if (decision.action === 'refuse') return { problem: decision.problem }
  const user_id = await carryOut(app, connection, claims, decision, where)
  const last_used_at = isoAt(app.clock.now())
  const mine = subjectIs(connection.id, claims.subject)
  await app.db.tx((tx) => tx.update(sso_subjects).set({ last_used_at }).where(mine))
  return { user_id }
}

/** Says to the owner of an account that there is a new way into it. */
async function tellLinked(app: App, db: Tx['db'], user_id: string, at: string) {
  const { name, email } = found(await db.select().from(users).where(eq(users.id, user_id)))
  const what = 'Single sign-on was linked: it opens your account in its workspace from now on'
  await post(app, db, email, { kind: 'second_factor_changed', name, at, what })
}

/** Links somebody who is signed in already; false when that person of the identity provider is another account here. */
export async function linkTo(
  app: App,
  connection: Connection,
  { subject, email }: Claims,
  user_id: string,
  where: Where,
) {
  const ctx = systemCtx(app, await tenantOf(app, connection), where)
  let owner = await linkedTo(app, connection, subject)
  if (owner === undefined)
    await change(ctx, 'identity.linked', async ({ db, at }) => {
      await remember(db, connection.id, subject, user_id, at)
      const [row] = await db.select().from(sso_subjects).where(subjectIs(connection.id, subject))
      owner = row?.user_id
      if (owner === user_id) await tellLinked(app, db, user_id, at)
      return { id: user_id, method: 'saml', subject, email }
    })
  return owner === user_id
}
