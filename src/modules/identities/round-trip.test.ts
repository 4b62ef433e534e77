import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { generateKeyPair } from 'jose'
import { auth_flows, users } from '#db/schema/auth'
import { identities } from '#db/schema/identities'
import { audit_log } from '#db/schema/kernel'
import { type Booted, boot } from '../../../test/boot'
import { ada, addProvider, type OpenProvider, openProvider, SECRET, surf } from './oidc.fixtures'

const OUT = { expired: '/sign-in?problem=expired', failed: '/sign-in?problem=failed' }

let t: Booted
let idp: OpenProvider
beforeEach(async () => {
  t = await boot({ start: false, config: { publicUrl: 'https://up.example.test' } })
  idp = await openProvider(t.clock.now)
  await addProvider(t, { settings: idp.settings, tenant_id: t.tenants.acme.id })
})
afterEach(async () => {
  idp.stop()
  await t.stop()
})

const signedIn = async (browser: ReturnType<typeof surf>) => (await browser.settle()).status === 200

describe('signing in through a provider', () => {
  test('ends where the person wanted to go, as a member of the workspace, the same one next time', async () => {
    const browser = surf(t)
    const there = await browser.leave('corp', '/monitors?tag=web')
    expect(await browser.comeBack(idp.consent(there, ada))).toBe('/monitors?tag=web')
    const { body } = await browser.settle()
    expect(body).toMatchObject({ name: 'Ada Lovelace', email: 'ada@corp.test', email_verified: true })
    expect(body).toMatchObject({ has_password: false, role: 'member', tenant: { slug: 'acme' } })

    const again = surf(t)
    await again.comeBack(idp.consent(await again.leave(), { ...ada, email: 'new@corp.test', name: 'Ada L.' }))
    expect((await again.settle()).body).toMatchObject({ id: body.id, email: 'ada@corp.test', name: 'Ada Lovelace' })
    const linked = await t.app.db.read.select().from(identities)
    expect(linked).toMatchObject([{ user_id: body.id, subject: 'a-1', email: 'new@corp.test' }])
    const events = (await t.app.db.read.select().from(audit_log)).map(({ event }) => event)
    expect(events.filter((event) => event === 'user.registered')).toHaveLength(1)
  })

  test('asks the provider with state, nonce, PKCE and the configured address; the cookie is for this alone', async () => {
    const browser = surf(t)
    const answer = await browser.ask('GET', '/auth/oauth/corp', undefined, { host: 'evil.test' })
    const asked = new URL(browser.to(answer))
    expect([answer.status, asked.origin, asked.pathname]).toEqual([303, idp.issuer, '/authorize'])
    const { state, nonce, code_challenge, ...rest } = Object.fromEntries(asked.searchParams)
    expect([state?.length, nonce?.length, code_challenge?.length]).toEqual([43, 43, 43])
    expect(rest).toMatchObject({
      code_challenge_method: 'S256',
      redirect_uri: 'https://up.example.test/api/v1/auth/oauth/corp/callback',
    })
    const [cookie = ''] = answer.headers.getSetCookie()
    expect(cookie.replace(/=[\w-]{43};/, '=…;')).toBe(
      'xinex_flow=…; Path=/api/v1/auth/oauth; HttpOnly; SameSite=Lax; Max-Age=600; Secure',
    )
    const stored = JSON.stringify(await t.app.db.read.select().from(auth_flows))
    for (const secret of [state, nonce, browser.jar.xinex_flow]) expect(stored).not.toContain(secret ?? '?')
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  test('is offered to everybody by name, without its settings', async () => {
    await addProvider(t, { slug: 'gate', kind: 'header', settings: { proxies: ['192.0.2.1'] } })
    await addProvider(t, { slug: 'off', settings: idp.settings, enabled: false })
    const { body } = await t.nobody('GET', '/auth/oauth/providers')
    const corp = { slug: 'corp', provider: 'corp', name: 'Corp', kind: 'oidc', url: '/api/v1/auth/oauth/corp' }
    expect(body).toEqual({ items: [corp], total: 1, page: 1, per_page: 100, total_pages: 1 })
  })

  test('works in two windows of one browser at once', async () => {
    const browser = surf(t)
    const [one, two] = [await browser.leave('corp', '/one'), await browser.leave('corp', '/two')]
    expect(await browser.comeBack(idp.consent(one, ada))).toBe('/one')
    expect(await browser.comeBack(idp.consent(two, ada))).toBe('/two')
  })

  test('makes one account of a person who comes back twice at the same moment', async () => {
    const [one, two] = [surf(t), surf(t)]
    const back = [idp.consent(await one.leave(), ada), idp.consent(await two.leave(), ada)] as const
    const ends = await Promise.all([one.comeBack(back[0]), two.comeBack(back[1])])
    expect(ends).toEqual(['/overview', '/overview'])
    expect((await one.settle()).body.id).toBe((await two.settle()).body.id)
  })

  test('a provider that answers with a form is asked once more, so that our cookie comes along', async () => {
    const browser = surf(t)
    const form = idp.consent(await browser.leave(), ada)
    form.set('user', JSON.stringify({ name: { firstName: 'Ada' } }))
    form.set('id_token', 'x'.repeat(5000))
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    const posted = await t.nobody('POST', '/auth/oauth/corp/callback', form.toString(), type)
    expect([posted.status, posted.headers.get('set-cookie')]).toEqual([303, null])
    const next = new URL(posted.headers.get('location') ?? '', 'http://localhost')
    expect(next.pathname).toBe('/api/v1/auth/oauth/corp/callback')
    form.delete('id_token')
    expect(Object.fromEntries(next.searchParams)).toEqual(Object.fromEntries(form))
    expect(browser.to(await browser.ask('GET', `${next.pathname}${next.search}`))).toBe('/overview')
  })

  test.each([
    '//evil.test',
    'https://evil.test',
    '/\\evil.test',
    '\\/evil.test',
    'javascript:alert(1)',
    '/\t/evil.test',
    '/%09/evil.test\n',
    '',
  ])('never ends on a page of somebody else: %j', async (return_to) => {
    const browser = surf(t)
    const end = await browser.comeBack(idp.consent(await browser.leave('corp', return_to), ada))
    expect(new URL(end, 'https://up.example.test').origin).toBe('https://up.example.test')
    expect(end).toBe('/overview')
  })
})

describe('an answer is refused', () => {
  test('the second time', async () => {
    const browser = surf(t)
    const back = idp.consent(await browser.leave(), ada)
    expect(await browser.comeBack(back)).toBe('/overview')
    expect(await browser.comeBack(back)).toBe(OUT.expired)
    expect(idp.counted.tokens).toBe(1)
  })

  test('in a browser that did not ask: nobody is signed in as somebody else', async () => {
    const [attacker, victim] = [surf(t), surf(t)]
    const back = () => attacker.leave().then((there) => idp.consent(there, ada))
    expect(await victim.comeBack(await back())).toBe(OUT.expired)
    await victim.leave()
    expect(await victim.comeBack(await back())).toBe(OUT.expired)
    expect([await signedIn(victim), idp.counted.tokens]).toEqual([false, 0])
    expect(await surf(t, { xinex_flow: 'x' }).comeBack(await back())).toBe(OUT.expired)
  })

  test('after ten minutes', async () => {
    const browser = surf(t)
    const back = idp.consent(await browser.leave(), ada)
    await t.advance(600_001)
    expect(await browser.comeBack(back)).toBe(OUT.expired)
  })

  test.each([
    ['state=invented&code=x'],
    ['code=x'],
    [''],
    ['state=&code='],
    [`state=${'x'.repeat(9000)}`],
    ['error=access_denied'],
  ])('without a sign-in that was begun: %s', async (query) => {
    const browser = surf(t)
    await browser.leave()
    expect(await browser.comeBack(new URLSearchParams(query))).toBe(OUT.expired)
  })

  test('of another provider', async () => {
    const other = await openProvider(t.clock.now)
    await addProvider(t, { slug: 'other', settings: other.settings, tenant_id: t.tenants.acme.id })
    const browser = surf(t)
    const back = idp.consent(await browser.leave('corp'), ada)
    expect(await browser.comeBack(back, 'other')).toBe(OUT.expired)
    expect(await browser.comeBack(back, 'corp')).toBe(OUT.expired)
    expect([await signedIn(browser), idp.counted.tokens, other.counted.tokens]).toEqual([false, 0, 0])
    other.stop()
  })

  test('with the code of somebody else put into one’s own sign-in', async () => {
    const [attacker, victim] = [surf(t), surf(t)]
    const stolen = idp.consent(await victim.leave(), ada).get('code') ?? ''
    const mine = idp.consent(await attacker.leave(), { ...ada, sub: 'eve' })
    mine.set('code', stolen)
    expect(await attacker.comeBack(mine)).toBe(OUT.failed)
    expect(await signedIn(attacker)).toBe(false)
  })

  test.each([
    ['made for another sign-in', { nonce: 'other' }],
    ['of another issuer', { iss: 'https://evil.test' }],
    ['for another application', { aud: 'somebody-else' }],
    ['signed by somebody else', { key: generateKeyPair('ES256').then(({ privateKey }) => privateKey) }],
  ])('when the token was %s', async (_, spoilt) => {
    const browser = surf(t)
    const { key, ...rest } = { key: undefined, ...spoilt }
    const back = idp.consent(await browser.leave(), ada, { ...rest, ...(key && { key: await key }) })
    expect(await browser.comeBack(back)).toBe(OUT.failed)
    expect(await signedIn(browser)).toBe(false)
    expect(await t.app.db.read.select().from(identities)).toEqual([])
  })

  test('and the log tells the operator why, without code and secret', async () => {
    const browser = surf(t)
    const back = idp.consent(await browser.leave(), ada, { nonce: 'other' })
    await browser.comeBack(back)
    const line = t.lines.find((one) => one.includes('sign-in provider')) ?? ''
    expect(JSON.parse(line)).toMatchObject({
      level: 'warn',
      provider: 'corp',
      reason: 'failed',
      error: expect.any(String),
    })
    for (const secret of [SECRET, back.get('code'), back.get('state')])
      expect(t.lines.join()).not.toContain(secret ?? '?')
  })

  test('when the person turned back', async () => {
    const browser = surf(t)
    const state = (await browser.leave()).searchParams.get('state') ?? ''
    expect(await browser.comeBack(new URLSearchParams({ error: 'access_denied', state }))).toBe(
      '/sign-in?problem=cancelled',
    )
    expect(await browser.comeBack(new URLSearchParams({ error: 'access_denied', state }))).toBe(OUT.expired)
  })
})

describe('a provider that is not there', () => {
  const admin = async (method: string, path: string, body?: object) =>
    (await t.session('alice')).ask(method, path, body)
  const id = async () => (await admin('GET', '/admin/sign-in-providers')).body.items[0].id

  test.each(['nowhere', 'corp%00', '..%2fme', 'CORP'])(
    '%s is 404 to a program, the sign-in page to a browser',
    async (slug) => {
      expect((await t.nobody('GET', `/auth/oauth/${slug}`, undefined, { accept: 'application/json' })).status).toBe(404)
      expect((await t.nobody('GET', `/auth/oauth/${slug}`)).body.code).toBe('NOT_FOUND')
      const browser = surf(t)
      expect(browser.to(await browser.ask('GET', `/auth/oauth/${slug}`))).toBe(OUT.failed)
    },
  )

  test('because it was switched off lets nobody in, not even who is on the way', async () => {
    const browser = surf(t)
    const back = idp.consent(await browser.leave(), ada)
    await admin('PUT', `/admin/sign-in-providers/${await id()}`, { enabled: false })
    expect(await browser.comeBack(back)).toBe(OUT.failed)
    expect((await t.nobody('GET', '/auth/oauth/corp')).status).toBe(404)
    expect((await t.nobody('GET', '/auth/oauth/providers')).body.items).toEqual([])
  })

  test('because it was deleted lets nobody in either, also when another one has its name since', async () => {
    const [one, two] = [surf(t), surf(t)]
    const back = [idp.consent(await one.leave(), ada), idp.consent(await two.leave(), ada)] as const
    await admin('DELETE', `/admin/sign-in-providers/${await id()}`)
    expect(await one.comeBack(back[0])).toBe(OUT.failed)
    await addProvider(t, { settings: idp.settings, tenant_id: t.tenants.acme.id })
    expect(await two.comeBack(back[1])).toBe(OUT.expired)
    expect(await t.app.db.read.select().from(users)).toHaveLength(Object.keys(t.people).length)
  })

  test('because it is down is told as that', async () => {
    await addProvider(t, { slug: 'down', settings: { ...idp.settings, issuer: 'http://127.0.0.1:1' } })
    const browser = surf(t)
    expect(browser.to(await browser.ask('GET', '/auth/oauth/down'))).toBe(OUT.failed)
    expect(t.lines.join()).toContain('unreachable')
  })
})
