import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { sessions } from '#db/schema/credentials'
import { identities } from '#db/schema/identities'
import { passkeys } from '#db/schema/mfa'
import { sign_in_providers } from '#db/schema/sign-in-providers'
import { tenants } from '#db/schema/tenants'
import { isoAt } from '#kernel/clock'
import { type Authenticators, authenticators, type Credential } from '../../../test/authenticator'
import { type Ask, type Booted, boot, PASSWORD } from '../../../test/boot'
import { browserAfter, elsewhere, knock, type Name, proxied } from './people.fixture'

/** Where the appliance is; and another site on the same host, which browsers let use the same passkeys. */
const ORIGIN = 'http://localhost:3000'
const NEIGHBOUR = 'http://localhost:4000'

let drawer: Authenticators
let t: Booted
let count = 0
beforeAll(() => {
  drawer = authenticators()
})
afterAll(() => drawer.stop())
beforeEach(async () => {
  t = await boot({ start: false, config: { ...proxied, publicUrl: ORIGIN } })
})
afterEach(() => t.stop())

const newKey = (more: { verified?: boolean } = {}) => drawer.key(`key ${count++}`, more)
type Key = ReturnType<typeof newKey>

async function register(ask: Ask, key: Key, { origin = ORIGIN, spoil = (made: Credential) => made } = {}) {
  const { body, status } = await ask('POST', '/me/passkeys/options', { current_password: PASSWORD })
  expect(status).toBe(201)
  const response = spoil(await key.create(origin, body.options))
  return ask('POST', '/me/passkeys', { flow: body.flow, name: 'Phone', response })
}
/** Somebody with a password and a passkey. */
async function withPasskey(name: Name, key = newKey()) {
  await t.givePassword(name)
  const before = await t.session(name)
  const made = await register(before.ask, key)
  expect([made.status, made.body]).toEqual([201, expect.objectContaining({ name: 'Phone' })])
  return { key, before, id: String(made.body.id), ...browserAfter(t, made) }
}
const options = async () => (await t.nobody('POST', '/auth/passkey/options', undefined, elsewhere())).body
const signIn = (flow: string, response: Credential) =>
  t.nobody('POST', '/auth/passkey', { flow, response }, elsewhere())
async function enterWith(key: Key, origin = ORIGIN) {
  const asked = await options()
  return signIn(asked.flow, await key.get(origin, asked.options))
}
const changed = (text: string) => `${text[0] === 'A' ? 'B' : 'A'}${text.slice(1)}`

