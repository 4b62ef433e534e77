import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { jwtVerify } from 'jose'
import { MASK } from '#kernel/form'
import { appleWith } from '#sign-in/apple'
import { type Fake, openFake } from '#sign-in/emulate.fixtures'
import {
  expectSilent,
  finish,
  env as fixed,
  type ListeningProvider,
  listenAsProvider,
  NONCE,
  NOW,
  REDIRECT,
  refusalOf,
  strangersKey,
  VERIFIER,
} from '#sign-in/fixtures'
import { wireWith } from '#sign-in/wire'

const env = { now: () => performance.timeOrigin + performance.now() }
const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const settings = { services_id: 'com.example.xinex', team_id: 'TEAM000001', key_id: 'KEY0000001', private_key: pem }
const at = (url: string) =>
  appleWith({
    endpoints: {
      issuer: url,
      authorize: `${url}/auth/authorize`,
      token: `${url}/auth/token`,
      keys: `${url}/auth/keys`,
    },
    wire: wireWith(),
  })

describe('in the browser', () => {
  let fake: Fake
  beforeAll(async () => {
    fake = await openFake('apple', {
      users: [{ email: 'ada@icloud.test', name: 'Ada Lovelace', given_name: 'Ada', family_name: 'Lovelace' }],
      oauth_clients: [
        { client_id: settings.services_id, team_id: settings.team_id, name: 'Xinex', redirect_uris: [REDIRECT] },
      ],
    })
  })
  afterAll(() => fake.stop())

  async function signIn(private_key = pem) {
    const all = { ...settings, private_key }
    const kind = at(fake.url)
    const url = await kind.start({
      settings: all,
      redirect_uri: REDIRECT,
      state: 's',
      nonce: NONCE,
      verifier: VERIFIER,
      env,
    })
    const { method, params } = await fake.consent(url, 'ada@icloud.test')
    return { method, params, claims: (job = {}) => finish(kind, all, params, { env, ...job }) }
  }

  test('somebody signs in; the answer is a form, and brings the name the first time only', async () => {
    const { method, params, claims } = await signIn()
    expect([method, params.get('state'), params.has('user')]).toEqual(['POST', 's', true])
    const person = { subject: expect.any(String), email: 'ada@icloud.test', email_verified: true, groups: [] }
    expect(await claims()).toEqual({ ...person, name: 'Ada Lovelace' })
    expect(await (await signIn()).claims()).toEqual(person)
  })

  test('we prove who we are with a short-lived signature in the form', async () => {
    await (await signIn()).claims()
    const { form, headers } = fake.sent.findLast(({ path }) => path === '/auth/token')!
    const { payload, protectedHeader } = await jwtVerify(form.get('client_secret') ?? '', pair.publicKey)
    expect(protectedHeader).toEqual({ alg: 'ES256', kid: 'KEY0000001' })
    expect(payload).toMatchObject({ iss: 'TEAM000001', sub: 'com.example.xinex', aud: fake.url })
    expect(payload.exp! - payload.iat!).toBe(300)
    expect([form.get('client_id'), headers.get('authorization')]).toEqual(['com.example.xinex', null])
  })

  test.each([
    ['on one line, as password boxes paste it', pem.replaceAll('\n', '')],
    ['with spaces for line breaks', pem.replaceAll('\n', ' ')],
    ['without its first and last line', pem.split('\n').slice(1, -2).join('\n')],
  ])('the key may be %s', async (_, key) => {
    expect(at(fake.url).check?.({ ...settings, private_key: key })).toEqual({})
    expect((await (await signIn(key)).claims()).email).toBe('ada@icloud.test')
  })

  test('a code is good once, and only for the sign-in it belongs to', async () => {
    const { claims } = await signIn()
    expect((await refusalOf(claims({ nonce: 'n-2' }))).message).toContain('another sign-in')
    const again = await refusalOf(claims())
    expect(again.message).toContain('no longer accepts the code')
    expectSilent(again, pem.slice(40, 80))
  })

  test('the name is taken from the form only if it is one', async () => {
    for (const user of ['', 'null', '[]', '{"name":7}', '{"name":{"firstName":{},"lastName":[]}}', '{']) {
      const { params } = await signIn()
      params.set('user', user)
      expect((await finish(at(fake.url), settings, params, { env })).name).toBeUndefined()
    }
  })

  test('no at Apple is no here', async () => {
    const error = await refusalOf(finish(at(fake.url), settings, { error: 'user_cancelled_authorize' }))
    expect(error.reason).toBe('cancelled')
  })

  test('the test button proves the key', async () => {
    expect(await at(fake.url).test(settings, env)).toMatchObject({
      ok: true,
      facts: { 'Client ID and secret': 'accepted' },
    })
    expect(await at(fake.url).test({ ...settings, private_key: 'nonsense' }, env)).toMatchObject({ ok: false })
  })
})

