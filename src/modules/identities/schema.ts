import { t } from 'elysia'
import { Name } from '#kernel/fields'
import { Instant, nullable } from '#kernel/page'
import { MfaRequired, SignedIn } from '#modules/auth/service'

/** What every way in answers. */
export const Entered = t.Union([SignedIn, MfaRequired])

export const StartQuery = t.Object({
  return_to: t.Optional(t.String({ maxLength: 2048, description: 'A path of this appliance to end at' })),
})
export const ProviderView = t.Object({
  slug: t.String(),
  provider: t.String({ description: 'The same as `slug`' }),
  name: t.String(),
  kind: t.String(),
  url: t.String({ description: 'Where a browser begins' }),
})
export const Native = t.Object({
  id_token: t.String({ minLength: 1, maxLength: 8192 }),
  nonce: t.Optional(t.String({ minLength: 1, maxLength: 256, description: 'Raw, as the app chose it' })),
  name: t.Optional(Name),
})
export const IdentityView = t.Object({
  id: t.String(),
  provider: t.String({ description: 'The slug of the provider' }),
  name: t.String(),
  kind: t.String(),
  email: nullable(t.String()),
  last_used_at: nullable(Instant),
  created_at: Instant,
})
const current_password = t.Optional(
  t.String({ maxLength: 256, description: 'Needed when there is one; else a sign-in of the last 15 minutes' }),
)
export const LinkDraft = t.Object({ provider: t.String({ maxLength: 40 }), current_password })
/** May be left out as a whole: an account without a password has nothing to put there. */
export const Proof = t.Optional(t.Object({ current_password }))
export const Nothing = t.Optional(t.Object({}))

export type Native = typeof Native.static
export type LinkDraft = typeof LinkDraft.static
