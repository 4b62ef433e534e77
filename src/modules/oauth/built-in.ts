import type { Role } from '#contract/permissions'

export type GrantType = 'authorization_code' | 'refresh_token' | 'client_credentials'

/** A program that may ask for access, as far as the protocol is concerned. */
export type Client = {
  id: string
  name: string
  /** The workspace it belongs to; none means every workspace. */
  tenant_id: string | null
  /** None: a public client, which cannot keep a secret. */
  secret_hash: string | null
  redirect_uris: string[]
  grant_types: string[]
  scopes: string[]
  role: Role
  updated_at: string
}

/**
 * Our own mobile app, which works with every appliance and every workspace without being registered. Nobody has to
 * trust its name: as with every public client, the person is asked each time.
 */
export const mobile: Client = {
  id: 'xinex-mobile',
  name: 'Xinex mobile app',
  tenant_id: null,
  secret_hash: null,
  redirect_uris: ['xinex://oauth/callback', 'http://127.0.0.1/oauth/callback', 'http://[::1]/oauth/callback'],
  grant_types: ['authorization_code', 'refresh_token'] satisfies GrantType[],
  scopes: ['read', 'write'],
  role: 'viewer',
  updated_at: '2026-01-01T00:00:00.000Z',
}
