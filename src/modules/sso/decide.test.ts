import { expect, test } from 'bun:test'
import { type Account, type Arrival, type Decision, decide, type Rules } from './decide'

const rules: Rules = { provision: true, default_role: 'member', group_roles: [], domains: ['acme.test'] }
const closed = { ...rules, provision: false }
const mapped: Rules = {
  ...rules,
  group_roles: [
    { group: 'ops', role: 'admin' },
    { group: 'staff', role: 'viewer' },
  ],
}
const toOwner: Rules = { ...rules, group_roles: [{ group: 'ops', role: 'owner' }], default_role: 'owner' }
const account = (role: Account['role'], more: Partial<Account> = {}): Account => ({
  ...{ id: 'u', email_verified: true, role },
  ...more,
})
const arrival = (more: Partial<Arrival> = {}): Arrival => ({ domain: 'acme.test', groups: [], ...more })

const refused = (problem: (Decision & { action: 'refuse' })['problem']): Decision => ({ action: 'refuse', problem })
const entered = { action: 'enter', user_id: 'u', link: false } as const
const linkedNow = { ...entered, link: true } as const
const joined = { action: 'join', user_id: 'u', link: false, role: 'member' } as const

const cases: [string, Rules, Arrival, Decision][] = [
  ['somebody known is let in', rules, arrival({ linked: account('member') }), entered],
  ['also where nobody joins by themselves', closed, arrival({ linked: account('member') }), entered],
  ['also from another domain', rules, arrival({ linked: account('member'), domain: 'other.test' }), entered],
  ['also without an address', rules, arrival({ linked: account('member'), domain: null }), entered],
  ['also an owner who linked themselves', rules, arrival({ linked: account('owner') }), entered],
  [
    'as who they are, not as whose address they say',
    rules,
    arrival({ linked: account('member'), same_email: account('owner', { id: 'o' }) }),
    entered,
  ],
  ['somebody known who was removed joins again', rules, arrival({ linked: account(null) }), joined],
  ['but not where nobody joins by themselves', closed, arrival({ linked: account(null) }), refused('no_account')],
  ['nobody without an address', rules, arrival({ domain: null }), refused('email_missing')],
  ['nobody of another domain', rules, arrival({ domain: 'other.test' }), refused('domain_not_allowed')],
  ['nobody of a domain below', rules, arrival({ domain: 'x.acme.test' }), refused('domain_not_allowed')],
  ['nobody while no domain is verified', { ...rules, domains: [] }, arrival(), refused('domain_not_allowed')],
  [
    'nobody of another domain, whoever they are here',
    rules,
    arrival({ domain: 'other.test', same_email: account('viewer') }),
    refused('domain_not_allowed'),
  ],
  ['a member with that address is linked', rules, arrival({ same_email: account('viewer') }), linkedNow],
  ['an admin too', closed, arrival({ same_email: account('admin') }), linkedNow],
  ['an owner is not', rules, arrival({ same_email: account('owner') }), refused('account_exists')],
  [
    'nor an account whose address nobody confirmed',
    rules,
    arrival({ same_email: account('member', { email_verified: false }) }),
    refused('account_exists'),
  ],
  [
    'nor such an account of nobody here',
    rules,
    arrival({ same_email: account(null, { email_verified: false }) }),
    refused('account_exists'),
  ],
  ['an account from elsewhere joins', rules, arrival({ same_email: account(null) }), { ...joined, link: true }],
  ['but not where nobody joins by themselves', closed, arrival({ same_email: account(null) }), refused('no_account')],
  ['an unknown person gets an account', rules, arrival(), { action: 'create', role: 'member' }],
  ['but not where nobody joins by themselves', closed, arrival(), refused('no_account')],
  ['a group gives the role', mapped, arrival({ groups: ['x', 'ops'] }), { action: 'create', role: 'admin' }],
  [
    'the first rule that matches does',
    mapped,
    arrival({ groups: ['staff', 'ops'] }),
    { action: 'create', role: 'admin' },
  ],
  ['without a match the default does', mapped, arrival({ groups: ['Ops'] }), { action: 'create', role: 'member' }],
  ['never that of an owner', toOwner, arrival({ groups: ['ops'] }), { action: 'create', role: 'admin' }],
  ['not even as the default', toOwner, arrival(), { action: 'create', role: 'admin' }],
  [
    'a new group changes the role of a member',
    mapped,
    arrival({ linked: account('viewer'), groups: ['ops'] }),
    { ...entered, role: 'admin' },
  ],
  ['the same one does not', mapped, arrival({ linked: account('admin'), groups: ['ops'] }), entered],
  ['who left all groups falls back', mapped, arrival({ linked: account('admin') }), { ...entered, role: 'member' }],
  ['no group makes or unmakes an owner', mapped, arrival({ linked: account('owner'), groups: ['staff'] }), entered],
  ['roles set by people stay where no groups are named', rules, arrival({ linked: account('admin') }), entered],
  [
    'who is linked by address gets the role of the group too',
    mapped,
    arrival({ same_email: account('viewer'), groups: ['ops'] }),
    { ...linkedNow, role: 'admin' },
  ],
]

test.each(cases)('%s', (_, given, who, wanted) => {
  expect(decide(given, who)).toEqual(wanted)
})
