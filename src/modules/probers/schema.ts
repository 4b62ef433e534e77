import { Type as t } from '@sinclair/typebox'
import { lineOf, Name } from '#kernel/fields'
import { Instant, nullable } from '#kernel/page'

const Facts = t.Object({
  version: t.Optional(lineOf(64)),
  hostname: t.Optional(lineOf(253)),
  platform: t.Optional(lineOf(64)),
})
const Region = t.String({
  pattern: '^[a-z0-9-]{1,40}$',
  maxLength: 40,
  description: 'Where it stands; `local` is the appliance itself',
  examples: ['berlin-2'],
})
const fields = {
  id: t.String(),
  tenant_id: t.String(),
  name: t.String(),
  region: t.String(),
  facts: Facts,
  registered_at: nullable(Instant),
  last_seen_at: nullable(Instant),
  last_seen_address: nullable(t.String()),
  anchors: t.Array(t.String()),
  clock_offset_ms: nullable(t.Integer()),
  created_at: Instant,
  updated_at: Instant,
}
const Token = t.Object({
  id: t.String(),
  prefix: t.String(),
  expires_at: nullable(Instant),
  last_used_at: nullable(Instant),
  created_at: Instant,
})
/** What a prober sees of itself. */
export const Bare = t.Object(fields)
export const View = t.Object({ ...fields, tokens: t.Array(Token) })
/** The only answers that hold the token itself. */
export const Made = t.Object({ ...fields, tokens: t.Array(Token), token: t.String() })
export const Draft = t.Object({ name: Name, region: Region })
export const Edit = t.Object({ name: t.Optional(Name), region: t.Optional(Region) })
export const Rotation = t.Optional(
  t.Object({
    grace_s: t.Optional(
      t.Integer({
        minimum: 0,
        maximum: 604_800,
        description: 'How long the old token still works, in seconds; an hour unless said otherwise',
      }),
    ),
  }),
)
export const Registration = Facts
export type Draft = typeof Draft.static
export type Edit = typeof Edit.static
export type Registration = typeof Registration.static
