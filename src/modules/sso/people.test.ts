import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { users } from '#db/schema/auth'
import { audit_log } from '#db/schema/kernel'
import { mails } from '#db/schema/mails'
import { sso_subjects } from '#db/schema/sso'
import { memberships } from '#db/schema/tenants'
import { PASSWORD } from '../../../test/boot'
import type { Said } from './idp.fixtures'
import { addDomain, connect, expected, type World, world } from './sso.fixtures'

let w: World
beforeAll(async () => {
  w = await world()
})
afterAll(() => w.t.stop())

const CHANGED = 'second_factor_changed'
const problem = (name: string) => `/sign-in?problem=${name}`
const edit = async (body: object) => expected(await w.owner('PUT', '/sso/connection', body), 200)
const userOf = async (email: string) => {
  const [row] = await w.t.app.db.read.select().from(users).where(eq(users.email, email))
  return row
}
const eventsOf = async (id: string) => {
  const rows = await w.t.app.db.read.select().from(audit_log).where(eq(audit_log.subject_id, id))
  return rows.map(({ event }) => event)
}
const leave = (user_id: string) =>
  w.t.app.db.tx((tx) => tx.delete(memberships).where(eq(memberships.user_id, user_id))).then(w.t.app.credentials.forget)

describe('somebody new', () => {
  test('gets an account without a password, as a member, and is signed in to this workspace alone', async () => {
    const attributes = { displayName: ['Ann Able'], email: ['Ann@Example.test'] }
    const { place, session, me } = await w.visit(
      { subject: 'ann-7', attributes },
      {},
      'email=ann@example.test&return_to=/incidents',
    )
    expect([place, me.email, me.name, me.role, me.has_password]).toEqual([
      '/incidents',
      'ann@example.test',
      'Ann Able',
      'member',
      false,
    ])
    expect([me.tenant.slug, me.email_verified]).toEqual(['acme', true])
    expect(await eventsOf(me.id)).toContain('user.registered')
    const cookie = session ?? ''
    const csrf = { 'x-csrf-token': me.csrf_token }
    const secure = await w.t.asking({ cookie })('PUT', '/me', { email: 'else@example.test' }, csrf)
    expect(secure.status).toBe(403)
    const other = await w.t.asking({ cookie })('POST', `/tenants/${w.t.tenants.evil.id}/switch`, undefined, csrf)
    expect([403, 404]).toContain(other.status)
  })

  test('comes back as the same person, whatever their address has become', async () => {
    const said = { subject: 'ann-7', attributes: { email: ['ann.able@example.test'] } }
    const { me } = await w.visit(said)
    expect(me.email).toBe('ann@example.test')
    expect(await userOf('ann.able@example.test')).toBeUndefined()
  })

  test('gets the role of their group at each sign-in', async () => {
    await edit({ group_roles: [{ group: 'ops', role: 'admin' }], default_role: 'viewer', groups_attribute: 'team' })
    const as = async (team: string[]) => (await w.visit({ subject: 'gus@example.test', attributes: { team } })).me.role
    expect([await as(['x', 'ops']), await as([]), await as(['ops'])]).toEqual(['admin', 'viewer', 'admin'])
    await edit({ group_roles: [], default_role: 'member', groups_attribute: null })
    expect(await as([])).toBe('admin')
  })

  test("of a domain that is not this workspace's is refused", async () => {
    for (const subject of ['eve@other.test', 'eve@sub.example.test', 'eve@example.test.evil.test'])
      expect([subject, (await w.visit({ subject })).place]).toEqual([subject, problem('domain_not_allowed')])
    expect((await w.visit({ subject: 'no-address' })).place).toBe(problem('email_missing'))
    expect(await userOf('eve@other.test')).toBeUndefined()
  })

  test('of an address that only looks like one of the domain is refused', async () => {
    for (const rest of ['/x', '?x', '#x', '\\x', '.evil.test', '%2eevil.test', '\u200b'])
      expect([rest, (await w.visit({ subject: `eve@example.test${rest}` })).me]).toEqual([rest, undefined])
  })

  test('is refused where people do not join by themselves', async () => {
    await edit({ provision: false })
    expect((await w.visit({ subject: 'new@example.test' })).place).toBe(problem('no_account'))
    expect((await w.visit({ subject: 'ann-7' })).me.email).toBe('ann@example.test')
    await leave((await userOf('ann@example.test'))?.id ?? '')
    expect((await w.visit({ subject: 'ann-7' })).place).toBe(problem('no_account'))
    await edit({ provision: true })
    expect((await w.visit({ subject: 'ann-7' })).me.role).toBe('member')
  })
})

