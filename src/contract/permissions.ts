/** From least to most; every role has what the ones before it have. */
export const roles = ['viewer', 'member', 'admin', 'owner'] as const
export type Role = (typeof roles)[number]

/** permission → the least role that has it. `self:*` is about the asking person and open to every role. */
export const permissions = {
  'tenant:read': 'viewer',
  'self:read': 'viewer',
  'self:write': 'viewer',
  'incidents:respond': 'member',
  'monitors:write': 'member',
  'channels:write': 'member',
  'channels:test': 'member',
  'status_pages:write': 'member',
  'api_tokens:write': 'member',
  'members:write': 'admin',
} as const satisfies Record<string, Role>
export type Permission = keyof typeof permissions

export const allows = (role: Role, permission: Permission): boolean =>
  roles.indexOf(role) >= roles.indexOf(permissions[permission])

/** What a token with scope `read` may still do. */
export const readOnly: readonly Permission[] = ['tenant:read', 'self:read']
