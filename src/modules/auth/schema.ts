import { t } from 'elysia'
import { Email, Name, RoleName, Tenant, User, Zone } from '#kernel/fields'

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
export type SetUp = typeof SetUp.static
export type Login = typeof Login.static
export type Register = typeof Register.static
