import { createServer } from 'node:net'
import { type Driver, type Line, type Mood, PLANTED } from '#channels/driver.fixtures'
import { email, emailWith } from '#channels/email'
import { loopback, send } from '#channels/fixtures'
import { mailServer } from '#channels/mail.fixtures'

/** A port that takes connections and says nothing. */
async function silentPort() {
  const sockets = new Set<{ destroy: () => unknown }>()
  const server = createServer((socket) => sockets.add(socket.on('error', () => {})))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  const close = () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
  return { port: typeof address === 'object' && address ? address.port : 0, delivered: [], close }
}

const REFUSALS: Partial<Record<Mood, { at: 'to' | 'data' | 'auth'; code: number; message: string }>> = {
  busy: { at: 'to', code: 450, message: 'slow down' },
  broken: { at: 'data', code: 451, message: `disk full, ${PLANTED}` },
  redirects: { at: 'to', code: 551, message: 'user moved, try <other@example.net>' },
  unauthorized: { at: 'auth', code: 535, message: `not with ${PLANTED}` },
  echoes: { at: 'auth', code: 535, message: `wrong password ${PLANTED}` },
}

const settings = {
  to: ['ops@example.com'],
  host: 'hook.example.test',
  security: 'none' as const,
  user: 'u',
  password: PLANTED,
  from: 'xinex@example.com',
}

async function open(mood: Mood): Promise<Line> {
  const server =
    mood === 'silent' ? await silentPort() : await mailServer({ user: 'u', password: PLANTED, refuse: REFUSALS[mood] })
  const given = { ...settings, port: server.port }
  const arrived = () => {
    const mails = server.delivered.map(({ mail, raw }) => ({ ...mail, page: mail.html || '', raw }))
    return {
      all: mails.map(({ subject, text }) => `${subject}\n${text}`).join('\n'),
      titles: mails.map(({ page }) => /<h1[^>]*>(.*)<\/h1>/.exec(page)?.[1] ?? ''),
      bodies: mails.map(({ page }) => /pre-line">([\s\S]*?)<\/p>/.exec(page)?.[1] ?? ''),
      bytes: mails.map(({ raw }) => Buffer.byteLength(raw)),
    }
  }
  return {
    send: (notice, timeout_ms) =>
      send(timeout_ms ? emailWith({ timeout_ms }) : email, given, { notice, net: loopback }),
    arrived,
    close: server.close,
  }
}

const escaped = '&lt;script&gt;alert(1)&lt;/script&gt; &amp; *bold* [x](https://evil.example) @everyone'

export const mailDriver: Driver = {
  type: 'email',
  waits: false,
  never: {
    'busy-until': 'SMTP names no wait',
    'echoes-gladly': 'the mail server of the tests words its own answer',
  },
  limit: 1200,
  body_limit: 20_000,
  acts: true,
  tricks: escaped,
  body_tricks: escaped,
  settings: { ...settings, port: 587 },
  open,
}
