import { domainToASCII } from 'node:url'
import { and, eq, isNotNull, isNull } from 'drizzle-orm'
import { refusalOf } from '#contract/permissions'
import { paginate } from '#db/query'
import { sso_connections, sso_domains } from '#db/schema/sso'
import { tenants } from '#db/schema/tenants'
import { change, found } from '#kernel/change'
import type { App, Ctx, Tx } from '#kernel/context'
import { domainOf } from '#kernel/email'
import { fail, invalid } from '#kernel/fail'
import type { PageQuery } from '#kernel/page'
import { requireRoom } from '#kernel/room'
import { randomToken } from '#kernel/secrets'
import { type TxtLookup, txtLookup } from './dns'

type Domain = typeof sso_domains.$inferSelect
/** Of one workspace. */
const MOST_DOMAINS = 500

const own = ({ tenant }: Ctx | Tx) => eq(sso_domains.tenant_id, tenant.id)
const LABEL = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?'
const DOMAIN = new RegExp(`^(?=.{1,253}$)(${LABEL}\\.)*${LABEL}$`)

/** The spelling domains are compared by: lower case, foreign letters as in DNS; nothing when it is none. */
export function normalDomain(text: string): string | undefined {
  const name = text.trim().toLowerCase().replace(/\.$/, '')
  // Read as a browser reads an address: what stands behind `/`, `?`, `#` or `\` would not count, nor what nobody sees.
  if (!/^[\p{L}\p{M}\p{N}.-]+$/u.test(name)) return undefined
  const ascii = domainToASCII(name)
  return DOMAIN.test(ascii) && !/^[\d.]+$/.test(ascii) ? ascii : undefined
}
export const emailDomain = (email: string) => normalDomain(domainOf(email))

const recordOf = ({ domain, challenge }: Domain) => ({
  type: 'TXT' as const,
  name: `_xinex-challenge.${domain}`,
  value: `xinex-verify=${challenge}`,
})
const viewOf = (row: Domain) => ({
  ...{ id: row.id, domain: row.domain, verified: row.verified_at !== null, verified_at: row.verified_at },
  ...{ record: recordOf(row), created_at: row.created_at },
})

export async function list(ctx: Ctx, page: PageQuery) {
  const listed = await paginate(ctx.db, sso_domains, own(ctx), page)
  return { ...listed, items: listed.items.map(viewOf) }
}

/** 409 when the domain is another workspace's. Only a verified one is: whoever merely names it holds nobody up. */
async function requireFree({ db }: Tx, domain: string) {
  const taken = await db.$count(sso_domains, and(eq(sso_domains.domain, domain), isNotNull(sso_domains.verified_at)))
  if (taken > 0) throw fail('CONFLICT', { message: `${domain} is verified by a workspace already` })
}

export async function add(ctx: Ctx, given: string) {
  const domain = normalDomain(given)
  if (!domain) throw invalid({ domain: 'is not a domain such as example.com' })
  const row = await change(ctx, 'sso_domain.created', async (tx) => {
    await requireFree(tx, domain)
    requireRoom(await tx.db.$count(sso_domains, own(tx)), MOST_DOMAINS, 'domains')
    if ((await tx.db.$count(sso_domains, and(own(tx), eq(sso_domains.domain, domain)))) > 0)
      throw fail('CONFLICT', { message: `${domain} is listed already` })
    const draft = { tenant_id: tx.tenant.id, domain, challenge: randomToken(), created_at: tx.at }
    return found(await tx.db.insert(sso_domains).values(draft).returning())
  })
  return viewOf(row)
}

export const remove = (ctx: Ctx, id: string) =>
  change(ctx, 'sso_domain.deleted', async (tx) =>
    found(
      await tx.db
        .delete(sso_domains)
        .where(and(own(tx), eq(sso_domains.id, id)))
        .returning(),
    ),
  )

/** Verified when the record is in DNS, or at once when whoever runs the appliance asks, in person. */
export async function verify(ctx: Ctx, id: string, lookUp: TxtLookup = txtLookup()) {
  const mine = and(own(ctx), eq(sso_domains.id, id))
  const row = found(await ctx.db.select().from(sso_domains).where(mine))
  if (row.verified_at) return viewOf(row)
  const { name, value } = recordOf(row)
  const vouches = refusalOf(ctx.actor, 'instance:admin', '') === undefined
  if (!vouches && !(await lookUp(name)).includes(value))
    throw fail('CONFLICT', { message: `There is no TXT record ${name} with ${value} yet`, details: recordOf(row) })
  const verified = await change(ctx, 'sso_domain.verified', async (tx) => {
    await requireFree(tx, row.domain)
    const set = { verified_at: tx.at }
    return found(
      await tx.db
        .update(sso_domains)
        .set(set)
        .where(and(mine, isNull(sso_domains.verified_at)))
        .returning(),
    )
  })
  return viewOf(verified)
}

/** The verified domains of a workspace. */
export async function verifiedOf({ db }: App, tenant_id: string): Promise<string[]> {
  const rows = await db.read
    .select({ domain: sso_domains.domain })
    .from(sso_domains)
    .where(and(eq(sso_domains.tenant_id, tenant_id), isNotNull(sso_domains.verified_at)))
  return rows.map(({ domain }) => domain)
}

/** The connection that people of this address, or of the workspace of this slug, sign in with; only an enabled one. */
export async function discover({ db }: App, { email, tenant }: { email?: string; tenant?: string }) {
  const domain = email === undefined ? undefined : emailDomain(email)
  const [byDomain] = domain
    ? await db.read
        .select({ connection: sso_connections })
        .from(sso_domains)
        .innerJoin(sso_connections, eq(sso_connections.tenant_id, sso_domains.tenant_id))
        .where(
          and(eq(sso_domains.domain, domain), isNotNull(sso_domains.verified_at), eq(sso_connections.enabled, true)),
        )
    : []
  if (byDomain || tenant === undefined) return byDomain?.connection
  const [bySlug] = await db.read
    .select({ connection: sso_connections })
    .from(sso_connections)
    .innerJoin(tenants, eq(tenants.id, sso_connections.tenant_id))
    .where(and(eq(tenants.slug, tenant), eq(sso_connections.enabled, true)))
  return bySlug?.connection
}
