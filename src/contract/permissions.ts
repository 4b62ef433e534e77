/** From least to most; every role has what the ones before it have. */
export const roles = ['viewer', 'member', 'admin', 'owner'] as const
export type Role = (typeof roles)[number]

/** permission → the least role that has it. `self:*` is about the asking person and open to every role. */
export const permissions = {
  'tenant:read': 'viewer',
  'self:read': 'viewer',
  'self:write': 'viewer',
  /** How somebody signs in: password, second factors, passkeys, linked accounts, the end of the account. */
  'self:secure': 'viewer',
  'incidents:respond': 'member',
  'monitors:write': 'member',
  'heartbeats:write': 'member',
  'on_call:write': 'member',
  'integrations:write': 'member',
  'channels:write': 'member',
  'channels:test': 'member',
  'status_pages:write': 'member',
  'api_tokens:write': 'member',
  'members:write': 'admin',
  'oauth_clients:write': 'admin',
  'sso:write': 'admin',
  'probers:write': 'admin',
  'tenant:own': 'owner',
} as const satisfies Record<string, Role>
export type RolePermission = keyof typeof permissions
/** `instance:admin`: whoever runs the appliance, whatever their role here. `prober:work`: a prober's token alone. */
export type Permission = RolePermission | 'instance:admin' | 'prober:work'

/** Whether the role alone allows it; what kind of credential asks is `refusalOf`'s business. */
export const allows = (role: Role, permission: RolePermission): boolean =>
  roles.indexOf(role) >= roles.indexOf(permissions[permission])

const isRolePermission = (permission: Permission): permission is RolePermission => permission in permissions

/** What changes nothing: all that a token with scope `read` may do. */
export const readOnly: readonly Permission[] = ['tenant:read', 'self:read']
/** What needs a person: a program that acts for itself has no profile, no sessions and no tokens. */
export const personal: readonly Permission[] = ['self:read', 'self:write', 'self:secure', 'api_tokens:write']
/** What only somebody who has signed in here may do, no token of any kind. */
const sessionOnly: readonly Permission[] = ['self:secure', 'tenant:own', 'instance:admin']
/**
 * What a session that one workspace's identity provider vouched for may not do: what reaches beyond that workspace, and what
 * is an owner's, for whoever sets up the provider may be an admin, and can have it vouch for anybody.
 */
const beyondTenant: readonly Permission[] = ['self:secure', 'instance:admin', 'tenant:own']

/**
 * What gives somebody else a way in. A program that a person allowed may not: its access ends with the permission, what it
 * lets in would stay.
 */
const lettingIn: readonly Permission[] = [
  'api_tokens:write',
  'members:write',
  'oauth_clients:write',
  'sso:write',
  'probers:write',
]

/** What a token can be narrowed to, and the first segments of the paths that belong to it. */
export const resources = {
  monitors: ['monitors', 'monitor-types', 'analytics'],
  heartbeats: ['heartbeats', 'ai-heartbeats', 'ping-key', 'checks', 'badges'],
  incidents: ['incidents', 'alerts', 'correlation-groups', 'correlation-settings', 'notifications'],
  on_call: ['schedules', 'escalation-policies', 'alert-routing-rules', 'on-call', 'drills'],
  integrations: ['integrations'],
  notification_channels: [
    'notification-channels',
    'notification-channel-types',
    'notification-log',
    'message-templates',
    'channels',
  ],
  status_pages: ['status-pages'],
  members: ['members', 'invitations', 'tenant'],
  probers: ['probers'],
} as const
/** `monitors:read`, `monitors:write` (which includes reading) and so on. */
export const resourceScopes = Object.keys(resources).flatMap((name) => [`${name}:read`, `${name}:write`])

const resourceOf = (path: string): string | undefined => {
  const segment = path.replace(/^\/api\/v[123]\//, '').split('/')[0]
  return Object.entries(resources).find(([, segments]) => (segments as readonly string[]).includes(segment ?? ''))?.[0]
}

export type Credential = {
  kind: 'session' | 'token' | 'jwt' | 'client' | 'prober' | 'link' | 'system'
  role: Role
  scope: 'full' | 'read' | 'resources'
  resources?: readonly string[]
  instance_admin: boolean
  bound?: boolean
}

function outOfScope({ scope, resources: scopes = [] }: Credential, permission: Permission, path: string): boolean {
  const reads = readOnly.includes(permission)
  if (scope === 'full') return false
  if (scope === 'read') return !reads
  // Whoever holds a narrowed token may at least see whose it is.
  if (permission === 'self:read' && /^\/api\/v1\/me\/?$/.test(path)) return false
  const resource = resourceOf(path)
  if (!resource) return true
  return !(scopes.includes(`${resource}:write`) || (reads && scopes.includes(`${resource}:read`)))
}

/**
 * Why this credential may not, as a sentence, or nothing when it may. The one place where roles, scopes and kinds of
 * credential are weighed against each other.
 */
export function refusalOf(credential: Credential, permission: Permission, path: string): string | undefined {
  const { kind, role, instance_admin, bound } = credential
  if ((permission === 'prober:work') !== (kind === 'prober')) return 'This is not what a token of this kind is for'
  if (permission === 'prober:work') return undefined
  if (kind === 'client' && personal.includes(permission)) return 'This needs a person; the client acts for itself'
  if (kind === 'jwt' && lettingIn.includes(permission)) return 'An app cannot give others a way in'
  if (kind === 'client' && ['oauth_clients:write', 'sso:write'].includes(permission))
    return 'A client cannot decide who else gets in'
  if (sessionOnly.includes(permission) && kind !== 'session' && kind !== 'system')
    return 'This is done from a signed-in session, not with a token'
  if (bound && beyondTenant.includes(permission))
    return 'You are signed in through the single sign-on of this workspace; sign in with your own account for this'
  if (isRolePermission(permission) ? !allows(role, permission) : !instance_admin) return 'Your role does not allow this'
  if (outOfScope(credential, permission, path)) return 'The scope of this token does not cover this'
  return undefined
}
