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
const Token = t.String({ minLength: 1, maxLength: 128 })
export const ResetRequest = t.Object({ email: Email })
export const Reset = t.Object({ token: Token, new_password: Password })
export const Verification = t.Object({ token: Token })
/** What the sign-in page offers, before anybody is known. */
export const SignInConfig = t.Object({
  registration: oneOf(['closed', 'invite', 'open']),
  needs_setup: t.Boolean(),
  mail: t.Boolean({ description: 'Mails can be sent: a lost password can be replaced' }),
  passkeys: t.Boolean({ description: 'The address of this Xinex is one that browsers take passkeys for' }),
  sso: t.Boolean(),
  directory: t.Boolean({ description: 'A directory is asked too: the user name of that will do' }),
  proxy: t.Boolean(),
  providers: t.Array(t.Object({ slug: t.String(), name: t.String(), kind: t.String() })),
})
export type SetUp = typeof SetUp.static
export type Login = typeof Login.static
export type Register = typeof Register.static
