import { Type as t } from '@sinclair/typebox'
import { Email, Name, RoleName, Zone } from '#kernel/fields'
import { Instant, nullable } from '#kernel/page'

const fields = {
  id: t.String(),
  email: t.String(),
  role: RoleName,
  expires_at: Instant,
  accepted_at: nullable(Instant),
  created_at: Instant,
}
export const Invitation = t.Object(fields)
/** The only answer that holds the link; `mailed` when it is also on its way to the invited person. */
export const InvitationMade = t.Object({ ...fields, url: t.String(), mailed: t.Boolean() })
export const InvitationDraft = t.Object({ email: Email, role: RoleName })
/** What the holder of the link sees before they sign in or register. */
export const InvitationOpen = t.Object({
  email: t.String(),
  role: RoleName,
  tenant: t.Object({ name: t.String() }),
  inviter: t.String(),
  has_account: t.Boolean({ description: 'Sign in to accept; without an account, register' }),
})
export const TokenQuery = t.Object({ token: t.String({ maxLength: 128, default: '' }) })
export const TenantEdit = t.Object({
  name: t.Optional(Name),
  timezone: t.Optional(Zone),
  require_mfa: t.Optional(t.Boolean({ description: 'Nobody works here without a second factor' })),
})
export const Member = t.Object({
  user_id: t.String(),
  name: t.String(),
  email: t.String(),
  role: RoleName,
  mfa: t.Boolean({ description: 'Has a second factor' }),
  created_at: Instant,
})
export const RoleEdit = t.Object({ role: RoleName })
export type InvitationDraft = typeof InvitationDraft.static
export type TenantEdit = typeof TenantEdit.static
