import { constants, createHash, createPublicKey, publicEncrypt } from 'node:crypto'

const digest = (name: 'sha1' | 'sha256', ...parts: Uint8Array[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash(name)).digest()
const xor = (one: Uint8Array, other: Uint8Array) =>
  Buffer.from(one.map((byte, at) => byte ^ (other[at % other.length] ?? 0)))

/** SHA1(password) XOR SHA1(scramble + SHA1(SHA1(password))); nothing for an empty password. */
export function nativePassword(password: string, scramble: Uint8Array): Buffer {
  if (!password) return Buffer.alloc(0)
  const once = digest('sha1', Buffer.from(password))
  return xor(once, digest('sha1', scramble, digest('sha1', once)))
}

/** SHA256(password) XOR SHA256(SHA256(SHA256(password)) + scramble); nothing for an empty password. */
export function cachingSha2(password: string, scramble: Uint8Array): Buffer {
  if (!password) return Buffer.alloc(0)
  const once = digest('sha256', Buffer.from(password))
  return xor(once, digest('sha256', digest('sha256', once), scramble))
}

/** The password for the eyes of the server's key alone; throws when that is no RSA key. */
export function sealed(password: string, scramble: Uint8Array, key: Buffer): Buffer {
  const publicKey = createPublicKey(key)
  return publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING }, xor(inClear(password), scramble))
}

export const inClear = (password: string): Buffer => Buffer.from(`${password}\0`)
