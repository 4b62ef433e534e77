import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { expectSilent, finish, type ListeningProvider, listenAsProvider, NOW, refusalOf } from '#sign-in/fixtures'
import { oidcWith } from '#sign-in/oidc'
import { wireWith } from '#sign-in/wire'

let provider: ListeningProvider
let kind: ReturnType<typeof oidcWith>
beforeAll(async () => {
  provider = await listenAsProvider()
})
afterAll(() => provider.stop())
beforeEach(() => {
  Object.assign(provider.state, {
    description: {},
    token: {},
    userinfo: undefined,
    keys: [provider.jwk],
    reply: undefined,
  })
  provider.received.length = 0
  kind = oidcWith({ wire: wireWith() })
})

const settings = () => ({
  ...{ issuer: provider.issuer, client_id: 'xinex', client_secret: 'planted-secret', scopes: 'openid email' },
  ...{ groups_claim: '', client_auth: 'auto' as const, trust_addresses: false },
})
/** What a provider that answers with this token gets its visitor. */
async function withToken(id_token: string, params: Record<string, string> = { code: 'secret-code' }) {
  provider.state.token = { id_token }
  return finish(kind, settings(), params)
}
const ada = { email: 'ada@example.test', email_verified: true }

test('a description that belongs to another issuer is refused', async () => {
  for (const issuer of ['https://evil.example.test', `${provider.issuer}/`, provider.issuer.toUpperCase(), undefined]) {
    provider.state.description = { issuer }
    expect((await refusalOf(withToken(await provider.idToken()))).reason).toBe('failed')
  }
  expect(provider.received.map(({ path }) => path)).not.toContain('/token')
})

test.each(['authorization_endpoint', 'token_endpoint', 'jwks_uri', 'userinfo_endpoint'])(
  'an %s without encryption is refused',
  async (name) => {
    for (const address of ['http://sso.example.test/x', 'javascript:alert(1)', 'https://a:b@sso.example.test/', 7]) {
      provider.state.description = { [name]: address }
      expect((await refusalOf(withToken(await provider.idToken()))).message).toContain(name)
    }
  },
)

test('a description is read once in ten minutes', async () => {
  let now = NOW
  const job = {
    settings: settings(),
    redirect_uri: 'https://x.example.test/',
    ...{ state: 's', nonce: 'n', verifier: 'v'.repeat(43) },
  }
  const start = () => kind.start({ ...job, env: { now: () => now } })
  const asked = () => provider.received.length
  await start()
  now += 599_999
  await start()
  expect(asked()).toBe(1)
  now += 1
  await start()
  expect(asked()).toBe(2)
})

test('the code is traded with the verifier, at the place and for the address it was made for', async () => {
  await withToken(await provider.idToken({ claims: ada }))
  const { form, headers } = provider.received.find(({ path }) => path === '/token')!
  expect(Object.fromEntries(form)).toEqual({
    ...{ grant_type: 'authorization_code', code: 'secret-code', code_verifier: 'v'.repeat(43) },
    redirect_uri: 'https://xinex.example.test/api/v1/auth/oauth/corp/callback',
  })
  expect(headers.get('authorization')).toBe(`Basic ${btoa('xinex:planted-secret')}`)
})

