import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { type Booted, boot, PASSWORD } from '../../../test/boot'
import { programs, REDIRECT } from '../oauth/oauth.fixtures'
import { codeOf, elsewhere, knock, proxied, withTotp } from './people.fixture'

let t: Booted
beforeEach(async () => {
  t = await boot({ start: false, config: proxied })
})
afterEach(() => t.stop())
const login = () => t.nobody('POST', '/auth/login', { email: t.people.alice.email, password: PASSWORD }, elsewhere())

describe('somebody who knows the password', () => {
  test('is not inside when the second factor arrives at the same moment', async () => {
    await t.givePassword('alice')
    const { ask } = await t.session('alice')
    const { body } = await ask('POST', '/me/mfa/totp', { current_password: PASSWORD })
    const code = codeOf(body.secret, t.clock.now())
    const alive: number[] = []
    const first = Array.from({ length: 4 }, login)
    // As soon as one is let in, the others are close behind.
    await Promise.race(first)
    const [confirmed, ...all] = await Promise.all([ask('POST', '/me/mfa/totp/confirm', { code }), ...first])
    expect(confirmed?.status).toBe(200)
    for (const { headers } of all) {
      const cookie = headers
        .getSetCookie()
        .find((one) => one.startsWith('xinex_session='))
        ?.split(';')[0]
      if (cookie) alive.push((await t.asking({ cookie })('GET', '/me')).status)
    }
    expect(alive.filter((status) => status === 200)).toEqual([])
  })

  test('guesses a handful of codes, however many at once and in however many sign-ins', async () => {
    const { wrong, code } = await withTotp(t, 'alice')
    const doors = [await knock(t, 'alice'), await knock(t, 'alice'), await knock(t, 'alice')]
    const answers = await Promise.all(doors.flatMap(({ enter }) => Array.from({ length: 10 }, () => enter(wrong()))))
    expect(answers.filter(({ status }) => status === 422).length).toBeLessThanOrEqual(5)
    expect(answers.filter(({ status }) => status === 200)).toEqual([])
    t.clock.sleep(60_000)
    const door = await knock(t, 'alice')
    const both = await Promise.all([door.enter(code()), door.enter(code())])
    expect(both.filter(({ status }) => status === 200)).toHaveLength(1)
  })
})

test('a new password ends what programs were allowed with the old one', async () => {
  await t.givePassword('alice')
  const { ask } = await t.session('alice')
  const tokens = await programs(t).connected(ask)
  const edit = { current_password: PASSWORD, new_password: 'a brand new decent one' }
  expect((await ask('PUT', '/me', edit)).status).toBe(200)
  expect((await t.bearer(tokens.access_token)('GET', '/me')).status).toBe(401)
  expect((await programs(t).refresh(tokens.id, tokens.refresh_token)).status).toBe(400)
})

describe('a program', () => {
  test.each([
    'https://app.example.test@evil.test/callback',
    'https://app.example.test\\@evil.test/callback',
    'HTTPS://app.example.test/callback',
    'https://APP.example.test/callback',
    'https://app.example.test./callback',
    'https://app.example.test:443/callback',
    'https://app.example.test/callback/',
    'https://app.example.test/callback#x',
    'https://app.example.test/callback?x=1',
    'https://app.example.test/../callback',
    'https://app.example.test/%63allback',
    'https://app.example.test/callback\u0000',
    '//app.example.test/callback',
    'javascript:alert(1)',
    '',
  ])('is answered nowhere else: %j', async (redirect_uri) => {
    const { id } = await programs(t).register()
    const { ask } = await t.session('alice')
    expect((await programs(t).authorize(ask, id, { redirect_uri })).status).toBe(400)
  })
  test.each([
    'http://127.0.0.1:80@evil.test/oauth/callback',
    'http://127.0.0.1:80:1/oauth/callback',
    'http://127.0.0.1.evil.test/oauth/callback',
    'http://127.0.0.1:1\\@evil.test/oauth/callback',
    'http://[::1%25eth0]/oauth/callback',
    'http://[::ffff:127.0.0.1]/oauth/callback',
    'http://127.1/oauth/callback',
    'http://localhost/oauth/callback',
    'HTTP://127.0.0.1/oauth/callback',
    'http://127.0.0.1:123456/oauth/callback',
    'http://127.0.0.1:65536/oauth/callback',
    'http://127.0.0.1:0/oauth/callback',
    'xinex://oauth/callback/x',
    'XINEX://oauth/callback',
  ])('on this computer is answered on no other: %j', async (redirect_uri) => {
    const { ask } = await t.session('alice')
    expect((await programs(t).authorize(ask, 'xinex-mobile', { redirect_uri })).status).toBe(400)
  })
  test('gets no more at a refresh than it was allowed, also not in other spellings', async () => {
    const { ask } = await t.session('alice')
    const read = await programs(t).connected(ask, 'read')
    for (const scope of ['write', 'read write', 'READ WRITE', 'read\twrite', 'read  write', 'full'])
      expect([scope, (await programs(t).refresh(read.id, read.refresh_token, { scope })).status]).toEqual([scope, 400])
    const { body } = await programs(t).refresh(read.id, read.refresh_token)
    expect(body.scope).toBe('read')
    expect((await t.bearer(body.access_token)('PUT', '/me', { name: 'X' })).status).toBe(403)
  })
  test('takes no code of another program, nor one without its verifier', async () => {
    const { ask } = await t.session('alice')
    const oauth = programs(t)
    const [one, two] = [await oauth.register({ public: true }), await oauth.register({ public: true })]
    const code = await oauth.codeOf(ask, one.id)
    for (const more of [
      { code_verifier: undefined },
      { code_verifier: '' },
      { code_verifier: 'x'.repeat(43) },
      { redirect_uri: `${REDIRECT}/` },
    ])
      expect((await oauth.exchange(one.id, code, more)).status).toBe(400)
    expect((await oauth.exchange(two.id, code)).status).toBe(400)
    expect((await oauth.exchange(one.id, code)).status).toBe(200)
    for (const code_challenge_method of ['plain', undefined]) {
      const answer = await oauth.authorize(ask, one.id, { code_challenge_method })
      expect(new URL(answer.headers.get('location') ?? '').searchParams.get('error')).toBe('invalid_request')
    }
  })
})
