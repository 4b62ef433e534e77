import { expect, test } from 'bun:test'
import { deviceOf, isPhone } from './device'

const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'
const EDGE = `${CHROME.replace('X11; Linux x86_64', 'Windows NT 10.0; Win64; x64')} Edg/140.0.0.0`
const SAFARI =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15'
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1'

test('a session is recognised by browser and system', () => {
  expect(deviceOf(CHROME)).toBe('Chrome on Linux')
  expect(deviceOf(EDGE)).toBe('Edge on Windows')
  expect(deviceOf(SAFARI)).toBe('Safari on macOS')
  expect(deviceOf(IPHONE)).toBe('Chrome on iPhone')
  expect(deviceOf('curl/8.9.0')).toBe('curl')
})

test('a session without a usable name is called unknown', () => {
  expect(deviceOf(null)).toBe('Unknown device')
  expect(deviceOf('something else')).toBe('Unknown device')
})

test('phones are told from computers', () => {
  expect(isPhone(IPHONE)).toBe(true)
  expect(isPhone(CHROME)).toBe(false)
})
