import type { Role } from '#contract/permissions'

export type Rules = {
  /** People who come with a verified domain become members by themselves. */
  provision: boolean
  default_role: Role
  /** First match from the top wins, at every sign-in; nobody's match means the default. Without any, people set roles. */
  group_roles: { group: string; role: Role }[]
  /** The verified domains of this workspace. */
  domains: string[]
}
/** An account here; `role` is what it is in this workspace, nothing when it does not belong to it. */
export type Account = { id: string; email_verified: boolean; role: Role | null }
export type Arrival = {
  /** The domain of the address that the identity provider states. */
  domain: string | null
  groups: string[]
  /** The account that this very person signed in to before. */
  linked?: Account
  /** The account with the stated address. */
  same_email?: Account
}

export type Decision =
  /** Signs in; `role` when the groups say another one than before. */
  | { action: 'enter'; user_id: string; link: boolean; role?: Role }
  | { action: 'join'; user_id: string; link: boolean; role: Role }
  | { action: 'create'; role: Role }
  | { action: 'refuse'; problem: 'no_account' | 'email_missing' | 'domain_not_allowed' | 'account_exists' }

/** What an identity provider may at most make of somebody: an owner is made by an owner. */
const atMostAdmin = (role: Role): Role => (role === 'owner' ? 'admin' : role)
const refuse = (problem: (Decision & { action: 'refuse' })['problem']): Decision => ({ action: 'refuse', problem })

/**
 * Who comes in as whom, and who does not. The identity provider of a workspace is believed about the people of its
 * verified domains, and never about an owner it did not know before: whoever runs it would own the workspace.
 */
export function decide(rules: Rules, { domain, groups, linked, same_email }: Arrival): Decision {
  const matched = rules.group_roles.find(({ group }) => groups.includes(group))?.role
  const role = atMostAdmin(matched ?? rules.default_role)
  const mapped = rules.group_roles.length > 0
  const asMember = ({ id, role: before }: Account, link: boolean): Decision => ({
    ...{ action: 'enter', user_id: id, link },
    ...(mapped && before !== 'owner' && before !== role && { role }),
  })
  const asNewMember = ({ id }: Account, link: boolean): Decision =>
    rules.provision ? { action: 'join', user_id: id, link, role } : refuse('no_account')

  if (linked) return linked.role ? asMember(linked, false) : asNewMember(linked, false)
  if (domain === null) return refuse('email_missing')
  if (!rules.domains.includes(domain)) return refuse('domain_not_allowed')
  if (!same_email) return rules.provision ? { action: 'create', role } : refuse('no_account')
  // An account under an address that nobody has confirmed may be a trap somebody set for its real owner.
  if (!same_email.email_verified || same_email.role === 'owner') return refuse('account_exists')
  return same_email.role ? asMember(same_email, true) : asNewMember(same_email, true)
}