test('the form carries the secret where the provider wants that', async () => {
  provider.state.description = { token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt'] }
  await withToken(await provider.idToken({ claims: ada }))
  const { form, headers } = provider.received.find(({ path }) => path === '/token')!
  expect([form.get('client_id'), form.get('client_secret'), headers.get('authorization')]).toEqual([
    'xinex',
    'planted-secret',
    null,
  ])
})

test.each([
  [{ error: 'access_denied' }, 'cancelled'],
  [{ error: 'temporarily_unavailable' }, 'unreachable'],
  [{ error: '<script>evil</script>', error_description: 'evil' }, 'failed'],
  [{ error: 'access_denied', code: 'c' }, 'cancelled'],
  [{}, 'failed'],
  [{ code: '' }, 'failed'],
])('an answer of %j is %s, and nothing is asked', async (params, reason) => {
  const error = await refusalOf(finish(kind, settings(), { ...params }))
  expect(error.reason).toBe(reason as typeof error.reason)
  expectSilent(error, 'evil')
  expect(provider.received.map(({ path }) => path)).not.toContain('/token')
})

test('two codes are none', async () => {
  const error = await refusalOf(finish(kind, settings(), new URLSearchParams('code=a&code=b')))
  expect(error.reason).toBe('failed')
})

test('what the token lacks is asked for, and only believed about the same person', async () => {
  provider.state.userinfo = { sub: 'ada', ...ada, name: 'Ada' }
  expect(await withToken(await provider.idToken())).toMatchObject({ ...ada, name: 'Ada' })
  expect(provider.received.at(-1)?.headers.get('authorization')).toBe('Bearer secret-access-token')
  provider.state.userinfo = { sub: 'root', ...ada }
  expect((await refusalOf(withToken(await provider.idToken()))).message).toContain('about somebody else')
})

test('an address and its proof come from the same place', async () => {
  provider.state.userinfo = { sub: 'ada', email: 'root@example.test' }
  expect(await withToken(await provider.idToken({ claims: { email_verified: true } }))).toMatchObject({
    ...{ email: 'root@example.test', email_verified: false },
  })
})

test.each([
  ['a list', { groups: ['ops', 'dev', 'ops', 7, '', null] }, 'groups', ['ops', 'dev']],
  ['one name', { groups: 'ops' }, 'groups', ['ops']],
  ['a path', { realm_access: { roles: ['ops'] } }, 'realm_access.roles', ['ops']],
  ['a name with dots', { 'https://example.test/groups': ['ops'] }, 'https://example.test/groups', ['ops']],
  ['something else', { groups: { ops: true } }, 'groups', []],
  ['what every object has', {}, 'constructor.name', []],
])('groups are read out of %s', async (_, claims, groups_claim, groups) => {
  provider.state.token = { id_token: await provider.idToken({ claims: { ...ada, ...claims } }) }
  provider.state.userinfo = { sub: 'ada' }
  const result = await finish(kind, { ...settings(), groups_claim }, { code: 'c' })
  expect(result.groups).toEqual(groups)
})

test.each([
  ['ada@example.test, root@example.test', undefined],
  ['Ada <ada@example.test>', undefined],
  [['ada@example.test'], undefined],
  [' ada@example.test ', 'ada@example.test'],
])('%j as address is %s', async (email, expected) => {
  provider.state.userinfo = { sub: 'ada' }
  const claims = await withToken(await provider.idToken({ claims: { email, email_verified: 'true' } }))
  expect([claims.email, claims.email_verified]).toEqual([expected, expected !== undefined])
})

test.each([
  [() => Response.json({ error: 'invalid_grant', error_description: 'planted' }, { status: 400 }), 'failed'],
  [() => Response.json({ error: 'made up: planted' }, { status: 400 }), 'failed'],
  [() => new Response('planted', { status: 503 }), 'unreachable'],
  [() => new Response('planted', { status: 429 }), 'unreachable'],
  [() => new Response('planted'), 'failed'],
  [() => Response.json(['planted']), 'failed'],
  [() => Response.json({ access_token: 'planted' }), 'failed'],
  [() => Response.json({ id_token: 7 }), 'failed'],
  [() => Response.redirect('https://evil.example.test/planted', 307), 'failed'],
])('an answer to the code that is no answer (%#) is told without repeating it', async (reply, reason) => {
  provider.state.reply = (path) => (path === '/token' ? reply() : undefined)
  const error = await refusalOf(finish(kind, settings(), { code: 'secret-code' }))
  expect(error.reason).toBe(reason as typeof error.reason)
  expectSilent(error, 'planted', 'secret-code', 'evil')
})

test('the settings name an encrypted issuer, or one on this machine', () => {
  const check = (issuer: string) => Object.keys(kind.check?.({ ...settings(), issuer }) ?? {})
  for (const issuer of [
    'https://sso.example.test',
    'https://sso.example.test/a/',
    'http://localhost:9000',
    'http://[::1]:9',
  ])
    expect(check(issuer)).toEqual([])
  for (const issuer of [
    'http://sso.example.test',
    'https://a:b@sso.example.test',
    'https://s.test/?a',
    'https://s.test/#a',
    'http://127.evil.test',
    'file:///x',
  ])
    expect(check(issuer)).toEqual(['settings.issuer'])
})
