import { users } from '#db/schema/auth'
import { forgetFact, readFact, writeFact } from '#kernel/appliance'
import { change } from '#kernel/change'
import { isoAt } from '#kernel/clock'
import { type App, nowhere, systemCtx } from '#kernel/context'
import { fail } from '#kernel/fail'
import { randomToken, sameText, sha256 } from '#kernel/secrets'
import { requireZone } from '#kernel/zone'
import { insertTenant } from '#modules/tenants/service'
import { insertUser, newHash } from './accounts'
import type { SetUp } from './schema'

const FACT = 'setup_token_hash'

export const needsSetup = async ({ db }: Pick<App, 'db'>) => (await db.read.$count(users)) === 0

/** A new one-time token for the wizard; the one before stops working. Answers nothing once somebody has an account. */
export async function offerSetup(app: Pick<App, 'db'>): Promise<string | undefined> {
  if (!(await needsSetup(app))) return undefined
  const token = randomToken()
  await app.db.tx((tx) => writeFact(tx, FACT, sha256(token)))
  return token
}

/** The first user (instance admin and owner) and the first workspace. `token` is not asked when the operator sets up by environment. */
export async function setUp(app: App, draft: Omit<SetUp, 'token'>, token?: string) {
  requireZone(draft.timezone)
  if (!(await needsSetup(app))) throw fail('CONFLICT', { message: 'Xinex is already set up: sign in' })
  const expected = await readFact(app.db.read, FACT)
  if (token !== undefined && !(expected && sameText(sha256(token), expected)))
    throw fail('UNAUTHORIZED', {
      message: 'This set-up link is not valid; the current one is in the log of the server',
    })

  const { workspace, timezone = 'UTC', name, email, password } = draft
  const hash = await newHash(password, [name, email, workspace])
  const made = { user: undefined as typeof users.$inferSelect | undefined }
  const at = isoAt(app.clock.now())
  const tenant = await change(systemCtx(app, nowhere), 'appliance.set_up', async ({ db }) => {
    // Inside the transaction: two wizards at once cannot both win.
    if ((await db.$count(users)) > 0) throw fail('CONFLICT', { message: 'Xinex is already set up: sign in' })
    made.user = await insertUser(db, { name, email, timezone, instance_admin: true, email_verified: true }, hash, at)
    await forgetFact(db, FACT)
    return insertTenant(db, workspace, timezone, made.user.id, at)
  })
  if (!made.user) throw new Error('Set-up committed without a user')
  return { user: made.user, tenant, role: 'owner' as const }
}
