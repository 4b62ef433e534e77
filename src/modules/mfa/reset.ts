import { eq } from 'drizzle-orm'
import type { Writer } from '#db/client'
import { backup_codes, passkeys, totp_secrets } from '#db/schema/mfa'

/** Takes every second factor away from somebody, inside a running change. */
export async function resetFactors(tx: Writer, user_id: string): Promise<void> {
  await tx.delete(totp_secrets).where(eq(totp_secrets.user_id, user_id))
  await tx.delete(backup_codes).where(eq(backup_codes.user_id, user_id))
  await tx.delete(passkeys).where(eq(passkeys.user_id, user_id))
}
