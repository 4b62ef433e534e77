import { and, eq, inArray } from 'drizzle-orm'
import { sso_connections, sso_subjects } from '#db/schema/sso'
import { memberships } from '#db/schema/tenants'
import { change, found } from '#kernel/change'
import type { App, Ctx, Tx } from '#kernel/context'
import { fail, invalid } from '#kernel/fail'
import { originOf } from '#kernel/origin'
import type { Trust } from './answer'
import { FetchFault, textAt } from './fetch-metadata'
import { certificateOf, described, isWebUrl, type Provider, providerIn } from './metadata'
import type { ConnectionEdit, MetadataAsk } from './schema'
import { newKeyPair } from './x509'
import { XmlFault } from './xml'

export type Connection = typeof sso_connections.$inferSelect

const own = ({ tenant }: Ctx | Tx) => eq(sso_connections.tenant_id, tenant.id)
const keyPlace = (id: string) => `sso_connections:private_key:${id}`

/** Our own addresses for a connection: each has a name of its own, so that no answer fits two workspaces. */
export function addressesFor({ config }: Pick<App, 'config'>, id: string) {
  const base = `${originOf(config)}/api/v1/sso`
  return { entity_id: `${base}/metadata/${id}`, acs_url: `${base}/acs/${id}` }
}

/** A connection ready for use, its key in plain text; never for a client. */
export const trustOf = (app: App, row: Connection): Trust => ({
  ...addressesFor(app, row.id),
  private_key: app.vault.open(row.private_key, keyPlace(row.id)),
  certificate: row.certificate,
  sso_url: row.sso_url,
  idp_entity_id: row.idp_entity_id,
  idp_certificates: row.certificates,
  require_signed_response: row.require_signed_response,
})

export const isComplete = ({ idp_entity_id, sso_url, certificates }: Provider) =>
  idp_entity_id !== '' && sso_url !== '' && certificates.length > 0

function viewOf(app: App, { private_key: _, tenant_id: __, certificate, ...row }: Connection) {
  const sp = addressesFor(app, row.id)
  const certificates = row.certificates.map(described)
  return { ...row, certificates, sp: { ...sp, metadata_url: sp.entity_id, certificate } }
}

export async function ownConnection(ctx: Ctx): Promise<Connection> {
  return found(await ctx.db.select().from(sso_connections).where(own(ctx)))
}

export const show = async (ctx: Ctx) => viewOf(ctx.app, await ownConnection(ctx))

/** The fields that name the identity provider, as far as the edit names them; 422 with what is wrong. */
function providerOf({ metadata_xml, ...edit }: ConnectionEdit, now: number): Partial<Provider> {
  if (metadata_xml !== undefined)
    return explained('metadata_xml', 'The metadata cannot be used', () => providerIn(metadata_xml, now))
  const { idp_entity_id, sso_url, certificates } = edit
  if (sso_url && !isWebUrl(sso_url)) throw invalid({ sso_url: 'must start with https:// or http://' })
  const pems = certificates?.map((text, i) => explained(`certificates.${i}`, '', () => certificateOf(text)))
  return {
    ...(idp_entity_id !== undefined && { idp_entity_id }),
    ...(sso_url !== undefined && { sso_url }),
    ...(pems && { certificates: [...new Set(pems)] }),
  }
}

function explained<T>(field: string, what: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof XmlFault)) throw error
    throw invalid({ [field]: [what, error.message].filter(Boolean).join(': ') })
  }
}

const fresh = {
  ...{ enabled: false, idp_entity_id: '', sso_url: '', certificates: [], require_signed_response: false },
  ...{ email_attribute: null, name_attribute: null, groups_attribute: null },
  ...{ provision: true, default_role: 'member' as const, group_roles: [] },
}

/** Whoever may now vouch for people could not before. */
const trustsMore = (before: Provider, after: Provider) =>
  before.idp_entity_id !== after.idp_entity_id ||
  after.certificates.some((certificate) => !before.certificates.includes(certificate))

/** Owners have to link themselves again. */
const forgetOwners = ({ db, tenant }: Tx, connection_id: string) => {
  const owners = db
    .select({ id: memberships.user_id })
    .from(memberships)
    .where(and(eq(memberships.tenant_id, tenant.id), eq(memberships.role, 'owner')))
  return db
    .delete(sso_subjects)
    .where(and(eq(sso_subjects.connection_id, connection_id), inArray(sso_subjects.user_id, owners)))
}

/** Makes the connection of the workspace or changes it; what is not named stays. */
export async function save(ctx: Ctx, edit: ConnectionEdit) {
  const { metadata_xml: _, ...plain } = edit
  const provider = providerOf(edit, ctx.now())
  const [known] = await ctx.db.select({ id: sso_connections.id }).from(sso_connections).where(own(ctx))
  const keys = known
    ? undefined
    : await newKeyPair(`Xinex single sign-on of ${ctx.tenant.slug}`.slice(0, 64), ctx.now())
  const row = await change(ctx, 'sso_connection.updated', async (tx) => {
    const [before] = await tx.db.select().from(sso_connections).where(own(tx))
    const after = { ...fresh, ...before, ...plain, ...provider, updated_at: tx.at }
    if (after.enabled && !isComplete(after))
      throw invalid({ enabled: 'needs the entity ID, the address and a certificate of the identity provider first' })
    if (before) {
      // Whoever changes whom we believe could let themselves in as anybody; as an owner they must not.
      if (tx.actor.role !== 'owner' && trustsMore(before, after)) await forgetOwners(tx, before.id)
      const { id: _, ...set } = after
      return found(await tx.db.update(sso_connections).set(set).where(own(tx)).returning())
    }
    if (!keys) throw fail('CONFLICT', { message: 'The connection was deleted meanwhile: save it again' })
    const id = Bun.randomUUIDv7()
    const private_key = ctx.app.vault.seal(keys.private_key, keyPlace(id))
    const made = {
      ...after,
      id,
      tenant_id: tx.tenant.id,
      created_at: tx.at,
      private_key,
      certificate: keys.certificate,
    }
    return found(await tx.db.insert(sso_connections).values(made).returning())
  })
  return viewOf(ctx.app, row)
}

export const remove = (ctx: Ctx) =>
  change(ctx, 'sso_connection.deleted', async (tx) =>
    found(await tx.db.delete(sso_connections).where(own(tx)).returning()),
  )

/** What metadata says, at an address or given as it is; nothing is stored. */
export async function readMetadata(ctx: Ctx, { url, metadata_xml }: MetadataAsk): Promise<Provider> {
  if (metadata_xml !== undefined)
    return explained('metadata_xml', 'The metadata cannot be used', () => providerIn(metadata_xml, ctx.now()))
  if (url === undefined) throw invalid({ url: 'is needed, or metadata_xml' })
  try {
    return providerIn(await textAt(ctx.app.net, url), ctx.now())
  } catch (error) {
    if (error instanceof FetchFault || error instanceof XmlFault) throw invalid({ url: error.message })
    throw error
  }
}
