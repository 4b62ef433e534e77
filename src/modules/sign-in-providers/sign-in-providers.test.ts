import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { identities } from '#db/schema/identities'
import { audit_log } from '#db/schema/kernel'
import { sign_in_providers } from '#db/schema/sign-in-providers'
import { tenants } from '#db/schema/tenants'
import { MASK } from '#kernel/form'
import { openProvider } from '#modules/identities/oidc.fixtures'
import { type Ask, type Booted, boot } from '../../../test/boot'
import { put, type Schema, spoil } from '../../../test/spoil'
import { enabledProviders, providerBySlug } from './service'

let t: Booted
let alice: Ask
beforeEach(async () => {
  t = await boot({ start: false, config: { publicUrl: 'https://up.example.test' } })
  alice = (await t.session('alice')).ask
})
afterEach(() => t.stop())

const URL_OF_ALL = '/admin/sign-in-providers'
const SECRET = 'not for anybody’s eyes'
const oidc = { issuer: 'https://sso.example.test', client_id: 'xinex', client_secret: SECRET }
const corp = { slug: 'corp', kind: 'oidc', name: 'Corp', settings: oidc }
const made = async (body: object = {}) => {
  const answer = await alice('POST', URL_OF_ALL, { ...corp, ...body })
  expect([answer.status, answer.body.details]).toEqual([201, undefined])
  return answer.body
}
const faults = async (body: object) => {
  const answer = await alice('POST', URL_OF_ALL, { ...corp, ...body })
  expect(answer.status).toBe(422)
  return Object.keys(answer.body.details.fields)
}

