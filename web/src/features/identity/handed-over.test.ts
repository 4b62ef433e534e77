import { expect, test } from 'bun:test'
import { handedOver } from './handed-over'

test('a second factor asked for after another site is read from behind the #', () => {
  const rest = new URLSearchParams({ mfa_token: 'a-b_c', methods: 'passkey,totp,spell', return: '/incidents?q=a b' })
  expect(handedOver(`#${rest}`)).toEqual({
    mfa_token: 'a-b_c',
    methods: ['passkey', 'totp'],
    return_to: '/incidents?q=a b',
  })
})

test('any other fragment is none', () => {
  for (const hash of ['', '#main', '#methods=totp']) expect(handedOver(hash)).toBeUndefined()
})
