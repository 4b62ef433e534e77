import { t } from 'elysia'
import { resourceScopes } from '#contract/permissions'
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
const fields = {
  networks: t.Optional(
    t.Array(t.String({ minLength: 2, maxLength: 64, examples: ['10.0.0.0/8'] }), {
      maxItems: 20,
      description: 'Addresses and networks it may be used from; none means everywhere',
    }),
  ),
  expires_at: t.Optional(nullable(Instant)),
}
export const Draft = t.Object({
  name: Name,
  scope: t.Optional(Scope),
  resources: t.Optional(
    t.Array(oneOf(resourceScopes), {
      maxItems: resourceScopes.length,
      description: 'With scope `resources`: what it may be used for; writing includes reading',
    }),
  ),
  ...fields,
})
export const Edit = t.Object({ name: t.Optional(Name), ...fields })
export type Draft = typeof Draft.static
export type Edit = typeof Edit.static
