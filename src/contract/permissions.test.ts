import { describe, expect, test } from 'bun:test'
import {
  allows,
  type Credential,
  type Permission,
  permissions,
  type Role,
  type RolePermission,
  refusalOf,
  resourceScopes,
  roles,
} from './permissions'

const all = [...(Object.keys(permissions) as RolePermission[]), 'instance:admin', 'prober:work'] as Permission[]
const base: Credential = { kind: 'session', role: 'owner', scope: 'full', instance_admin: true }
/** Everything that a credential may do at a path that belongs to no resource. */
const mayOf = (more: Partial<Credential>, path = '/api/v1/x') =>
  all.filter((permission) => refusalOf({ ...base, ...more }, permission, path) === undefined)

const viewer = ['tenant:read', 'self:read', 'self:write', 'self:secure']
const member = [
  ...viewer,
  ...[
    'incidents:respond',
    'monitors:write',
    'heartbeats:write',
    'on_call:write',
    'integrations:write',
    'channels:write',
    'channels:test',
    'status_pages:write',
    'api_tokens:write',
  ],
]
const admin = [...member, 'members:write', 'oauth_clients:write', 'sso:write', 'probers:write']
const owner = [...admin, 'tenant:own']
const without = (list: string[], ...names: string[]) => list.filter((name) => !names.includes(name))
const inPerson = ['self:secure', 'tenant:own']
/** What would let somebody in, and stay when the program's own access has ended. */
const waysIn = ['api_tokens:write', 'members:write', 'oauth_clients:write', 'sso:write', 'probers:write']
const personal = ['self:read', 'self:write', 'self:secure', 'api_tokens:write']

describe('a role', () => {
  // From the roles of the product's description, by hand: a permission that moves must be moved here, too.
  const wanted: Record<Role, string[]> = { viewer, member, admin, owner }
  test.each(roles)('%s has exactly what it should have', (role) => {
    expect(mayOf({ role, instance_admin: false }).sort()).toEqual([...(wanted[role] as Permission[])].sort())
    expect(all.filter((p) => p in permissions && allows(role, p as RolePermission)).sort()).toEqual(
      [...(wanted[role] as Permission[])].sort(),
    )
  })

  test('has nothing to do with running the appliance', () => {
    expect(mayOf({ role: 'viewer' })).toEqual([...viewer, 'instance:admin'] as Permission[])
    expect(mayOf({ role: 'owner', instance_admin: false })).not.toContain('instance:admin')
  })
})

describe('what kind of credential it is', () => {
  test.each([
    ['a full token', { kind: 'token' }, without(owner, ...inPerson)],
    ['a program for a person', { kind: 'jwt' }, without(owner, ...inPerson, ...waysIn)],
    [
      'a program by itself',
      { kind: 'client', instance_admin: false },
      without(owner, 'tenant:own', ...personal, 'oauth_clients:write', 'sso:write'),
    ],
    ['a token to read', { kind: 'token', scope: 'read' }, ['tenant:read', 'self:read']],
    ['a program that reads for a person', { kind: 'jwt', scope: 'read' }, ['tenant:read', 'self:read']],
    ['a program that reads by itself', { kind: 'client', scope: 'read' }, ['tenant:read']],
    ['a prober', { kind: 'prober' }, ['prober:work']],
    ['single sign-on', { bound: true }, without(owner, 'self:secure', 'tenant:own')],
    ['the appliance itself', { kind: 'system' }, [...owner, 'instance:admin']],
  ] as [string, Partial<Credential>, string[]][])('%s may do its part and no more', (_, more, wanted) => {
    expect(mayOf(more).sort()).toEqual([...(wanted as Permission[])].sort())
  })

  test('a full token of somebody with a low role has no more than that role', () => {
    expect(mayOf({ kind: 'token', role: 'viewer' }).sort()).toEqual(
      without(viewer, 'self:secure').sort() as Permission[],
    )
  })
})

describe('a token for resources', () => {
  const token = (resources: string[], permission: Permission, path: string) =>
    refusalOf({ ...base, kind: 'token', scope: 'resources', resources }, permission, `/api/v1${path}`) === undefined

  test.each([
    ['monitors:read', 'tenant:read', '/monitors', true],
    ['monitors:read', 'tenant:read', '/monitors/1/status', true],
    ['monitors:read', 'tenant:read', '/monitor-types', true],
    ['monitors:read', 'monitors:write', '/monitors', false],
    ['monitors:write', 'monitors:write', '/monitors/1', true],
    ['monitors:write', 'tenant:read', '/monitors', true],
    ['monitors:write', 'tenant:read', '/incidents', false],
    ['monitors:write', 'tenant:read', '/monitorsx', false],
    ['incidents:write', 'incidents:respond', '/incidents/1/ack', true],
    ['members:write', 'members:write', '/invitations', true],
    ['members:write', 'members:write', '/tenant', true],
    ['members:write', 'tenant:read', '/tenants', false],
    ['members:write', 'tenant:own', '/tenant', false],
    ['probers:read', 'tenant:read', '/probers/1', true],
    ['status_pages:read', 'tenant:read', '/status-pages', true],
    ['notification_channels:read', 'tenant:read', '/notification-log', true],
  ] as [string, Permission, string, boolean][])('%s: %s at %s is %p', (scope, permission, path, may) => {
    expect(token([scope], permission, path)).toBe(may)
  })

  test('sees whose it is, and nothing else of that person', () => {
    expect(token([], 'self:read', '/me')).toBe(true)
    for (const path of ['/me/mfa', '/sessions', '/api-tokens', '/tenants', '/mex'])
      expect([path, token(resourceScopes, 'self:read', path)]).toEqual([path, false])
  })

  test('never makes a token, an OAuth client or a live connection, whatever it names', () => {
    expect(token(resourceScopes, 'api_tokens:write', '/api-tokens')).toBe(false)
    expect(token(resourceScopes, 'oauth_clients:write', '/oauth/clients')).toBe(false)
    expect(token(resourceScopes, 'tenant:read', '/ws/ticket')).toBe(false)
  })
})
