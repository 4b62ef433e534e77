import { t } from 'elysia'
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
/** The only answer that holds the link. */
export const InvitationMade = t.Object({ ...fields, url: t.String() })
export const InvitationDraft = t.Object({ email: Email, role: RoleName })
export const TenantEdit = t.Object({ name: t.Optional(Name), timezone: t.Optional(Zone) })
export type InvitationDraft = typeof InvitationDraft.static
export type TenantEdit = typeof TenantEdit.static
