export { cancelDeletion, purgeTenants, requestDeletion } from './deletion'
export { departureOf, endWith, passOn, stayWith } from './departures'
export {
  acceptInvitation,
  invite,
  invitedTo,
  listInvitations,
  lookUpInvitation,
  resendInvitation,
  revokeInvitation,
  vouchesFor,
} from './invitations'
export {
  changeRole,
  dropMember,
  getMember,
  listMembers,
  requireRankOver,
  revokeInvitationsBy,
  transfer,
} from './members'
export { acceptAs, openInvitationTo, setRole } from './provided'
export { Member } from './schema'
export { getTenant, type Home, homeOf, insertTenant, join, updateTenant } from './workspaces'
