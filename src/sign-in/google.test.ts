import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Fake, openFake } from '#sign-in/emulate.fixtures'
import { finish, listenAsProvider, NONCE, REDIRECT, refusalOf, VERIFIER } from '#sign-in/fixtures'
import { googleWith } from '#sign-in/google'
import { wireWith } from '#sign-in/wire'

// The imitation's clock is this machine's, so ours has to be too.
const env = { now: () => performance.timeOrigin + performance.now() }
const settings = { client_id: 'x.apps.googleusercontent.com', client_secret: 'g-secret', trust_addresses: true }
let fake: Fake
let google: ReturnType<typeof googleWith>
beforeAll(async () => {
  fake = await openFake('google', {
    users: [
      { email: 'ada@gmail.com', name: 'Ada Lovelace', email_verified: true },
      { email: 'eve@example.test', name: 'Eve', email_verified: true },
      { email: 'bob@acme.test', name: 'Bob', email_verified: true, hd: 'acme.test' },
    ],
    oauth_clients: [
      {
        client_id: settings.client_id,
        client_secret: settings.client_secret,
        name: 'Xinex',
        redirect_uris: [REDIRECT],
      },
    ],
  })
  google = googleWith({
    endpoints: {
      issuer: fake.url,
      authorize: `${fake.url}/o/oauth2/v2/auth`,
      token: `${fake.url}/oauth2/token`,
      keys: `${fake.url}/oauth2/v3/certs`,
    },
  })
})
afterAll(() => fake.stop())

async function signIn(person: string, more: object = {}) {
  const all = { ...settings, ...more }
  const url = await google.start({
    settings: all,
    redirect_uri: REDIRECT,
    state: 's',
    nonce: NONCE,
    verifier: VERIFIER,
    env,
  })
  const { params } = await fake.consent(url, person)
  expect(params.get('state')).toBe('s')
  return { url, params, claims: (job: { nonce?: string } = {}) => finish(google, all, params, { env, ...job }) }
}

test('somebody signs in with a Google account', async () => {
  const { claims } = await signIn('ada@gmail.com')
  expect(await claims()).toEqual({
    ...{ subject: expect.stringMatching(/^goog_[\w-]+$/), email: 'ada@gmail.com', email_verified: true },
    ...{ name: 'Ada Lovelace', groups: [] },
  })
})

test.each([
  [{ email: 'ada@gmail.com', email_verified: true }, true],
  [{ email: 'bob@acme.test', email_verified: true, hd: 'acme.test' }, true],
  [{ email: 'new@gmail.com', email_verified: false }, false],
  [{ email: 'left@acme.test', email_verified: true }, false],
  [{ email: 'left@gmail.com.acme.test', email_verified: true }, false],
  [{ email: 'odd@acme.test', email_verified: true, hd: '' }, false],
])('Google answers for addresses of its own and of Workspace: %j %p', async (said, expected) => {
  const provider = await listenAsProvider()
  const { issuer } = provider
  const iss = issuer.replace('https://', '')
  provider.state.token = { id_token: await provider.idToken({ claims: { ...said, iss, aud: settings.client_id } }) }
  const endpoints = { issuer, authorize: `${issuer}/authorize`, token: `${issuer}/token`, keys: `${issuer}/keys` }
  const from = (trust_addresses: boolean) =>
    finish(googleWith({ endpoints, wire: wireWith() }), { ...settings, trust_addresses }, { code: 'c' })
  const [claims, believed] = [await from(false), await from(true)]
  await provider.stop()
  expect(believed.email_verified).toBe(said.email_verified)
  expect([claims.email, claims.email_verified]).toEqual([said.email, expected])
})

test('a Workspace domain keeps others out, even when they choose another account there', async () => {
  const only = { hosted_domain: 'acme.test' }
  const { url, claims } = await signIn('bob@acme.test', only)
  expect(url.searchParams.get('hd')).toBe('acme.test')
  expect((await claims()).email).toBe('bob@acme.test')
  for (const person of ['ada@gmail.com', 'eve@example.test']) {
    const error = await refusalOf((await signIn(person, only)).claims())
    expect(error.message).toContain('does not belong to the Workspace domain')
  }
})

test('a code is good once, and only for the sign-in it belongs to', async () => {
  const { claims } = await signIn('ada@gmail.com')
  expect((await refusalOf(claims({ nonce: 'n-2' }))).message).toContain('another sign-in')
  expect((await refusalOf(claims())).message).toContain('no longer accepts the code')
})

test('the test button knows a right client from a wrong one', async () => {
  expect(await google.test(settings, env)).toMatchObject({ ok: true, facts: { 'Client ID and secret': 'accepted' } })
  const wrong = await google.test({ ...settings, client_secret: 'wrong' }, env)
  expect(wrong).toMatchObject({ ok: false, facts: { 'Client ID and secret': 'refused' } })
})
