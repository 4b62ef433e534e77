import { describe, expect, test } from 'bun:test'
import { createECDH, randomBytes } from 'node:crypto'
import { decrypt } from 'http_ece'
import { importJWK, jwtVerify } from 'jose'
import { browserKeys, serverKeys } from '#channels/push.fixtures'
import { isPoint, PUSH_BYTES, sealedFor, vapid } from '#channels/sealed-push'

const bytes = (text: string) => Buffer.from(text, 'base64url')

describe('a message to a browser', () => {
  test('is byte for byte the example of RFC 8291, appendix A', () => {
    const keys = {
      p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
      auth: 'BTBZMqHH6r4Tts7J_aSIgg',
    }
    const once = {
      salt: bytes('DGv6ra1nlYgDCS1FRnbzlw'),
      private_key: bytes('yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw'),
    }
    const plain = Buffer.from('When I grow up, I want to be a watermelon')
    expect(sealedFor(keys, plain, once).toString('base64url')).toBe(
      'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
    )
  })

  test.each([0, 1, 100, PUSH_BYTES])(
    'of %d bytes is read by another implementation, and never looks the same',
    (size) => {
      const browser = browserKeys()
      const plain = randomBytes(size)
      const body = sealedFor(browser.keys, plain)
      expect(decrypt(body, { version: 'aes128gcm', privateKey: browser.pair, authSecret: browser.keys.auth })).toEqual(
        plain,
      )
      expect(body.length).toBeLessThanOrEqual(4096)
      expect(sealedFor(browser.keys, plain)).not.toEqual(body)
    },
  )

  test('cannot be read with the keys of another browser', () => {
    const { pair } = browserKeys()
    const { keys } = browserKeys()
    const read = () =>
      decrypt(sealedFor(keys, Buffer.from('x')), { version: 'aes128gcm', privateKey: pair, authSecret: keys.auth })
    expect(read).toThrow()
  })
})

test('the push service can tell who sends, for that service alone and for half a day', async () => {
  const ours = serverKeys()
  const now = Date.parse('2026-05-01T12:00:00Z')
  const header = await vapid(ours, 'https://push.example.test/send/abc?x=1', 'mailto:ops@example.test', now)
  const [, token = '', key = ''] = /^vapid t=(.+), k=(.+)$/.exec(header) ?? []
  expect(key).toBe(ours.public_key)
  const point = bytes(key)
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString('base64url'))
  const verified = await jwtVerify(token, await importJWK({ kty: 'EC', crv: 'P-256', x, y }, 'ES256'), {
    ...{ audience: 'https://push.example.test', currentDate: new Date(now) },
  })
  expect(verified.payload).toEqual({
    aud: 'https://push.example.test',
    sub: 'mailto:ops@example.test',
    exp: now / 1_000 + 12 * 3_600,
  })
})

test('only a point of the curve is a key', () => {
  const pair = createECDH('prime256v1')
  expect(isPoint(pair.generateKeys('base64url'))).toBe(true)
  expect(isPoint(pair.getPublicKey('base64url', 'compressed'))).toBe(false)
  for (const text of ['', 'AAAA', Buffer.alloc(65, 4).toString('base64url'), randomBytes(65).toString('base64url')])
    expect(isPoint(text)).toBe(false)
})
