import { expect, test } from 'bun:test'
import { answeredWords, wayWords } from './words'

test('how many answered', () => {
  expect(answeredWords({ called: 0, answered: 0 })).toBe('Nobody called yet')
  expect(answeredWords({ called: 1, answered: 0 })).toBe('0 of 1 person answered')
  expect(answeredWords({ called: 3, answered: 2 })).toBe('2 of 3 people answered')
})

test('what became of each way', () => {
  expect(wayWords({ name: 'Mail', status: 'failed', error: 'no such host' })).toBe('Mail: failed (no such host)')
  expect(wayWords({ name: 'Phone', status: 'waiting', error: null })).toBe('Phone: not due yet')
})
