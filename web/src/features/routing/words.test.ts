import { describe, expect, test } from 'bun:test'
import type { ConditionField } from '#contract/oncall'
import { opsOf as serverOps } from '#oncall/conditions'
import type { Rule, Weekday } from '@/features/on-call/types'
import { bodyOf, draftOf, emptyCondition, withField, withOp } from './draft'
import { actionsWords, conditionsWords, opsOf } from './words'

const names = { policy: (id: string) => `policy ${id}`, channel: (id: string) => `channel ${id}` }
const hours = { days: [1, 2, 3, 4, 5] satisfies Weekday[] as Weekday[], from: '09:00', to: '17:00', timezone: 'UTC' }
const rule: Rule = {
  ...{ id: 'r', name: 'Payments', enabled: true, match: 'all' },
  conditions: [
    { field: 'severity', op: 'at_least', value: 'high' },
    { field: 'tag', op: 'is', value: ['payments', 'checkout'] },
    { field: 'time', op: 'within', value: hours },
  ],
  actions: { escalation_policy_id: 'p', channel_ids: ['c'], severity: null, suppress: false, continue: true },
}

describe('a rule', () => {
  test('names types as people do', () => {
    expect(conditionsWords([{ field: 'monitor_type', op: 'is', value: ['http', 'ai_heartbeat'] }], 'all')).toBe(
      'Type is HTTP or AI heartbeat',
    )
    expect(conditionsWords([{ field: 'source_type', op: 'is', value: ['event', 'manual'] }], 'all')).toBe(
      'What reports it is another program or a person',
    )
  })
  test('offers exactly the questions that the server answers', () => {
    // Safe: the keys of a literal.
    for (const field of Object.keys(opsOf) as ConditionField[])
      expect([...opsOf[field]].sort()).toEqual([...serverOps[field]].sort())
    expect(Object.keys(opsOf).sort()).toEqual(Object.keys(serverOps).sort())
  })
  test('reads as a sentence', () => {
    expect(conditionsWords(rule.conditions, 'all')).toBe(
      'Severity is at least high and tag is payments or checkout and time is within Mon–Fri 09:00–17:00 UTC',
    )
    expect(conditionsWords([], 'any')).toBe('Every incident')
    expect(actionsWords(rule.actions, names)).toBe('follows policy p, tells channel c, later rules are looked at too')
    expect(actionsWords({ suppress: true }, names)).toBe('nobody is told')
    expect(actionsWords({}, names)).toBe('the default policy is followed')
  })
  test('is sent back as it came', () => {
    const { id: _, ...body } = rule
    expect(bodyOf(draftOf(rule, 'UTC'))).toEqual(body)
  })
  test('that tells nobody names no policy and no channels', () => {
    expect(bodyOf({ ...draftOf(rule, 'UTC'), suppress: true }).actions).toEqual({
      ...{ severity: null, suppress: true, continue: false },
    })
  })
  test('keeps its question where the other field has it too, and begins anew where it has not', () => {
    const first = emptyCondition(0, 'UTC')
    expect(withField(first, 'tag')).toMatchObject({ field: 'tag', op: 'is', texts: [] })
    expect(withField({ ...first, op: 'is_not' }, 'tag')).toMatchObject({ op: 'is_not' })
    expect(withField(first, 'time')).toMatchObject({ op: 'within' })
    expect(withOp({ ...first, op: 'is', texts: ['low', 'high'] }, 'at_least').texts).toEqual(['low'])
  })
})
