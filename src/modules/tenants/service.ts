export { acceptInvitation, invite, listInvitations, listMembers, revokeInvitation } from './invitations'
export { type Home, homeOf, insertTenant, join, updateTenant } from './workspaces'
