import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { eq } from 'drizzle-orm'
import { browserKeys, readBy } from '#channels/push.fixtures'
import { users } from '#db/schema/auth'
import { audit_log } from '#db/schema/kernel'
import { push_tokens } from '#db/schema/push-tokens'
import { pushKeys } from '#kernel/push-key'
import { resetPassword } from '#modules/auth/operator'
import { type Booted, boot } from '../../../test/boot'

const HEX = 'ab'.repeat(32)
const ios = { platform: 'ios', token: HEX, name: 'iPhone' }

let t: Booted
beforeEach(async () => {
  t = await boot()
})
afterEach(() => t.stop())

/** A push service on this machine that answers what it is told to. */
function pushService(reply: () => Response = () => new Response(null, { status: 201 })) {
  const got: { headers: Headers; body: Uint8Array; path: string }[] = []
  const server = Bun.serve({
    ...{ port: 0, hostname: '127.0.0.1' },
    fetch: async (request) => {
      const body = new Uint8Array(await request.arrayBuffer())
      got.push({ headers: request.headers, body, path: new URL(request.url).pathname })
      return reply()
    },
  })
  return { got, url: `http://127.0.0.1:${server.port}/push/s3cret-endpoint`, stop: () => server.stop(true) }
}
function browser(endpoint = 'https://push.example.test/send/abc') {
  const pair = browserKeys()
  const subscription = { endpoint, expirationTime: null, keys: pair.keys }
  return { pair, draft: { platform: 'web', subscription, name: 'Laptop' } }
}

