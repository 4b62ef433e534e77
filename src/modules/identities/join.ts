import type { Role } from '#contract/permissions'
import type { Claims } from '#sign-in/define'

/** What a provider says of somebody, as far as it decides who they are here. */
export type Said = Pick<Claims, 'email' | 'email_verified' | 'groups'>

export type Rules = {
  /** An account with the same verified address is taken over without asking its owner. */
  trust_email: boolean
  /** Where unknown people become members. */
  tenant_id: string | null
  default_role: Role
  /** First match from the top wins. */
  group_roles: { group: string; role: Role }[]
}

export type Question = {
  claims: Said
  provider: Rules
  registration: 'closed' | 'invite' | 'open'
  /** Whose identity this is already. */
  linked?: { id: string }
  /** The account here that has the address the provider names. */
  same?: { id: string; email_verified: boolean }
  /** An invitation to that address which nobody has accepted yet. */
  invitation?: { id: string; tenant_id: string }
}

type Place = { tenant_id: string; role: Role }
export type Decision =
  | { do: 'enter'; user_id: string }
  | { do: 'link'; user_id: string; member?: Place }
  | { do: 'join'; member: Place }
  | { do: 'accept'; invitation_id: string; tenant_id: string }
  | { do: 'found' }
  | { do: 'refuse'; problem: 'account_exists' | 'email_missing' | 'no_account' }

const mappedRole = ({ group_roles }: Rules, groups: string[]) =>
  group_roles.find(({ group }) => groups.includes(group))?.role

/**
 * Who somebody is here, whom a provider vouches for: an account, a new one, or nobody. Decides and does nothing. The
 * subject alone is an identity; an address is only as good as both sides' word for it, because anybody may open an
 * account somewhere under an address that is not theirs, here as well as there.
 */
export function decide({ claims, provider, registration, linked, same, invitation }: Question): Decision {
  if (linked) return { do: 'enter', user_id: linked.id }
  if (!claims.email) return { do: 'refuse', problem: 'email_missing' }
  const { tenant_id, default_role } = provider
  const role = mappedRole(provider, claims.groups) ?? default_role
  const member = tenant_id === null ? undefined : { tenant_id, role }
  if (same) {
    const proven = provider.trust_email && claims.email_verified && same.email_verified
    return proven ? { do: 'link', user_id: same.id, member } : { do: 'refuse', problem: 'account_exists' }
  }
  if (member) return { do: 'join', member }
  if (!claims.email_verified || registration === 'closed') return { do: 'refuse', problem: 'no_account' }
  if (invitation) return { do: 'accept', invitation_id: invitation.id, tenant_id: invitation.tenant_id }
  return registration === 'open' ? { do: 'found' } : { do: 'refuse', problem: 'no_account' }
}

/**
 * The role that a member of the provider's workspace has from this sign-in on, or nothing when it stays. Who left every
 * named group falls back to the default role; without a mapping people set roles. Owners are made and unmade only by a
 * mapping that names that role.
 */
export function roleFor(provider: Rules, { groups }: Said, current: Role): Role | undefined {
  if (provider.group_roles.length === 0) return undefined
  const role = mappedRole(provider, groups) ?? provider.default_role
  const ownersAreMapped = provider.group_roles.some((mapping) => mapping.role === 'owner')
  if (role === current || (current === 'owner' && !ownersAreMapped)) return undefined
  return role
}
