import { expect, test } from 'bun:test'
import { dueOf, type Timed } from './due'

const T = Date.parse('2026-11-23T12:00:00Z')
const at = (minutes: number) => new Date(T + minutes * 60_000).toISOString()
const one = (part: Partial<Timed>): Timed => ({
  ...{ status: 'up', since: at(-600), created_at: at(-600), running: [], last_run_at: at(-30) },
  ...{ expected_at: at(30), deadline_at: at(40), alert_at: at(40), ...part },
})

test('before it is due the bar fills up to then', () => {
  expect(dueOf(one({}), T)).toEqual({ text: 'In 30m', share: 0.5, tone: 'calm' })
})
test('late, the bar begins anew and is full when the grace is over', () => {
  const late = one({ expected_at: at(-4), deadline_at: at(12) })
  expect(dueOf(late, T)).toEqual({ text: 'Late by 4m', share: 0.25, tone: 'late' })
  expect(dueOf(late, T + 12 * 60_000)).toMatchObject({ share: 1 })
})
test('down says how late it is, or when the next run is due', () => {
  expect(dueOf(one({ status: 'down', expected_at: at(-120) }), T)).toEqual({
    text: 'Late by 2h',
    share: 1,
    tone: 'down',
  })
  expect(dueOf(one({ status: 'down' }), T)).toEqual({ text: 'In 30m', share: null, tone: 'down' })
  expect(dueOf(one({ status: 'down', expected_at: null }), T).text).toBe('No run for 30m')
})
test('a run under way counts up to when it takes too long, also when the time has come', () => {
  const running = one({ running: [{ rid: null, at: at(-2) }], expected_at: at(-3), alert_at: at(8) })
  expect(dueOf(running, T)).toEqual({ text: 'Running, 2m', share: 0.2, tone: 'calm' })
})
test('a new one waits for its first ping, a paused one for nobody', () => {
  const quiet = { expected_at: null, deadline_at: null, alert_at: null, last_run_at: null }
  expect(dueOf(one({ ...quiet, status: 'new' }), T).text).toBe('No ping yet')
  expect(dueOf(one({ status: 'paused' }), T)).toEqual({ text: 'Paused', share: null, tone: 'calm' })
  expect(dueOf(one(quiet), T).text).toBe('Not expected')
})