describe('an account that exists', () => {
  test('is linked by its address when it is a member below owner, and keeps its role', async () => {
    const { me } = await w.visit({ subject: 'carol@example.test' })
    expect([me.id, me.role, me.session.bound]).toEqual([w.t.people.carol.id, 'member', true])
    expect(await eventsOf(me.id)).toContain('identity.linked')
  })

  test('is not linked when it owns the workspace: whoever runs the provider would own it', async () => {
    expect((await w.visit({ subject: 'alice@example.test' })).place).toBe(problem('account_exists'))
  })

  test('is not linked when nobody has confirmed its address: somebody may have set a trap', async () => {
    const at = '2026-05-01T00:00:00.000Z'
    const trap = {
      id: Bun.randomUUIDv7(),
      email: 'boss@example.test',
      name: 'Not the boss',
      created_at: at,
      updated_at: at,
    }
    await w.t.app.db.tx((tx) => tx.insert(users).values(trap))
    expect((await w.visit({ subject: 'boss@example.test' })).place).toBe(problem('account_exists'))
    await w.t.app.db.tx((tx) => tx.update(users).set({ email_verified_at: at }).where(eq(users.id, trap.id)))
    expect((await w.visit({ subject: 'boss@example.test' })).me.id).toBe(trap.id)
  })

  test('of another workspace joins this one, and only this one is open to it then', async () => {
    const { mallory } = w.t.people
    const { me } = await w.visit({ subject: 'mallory@example.test' })
    expect([me.id, me.tenant.slug, me.role]).toEqual([mallory.id, 'acme', 'member'])
    await w.t.app.db.tx((tx) => tx.delete(sso_subjects).where(eq(sso_subjects.user_id, mallory.id)))
  })
})