describe('adding a passkey', () => {
  test('asks for one that opens the account by itself, bound to the configured name', async () => {
    const { ask } = await t.session('alice')
    const { body } = await ask('POST', '/me/passkeys/options')
    expect(body.options).toMatchObject({
      rp: { id: 'localhost', name: 'Xinex' },
      user: { name: 'alice@example.test', displayName: 'alice' },
      attestation: 'none',
      authenticatorSelection: { residentKey: 'required', userVerification: 'preferred' },
    })
    expect(Buffer.from(body.options.user.id, 'base64url').toString()).toBe(t.people.alice.id)
  })

  test('makes the session one of two factors under a new cookie, ends the others and is listed', async () => {
    const other = await t.session('alice')
    const { before, ask, id } = await withPasskey('alice')
    for (const gone of [before, other]) expect((await gone.ask('GET', '/me')).status).toBe(401)
    const { body } = await ask('GET', '/me/passkeys')
    expect(body).toMatchObject({ total: 1, items: [{ id, name: 'Phone', last_used_at: null, transports: ['usb'] }] })
    expect(Object.keys(body.items[0]).sort()).toEqual(
      ['backed_up', 'created_at', 'id', 'last_used_at', 'name', 'transports'].sort(),
    )
    expect((await t.app.db.read.select().from(sessions)).map(({ mfa }) => mfa)).toEqual([true])
    expect((await ask('GET', '/me/mfa')).body).toMatchObject({ totp: false, passkeys: 1 })
  })

  test('a second one leaves the other sessions alone: they have proven a factor', async () => {
    const { ask, key } = await withPasskey('alice')
    const second = browserAfter(t, await enterWith(key))
    expect((await register(ask, newKey())).status).toBe(201)
    expect((await second.ask('GET', '/me')).status).toBe(200)
  })

  test('an authenticator that holds one already refuses another', async () => {
    const { ask, key } = await withPasskey('alice')
    const { body } = await ask('POST', '/me/passkeys/options', { current_password: PASSWORD })
    expect(body.options.excludeCredentials).toHaveLength(1)
    await expect(key.create(ORIGIN, body.options)).rejects.toThrow('NotAllowedError')
    const { excludeCredentials, ...rest } = body.options
    expect(excludeCredentials[0].id).toEqual(expect.any(String))
    expect((await key.create(ORIGIN, rest)).type).toBe('public-key')
  })

  test('made on another site, or for another challenge, it is refused', async () => {
    const { ask } = await t.session('alice')
    const elsewhereMade = await register(ask, newKey(), { origin: NEIGHBOUR })
    expect([elsewhereMade.status, elsewhereMade.body.details.fields]).toEqual([
      422,
      { response: expect.stringContaining('was not made') },
    ])
    const { body } = await ask('POST', '/me/passkeys/options')
    const response = await newKey().create(ORIGIN, { ...body.options, challenge: changed(body.options.challenge) })
    expect((await ask('POST', '/me/passkeys', { flow: body.flow, name: 'x', response })).status).toBe(422)
    expect((await ask('GET', '/me/passkeys')).body.total).toBe(0)
  })

  test('the same answer counts once, for the session that asked, and not for long', async () => {
    const one = await t.session('alice')
    const two = await t.session('alice')
    const bob = await t.session('bob')
    const { body } = await one.ask('POST', '/me/passkeys/options')
    const made = { flow: body.flow, name: 'Phone', response: await newKey().create(ORIGIN, body.options) }
    expect((await two.ask('POST', '/me/passkeys', made)).status).toBe(422)
    const next = (await one.ask('POST', '/me/passkeys/options')).body
    const again = { flow: next.flow, name: 'Phone', response: await newKey().create(ORIGIN, next.options) }
    expect((await bob.ask('POST', '/me/passkeys', again)).status).toBe(422)
    const late = (await one.ask('POST', '/me/passkeys/options')).body
    await t.advance(300_000)
    const old = { flow: late.flow, name: 'Phone', response: await newKey().create(ORIGIN, late.options) }
    expect((await one.ask('POST', '/me/passkeys', old)).body.details.fields).toHaveProperty('flow')
    const last = (await one.ask('POST', '/me/passkeys/options')).body
    const fine = { flow: last.flow, name: 'Phone', response: await newKey().create(ORIGIN, last.options) }
    const added = await one.ask('POST', '/me/passkeys', fine)
    expect(added.status).toBe(201)
    expect((await browserAfter(t, added).ask('POST', '/me/passkeys', fine)).status).toBe(422)
  })

  test('bytes that are not what they claim to be are refused', async () => {
    const { ask } = await t.session('alice')
    const spoils: ((made: Credential) => Credential)[] = [
      (made) => ({ ...made, response: { ...made.response, attestationObject: 'AAAA' } }),
      (made) => ({ ...made, response: { ...made.response, clientDataJSON: 'e30' } }),
      (made) => ({ ...made, response: { ...made.response, clientDataJSON: 'AAAA' } }),
      (made) => ({ ...made, id: changed(made.id) }),
    ]
    for (const spoil of spoils) expect((await register(ask, newKey(), { spoil })).status).toBe(422)
    expect(t.lines).toEqual([])
  })

  test('one that is known already, whoever has it, is a conflict', async () => {
    await withPasskey('bob')
    const [row] = await t.app.db.read.select().from(passkeys)
    const alice = await t.session('alice')
    const key = newKey()
    const { body } = await alice.ask('POST', '/me/passkeys/options')
    const response = await key.create(ORIGIN, body.options)
    await t.app.db.tx((tx) =>
      tx
        .update(passkeys)
        .set({ credential_id: response.id })
        .where(eq(passkeys.id, row?.id ?? '')),
    )
    const made = await alice.ask('POST', '/me/passkeys', { flow: body.flow, name: 'x', response })
    expect([made.status, made.body.code]).toEqual([409, 'CONFLICT'])
  })

  test('needs the password, and an address with a name', async () => {
    await t.givePassword('alice')
    const { ask } = await t.session('alice')
    const wrong = await ask('POST', '/me/passkeys/options', { current_password: 'no' })
    expect(wrong.body.details.fields).toHaveProperty('current_password')
    await t.stop()
    for (const publicUrl of ['http://192.168.1.4:3000', 'http://[::1]:3000', undefined]) {
      t = await boot({ start: false, config: { ...proxied, publicUrl } })
      const session = await t.session('alice')
      const answers = [
        await session.ask('POST', '/me/passkeys/options'),
        await t.nobody('POST', '/auth/passkey/options'),
      ]
      for (const { status, body } of answers)
        expect([publicUrl, status, body.code, body.error]).toEqual([
          ...[publicUrl, 503, 'SERVICE_UNAVAILABLE'],
          expect.stringContaining('XINEX_PUBLIC_URL'),
        ])
      if (publicUrl !== undefined) await t.stop()
    }
  })

  test('an account has at most twenty', async () => {
    const { id: user_id, created_at } = t.people.alice
    const rows = Array.from({ length: 20 }, (_, i) => ({
      ...{ user_id, created_at, name: `${i}`, credential_id: `c${i}`, public_key: Buffer.from('x') },
      ...{ counter: 0, transports: [], backed_up: false },
    }))
    await t.app.db.tx((tx) => tx.insert(passkeys).values(rows))
    const { ask } = await t.session('alice')
    expect((await ask('POST', '/me/passkeys/options')).status).toBe(409)
  })
})

