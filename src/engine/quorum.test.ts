import { expect, test } from 'bun:test'
import { neededOf, poll, type Quorum, quorumOf, type Vote } from '#engine/quorum'

const meaning = { '+': 'up', '~': 'degraded', '-': 'down', '?': 'unknown', '.': 'pending' } as const
/** One sign and the time since when, for each region: `+1 -5`. */
const votes = (text: string): Vote[] =>
  text.split(' ').map((one, i) => ({
    region: `r${i}`,
    // Safe: the tables below use only these signs.
    status: meaning[one[0] as keyof typeof meaning],
    since: Number(one.slice(1)),
  }))

test.each<[string, Quorum, string, string, number]>([
  ['one region alone decides', 'majority', '-7', 'down', 7],
  ['one of three is not the majority', 'majority', '-5 +1 +2', 'up', 2],
  ['two of three are, since the second', 'majority', '-5 +1 -9', 'down', 9],
  ['any needs one', 'any', '-5 +1 +2', 'down', 5],
  ['all needs every one', 'all', '-5 -6 +2', 'up', 2],
  ['all of them', 'all', '-5 -6 -8', 'down', 8],
  ['a number is that many', 2, '-5 -6 +2 +3 +4', 'down', 6],
  ['a number above the voters is all of them', 5, '-5 -6 ?9', 'down', 6],
  ['a lost region does not count: both others say down', 'majority', '-5 -6 ?9', 'down', 6],
  ['a lost region does not count as down', 'majority', '+5 +6 ?9', 'up', 5],
  ['one of two left is no majority', 'majority', '-5 +6 ?9', 'up', 6],
  ['with half of the regions lost nobody decides', 'majority', '-5 ?8 ?9', 'unknown', 9],
  ['nor that it is up', 'all', '+5 ?8 ?9', 'unknown', 9],
  ['any decides with one voter', 'any', '-5 ?8 ?9', 'down', 5],
  ['all lost', 'any', '?5 ?8 ?9', 'unknown', 9],
  ['none has said anything yet', 'majority', '.0 .0 .0', 'pending', 0],
  ['too few have said anything yet', 'majority', '+3 .0 .0', 'pending', 0],
  ['enough have', 'majority', '+3 +4 .0', 'up', 3],
  ['slow in the majority', 'majority', '~3 ~4 +1', 'degraded', 4],
  ['down and slow together trouble the majority', 'majority', '-3 ~4 +1', 'degraded', 4],
  ['slow in one is up', 'majority', '~3 +4 +1', 'up', 4],
])('%s', (_, quorum, given, status, from) => expect(poll(votes(given), quorum)).toEqual({ status, from } as never))

test('it is up again since the vote that took the majority away', () => {
  expect(poll(votes('-5 +20 -9'), 'any')).toEqual({ status: 'down', from: 5 })
  expect(poll(votes('-5 +20 +12'), 'majority')).toEqual({ status: 'up', from: 20 })
})

test.each<[Quorum, number, number]>([
  ['majority', 1, 1],
  ['majority', 2, 2],
  ['majority', 3, 2],
  ['majority', 4, 3],
  ['all', 4, 4],
  ['any', 4, 1],
  [3, 2, 2],
])('%s of %i voters needs %i', (quorum, voters, needed) => expect(neededOf(quorum, voters)).toBe(needed))

test('what is stored is read back; nonsense is the default', () =>
  expect(['any', 'all', 'majority', '3', ''].map(quorumOf)).toEqual(['any', 'all', 'majority', 3, 'majority']))
