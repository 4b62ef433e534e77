import { eq } from 'drizzle-orm'
import type { Writer } from '#db/client'
import { users } from '#db/schema/auth'
import { normalEmail } from '#kernel/email'
import { fail, invalid } from '#kernel/fail'
import { hashPassword, weakness } from '#kernel/passwords'

type NewUser = {
  name: string
  email: string
  timezone?: string
  instance_admin?: boolean
  /** Somebody vouches for the address: an invitation sent to it, the operator, an identity provider. */
  email_verified?: boolean
}

/** The hash of a password that is good enough; 422 with the reason otherwise. */
export async function newHash(password: string, own: string[], field = 'password') {
  const weak = await weakness(password, own)
  if (weak) throw invalid({ [field]: weak })
  return hashPassword(password)
}

/** The user as the API shows them: nothing that proves anything. */
export const publicUser = ({ password_hash, email_verified_at, ...user }: typeof users.$inferSelect) => ({
  ...user,
  email_verified: email_verified_at !== null,
  has_password: password_hash !== null,
})

/** Without a hash the account has no password: others vouch for its owner. */
export async function insertUser(
  db: Writer,
  { email_verified = false, ...user }: NewUser,
  password_hash: string | null,
  at: string,
) {
  const email = normalEmail(user.email)
  const [taken] = await db.select({ id: users.id }).from(users).where(eq(users.email, email))
  if (taken) throw fail('CONFLICT', { message: 'There is already an account with this e-mail address' })
  const [row] = await db
    .insert(users)
    .values({
      ...user,
      ...{ email, password_hash },
      email_verified_at: email_verified ? at : null,
      created_at: at,
      updated_at: at,
    })
    .returning()
  if (!row) throw new Error('The user row was not returned')
  return row
}