describe('signing in with a passkey alone', () => {
  test('works without a name typed, and is both factors', async () => {
    const { key, ask } = await withPasskey('alice')
    await t.app.db.tx((tx) => tx.update(tenants).set({ require_mfa: true }))
    const asked = await options()
    expect(asked.options).toMatchObject({ rpId: 'localhost', userVerification: 'required' })
    expect(asked.options.allowCredentials ?? []).toEqual([])
    const entered = await enterWith(key)
    expect([entered.status, entered.body]).toEqual([200, expect.objectContaining({ role: 'owner' })])
    const fresh = browserAfter(t, entered)
    expect((await fresh.ask('GET', '/monitors')).status).toBe(200)
    const rows = await t.app.db.read.select().from(sessions)
    expect(rows.map(({ method, mfa }) => [method, mfa])).toContainEqual(['passkey', true])
    const [listed] = (await ask('GET', '/me/passkeys')).body.items
    expect(listed.last_used_at).toBe(isoAt(t.clock.now()))
  })

  test('asked from another site, or for another challenge, it does not', async () => {
    const { key } = await withPasskey('alice')
    const refused = await enterWith(key, NEIGHBOUR)
    expect([refused.status, refused.body.code]).toEqual([401, 'UNAUTHORIZED'])
    const [one, two] = [await options(), await options()]
    expect((await signIn(two.flow, await key.get(ORIGIN, one.options))).status).toBe(401)
    expect((await enterWith(key)).status).toBe(200)
  })

  test('an answer is taken once, also of two at the same moment, and not for long', async () => {
    const { key } = await withPasskey('alice')
    const asked = await options()
    const response = await key.get(ORIGIN, asked.options)
    const both = await Promise.all([signIn(asked.flow, response), signIn(asked.flow, response)])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401])
    expect((await signIn(asked.flow, response)).status).toBe(401)
    expect((await signIn((await options()).flow, response)).status).toBe(401)
    const late = await options()
    await t.advance(300_000)
    expect((await signIn(late.flow, await key.get(ORIGIN, late.options))).status).toBe(401)
  })

  test('a copy of a key that falls behind it is refused', async () => {
    const { key } = await withPasskey('alice')
    await key.copy()
    await key.useCopy()
    for (let i = 0; i < 3; i++) expect((await enterWith(key)).status).toBe(200)
    await key.useCopy()
    const refused = await enterWith(key)
    expect([refused.status, refused.body.code]).toEqual([401, 'UNAUTHORIZED'])
  })

  test('needs the finger or the PIN', async () => {
    const { key } = await withPasskey('alice', newKey({ verified: false }))
    const asked = await options()
    const response = await key.get(ORIGIN, { ...asked.options, userVerification: 'discouraged' })
    expect((await signIn(asked.flow, response)).status).toBe(401)
  })

  test('a spoilt signature, an unknown key and a foreign owner are refused alike', async () => {
    const { key } = await withPasskey('alice')
    await withPasskey('bob')
    const spoilt: ((made: Credential) => Credential)[] = [
      (made) => ({ ...made, response: { ...made.response, signature: changed(made.response.signature) } }),
      (made) => ({
        ...made,
        response: { ...made.response, authenticatorData: changed(made.response.authenticatorData) },
      }),
      (made) => ({ ...made, response: { ...made.response, clientDataJSON: changed(made.response.clientDataJSON) } }),
      (made) => ({ ...made, id: changed(made.id), rawId: changed(made.id) }),
      (made) => ({ ...made, rawId: changed(made.id) }),
      (made) => ({ ...made, response: { ...made.response, userHandle: null } }),
      (made) => ({
        ...made,
        response: { ...made.response, userHandle: Buffer.from(t.people.bob.id).toString('base64url') },
      }),
    ]
    const bodies = []
    for (const spoil of spoilt) {
      const asked = await options()
      const { status, body } = await signIn(asked.flow, spoil(await key.get(ORIGIN, asked.options)))
      expect(status).toBe(401)
      bodies.push(body.error)
    }
    expect(new Set(bodies).size).toBe(1)
    expect((await enterWith(key)).status).toBe(200)
  })

  test('one that was removed opens nothing', async () => {
    const { key, ask, id } = await withPasskey('alice')
    expect((await ask('DELETE', `/me/passkeys/${id}`, { current_password: PASSWORD })).status).toBe(204)
    expect((await enterWith(key)).status).toBe(401)
  })
})

