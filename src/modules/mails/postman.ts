import { AsyncResource } from 'node:async_hooks'
import { asc, eq, lt, lte } from 'drizzle-orm'
import { DeliveryError } from '#channels/define'
import { applianceSmtp, type Smtp, smtpFailure, transportOf } from '#channels/smtp'
import { mails } from '#db/schema/mails'
import { isoAt, type Timer } from '#kernel/clock'
import type { App } from '#kernel/context'
import type { Letter } from './service'
import { htmlOf, textOf, wordsOf } from './words'

type Mail = typeof mails.$inferSelect
type Parts = Pick<App, 'config' | 'clock' | 'log' | 'vault' | 'db'>

const AT_ONCE = 4
const TIMEOUT_MS = 20_000
const HOUR_MS = 3_600_000
/** Waits before the second, third and fourth attempt; then hourly. */
const WAITS_MS = [5_000, 30_000, 300_000]
/** How long a mail is worth sending: what holds a link, as long as the link. */
const LIFE_MS: Record<string, number> = { reset_password: HOUR_MS }
const DAY_MS = 24 * HOUR_MS

export const waitAfter = (attempts: number) => WAITS_MS[attempts - 1] ?? HOUR_MS

/**
 * Why it failed, in words for the log. After the text was handed over, a server may repeat it in its answer: of that only
 * the number is told. A refused recipient stays refused; what else is refused, the operator can mend.
 */
function failureOf(smtp: Smtp, cause: unknown): DeliveryError {
  if (cause instanceof DeliveryError) return cause
  // Safe: all fields are optional, and whatever was thrown can be read as such an object.
  const { command = '', responseCode = 0 } = Object(cause) as { command?: string; responseCode?: number }
  const { message } = smtpFailure(smtp, cause)
  const said = command === 'DATA' && responseCode ? `the mail server answered ${responseCode} to the text` : message
  return new DeliveryError(said, /^(RCPT TO|DATA)$/.test(command) && responseCode >= 500 ? 'give-up' : 'retry')
}

/** Waits for `work`, but not after `signal`; what then becomes of it nobody knows. */
const unless = <T>(signal: AbortSignal, work: Promise<T>) =>
  Promise.race([
    work,
    new Promise<never>((_, reject) => {
      const end = () => reject(new DeliveryError('it took too long, or Xinex was stopped', 'retry'))
      if (signal.aborted) end()
      signal.addEventListener('abort', end, { once: true })
    }),
  ])

/**
 * Sends what is queued in `mails`:
 *  1. claim what is due, in a transaction that also plans the next attempt;
 *  2. hand it to the mail server;
 *  3. take the row away, or leave it for that next attempt.
 * Killed in between, the mail is sent again at that time: at least once, with the same Message-ID.
 */
export function createPostman(app: Parts) {
  const { config, clock, log, vault, db } = app
  let pumping: Promise<void> | undefined
  let again = false
  let stopped = true
  let stopping = new AbortController()
  let timer: Timer | undefined

  const drop = (id: string) => db.tx((tx) => tx.delete(mails).where(eq(mails.id, id)))

  const dropOld = () => {
    const old = isoAt(clock.now() - DAY_MS)
    return db.tx((tx) => tx.delete(mails).where(lt(mails.created_at, old)))
  }

  /** The mails that are due, at most a handful; what nobody needs any more is thrown away on the way. */
  const claim = () =>
    db.tx(async (tx) => {
      const now = clock.now()
      const due = await tx
        .select()
        .from(mails)
        .where(lte(mails.next_attempt_at, isoAt(now)))
        .orderBy(asc(mails.next_attempt_at), asc(mails.id))
        .limit(AT_ONCE)
      const claimed: Mail[] = []
      for (const mail of due) {
        const over = now - Date.parse(mail.created_at) >= (LIFE_MS[mail.kind] ?? DAY_MS)
        const attempts = mail.attempts + 1
        const next_attempt_at = isoAt(now + waitAfter(attempts))
        if (over) await tx.delete(mails).where(eq(mails.id, mail.id))
        else await tx.update(mails).set({ attempts, next_attempt_at }).where(eq(mails.id, mail.id))
        if (over) log.warn('A mail could not be sent in time and was dropped', { mail: mail.id, kind: mail.kind })
        else claimed.push({ ...mail, attempts })
      }
      return { claimed, more: due.length === AT_ONCE }
    })

  async function send(mail: Mail, url: string) {
    // Safe: `post` sealed a letter there, and nobody else can.
    const letter = JSON.parse(vault.open(mail.content, `mails:content:${mail.id}`)) as Letter
    const words = wordsOf(letter)
    const smtp = applianceSmtp({ url, from: config.mailFrom })
    const transport = transportOf(smtp, TIMEOUT_MS)
    const domain = /@([^\s@<>]+)>?$/.exec(config.mailFrom)?.[1] ?? 'localhost'
    const message = {
      from: config.mailFrom,
      // Not a text, which would be parsed for more recipients.
      to: { name: '', address: mail.to },
      subject: words.subject,
      text: textOf(words),
      html: htmlOf(words),
      date: new Date(mail.created_at),
      messageId: `<${mail.id}@${domain}>`,
      // https://www.rfc-editor.org/rfc/rfc3834#section-5: keeps holiday notices from answering
      headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
    }
    try {
      const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(TIMEOUT_MS)])
      await unless(signal, transport.sendMail(message))
    } catch (cause) {
      throw failureOf(smtp, cause)
    } finally {
      transport.close()
    }
  }

  async function deliver(mail: Mail, url: string) {
    try {
      await send(mail, url)
      await drop(mail.id)
    } catch (error) {
      const { id, kind, attempts } = mail
      const hopeless = error instanceof DeliveryError && error.outcome === 'give-up'
      log.warn(hopeless ? 'A mail was refused and is dropped' : 'A mail could not be sent yet', {
        ...{ mail: id, kind, attempts },
        reason: error instanceof DeliveryError ? error.message : 'it could not be prepared',
      })
      if (hopeless) await drop(id)
    }
  }

  async function pass() {
    const url = config.smtpUrl
    // The mail server was taken away: what waits for it grows old all the same.
    if (!url) return void (await dropOld())
    const { claimed, more } = await claim()
    await Promise.all(claimed.map((mail) => deliver(mail, url)))
    if (more) again = true
    timer?.cancel()
    const [next] = await db.read
      .select({ at: mails.next_attempt_at })
      .from(mails)
      .orderBy(asc(mails.next_attempt_at))
      .limit(1)
    if (next && !stopped) timer = clock.after(Math.max(1, Date.parse(next.at) - clock.now()), wake)
  }
  async function work() {
    do {
      again = false
      await pass()
    } while (again && !stopped)
  }
  // Bound to the moment of making: whoever wakes from inside a transaction is not waited for by it, and the claim, a
  // transaction of its own, finds what that one has committed.
  const wake = AsyncResource.bind(() => {
    if (stopped) return
    again = true
    pumping ??= work()
      .catch((error) => {
        log.error('Mails cannot be read', { error: error as Error })
        timer = clock.after(waitAfter(2), wake)
      })
      .finally(() => {
        pumping = undefined
        if (again && !stopped) wake()
      })
  })

  return {
    /** There may be something to send; may be called before the transaction that queued it has ended. */
    wake,
    start() {
      stopped = false
      stopping = new AbortController()
      wake()
    },
    /** Nothing new is begun, and what is being sent is not waited for: it is sent again after the next start. */
    async stop() {
      stopped = true
      timer?.cancel()
      stopping.abort()
      await pumping
    },
    async idle() {
      while (pumping) await pumping
    },
  }
}
