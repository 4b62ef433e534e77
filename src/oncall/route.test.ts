import { expect, test } from 'bun:test'
import type { Condition } from '#contract/oncall'
import { matches, type Rule, route, type Subject } from '#oncall/route'

const subject: Subject = {
  severity: 'high',
  source_type: 'monitor',
  monitor_type: 'http',
  tags: ['prod', 'Payments'],
  name: 'Shop checkout',
  regions: ['eu-central', 'local'],
  // A Tuesday.
  at: Date.parse('2026-11-24T03:00:00Z'),
}
let count = 0
const rule = (more: Partial<Rule> = {}): Rule => {
  const n = ++count
  return { id: `r${n}`, name: `Rule ${n}`, enabled: true, match: 'all', conditions: [], actions: {}, ...more }
}
const nights = { days: [1, 2, 3, 4, 5, 6, 7] as const, from: '22:00', to: '07:00', timezone: 'UTC' }
const fallback = { policy: { id: 'p0', name: 'Everybody' }, channels: [{ id: 'c0', name: 'Ops' }] }

test.each<[Condition, boolean, string]>([
  [{ field: 'severity', op: 'is', value: 'high' }, true, 'the severity is high'],
  [{ field: 'severity', op: 'is', value: ['critical', 'low'] }, false, 'the severity is high, not critical or low'],
  [{ field: 'severity', op: 'is_not', value: 'high' }, false, 'the severity is high, not something other than high'],
  [{ field: 'severity', op: 'is_not', value: 'low' }, true, 'the severity is high'],
  [{ field: 'severity', op: 'at_least', value: 'medium' }, true, 'the severity is high, which is medium or worse'],
  [
    { field: 'severity', op: 'at_least', value: 'critical' },
    false,
    'the severity is high, which is not critical or worse',
  ],
  [{ field: 'severity', op: 'at_most', value: 'high' }, true, 'the severity is high, which is high or better'],
  [{ field: 'severity', op: 'at_most', value: 'low' }, false, 'the severity is high, which is not low or better'],
  [{ field: 'source_type', op: 'is', value: 'monitor' }, true, 'what reports it is monitor'],
  [{ field: 'source_type', op: 'is_not', value: ['manual', 'drill'] }, true, 'what reports it is monitor'],
  [{ field: 'monitor_type', op: 'is', value: ['tcp', 'icmp'] }, false, 'the type is http, not tcp or icmp'],
  [{ field: 'tag', op: 'is', value: 'payments' }, true, 'it has the tag “Payments”'],
  [{ field: 'tag', op: 'is', value: ['staging', 'test'] }, false, 'it has no tag “staging” or “test”'],
  [{ field: 'tag', op: 'is_not', value: 'prod' }, false, 'it has the tag “prod”'],
  [{ field: 'tag', op: 'is_not', value: 'staging' }, true, 'it has no tag “staging”'],
  [{ field: 'tag', op: 'contains', value: 'pay' }, true, 'it has the tag “Payments”'],
  [{ field: 'tag', op: 'not_contains', value: 'stag' }, true, 'it has no tag containing “stag”'],
  [{ field: 'tag', op: 'matches', value: '^pr.d$' }, true, 'it has the tag “prod”'],
  [{ field: 'name', op: 'is', value: 'shop checkout' }, true, 'the name “Shop checkout” is “shop checkout”'],
  [{ field: 'name', op: 'contains', value: 'SHOP' }, true, 'the name “Shop checkout” contains “SHOP”'],
  [{ field: 'name', op: 'not_contains', value: 'shop' }, false, 'the name “Shop checkout” contains “shop”'],
  [{ field: 'name', op: 'matches', value: '(?i)^shop' }, true, 'the name “Shop checkout” matches “(?i)^shop”'],
  [{ field: 'name', op: 'matches', value: '^shop' }, false, 'the name “Shop checkout” does not match “^shop”'],
  [{ field: 'name', op: 'matches', value: '(' }, false, 'the name “Shop checkout” does not match “(”'],
  [{ field: 'region', op: 'is', value: 'eu-central' }, true, 'it has the region “eu-central”'],
  [{ field: 'region', op: 'is', value: 'us' }, false, 'it has no region “us”'],
  [
    { field: 'time', op: 'within', value: { ...nights, days: [...nights.days] } },
    true,
    'it is within every day 22:00–07:00 (UTC)',
  ],
  [{ field: 'time', op: 'within', value: { ...nights, days: [1] } }, true, 'it is within Mon 22:00–07:00 (UTC)'],
  [
    { field: 'time', op: 'within', value: { ...nights, days: [2, 3, 4, 6] } },
    false,
    'it is outside Tue–Thu, Sat 22:00–07:00 (UTC)',
  ],
  [{ field: 'time', op: 'outside', value: { ...nights, days: [2] } }, true, 'it is outside Tue 22:00–07:00 (UTC)'],
  [{ field: 'time', op: 'is', value: 'noon' }, false, '“time is” cannot be asked'],
])('%j: %p, %s', (condition, matched, because) => {
  expect(matches(rule({ conditions: [condition] }), subject)).toEqual({ matched, because })
})

