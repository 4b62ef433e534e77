import { Value } from '@sinclair/typebox/value'
import { and, eq } from 'drizzle-orm'
import type { Writer } from '#db/client'
import { users } from '#db/schema/auth'
import { identities } from '#db/schema/identities'
import { tenants } from '#db/schema/tenants'
import { change, found } from '#kernel/change'
import { isoAt } from '#kernel/clock'
import { type App, nowhere, systemCtx, type Tenant } from '#kernel/context'
import { normalEmail } from '#kernel/email'
import { AppError, fail } from '#kernel/fail'
import { Email } from '#kernel/fields'
import { insertUser, mailVerification, type Where } from '#modules/auth/service'
import { post } from '#modules/mails/service'
import type { Provider } from '#modules/sign-in-providers/service'
import { acceptAs, homeOf, insertTenant, join, openInvitationTo, setRole } from '#modules/tenants/service'
import type { Claims } from '#sign-in/define'
import { type Decision, decide, roleFor } from './join'

type Refused = Extract<Decision, { do: 'refuse' }>['problem']
/** The account that somebody enters, and the workspace they land in when the provider has one and they belong to it. */
export type Arrival = { user_id: string; tenant_id?: string } | { problem: Refused }

/** The address in our spelling, when it is one. */
function cleaned(claims: Claims): Claims {
  const email = claims.email === undefined ? undefined : normalEmail(claims.email)
  return email !== undefined && Value.Check(Email, email)
    ? { ...claims, email }
    : { ...claims, email: undefined, email_verified: false }
}

const subjectOf = (provider: Provider, { subject }: Claims) =>
  and(eq(identities.provider_id, provider.id), eq(identities.subject, subject))

/** What the decision depends on, as it is now. */
async function situation({ db, clock, config }: App, provider: Provider, claims: Claims) {
  const { email } = claims
  const known = { id: users.id, verified_at: users.email_verified_at }
  const [linked] = await db.read.select({ id: identities.user_id }).from(identities).where(subjectOf(provider, claims))
  const [same] = email === undefined ? [] : await db.read.select(known).from(users).where(eq(users.email, email))
  const invitation = email === undefined ? undefined : await openInvitationTo(db.read, email, isoAt(clock.now()))
  return {
    ...{ claims, provider, linked, invitation, registration: config.registration },
    same: same && { id: same.id, email_verified: same.verified_at !== null },
  }
}

/** Ties the identity to an account, inside a running change; throws CONFLICT when it is somebody's already. */
export async function link(db: Writer, provider: Provider, claims: Claims, user_id: string, at: string) {
  if ((await db.$count(identities, subjectOf(provider, claims))) > 0)
    throw fail('CONFLICT', { message: 'This account is linked already' })
  const { subject, email = null } = claims
  const row = { user_id, provider_id: provider.id, subject, email, last_used_at: at, created_at: at }
  return found(await db.insert(identities).values(row).returning())
}

/** Says to the owner of an account that there is a new way into it. */
export async function tellLinked(app: App, db: Writer, provider: Provider, user_id: string, at: string) {
  const { name, email } = found(await db.select().from(users).where(eq(users.id, user_id)))
  await post(app, db, email, {
    kind: 'second_factor_changed',
    ...{ name, at, what: `An account at ${provider.name} was linked: it opens yours from now on` },
  })
}

/** A new account without a password; `settle` gives it a workspace. */
async function register(
  app: App,
  provider: Provider,
  claims: Claims,
  where: Where,
  tenant: Tenant,
  settle: (db: Writer, user: { id: string; name: string }, at: string) => Promise<unknown>,
) {
  const { email = '', email_verified } = claims
  const name = claims.name || (email.split('@')[0] ?? email)
  const user = await change(systemCtx(app, tenant, where), 'user.registered', async ({ db, at }) => {
    const user = await insertUser(db, { name: name.slice(0, 120), email, email_verified }, null, at)
    await link(db, provider, claims, user.id, at)
    await settle(db, user, at)
    if (!email_verified) await mailVerification(app, db, user, at)
    return user
  })
  return user.id
}

