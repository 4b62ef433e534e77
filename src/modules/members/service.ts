/** The rows behind this module belong to `auth`, which also uses them to let people in; here are only its verbs. */
export {
  invite,
  listInvitations as invitations,
  listMembers as list,
  revokeInvitation as revoke,
  updateTenant,
} from '#modules/auth/service'
