import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { users } from '#db/schema/auth'
import { sso_subjects } from '#db/schema/sso'
import { isoAt } from '#kernel/clock'
import { PASSWORD } from '../../../test/boot'
import { browser } from '../../../test/browser-session'
import { withMail } from '../../../test/mailbox'
import { knock, withTotp } from '../mfa/people.fixture'
import { programs } from '../oauth/oauth.fixtures'

const NEW = 'a brand new decent one'
const victim = 'victim@example.test'
const draft = { name: 'Eve', email: victim, password: 'a decent long secret' }

let box: Awaited<ReturnType<typeof withMail>>
beforeEach(async () => {
  box = await withMail({ config: { registration: 'open', trustedProxies: ['127.0.0.1/32'] } })
})
afterEach(async () => {
  await box.t.appliance.idle()
  await box.stop()
})

let address = 0
const elsewhere = () => ({ 'x-forwarded-for': `10.2.${address++ >> 8}.${address & 255}` })
const nobody = (path: string, body: object) => box.t.nobody('POST', path, body, elsewhere())
const signIn = (email: string, password: string) => nobody('/auth/login', { email, password })
const reset = async (email: string) => {
  box.t.clock.sleep(61_000)
  expect((await nobody('/auth/password-reset', { email })).status).toBe(204)
  return nobody('/auth/password-reset/confirm', { token: await box.token(email), new_password: NEW })
}

describe('whoever opens an account under the address of another', () => {
  test('gives no program access to it before the address is confirmed', async () => {
    const { ask: eve } = await browser(box.t, '/auth/register', draft)
    const oauth = programs(box.t)
    const answer = await oauth.authorize(eve, 'xinex-mobile', { redirect_uri: 'xinex://oauth/callback' })
    const location = new URL(answer.headers.get('location') ?? '', 'http://localhost')
    expect([location.pathname, location.searchParams.get('error')]).toEqual(['/callback', 'access_denied'])
  })

  test('cannot confirm it by inviting it to a workspace of their own', async () => {
    const { ask: eve } = { ask: box.t.mallory }
    const made = await eve('POST', '/invitations', { email: victim, role: 'member' })
    const invitation = new URL(made.body.url).searchParams.get('token')
    const { answer } = await browser(box.t, '/auth/register', { ...draft, invitation })
    expect([answer.status, answer.body.user.email_verified]).toEqual([201, false])
  })

  test('the link that arrived by mail proves the address', async () => {
    await box.t.mallory('POST', '/invitations', { email: victim, role: 'member' })
    const text = (await box.letters(victim)).at(-1)?.text ?? ''
    const invitation = /token=(\S+)/.exec(text)?.[1]
    const { answer } = await browser(box.t, '/auth/register', { ...draft, invitation })
    expect([answer.status, answer.body.user.email_verified]).toEqual([201, true])
  })

  test('keeps neither tokens nor programs once its owner has taken it over', async () => {
    const { t } = box
    await t.givePassword('mallory')
    const { ask: eve } = await t.session('mallory')
    const { id } = await programs(t).register({ public: true }, t.mallory)
    const oauth = programs(t)
    const tokens = (await oauth.exchange(id, await oauth.codeOf(eve, id))).body
    const edit = { email: victim, current_password: PASSWORD }
    expect((await eve('PUT', '/me', edit)).status).toBe(200)
    expect((await reset(victim)).status).toBe(204)
    expect((await signIn(victim, NEW)).status).toBe(200)
    expect((await t.mallory('GET', '/me')).status).toBe(401)
    expect((await t.bearer(tokens.access_token)('GET', '/me')).status).toBe(401)
    expect((await oauth.refresh(id, tokens.refresh_token)).status).toBe(400)
  })
})

describe('whoever was in an account before it got the address of another', () => {
  test('does not come back by the single sign-on of a workspace of theirs', async () => {
    const { t } = box
    await t.givePassword('mallory')
    const { ask: eve } = await t.session('mallory')
    const { id: connection_id } = (await eve('PUT', '/sso/connection', {})).body
    const at = isoAt(t.clock.now())
    const linked = { connection_id, subject: 'eve', user_id: t.people.mallory.id, last_used_at: at, created_at: at }
    await t.app.db.tx((tx) => tx.insert(sso_subjects).values(linked))
    expect((await eve('PUT', '/me', { email: victim, current_password: PASSWORD })).status).toBe(200)
    expect((await reset(victim)).status).toBe(204)
    expect(await t.app.db.read.$count(sso_subjects)).toBe(0)
  })
})