describe('a passkey as the second factor', () => {
  async function second(key: Key, mfa_token: string, spoil = (made: Credential) => made) {
    const asked = await t.nobody('POST', '/auth/mfa/passkey/options', { mfa_token }, elsewhere())
    expect(asked.status).toBe(200)
    const response = spoil(await key.get(ORIGIN, asked.body.options))
    return t.nobody('POST', '/auth/mfa/passkey', { mfa_token, flow: asked.body.flow, response }, elsewhere())
  }

  test('is asked for after the password and opens the session', async () => {
    const { key } = await withPasskey('alice')
    const { methods, mfa_token } = await knock(t, 'alice')
    expect(methods).toEqual(['passkey'])
    const entered = await second(key, mfa_token)
    expect([entered.status, entered.body.role]).toEqual([200, 'owner'])
    expect((await browserAfter(t, entered).ask('GET', '/me')).status).toBe(200)
    const asked = await t.nobody('POST', '/auth/mfa/passkey/options', { mfa_token }, elsewhere())
    expect(asked.status).toBe(401)
  })

  test('may be a key without a PIN: the password was the other factor', async () => {
    const { key } = await withPasskey('alice', newKey({ verified: false }))
    const { mfa_token } = await knock(t, 'alice')
    const asked = await t.nobody('POST', '/auth/mfa/passkey/options', { mfa_token }, elsewhere())
    expect(asked.body.options).toMatchObject({ userVerification: 'preferred' })
    const { flow, options } = asked.body
    const response = await key.get(ORIGIN, { ...options, userVerification: 'discouraged' })
    expect((await t.nobody('POST', '/auth/mfa/passkey', { mfa_token, flow, response }, elsewhere())).status).toBe(200)
  })

  test('of another person is refused, whoever they say they are', async () => {
    await withPasskey('alice')
    const bob = await withPasskey('bob')
    const { mfa_token } = await knock(t, 'alice')
    const asked = (await t.nobody('POST', '/auth/mfa/passkey/options', { mfa_token }, elsewhere())).body
    const { allowCredentials, ...open } = asked.options
    expect(allowCredentials).toHaveLength(1)
    const response = await bob.key.get(ORIGIN, open)
    const entering = { mfa_token, flow: asked.flow, response }
    const refused = await t.nobody('POST', '/auth/mfa/passkey', entering, elsewhere())
    expect([refused.status, refused.body.code]).toEqual([422, 'MFA_CODE_INVALID'])
  })

  test('answers the sign-in it was asked in, not another', async () => {
    const { key } = await withPasskey('alice')
    const [one, two] = [await knock(t, 'alice'), await knock(t, 'alice')]
    const asked = (await t.nobody('POST', '/auth/mfa/passkey/options', { mfa_token: one.mfa_token }, elsewhere())).body
    const response = await key.get(ORIGIN, asked.options)
    const crossed = { mfa_token: two.mfa_token, flow: asked.flow, response }
    expect((await t.nobody('POST', '/auth/mfa/passkey', crossed, elsewhere())).status).toBe(422)
    const alone = await signIn(asked.flow, response)
    expect(alone.status).toBe(401)
  })

  test('may be tried five times in one sign-in', async () => {
    const { key } = await withPasskey('alice')
    const { mfa_token } = await knock(t, 'alice')
    const spoil = (made: Credential) => ({ ...made, response: { ...made.response, signature: 'AAAA' } })
    for (let i = 0; i < 5; i++) expect((await second(key, mfa_token, spoil)).status).toBe(422)
    expect((await second(key, mfa_token)).status).toBe(401)
  })

  test('has backup codes in its place once they were made, and they go with it', async () => {
    const { ask, id } = await withPasskey('alice')
    const { backup_codes } = (await ask('POST', '/me/mfa/backup-codes', { current_password: PASSWORD })).body
    const { methods, enter } = await knock(t, 'alice')
    expect(methods).toEqual(['passkey', 'backup_code'])
    expect((await enter(backup_codes[0])).status).toBe(200)
    expect((await ask('DELETE', `/me/passkeys/${id}`, { current_password: PASSWORD })).status).toBe(204)
    expect((await ask('GET', '/me/mfa')).body).toMatchObject({ passkeys: 0, backup_codes_left: 0 })
  })

  test('without one, options are a conflict', async () => {
    const { ask } = await withPasskey('alice')
    const { mfa_token } = await knock(t, 'alice')
    const [{ id }] = (await ask('GET', '/me/passkeys')).body.items
    await ask('DELETE', `/me/passkeys/${id}`, { current_password: PASSWORD })
    expect((await t.nobody('POST', '/auth/mfa/passkey/options', { mfa_token }, elsewhere())).status).toBe(409)
  })
})

