import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { expectSilent, NONCE, REDIRECT, refusalOf, VERIFIER } from '#sign-in/fixtures'
import { oidcWith } from '#sign-in/oidc'
import { openOidcProvider, SECRET } from '#sign-in/oidc-provider.fixtures'

// The provider's clock is this machine's, so ours has to be too.
const env = { now: () => performance.timeOrigin + performance.now() }
let provider: Awaited<ReturnType<typeof openOidcProvider>>
beforeAll(async () => {
  provider = await openOidcProvider()
})
afterAll(() => provider.stop())

const settingsOf = (more: object = {}) => ({
  ...{ issuer: provider.issuer, client_id: 'basic', client_secret: SECRET, scopes: 'openid profile email groups' },
  ...{ groups_claim: 'groups', client_auth: 'auto' as const, trust_addresses: false },
  ...more,
})
type Settings = ReturnType<typeof settingsOf>

async function signIn(
  settings: Settings,
  login = 'ada',
  { nonce = NONCE, verifier = VERIFIER, kind = oidcWith() } = {},
) {
  const job = { settings, redirect_uri: REDIRECT, env }
  const url = await kind.start({ ...job, state: 's', nonce: NONCE, verifier: VERIFIER })
  const params = await provider.consent(url, login)
  expect(params.get('state')).toBe('s')
  return { params, claims: () => kind.finish({ ...job, params, nonce, verifier }) }
}

test.each([
  ['a secret in the header, with characters that need encoding', { client_id: 'basic' }],
  ['a secret in the form', { client_id: 'post', client_auth: 'post' as const }],
  ['no secret', { client_id: 'public', client_secret: '' }],
  ['another signature', { client_id: 'es256' }],
])('somebody signs in with %s', async (_, more) => {
  const { claims } = await signIn(settingsOf(more))
  expect(await claims()).toEqual({
    ...{ subject: 'ada', email: 'ada@example.test', email_verified: true, name: 'Ada Lovelace' },
    groups: ['ops', 'staff'],
  })
})

test('an unverified address stays so, unless the operator vouches for it; a user name serves as name', async () => {
  const told = await (await signIn(settingsOf(), 'bob')).claims()
  expect(told).toEqual({ subject: 'bob', email: 'bob@example.test', email_verified: false, name: 'bob', groups: [] })
  const vouched = await (await signIn(settingsOf({ trust_addresses: true }), 'bob')).claims()
  expect(vouched.email_verified).toBe(true)
})

test('groups are not read when no claim is named, and not asked for without their scope', async () => {
  expect((await (await signIn(settingsOf({ groups_claim: '' }))).claims()).groups).toEqual([])
  expect((await (await signIn(settingsOf({ scopes: 'openid email' }))).claims()).groups).toEqual([])
})

test('a code is good once', async () => {
  const { claims } = await signIn(settingsOf())
  await claims()
  const again = await refusalOf(claims())
  expect([again.reason, again.message]).toEqual([
    'failed',
    'The provider no longer accepts the code: it was used before, or is too old.',
  ])
})

test.each([
  ['the verifier of another browser', { verifier: 'w'.repeat(43) }, 'no longer accepts the code'],
  ['the nonce of another sign-in', { nonce: 'n-2' }, 'belongs to another sign-in'],
])('%s is refused', async (_, wrong, message) => {
  const { claims } = await signIn(settingsOf(), 'ada', wrong)
  const error = await refusalOf(claims())
  expect([error.reason, error.message]).toEqual(['failed', expect.stringContaining(message)])
  expectSilent(error, SECRET, VERIFIER)
})

test('a wrong secret is told, and not repeated', async () => {
  const { claims } = await signIn(settingsOf({ client_secret: 'planted-secret' }))
  const error = await refusalOf(claims())
  expect([error.reason, error.message]).toEqual(['failed', 'The provider does not accept the client ID and secret.'])
  expectSilent(error, 'planted-secret')
})

test('an ID token signed with the client secret is refused', async () => {
  const { claims } = await signIn(settingsOf({ client_id: 'hs256', client_secret: 'h'.repeat(64) }))
  expect((await refusalOf(claims())).message).toContain('choose RS256 or ES256')
})

describe('the answer says which provider it comes from', () => {
  test('and is refused when that is another one, or missing', async () => {
    const kind = oidcWith()
    const { params } = await signIn(settingsOf(), 'ada', { kind })
    expect(params.get('iss')).toBe(provider.issuer)
    const with_ = (iss?: string) => {
      const changed = new URLSearchParams(params)
      if (iss === undefined) changed.delete('iss')
      else changed.set('iss', iss)
      return kind.finish({
        settings: settingsOf(),
        redirect_uri: REDIRECT,
        params: changed,
        nonce: NONCE,
        verifier: VERIFIER,
        env,
      })
    }
    for (const iss of ['https://evil.example.test', `${provider.issuer}/`, undefined])
      expect((await refusalOf(with_(iss))).message).toBe('The answer came from another provider.')
    expect((await with_(provider.issuer)).subject).toBe('ada')
  })
})

describe('the test button', () => {
  test('says that everything is right', async () => {
    const result = await oidcWith().test(settingsOf(), env)
    expect(result).toMatchObject({
      ...{ ok: true, message: 'The provider answers.' },
      facts: { 'Client ID and secret': 'accepted', 'Token endpoint': `${provider.issuer}/token` },
    })
  })
  test.each([
    ['a wrong secret', () => settingsOf({ client_secret: 'wrong' }), 'does not accept the client ID and secret'],
    ['an unknown client', () => settingsOf({ client_id: 'nobody' }), 'does not accept the client ID and secret'],
    ['a wrong slash', () => settingsOf({ issuer: `${provider.issuer}/` }), 'without a slash at the end'],
    ['no such place', () => settingsOf({ issuer: `${provider.issuer}/realms/none` }), 'answered 404'],
    ['plain http', () => settingsOf({ issuer: 'http://sso.example.test' }), 'does not start with https://'],
  ])('says what is wrong: %s', async (_, settings, message) => {
    const result = await oidcWith().test(settings(), env)
    expect(result).toMatchObject({ ok: false, message: expect.stringContaining(message) })
    expect(JSON.stringify(result)).not.toContain(SECRET)
  })
})
