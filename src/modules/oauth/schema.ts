import { t } from 'elysia'
import { Name, RoleName } from '#kernel/fields'
import { oneOf } from '#kernel/form'
import { Instant, nullable } from '#kernel/page'

const ScopeName = oneOf(['read', 'write'])
const fields = {
  name: Name,
  /** Judged one by one, with a sentence for each. */
  redirect_uris: t.Array(t.String({ minLength: 1, maxLength: 1000 }), { maxItems: 20, uniqueItems: true }),
  grant_types: t.Array(oneOf(['authorization_code', 'refresh_token', 'client_credentials']), {
    ...{ minItems: 1, maxItems: 3, uniqueItems: true },
  }),
  scopes: t.Array(ScopeName, { minItems: 1, maxItems: 2, uniqueItems: true }),
  role: RoleName,
}
const { name, ...rest } = fields

export const Draft = t.Composite([
  t.Object({ name, public: t.Optional(t.Boolean({ description: 'It cannot keep a secret: an app on a phone.' })) }),
  t.Partial(t.Object(rest)),
])
export type Draft = typeof Draft.static
export const Edit = t.Partial(t.Object(fields))
export type Edit = typeof Edit.static

export const View = t.Object({
  id: t.String({ description: 'The client_id.' }),
  tenant_id: t.String(),
  name: t.String(),
  redirect_uris: t.Array(t.String()),
  grant_types: t.Array(t.String()),
  scopes: t.Array(t.String()),
  role: RoleName,
  public: t.Boolean(),
  last_used_at: nullable(Instant),
  created_at: Instant,
  updated_at: Instant,
})
/** The only answers that hold the secret. */
export const Made = t.Composite([View, t.Object({ client_secret: t.Optional(t.String()) })])
export const Secret = t.Object({ client_secret: t.String() })

export const Grant = t.Object({
  id: t.String(),
  client_id: t.String(),
  client_name: t.String(),
  scope: t.String(),
  tenant: t.Object({ id: t.String(), name: t.String() }),
  created_at: Instant,
  last_used_at: nullable(Instant),
})

export const Consent = t.Object({
  client: t.Object({ id: t.String(), name: t.String(), redirect_host: t.String() }),
  scopes: t.Array(t.Object({ scope: ScopeName, title: t.String() })),
  tenant: t.Object({ id: t.String(), name: t.String() }),
  user: t.Object({ id: t.String(), name: t.String(), email: t.String() }),
})
export const Decision = t.Object({ allow: t.Boolean() })
export const Redirect = t.Object({ redirect_to: t.String() })
