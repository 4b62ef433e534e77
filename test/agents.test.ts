import { describe, expect, test } from 'bun:test'
import { agentOf, found, healthy } from '../bench/agents-trials'

/** A short cut of `bun bench/agents.ts`: drawn agents, judged by the state machine and by what was learned of them. */
describe('an agent whose habits were learned', () => {
  test.each([
    ['hourly', 0.3],
    ['working hours', 0.5],
    ['daily', 0.3],
  ] as const)('%s, with noise %d, and well: no alarm in two months', (rhythm, sigma) => {
    expect(healthy(agentOf(rhythm, sigma), 60 / 365, 4).map(({ message }) => message)).toEqual([])
  })
  test.each([
    ['slow', 2],
    ['dear', 2],
    ['stops', 1],
    // One failure in fifty and one in five are told apart by some dozen runs.
    ['fails', 60],
  ] as const)('hourly and quiet, then ill (%s): found after at most %d usual gaps', (fault, gaps) => {
    expect(found(agentOf('hourly', 0.1), fault, 4)).toBeWithin(0, gaps + 0.01)
  })
  test('hourly and noisy, then twice as dear: found after a dozen runs', () => {
    expect(found(agentOf('hourly', 0.3), 'dear', 4)).toBeWithin(1, 14)
  })
})