describe('a device', () => {
  test('is registered, listed for its owner alone, and removed', async () => {
    const made = await t.bob('POST', '/push-tokens', browser().draft)
    expect([made.status, made.body]).toEqual([
      201,
      {
        ...{ id: expect.any(String), platform: 'web', name: 'Laptop', problem: null },
        ...{ fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/), last_used_at: null, created_at: expect.any(String) },
      },
    ])
    expect((await t.bob('GET', '/push-tokens')).body).toMatchObject({ total: 1, items: [made.body] })
    for (const other of [t.alice, t.mallory]) {
      expect((await other('GET', '/push-tokens')).body.total).toBe(0)
      expect((await other('DELETE', `/push-tokens/${made.body.id}`)).status).toBe(404)
      expect((await other('POST', `/push-tokens/${made.body.id}/test`)).status).toBe(404)
    }
    expect((await t.bob('DELETE', `/push-tokens/${made.body.id}`)).status).toBe(204)
    expect((await t.bob('GET', '/push-tokens')).body.total).toBe(0)
    expect((await t.nobody('GET', '/push-tokens')).status).toBe(401)
  })

  test('is removed by its token or its endpoint as well', async () => {
    const { draft } = browser('https://push.example.test/send/a%2Fb?c=d')
    for (const [body, name] of [
      [draft, draft.subscription.endpoint],
      [ios, HEX],
    ] as const) {
      expect((await t.carol('POST', '/push-tokens', body)).status).toBe(201)
      expect((await t.alice('DELETE', `/push-tokens/${encodeURIComponent(name)}`)).status).toBe(404)
      expect((await t.carol('DELETE', `/push-tokens/${encodeURIComponent(name)}`)).status).toBe(204)
      expect((await t.carol('DELETE', `/push-tokens/${encodeURIComponent(name)}`)).status).toBe(404)
    }
  })

  test('that registers again stays the same one, with its new name', async () => {
    const first = await t.bob('POST', '/push-tokens', ios)
    const again = await t.bob('POST', '/push-tokens', { ...ios, name: 'Phone' })
    expect([again.body.id, again.body.name]).toEqual([first.body.id, 'Phone'])
    expect((await t.bob('GET', '/push-tokens')).body.total).toBe(1)
  })

  test('whose new owner signs in there is theirs, and nothing meant for the old one reaches it', async () => {
    const first = await t.bob('POST', '/push-tokens', ios)
    const moved = await t.carol('POST', '/push-tokens', ios)
    expect(moved.body.id).not.toBe(first.body.id)
    expect((await t.bob('GET', '/push-tokens')).body.total).toBe(0)
    expect((await t.carol('GET', '/push-tokens')).body.total).toBe(1)
  })

  test('of kinds this server has no keys for says so', async () => {
    await t.bob('POST', '/push-tokens', ios)
    await t.bob('POST', '/push-tokens', { platform: 'android', token: 'f:APA91' })
    const { items } = (await t.bob('GET', '/push-tokens')).body
    expect(items.map(({ name, problem }: { name: string; problem: string }) => [name, problem]).sort()).toEqual([
      ['Android device', 'This server has no Firebase service account (XINEX_FCM_SERVICE_ACCOUNT).'],
      ['iPhone', 'This server has no key for Apple’s push service (XINEX_APNS_KEY).'],
    ])
    const tried = await t.bob('POST', `/push-tokens/${HEX}/test`)
    expect(tried.body).toMatchObject({ status: 'failed', error: expect.stringContaining('XINEX_APNS_KEY') })
  })

  test('too many push out the one that was quiet for longest', async () => {
    const service = pushService()
    const first = await t.bob('POST', '/push-tokens', browser(service.url).draft)
    const ids: string[] = []
    for (let i = 0; i < 19; i++) {
      await t.advance(1_000)
      ids.push((await t.bob('POST', '/push-tokens', { ...ios, token: `${HEX}${String(i).padStart(2, '0')}` })).body.id)
    }
    await t.advance(1_000)
    expect((await t.bob('POST', `/push-tokens/${first.body.id}/test`)).body.status).toBe('sent')
    await t.bob('POST', '/push-tokens', ios)
    const left = (await t.bob('GET', '/push-tokens?per_page=100')).body
    expect(left.total).toBe(20)
    const kept = left.items.map(({ id }: { id: string }) => id)
    expect(kept).toContain(first.body.id)
    expect(kept).not.toContain(ids[0])
    expect(kept).toContain(ids[1])
    service.stop()
  })

  const { draft: good, pair } = browser()
  const at = (endpoint: string) => ({ ...good, subscription: { ...good.subscription, endpoint } })
  const keyed = (keys: object) => ({ ...good, subscription: { ...good.subscription, keys: { ...pair.keys, ...keys } } })
  test.each([
    ['without a token', { platform: 'ios' }, 'token'],
    ['with a token that is no hex', { platform: 'ios', token: 'xyz' }, 'token'],
    ['with a token that has a space', { platform: 'android', token: 'a b' }, 'token'],
    ['with a token without end', { platform: 'android', token: 'x'.repeat(5_000) }, 'token'],
    ['of an unknown kind', { platform: 'fridge', token: HEX }, 'platform'],
    ['that is a browser with a token', { platform: 'web', token: HEX }, 'token'],
    ['that is a browser without a subscription', { platform: 'web' }, 'subscription'],
    ['that is a phone with a subscription', { ...good, platform: 'android', token: 'x' }, 'subscription'],
    ['over plain http', at('http://push.example.test/x'), 'subscription.endpoint'],
    ['over plain http nearby', at('http://192.168.1.1/x'), 'subscription.endpoint'],
    ['with a password', at('https://user:pw@push.example.test/x'), 'subscription.endpoint'],
    ['at an address that is denied', at('https://169.254.169.254/latest'), 'subscription.endpoint'],
    ['at the same, written otherwise', at('https://[::ffff:169.254.169.254]/'), 'subscription.endpoint'],
    ['of another protocol', at('ftp://push.example.test/x'), 'subscription.endpoint'],
    ['with half a key', keyed({ p256dh: 'AAAA' }), 'subscription.keys.p256dh'],
    ['with a short secret', keyed({ auth: 'AAAA' }), 'subscription.keys.auth'],
    ['with an empty name', { ...ios, name: ' ' }, 'name'],
  ])('%s is refused', async (_, body, field) => {
    const answer = await t.alice('POST', '/push-tokens', body)
    expect([answer.status, Object.keys(answer.body.details?.fields ?? {})]).toEqual([422, [field]])
  })

  test('on this machine is not reached where the address policy says so', async () => {
    const strict = await boot({ config: { allowPrivate: false } })
    const { status, body } = await strict.alice('POST', '/push-tokens', browser('http://127.0.0.1:9/x').draft)
    expect([status, body.details.fields]).toEqual([
      422,
      { 'subscription.endpoint': 'leads to an address that the address policy of this server blocks' },
    ])
    // A name is judged by what it leads to when something is sent.
    const named = await strict.alice('POST', '/push-tokens', browser('https://x.localhost:9/x').draft)
    const tried = await strict.alice('POST', `/push-tokens/${named.body.id}/test`)
    expect(tried.body.error).toContain('address policy')
    await strict.stop()
  })
})

