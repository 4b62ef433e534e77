import { t } from 'elysia'
import { Name } from '#kernel/fields'
import { oneOf } from '#kernel/form'
import { Instant, nullable } from '#kernel/page'

const Scope = oneOf(['full', 'read', 'resources'])
export const View = t.Object({
  id: t.String(),
  tenant_id: t.String(),
  user_id: t.String(),
  user_name: t.String(),
  name: t.String(),
  prefix: t.String(),
  scope: Scope,
  resources: t.Array(t.String()),
  networks: t.Array(t.String()),
  expires_at: nullable(Instant),
  last_used_at: nullable(Instant),
  last_used_address: nullable(t.String()),
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