describe('linking oneself', () => {
  type Who = Awaited<ReturnType<World['t']['session']>>
  const begin = async (who: Who, body: object = {}, headers: Record<string, string> = {}) => {
    const begun = await who.ask('POST', '/sso/link', body, headers)
    return { ...begun, mark: /xinex_sso=[\w-]+/.exec(begun.headers.get('set-cookie') ?? '')?.[0] }
  }
  const link = async (who: Who, subject: string) => {
    const { status, body, mark } = await begin(who)
    if (status !== 201) return { status, place: null }
    const { relay, ...request } = await w.idp.read(body.url, w.sp.metadata)
    const answer = await w.post(await w.idp.answer(request, w.sp, { subject }), relay)
    const last = await w.fetchIt(answer, `${who.cookie}; ${mark}`)
    return { status: last.status, place: last.headers.get('location'), cookie: last.headers.get('set-cookie') }
  }

  test('lets an owner in by single sign-on, under whatever address', async () => {
    const alice = await w.t.session('alice')
    expect(await link(alice, 'alice.able@elsewhere.test')).toMatchObject({
      status: 303,
      place: '/settings/security?linked=sso',
      cookie: null,
    })
    const { me } = await w.visit({ subject: 'alice.able@elsewhere.test' })
    expect([me.email, me.role]).toEqual(['alice@example.test', 'owner'])
    const told = async () => (await w.t.app.db.read.select().from(mails)).filter(({ kind }) => kind === CHANGED)
    expect((await told()).map(({ to }) => to)).toEqual(['alice@example.test'])
    // Twice is no harm; somebody else's is refused.
    expect((await link(alice, 'alice.able@elsewhere.test')).place).toBe('/settings/security?linked=sso')
    expect((await link(await w.t.session('bob'), 'alice.able@elsewhere.test')).place).toBe(problem('already_linked'))
  })

  test('is undone with proof, unless it is the only way in', async () => {
    const dan = await w.t.session('dan')
    expect((await dan.ask('GET', '/sso/link')).body.linked).toBe(false)
    expect((await dan.ask('DELETE', '/sso/link')).status).toBe(404)
    expect((await link(dan, 'dan-1')).place).toBe('/settings/security?linked=sso')
    expect((await dan.ask('GET', '/sso/link')).body).toMatchObject({ linked: true, created_at: expect.any(String) })
    const bound = await w.t.session('dan', { method: 'saml', mfa: true, bound: true })
    expect((await bound.ask('DELETE', '/sso/link')).status).toBe(403)
    expect((await dan.ask('DELETE', '/sso/link')).body.code).toBe('LAST_AUTH_METHOD')
    await w.t.givePassword('dan')
    expect((await dan.ask('DELETE', '/sso/link', { current_password: 'wrong' })).status).toBe(422)
    expect((await dan.ask('DELETE', '/sso/link', { current_password: PASSWORD })).status).toBe(204)
    expect((await dan.ask('GET', '/sso/link')).body.linked).toBe(false)
    // Nobody else's link went with it.
    expect(await w.t.app.db.read.$count(sso_subjects, eq(sso_subjects.user_id, w.t.people.alice.id))).toBe(1)
  })

  test("needs a session of one's own, and is never begun by a link from elsewhere", async () => {
    expect((await w.t.nobody('POST', '/sso/link')).status).toBe(401)
    expect((await w.t.alice('POST', '/sso/link')).status).toBe(403)
    expect((await link(await w.t.session('carol', { method: 'saml', mfa: true, bound: true }), 'x')).status).toBe(403)
    const bob = await w.t.session('bob')
    // Over plain http a browser says nothing of where a link was, if the page with the link wants that.
    const login = await bob.ask('GET', '/sso/login?link=1')
    expect([login.status, login.headers.get('location')]).toEqual([303, problem('no_sso')])
    expect((await begin(bob, {}, { 'x-csrf-token': '' })).status).toBe(403)
    expect((await link(bob, 'bob-5')).place).toBe('/settings/security?linked=sso')
  })

  test('needs the password where there is one, else a fresh sign-in', async () => {
    const bob = await w.t.session('bob')
    w.t.advance(16 * 60_000)
    expect((await begin(bob)).status).toBe(403)
    const carol = await w.t.session('carol')
    await w.t.givePassword('carol')
    expect((await begin(carol)).status).toBe(422)
    expect((await begin(carol, { current_password: 'wrong' })).status).toBe(422)
  })

  test('ends for nobody when the person who began has signed out or is somebody else', async () => {
    const alice = await w.t.session('alice')
    const { body, mark } = await begin(alice)
    const { relay, ...request } = await w.idp.read(body.url, w.sp.metadata)
    const answer = await w.post(await w.idp.answer(request, w.sp, { subject: 'evil-9' }), relay)
    const bob = await w.t.session('bob')
    const last = await w.fetchIt(answer, `${bob.cookie}; ${mark}`)
    expect(last.headers.get('location')).toBe(problem('expired'))
    expect((await w.visit({ subject: 'evil-9' })).place).toBe(problem('email_missing'))
  })

  test('is undone for owners when an admin changes whom we believe, and not when an owner does', async () => {
    const subject = 'alice.able@elsewhere.test'
    await edit({
      certificates: [w.idp.pair.certificate, w.sp.metadata.match(/<ds:X509Certificate>([^<]+)</)?.[1] ?? ''],
    })
    expect((await w.visit({ subject })).me.role).toBe('owner')
    await edit({ certificates: [w.idp.pair.certificate] })
    const setCarol = (role: 'admin' | 'member') =>
      w.t.app.db
        .tx((tx) => tx.update(memberships).set({ role }).where(eq(memberships.user_id, w.t.people.carol.id)))
        .then(w.t.app.credentials.forget)
    await setCarol('admin')
    expected(await w.t.carol('PUT', '/sso/connection', { idp_entity_id: 'https://idp.carol.test' }), 200)
    expected(await w.t.carol('PUT', '/sso/connection', { idp_entity_id: w.idp.entity_id }), 200)
    await setCarol('member')
    expect((await w.visit({ subject })).place).toBe(problem('domain_not_allowed'))
    expect((await w.visit({ subject: 'carol@example.test' })).me.id).toBe(w.t.people.carol.id)
  })
})

