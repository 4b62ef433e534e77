import { t } from 'elysia'
import { Name, RoleName, Zone } from '#kernel/fields'
import { Instant, nullable } from '#kernel/page'

export const Mine = t.Object({
  id: t.String(),
  name: t.String(),
  slug: t.String(),
  role: RoleName,
  current: t.Boolean(),
  deletes_at: nullable(Instant),
})
export const Draft = t.Object({ name: Name, timezone: t.Optional(Zone) })
const Password = t.Optional(t.String({ maxLength: 256 }))
export const Proof = t.Optional(t.Object({ current_password: Password }))
export const Transfer = t.Object({ user_id: t.String({ minLength: 1, maxLength: 64 }), current_password: Password })
export const Accept = t.Object({ token: t.String({ minLength: 1, maxLength: 128 }) })
export type Draft = typeof Draft.static
