import { describe, expect, test } from 'bun:test'
import type { MonitorStatus } from '#contract/statuses'
import { type GroupRule, groupVerdict } from '#engine/group'

const letters: Record<string, MonitorStatus> = {
  u: 'up',
  g: 'degraded',
  d: 'down',
  '?': 'unknown',
  p: 'paused',
  n: 'pending',
  m: 'maintenance',
}
/** One letter for each member. */
const judged = (rule: GroupRule, members: string) =>
  groupVerdict(
    rule,
    [...members].map((letter, i) => ({ name: `M${i + 1}`, status: letters[letter]! })),
  )

describe('as bad as the worst member', () => {
  test.each([
    ['uuu', 'up', 'All 3 members work'],
    ['ugu', 'degraded', 'M2 is degraded'],
    ['ugd', 'down', 'M3 is down'],
    ['ddu', 'down', 'M1 and M2 are down'],
    ['dddud', 'down', 'M1, M2, M3 and 1 more are down'],
    ['d??', 'down', 'M1 is down'],
    ['u?u', 'unknown', 'It is not known how M2 is'],
    ['g?u', 'unknown', 'It is not known how M2 is'],
    ['??', 'unknown', 'It is not known how M1 and M2 are'],
    ['upn', 'up', 'The only member that counts works'],
    ['pnm', 'unknown', 'No member is being checked'],
    ['', 'unknown', 'No member is being checked'],
  ] as const)('%s is %s', (members, status, message) =>
    expect(judged({ rule: 'worst' }, members)).toMatchObject({ status, message }),
  )
  test('is the rule when none is named', () => expect(judged({}, 'ud').status).toBe('down'))
})

describe('as long as enough work', () => {
  test.each([
    [2, 'uud', 'up'],
    [2, 'uuu', 'up'],
    [2, 'ugd', 'degraded'],
    [2, 'udd', 'down'],
    [2, 'ddd', 'down'],
    [1, 'gdd', 'degraded'],
    [3, 'uud', 'down'],
    // One that is not known matters only where the answer hangs on it.
    [2, 'uu?', 'up'],
    [2, 'u?d', 'unknown'],
    [2, '?dd', 'down'],
    [2, 'ug?', 'unknown'],
    // What is left out works for nobody, and is no reason for an alarm.
    [2, 'uup', 'up'],
    [2, 'udp', 'down'],
    [2, 'upp', 'unknown'],
    [2, 'dnn', 'unknown'],
    [1, 'dpm', 'down'],
  ] as const)('%i of %s is %s', (at_least, members, status) =>
    expect(judged({ rule: 'at_least', at_least }, members).status).toBe(status),
  )
  test('says how many', () => {
    expect(judged({ rule: 'at_least', at_least: 2 }, 'uudp').message).toBe('2 of 3 members work, 2 must')
    expect(judged({ rule: 'at_least', at_least: 2 }, 'udd').message).toBe('1 of 3 members work, 2 must')
  })
})

test('an alarm has a reason and names who is down; what is not known is our own side', () => {
  const down = judged({}, 'ud')
  expect(down).toMatchObject({ reason: 'assertion', evidence: { members: 2, counted: 2, down: ['M2'] } })
  expect(judged({}, '?').reason).toBe('own_side')
  expect(judged({}, 'u').reason).toBeUndefined()
})

test('two hundred members with long names stay within a sentence', () => {
  const members = Array.from({ length: 200 }, (_, i) => ({ name: `${i}`.padEnd(120, 'x'), status: 'down' as const }))
  const { message, evidence } = groupVerdict({}, members)
  expect(message.length).toBeLessThanOrEqual(300)
  expect(evidence?.down).toHaveLength(20)
})