test('all conditions, or any of them; one without conditions is for every incident; one that is off for none', () => {
  const yes: Condition = { field: 'tag', op: 'is', value: 'prod' }
  const no: Condition = { field: 'tag', op: 'is', value: 'staging' }
  const judged = (more: Partial<Rule>) => matches(rule(more), subject)
  expect(judged({ conditions: [yes, no] })).toEqual({ matched: false, because: 'it has no tag “staging”' })
  expect(judged({ conditions: [yes, no], match: 'any' })).toEqual({ matched: true, because: 'it has the tag “prod”' })
  expect(judged({ conditions: [no], match: 'any' }).matched).toBe(false)
  expect(judged({})).toEqual({ matched: true, because: 'it is for every incident' })
  expect(judged({ match: 'any' }).matched).toBe(true)
  expect(judged({ enabled: false })).toEqual({ matched: false, because: 'it is switched off' })
})

test('the first rule that matches decides, and those after it are not looked at', () => {
  const [none, first, second] = [
    rule({ conditions: [{ field: 'severity', op: 'is', value: 'low' }], actions: { escalation_policy_id: 'p1' } }),
    rule({ actions: { escalation_policy_id: 'p2', channel_ids: ['c2'] } }),
    rule({ actions: { escalation_policy_id: 'p3' } }),
  ]
  const routed = route([none, first, second], subject, fallback)
  expect(routed).toMatchObject({ severity: 'high', suppressed: null, channel_ids: ['c2'] })
  expect(routed.targets).toEqual([{ policy_id: 'p2', rule: { id: first.id, name: first.name } }])
  expect(routed.chain).toEqual([
    {
      at: '2026-11-24T03:00:00.000Z',
      what: 'rule',
      took: false,
      message: `Rule “${none.name}” does not match: the severity is high, not low`,
      data: { rule_id: none.id },
    },
    {
      at: '2026-11-24T03:00:00.000Z',
      what: 'rule',
      took: true,
      message: `Rule “${first.name}” matches: it is for every incident`,
      data: { rule_id: first.id },
    },
  ])
})

test('a rule that lets go on adds to what later ones say, and they see the severity it has set', () => {
  const rules = [
    rule({ actions: { severity: 'critical', channel_ids: ['c1'], continue: true } }),
    rule({
      conditions: [{ field: 'severity', op: 'is', value: 'critical' }],
      actions: { escalation_policy_id: 'p1', channel_ids: ['c1', 'c2'], continue: true },
    }),
    rule({ actions: { escalation_policy_id: 'p1', continue: true } }),
    rule({ actions: { escalation_policy_id: 'p2' } }),
  ]
  const routed = route(rules, subject, fallback)
  expect(routed.severity).toBe('critical')
  expect(routed.targets.map(({ policy_id, rule: by }) => [policy_id, by?.id])).toEqual([
    ['p1', rules[1]?.id],
    ['p2', rules[3]?.id],
  ])
  expect(routed.channel_ids).toEqual(['c1', 'c2'])
  expect(routed.chain[0]?.message).toEndWith('; the severity becomes critical, later rules are looked at too')
})

test('a rule that suppresses silences what earlier ones wanted', () => {
  const quiet = rule({ actions: { suppress: true } })
  const rules = [rule({ actions: { channel_ids: ['c1'], continue: true } }), quiet, rule()]
  expect(route(rules, subject, fallback)).toMatchObject({
    suppressed: { rule_id: quiet.id, rule_name: quiet.name },
    targets: [],
    channel_ids: [],
  })
})

test('channels alone are enough; the default policy stays out of it', () => {
  const only = rule({ actions: { channel_ids: ['c1'] } })
  const { targets, channel_ids } = route([only], subject, fallback)
  expect({ targets, channel_ids }).toEqual({
    targets: [{ policy_id: null, rule: { id: only.id, name: only.name } }],
    channel_ids: ['c1'],
  })
})

test.each<[string, Rule[]]>([
  ['no rules', []],
  ['no rule matches', [rule({ conditions: [{ field: 'severity', op: 'is', value: 'low' }] })]],
  ['a rule that names nobody', [rule({ actions: { severity: 'low' } })]],
])('%s: the default policy is followed, and without one the default channels are told', (_, rules) => {
  const routed = route(rules, subject, fallback)
  expect(routed.targets).toEqual([{ policy_id: 'p0', rule: null }])
  expect(routed.chain.at(-1)).toMatchObject({ what: 'default_policy', took: true })
  const without = route(rules, subject, { ...fallback, policy: null })
  expect(without).toMatchObject({ targets: [{ policy_id: null, rule: null }], channel_ids: ['c0'] })
  expect(without.chain.at(-1)?.message).toBe(
    'No rule says who is told, and there is no default policy: the default channels are told (Ops)',
  )
  const nobody = route(rules, subject, { policy: null, channels: [] })
  expect(nobody.chain.at(-1)).toMatchObject({ what: 'default_channels', took: false })
})

test('a pattern that would keep other engines busy for years is answered at once', () => {
  const evil = rule({ conditions: [{ field: 'name', op: 'matches', value: '^(a+)+$' }] })
  expect(matches(evil, { ...subject, name: `${'a'.repeat(500)}!` }).matched).toBe(false)
  expect(matches(evil, { ...subject, name: 'a'.repeat(500) }).matched).toBe(true)
})
