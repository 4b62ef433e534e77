import { describe, expect, test } from 'bun:test'
import type { Role } from '#contract/permissions'
import { type Decision, decide, type Question, roleFor } from './join'

const rules = { trust_email: false, tenant_id: null, default_role: 'member' as Role, group_roles: [] }
const base: Question = {
  claims: { email: 'ada@example.test', email_verified: true, groups: [] },
  provider: rules,
  registration: 'closed',
}
type Change = Partial<Omit<Question, 'claims' | 'provider'>> & {
  claims?: Partial<Question['claims']>
  provider?: Partial<Question['provider']>
}
const asked = ({ claims, provider, ...rest }: Change) =>
  decide({ ...base, ...rest, claims: { ...base.claims, ...claims }, provider: { ...rules, ...provider } })

const unverified = { email_verified: false }
const trusted = { trust_email: true }
const ada = { id: 'ada', email_verified: true }
const company = { tenant_id: 'acme' }
const invitation = { id: 'inv', tenant_id: 'acme' }
const admins = { group_roles: [{ group: 'ops', role: 'admin' as Role }] }
const refuse = (problem: Extract<Decision, { do: 'refuse' }>['problem']): Decision => ({ do: 'refuse', problem })

/** What happens to somebody whom a provider vouches for. */
const table: [string, Change, Decision][] = [
  ['somebody linked enters', { linked: { id: 'ada' } }, { do: 'enter', user_id: 'ada' }],
  [
    '… with another address of theirs',
    { linked: { id: 'ada' }, same: { id: 'eve', email_verified: true }, provider: trusted },
    { do: 'enter', user_id: 'ada' },
  ],
  ['… without any address', { linked: { id: 'ada' }, claims: { email: undefined } }, { do: 'enter', user_id: 'ada' }],
  [
    'nobody new comes without an address',
    { claims: { email: undefined }, registration: 'open', provider: company },
    refuse('email_missing'),
  ],

  ['an account is not opened by its address alone', { same: ada }, refuse('account_exists')],
  ['… nor where everybody may register', { same: ada, registration: 'open' }, refuse('account_exists')],
  ['… nor by the company whose people are members', { same: ada, provider: company }, refuse('account_exists')],
  ['… nor by an invitation', { same: ada, invitation, registration: 'invite' }, refuse('account_exists')],
  ['a trusted provider opens it', { same: ada, provider: trusted }, { do: 'link', user_id: 'ada', member: undefined }],
  [
    '… but not with an address it never verified',
    { same: ada, provider: trusted, claims: unverified },
    refuse('account_exists'),
  ],
  [
    '… nor an account whose owner never proved the address',
    { same: { id: 'ada', email_verified: false }, provider: trusted },
    refuse('account_exists'),
  ],
  [
    '… and makes them a member where its people are',
    { same: ada, provider: { ...trusted, ...company } },
    { do: 'link', user_id: 'ada', member: { tenant_id: 'acme', role: 'member' } },
  ],

  [
    'the people of a workspace become members',
    { provider: company },
    { do: 'join', member: { tenant_id: 'acme', role: 'member' } },
  ],
  [
    '… also when the provider does not verify',
    { provider: company, claims: unverified },
    { do: 'join', member: { tenant_id: 'acme', role: 'member' } },
  ],
  [
    '… in the role of their group',
    { provider: { ...company, ...admins }, claims: { groups: ['x', 'ops'] } },
    { do: 'join', member: { tenant_id: 'acme', role: 'admin' } },
  ],
  [
    '… in the default role without one',
    { provider: { ...company, ...admins, default_role: 'viewer' } },
    { do: 'join', member: { tenant_id: 'acme', role: 'viewer' } },
  ],

  ['a closed appliance lets no stranger in', {}, refuse('no_account')],
  ['… not even one who was invited before it was closed', { invitation }, refuse('no_account')],
  [
    'an inviting one lets in who was invited',
    { registration: 'invite', invitation },
    { do: 'accept', invitation_id: 'inv', tenant_id: 'acme' },
  ],
  ['… not who says so without proof', { registration: 'invite', invitation, claims: unverified }, refuse('no_account')],
  ['… and nobody else', { registration: 'invite' }, refuse('no_account')],
  ['an open one gives a workspace', { registration: 'open' }, { do: 'found' }],
  ['… not to an address that nobody verified', { registration: 'open', claims: unverified }, refuse('no_account')],
  [
    '… and prefers the workspace that invited them',
    { registration: 'open', invitation },
    { do: 'accept', invitation_id: 'inv', tenant_id: 'acme' },
  ],
]

describe('who somebody is here', () => {
  test.each(table)('%s', (_, change, decision) => {
    expect(asked(change)).toEqual(decision)
  })
})

describe('the role by groups', () => {
  const mapped = (...pairs: [string, Role][]) => ({
    ...{ ...rules, tenant_id: 'acme' },
    group_roles: pairs.map(([group, role]) => ({ group, role })),
  })
  const ops = mapped(['ops', 'admin'], ['staff', 'viewer'])
  const owned = mapped(['board', 'owner'], ['ops', 'admin'])
  const roles: [string, ReturnType<typeof mapped>, string[], Role, Role | undefined][] = [
    ['without a mapping stays as people set it', mapped(), ['ops'], 'admin', undefined],
    ['is the first that matches', ops, ['staff', 'ops'], 'viewer', 'admin'],
    ['falls when the group is left', ops, ['staff'], 'admin', 'viewer'],
    ['falls to the default outside of every group', ops, [], 'admin', 'member'],
    ['stays when it is right already', ops, ['ops'], 'admin', undefined],
    ['of an owner is not touched', ops, ['staff'], 'owner', undefined],
    ['is not that of an owner by chance of spelling', ops, ['OPS', 'owner'], 'viewer', 'member'],
    ['makes an owner when the mapping says so', owned, ['board'], 'member', 'owner'],
    ['unmakes one when the mapping says who they are', owned, ['ops'], 'owner', 'admin'],
  ]
  test.each(roles)('%s', (_, provider, groups, current, expected) => {
    expect(roleFor(provider, { email_verified: true, groups }, current)).toBe(expected)
  })
})
