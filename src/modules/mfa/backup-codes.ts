import { and, eq, isNull } from 'drizzle-orm'
import type { Writer } from '#db/client'
import { backup_codes } from '#db/schema/mfa'
import { change } from '#kernel/change'
import type { App, Ctx } from '#kernel/context'
import { fail } from '#kernel/fail'
import { requireProof } from '#modules/auth/service'
import { hasFactor, tellOwner } from './factors'

const CODES = 10
const LENGTH = 10
/** Crockford's base 32: no letter that looks like a digit. https://www.crockford.com/base32.html */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** Ten characters of five random bits; 256 is a multiple of 32, so each is equally likely. */
const randomCode = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(LENGTH)), (byte) => ALPHABET[byte & 31]).join('')

/** The code as it was made, however a person wrote it down; nothing when it cannot be one. */
export function normalCode(typed: string): string | undefined {
  const code = typed.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1')
  return code.length === LENGTH && [...code].every((letter) => ALPHABET.includes(letter)) ? code : undefined
}

const hashOf = ({ vault }: App, user_id: string, code: string) => vault.sign('backup_code', `${user_id}:${code}`)

/** Ten new codes, shown once; the old ones are worth nothing any more. */
export async function replaceCodes(app: App, tx: Writer, user_id: string, created_at: string): Promise<string[]> {
  await tx.delete(backup_codes).where(eq(backup_codes.user_id, user_id))
  const codes = Array.from({ length: CODES }, randomCode)
  await tx.insert(backup_codes).values(codes.map((code) => ({ user_id, hash: hashOf(app, user_id, code), created_at })))
  return codes.map((code) => `${code.slice(0, 5)}-${code.slice(5)}`)
}

/** Whether the code is good, which it is once: of two at the same moment one wins. */
export async function takeBackupCode(app: App, tx: Writer, user_id: string, typed: string, at: string) {
  const code = normalCode(typed)
  if (!code) return false
  const mine = and(eq(backup_codes.user_id, user_id), eq(backup_codes.hash, hashOf(app, user_id, code)))
  const used = await tx
    .update(backup_codes)
    .set({ used_at: at })
    .where(and(mine, isNull(backup_codes.used_at)))
    .returning({ id: backup_codes.id })
  return used.length > 0
}

export async function renewCodes(ctx: Ctx, current_password: string | undefined): Promise<string[]> {
  await requireProof(ctx, current_password)
  const tell = await tellOwner(ctx)
  let codes: string[] = []
  await change(ctx, 'user.backup_codes_renewed', async (tx) => {
    const { id } = tx.actor
    if (!(await hasFactor(tx.db, id)))
      throw fail('CONFLICT', {
        message: 'Set up an authenticator app or a passkey first: backup codes stand in for it',
      })
    codes = await replaceCodes(tx.app, tx.db, id, tx.at)
    await tell(tx, 'New backup codes were made; the old ones no longer work')
    return { id }
  })
  return codes
}
