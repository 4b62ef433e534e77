import { describe, expect, test } from 'bun:test'
import type { PolicyStep, Target } from '@/features/on-call/types'
import { bodyOf, draftOf } from './draft'
import { firstRound, policyWords, type Resolve } from './words'

const user = (id: string): Target => ({ type: 'user', id })
const schedule = (id: string): Target => ({ type: 'schedule', id })
const channel = (id: string): Target => ({ type: 'channel', id })
const onCall: Record<string, string[]> = { Primary: ['Ana'], Empty: [] }
const resolve: Resolve = ({ type, id }) => ({
  kind: type,
  name: id,
  people: type === 'schedule' ? (onCall[id] ?? []) : [id],
})
const step = (delay_s: number, ...targets: Target[]): PolicyStep => ({ delay_s, targets })
const plan = { repeat_count: 0, ack_timeout_s: null, on_empty: 'next' as const }

describe('a policy in a sentence', () => {
  test('says who is called when, how often, and when it ends', () => {
    const steps = [step(300, schedule('Primary')), step(500, user('Ben'), channel('Ops'))]
    expect(policyWords({ ...plan, steps, repeat_count: 2 }, resolve)).toBe(
      'Now: Ana (Primary). After 5 minutes: Ben and the channel Ops. Repeats 2 times. After 40 minutes nobody else is called.',
    )
  })
  test('a step that reaches nobody takes no time, unless it is waited for', () => {
    const steps = [step(300, schedule('Empty')), step(600, user('Ben'))]
    expect(firstRound({ ...plan, steps }, resolve).calls.map(({ at_s, empty }) => [at_s, empty])).toEqual([
      [0, true],
      [0, false],
    ])
    expect(policyWords({ ...plan, steps }, resolve)).toBe(
      'Now: nobody (Empty), passed at once. At once as well: Ben. After 10 minutes nobody else is called.',
    )
    expect(policyWords({ ...plan, steps, on_empty: 'wait' }, resolve)).toBe(
      'Now: nobody (Empty). After 5 minutes: Ben. After 15 minutes nobody else is called.',
    )
  })
  test('without steps, or without anybody in them, it says so', () => {
    expect(policyWords({ ...plan, steps: [] }, resolve)).toBe('There is no step yet: nobody is called.')
    expect(policyWords({ ...plan, steps: [step(300)] }, resolve)).toContain('nobody is reached at all')
  })
  test('an acknowledgement that ends is spoken of', () => {
    const words = policyWords({ ...plan, steps: [step(60, user('Ben'))], ack_timeout_s: 1800 }, resolve)
    expect(words).toContain('An acknowledgement that is 30 minutes old ends, and it begins anew.')
  })
  test('the form sends back what it was given', () => {
    const body = { ...plan, name: 'Default', description: null, is_default: true, steps: [step(300, user('Ben'))] }
    expect(bodyOf(draftOf({ id: 'p', ...body }))).toEqual(body)
  })
})