describe('a sign-in provider', () => {
  test('is complete with slug, kind, name and settings', async () => {
    const body = await made()
    expect(body).toMatchObject({
      ...{ slug: 'corp', kind: 'oidc', name: 'Corp', enabled: true, trust_email: false, tenant_id: null },
      ...{ default_role: 'member', group_roles: [] },
      callback_url: 'https://up.example.test/api/v1/auth/oauth/corp/callback',
      settings: { issuer: oidc.issuer, client_secret: MASK, groups_claim: 'groups' },
    })
    expect((await alice('GET', `${URL_OF_ALL}/${body.id}`)).body).toEqual(body)
    expect((await alice('GET', URL_OF_ALL)).body).toMatchObject({ items: [body], total: 1 })
  })

  test('keeps its secret sealed, and shows it to nobody but the plugin', async () => {
    const { id } = await made()
    const stored = JSON.stringify([
      await t.app.db.read.select().from(sign_in_providers),
      await t.app.db.read.select().from(audit_log),
    ])
    expect(stored).not.toContain(SECRET)
    const opened = async () => (await providerBySlug(t.app, 'corp'))?.settings().client_secret
    expect(await opened()).toBe(SECRET)
    for (const settings of [oidc, { ...oidc, client_secret: MASK }, { ...oidc, client_secret: undefined }])
      await alice('PUT', `${URL_OF_ALL}/${id}`, { settings })
    expect(await opened()).toBe(SECRET)
    await alice('PUT', `${URL_OF_ALL}/${id}`, { settings: { ...oidc, client_secret: 'another' } })
    expect(await opened()).toBe('another')
    await alice('PUT', `${URL_OF_ALL}/${id}`, { settings: { ...oidc, client_secret: null } })
    expect(await opened()).toBeUndefined()
  })

  test('is changed field by field', async () => {
    const { id, ...before } = await made()
    const edit = {
      ...{ slug: 'acme-login', name: 'Acme', enabled: false, trust_email: true, tenant_id: t.tenants.acme.id },
      ...{ default_role: 'viewer', group_roles: [{ group: 'ops', role: 'owner' }] },
    }
    const { status, body } = await alice('PUT', `${URL_OF_ALL}/${id}`, edit)
    expect([status, body]).toEqual([
      200,
      { ...before, id, ...edit, callback_url: expect.stringContaining('/acme-login/') },
    ])
    const back = await alice('PUT', `${URL_OF_ALL}/${id}`, { tenant_id: null })
    expect(back.body).toMatchObject({ tenant_id: null, default_role: 'viewer', enabled: false })
  })

  test('never becomes one of another kind: people of that one could enter accounts linked to this one', async () => {
    const { id } = await made()
    const settings = { client_id: 'x', client_secret: 'y' }
    const { status, body } = await alice('PUT', `${URL_OF_ALL}/${id}`, { kind: 'github', settings })
    expect([status, Object.keys(body.details.fields)]).toEqual([422, ['kind']])
    expect((await alice('PUT', `${URL_OF_ALL}/${id}`, { kind: 'oidc' })).status).toBe(200)
  })

  test('stays with whoever vouches once people are linked to it', async () => {
    const { id } = await made()
    const another = { settings: { ...oidc, issuer: 'https://other.example.test' } }
    expect((await alice('PUT', `${URL_OF_ALL}/${id}`, another)).status).toBe(200)
    const row = { provider_id: id, user_id: t.people.bob.id, subject: '1', created_at: t.people.bob.created_at }
    await t.app.db.tx((tx) => tx.insert(identities).values(row))
    const { status, body } = await alice('PUT', `${URL_OF_ALL}/${id}`, { settings: oidc })
    expect([status, body.code]).toEqual([409, 'CONFLICT'])
    const same = { ...another, name: 'Other' }
    expect((await alice('PUT', `${URL_OF_ALL}/${id}`, same)).status).toBe(200)
  })

  test.each([
    ['slug', { slug: 'x' }],
    ['slug', { slug: 'Corp' }],
    ['slug', { slug: 'apple/native' }],
    ['slug', { slug: 'x'.repeat(41) }],
    ['slug', { slug: 'providers' }],
    ['kind', { kind: 'nonsense' }],
    ['name', { name: ' ' }],
    ['name', { name: 'a\u202eb' }],
    ['settings.issuer', { settings: { ...oidc, issuer: 'http://sso.example.test' } }],
    ['settings.client_id', { settings: { issuer: oidc.issuer } }],
    ['settings.client_secret', { settings: { ...oidc, client_secret: MASK } }],
    ['settings.isuer', { settings: { ...oidc, isuer: 'x' } }],
    ['settings', { settings: [] }],
    ['tenant_id', { tenant_id: 'nowhere' }],
    ['default_role', { default_role: 'owner' }],
    ['group_roles.0.role', { group_roles: [{ group: 'x', role: 'root' }] }],
    ['group_roles.0.group', { group_roles: [{ group: '', role: 'admin' }] }],
    ['group_roles', { group_roles: Array(51).fill({ group: 'x', role: 'admin' }) }],
  ])('is refused with a wrong %s: %j', async (field, body) => {
    expect(await faults(body)).toEqual([field])
  })

  test('has its slug for itself', async () => {
    await made()
    const { id } = await made({ slug: 'second' })
    expect((await alice('POST', URL_OF_ALL, corp)).body.code).toBe('CONFLICT')
    expect((await alice('PUT', `${URL_OF_ALL}/${id}`, { slug: 'corp' })).status).toBe(409)
    expect((await alice('PUT', `${URL_OF_ALL}/${id}`, { slug: 'second' })).status).toBe(200)
  })

  test('stays when its workspace goes, and then takes nobody in', async () => {
    const { id } = await made({ tenant_id: t.tenants.evil.id })
    await t.app.db.tx((tx) => tx.delete(tenants).where(eq(tenants.id, t.tenants.evil.id)))
    expect((await alice('GET', `${URL_OF_ALL}/${id}`)).body.tenant_id).toBeNull()
  })

  test('is the business of whoever runs the appliance alone, in person', async () => {
    const { id } = await made()
    const one = `${URL_OF_ALL}/${id}`
    const rows: [string, string, object?][] = [
      ['GET', URL_OF_ALL],
      ['GET', '/admin/sign-in-provider-kinds'],
      ['GET', one],
      ['POST', URL_OF_ALL, corp],
      ['POST', `${URL_OF_ALL}/test`, { kind: 'oidc', settings: oidc }],
      ['PUT', one, { enabled: false }],
      ['DELETE', one],
    ]
    const mallory = (await t.session('mallory')).ask
    for (const [method, path, body] of rows) {
      expect([method, path, (await t.nobody(method, path, body)).status]).toEqual([method, path, 401])
      // Mallory owns a workspace; Alice's token is Alice's, but no person.
      for (const ask of [mallory, t.alice]) expect((await ask(method, path, body)).status).toBe(403)
    }
    for (const method of ['GET', 'PUT', 'DELETE'])
      expect((await alice(method, `${URL_OF_ALL}/nowhere`, method === 'PUT' ? {} : undefined)).status).toBe(404)
  })

  test('is gone when it is deleted', async () => {
    const { id } = await made()
    expect((await alice('DELETE', `${URL_OF_ALL}/${id}`)).status).toBe(204)
    expect((await alice('GET', `${URL_OF_ALL}/${id}`)).status).toBe(404)
    expect(await providerBySlug(t.app, 'corp')).toBeUndefined()
    const events = (await t.app.db.read.select().from(audit_log)).map(({ event }) => event)
    expect(events).toEqual(['sign_in_provider.created', 'sign_in_provider.deleted'])
  })

  test('counts only while it is switched on and its kind is known', async () => {
    await made()
    await made({ slug: 'off', enabled: false })
    const { id } = await made({ slug: 'later' })
    await t.app.db.tx((tx) =>
      tx.update(sign_in_providers).set({ kind: 'of-a-later-version' }).where(eq(sign_in_providers.id, id)),
    )
    expect((await enabledProviders(t.app)).map(({ slug }) => slug)).toEqual(['corp'])
    expect(await providerBySlug(t.app, 'off')).toBeUndefined()
    expect((await alice('GET', `${URL_OF_ALL}/${id}`)).body).toMatchObject({ settings: {}, callback_url: null })
    expect((await alice('PUT', `${URL_OF_ALL}/${id}`, { enabled: false })).status).toBe(422)
  })
})

