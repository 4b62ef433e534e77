import { t } from 'elysia'
import { Email, Name, RoleName, TenantFull, User, Zone } from '#kernel/fields'
import { Instant, nullable } from '#kernel/page'

export const Me = t.Composite([
  User,
  t.Object({
    tenant: TenantFull,
    role: RoleName,
    permissions: t.Array(t.String()),
    csrf_token: nullable(t.String()),
    session: nullable(t.Object({ method: t.String(), mfa: t.Boolean(), bound: t.Boolean() })),
    mfa: t.Object({ enabled: t.Boolean(), required: t.Boolean() }),
  }),
])
export const Edit = t.Object({
  name: t.Optional(Name),
  timezone: t.Optional(Zone),
  email: t.Optional(Email),
  current_password: t.Optional(t.String({ maxLength: 256 })),
  new_password: t.Optional(t.String({ maxLength: 256 })),
})
export const Proof = t.Object({ current_password: t.Optional(t.String({ maxLength: 256 })) })
export const Session = t.Object({
  id: t.String(),
  current: t.Boolean(),
  user_agent: nullable(t.String()),
  address: nullable(t.String()),
  method: t.String({ description: '`password`, `passkey`, `saml`, or the kind of a sign-in provider' }),
  mfa: t.Boolean({ description: 'A second factor was proven' }),
  created_at: Instant,
  last_seen_at: Instant,
  expires_at: Instant,
})
export type Edit = typeof Edit.static
