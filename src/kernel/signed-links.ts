import { timingSafeEqual } from 'node:crypto'
import type { Vault } from '#kernel/secrets'

/** What a link does, to which incident, in whose name. */
export type SignedAction = {
  action: 'acknowledge' | 'resolve'
  incident_id: string
  by: { type: 'user' | 'channel'; id: string }
}

const DAY_MS = 86_400_000
const VERSION = 1
// One byte of version and kind, two ids, a day, and the signature: 47 bytes are 63 characters. Telegram takes 64 bytes on a
// button: https://core.telegram.org/bots/api#inlinekeyboardbutton
const SIGNED = 1 + 16 + 16 + 2
/** 96 bits; whoever guesses is stopped long before (`linkPage`). */
const SIGNATURE = 12
const LENGTH = Math.ceil(((SIGNED + SIGNATURE) * 4) / 3)

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
function bytesOf(id: string): Buffer {
  if (!UUID.test(id)) throw new Error('Only what has a UUID can be named in a link')
  return Buffer.from(id.replaceAll('-', ''), 'hex')
}
const idAt = (bytes: Buffer, at: number) =>
  bytes.toString('hex', at, at + 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

/** Links that act without signing in: short enough for a button, and good for nothing but what they say. */
export function createLinks({ vault }: { vault: Pick<Vault, 'sign'> }) {
  const signatureOf = (signed: Buffer) =>
    Buffer.from(vault.sign('action-link', signed.toString('hex')), 'hex').subarray(0, SIGNATURE)
  return {
    /** At most 64 characters, URL-safe. It ends with the day (UTC) on which `expires_at` is. */
    sign({ action, incident_id, by, expires_at }: SignedAction & { expires_at: string }): string {
      const head = (VERSION << 4) | (action === 'resolve' ? 1 : 0) | (by.type === 'channel' ? 2 : 0)
      const day = Buffer.alloc(2)
      day.writeUInt16BE(Math.floor(Date.parse(expires_at) / DAY_MS))
      const signed = Buffer.concat([Buffer.of(head), bytesOf(incident_id), bytesOf(by.id), day])
      return Buffer.concat([signed, signatureOf(signed)]).toString('base64url')
    },

    /** What a token says; nothing for one that was not made here, was changed, or is too old. */
    read(token: string, now: number): SignedAction | undefined {
      if (token.length !== LENGTH || !/^[\w-]+$/.test(token)) return undefined
      const bytes = Buffer.from(token, 'base64url')
      // The last character has bits to spare: only one way of writing a token is the token.
      if (bytes.length !== SIGNED + SIGNATURE || bytes.toString('base64url') !== token) return undefined
      const signed = bytes.subarray(0, SIGNED)
      if (!timingSafeEqual(bytes.subarray(SIGNED), signatureOf(signed))) return undefined
      const head = signed[0]!
      if (head >> 4 !== VERSION || (signed.readUInt16BE(33) + 1) * DAY_MS <= now) return undefined
      return {
        action: head & 1 ? 'resolve' : 'acknowledge',
        incident_id: idAt(signed, 1),
        by: { type: head & 2 ? 'channel' : 'user', id: idAt(signed, 17) },
      }
    },
  }
}