describe('whoever was in an account', () => {
  beforeEach(() => box.t.givePassword('alice'))
  const { email } = { email: 'alice@example.test' }

  test('loses the programs they connected with the new password', async () => {
    const { t } = box
    const { ask } = await t.session('alice')
    const tokens = await programs(t).connected(ask)
    expect((await reset(email)).status).toBe(204)
    expect((await t.bearer(tokens.access_token)('GET', '/me')).status).toBe(401)
    expect((await programs(t).refresh(tokens.id, tokens.refresh_token)).status).toBe(400)
  })

  test('is reported as a new device again', async () => {
    const { t } = box
    await signIn(email, PASSWORD)
    const spy = await signIn(email, PASSWORD)
    const device =
      spy.headers
        .getSetCookie()
        .find((one) => one.startsWith('xinex_device='))
        ?.split(';')[0] ?? ''
    await reset(email)
    await signIn(email, NEW)
    const before = (await box.letters(email)).length
    await t.nobody('POST', '/auth/login', { email, password: NEW }, { ...elsewhere(), cookie: device })
    expect((await box.letters(email)).length).toBe(before + 1)
  })

  test('is not let in by a password that was right when they asked', async () => {
    const { t } = box
    t.clock.sleep(61_000)
    await nobody('/auth/password-reset', { email })
    const token = await box.token(email)
    const all = await Promise.all([
      nobody('/auth/password-reset/confirm', { token, new_password: NEW }),
      ...Array.from({ length: 40 }, () => signIn(email, PASSWORD)),
    ])
    const cookies = all.slice(1).map(
      ({ headers }) =>
        headers
          .getSetCookie()
          .find((one) => one.startsWith('xinex_session='))
          ?.split(';')[0],
    )
    const alive = await Promise.all(
      cookies
        .filter((one) => one !== undefined)
        .map(async (cookie) => (await t.asking({ cookie })('GET', '/me')).status),
    )
    expect(all[0]?.status).toBe(204)
    expect(alive.filter((status) => status === 200)).toEqual([])
  })

  test('does not undo the new password, nor move the account away, by a request that was under way', async () => {
    const { t } = box
    const { ask } = await t.session('alice')
    t.clock.sleep(61_000)
    await nobody('/auth/password-reset', { email })
    const token = await box.token(email)
    const [done] = await Promise.all([
      nobody('/auth/password-reset/confirm', { token, new_password: NEW }),
      ...Array.from({ length: 4 }, (_, n) =>
        ask('PUT', '/me', { email: `spy${n}@example.test`, current_password: PASSWORD }),
      ),
      ...Array.from({ length: 20 }, (_, n) => ask('PUT', '/me', { name: `Spy ${n}` })),
    ])
    const [row] = await t.app.db.read.select().from(users).where(eq(users.id, t.people.alice.id))
    if (done?.status === 204) {
      expect(row?.email).toBe(email)
      expect((await signIn(email, NEW)).status).toBe(200)
    }
  })
})

describe('whoever has no password because a proxy signs them in', () => {
  const secret = 'only the proxy knows this'
  const enter = async () => {
    const headers = { 'remote-secret': secret, 'remote-user': 'ada', 'remote-email': victim, ...elsewhere() }
    const request = new Request('http://localhost/api/v1/auth/proxy', { method: 'POST', headers })
    return (await box.t.appliance.handle(request, '127.0.0.1'))?.status
  }

  test('gets none by mail, as long as the proxy does', async () => {
    const { t } = box
    const { ask } = await t.session('alice')
    const gate = { slug: 'gate', kind: 'header', name: 'Gate', settings: { proxies: ['127.0.0.1'], secret } }
    const made = await ask('POST', '/admin/sign-in-providers', { ...gate, tenant_id: t.tenants.acme.id })
    expect([made.status, await enter()]).toEqual([201, 200])
    expect((await nobody('/auth/password-reset', { email: victim })).status).toBe(204)
    expect(await box.letters(victim)).toEqual([])
    await ask('PUT', `/admin/sign-in-providers/${made.body.id}`, { enabled: false })
    expect((await reset(victim)).status).toBe(204)
    expect((await signIn(victim, NEW)).status).toBe(200)
  })
})

describe('a stranger', () => {
  beforeEach(() => box.t.givePassword('alice'))
  const email = 'alice@example.test'
  test('cannot spoil the link that somebody has just got', async () => {
    await nobody('/auth/password-reset', { email })
    const token = await box.token(email)
    box.t.clock.sleep(61_000)
    await nobody('/auth/password-reset', { email })
    expect((await nobody('/auth/password-reset/confirm', { token, new_password: NEW })).status).toBe(204)
  })
  test('cannot fill a mailbox', async () => {
    for (let n = 0; n < 60; n++) {
      await nobody('/auth/password-reset', { email })
      box.t.clock.sleep(60_001)
    }
    expect((await box.letters(email)).length).toBeLessThanOrEqual(6)
  })
  test('does not learn by an invented invitation who has an account', async () => {
    const known = await nobody('/auth/register', { ...draft, email, invitation: 'invented' })
    const unknown = await nobody('/auth/register', { ...draft, email: 'nobody@example.test', invitation: 'invented' })
    expect([known.status, known.body.code]).toEqual([unknown.status, unknown.body.code])
  })
  test('does not use up the second step of somebody by giving its name as an address', async () => {
    const { code } = await withTotp(box.t, 'alice')
    for (let n = 0; n < 8; n++) await signIn(`mfa:${box.t.people.alice.id}`, 'wrong')
    box.t.clock.sleep(30_000)
    const { enter } = await knock(box.t, 'alice')
    expect((await enter(code())).status).toBe(200)
  })
  test('guesses no more by spelling the name in other letters', async () => {
    for (let n = 0; n < 5; n++) await signIn(email, 'wrong')
    for (const name of ['ａlice@example.test', 'al\u00ADice@example.test', ' alice@example.test', 'ALICE@example.test'])
      expect([name, (await signIn(name, 'wrong')).status]).toEqual([name, 429])
  })
  test('with a whole network of version 6 asks as often as with one address', async () => {
    let last = 0
    for (let n = 0; n < 12; n++)
      last = (
        await box.t.nobody(
          'POST',
          '/auth/password-reset',
          { email: 'x@example.test' },
          { 'x-forwarded-for': `2001:db8:1:2::${n + 1}` },
        )
      ).status
    expect(last).toBe(429)
  })
  test('finds no spelling of a path that is counted less', async () => {
    for (const path of [
      '/auth/%6Cogin',
      '/auth//login',
      '/auth/login%2F',
      '/auth/./login',
      '/auth/login;x',
      '/AUTH/login',
    ]) {
      const { status, headers } = await box.t.nobody(
        'POST',
        path,
        { email: 'x@example.test', password: 'x' },
        elsewhere(),
      )
      expect([path, status === 404 || headers.get('x-ratelimit-limit') === '10', status]).toEqual([path, true, status])
    }
  })
})
