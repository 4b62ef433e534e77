import { and, desc, eq, gt, inArray, isNull } from 'drizzle-orm'
import type { Role } from '#contract/permissions'
import type { Reader, Writer } from '#db/client'
import { paginate } from '#db/query'
import { users } from '#db/schema/auth'
import { audit_log } from '#db/schema/kernel'
import { invitations, memberships, tenants } from '#db/schema/tenants'
import { change, found } from '#kernel/change'
import { isoAt } from '#kernel/clock'
import type { App, Ctx, Tx } from '#kernel/context'
import { normalEmail } from '#kernel/email'
import { fail, invalid } from '#kernel/fail'
import { originOf } from '#kernel/origin'
import type { PageQuery } from '#kernel/page'
import { randomToken, sameText, sha256 } from '#kernel/secrets'
import { canMail, post } from '#modules/mails/service'
import { requireRank } from './members'
import { join } from './workspaces'

const VALID_MS = 7 * 86_400_000
const own = ({ tenant }: Ctx | Tx) => eq(invitations.tenant_id, tenant.id)
const one = (ctx: Ctx | Tx, id: string) => and(own(ctx), eq(invitations.id, id))
type Invitation = typeof invitations.$inferSelect

const linkOf = (origin: string, token: string) => `${origin}/invitation?token=${token}`

/**
 * What stands behind the token in the mailed link alone. Whoever invites sees the other link, and may invite an address
 * that is not theirs: only who got the mail has shown that it is.
 */
const proofOf = ({ vault }: Pick<App, 'vault'>, token: string) => vault.sign('invitation', token).slice(0, 32)
const TOKEN_CHARS = 43

export const listInvitations = (ctx: Ctx, page: PageQuery) => paginate(ctx.db, invitations, own(ctx), page)

/** A mail with the link, when mails can be sent; its address never comes from a request. */
async function send({ app, db, actor, tenant }: Tx, { email, role, expires_at }: Invitation, token: string) {
  const url = linkOf(originOf(app.config), token + proofOf(app, token))
  await post(app, db, email, { kind: 'invitation', inviter: actor.label, tenant: tenant.name, role, url, expires_at })
}

/** The invitation with the link to hand over, which is shown once. */
function shown(ctx: Ctx, { hash: _, tenant_id: __, invited_by: ___, ...row }: Invitation, token: string, base: string) {
  return { ...row, url: linkOf(base, token), mailed: canMail(ctx.app) }
}

/** Enough to invite a department, too few to fill the mailbox of somebody who has nothing to do with us. */
const MOST_IN_AN_HOUR = 100
const HOUR_MS = 3_600_000

/** Counted in the log: an invitation that was taken back has been mailed all the same. */
async function requireQuiet({ app, db, now, tenant }: Ctx) {
  if (!canMail(app)) return
  const sent = inArray(audit_log.event, ['invitation.created', 'invitation.resent'])
  const [oldest] = await db
    .select({ at: audit_log.at })
    .from(audit_log)
    .where(and(eq(audit_log.tenant_id, tenant.id), gt(audit_log.at, isoAt(now() - HOUR_MS)), sent))
    .orderBy(desc(audit_log.at))
    .limit(1)
    .offset(MOST_IN_AN_HOUR - 1)
  if (!oldest) return
  const retry_after_s = Math.ceil((Date.parse(oldest.at) + HOUR_MS - now()) / 1000)
  throw fail('RATE_LIMITED', {
    message: `This workspace has invited ${MOST_IN_AN_HOUR} times within an hour; try again later`,
    headers: { 'retry-after': String(retry_after_s) },
    details: { retry_after_s },
  })
}

async function requireInvitable(ctx: Ctx, email: string) {
  const [known] = await ctx.db
    .select({ id: users.id, role: memberships.role })
    .from(users)
    .leftJoin(memberships, and(eq(memberships.user_id, users.id), eq(memberships.tenant_id, ctx.tenant.id)))
    .where(eq(users.email, email))
  if (known?.role) throw fail('CONFLICT', { message: 'This person is a member already' })
  if (!known && ctx.app.config.registration === 'closed')
    throw fail('CONFLICT', { message: 'Registration is closed; set XINEX_REGISTRATION to invite first' })
}