describe('the way to the provider', () => {
  const login = (query: string, headers = {}) => w.t.nobody('GET', `/sso/login?${query}`, undefined, headers)

  test('is found by the domain of the address, in any spelling, and by the slug of the workspace', async () => {
    for (const query of [
      'email=Ann@EXAMPLE.test',
      'email=%20ann@example.test%20',
      'tenant=acme',
      'email=x@nowhere.test&tenant=acme',
    ])
      expect([query, (await login(query)).status]).toEqual([query, 302])
  })

  test('is none for an unknown domain, an unverified one, a disabled connection', async () => {
    const none = async (query: string) => {
      const { status, headers } = await login(query)
      expect([query, status, headers.get('location')]).toEqual([query, 303, problem('no_sso')])
    }
    await w.owner('POST', '/sso/domains', { domain: 'soon.test' })
    for (const query of [
      '',
      'email=',
      'email=ann',
      'email=ann@soon.test',
      'email=ann@x.example.test',
      'tenant=evil',
      'tenant=Acme',
    ])
      await none(query)
    const { relay, cookie, ...request } = await w.begin()
    await edit({ enabled: false })
    await none('email=ann@example.test')
    await none('tenant=acme')
    // Also for who is on the way already.
    expect((await w.end(await w.idp.answer(request, w.sp, {}), relay, cookie)).place).toBe(problem('no_sso'))
    await edit({ enabled: true })
    expect((await login('email=ann@soon.test', { accept: 'application/json' })).status).toBe(404)
  })

  test("never leads from our sign-in to somebody else's page", async () => {
    for (const to of ['https://evil.test/', '//evil.test', '/\\evil.test', 'javascript:alert(1)'])
      expect(
        (await w.visit({ subject: 'ann-7' }, {}, `email=a@example.test&return_to=${encodeURIComponent(to)}`)).place,
      ).toBe('/overview')
    const { relay, xml } = await w.begin('email=a@example.test&return_to=/monitors')
    expect(relay).toMatch(/^[\w-]{43}$/)
    expect(xml).not.toContain('monitors')
  })

  test('leads to a place in any script', async () => {
    const to = '/monitors?q=日本ü'
    const { place, session } = await w.visit(
      { subject: 'ann-7' },
      {},
      `tenant=acme&return_to=${encodeURIComponent(to)}`,
    )
    expect([decodeURIComponent(place), session]).toEqual(['/monitors?q=日本ü', expect.anything()])
  })

  test('never makes somebody else of a person who is signed in: anybody may lay a link to their own provider', async () => {
    const end = async (who: string) => {
      const { relay, cookie, ...request } = await w.begin('tenant=acme')
      const answer = await w.post(await w.idp.answer(request, w.sp, { subject: 'ann-7' }), relay)
      const last = await w.fetchIt(answer, `${cookie}; ${who}`)
      return [last.headers.get('location'), /xinex_session=[\w-]+/.exec(last.headers.get('set-cookie') ?? '')?.[0]]
    }
    expect(await end((await w.t.session('mallory')).cookie)).toEqual([problem('signed_in'), undefined])
    const { session = '' } = await w.visit({ subject: 'ann-7' })
    expect(await end(session)).toEqual(['/overview', expect.anything()])
    expect(await end('xinex_session=over')).toEqual(['/overview', expect.anything()])
  })

  test('asks with a request that the provider can check, and that says nothing of passwords', async () => {
    const { xml, issuer } = await w.begin()
    expect(issuer).toBe(w.sp.entity_id)
    expect(xml).toContain(`AssertionConsumerServiceURL="${w.sp.acs_url}"`)
    expect(xml).not.toContain('RequestedAuthnContext')
  })
})

