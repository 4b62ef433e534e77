import { eq } from 'drizzle-orm'
import type { Writer } from '#db/client'
import { mails } from '#db/schema/mails'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'

export { createPostman } from './postman'

/** What a mail about an account says; the words are this module's, the facts come with it. */
export type Letter =
  | { kind: 'verify_email'; name: string; url: string }
  | { kind: 'reset_password'; name: string; url: string }
  | { kind: 'password_changed'; name: string; at: string }
  | { kind: 'email_changed'; name: string; new_email: string; at: string }
  | { kind: 'new_device'; name: string; at: string; address: string; user_agent: string | null; url: string }
  | { kind: 'invitation'; inviter: string; tenant: string; role: string; url: string; expires_at: string }
  | { kind: 'second_factor_changed'; name: string; what: string; at: string }
  | { kind: 'account_deletion'; name: string; deletes_at: string; url: string }
  | { kind: 'tenant_deletion'; name: string; tenant: string; deletes_at: string; url: string }

/** Whether mails can be sent at all: without a mail server nothing is queued, and people are told another way. */
export const canMail = ({ config }: Pick<App, 'config'>): boolean => config.smtpUrl !== undefined

async function queue(app: App, db: Writer, to: string, letter: Letter): Promise<string> {
  const id = Bun.randomUUIDv7()
  const at = isoAt(app.clock.now())
  const content = app.vault.seal(JSON.stringify(letter), `mails:content:${id}`)
  await db.insert(mails).values({ id, to, kind: letter.kind, content, next_attempt_at: at, created_at: at })
  return id
}

/** Queues a letter inside a running transaction, sealed; it leaves after the commit. Without a mail server it is dropped. */
export async function post(app: App, db: Writer, to: string, letter: Letter): Promise<void> {
  if (!canMail(app)) return
  await queue(app, db, to, letter)
  app.mailer.wake()
}

/** As much work as `post`, and nothing is sent: for answers that must not tell whether somebody was written to. */
export async function pretend(app: App, db: Writer, to: string, letter: Letter): Promise<void> {
  const id = await queue(app, db, to, letter)
  await db.delete(mails).where(eq(mails.id, id))
}
