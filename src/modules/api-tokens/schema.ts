import { t } from 'elysia'
import { Name } from '#kernel/fields'
import { Instant, nullable } from '#kernel/page'

const Scope = t.Union([t.Literal('full'), t.Literal('read')])
export const View = t.Object({
  id: t.String(),
  tenant_id: t.String(),
  user_id: t.String(),
  user_name: t.String(),
  name: t.String(),
  prefix: t.String(),
  scope: Scope,
  expires_at: nullable(Instant),
  last_used_at: nullable(Instant),
  created_at: Instant,
})
/** The only answer that holds the token itself. */
export const Made = t.Composite([View, t.Object({ token: t.String() })])
export const Draft = t.Object({
  name: Name,
  scope: t.Optional(Scope),
  expires_at: t.Optional(nullable(Instant)),
})
export type Draft = typeof Draft.static
