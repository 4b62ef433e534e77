import {
  createDiffieHellmanGroup,
  createECDH,
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto'
import { mpint, string } from '#probes/ssh-wire'

/** Our half of a key exchange: what we show, and the shared secret once the server has shown its half. */
type Half = { shown: Buffer; secret: (theirs: Buffer) => Buffer }
type Method = { hash: 'sha1' | 'sha256' | 'sha512'; begin: () => Half }

function x25519(): Half {
  const { privateKey, publicKey } = generateKeyPairSync('x25519')
  // Safe: the JWK of a key on this curve has an x.
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x as string, 'base64url')
  const theirKey = (theirs: Buffer): KeyObject =>
    createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: theirs.toString('base64url') }, format: 'jwk' })
  return { shown: string(raw), secret: (theirs) => diffieHellman({ privateKey, publicKey: theirKey(theirs) }) }
}

function p256(): Half {
  const own = createECDH('prime256v1')
  return { shown: string(own.generateKeys()), secret: (theirs) => own.computeSecret(theirs) }
}

/** The exchange of RFC 4253 section 8, with the 2048-bit group of RFC 3526. */
function group14(): Half {
  const own = createDiffieHellmanGroup('modp14')
  return { shown: mpint(own.generateKeys()), secret: (theirs) => own.computeSecret(theirs) }
}

/**
 * How a secret can be agreed upon, the cheapest first: RFC 8731, RFC 5656, RFC 8268; the last one for old equipment. All of
 * them use the same two messages.
 */
export const METHODS: Record<string, Method> = {
  'curve25519-sha256': { hash: 'sha256', begin: x25519 },
  'curve25519-sha256@libssh.org': { hash: 'sha256', begin: x25519 },
  'ecdh-sha2-nistp256': { hash: 'sha256', begin: p256 },
  'diffie-hellman-group14-sha256': { hash: 'sha256', begin: group14 },
  'diffie-hellman-group14-sha1': { hash: 'sha1', begin: group14 },
}

type Spoken = {
  ourVersion: Buffer
  theirVersion: Buffer
  ourInit: Buffer
  theirInit: Buffer
  hostKey: Buffer
  /** As on the wire, with its length. */
  ours: Buffer
  theirs: Buffer
  secret: Buffer
}

/** What the server signs: everything that was said, and the secret (RFC 4253 section 8). */
export function exchangeHash({ hash }: Method, it: Spoken): Buffer {
  const said = [it.ourVersion, it.theirVersion, it.ourInit, it.theirInit, it.hostKey].map(string)
  return createHash(hash)
    .update(Buffer.concat([...said, it.ours, string(it.theirs), mpint(it.secret)]))
    .digest()
}
