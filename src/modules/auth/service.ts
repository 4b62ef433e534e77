import { and, eq, isNull } from 'drizzle-orm'
import type { Writer } from '#db/client'
import { invitations, tenants, users } from '#db/schema/auth'
import { change, found } from '#kernel/change'
import { isoAt } from '#kernel/clock'
import { type App, type Ctx, systemCtx } from '#kernel/context'
import { fail, invalid } from '#kernel/fail'
import { checkPassword } from '#kernel/passwords'
import { sha256 } from '#kernel/secrets'
import { homeOf, insertTenant, insertUser, join, newHash, normalEmail, publicUser, requireZone } from './accounts'
import type { Login, Register } from './schema'

export { invite, listInvitations, listMembers, revokeInvitation } from './invitations'
export { needsSetup, offerSetup, resetPassword, setUp, tokenFor } from './setup'

type Where = { user_agent: string | null; address: string; request_id?: string }
type User = typeof users.$inferSelect
type Home = NonNullable<Awaited<ReturnType<typeof homeOf>>>

/** Starts a session for somebody who has proven who they are. */
export async function begin(app: App, user: User, { tenant, role }: Home, where: Where) {
  const session = await app.credentials.signIn(user.id, tenant.id, where)
  const actor = {
    kind: 'session' as const,
    id: user.id,
    label: user.name,
    role,
    scope: 'full' as const,
    instance_admin: false,
  }
  const { address, request_id } = where
  await change(systemCtx(app, tenant, { actor, address, request_id }), 'session.created', async () => ({
    id: session.public_id,
    user_agent: where.user_agent,
  }))
  return {
    set_cookie: session.set_cookie,
    answer: { user: publicUser(user), tenant, role, csrf_token: session.csrf_token },
  }
}

/** The same answer for an unknown account and a wrong password, after the same work. */
export async function login(app: App, { email, password }: Login, where: Where) {
  const [user] = await app.db.read
    .select()
    .from(users)
    .where(eq(users.email, normalEmail(email)))
  const right = await checkPassword(password, user?.password_hash)
  const home = user && right ? await homeOf(app.db.read, user.id) : undefined
  if (!user || !home) throw fail('UNAUTHORIZED', { message: 'The e-mail address or the password is wrong' })
  return begin(app, user, home, where)
}

async function openInvitation(db: Writer, token: string, email: string, now: string) {
  const [row] = await db
    .select()
    .from(invitations)
    .where(and(eq(invitations.hash, sha256(token)), isNull(invitations.accepted_at)))
  if (!row || row.expires_at <= now) throw invalid({ invitation: 'is not valid any more' })
  if (row.email !== email) throw invalid({ email: 'is not the address that was invited' })
  return row
}

/** A new account: by invitation into an existing workspace, or (mode `open`) with a workspace of its own. */
export async function register(app: App, draft: Register, where: Where) {
  const mode = app.config.registration
  const email = normalEmail(draft.email)
  if (mode === 'closed') throw fail('FORBIDDEN', { message: 'Registration is closed here' })
  if (mode === 'invite' && !draft.invitation)
    throw fail('FORBIDDEN', { message: 'Registration needs an invitation here' })
  const hash = await newHash(draft.password, [draft.name, email])
  const at = isoAt(app.clock.now())
  const nowhere = { id: '', name: '', slug: '', tier: 'self_hosted', timezone: 'UTC' }
  const user = await change(systemCtx(app, nowhere, where), 'user.registered', async ({ db }) => {
    const { name, password, invitation } = draft
    const invited = invitation ? await openInvitation(db, invitation, email, at) : undefined
    const user = await insertUser(db, { name, email, password }, hash, at)
    if (!invited) await insertTenant(db, draft.workspace ?? `${name}'s workspace`, 'UTC', user.id, at)
    else {
      await join(db, invited.tenant_id, user.id, invited.role, at)
      await db.update(invitations).set({ accepted_at: at }).where(eq(invitations.id, invited.id))
    }
    return user
  })
  const home = await homeOf(app.db.read, user.id)
  if (!home) throw new Error('A registered user has no workspace')
  return begin(app, user, home, where)
}

export async function userOf(ctx: Ctx) {
  const { password_hash, ...user } = found(await ctx.db.select().from(users).where(eq(users.id, ctx.actor.id)))
  return { user, password_hash }
}

type Edit = { name?: string; timezone?: string; email?: string; current_password?: string; new_password?: string }

/** Own profile. A new address or password needs the current password and ends the other sessions. */
export async function updateUser(ctx: Ctx, { current_password, new_password, ...edit }: Edit) {
  requireZone(edit.timezone)
  const { user, password_hash } = await userOf(ctx)
  const email = edit.email && normalEmail(edit.email)
  const sensitive = new_password !== undefined || (email !== undefined && email !== user.email)
  if (sensitive && ctx.actor.kind !== 'session')
    throw fail('FORBIDDEN', { message: 'The address and the password are changed from a signed-in session' })
  if (sensitive && !(await checkPassword(current_password ?? '', password_hash)))
    throw invalid({ current_password: 'is not your current password' })
  const hash =
    new_password === undefined ? password_hash : await newHash(new_password, [user.name, user.email], 'new_password')
  return change(ctx, 'user.updated', async ({ db, at }) => {
    if (email && email !== user.email && (await db.$count(users, eq(users.email, email))) > 0)
      throw fail('CONFLICT', { message: 'There is already an account with this e-mail address' })
    const set = { ...edit, ...(email ? { email } : {}), password_hash: hash, updated_at: at }
    const row = found(await db.update(users).set(set).where(eq(users.id, ctx.actor.id)).returning())
    if (sensitive) await ctx.app.credentials.endOtherSessions(db, row.id, ctx.actor.session_id)
    return row
  })
}

export const updateTenant = (ctx: Ctx, edit: { name?: string; timezone?: string }) => {
  requireZone(edit.timezone)
  return change(ctx, 'tenant.updated', async ({ db, at }) => {
    const set = { ...edit, updated_at: at }
    const row = found(await db.update(tenants).set(set).where(eq(tenants.id, ctx.tenant.id)).returning())
    return row
  })
}

/** Ends the session that asks. An API token has none to end. */
export const logout = (ctx: Ctx) =>
  change(ctx, 'session.revoked', async ({ db }) => {
    if (!ctx.actor.session_id) throw fail('BAD_REQUEST', { message: 'An API token is revoked, not signed out' })
    const [gone] = await ctx.app.credentials.endSession(db, ctx.actor.id, ctx.actor.session_id)
    return { id: gone?.public_id ?? ctx.actor.session_id }
  })
