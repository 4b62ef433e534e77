import { createCipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto'
import { importJWK, SignJWT } from 'jose'

/** The keys of a browser's subscription, base64url: https://www.rfc-editor.org/rfc/rfc8291#section-3.2 */
export type BrowserKeys = { p256dh: string; auth: string }
/** The server's own pair, base64url: the uncompressed point and the number behind it. */
export type ServerKeys = { public_key: string; private_key: string }

/** A push service takes a body of 4096 bytes: header (86), padding delimiter (1) and tag (16) leave this much. */
export const PUSH_BYTES = 4096 - 86 - 1 - 16
const RECORD = 4096
// https://www.rfc-editor.org/rfc/rfc8292#section-2: at most 24 hours.
const VALID_S = 12 * 3_600

const bytes = (base64url: string) => Buffer.from(base64url, 'base64url')
const hkdf = (salt: Uint8Array, key: Uint8Array, info: Uint8Array, length: number) =>
  Buffer.from(hkdfSync('sha256', key, salt, info, length))

/** Chosen anew for every message; given only to compare with the vectors of the standard. */
type Once = { salt?: Uint8Array; private_key?: Uint8Array }

/**
 * One message that only that browser can read, as one record of `aes128gcm`: RFC 8291 derives the key, RFC 8188 wraps it.
 * Throws when the keys are none.
 */
export function sealedFor({ p256dh, auth }: BrowserKeys, plain: Uint8Array, once: Once = {}): Buffer {
  const { salt = randomBytes(16) } = once
  const pair = createECDH('prime256v1')
  if (once.private_key) pair.setPrivateKey(once.private_key)
  else pair.generateKeys()
  const theirs = bytes(p256dh)
  const ours = pair.getPublicKey()
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), theirs, ours])
  const ikm = hkdf(bytes(auth), pair.computeSecret(theirs), info, 32)
  const key = hkdf(salt, ikm, Buffer.from('Content-Encoding: aes128gcm\0'), 16)
  const nonce = hkdf(salt, ikm, Buffer.from('Content-Encoding: nonce\0'), 12)

  const header = Buffer.alloc(5)
  header.writeUInt32BE(RECORD)
  header[4] = ours.length
  const cipher = createCipheriv('aes-128-gcm', key, nonce)
  // 2 is the delimiter of the last record.
  const sealed = [cipher.update(plain), cipher.update(Uint8Array.of(2)), cipher.final(), cipher.getAuthTag()]
  return Buffer.concat([salt, header, ours, ...sealed])
}

/** What tells the push service who sends (RFC 8292): signed for that service alone, for half a day. */
export async function vapid({ public_key, private_key }: ServerKeys, endpoint: string, subject: string, now: number) {
  const point = bytes(public_key)
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString('base64url'))
  const key = await importJWK({ kty: 'EC', crv: 'P-256', x, y, d: private_key }, 'ES256')
  const token = await new SignJWT({ sub: subject })
    .setProtectedHeader({ typ: 'JWT', alg: 'ES256' })
    .setAudience(new URL(endpoint).origin)
    .setExpirationTime(Math.floor(now / 1_000) + VALID_S)
    .sign(key)
  return `vapid t=${token}, k=${public_key}`
}

/** A point on the curve: what `sealedFor` can be given. */
export function isPoint(p256dh: string): boolean {
  try {
    const pair = createECDH('prime256v1')
    pair.generateKeys()
    return bytes(p256dh).length === 65 && pair.computeSecret(bytes(p256dh)).length === 32
  } catch {
    return false
  }
}
