import { type Credential, type Role, resourceScopes } from '#contract/permissions'
import { oauth_clients, oauth_grants } from '#db/schema/oauth'
import { prober_tokens, probers } from '#db/schema/probers'
import { isoAt } from '#kernel/clock'
import type { Ask, Booted } from './boot'

/** Somebody who asks, as this test knows them: written here, so that what the server thinks of them can differ. */
export type Persona = {
  credential: Credential
  /** Whose they are; programs that act for themselves are nobody's. */
  person?: 'alice' | 'dan' | 'carol' | 'bob' | 'mallory'
  /** Fresh for every question: some questions end what they were asked with. */
  arrive: (t: Booted) => Promise<Ask>
}

const session = (person: NonNullable<Persona['person']>, role: Role, bound = false): Persona => ({
  credential: { kind: 'session', role, scope: 'full', instance_admin: person === 'alice', bound },
  person,
  arrive: async (t) => (await t.session(person, { bound })).ask,
})

type Scope = 'full' | 'read' | 'resources'
const token = (person: 'alice' | 'carol', role: Role, scope: Scope, resources: string[] = []): Persona => ({
  credential: { kind: 'token', role, scope, resources, instance_admin: person === 'alice' },
  person,
  arrive: async (t) => {
    const row = { tenant_id: t.tenants.acme.id, user_id: t.people[person].id, name: 'matrix', scope, resources }
    const life = { expires_at: null, created_at: isoAt(t.clock.now()) }
    return t.bearer((await t.app.db.tx((tx) => t.app.credentials.issueToken(tx, { ...row, ...life }))).token)
  },
})

async function clientOf(t: Booted, role: Role) {
  const at = isoAt(t.clock.now())
  const row = { id: Bun.randomUUIDv7(), tenant_id: t.tenants.acme.id, name: 'Wall', role, created_by: 'x' }
  const lists = { redirect_uris: [], grant_types: ['client_credentials'], scopes: ['read', 'write'] }
  await t.app.db.tx((tx) => tx.insert(oauth_clients).values({ ...row, ...lists, created_at: at, updated_at: at }))
  return row
}

/** An access token of a program that somebody allowed to act for them. */
const jwt = (person: 'alice' | 'bob', role: Role, scope: 'read' | 'write'): Persona => ({
  credential: {
    kind: 'jwt',
    role,
    scope: scope === 'read' ? 'read' : 'full',
    instance_admin: person === 'alice',
  },
  person,
  arrive: async (t) => {
    const { id: client_id } = await clientOf(t, 'viewer')
    const user_id = t.people[person].id
    const grant = { id: Bun.randomUUIDv7(), client_id, user_id, tenant_id: t.tenants.acme.id, scope, mfa: false }
    await t.app.db.tx((tx) => tx.insert(oauth_grants).values({ ...grant, created_at: isoAt(t.clock.now()) }))
    const claims = { sub: user_id, client_id, scope, tid: grant.tenant_id, gid: grant.id }
    return t.bearer(await t.app.credentials.accessTokens.sign(claims))
  },
})

/** An access token of a program that acts for itself. */
const client = (role: Role, scope: 'read' | 'write'): Persona => ({
  credential: { kind: 'client', role, scope: scope === 'read' ? 'read' : 'full', instance_admin: false },
  arrive: async (t) => {
    const { id, tenant_id } = await clientOf(t, role)
    return t.bearer(await t.app.credentials.accessTokens.sign({ sub: id, client_id: id, scope, tid: tenant_id }))
  },
})

const prober: Persona = {
  credential: { kind: 'prober', role: 'viewer', scope: 'full', instance_admin: false },
  arrive: async (t) => {
    const at = isoAt(t.clock.now())
    const row = { id: Bun.randomUUIDv7(), tenant_id: t.tenants.acme.id, name: 'Attic', region: 'attic', facts: {} }
    const { token, ...kept } = t.app.credentials.newProberToken()
    await t.app.db.tx(async (tx) => {
      await tx.insert(probers).values({ ...row, created_at: at, updated_at: at })
      await tx.insert(prober_tokens).values({ ...kept, prober_id: row.id, created_at: at })
    })
    return t.bearer(token)
  },
}

export const personas: Record<string, Persona> = {
  owner: session('alice', 'owner'),
  admin: session('dan', 'admin'),
  member: session('carol', 'member'),
  viewer: session('bob', 'viewer'),
  'another workspace': session('mallory', 'owner'),
  "an owner's session by single sign-on": session('alice', 'owner', true),
  "an owner's token": token('alice', 'owner', 'full'),
  "a member's token": token('carol', 'member', 'full'),
  "an owner's token to read": token('alice', 'owner', 'read'),
  "an owner's token for monitors": token('alice', 'owner', 'resources', ['monitors:write', 'incidents:read']),
  "an owner's token for all resources": token('alice', 'owner', 'resources', resourceScopes),
  'a program that writes for an owner': jwt('alice', 'owner', 'write'),
  'a program that reads for an owner': jwt('alice', 'owner', 'read'),
  'a program that writes for a viewer': jwt('bob', 'viewer', 'write'),
  'a program by itself, as admin': client('admin', 'write'),
  'a program by itself, reading': client('admin', 'read'),
  'a prober': prober,
}
