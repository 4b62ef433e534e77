import { expect, test } from 'bun:test'
import { clientAddress } from '#kernel/client-address'

const trusted = ['127.0.0.0/8', '::1/128', '10.0.0.0/8']

test.each([
  ['a stranger cannot claim another address', '198.51.100.1', '1.1.1.1', '198.51.100.1'],
  ['a trusted proxy names the client', '127.0.0.1', '203.0.113.9', '203.0.113.9'],
  ['only hops that trusted proxies vouch for count', '127.0.0.1', '6.6.6.6, 203.0.113.9, 10.1.2.3', '203.0.113.9'],
  ['junk stops the walk', '127.0.0.1', '<script>', '127.0.0.1'],
  ['v4 inside v6 is v4', '::ffff:127.0.0.1', '1.2.3.4', '1.2.3.4'],
  ['v6 works too', '::1', '2001:db8::7', '2001:db8::7'],
])('%s', (_, peer, forwarded, expected) => {
  expect(clientAddress(peer, forwarded, trusted)).toBe(expected)
})

test('without trusted proxies nothing is believed', () => {
  expect(clientAddress('127.0.0.1', '1.2.3.4', [])).toBe('127.0.0.1')
})
