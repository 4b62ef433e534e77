import { describe, expect, test } from 'bun:test'
import { permits, recipientOf, redirectFault, withParameters } from './redirects'

describe('an address to send people back to', () => {
  test.each([
    'https://app.example.test/callback',
    'https://app.example.test:8443/cb?tenant=1',
    'http://127.0.0.1/cb',
    'http://127.0.0.1:9000/cb',
    'http://[::1]:9000/cb',
    'http://localhost:3000/cb',
    'app.example:/cb',
    'com.example.app://callback',
  ])('%s can be registered', (uri) => expect(redirectFault(uri)).toBeUndefined())

  test.each([
    '',
    'callback',
    '/callback',
    'http://app.example.test/cb',
    'http://127.0.0.1.evil.test/cb',
    'http://192.168.1.5/cb',
    'https://app.example.test/cb#x',
    'https://*.example.test/cb',
    'https://user@app.example.test/cb',
    'https://u:p@app.example.test/cb',
    'https://app.example.test\\@evil.test/',
    'https://app.example.test/c b',
    'https://app.example.test/\r\nset-cookie:x',
    'https://ёж.example/',
    'javascript:alert(1)',
    'data:text/html,x',
    'myapp://callback',
    'file:///etc/passwd',
  ])('%j cannot', (uri) => expect(redirectFault(uri)).toEqual(expect.any(String)))

  test.each([
    ['https://a.test/cb', 'https://a.test/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:49152/cb'],
    ['http://127.0.0.1:9000/cb', 'http://127.0.0.1/cb'],
    ['http://[::1]/cb?x=1', 'http://[::1]:1/cb?x=1'],
    ['app.example:/cb', 'app.example:/cb'],
  ])('%s permits %s', (known, sent) => expect(permits(known, sent)).toBe(true))

  test.each([
    ['https://a.test/cb', 'https://a.test/cb/'],
    ['https://a.test/cb', 'https://a.test/cb?x=1'],
    ['https://a.test/cb', 'https://a.test/cb#'],
    ['https://a.test/cb', 'https://A.test/cb'],
    ['https://a.test/cb', 'https://a.test:443/cb'],
    ['https://a.test/cb', 'http://a.test/cb'],
    ['https://a.test/cb', 'https://a.test.evil.test/cb'],
    ['https://a.test:1/cb', 'https://a.test:2/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:1/other'],
    ['http://127.0.0.1/cb', 'http://[::1]/cb'],
    ['http://127.0.0.1/cb', 'http://localhost/cb'],
    ['http://127.0.0.1/cb', 'https://127.0.0.1/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:1@evil.test/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1.evil.test/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:123456/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:1/cb\n'],
    ['http://127.0.0.1', 'http://127.0.0.1:1x'],
    ['http://localhost:3000/cb', 'http://localhost:3001/cb'],
    ['app.example:/cb', 'app.example:/cb/x'],
  ])('%s does not permit %j', (known, sent) => expect(permits(known, sent)).toBe(false))

  test('keeps its own parameters, and gets ours behind them', () => {
    expect(withParameters('https://a.test', { code: 'a b', state: undefined })).toBe('https://a.test?code=a+b')
    expect(withParameters('app.example:/cb?x=1', { code: 'é&=' })).toBe('app.example:/cb?x=1&code=%C3%A9%26%3D')
  })

  test('is shown to a person by what they can judge', () => {
    expect(recipientOf('https://a.test:8443/cb?x')).toBe('a.test:8443')
    expect(recipientOf('http://127.0.0.1:9/cb')).toBe('127.0.0.1:9')
    expect(recipientOf('xinex://oauth/callback')).toBe('xinex')
  })
})