describe('a test message', () => {
  test('reaches the browser, which alone can read it, from a sender its push service knows', async () => {
    const service = pushService()
    const { pair, draft } = browser(service.url)
    const { body: device } = await t.alice('POST', '/push-tokens', draft)
    const { body: answer } = await t.alice('POST', `/push-tokens/${device.id}/test`)
    expect(answer).toMatchObject({ status: 'sent', error: null, answer: '201' })
    const [message] = service.got
    expect(JSON.parse(readBy(pair, message!.body))).toMatchObject({ event: 'test', title: 'Test message from Xinex' })
    const key = (await t.alice('GET', '/push-key')).body.public_key
    expect(message!.headers.get('authorization')).toEndWith(`, k=${key}`)
    expect((await t.alice('GET', '/push-tokens')).body.items[0].last_used_at).not.toBeNull()
    service.stop()
  })

  test.each([404, 410])('that the push service answers with %d ends the registration', async (status) => {
    const service = pushService(() => new Response(null, { status }))
    const { body: device } = await t.alice('POST', '/push-tokens', browser(service.url).draft)
    const { body: answer } = await t.alice('POST', `/push-tokens/${device.id}/test`)
    expect(answer).toMatchObject({ status: 'failed', error: expect.stringContaining('no longer knows this browser') })
    expect((await t.alice('GET', '/push-tokens')).body.total).toBe(0)
    service.stop()
  })

  test('that fails for another reason leaves it registered', async () => {
    const service = pushService(() => new Response(null, { status: 500 }))
    const { body: device } = await t.alice('POST', '/push-tokens', browser(service.url).draft)
    expect((await t.alice('POST', `/push-tokens/${device.id}/test`)).body.status).toBe('failed')
    expect((await t.alice('GET', '/push-tokens')).body.total).toBe(1)
    service.stop()
  })
})

test('the key that browsers subscribe with is one, survives a restart, and its other half is nowhere in plain text', async () => {
  const first = await boot()
  const key = (await first.bob('GET', '/push-key')).body.public_key
  expect(Buffer.from(key, 'base64url')).toHaveLength(65)
  const { private_key } = await pushKeys(first.app)
  await first.appliance.stop()
  const again = await boot({ data: first.folder })
  expect((await again.alice('GET', '/push-key')).body.public_key).toBe(key)
  expect((await pushKeys(again.app)).private_key).toBe(private_key)
  await again.stop()
  const files = readdirSync(first.folder).filter((name) => statSync(join(first.folder, name)).isFile())
  expect(files).toContain('xinex.db')
  for (const name of files) expect(readFileSync(join(first.folder, name)).includes(private_key)).toBe(false)
  rmSync(first.folder, { recursive: true })
})

test('what a device is reached by is in no log, no answer, no audit row and not in plain text in the database', async () => {
  const service = pushService(() => new Response('s3cret-endpoint', { status: 400 }))
  const { draft } = browser(service.url)
  const heard: unknown[] = []
  const { body: device } = await t.alice('POST', '/push-tokens', draft)
  heard.push(device, (await t.alice('POST', `/push-tokens/${device.id}/test`)).body)
  heard.push((await t.alice('GET', '/push-tokens')).body, await t.app.db.read.select().from(audit_log))
  heard.push(await t.app.db.read.select().from(push_tokens), t.lines)
  const said = JSON.stringify(heard)
  for (const secret of ['s3cret-endpoint', draft.subscription.keys.auth, draft.subscription.keys.p256dh])
    expect(said).not.toContain(secret)
  expect(said).toContain('push_token.created')
  service.stop()
})

test('devices go with the account', async () => {
  await t.bob('POST', '/push-tokens', ios)
  await t.app.db.tx((tx) => tx.delete(users).where(eq(users.id, t.people.bob.id)))
  expect(await t.app.db.read.select().from(push_tokens)).toEqual([])
})

test('devices go when the password is reset: whoever got in may have added one', async () => {
  await t.bob('POST', '/push-tokens', ios)
  await t.alice('POST', '/push-tokens', { ...ios, token: 'cd'.repeat(32) })
  const nothing = async () => {}
  await resetPassword(t.app, t.people.bob.email, 'a decent long secret', nothing)
  const left = await t.app.db.read.select({ user_id: push_tokens.user_id }).from(push_tokens)
  expect(left).toEqual([{ user_id: t.people.alice.id }])
})
