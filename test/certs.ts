import { createHash, createPublicKey, createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { isIP } from 'node:net'

/** A certificate and its key, PEM. */
export type Pair = { cert: string; key: string }

type Wanted = {
  name: string
  /** DNS names and addresses; default: the name itself. */
  names?: string[]
  from?: Date
  to?: Date
  authority?: boolean
}

// ASN.1 DER (X.690), as much of it as a certificate (RFC 5280) needs.
const der = (tag: number, ...parts: Uint8Array[]) => {
  const body = Buffer.concat(parts)
  const size = body.length
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 255]
  return Buffer.concat([Uint8Array.from([tag, ...length]), body])
}
const sequence = (...parts: Uint8Array[]) => der(0x30, ...parts)
const text = (tag: number, value: string) => der(tag, Buffer.from(value))
const oid = (dotted: string) => {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const base128 = (value: number): number[] =>
    value < 128 ? [value] : [...base128(value >> 7).map((it) => it | 0x80), value & 127]
  return der(6, Uint8Array.from([first * 40 + second, ...rest.flatMap(base128)]))
}
const time = (date: Date) => text(0x18, `${date.toISOString().replace(/[-:T]|\.\d+/g, '')}`)
const named = (name: string) => sequence(der(0x31, sequence(oid('2.5.4.3'), text(0x0c, name))))
const extension = (id: string, critical: boolean, value: Uint8Array) =>
  sequence(oid(id), ...(critical ? [der(1, Uint8Array.of(255))] : []), der(4, value))
const alternative = (name: string) =>
  isIP(name) === 4 ? der(0x87, Uint8Array.from(name.split('.').map(Number))) : text(0x82, name)

const ECDSA_SHA256 = sequence(oid('1.2.840.10045.4.3.2'))
const DAY_MS = 86_400_000

const keyId = (spki: Buffer) => createHash('sha1').update(spki).digest()

function certificate(wanted: Wanted, publicKey: KeyObject, issuer: { name: string; key: KeyObject }): string {
  const { name, names = [name], authority = false } = wanted
  const { from = new Date(Date.now() - DAY_MS), to = new Date(Date.now() + 90 * DAY_MS) } = wanted
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const issuerSpki = createPublicKey(issuer.key).export({ type: 'spki', format: 'der' })
  const extensions = [
    extension('2.5.29.19', true, sequence(...(authority ? [der(1, Uint8Array.of(255))] : []))),
    extension('2.5.29.14', false, der(4, keyId(spki))),
    extension('2.5.29.35', false, sequence(der(0x80, keyId(issuerSpki)))),
    ...(authority ? [] : [extension('2.5.29.17', false, sequence(...names.map(alternative)))]),
  ]
  const body = sequence(
    der(0xa0, der(2, Uint8Array.of(2))),
    der(2, Uint8Array.of(1), randomBytes(8)),
    ECDSA_SHA256,
    named(issuer.name),
    sequence(time(from), time(to)),
    named(name),
    spki,
    der(0xa3, sequence(...extensions)),
  )
  const signature = createSign('sha256').update(body).sign(issuer.key)
  const whole = sequence(body, ECDSA_SHA256, der(3, Uint8Array.of(0), signature))
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString()

/** A certificate authority for tests; `issue` signs what a server presents, with any dates and names. */
export function authority(name = 'Test Authority') {
  const { privateKey, publicKey } = newKey()
  const cert = certificate({ name, authority: true }, publicKey, { name, key: privateKey })
  return {
    cert,
    issue(wanted: Wanted): Pair {
      const own = newKey()
      return { cert: certificate(wanted, own.publicKey, { name, key: privateKey }) + cert, key: pem(own.privateKey) }
    },
  }
}

/** A certificate signed by its own key. */
export function selfSigned(wanted: Wanted): Pair {
  const { privateKey, publicKey } = newKey()
  return { cert: certificate(wanted, publicKey, { name: wanted.name, key: privateKey }), key: pem(privateKey) }
}
