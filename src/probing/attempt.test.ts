import { expect, test } from 'bun:test'
import { openNet } from '#kernel/net'
import { attempt, judged } from '#probing/attempt'
import { target } from '../../test/listeners'

const own = { net: openNet({ allowPrivate: true, deny: [], allow: [] }), now: () => Date.parse('2026-05-01T12:00:00Z') }
const job = { type: 'http', url: '', settings: {}, timeout_ms: 2_000, degraded_ms: null, inverted: false }
const rules = { degraded_ms: null, inverted: false }
const up = { status: 'up', message: '200 OK', response_time_ms: 120 } as const
const down = { status: 'down', reason: 'refused', message: 'connection refused' } as const

test('an answer that takes too long is a timeout, in time', async () => {
  const site = target()
  site.answer(200, 3_000)
  const began = performance.now()
  const verdict = await attempt({ ...job, url: site.url, timeout_ms: 150 }, own)
  expect(verdict).toMatchObject({ status: 'down', reason: 'timeout' })
  expect(performance.now() - began).toBeLessThan(1_000)
  site.stop()
})
test('a type this version does not have is our own fault, never the target’s', async () => {
  expect(await attempt({ ...job, type: 'telepathy' }, own)).toMatchObject({ status: 'unknown', reason: 'own_side' })
})
test('a type that is not asked over the network is no fault of a target either', async () => {
  const verdict = await attempt({ ...job, type: 'manual' }, own)
  expect(verdict).toMatchObject({ status: 'unknown', reason: 'own_side', message: expect.stringContaining('Manual') })
})
test('slower than wished is degraded', () => {
  expect(judged(up, { ...rules, degraded_ms: 100 })).toMatchObject({
    status: 'degraded',
    reason: 'slow',
    response_time_ms: 120,
  })
  expect(judged(up, { ...rules, degraded_ms: 120 })).toBe(up)
  expect(judged(down, { ...rules, degraded_ms: 1 })).toBe(down)
})
test('an inverted monitor wants no answer', () => {
  const inverted = { ...rules, inverted: true }
  expect(judged(up, inverted)).toMatchObject({ status: 'down', reason: 'assertion' })
  expect(judged(down, inverted)).toMatchObject({ status: 'up' })
  expect(judged(down, inverted).reason).toBeUndefined()
  const blocked = { status: 'down', reason: 'blocked', message: 'not allowed' } as const
  expect(judged(blocked, inverted)).toBe(blocked)
  const unknown = { status: 'unknown', reason: 'own_side', message: 'no route' } as const
  expect(judged(unknown, inverted)).toBe(unknown)
})

test('what a server said cannot break a line of a log or turn a sentence around', async () => {
  const server = Bun.listen({
    ...{ hostname: '127.0.0.1', port: 0 },
    socket: { open: (socket) => void socket.write('a\u001b[31m\u0000b\u202ec\n500 no\n'), data: () => {} },
  })
  const settings = { host: '127.0.0.1', port: server.port, security: 'imap' }
  const { message } = await attempt({ ...job, type: 'tcp', settings }, own)
  expect(message).toContain('“a [31m b c')
  expect(message).not.toMatch(/\p{Cc}|\u202e/u)
  server.stop(true)
})
