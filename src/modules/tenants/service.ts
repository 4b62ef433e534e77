export { acceptInvitation, invite, listInvitations, listMembers, revokeInvitation } from './invitations'
export { acceptAs, openInvitationTo, setRole } from './provided'
export { type Home, homeOf, insertTenant, join, updateTenant } from './workspaces'