describe('the list of passkeys', () => {
  test('is its owner’s: another person’s is 404, and its name can be changed', async () => {
    const { ask, id } = await withPasskey('alice')
    const bob = await t.session('bob')
    expect((await bob.ask('PUT', `/me/passkeys/${id}`, { name: 'Mine' })).status).toBe(404)
    expect((await bob.ask('DELETE', `/me/passkeys/${id}`)).status).toBe(404)
    expect((await bob.ask('GET', '/me/passkeys')).body.total).toBe(0)
    expect((await ask('PUT', `/me/passkeys/${id}`, { name: 'Laptop' })).body).toMatchObject({ id, name: 'Laptop' })
    expect((await ask('PUT', `/me/passkeys/${id}`, { name: '' })).status).toBe(422)
    expect((await ask('DELETE', `/me/passkeys/${id}`, { current_password: 'no' })).status).toBe(422)
  })

  test('keeps the last way in: without a password, another passkey or a linked account it stays', async () => {
    const alice = await t.session('alice')
    const made = await register(alice.ask, newKey())
    const { ask } = browserAfter(t, made)
    const remove = (id: string) => ask('DELETE', `/me/passkeys/${id}`)
    const kept = await remove(made.body.id)
    expect([kept.status, kept.body.code]).toEqual([409, 'LAST_AUTH_METHOD'])
    const at = isoAt(t.clock.now())
    const provider = { slug: 'g', kind: 'google', name: 'G', settings: {}, trust_email: false, group_roles: [] }
    const settings = { default_role: 'member' as const, created_at: at, updated_at: at, tenant_id: null }
    const id = Bun.randomUUIDv7()
    await t.app.db.tx(async (tx) => {
      await tx.insert(sign_in_providers).values({ id, ...provider, ...settings, enabled: false })
      const linked = { user_id: t.people.alice.id, provider_id: id, subject: 's', email: null, created_at: at }
      await tx.insert(identities).values(linked)
    })
    // A provider that is switched off lets nobody in.
    expect((await remove(made.body.id)).status).toBe(409)
    await t.app.db.tx((tx) => tx.update(sign_in_providers).set({ enabled: true }))
    expect((await remove(made.body.id)).status).toBe(204)
  })

  test('of two passkeys removed at the same moment one stays', async () => {
    const alice = await t.session('alice')
    const one = await register(alice.ask, newKey())
    const two = await register(browserAfter(t, one).ask, newKey())
    const { ask } = browserAfter(t, two)
    const both = await Promise.all([one, two].map(({ body }) => ask('DELETE', `/me/passkeys/${body.id}`)))
    expect(both.map(({ status }) => status).sort()).toEqual([204, 409])
  })
})
