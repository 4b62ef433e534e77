import { and, eq, isNotNull, isNull, type SQL } from 'drizzle-orm'
import type { Reader, Writer } from '#db/client'
import { users } from '#db/schema/auth'
import { identities } from '#db/schema/identities'
import { backup_codes, passkeys, totp_secrets } from '#db/schema/mfa'
import { sign_in_providers } from '#db/schema/sign-in-providers'
import { sso_connections, sso_subjects } from '#db/schema/sso'
import { fail } from '#kernel/fail'

type Db = Reader | Writer

/** Which second factors somebody has; backup codes stand in for one of the others and count for none. */
export async function factorsOf(db: Db, user_id: string) {
  const confirmed = and(eq(totp_secrets.user_id, user_id), isNotNull(totp_secrets.confirmed_at))
  const unused = and(eq(backup_codes.user_id, user_id), isNull(backup_codes.used_at))
  return {
    totp: (await db.$count(totp_secrets, confirmed)) > 0,
    passkeys: await db.$count(passkeys, eq(passkeys.user_id, user_id)),
    backup_codes_left: await db.$count(backup_codes, unused),
  }
}

/** What can be asked for as the second factor, in the order it is offered; nothing for who has none. */
export async function secondFactorsOf(db: Db, user_id: string) {
  const { totp, passkeys, backup_codes_left } = await factorsOf(db, user_id)
  return [
    ...(passkeys > 0 ? (['passkey'] as const) : []),
    ...(totp ? (['totp'] as const) : []),
    // They stand in for a factor, and come and go with the others.
    ...((passkeys > 0 || totp) && backup_codes_left > 0 ? (['backup_code'] as const) : []),
  ]
}

/**
 * Whether somebody else vouches for this person and may still do so: a linked account whose provider is switched on (of
 * those, `which`), or the single sign-on of a workspace.
 */
export async function isVouchedFor(db: Db, user_id: string, which?: SQL): Promise<boolean> {
  const [linked] = await db
    .select({ id: identities.id })
    .from(identities)
    .innerJoin(sign_in_providers, eq(sign_in_providers.id, identities.provider_id))
    .where(and(eq(identities.user_id, user_id), eq(sign_in_providers.enabled, true), which))
    .limit(1)
  const [vouched] = await db
    .select({ id: sso_connections.id })
    .from(sso_subjects)
    .innerJoin(sso_connections, eq(sso_connections.id, sso_subjects.connection_id))
    .where(and(eq(sso_subjects.user_id, user_id), eq(sso_connections.enabled, true)))
    .limit(1)
  return linked !== undefined || vouched !== undefined
}

/**
 * Called after a way in was taken away, in the same transaction: throws LAST_AUTH_METHOD, which gives it back, when none
 * is left that works today.
 */
export async function requireWayIn(tx: Writer, user_id: string) {
  const withPassword = and(eq(users.id, user_id), isNotNull(users.password_hash))
  if ((await tx.$count(users, withPassword)) > 0) return
  if ((await tx.$count(passkeys, eq(passkeys.user_id, user_id))) > 0) return
  if (!(await isVouchedFor(tx, user_id))) throw fail('LAST_AUTH_METHOD')
}
