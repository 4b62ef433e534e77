import { t } from 'elysia'
import { roles } from '#contract/permissions'
import { oneOf } from '#kernel/form'
import { Instant, nullable } from '#kernel/page'

// What breaks logs, mails and headers or shows something else than is stored: controls, line separators, text direction
// overrides. The same as `lineFault`, in the words that JSON Schema has.
const BAD = '\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069'

/**
 * One line a person reads: something visible, nothing that cannot be seen. That something is visible is asked in front,
 * not in the middle: three repetitions in a row take quadratic time, minutes for a long text.
 */
export const lineOf = (maxLength: number) => t.String({ minLength: 1, maxLength, pattern: `^(?=\\s*\\S)[^${BAD}]*$` })
export const Name = lineOf(120)
// Neither the signs of Kelvin and Ångström: made small they are the letters k and å, of an address that is another.
const IN_ADDRESS = `[^\\s@<>"\\u212a\\u212b${BAD}]+`
export const Email = t.String({ maxLength: 254, pattern: `^${IN_ADDRESS}@${IN_ADDRESS}$` })
export const Zone = t.String({ minLength: 1, maxLength: 64, examples: ['Europe/Berlin'] })
export const RoleName = oneOf(roles)

export const User = t.Object({
  id: t.String(),
  email: t.String(),
  name: t.String(),
  timezone: t.String(),
  instance_admin: t.Boolean(),
  email_verified: t.Boolean(),
  has_password: t.Boolean(),
  deletes_at: nullable(Instant),
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
export const TenantFull = t.Composite([
  Tenant,
  t.Object({
    require_mfa: t.Boolean(),
    deletes_at: nullable(Instant),
    created_at: Instant,
    updated_at: Instant,
  }),
])