describe('a test of the connection', () => {
  const run = async (said: Partial<Said>, how = {}) => {
    const { url } = expected(await w.owner('POST', '/sso/connection/test'), 201)
    const { relay, ...request } = await w.idp.read(url, w.sp.metadata)
    const answer = await w.post(await w.idp.answer(request, w.sp, said, how), relay)
    expect([answer.status, answer.headers.get('location'), answer.headers.get('set-cookie')]).toEqual([
      303,
      '/settings/sso?tested=1',
      null,
    ])
    return expected(await w.owner('GET', '/sso/connection/test'), 200)
  }

  test('shows what the provider said and what would happen, and signs nobody in', async () => {
    await edit({ enabled: false })
    const attributes = { email: ['tess@example.test'], groups: ['a', 'b'], __proto__x: ['<b>'] }
    const shown = await run({ subject: 'tess-1', attributes })
    expect(shown).toMatchObject({ ok: true, subject: 'tess-1', email: 'tess@example.test', attributes })
    expect(shown.would).toBe('A new account for tess (tess@example.test) would be made, as member.')
    expect(shown.checks.every(({ ok }: { ok: boolean }) => ok)).toBe(true)
    expect(await userOf('tess@example.test')).toBeUndefined()
    await edit({ enabled: true })
  })

  test('says for each kind of person what would become of them', async () => {
    expect((await run({ subject: 'carol@example.test' })).would).toContain(
      'carol (carol@example.test) would be signed in',
    )
    expect((await run({ subject: 'alice@example.test' })).would).toContain('not linked by its address alone')
    expect((await run({ subject: 'x@other.test' })).would).toContain('domain is not verified')
    expect((await run({ subject: 'x' })).would).toContain('without an e-mail address')
  })

  test('names the check that failed, and those that were not reached', async () => {
    const shown = await run({ recipient: 'https://elsewhere.test/acs', assertion_issuer: 'https://evil.test' })
    const outcome = Object.fromEntries(shown.checks.map(({ check, ok }: { check: string; ok: boolean }) => [check, ok]))
    expect(outcome).toMatchObject({ signature: true, conditions: true, issuer: false, recipient: false, replay: null })
    expect([shown.ok, shown.message]).toEqual([
      false,
      'The answer is from https://evil.test, not from https://idp.test/metadata',
    ])
    const forged = await run(
      { subject: 'secret@example.test' },
      { algorithm: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' },
    )
    expect([forged.ok, forged.subject, forged.attributes]).toEqual([false, null, {}])
  })

  test("is forgotten after an hour, and is nobody else's", async () => {
    await run({ subject: 'tess-1' })
    expect((await w.t.mallory('GET', '/sso/connection/test')).status).toBe(404)
    await w.t.advance(3_601_000)
    expect((await w.owner('GET', '/sso/connection/test')).status).toBe(404)
  })

  test('needs a connection that names the provider', async () => {
    const evil = (await w.t.session('mallory')).ask
    expect((await evil('POST', '/sso/connection/test')).status).toBe(404)
    await evil('PUT', '/sso/connection', {})
    expect((await evil('POST', '/sso/connection/test')).status).toBe(409)
    await evil('DELETE', '/sso/connection')
  })
})

test("a workspace cannot speak for the people of another one's domain", async () => {
  const evil = (await w.t.session('mallory')).ask
  const theirs = await connect(w.t, evil, w.idp)
  // Listed, but never verified: it counts for nothing.
  expect((await evil('POST', '/sso/domains', { domain: 'example.test' })).status).toBe(409)
  const begun = await w.t.nobody('GET', '/sso/login?tenant=evil')
  const mark = /xinex_sso=[\w-]+/.exec(begun.headers.get('set-cookie') ?? '')?.[0] ?? ''
  const { relay, ...request } = await w.idp.read(begun.headers.get('location') ?? '', theirs.metadata)
  const answer = await w.idp.answer(request, theirs, { subject: 'carol@example.test' })
  expect((await w.end(answer, relay, mark, theirs.id)).place).toBe(problem('domain_not_allowed'))
  await addDomain((await w.t.session('alice')).ask, 'spare.test')
  expect((await evil('POST', '/sso/domains', { domain: 'spare.test' })).status).toBe(409)
})

test('what is stored of it is sealed or public, and the log says nothing about people', async () => {
  const rows = (await w.t.app.db.client.execute('select * from saml_messages')).rows
  const connections = (await w.t.app.db.client.execute('select * from sso_connections')).rows
  const audit = (await w.t.app.db.client.execute('select * from audit_log')).rows
  expect(rows.length).toBeGreaterThan(0)
  for (const { data } of rows) if (data !== null) expect(String(data)).toStartWith('v1.')
  for (const { private_key } of connections) expect(String(private_key)).toStartWith('v1.')
  expect(JSON.stringify(audit)).not.toMatch(/private_key|challenge|BEGIN PRIVATE/)
  expect(w.t.lines.join()).not.toContain('@example.test')
})
