import { expect, test } from 'bun:test'
import { methodOf } from './method'

test('a session says how it was begun, and whether a second factor was proven', () => {
  expect(methodOf({ method: 'password', mfa: false })).toBe('with a password')
  expect(methodOf({ method: 'password', mfa: true })).toBe('with a password and a second factor')
  expect(methodOf({ method: 'passkey', mfa: true })).toBe('with a passkey')
  expect(methodOf({ method: 'saml', mfa: true })).toBe('through single sign-on')
})

test('a way in that this page does not know yet is named as the server names it', () => {
  expect(methodOf({ method: 'kerberos', mfa: false })).toBe('through kerberos')
})
