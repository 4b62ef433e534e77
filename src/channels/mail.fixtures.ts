import { text } from 'node:stream/consumers'
import type { ParsedMail } from 'mailparser'
import { simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import { certificate, private_key } from '#channels/certificate.fixtures'

export type Delivered = { raw: string; mail: ParsedMail; from: string; to: string[]; encrypted: boolean; user?: string }

type Refuse = { code: number; message: string }
type Options = {
  security?: 'none' | 'starttls' | 'tls'
  user?: string
  password?: string
  /** Refuses at this step, for all or only for one recipient. */
  refuse?: { at: 'auth' | 'from' | 'to' | 'data'; only?: string } & Refuse
}

const failure = ({ code, message }: Refuse) => Object.assign(new Error(message), { responseCode: code })

/** A mail server on this machine that keeps what it is given, or refuses at the step it is told to. */
export async function mailServer({ security = 'none', user, password, refuse }: Options = {}) {
  const delivered: Delivered[] = []
  const refused = (at: string, address?: string) =>
    refuse?.at === at && (!refuse.only || refuse.only === address) ? failure(refuse) : undefined
  const server = new SMTPServer({
    key: private_key,
    cert: certificate,
    secure: security === 'tls',
    authOptional: !user,
    disabledCommands: [...(security === 'starttls' ? [] : ['STARTTLS']), ...(user ? [] : ['AUTH'])],
    allowInsecureAuth: true,
    closeTimeout: 10,
    onAuth: ({ username, password: given }, _session, done) => {
      if (refused('auth')) return done(refused('auth'))
      if (username !== user || given !== password) return done(failure({ code: 535, message: `wrong key ${given}` }))
      done(null, { user: username })
    },
    onMailFrom: (_address, _session, done) => done(refused('from')),
    onRcptTo: ({ address }, _session, done) => done(refused('to', address)),
    onData: async (stream, { envelope, secure, user: signedIn }, done) => {
      const raw = await text(stream)
      const from = envelope.mailFrom ? envelope.mailFrom.address : ''
      const to = envelope.rcptTo.map(({ address }) => address)
      delivered.push({ raw, mail: await simpleParser(raw), from, to, encrypted: secure, user: signedIn })
      done(refused('data'))
    },
  })
  // Clients that give up (wrong certificate, deadline) are errors here, and without a listener they end the process.
  server.on('error', () => {})
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.server.address()
  if (typeof address !== 'object' || !address) throw new Error('no port')
  return { port: address.port, delivered, close: () => server.close(() => {}) }
}