describe('the test of a provider', () => {
  test('tells what is there, with the stored secret when it came back masked', async () => {
    const idp = await openProvider(t.clock.now)
    const { id } = await made({ settings: idp.settings })
    const tried = async (client_secret: string | undefined) => {
      const settings = { ...idp.settings, client_secret }
      const { status, body } = await alice('POST', `${URL_OF_ALL}/test`, { id, kind: 'oidc', settings })
      return [status, body.ok, body.facts['Client ID and secret']]
    }
    expect(await tried(MASK)).toEqual([200, true, 'accepted'])
    expect(await tried(undefined)).toEqual([200, true, 'accepted'])
    expect(await tried('wrong')).toEqual([200, false, 'refused'])
    idp.stop()
    const gone = { ...idp.settings, issuer: 'http://127.0.0.1:1' }
    const { body } = await alice('POST', `${URL_OF_ALL}/test`, { kind: 'oidc', settings: gone })
    expect(body).toMatchObject({ ok: false, message: expect.stringContaining('127.0.0.1:1'), facts: {} })
  })

  test('keeps the rules of saving', async () => {
    const masked = { kind: 'oidc', settings: { ...oidc, client_secret: MASK } }
    expect((await alice('POST', `${URL_OF_ALL}/test`, masked)).status).toBe(422)
    expect((await alice('POST', `${URL_OF_ALL}/test`, { ...masked, id: 'nowhere' })).status).toBe(404)
    const { id } = await made({ slug: 'gate', kind: 'header', settings: { proxies: ['192.0.2.1'] } })
    expect((await alice('POST', `${URL_OF_ALL}/test`, { ...masked, id })).status).toBe(422)
    expect((await alice('POST', `${URL_OF_ALL}/test`, { kind: 'x' })).body.details.fields).toHaveProperty('kind')
  })
})

test('every kind says what it needs, and where people come back to', async () => {
  const { items } = (await alice('GET', '/admin/sign-in-provider-kinds')).body
  expect(items.length).toBeGreaterThan(5)
  for (const { kind, flow, settings, callback_url } of items) {
    expect([kind, settings.type]).toEqual([kind, 'object'])
    const expected = flow === 'redirect' ? 'https://up.example.test/api/v1/auth/oauth/{slug}/callback' : undefined
    expect([kind, callback_url]).toEqual([kind, expected])
  }
})

test('bad input in any setting of any kind is refused or harmless', async () => {
  const kinds: { kind: string; settings: Schema }[] = (await alice('GET', '/admin/sign-in-provider-kinds')).body.items
  const wrong: unknown[] = []
  let slug = 0
  for (const { kind, settings } of kinds) {
    const { ask } = await t.session('alice')
    for (const { at, value, refused } of spoil({ type: 'object', properties: { settings } })) {
      const body = put({ slug: `s-${++slug}`, kind, name: 'x', settings: {} }, at, value)
      const { status } = await ask('POST', URL_OF_ALL, body)
      if (status >= 500 || (refused && status !== 422)) wrong.push([kind, at, value, status])
    }
  }
  expect(slug).toBeGreaterThan(200)
  expect(wrong).toEqual([])
})
