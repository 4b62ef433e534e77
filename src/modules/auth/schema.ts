import { t } from 'elysia'
import { Email, Name, RoleName, Tenant, User, Zone } from '#kernel/fields'
import { oneOf } from '#kernel/form'

const Password = t.String({ minLength: 1, maxLength: 256 })

export const SetUp = t.Object({
  token: t.String({ minLength: 1, maxLength: 128 }),
  name: Name,
  email: Email,
  password: Password,
  workspace: Name,
  timezone: t.Optional(Zone),
})
export const Login = t.Object({ email: t.String({ minLength: 1, maxLength: 254 }), password: Password })
export const Register = t.Object({
  name: Name,
  email: Email,
  password: Password,
  workspace: t.Optional(Name),
  invitation: t.Optional(t.String({ maxLength: 128 })),
})
export const SignedIn = t.Object({ user: User, tenant: Tenant, role: RoleName, csrf_token: t.String() })
/** Asked for after the password (or its like) was right. */
export const MfaRequired = t.Object({
  mfa_required: t.Literal(true),
  mfa_token: t.String({ description: 'Goes with the code to `POST /auth/mfa`; good for 10 minutes and 5 attempts' }),
  methods: t.Array(oneOf(['passkey', 'totp', 'backup_code'])),
})
export const Entered = t.Union([SignedIn, MfaRequired])
export type SetUp = typeof SetUp.static
export type Login = typeof Login.static
export type Register = typeof Register.static
