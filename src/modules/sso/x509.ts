import { createSign, generateKeyPair, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { isoAt } from '#kernel/clock'

// ASN.1 DER (X.690), as much of it as a self-signed certificate (RFC 5280) needs.
function der(tag: number, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts)
  const size = body.length
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 255]
  return Buffer.concat([Uint8Array.from([tag, ...length]), body])
}
const sequence = (...parts: Uint8Array[]) => der(0x30, ...parts)
const text = (tag: number, value: string) => der(tag, Buffer.from(value))

const VERSION_3 = der(0xa0, der(2, Uint8Array.of(2)))
/** sha256WithRSAEncryption, 1.2.840.113549.1.1.11, whose parameters are NULL (RFC 4055 section 5). */
const RSA_SHA256 = sequence(der(6, Uint8Array.of(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b)), der(5))
const COMMON_NAME = der(6, Uint8Array.of(0x55, 0x04, 0x03))
const nameOf = (name: string) => sequence(der(0x31, sequence(COMMON_NAME, text(0x0c, name))))

/** UTCTime until 2049, GeneralizedTime after (RFC 5280 section 4.1.2.5). */
function timeOf(ms: number) {
  const digits = isoAt(ms).replace(/[-:T]|\.\d+/g, '')
  return Number(digits.slice(0, 4)) < 2050 ? text(0x17, digits.slice(2)) : text(0x18, digits)
}

/** Base64 of a DER certificate as PEM, in lines of 64. */
export const pemOf = (base64: string) =>
  `-----BEGIN CERTIFICATE-----\n${(base64.match(/.{1,64}/g) ?? []).join('\n')}\n-----END CERTIFICATE-----\n`

const DAY_MS = 86_400_000
const YEARS = 10

/**
 * A new RSA key with a certificate that it signed itself, both PEM. SAML uses the certificate as an envelope for the
 * public key: nobody checks who signed it, and identity providers ignore or only warn about its end.
 */
export async function newKeyPair(name: string, now: number) {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  const serial = randomBytes(16)
  // A positive number without a leading zero byte.
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40
  const body = sequence(
    VERSION_3,
    der(2, serial),
    RSA_SHA256,
    nameOf(name),
    sequence(timeOf(now - DAY_MS), timeOf(now + YEARS * 365 * DAY_MS)),
    nameOf(name),
    publicKey.export({ type: 'spki', format: 'der' }),
  )
  const signature = createSign('sha256').update(body).sign(privateKey)
  const whole = sequence(body, RSA_SHA256, der(3, Uint8Array.of(0), signature))
  return {
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: pemOf(whole.toString('base64')),
  }
}