test('what is no key for ES256 is refused when it is saved', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' })
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ type: 'pkcs8', format: 'pem' })
  for (const private_key of ['nonsense', '', rsa.toString(), p384.toString(), pem.slice(0, 90)])
    expect(at('https://x.test').check?.({ ...settings, private_key })).toHaveProperty(['settings.private_key'])
  expect(at('https://x.test').check?.({ ...settings, private_key: MASK })).toEqual({})
})

describe('in an app', () => {
  let provider: ListeningProvider
  beforeAll(async () => {
    provider = await listenAsProvider()
  })
  afterAll(() => provider.stop())
  beforeEach(() => {
    provider.state.reply = (path) => (path === '/auth/keys' ? Response.json({ keys: provider.state.keys }) : undefined)
  })
  const at_s = Math.floor(NOW / 1000)
  const hashed = createHash('sha256').update('raw-nonce').digest('hex')
  const claims = {
    aud: 'com.example.app',
    sub: '001.abc',
    nonce: hashed,
    email: 'x@privaterelay.appleid.test',
    email_verified: 'true',
  }
  const all = { ...settings, bundle_ids: ['com.example.app', 'com.example.other'] }
  const native = (id_token: string, nonce: string | undefined = 'raw-nonce', more: object = {}) =>
    at(provider.issuer).native!({ settings: { ...all, ...more }, id_token, nonce, env: fixed })
  const withoutNonce = (id_token: string) => at(provider.issuer).native!({ settings: all, id_token, env: fixed })

  test('a token of the system’s dialog signs somebody in; text for yes is yes', async () => {
    expect(await native(await provider.idToken({ claims }))).toEqual({
      ...{ subject: '001.abc', email: 'x@privaterelay.appleid.test', email_verified: true, groups: [] },
    })
    const raw = { ...claims, nonce: 'raw-nonce', aud: 'com.example.other' }
    expect((await native(await provider.idToken({ claims: raw }))).subject).toBe('001.abc')
    expect((await withoutNonce(await provider.idToken({ claims, without: ['nonce'] }))).subject).toBe('001.abc')
  })

  test.each([
    ['another app', { claims: { ...claims, aud: 'com.evil' } }],
    ['the browser', { claims: { ...claims, aud: 'com.example.xinex' } }],
    ['another issuer', { claims: { ...claims, iss: 'https://evil.test' } }],
    ['another nonce', { claims: { ...claims, nonce: 'n-2' } }],
    ['no nonce', { claims, without: ['nonce'] }],
    ['the past', { claims: { ...claims, iat: at_s - 400, exp: at_s - 120 } }],
    ['an hour ago, though still valid', { claims: { ...claims, iat: at_s - 3600, exp: at_s + 600 } }],
    ['the future', { claims: { ...claims, iat: at_s + 3600, exp: at_s + 7200 } }],
    ['nobody', { claims, without: ['sub'] }],
  ])('a token for %s is refused', async (_, wish) => {
    expect((await refusalOf(native(await provider.idToken(wish)))).reason).toBe('failed')
  })

  test('a token with a nonce is refused from an app that shows none', async () => {
    expect((await refusalOf(withoutNonce(await provider.idToken({ claims })))).message).toContain('another sign-in')
  })

  test('a token that Apple did not sign is refused', async () => {
    const right = await provider.idToken({ claims })
    const forged = [
      await provider.idToken({ claims, key: await strangersKey() }),
      await provider.idToken({ claims, key: await strangersKey(), header: { kid: 'k9' } }),
      await provider.idToken({ claims, header: { alg: 'HS256' }, key: Buffer.from(JSON.stringify(provider.jwk)) }),
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${right.split('.')[1]}.`,
      `${right.slice(0, -8)}AAAAAAAA`,
      'nonsense',
    ]
    for (const token of forged) expectSilent(await refusalOf(native(token)), token)
  })

  test('nobody signs in with an app when the settings name none', async () => {
    const error = await refusalOf(native(await provider.idToken({ claims }), 'raw-nonce', { bundle_ids: [] }))
    expect(error.message).toContain('no app')
  })
})
