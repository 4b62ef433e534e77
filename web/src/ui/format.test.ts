import { expect, test } from 'bun:test'
import { duration, inWords, ms, percent, plural, sentence, shortDuration, words } from './format'

test('an outage never reads as one hundred percent', () => {
  expect(percent(1)).toBe('100%')
  expect(percent(0.9999999)).toBe('99.999%')
  expect(percent(0.99871)).toBe('99.87%')
  expect(percent(null)).toBe('–')
})

test('response times carry the unit that suits their size', () => {
  expect(ms(0.44)).toBe('0.4 ms')
  expect(ms(182.4)).toBe('182 ms')
  expect(ms(1150)).toBe('1.15 s')
  expect(ms(12_340)).toBe('12.3 s')
  expect(ms(undefined)).toBe('–')
})

test('durations name their two largest units', () => {
  expect([48, 60, 372, 3840, 7200, 93_600, 900_000].map(duration)).toEqual([
    '48s',
    '1m',
    '6m 12s',
    '1h 04m',
    '2h',
    '1d 2h',
    '10d',
  ])
  expect(duration(-3)).toBe('0s')
  expect([41, 3599, 7300, 200_000].map(shortDuration)).toEqual(['41s', '59m', '2h', '2d'])
  expect(inWords(5400)).toBe('1 hour 30 minutes')
  expect(inWords(1)).toBe('1 second')
})

test('words of the server become sentences', () => {
  expect(sentence('must be at most 65535')).toBe('Must be at most 65535.')
  expect(sentence('Is it on?')).toBe('Is it on?')
  expect(words('not_equals')).toBe('Not equals')
  expect(plural(1, 'monitor')).toBe('1 monitor')
  expect(plural(9976, 'monitor')).toBe('9,976 monitors')
})
