import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { type CryptoKey, exportJWK } from 'jose'
import {
  env,
  expectSilent,
  finish,
  type ListeningProvider,
  listenAsProvider,
  NOW,
  refusalOf,
  strangersKey,
} from '#sign-in/fixtures'
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
const at = Math.floor(NOW / 1000)
/** What a provider that answers with this token gets its visitor. */
async function withToken(id_token: string, params: Record<string, string> = { code: 'secret-code' }) {
  provider.state.token = { id_token }
  return finish(kind, settings(), params)
}
const ada = { email: 'ada@example.test', email_verified: true }

test('a right token signs somebody in', async () => {
  const claims = { ...ada, name: ' Ada \u202e Lovelace\n', amr: ['pwd', 'otp'] }
  expect(await withToken(await provider.idToken({ claims }))).toEqual({
    ...{ subject: 'ada', ...ada, name: 'Ada Lovelace', groups: [], mfa: true },
  })
})

test('one that is for several parties has to say that we asked', async () => {
  const aud = ['xinex', 'other']
  expect((await withToken(await provider.idToken({ claims: { ...ada, aud, azp: 'xinex' } }))).subject).toBe('ada')
  for (const azp of [undefined, 'other', 7])
    expect((await refusalOf(withToken(await provider.idToken({ claims: { aud, azp } })))).message).toContain(
      'another application',
    )
})

/** What a provider publishes of a key pair. */
const publicOf = async (key: CryptoKey) => {
  const { kty, n, e } = await exportJWK(key)
  return { kty, n, e }
}

const unsigned = (head: object, body: object) =>
  `${[head, body].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`

test.each([
  ['another nonce', { claims: { nonce: 'n-2' } }, 'another sign-in'],
  ['no nonce', { without: ['nonce'] }, 'another sign-in'],
  ['a list of nonces', { claims: { nonce: ['n-1'] } }, 'another sign-in'],
  ['another issuer', { claims: { iss: 'https://evil.example.test' } }, 'issued by somebody else'],
  ['the issuer with a slash', { claims: { iss: 'http://127.0.0.1/' } }, 'issued by somebody else'],
  ['another audience', { claims: { aud: 'other' } }, 'another application'],
  ['an audience that begins alike', { claims: { aud: 'xinex2' } }, 'another application'],
  ['another asking party', { claims: { azp: 'other' } }, 'another application'],
  ['no issuer', { without: ['iss'] }, 'issued by somebody else'],
  ['no audience', { without: ['aud'] }, 'another application'],
  ['no subject', { without: ['sub'] }, 'lacks a claim'],
  ['an empty subject', { claims: { sub: '' } }, 'did not say who'],
  ['a subject with a line break', { claims: { sub: 'ada\nroot' } }, 'did not say who'],
  ['no end', { without: ['exp'] }, 'compare the clocks'],
  ['no time of issue', { without: ['iat'] }, 'compare the clocks'],
  ['an end long ago', { claims: { iat: at - 900, exp: at - 61 } }, 'compare the clocks'],
  ['a beginning later', { claims: { nbf: at + 61 } }, 'compare the clocks'],
])('%s is refused', async (_, wish, message) => {
  const token = await provider.idToken(wish)
  const error = await refusalOf(withToken(token))
  expect([error.reason, error.message]).toEqual(['failed', expect.stringContaining(message)])
  expectSilent(error, token, 'planted-secret', 'secret-code', 'evil')
})

test('clocks may differ by a minute', async () => {
  const token = await provider.idToken({ claims: { ...ada, iat: at + 59, nbf: at + 59, exp: at + 600 } })
  expect((await withToken(token)).subject).toBe('ada')
  expect((await withToken(await provider.idToken({ claims: { ...ada, exp: at - 59 } }))).subject).toBe('ada')
})

test('a signature by another key is refused, whether it names the real key or one of its own', async () => {
  const key = await strangersKey()
  const posing = await refusalOf(withToken(await provider.idToken({ key })))
  expect(posing.message).toBe('The signature of the ID token is wrong.')
  const foreign = await refusalOf(withToken(await provider.idToken({ key, header: { kid: 'k2' } })))
  expect(foreign.message).toContain('does not publish')
})

test('an unknown key makes us ask for the keys again only now and then', async () => {
  const key = await strangersKey()
  for (let i = 0; i < 5; i++) await refusalOf(withToken(await provider.idToken({ key, header: { kid: `k${i + 2}` } })))
  expect(provider.received.filter(({ path }) => path === '/keys').length).toBeLessThan(3)
})

test.each([
  () => new Response('planted', { status: 500 }),
  () => Response.json({ keys: 7 }),
  () => new Response('<html>planted'),
  () => Response.redirect('https://evil.example.test/'),
])('keys that cannot be read (%#) are the provider’s trouble', async (reply) => {
  provider.state.reply = (path) => (path === '/keys' ? reply() : undefined)
  const error = await refusalOf(withToken(await provider.idToken()))
  expect(error.reason).toBe('unreachable')
  expectSilent(error, 'planted', 'evil')
})

test('a provider may change its keys', async () => {
  const key = await strangersKey()
  provider.state.keys = [{ ...(await publicOf(key)), kid: 'k9', alg: 'RS256' }]
  const token = await provider.idToken({ claims: ada, key, header: { kid: 'k9' } })
  expect((await withToken(token)).subject).toBe('ada')
  expect((await refusalOf(withToken(await provider.idToken()))).message).toContain('does not publish')
})

test('no signature, and one made with what everybody knows, are refused', async () => {
  const body = { iss: provider.issuer, aud: 'xinex', sub: 'ada', nonce: 'n-1', iat: at, exp: at + 300 }
  const accepted = 'choose RS256 or ES256'
  const right = await provider.idToken()
  const cases: [string, string][] = [
    [unsigned({ alg: 'none' }, body), accepted],
    [unsigned({ alg: 'None', kid: 'k1' }, body), accepted],
    [`${right.split('.').slice(0, 2).join('.')}.`, 'signature'],
    [await provider.idToken({ header: { alg: 'HS256' }, key: Buffer.from(JSON.stringify(provider.jwk)) }), accepted],
    [await provider.idToken({ header: { alg: 'HS256' }, key: Buffer.from('planted-secret'.padEnd(32)) }), accepted],
    ['not.a.token', 'signed ID token'],
    ['', 'signed ID token'],
  ]
  for (const [token, message] of cases) expect((await refusalOf(withToken(token))).message).toContain(message)
})

test('a provider that announces only HS256 still has to sign with a key pair', async () => {
  provider.state.description = { id_token_signing_alg_values_supported: ['HS256', 'none'] }
  const key = Buffer.from('planted-secret'.padEnd(32))
  expect((await refusalOf(withToken(await provider.idToken({ header: { alg: 'HS256' }, key })))).message).toContain(
    'RS256',
  )
  expect((await withToken(await provider.idToken({ claims: ada }))).subject).toBe('ada')
})

test('the clock that is given is the one that counts', async () => {
  provider.state.token = { id_token: await provider.idToken({ claims: ada }) }
  const later = { now: () => NOW + 3_600_000 }
  expect((await refusalOf(finish(kind, settings(), { code: 'c' }, { env: later }))).message).toContain('clocks')
  expect((await finish(kind, settings(), { code: 'c' }, { env })).subject).toBe('ada')
})
