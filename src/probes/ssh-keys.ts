import { createHash, createPublicKey, type JsonWebKeyInput, type KeyObject, verify } from 'node:crypto'
import { Fields } from '#probes/ssh-wire'

export const KEY_TYPES = ['ed25519', 'ecdsa', 'rsa'] as const
export type KeyType = (typeof KEY_TYPES)[number]

/** Host key algorithms by kind of key, the best first; SHA-1 only for servers that know nothing else. */
export const ALGORITHMS: Record<KeyType, string[]> = {
  ed25519: ['ssh-ed25519'],
  ecdsa: ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'],
  rsa: ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'],
}

/** Hashes of RSA signatures (RFC 8332 section 3, RFC 4253 section 6.6). */
const RSA_HASHES: Record<string, string> = { 'rsa-sha2-512': 'sha512', 'rsa-sha2-256': 'sha256', 'ssh-rsa': 'sha1' }
/** Curves of ECDSA keys with their hashes and the bytes of a number (RFC 5656 section 6.2.1). */
const CURVES: Record<string, { crv: string; hash: string; size: number }> = {
  nistp256: { crv: 'P-256', hash: 'sha256', size: 32 },
  nistp384: { crv: 'P-384', hash: 'sha384', size: 48 },
  nistp521: { crv: 'P-521', hash: 'sha512', size: 66 },
}

/** As `ssh-keygen -l` writes it. */
export const fingerprintOf = (blob: Buffer) =>
  `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`

/** The name in front of every public key, such as `ssh-ed25519`. */
export const keyName = (blob: Buffer) => new Fields(blob).string().toString('latin1')

const imported = (key: JsonWebKeyInput['key']): KeyObject => createPublicKey({ key, format: 'jwk' })
const url = (bytes: Buffer) => bytes.toString('base64url')

/** A number without its sign byte, in as many bytes as the curve has. */
function sized(number: Buffer, size: number): Buffer {
  const digits = number.subarray(Math.max(0, number.length - size))
  return Buffer.concat([Buffer.alloc(size - digits.length), digits])
}

/** Whether the owner of this host key signed this; false also when key or signature cannot be read. */
export function isSignedBy(blob: Buffer, signature: Buffer, algorithm: string, text: Buffer): boolean {
  try {
    const key = new Fields(blob)
    const sign = new Fields(signature)
    const name = key.string().toString('latin1')
    if (sign.string().toString('latin1') !== algorithm) return false
    const proof = sign.string()
    if (name === 'ssh-ed25519' && algorithm === name)
      return verify(null, text, imported({ kty: 'OKP', crv: 'Ed25519', x: url(key.string()) }), proof)
    const hash = RSA_HASHES[algorithm]
    if (name === 'ssh-rsa' && hash) {
      const [e, n] = [key.string(), key.string()]
      // A leading zero is the sign of an mpint and no part of a JWK's number.
      return verify(hash, text, imported({ kty: 'RSA', e: url(unsigned(e)), n: url(unsigned(n)) }), proof)
    }
    return name === algorithm && isSignedByCurve(key, proof, text)
  } catch {
    return false
  }
}

const unsigned = (number: Buffer) => (number[0] === 0 ? number.subarray(1) : number)

function isSignedByCurve(key: Fields, proof: Buffer, text: Buffer): boolean {
  const curve = CURVES[key.string().toString('latin1')]
  const point = key.string()
  if (!curve || point.length !== 1 + 2 * curve.size || point[0] !== 4) return false
  const { crv, hash, size } = curve
  const publicKey = imported({ kty: 'EC', crv, x: url(point.subarray(1, 1 + size)), y: url(point.subarray(1 + size)) })
  const parts = new Fields(proof)
  const signature = Buffer.concat([sized(parts.string(), size), sized(parts.string(), size)])
  return verify(hash, text, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature)
}
