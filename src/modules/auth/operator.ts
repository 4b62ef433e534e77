import { asc, eq } from 'drizzle-orm'
import { users } from '#db/schema/auth'
import { forgetDevicesOf } from '#engine/devices'
import { change } from '#kernel/change'
import { type App, nowhere, systemCtx } from '#kernel/context'
import { normalEmail } from '#kernel/email'
import { fail } from '#kernel/fail'
import { homeOf } from '#modules/tenants/service'
import { newHash } from './accounts'
import type { User } from './enter'
import { type EndAccess, replacePassword } from './recovery'

// For the command line: whoever can write the data folder may do all of this.

export const allUsers = (app: App): Promise<User[]> => app.db.read.select().from(users).orderBy(asc(users.created_at))

export async function userByEmail(app: App, email: string): Promise<User> {
  const [user] = await app.db.read
    .select()
    .from(users)
    .where(eq(users.email, normalEmail(email)))
  if (!user) throw fail('NOT_FOUND', { message: 'No user has this e-mail address' })
  return user
}

/** Gives a user a new password; ends their sessions, and what they allowed to programs. */
export async function resetPassword(app: App, email: string, password: string, endPrograms: EndAccess['programs']) {
  const user = await userByEmail(app, email)
  const hash = await newHash(password, [user.name, user.email])
  return change(systemCtx(app, nowhere), 'user.password_reset', async ({ db, at }) => {
    await endPrograms(db, user.id, at)
    await forgetDevicesOf(db, user.id)
    return replacePassword(app, db, user, hash, at)
  })
}

/** Makes a user somebody who runs the appliance. */
export async function promote(app: App, email: string) {
  const user = await userByEmail(app, email)
  return change(systemCtx(app, nowhere), 'user.promoted', async ({ db, at }) => {
    await db.update(users).set({ instance_admin: true, updated_at: at }).where(eq(users.id, user.id))
    return { ...user, instance_admin: true }
  })
}

/** An API token with the rights of this user in their first workspace. */
export async function tokenFor(app: App, user: typeof users.$inferSelect, name: string): Promise<string> {
  const home = await homeOf(app.db.read, user.id)
  if (!home) throw fail('CONFLICT', { message: 'This user belongs to no workspace' })
  let token = ''
  await change(systemCtx(app, home.tenant), 'api_token.created', async ({ db, at }) => {
    const draft = {
      tenant_id: home.tenant.id,
      user_id: user.id,
      name,
      scope: 'full' as const,
      expires_at: null,
      created_at: at,
    }
    const { token: made, ...row } = await app.credentials.issueToken(db, draft)
    token = made
    return row
  })
  return token
}
