import { expect, test } from 'bun:test'
import { isMuted, isOpenEnded, mutes } from './mute'

const now = Date.parse('2026-05-01T12:00:00Z')
const after = (ms: number) => new Date(now + ms).toISOString()

test('a mute that is over is none', () => {
  expect(isMuted({ muted_until: null }, now)).toBe(false)
  expect(isMuted({ muted_until: after(-1) }, now)).toBe(false)
  expect(isMuted({ muted_until: after(1) }, now)).toBe(true)
})

test('only the longest has no end that is worth a word, and the server takes all', () => {
  expect(mutes.map(({ for_ms }) => isOpenEnded(after(for_ms), now))).toEqual([false, false, false, true])
  for (const { for_ms } of mutes) expect(for_ms).toBeLessThanOrEqual(366 * 86_400_000)
})
