import { expect, test } from 'bun:test'
import { inUnit, noteOf, score, share, short, usd } from './words'

test('money has as many digits as mean something', () => {
  expect([null, 0, 0.0000042, 0.0042, 0.05, 0.5, 1.5, 999.99, 1234.5].map(usd)).toEqual([
    ...['–', '$0', '$0.0000042', '$0.0042', '$0.05', '$0.50', '$1.50', '$999.99', '$1,235'],
  ])
})
test('large counts are short, and never read as the next unit', () => {
  expect([null, 0, 999, 999.7, 1000, 1234, 99_960, 123_456, 999_990, 3_400_000].map(short)).toEqual([
    ...['–', '0', '999', '1k', '1k', '1.2k', '100k', '123k', '1M', '3.4M'],
  ])
})
test('a share is in percent, and one failure in many is not rounded away', () => {
  expect([undefined, 0.9, 0.995, 0.99996, 1].map(share)).toEqual(['–', '90%', '99.5%', '99.9%', '100%'])
  expect([null, 0.8712, 1].map(score)).toEqual(['–', '0.87', '1'])
})
test('what a problem is about is written in its unit', () => {
  expect(inUnit('cost', 1.2)).toBe('$1.20')
  expect(inUnit('latency', 2500)).toBe('2.5 s')
  expect(inUnit('success_rate', 0.85)).toBe('85%')
  expect(inUnit('quality', 0.6)).toBe('0.6')
  expect(inUnit('too_often', 90)).toBe('1 minute 30 seconds')
  expect(inUnit('tokens', 12_000)).toBe('12,000')
  expect(inUnit('tokens', undefined)).toBe('–')
})
test('the second line of a row says what is wrong, worst first, and nothing when all is well', () => {
  const problem = (message: string) => ({ code: 'cost' as const, message, since: '2026-11-23T12:00:00.000Z' })
  const agent = { status: 'up' as const, message: null, problems: [], last_run_at: '2026-11-23T12:00:00.000Z' }
  const problems = [problem('Cost $2'), problem('Too slow')]
  expect(noteOf(agent)).toBeNull()
  expect(noteOf({ ...agent, problems })).toEqual({ text: 'Cost $2, and 1 more', trouble: true })
  expect(noteOf({ ...agent, status: 'down', message: 'It did not come', problems })?.text).toBe('It did not come')
  expect(noteOf({ ...agent, status: 'late' })?.trouble).toBe(true)
  expect(noteOf({ ...agent, last_run_at: null })).toEqual({ text: 'Waits for its first run', trouble: false })
})