async function carryOut(app: App, provider: Provider, claims: Claims, decision: Decision, where: Where) {
  const tenantOf = async (id: string) => found(await app.db.read.select().from(tenants).where(eq(tenants.id, id)))
  if (decision.do === 'enter') {
    // Some name the address at the first sign-in only: what is known stays.
    const used = { last_used_at: isoAt(app.clock.now()), ...(claims.email !== undefined && { email: claims.email }) }
    await app.db.tx((tx) => tx.update(identities).set(used).where(subjectOf(provider, claims)))
    return decision.user_id
  }
  if (decision.do === 'link') {
    const { user_id, member } = decision
    // Before the link and never after it: stopped in between, the next sign-in begins anew; once it is done, whoever is
    // removed from the workspace is not let in again by the next sign-in.
    if (member && !(await homeOf(app.db.read, user_id, member.tenant_id)))
      await change(systemCtx(app, await tenantOf(member.tenant_id), where), 'member.joined', async ({ db, at }) => {
        await join(db, member.tenant_id, user_id, member.role, at)
        return { id: user_id, ...member }
      })
    await change(systemCtx(app, nowhere, where), 'identity.linked', async ({ db, at }) => {
      await tellLinked(app, db, provider, user_id, at)
      return link(db, provider, claims, user_id, at)
    })
    return user_id
  }
  if (decision.do === 'join') {
    const { tenant_id, role } = decision.member
    return register(app, provider, claims, where, await tenantOf(tenant_id), (db, { id }, at) =>
      join(db, tenant_id, id, role, at),
    )
  }
  if (decision.do === 'accept')
    return register(app, provider, claims, where, await tenantOf(decision.tenant_id), async (db, { id }, at) => {
      if (!(await acceptAs(db, decision.invitation_id, id, at))) throw fail('CONFLICT')
    })
  return register(app, provider, claims, where, nowhere, (db, { id, name }, at) =>
    insertTenant(db, `${name}'s workspace`, 'UTC', id, at),
  )
}

/** The role by groups, in force from this sign-in on; answers the workspace when the person belongs to it. */
async function settleRole(app: App, provider: Provider, claims: Claims, user_id: string, where: Where) {
  if (provider.tenant_id === null) return undefined
  const home = await homeOf(app.db.read, user_id, provider.tenant_id)
  if (!home) return undefined
  const { tenant } = home
  const role = roleFor(provider, claims, home.role)
  if (role === undefined) return tenant.id
  try {
    await change(systemCtx(app, tenant, where), 'member.updated', async ({ db }) => ({
      id: user_id,
      ...(await setRole(db, tenant.id, user_id, role)),
    }))
  } catch (error) {
    if (!isCollision(error)) throw error
    app.log.warn('a group would have taken the last owner from a workspace', { provider: provider.slug, user_id })
  }
  return tenant.id
}

const isCollision = (error: unknown) => error instanceof AppError && error.code === 'CONFLICT'

/** Finds, links or makes the account of somebody whom a provider vouches for, or says why there is none. */
export async function arrive(app: App, provider: Provider, said: Claims, where: Where): Promise<Arrival> {
  const claims = cleaned(said)
  for (let again = false; ; again = true) {
    const decision = decide(await situation(app, provider, claims))
    if (decision.do === 'refuse') return { problem: decision.problem }
    try {
      const user_id = await carryOut(app, provider, claims, decision, where)
      const tenant_id = await settleRole(app, provider, claims, user_id, where)
      return { user_id, ...(tenant_id !== undefined && { tenant_id }) }
    } catch (error) {
      // The same person in two windows at once: the second one finds the account that the first one made.
      if (again || !isCollision(error)) throw error
    }
  }
}
