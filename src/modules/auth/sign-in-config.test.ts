import { describe, expect, test } from 'bun:test'
import { sign_in_providers } from '#db/schema/sign-in-providers'
import { sso_connections, sso_domains } from '#db/schema/sso'
import { type Booted, boot } from '../../../test/boot'
import { takesPasskeys } from './sign-in-config'

const listen = { host: '127.0.0.1', port: 3000 }

test.each([
  ['https://up.example.test', true],
  ['https://nas', true],
  ['http://localhost:3000', true],
  ['http://xinex.localhost', true],
  ['http://up.example.test', false],
  ['http://127.0.0.1:3000', false],
  ['https://192.168.1.10', false],
  ['https://[fd00::1]:8443', false],
])('%s takes passkeys: %p', (publicUrl, expected) => expect(takesPasskeys({ publicUrl, listen })).toBe(expected))

describe('what the sign-in page offers', () => {
  async function provider(t: Booted, slug: string, kind: string, enabled = true) {
    const at = `2026-05-01T12:00:0${slug.length % 10}.000Z`
    const row = { id: Bun.randomUUIDv7(), slug, kind, name: slug.toUpperCase(), enabled, trust_email: false }
    const rest = { settings: { client_secret: 'S3cr3t' }, default_role: 'viewer' as const, group_roles: [] }
    await t.app.db.tx((tx) => tx.insert(sign_in_providers).values({ ...row, ...rest, created_at: at, updated_at: at }))
  }
  const config = async (t: Booted) => (await t.nobody('GET', '/auth/config')).body

  test('is little on a new appliance', async () => {
    const t = await boot({ start: false })
    expect(await config(t)).toEqual({
      ...{ registration: 'closed', needs_setup: false, mail: false, passkeys: false },
      ...{ sso: false, directory: false, proxy: false, providers: [] },
    })
    await t.stop()
  })

  test('are the enabled providers by name, and nothing of their settings', async () => {
    const t = await boot({
      start: false,
      config: { registration: 'open', smtpUrl: 'smtp://127.0.0.1:1', publicUrl: 'https://up.example.test' },
    })
    await provider(t, 'gh', 'github')
    await provider(t, 'keycloak', 'oidc')
    await provider(t, 'off', 'google', false)
    await provider(t, 'people', 'ldap')
    const body = await config(t)
    expect(body).toEqual({
      ...{ registration: 'open', needs_setup: false, mail: true, passkeys: true },
      ...{ sso: false, directory: true, proxy: false },
      providers: [
        { slug: 'gh', name: 'GH', kind: 'github' },
        { slug: 'keycloak', name: 'KEYCLOAK', kind: 'oidc' },
      ],
    })
    await provider(t, 'authelia-proxy', 'header')
    expect((await config(t)).proxy).toBe(true)
    await t.stop()
  })

  test('is single sign-on once a workspace has switched it on and proven its domain', async () => {
    const t = await boot({ start: false })
    const at = '2026-05-01T12:00:00.000Z'
    const tenant_id = t.tenants.acme.id
    const set = (enabled: boolean, verified_at: string | null) =>
      t.app.db.tx(async (tx) => {
        await tx.delete(sso_connections)
        await tx.delete(sso_domains)
        const keys = { certificates: [], private_key: 'x', certificate: 'x', idp_entity_id: 'x', sso_url: 'x' }
        const rules = {
          require_signed_response: true,
          provision: true,
          default_role: 'viewer' as const,
          group_roles: [],
        }
        const row = { id: Bun.randomUUIDv7(), tenant_id, enabled, created_at: at, updated_at: at }
        await tx.insert(sso_connections).values({ ...row, ...keys, ...rules })
        const domain = { id: Bun.randomUUIDv7(), tenant_id, domain: 'example.test', challenge: 'x', created_at: at }
        await tx.insert(sso_domains).values({ ...domain, verified_at })
      })
    for (const [enabled, verified_at, expected] of [
      [true, at, true],
      [true, null, false],
      [false, at, false],
    ] as const) {
      await set(enabled, verified_at)
      expect([enabled, verified_at, (await config(t)).sso]).toEqual([enabled, verified_at, expected])
    }
    await t.stop()
  })
})
