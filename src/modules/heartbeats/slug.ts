import { slugOf } from '#contract/slug'
import type { HeartbeatRow } from '#engine/heartbeats/rows'
import type { App } from '#kernel/context'
import { originOf } from '#kernel/origin'
import { sha256 } from '#kernel/secrets'

const contextOf = (id: string) => `heartbeats:slug:${id}`

/** A slug as it is stored: sealed to its heartbeat, and its hash, by which it is found. */
export const sealedSlug = ({ vault }: App, id: string, slug: string) => ({
  slug: vault.seal(slug, contextOf(id)),
  slug_hash: sha256(slug),
})
/** The slug in plain text: for those who may report, and for nobody else. */
export const openSlug = ({ vault }: App, { id, slug }: Pick<HeartbeatRow, 'id' | 'slug'>) =>
  vault.open(slug, contextOf(id))

export const newSlug = (): string => crypto.randomUUID()
export const pingUrlOf = ({ config }: App, slug: string) => `${originOf(config)}/api/v1/hb/${slug}`

/** The name as part of an address: as it is, if it could be one, for a job that was named so elsewhere. */
export const nameSlugOf = (name: string) => (/^[a-z0-9_-]{1,100}$/.test(name) ? name : slugOf(name) || 'heartbeat')
