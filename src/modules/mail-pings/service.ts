import type { SMTPServer, SMTPServerDataStream, SMTPServerSession } from 'smtp-server'
import { clientAddress, subscriberOf } from '#kernel/client-address'
import type { Timer } from '#kernel/clock'
import type { App } from '#kernel/context'
import { createLimiter } from '#kernel/rate-limit'
import { letterOf } from './letter'
import { type Recipient, recipientsOf } from './recipients'

const MOST_BYTES = 1_048_576
const MOST_CONNECTIONS = 50
/** Of them from one network: others must find a place as well. */
const MOST_FROM_ONE = 20
const MOST_RECIPIENTS = 20
const IDLE_MS = 30_000
/** Whoever sends a byte now and then is never idle. */
const LONGEST_MS = 600_000
/** How long a stop waits for mails under way. */
const CLOSE_MS = 2_000

const refusal = (responseCode: number, message: string) => Object.assign(new Error(message), { responseCode })
type Done = (error?: Error | null, message?: string) => void
/** What was thrown is the answer; anything else is ours to look at, and theirs to try again. */
const answering = (app: App, done: Done, work: Promise<string | undefined>) =>
  work.then(
    (message) => done(null, message),
    (error: Error & { responseCode?: number }) => {
      if (error.responseCode === undefined) app.log.error('A mail to a heartbeat could not be taken in', { error })
      done(error.responseCode === undefined ? refusal(451, '4.3.0 Not possible right now, try again') : error)
    },
  )

/** The mail as it came, or nothing when it is too long; then the rest is read and dropped. */
async function rawOf(stream: SMTPServerDataStream): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) if (!stream.sizeExceeded) chunks.push(chunk as Buffer)
  return stream.sizeExceeded ? undefined : Buffer.concat(chunks)
}

/** What the sessions of one listener share. */
function sessionsOf(app: App) {
  const limit = createLimiter(app.clock.now)
  const recipients = new Map<string, Map<string, Recipient>>()
  const ends = new Map<string, Timer>()
  const counts = new Map<string, number>()
  const whoIs = ({ remoteAddress }: SMTPServerSession) => subscriberOf(clientAddress(remoteAddress, null, []))

  return {
    open(session: SMTPServerSession, hangUp: () => void) {
      const from = whoIs(session)
      const count = (counts.get(from) ?? 0) + 1
      counts.set(from, count)
      recipients.set(session.id, new Map())
      ends.set(session.id, app.clock.after(LONGEST_MS, hangUp))
      if (count > MOST_FROM_ONE) throw refusal(421, '4.7.0 Too many connections from your network')
      if (!limit('pings', from).ok) throw refusal(421, '4.7.0 Too many connections from your network')
    },
    close(session: SMTPServerSession) {
      if (!recipients.delete(session.id)) return
      ends.get(session.id)?.cancel()
      ends.delete(session.id)
      const from = whoIs(session)
      const count = (counts.get(from) ?? 1) - 1
      if (count > 0) counts.set(from, count)
      else counts.delete(from)
    },
    /** Only heartbeats are taken, and whoever guesses hears no more after a while whether one exists. */
    async accept(address: string, session: SMTPServerSession) {
      const from = whoIs(session)
      const known = recipients.get(session.id)
      if (session.envelope.rcptTo.length >= MOST_RECIPIENTS) throw refusal(452, '4.5.3 Too many recipients')
      if (!limit('refused', from, 0).ok) throw refusal(450, '4.7.1 Too many unknown recipients, try again later')
      const [found, second] = await recipientsOf(app, address)
      if (second) throw refusal(550, '5.1.4 More than one heartbeat has this name')
      if (!found) {
        limit('refused', from)
        throw refusal(550, '5.1.1 No such heartbeat')
      }
      if (!limit('ping', String(found.number)).ok) throw refusal(450, '4.7.1 Too many mails to this heartbeat')
      known?.set(address, found)
      return undefined
    },
    /** Answered when all is written. */
    async take(stream: SMTPServerDataStream, session: SMTPServerSession) {
      const raw = await rawOf(stream)
      if (!raw) throw refusal(552, '5.3.4 The mail is larger than 1 MB')
      const { said, subject, ...body } = await letterOf(raw)
      const { mailFrom, rcptTo } = session.envelope
      const sender = mailFrom ? mailFrom.address : ''
      const same = {
        ...{ door: 'email' as const, address: clientAddress(session.remoteAddress, null, []) },
        ...{ agent: `Email from ${sender || '<>'}`.slice(0, 200), said: () => said, ...body },
      }
      const known = recipients.get(session.id)
      // Twice the same recipient is one mail.
      const to = new Map(
        rcptTo.flatMap(({ address }) => [known?.get(address) ?? []].flat()).map((one) => [one.number, one]),
      )
      const signal = { kind: 'success' as const, at: app.clock.now(), ...(subject && { message: subject }) }
      const taken = await Promise.all(
        [...to.values()].map((one) => app.engine.heartbeats.take({ ...one, ...same, signal })),
      )
      known?.clear()
      if (!taken.some((one) => one)) throw refusal(550, '5.1.1 No such heartbeat')
      return '2.0.0 Recorded'
    },
  }
}

async function listen(server: SMTPServer, { host, port }: { host: string; port: number }) {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  }).catch((error: Error) => {
    throw new Error(`XINEX_SMTP_LISTEN: ${error.message}`)
  })
  server.removeAllListeners('error')
  // Clients that go away in the middle are errors here, and without a listener they would end the process.
  server.on('error', () => {})
}

/**
 * Takes in mails to heartbeats, when `XINEX_SMTP_LISTEN` says where; relays nothing, signs nobody in, and answers 250 only
 * after the commit.
 */
export function createMailDoor(app: App) {
  let server: SMTPServer | undefined

  async function start() {
    const where = app.config.smtpListen
    if (!where || server) return
    // Read only where mails are taken in.
    const { SMTPServer } = await import('smtp-server')
    const sessions = sessionsOf(app)
    const opened = new SMTPServer({
      ...{ banner: 'Xinex', size: MOST_BYTES, maxClients: MOST_CONNECTIONS, socketTimeout: IDLE_MS },
      ...{ authOptional: true, disabledCommands: ['AUTH', 'STARTTLS'], disableReverseLookup: true, logger: false },
      closeTimeout: CLOSE_MS,
      onConnect(session, done) {
        try {
          sessions.open(session, () => {
            const connection = [...opened.connections].find(({ id }) => id === session.id)
            connection?.send(421, 'This connection was open for too long')
            connection?.close()
          })
          done()
        } catch (error) {
          done(error as Error)
        }
      },
      onClose: (session) => sessions.close(session),
      onRcptTo: ({ address }, session, done) => void answering(app, done, sessions.accept(address, session)),
      onData: (stream, session, done) => void answering(app, done, sessions.take(stream, session)),
    })
    await listen(opened, where)
    server = opened
    app.log.info('taking in mails to heartbeats', where)
  }

  return {
    start,
    /** Where it listens; tests and port 0 ask. */
    port(): number | undefined {
      const address = server?.server.address()
      return typeof address === 'object' ? address?.port : undefined
    },
    /** Resolves when no mail is under way any more. */
    async stop() {
      const closing = server
      server = undefined
      if (closing) await new Promise<void>((resolve) => closing.close(resolve))
    },
  }
}
