import { expect, test } from 'bun:test'
import { type Claims, claimsOf } from './claims'

const none = { email_attribute: null, name_attribute: null, groups_attribute: null }
const facts = (subject: string, attributes: Record<string, string[]>) => ({
  ...{ id: '_a', issuer: 'https://idp.test', subject, subject_format: null, over_at: 0 },
  attributes: Object.entries(attributes).map(([name, values]) => ({ name, values })),
})
const WS = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims'

/** What the providers of docs/sso.md send when nobody changes their defaults. */
test.each<[string, Parameters<typeof facts>, Omit<Claims, 'subject'>]>([
  [
    'Entra ID',
    [
      'ada@corp.test',
      {
        [`${WS}/emailaddress`]: ['Ada.L@corp.test'],
        [`${WS}/givenname`]: ['Ada'],
        [`${WS}/surname`]: ['Lovelace'],
        [`${WS}/name`]: ['ada@corp.onmicrosoft.test'],
        'http://schemas.microsoft.com/ws/2008/06/identity/claims/groups': ['1f-2a', '3b-4c'],
      },
    ],
    { email: 'ada.l@corp.test', name: 'Ada Lovelace', groups: ['1f-2a', '3b-4c'] },
  ],
  [
    'Okta',
    ['00u1', { email: ['ada@corp.test'], firstName: ['Ada'], lastName: ['Lovelace'], groups: ['Everyone', 'ops'] }],
    { email: 'ada@corp.test', name: 'Ada Lovelace', groups: ['Everyone', 'ops'] },
  ],
  [
    'Keycloak',
    ['G-77', { email: ['ada@corp.test'], firstName: ['Ada'], lastName: ['Lovelace'], Role: ['offline_access'] }],
    { email: 'ada@corp.test', name: 'Ada Lovelace', groups: ['offline_access'] },
  ],
  [
    'Authentik',
    [
      'ada',
      {
        [`${WS}/emailaddress`]: ['ada@corp.test'],
        [`${WS}/name`]: ['Ada Lovelace'],
        'http://schemas.xmlsoap.org/claims/Group': ['ops'],
      },
    ],
    { email: 'ada@corp.test', name: 'Ada Lovelace', groups: ['ops'] },
  ],
  ['one that sends nothing but a name', ['Ada@corp.test', {}], { email: 'ada@corp.test', name: 'Ada', groups: [] }],
  ['one that sends not even that', ['x-1', {}], { email: null, name: 'Somebody', groups: [] }],
])('what %s sends is understood', (_, [subject, attributes], wanted) => {
  expect(claimsOf(facts(subject, attributes), none)).toEqual({ subject, ...wanted })
})

test('attributes that are named count alone', () => {
  const said = facts('ada@corp.test', {
    email: ['other@corp.test'],
    upn: ['ada@upn.test'],
    who: ['A. L.'],
    team: ['x'],
    groups: ['y'],
  })
  const named = { email_attribute: 'upn', name_attribute: 'who', groups_attribute: 'team' }
  expect(claimsOf(said, named)).toMatchObject({ email: 'ada@upn.test', name: 'A. L.', groups: ['x'] })
  expect(claimsOf(said, { ...named, email_attribute: 'missing' }).email).toBeNull()
})

test('a letter that only turns into another one when it is made small makes no address', () => {
  for (const address of ['\u212aate@corp.test', 'ann@\u212aorp.test', '\u212bsa@corp.test'])
    expect(claimsOf(facts(address, {}), none).email).toBeNull()
  expect(claimsOf(facts('Åsa@corp.test', {}), none).email).toBe('åsa@corp.test')
})

test('what is no address is none, and a name nobody can read is not shown', () => {
  const odd = facts('a b@corp.test', { email: ['', 'x@y@z', '<a@b.test>'], displayName: ['a\u202eb', ' '] })
  expect(claimsOf(odd, none)).toMatchObject({ email: null, name: 'Somebody' })
})