/** Invites an address; the link of an earlier invitation to it is worth nothing from then on. */
export async function invite(ctx: Ctx, draft: { email: string; role: Role }, base: string) {
  const email = normalEmail(draft.email)
  requireRank(ctx, draft.role)
  await requireInvitable(ctx, email)
  await requireQuiet(ctx)
  const token = randomToken()
  const row = await change(ctx, 'invitation.created', async (tx) => {
    await tx.db.delete(invitations).where(and(own(tx), eq(invitations.email, email), isNull(invitations.accepted_at)))
    const values = { tenant_id: tx.tenant.id, email, role: draft.role, invited_by: tx.actor.id, hash: sha256(token) }
    const life = { expires_at: isoAt(tx.now() + VALID_MS), created_at: tx.at }
    const row = found(
      await tx.db
        .insert(invitations)
        .values({ ...values, ...life })
        .returning(),
    )
    await send(tx, row, token)
    return row
  })
  return shown(ctx, row, token, base)
}

/** A new link with a new life; the old one is worth nothing from then on. */
export async function resendInvitation(ctx: Ctx, id: string, base: string) {
  await requireQuiet(ctx)
  const token = randomToken()
  const row = await change(ctx, 'invitation.resent', async (tx) => {
    const before = found(await tx.db.select().from(invitations).where(one(tx, id)))
    requireRank(tx, before.role)
    if (before.accepted_at) throw fail('CONFLICT', { message: 'This invitation was accepted' })
    const set = { hash: sha256(token), invited_by: tx.actor.id, expires_at: isoAt(tx.now() + VALID_MS) }
    const row = found(await tx.db.update(invitations).set(set).where(one(tx, id)).returning())
    await send(tx, row, token)
    return row
  })
  return shown(ctx, row, token, base)
}

export const revokeInvitation = (ctx: Ctx, id: string) =>
  change(ctx, 'invitation.revoked', async (tx) => found(await tx.db.delete(invitations).where(one(tx, id)).returning()))

async function openByToken(db: Reader | Writer, token: string, at: string) {
  const hash = sha256(token.slice(0, TOKEN_CHARS))
  const open = and(eq(invitations.hash, hash), isNull(invitations.accepted_at), gt(invitations.expires_at, at))
  const [row] = await db
    .select({ invitation: invitations, tenant: tenants })
    .from(invitations)
    .innerJoin(tenants, eq(tenants.id, invitations.tenant_id))
    .where(open)
  return row
}

/** What somebody with the link may know before they sign in or register. */
export async function lookUpInvitation({ db, clock }: App, token: string) {
  const open = await openByToken(db.read, token, isoAt(clock.now()))
  if (!open) throw fail('NOT_FOUND', { message: 'This invitation is not valid any more; ask for a new one' })
  const { email, role, invited_by } = open.invitation
  const [inviter] = await db.read.select({ name: users.name }).from(users).where(eq(users.id, invited_by))
  const [account] = await db.read.select({ id: users.id }).from(users).where(eq(users.email, email))
  const { name } = open.tenant
  return { email, role, tenant: { name }, inviter: inviter?.name ?? name, has_account: account !== undefined }
}

/** The workspace an open invitation leads to; 422 when the link is worth nothing. */
export async function invitedTo({ db, now }: Ctx, token: string, field: string) {
  const open = await openByToken(db, token, isoAt(now()))
  if (!open) throw invalid({ [field]: 'is not valid any more' })
  return open.tenant
}

async function requireOpen(db: Writer, token: string, email: string, at: string, field = 'invitation') {
  const open = await openByToken(db, token, at)
  if (!open) throw invalid({ [field]: 'is not valid any more' })
  if (open.invitation.email !== email)
    throw invalid({ [field === 'invitation' ? 'email' : field]: 'is for another e-mail address' })
  return open.invitation
}

/**
 * Whether the invitation shows that the address is theirs: the link came by mail, or whoever runs the appliance invited
 * them. 422 when it is worth nothing, or for another address.
 */
export async function vouchesFor(app: App, db: Writer, token: string, email: string, at: string): Promise<boolean> {
  const { invited_by } = await requireOpen(db, token, email, at)
  const [bare, proof] = [token.slice(0, TOKEN_CHARS), token.slice(TOKEN_CHARS)]
  if (sameText(proof, proofOf(app, bare))) return true
  return (await db.$count(users, and(eq(users.id, invited_by), eq(users.instance_admin, true)))) > 0
}

/**
 * Lets the invited person in, inside the transaction that makes or knows them; 422 when the link is not for them.
 * `field` is what the link is called in the body that brought it.
 */
export async function acceptInvitation(
  db: Writer,
  token: string,
  user: { id: string; email: string },
  at: string,
  field = 'invitation',
) {
  const invitation = await requireOpen(db, token, user.email, at, field)
  await join(db, invitation.tenant_id, user.id, invitation.role, at)
  await db.update(invitations).set({ accepted_at: at }).where(eq(invitations.id, invitation.id))
  return invitation
}
