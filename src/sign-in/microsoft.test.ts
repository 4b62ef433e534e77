import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Fake, openFake } from '#sign-in/emulate.fixtures'
import {
  finish,
  env as fixed,
  type ListeningProvider,
  listenAsProvider,
  NONCE,
  REDIRECT,
  refusalOf,
  VERIFIER,
} from '#sign-in/fixtures'
import { microsoftWith } from '#sign-in/microsoft'
import { wireWith } from '#sign-in/wire'

const env = { now: () => performance.timeOrigin + performance.now() }
const HOME = '11111111-2222-4333-8444-555555555555'
const OTHER = '99999999-2222-4333-8444-555555555555'
const CONSUMERS = '9188040d-6c67-4c5b-b112-36a304b66dad'
const base = {
  client_id: 'app',
  client_secret: 'm-secret',
  tenant: 'common',
  trust_addresses: false,
  cloud: 'global' as const,
}
const at = (url: string) => microsoftWith({ clouds: { global: url, us_government: url, china: url }, wire: wireWith() })

describe('against an imitation of Entra ID', () => {
  let fake: Fake
  beforeAll(async () => {
    const users = [
      { email: 'ada@acme.test', name: 'Ada Lovelace', tenant_id: HOME },
      { email: 'eve@evil.test', name: 'Eve', tenant_id: OTHER },
      { email: 'bob@outlook.test', name: 'Bob' },
    ]
    const oauth_clients = [{ client_id: 'app', client_secret: 'm-secret', name: 'Xinex', redirect_uris: [REDIRECT] }]
    // The imitation has one directory for all, without its name in the addresses.
    fake = await openFake('microsoft', { users, oauth_clients }, (path) =>
      path.replace(/^\/[^/]+(?=\/(oauth2|discovery)\/v2)/, ''),
    )
  })
  afterAll(() => fake.stop())

  async function signIn(person: string, more: object = {}) {
    const settings = { ...base, ...more }
    const kind = at(fake.url)
    const url = await kind.start({
      settings,
      redirect_uri: REDIRECT,
      state: 's',
      nonce: NONCE,
      verifier: VERIFIER,
      env,
    })
    expect(url.pathname).toBe(`/${settings.tenant}/oauth2/v2.0/authorize`)
    const { params } = await fake.consent(url, person)
    return finish(kind, settings, params, { env })
  }

  test('somebody of any directory signs in; the subject names the directory too', async () => {
    expect(await signIn('ada@acme.test')).toEqual({
      ...{ subject: expect.stringMatching(new RegExp(`^${HOME}:.+`)), email: 'ada@acme.test', email_verified: false },
      ...{ name: 'Ada Lovelace', groups: [] },
    })
    expect((await signIn('eve@evil.test')).subject).toStartWith(`${OTHER}:`)
  })

  test('an address counts as verified only in the own directory, and only if the operator says so', async () => {
    expect((await signIn('ada@acme.test', { tenant: HOME })).email_verified).toBe(false)
    expect((await signIn('ada@acme.test', { tenant: HOME, trust_addresses: true })).email_verified).toBe(true)
    expect((await signIn('eve@evil.test', { tenant: 'common', trust_addresses: true })).email_verified).toBe(false)
  })

  test.each([
    [HOME, ['ada@acme.test']],
    ['organizations', ['ada@acme.test', 'eve@evil.test']],
    ['consumers', ['bob@outlook.test']],
  ])('%s lets in only %p', async (tenant, welcome) => {
    for (const person of ['ada@acme.test', 'eve@evil.test', 'bob@outlook.test'])
      if (welcome.includes(person)) expect((await signIn(person, { tenant })).email).toBe(person)
      else expect((await refusalOf(signIn(person, { tenant }))).message).toContain('issued by somebody else')
  })

  test('the test button knows a right client from a wrong one', async () => {
    expect(await at(fake.url).test(base, env)).toMatchObject({ ok: true })
    expect(await at(fake.url).test({ ...base, client_secret: 'wrong' }, env)).toMatchObject({ ok: false })
  })
})

describe('against a provider that lies', () => {
  let provider: ListeningProvider
  beforeAll(async () => {
    provider = await listenAsProvider()
    provider.state.reply = (path) => {
      if (path.endsWith('/oauth2/v2.0/token')) return Response.json(provider.state.token)
      return path.endsWith('/discovery/v2.0/keys') ? Response.json({ keys: provider.state.keys }) : undefined
    }
  })
  afterAll(() => provider.stop())

  async function withClaims(claims: object, more: object = {}) {
    const iss = `${provider.issuer}/${HOME}/v2.0`
    provider.state.token = {
      id_token: await provider.idToken({ claims: { iss, aud: 'app', tid: HOME, sub: 'ada', ...claims } }),
    }
    return finish(at(provider.issuer), { ...base, ...more }, { code: 'c' }, { env: fixed })
  }

  test('the issuer has to be the directory that the token names', async () => {
    expect((await withClaims({})).subject).toBe(`${HOME}:ada`)
    for (const claims of [
      { tid: OTHER },
      { tid: undefined },
      { tid: '../x' },
      { iss: `https://evil.test/${HOME}/v2.0` },
    ])
      expect((await refusalOf(withClaims(claims))).message).toContain('issued by somebody else')
    const consumers = { iss: `${provider.issuer}/${CONSUMERS}/v2.0`, tid: CONSUMERS }
    expect((await refusalOf(withClaims(consumers, { tenant: HOME }))).message).toContain('issued by somebody else')
  })

  test('a key that is published for one directory signs for no other', async () => {
    const keyOf = (issuer: string) => [{ ...provider.jwk, issuer }]
    provider.state.keys = keyOf(`${provider.issuer}/{tenantid}/v2.0`)
    expect((await withClaims({})).subject).toBe(`${HOME}:ada`)
    provider.state.keys = keyOf(`${provider.issuer}/${OTHER}/v2.0`)
    expect((await refusalOf(withClaims({}))).message).toContain('a key of another directory')
    provider.state.keys = [provider.jwk]
  })

  test('groups and application roles are both groups; a user name stands in for the address', async () => {
    const claims = await withClaims({ groups: ['g-1'], roles: ['Xinex.Admin'], preferred_username: 'ada@acme.test' })
    expect(claims).toMatchObject({ groups: ['g-1', 'Xinex.Admin'], email: 'ada@acme.test', email_verified: false })
    expect((await withClaims({ preferred_username: '+49 151 1' })).email).toBeUndefined()
  })
})

test('addresses cannot be trusted in directories of others', () => {
  const { check } = microsoftWith()
  expect(check?.({ ...base, trust_addresses: true })).toHaveProperty(['settings.trust_addresses'])
  expect(check?.({ ...base, trust_addresses: true, tenant: HOME })).toEqual({})
})

test('the national clouds have addresses of their own', async () => {
  const job = { redirect_uri: REDIRECT, state: 's', nonce: NONCE, verifier: VERIFIER, env }
  const host = async (cloud: 'global' | 'us_government' | 'china') =>
    (await microsoftWith().start({ ...job, settings: { ...base, cloud } })).host
  expect([await host('global'), await host('us_government'), await host('china')]).toEqual([
    ...['login.microsoftonline.com', 'login.microsoftonline.us', 'login.partner.microsoftonline.cn'],
  ])
})
