import { randomBytes } from 'node:crypto'
import { and, eq } from 'drizzle-orm'
import { type Role, roles } from '#contract/permissions'
import { paginate } from '#db/query'
import { oauth_clients as clients } from '#db/schema/oauth'
import { change, found } from '#kernel/change'
import type { Ctx, Tx } from '#kernel/context'
import { fail, invalid } from '#kernel/fail'
import type { PageQuery } from '#kernel/page'
import { requireRoom } from '#kernel/room'
import { sha256 } from '#kernel/secrets'
import { revokeInvitationsBy } from '#modules/tenants/service'
import { endGrantsTo } from './grants'
import { redirectFault } from './redirects'
import type { Draft, Edit } from './schema'

type Row = typeof clients.$inferSelect

/** Of one workspace. */
const MOST_CLIENTS = 500

const own = ({ tenant }: Ctx | Tx, id?: string) =>
  and(eq(clients.tenant_id, tenant.id), id === undefined ? undefined : eq(clients.id, id))
const viewOf = ({ secret_hash, created_by: _, ...row }: Row) => ({ ...row, public: secret_hash === null })
const newSecret = () => `xinex_secret_${randomBytes(32).toString('hex')}`

/** Whoever may write the secret of a client may act as it does: nobody climbs over it. */
function requireRank({ actor }: Pick<Ctx, 'actor'>, role: Role) {
  if (roles.indexOf(role) > roles.indexOf(actor.role))
    throw fail('FORBIDDEN', { message: 'A client can have at most your own role' })
}

/** 422 for what does not go together. */
function check({ redirect_uris, grant_types }: Pick<Row, 'redirect_uris' | 'grant_types'>, isPublic: boolean) {
  const faults: Record<string, string> = {}
  redirect_uris.forEach((uri, i) => {
    const fault = redirectFault(uri)
    if (fault) faults[`redirect_uris.${i}`] = fault
  })
  const asks = grant_types.includes('authorization_code')
  if (asks && redirect_uris.length === 0) faults.redirect_uris = 'must hold at least one address for authorization_code'
  if (!asks && grant_types.includes('refresh_token'))
    faults.grant_types = 'cannot have refresh_token without authorization_code'
  if (isPublic && grant_types.includes('client_credentials'))
    faults.grant_types = 'cannot have client_credentials: a public client has no secret to act with'
  if (Object.keys(faults).length > 0) throw invalid(faults)
}

const get = async (ctx: Ctx | Tx, id: string) => found(await ctx.db.select().from(clients).where(own(ctx, id)))

export async function list(ctx: Ctx, page: PageQuery) {
  const { items, ...rest } = await paginate(ctx.db, clients, own(ctx), page)
  return { items: items.map(viewOf), ...rest }
}

export const read = async (ctx: Ctx, id: string) => viewOf(await get(ctx, id))

export async function create(ctx: Ctx, { public: isPublic = false, ...draft }: Draft) {
  const whole = {
    name: draft.name,
    redirect_uris: draft.redirect_uris ?? [],
    grant_types: draft.grant_types ?? ['authorization_code' as const, 'refresh_token' as const],
    scopes: draft.scopes ?? ['read' as const],
    role: draft.role ?? 'viewer',
  }
  requireRank(ctx, whole.role)
  check(whole, isPublic)
  const client_secret = isPublic ? undefined : newSecret()
  const row = await change(ctx, 'oauth_client.created', async ({ db, at, tenant, actor }) => {
    requireRoom(await db.$count(clients, eq(clients.tenant_id, tenant.id)), MOST_CLIENTS, 'apps')
    const rest = { tenant_id: tenant.id, created_by: actor.id, created_at: at, updated_at: at }
    const secret_hash = client_secret === undefined ? null : sha256(client_secret)
    return found(
      await db
        .insert(clients)
        .values({ ...whole, ...rest, secret_hash })
        .returning(),
    )
  })
  return { ...viewOf(row), ...(client_secret && { client_secret }) }
}

/** The kind of a client stays as it is. Whatever changes, people are asked again before it gets anything new. */
export async function update(ctx: Ctx, id: string, edit: Edit) {
  const row = await change(ctx, 'oauth_client.updated', async (tx) => {
    // Read inside the transaction: two edits at once must not make together what neither may make alone.
    const before = await get(tx, id)
    requireRank(tx, before.role)
    requireRank(tx, edit.role ?? before.role)
    check({ ...before, ...edit }, before.secret_hash === null)
    const set = { ...edit, updated_at: tx.at }
    if (edit.role && roles.indexOf(edit.role) < roles.indexOf(before.role)) await revokeInvitationsBy(tx, id)
    return found(await tx.db.update(clients).set(set).where(own(tx, id)).returning())
  })
  return viewOf(row)
}

/** A new secret; the one before is worth nothing from now on. */
export async function renewSecret(ctx: Ctx, id: string) {
  const client_secret = newSecret()
  await change(ctx, 'oauth_client.updated', async (tx) => {
    const { role, secret_hash } = await get(tx, id)
    if (secret_hash === null) throw fail('CONFLICT', { message: 'A public client has no secret' })
    requireRank(tx, role)
    const set = { secret_hash: sha256(client_secret), updated_at: tx.at }
    return found(await tx.db.update(clients).set(set).where(own(tx, id)).returning())
  })
  return { client_secret }
}

/** With it goes what people have allowed it. */
export const remove = (ctx: Ctx, id: string) =>
  change(ctx, 'oauth_client.deleted', async (tx) => {
    const row = found(await tx.db.delete(clients).where(own(tx, id)).returning())
    await endGrantsTo(tx.db, row.id, tx.at)
    await revokeInvitationsBy(tx, row.id)
    return row
  })
