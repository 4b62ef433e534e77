import { expect, test } from 'bun:test'
import { anchorOf } from '#contract/anchors'

test.each([
  ['nas', { host: 'nas' }],
  ['nas.lan:53', { host: 'nas.lan', port: 53 }],
  ['192.0.2.1', { host: '192.0.2.1' }],
  ['192.0.2.1:443', { host: '192.0.2.1', port: 443 }],
  ['2001:db8::1', { host: '2001:db8::1' }],
  ['[2001:db8::1]', { host: '2001:db8::1' }],
  ['[2001:db8::1]:53', { host: '2001:db8::1', port: 53 }],
  ['::1', { host: '::1' }],
])('%s is asked at %j', (text, place) => expect(anchorOf(text)).toEqual(place))

test.each([
  ...[
    '',
    ' ',
    'two words',
    'http://nas/',
    'nas/',
    'me@nas',
    'nas:',
    'nas:0',
    'nas:65536',
    'nas:http',
    'a:b',
    '[nas]:1',
  ],
  ...['[::1', '::1]:53', '1:2:3', 'x'.repeat(254), 'nas?x', 'nas#x'],
])('%j is no place', (text) => expect(anchorOf(text)).toBeUndefined())
