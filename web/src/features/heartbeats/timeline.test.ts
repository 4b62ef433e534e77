import { expect, test } from 'bun:test'
import type { HeartbeatRun } from '@/types'
import { barsOf } from './timeline'

const run = (minute: number, duration_ms: number | null, part: Partial<HeartbeatRun> = {}): HeartbeatRun => ({
  ...{ status: 'ok', began_at: null, ended_at: `2026-11-23T12:${String(minute).padStart(2, '0')}:00Z`, duration_ms },
  ...{ rid: null, numbers: {}, details: {}, problems: [], ...part },
})

test('bars stand in the order of time, and one long run does not flatten the others', () => {
  const bars = barsOf([run(3, 100_000), run(2, 1000), run(1, 1000)], [], 0)
  expect(bars.map(({ at }) => at.slice(14, 16))).toEqual(['01', '02', '03'])
  expect(bars.map(({ share }) => share)).toEqual([1 / 3, 1 / 3, 1])
})
test('what failed and what was not as expected is told apart; without a start there is no length', () => {
  const bars = barsOf([run(3, null), run(2, 10, { problems: ['slow'] }), run(1, 10, { status: 'timeout' })], [], 0)
  expect(bars.map(({ kind }) => kind)).toEqual(['down', 'degraded', 'up'])
  expect(bars[2]?.share).toBe(0.3)
})
test('a run under way grows at the end', () => {
  const now = Date.parse('2026-11-23T12:10:00Z')
  const bars = barsOf([run(1, 60_000)], [{ rid: 'a', at: '2026-11-23T12:08:00Z' }], now)
  expect(bars.at(-1)).toMatchObject({ kind: 'running', ms: 120_000, share: 1 })
  expect(bars[0]?.share).toBe(0.5)
})
