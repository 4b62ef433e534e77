import { t } from 'elysia'
import { roles } from '#contract/permissions'
import { oneOf } from '#kernel/form'
import { Instant } from '#kernel/page'

/** One line a person reads: something visible, no control characters. */
export const lineOf = (maxLength: number) =>
  t.String({
    minLength: 1,
    maxLength,
    pattern: '^[^\\u0000-\\u001f\\u007f]*[^\\s\\u0000-\\u001f\\u007f][^\\u0000-\\u001f\\u007f]*$',
  })
export const Name = lineOf(120)
export const Email = t.String({ maxLength: 254, pattern: '^[^\\s@<>"\\u0000-\\u001f]+@[^\\s@<>"\\u0000-\\u001f]+$' })
export const Zone = t.String({ minLength: 1, maxLength: 64, examples: ['Europe/Berlin'] })
export const RoleName = oneOf(roles)

export const User = t.Object({
  id: t.String(),
  email: t.String(),
  name: t.String(),
  timezone: t.String(),
  instance_admin: t.Boolean(),
  created_at: Instant,
  updated_at: Instant,
})
export const Tenant = t.Object({
  id: t.String(),
  name: t.String(),
  slug: t.String(),
  tier: t.String(),
  timezone: t.String(),
})
