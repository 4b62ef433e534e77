import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { Client } from 'ldapts'
import { env, expectSilent, refusalOf } from '#sign-in/fixtures'
import { ldap } from '#sign-in/ldap'
import { BASE, missing, openSlapd, SEARCHER } from '#sign-in/slapd.fixtures'
import { authority } from '../../test/certs'

const people = `ou=people,${BASE}`
const base = {
  ...{ url: 'ldaps://directory.example.test', starttls: false, ...SEARCHER, base_dn: people, trust_addresses: true },
  ...{ user_filter: '(|(uid={name})(mail={name}))', id_attribute: 'entryUUID', mail_attribute: 'mail' },
  ...{ name_attribute: 'cn', groups_attribute: 'memberOf' },
}

describe.skipIf(missing !== undefined)('against OpenLDAP', () => {
  let slapd: Awaited<ReturnType<typeof openSlapd>>
  beforeAll(async () => {
    slapd = await openSlapd()
  })
  afterAll(() => slapd.stop())
  const signIn = (name: string, password: string, more: object = {}) =>
    ldap.signIn({ settings: { ...base, url: slapd.url, ...more }, name, password, env })

  test('somebody signs in by name or address', async () => {
    const ada = {
      ...{ subject: expect.stringMatching(/^[0-9a-f-]{36}$/), email: 'ada@example.test', email_verified: true },
      name: 'Ada Lovelace',
    }
    expect(await signIn('ada', 'ada-secret')).toMatchObject(ada)
    expect(await signIn(' ADA@example.test ', 'ada-secret')).toMatchObject(ada)
    expect((await signIn('ada', 'ada-secret', { trust_addresses: false }))?.email_verified).toBe(false)
    expect((await signIn('bob', 'bob-secret'))?.subject).not.toBe((await signIn('ada', 'ada-secret'))?.subject)
  })

  test.each([
    ['a wrong password', 'ada', 'wrong'],
    ['somebody else’s password', 'ada', 'bob-secret'],
    ['an unknown name', 'nobody', 'ada-secret'],
    ['no name', '  ', 'ada-secret'],
    ['a name with a line break', 'ada\nroot', 'ada-secret'],
    ['a name without end', 'a'.repeat(257), 'ada-secret'],
    ['the searching entry itself', 'xinex', 'search-secret'],
  ])('%s is nobody', async (_, name, password) => {
    expect(await signIn(name, password)).toBeUndefined()
  })

  test('an empty password never reaches the server, which would have said yes', async () => {
    const client = new Client({ url: slapd.url })
    await client.bind(`uid=ada,${people}`, '') // Accepted, as nobody: the trap.
    await client.unbind()
    slapd.log()
    expect(await signIn('ada', '')).toBeUndefined()
    expect(await signIn('ada', '', { user_dn: `uid={name},${people}` })).toBeUndefined()
    expect(slapd.log()).not.toContain('BIND dn="uid=ada')
  })

  test.each([
    '*',
    'ad*',
    '*)(uid=*',
    'ada)(objectClass=*',
    'nobody)(|(uid=ada',
    '\\61da',
    'a\\2a',
    '(uid=ada)',
    'ada\u0000',
    '{name}',
    '$&',
    "$'",
  ])('%j as name finds nobody else', async (name) => {
    for (const password of ['ada-secret', 'root-secret', 'star-secret'])
      expect(await signIn(name, password)).toBeUndefined()
  })

  test('a name with characters of the syntax still signs in', async () => {
    expect((await signIn('a*b', 'star-secret'))?.name).toBe('Star')
    expect((await signIn('x,y', 'comma-secret'))?.name).toBe('Comma')
    const user_dn = `uid={name},${people}`
    expect((await signIn('a*b', 'star-secret', { user_dn }))?.name).toBe('Star')
    expect((await signIn('x,y', 'comma-secret', { user_dn }))?.name).toBe('Comma')
  })

  test('a template names the entry; nothing in a name leads to another', async () => {
    const user_dn = `uid={name},${people}`
    expect(await signIn('ada', 'ada-secret', { user_dn })).toMatchObject({ email: 'ada@example.test' })
    for (const name of [
      'root,ou=people,dc=example,dc=test',
      'ada+cn=Ada',
      'ada\\',
      ' ada,',
      '#616461',
      'ada;',
      'x\\2Cy',
    ])
      expect(await signIn(name, 'root-secret', { user_dn })).toBeUndefined()
    expect(await signIn('ada', 'wrong', { user_dn })).toBeUndefined()
  })

  test('two people of one address are a fault of the directory, not a guess', async () => {
    expect((await refusalOf(signIn('twin@example.test', 'twin-secret'))).message).toContain('more entries')
    expect((await signIn('twin1', 'twin-secret'))?.email).toBe('twin@example.test')
  })

  test('groups have their full and their short names', async () => {
    const groups = [`ops`, `cn=ops,ou=groups,${BASE}`, 'Dev, all']
    const found = (await signIn('ada', 'ada-secret'))?.groups
    expect(found).toEqual(expect.arrayContaining([...groups, 'root']))
    const there = { group_base_dn: `OU=groups, ${BASE}` }
    const some = (await signIn('ada', 'ada-secret', there))?.groups
    expect(some).toEqual(expect.arrayContaining(groups))
    expect(some).not.toContain('root')
    expect((await signIn('root', 'root-secret'))?.groups).toEqual([])
  })

  test('groups can be searched for', async () => {
    const search = { group_filter: '(&(objectClass=groupOfNames)(member={dn}))', group_base_dn: `ou=groups,${BASE}` }
    const ada = (await signIn('ada', 'ada-secret', search))?.groups
    expect(ada).toEqual(expect.arrayContaining(['ops', 'Dev, all']))
    expect(ada).not.toContain('root')
    expect((await signIn('x,y', 'comma-secret', search))?.groups).toEqual([])
  })

  test('the wrong searching password is the operator’s trouble, told without it', async () => {
    const error = await refusalOf(signIn('ada', 'ada-secret', { bind_password: 'planted' }))
    expect([error.reason, error.message]).toEqual(['failed', expect.stringContaining('does not accept the name')])
    expectSilent(error, 'planted', 'ada-secret')
  })

  test('an entry without the ID in the settings is nobody, and the operator hears why', async () => {
    expect((await refusalOf(signIn('ada', 'ada-secret', { id_attribute: 'objectGUID' }))).message).toContain(
      'objectGUID',
    )
    expect((await signIn('ada', 'ada-secret', { id_attribute: 'uid' }))?.subject).toBe('ada')
    for (const id_attribute of ['objectGUID', 'objectguid'])
      expect((await signIn('bob', 'bob-secret', { id_attribute }))?.subject).toBe('000102030405060708090a0b0c0dfeff')
  })

  describe('encrypted', () => {
    test('over ldaps:// and with STARTTLS, by address and by name', async () => {
      for (const address of [slapd.ldaps, slapd.named(slapd.ldaps)])
        expect((await signIn('ada', 'ada-secret', { url: address, ca: slapd.ca }))?.name).toBe('Ada Lovelace')
      slapd.log()
      for (const address of [slapd.url, slapd.named(slapd.url)])
        expect((await signIn('ada', 'ada-secret', { url: address, ca: slapd.ca, starttls: true }))?.name).toBe(
          'Ada Lovelace',
        )
      const log = slapd.log()
      expect(log.match(/STARTTLS/g)?.length).toBe(4)
      expect(log).toMatch(/BIND dn="uid=ada,[^"]+" mech=SIMPLE bind_ssf=0 ssf=\d{2}/)
      expect(log).not.toMatch(/BIND dn="[^"]+" mech=SIMPLE bind_ssf=0 ssf=0/)
    })

    test('a certificate of an unknown authority, or for another name, ends it before any password', async () => {
      const other = authority('Other Authority').cert
      const faults = [
        { url: slapd.ldaps },
        { url: slapd.ldaps, ca: other },
        { url: slapd.url, starttls: true },
        { url: slapd.url, starttls: true, ca: other },
        { url: slapd.unnamed(slapd.ldaps), ca: slapd.ca },
        { url: slapd.unnamed(slapd.url), ca: slapd.ca, starttls: true },
      ]
      slapd.log()
      for (const more of faults) {
        const error = await refusalOf(signIn('ada', 'ada-secret', more))
        expectSilent(error, 'ada-secret', 'search-secret')
        expect(error.message).toContain('not trusted')
      }
      expect(slapd.log()).not.toContain(' BIND dn=')
    })
  })

  test('the test button says what is right and what is wrong', async () => {
    const ask = (more: object) => ldap.test({ ...base, url: slapd.url, ...more }, env)
    expect(await ask({})).toEqual({
      ...{ ok: true, message: 'The directory answers and can be searched.' },
      facts: { Connection: 'not encrypted', 'Searched as': SEARCHER.bind_dn },
    })
    expect(await ask({ starttls: true, ca: slapd.ca })).toMatchObject({ ok: true, facts: { Connection: 'encrypted' } })
    expect(await ask({ user_dn: `uid={name},${people}` })).toMatchObject({ ok: true })
    expect(await ask({ bind_password: 'planted' })).toMatchObject({
      ok: false,
      message: expect.not.stringContaining('planted'),
    })
    expect(await ask({ base_dn: `ou=none,${BASE}` })).toMatchObject({
      ok: false,
      message: expect.stringContaining('does not exist'),
    })
    expect(await ask({ base_dn: 'nonsense' })).toMatchObject({ ok: false })
    expect(await ask({ url: slapd.ldaps })).toMatchObject({
      ok: false,
      message: expect.stringContaining('not trusted'),
    })
  })
})

test('settings that cannot work are refused', () => {
  const check = (more: object) => Object.keys(ldap.check?.({ ...base, ...more }) ?? {})
  expect(check({})).toEqual([])
  expect(check({ user_filter: '(uid=ada)' })).toEqual(['settings.user_filter'])
  expect(check({ user_filter: '(uid={name}' })).toEqual(['settings.user_filter'])
  expect(check({ user_filter: 'uid={name}))(' })).toEqual(['settings.user_filter'])
  expect(check({ group_filter: '(member={dn}' })).toEqual(['settings.group_filter'])
  expect(check({ user_dn: 'uid=ada' })).toEqual(['settings.user_dn'])
  expect(check({ bind_password: undefined })).toEqual(['settings.bind_password'])
  expect(check({ bind_dn: '' })).toEqual(['settings.bind_dn'])
  expect(check({ url: 'ldap://a:99999' })).toEqual(['settings.url'])
})
