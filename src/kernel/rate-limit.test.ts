import { expect, test } from 'bun:test'
import { createLimiter } from '#kernel/rate-limit'

test('the limit is exact, each counter on its own, and room comes back gradually', () => {
  let now = 0
  const limit = createLimiter(() => now)
  for (let i = 0; i < 10; i++) expect(limit('auth', 'a').ok).toBe(true)
  expect(limit('auth', 'a')).toMatchObject({ ok: false, limit: 10, remaining: 0, reset_s: 60 })
  expect(limit('auth', 'b').ok).toBe(true)
  now = 61_000
  expect(limit('auth', 'a').ok).toBe(false)
  now = 90_000
  expect(limit('auth', 'a').ok).toBe(true)
})

test('looking costs nothing', () => {
  const limit = createLimiter(() => 0)
  for (let i = 0; i < 100; i++) limit('auth', 'a', 0)
  expect(limit('auth', 'a').remaining).toBe(9)
})
