import { expect, test } from 'bun:test'
import { addressesOf, commonName, daysLeft, otherFacts, readable, seenFrom } from './evidence-facts'

test('facts that only one monitor type knows are shown with words made of their names', () => {
  const facts = otherFacts({ status: 503, body: 'x', packets_lost: 3, hops: ['a', 'b'], nothing: null, none: [] })
  expect(facts).toEqual([
    ['Packets lost', '3'],
    ['Hops', 'a, b'],
  ])
})

test('times, numbers and switches among them are shown as people write them', () => {
  expect(otherFacts({ query_ms: 1234.5678, tls_version: 'TLSv1.3', offset: 0.123456789, primary: true })).toEqual([
    ['Query', '1.23 s'],
    ['TLS version', 'TLSv1.3'],
    ['Offset', '0.123457'],
    ['Primary', 'Yes'],
  ])
})

test('times of several packets have their unit, and a moment reads as a date', () => {
  const asked_at = '2026-11-23T19:13:58.675Z'
  expect(otherFacts({ rtt_ms: [0.251624, 12.4], ttl: 64, asked_at })).toEqual([
    ['Round trips', '0.3 ms, 12 ms'],
    ['TTL', '64'],
    ['Asked at', '2026-11-23 19:13:58 UTC'],
  ])
})

test('what each region saw is told by region, not as the text of a program', () => {
  const regions = [{ region: 'local', status: 'up' as const, message: '200 OK' }]
  expect(seenFrom({ regions })).toEqual(regions)
  expect(otherFacts({ regions })).toEqual([])
  expect(seenFrom({ regions: ['x', null] })).toEqual([])
})

test('the address that was used comes first and is not repeated', () => {
  expect(addressesOf({ address: '192.0.2.1:443', addresses: ['192.0.2.2', '192.0.2.1'] })).toEqual([
    '192.0.2.1:443',
    '192.0.2.2',
  ])
  expect(addressesOf({ address: '[2001:db8::1]:443', addresses: ['2001:db8::1'] })).toEqual(['[2001:db8::1]:443'])
  expect(addressesOf({})).toEqual([])
})

test('a certificate is named by its common name and counts down in whole days', () => {
  expect(commonName('CN=api.example.com, O=Example')).toBe('api.example.com')
  expect(commonName('/C=US/CN=api.example.com')).toBe('api.example.com')
  expect(commonName('api.example.com')).toBe('api.example.com')
  const now = Date.parse('2026-01-01T00:00:00Z')
  expect(daysLeft({ valid_to: '2026-01-02T12:00:00Z' }, now)).toBe(1)
  expect(daysLeft({ valid_to: '2025-12-31T23:00:00Z' }, now)).toBe(-1)
})

test('JSON bodies are indented and everything else stays as it came', () => {
  expect(readable('{"a":1}')).toBe('{\n  "a": 1\n}')
  expect(readable('{"a":')).toBe('{"a":')
  expect(readable('<b>hi</b>')).toBe('<b>hi</b>')
})
