import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { MASK } from '#kernel/form'

const sealedForm = /^v1\.[0-9a-f]{8}\.[\w-]+\.[\w-]+$/

/** Seals secrets at rest and makes the signatures that only this appliance can make. */
export type Vault = {
  /** `context` ties the text to its place (`table:column:row`); it opens nowhere else. */
  seal: (text: string, context: string) => string
  open: (sealed: string, context: string) => string
  /** Hex HMAC-SHA256 under a key of its own for each purpose. */
  sign: (purpose: string, text: string) => string
}

const isSealed = (value: unknown): value is string => typeof value === 'string' && sealedForm.test(value)

/** AES-256-GCM with a 32-byte key; envelope `v1.<key id>.<iv>.<ciphertext+tag>`. */
export function openVault(key: Buffer): Vault {
  if (key.length !== 32) throw new Error('The secret key must be 32 bytes')
  const keyId = createHash('sha256').update('xinex-key-id').update(key).digest('hex').slice(0, 8)
  const bound = (context: string) => Buffer.from(`v1:${keyId}:${context}`)
  return {
    seal(text, context) {
      const iv = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(bound(context))
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return `v1.${keyId}.${iv.toString('base64url')}.${sealed.toString('base64url')}`
    },
    open(sealed, context) {
      const [version, id, iv = '', body = ''] = sealed.split('.')
      if (version !== 'v1') throw new Error('Not a sealed secret')
      if (id !== keyId) throw new Error('This secret was sealed with another key: is secrets.key the right file?')
      const bytes = Buffer.from(body, 'base64url')
      const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64url'), { authTagLength: 16 })
      decipher.setAAD(bound(context)).setAuthTag(bytes.subarray(-16))
      return decipher.update(bytes.subarray(0, -16), undefined, 'utf8') + decipher.final('utf8')
    },
    sign: (purpose, text) =>
      createHmac('sha256', createHmac('sha256', key).update(`sign:${purpose}`).digest())
        .update(text)
        .digest('hex'),
  }
}

/** The key from `file`, made on first use, readable by the owner alone. */
export function keyFromFile(file: string): Buffer {
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' })
  return parseKey(readFileSync(file, 'utf8'))
}

/** 64 hex digits, or base64 of 32 bytes. */
export function parseKey(text: string): Buffer {
  const trimmed = text.trim()
  const key = /^[0-9a-f]{64}$/i.test(trimmed) ? Buffer.from(trimmed, 'hex') : Buffer.from(trimmed, 'base64')
  if (key.length !== 32) throw new Error('A secret key is 64 hex digits or 32 bytes in base64')
  return key
}

export const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

export function sameText(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)]
  return x.length === y.length && timingSafeEqual(x, y)
}

/** 256 bits nobody can guess, URL-safe. */
export const randomToken = () => randomBytes(32).toString('base64url')

/**
 * The settings with the named secrets sealed. A secret left out, or sent back as the mask, keeps its stored value;
 * an empty one is removed.
 */
export function sealSettings(
  vault: Vault,
  names: string[],
  settings: Record<string, unknown>,
  stored: Record<string, unknown>,
  context: string,
) {
  const out = { ...settings }
  for (const name of names) {
    const value = out[name]
    if (value === undefined || value === MASK) out[name] = stored[name]
    else out[name] = value === null || value === '' ? undefined : vault.seal(String(value), `${context}:${name}`)
    if (out[name] === undefined) delete out[name]
  }
  return out
}

/** The settings with their secrets in plain text, for the moment of use; never stored, logged or sent to a client. */
export function openSettings(vault: Vault, names: string[], settings: Record<string, unknown>, context: string) {
  const out = { ...settings }
  for (const name of names) {
    const value = out[name]
    if (isSealed(value)) out[name] = vault.open(value, `${context}:${name}`)
  }
  return out
}
