import { afterAll, describe, expect, test } from 'bun:test'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Verdict } from '#probes/define'
import { smtp } from '#probes/smtp'
import { authority, type Pair } from '../../test/certs'
import { check, closedPort, listening } from '../../test/probing'
import { exim, MAILBOX_PASSWORD, MAILBOX_USER, startExim } from '../../test/servers/exim'

const DAY = 86_400_000
const ca = authority()
const pair = ca.issue({ name: 'mail.test', names: ['127.0.0.1'] })
const closers: (() => void)[] = []
afterAll(() => {
  for (const close of closers) close()
})
const server = async (onSocket: (socket: Socket) => void) => {
  const it = await listening(onSocket)
  closers.push(it.close)
  return it.port
}
const probe = (port: number, settings: Record<string, unknown> = {}, timeout_ms = 2_000) =>
  check(smtp, { settings: { host: '127.0.0.1', port, ...settings }, timeout_ms })
const said = ({ status, reason, message }: Verdict) => [status, reason, message]

type Answers = Record<string, string | ((line: string) => string)>
const POLITE: Answers = { EHLO: '250-mail.test\r\n250 SIZE 1000\r\n', QUIT: '221 bye\r\n', RSET: '250 ok\r\n' }
type Script = { greeting?: string; answers?: Answers; pair?: Pair; secured?: Answers; heard?: string[] }

/** Speaks SMTP by a script; STARTTLS begins after its answer was sent. */
const speaking = ({
  greeting = '220 mail.test ready\r\n',
  answers = {},
  pair: own = pair,
  secured,
  heard = [],
}: Script) =>
  server((plain) => {
    const serve = (socket: Socket, replies: Answers) => {
      let held = ''
      const hear = (chunk: Buffer) => {
        held += chunk.toString()
        const lines = held.split('\r\n')
        held = lines.pop() ?? ''
        for (const line of lines) {
          heard.push(line)
          const verb = line.split(' ')[0] ?? ''
          const known = Object.keys(replies).find((start) => line.startsWith(start)) ?? '*'
          const answer = replies[known] ?? '500 what?\r\n'
          socket.write(typeof answer === 'string' ? answer : answer(line))
          if (verb === 'QUIT' && answer) socket.end()
          if (verb !== 'STARTTLS' || !secured) continue
          socket.off('data', hear)
          const upper = new TLSSocket(socket, { isServer: true, ...own }).on('error', () => {})
          serve(upper, { ...POLITE, ...secured })
        }
      }
      socket.on('data', hear)
    }
    plain.write(greeting)
    serve(plain, { ...POLITE, ...answers })
  })

describe('smtp', () => {
  test('a server that greets and takes EHLO is up, and is left politely', async () => {
    const heard: string[] = []
    const port = await speaking({ heard })
    const verdict = await probe(port, { ehlo_name: 'probe.example.test' })
    expect(said(verdict)).toEqual(['up', undefined, `127.0.0.1:${port} is ready for mail`])
    expect(heard).toEqual(['EHLO probe.example.test', 'QUIT'])
    expect(verdict.evidence).toMatchObject({ greeting: 'mail.test ready', capabilities: ['SIZE 1000'] })
    expect(verdict.phases).toEqual({ connect_ms: expect.any(Number), first_byte_ms: expect.any(Number) })
    expect((await probe(await closedPort())).reason).toBe('refused')
  })

  test('replies of several lines may arrive in pieces', async () => {
    const port = await server((socket) => {
      const pieces = ['2', '20-mail.test\r', '\n220-no spam\r\n22', '0\r\n']
      const next = () => {
        const piece = pieces.shift()
        if (piece !== undefined) socket.write(piece, () => setImmediate(next))
      }
      next()
      socket.on('data', (line) => socket.write(line.toString().startsWith('EHLO') ? '250\r\n' : '221 bye\r\n'))
    })
    const verdict = await probe(port)
    expect([verdict.status, verdict.evidence?.greeting]).toEqual(['up', 'mail.test'])
    expect(verdict.evidence?.dialogue).toStartWith('< 220 mail.test\n< 220 no spam\n< 220 \n> EHLO')
  })

  test('a server that turns everybody away is down with what it says, unless that is wanted', async () => {
    const heard: string[] = []
    const busy = await speaking({ greeting: '421-mail.test\r\n421 4.3.2 too many connections\r\n', heard })
    const verdict = await probe(busy)
    expect(said(verdict)).toEqual(['down', 'status', 'no greeting: the server said “421 mail.test”'])
    expect([verdict.evidence?.status, heard]).toEqual([421, ['QUIT']])
    const closed = await speaking({ greeting: '554 no mail here\r\n' })
    expect(said(await probe(closed))).toEqual(['down', 'status', 'no greeting: the server said “554 no mail here”'])
    expect(said(await probe(closed, { greeting_code: 554 }))).toEqual([
      'up',
      undefined,
      `127.0.0.1:${closed} greets with 554, as wanted`,
    ])
    expect(said(await probe(await speaking({}), { greeting_code: 554 }))).toEqual([
      'down',
      'status',
      'the greeting is not 554: the server said “220 mail.test ready”',
    ])
  })

  test('what is no mail server is told so', async () => {
    const ssh = await server((socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n'))
    expect(said(await probe(ssh))).toEqual([
      'down',
      'protocol',
      'the server does not speak SMTP: it said “SSH-2.0-OpenSSH_9.2”',
    ])
    const pouring = (line: string) =>
      server((socket) => {
        const pour = () => socket.writable && socket.write(line.repeat(1_000), pour)
        pour()
      })
    for (const line of ['220-more and more\r\n', 'no end of line '])
      expect(said(await probe(await pouring(line)))).toEqual([
        'down',
        'protocol',
        'the answer to the connection does not end',
      ])
  })

  test('a server that hangs up or falls silent shows how far it came', async () => {
    const gone = await server((socket) => socket.end())
    expect(said(await probe(gone))).toEqual([
      'down',
      'reset',
      'the server closed the connection without an answer to the connection',
    ])
    const later = await server((socket) => {
      socket.write('220 mail.test\r\n')
      socket.on('data', () => socket.end())
    })
    const name = 'the server closed the connection without an answer to EHLO monitor.invalid'
    expect(said(await probe(later))).toEqual(['down', 'reset', name])
    const mute = await server((socket) => socket.write('220 mail.test\r\n'))
    const verdict = await probe(mute, {}, 150)
    expect(said(verdict)).toEqual(['down', 'timeout', 'no answer within 0.2 s'])
    expect(verdict.evidence?.dialogue).toBe('< 220 mail.test\n> EHLO monitor.invalid')
    expect(verdict.phases?.first_byte_ms).toBeGreaterThan(0)
  })

  test('a server that does not say goodbye is not waited for', async () => {
    const verdict = await probe(await speaking({ answers: { QUIT: '' } }), {}, 10_000)
    expect(verdict.status).toBe('up')
    expect(verdict.response_time_ms).toBeLessThan(500)
  })

  test('HELO is enough where EHLO is not known', async () => {
    const heard: string[] = []
    const port = await speaking({ answers: { EHLO: '500 what?\r\n', HELO: '250 hello\r\n' }, heard })
    expect((await probe(port)).status).toBe('up')
    expect(heard).toEqual(['EHLO monitor.invalid', 'HELO monitor.invalid', 'QUIT'])
    const strict = await speaking({ answers: { EHLO: '550 who are you\r\n' } })
    expect((await probe(strict)).message).toBe('EHLO was refused: the server said “550 who are you”')
  })
})

describe('smtp with STARTTLS', () => {
  const offering = { EHLO: '250-mail.test\r\n250 STARTTLS\r\n', STARTTLS: '220 go\r\n' }
  const secured = { EHLO: '250-mail.test\r\n250 AUTH PLAIN LOGIN\r\n' }

  test('the certificate is judged and shown', async () => {
    const port = await speaking({ answers: offering, secured })
    const verdict = await probe(port, { security: 'starttls', ca: ca.cert })
    expect(verdict.status).toBe('up')
    expect(verdict.evidence?.certificates?.[0]?.subject).toBe('mail.test')
    expect(verdict.phases?.tls_ms).toBeGreaterThan(0)
    expect(verdict.evidence?.capabilities).toEqual(['AUTH PLAIN LOGIN'])
    const stranger = await probe(port, { security: 'starttls' })
    expect([stranger.status, stranger.reason]).toEqual(['down', 'certificate'])
    expect(stranger.evidence?.certificates?.[0]?.subject).toBe('mail.test')
    const trusting = await probe(port, { security: 'starttls', verify_tls: false })
    expect([trusting.status, trusting.evidence?.certificate_error]).toEqual(['up', 'SELF_SIGNED_CERT_IN_CHAIN'])
  })

  test('a certificate that ends soon is a warning', async () => {
    const to = new Date(Date.now() + 5.5 * DAY)
    const port = await speaking({ answers: offering, secured, pair: ca.issue({ name: '127.0.0.1', to }) })
    const settings = { security: 'starttls', ca: ca.cert }
    expect(said(await probe(port, settings))).toEqual([
      'degraded',
      'certificate',
      'certificate of 127.0.0.1 expires in 5 days',
    ])
    expect((await probe(port, { ...settings, certificate_days: 3 })).status).toBe('up')
  })

  test('a server that does not offer it, or refuses, is down', async () => {
    expect(said(await probe(await speaking({}), { security: 'starttls' }))).toEqual([
      'down',
      'tls',
      'the server does not offer STARTTLS',
    ])
    const refusing = await speaking({ answers: { ...offering, STARTTLS: '454 not today\r\n' } })
    expect(said(await probe(refusing, { security: 'starttls' }))).toEqual([
      'down',
      'status',
      'STARTTLS was refused: the server said “454 not today”',
    ])
  })

  test('what comes in the clear behind the answer to STARTTLS is not believed', async () => {
    const injected = { ...offering, STARTTLS: '220 go\r\n250 AUTH PLAIN\r\n250 forged\r\n' }
    const verdict = await probe(await speaking({ answers: injected, secured }), { security: 'starttls', ca: ca.cert })
    expect(verdict.evidence?.capabilities).not.toContain('forged')
    expect(String(verdict.evidence?.dialogue)).not.toContain('forged')
  })

  const PASSWORD = 'correct "horse" battery'
  const asUser = { security: 'starttls', ca: ca.cert, username: 'ada', password: PASSWORD }
  const token = Buffer.from(`\0ada\0${PASSWORD}`).toString('base64')

  test.each([
    ['plain', [`AUTH PLAIN ${token}`]],
    ['auto', [`AUTH PLAIN ${token}`]],
    ['login', ['AUTH LOGIN', btoa('ada'), btoa(PASSWORD)]],
  ])('signing in by %s', async (auth, lines) => {
    const heard: string[] = []
    let step = 0
    const answers = {
      ...secured,
      'AUTH ': (line: string) => (line.endsWith('LOGIN') ? '334 VXNlcm5hbWU6\r\n' : '235 welcome\r\n'),
      '*': () => (++step === 1 ? '334 UGFzc3dvcmQ6\r\n' : '235 welcome\r\n'),
    }
    const verdict = await probe(await speaking({ answers: offering, secured: answers, heard }), { ...asUser, auth })
    expect(verdict.status).toBe('up')
    expect(heard.slice(3)).toEqual([...lines, 'QUIT'])
  })

  test('a password that is too long for one line is sent in the next', async () => {
    const heard: string[] = []
    const password = 'x'.repeat(1_000)
    const answers = { ...secured, 'AUTH ': '334 \r\n', '*': '235 welcome\r\n' }
    const port = await speaking({ answers: offering, secured: answers, heard })
    expect((await probe(port, { ...asUser, password, auth: 'plain' })).status).toBe('up')
    expect(heard.slice(3)).toEqual(['AUTH PLAIN', btoa(`\0ada\0${password}`), 'QUIT'])
  })

  test('a refusal that repeats the password is shown without it', async () => {
    const answers = {
      ...secured,
      'AUTH ': (line: string) => `535-no: ${line}\r\n535 not ${PASSWORD}, ${btoa(PASSWORD)}\r\n`,
    }
    const port = await speaking({ answers: offering, secured: answers })
    const verdict = await probe(port, { ...asUser, auth: 'plain' })
    expect(said(verdict)).toEqual(['down', 'status', 'signing in failed: the server said “535 no: AUTH PLAIN ***”'])
    expect(String(verdict.evidence?.dialogue)).toContain('< 535 not ***, ***')
    for (const form of ['horse', token, btoa(PASSWORD)]) expect(JSON.stringify(verdict)).not.toContain(form)
  })

  test('a server that offers no way to sign in that we know says which it offers', async () => {
    const answers = { EHLO: '250-mail.test\r\n250 AUTH GSSAPI\r\n' }
    const port = await speaking({ answers: offering, secured: answers })
    expect((await probe(port, { ...asUser, auth: 'auto' })).message).toBe(
      'the server offers neither PLAIN nor LOGIN to sign in (it offers GSSAPI)',
    )
  })
})

describe('smtp mailbox', () => {
  const accepting = { 'MAIL FROM': '250 ok\r\n', 'RCPT TO': '250 ok\r\n' }

  test('that is accepted is up, and nothing is sent', async () => {
    const heard: string[] = []
    const port = await speaking({ answers: accepting, heard })
    expect(said(await probe(port, { rcpt_to: 'ada@example.test' }))).toEqual([
      'up',
      undefined,
      `127.0.0.1:${port} accepts mail for ada@example.test`,
    ])
    const lines = ['EHLO monitor.invalid', 'MAIL FROM:<>', 'RCPT TO:<ada@example.test>', 'RSET', 'QUIT']
    expect(heard.splice(0)).toEqual(lines)
    await probe(port, { rcpt_to: 'ada@example.test', mail_from: 'probe@example.test' })
    expect(heard[1]).toBe('MAIL FROM:<probe@example.test>')
  })

  test.each([
    ['550 5.1.1 unknown', 'down', 'ada@example.test is not accepted: “550 5.1.1 unknown”'],
    ['451 4.7.1 greylisted', 'degraded', 'ada@example.test is not accepted at the moment: “451 4.7.1 greylisted”'],
  ])('answered with %s is %s', async (answer, status, message) => {
    const port = await speaking({ answers: { ...accepting, 'RCPT TO': `${answer}\r\n` } })
    const verdict = await probe(port, { rcpt_to: 'ada@example.test' })
    expect(said(verdict)).toEqual([status, 'status', message])
  })

  test('with a long name is told in a sentence that still fits, and long answers in short ones', async () => {
    const long = `250-mail.test\r\n250 ${'X'.repeat(40_000)}\r\n`
    const port = await speaking({ answers: { ...accepting, EHLO: long, 'RCPT TO': `550 ${'y'.repeat(9_000)}\r\n` } })
    const verdict = await probe(port, { rcpt_to: `${'a'.repeat(200)}@${'b'.repeat(50)}` })
    expect([verdict.status, verdict.message.length <= 300, JSON.stringify(verdict).length < 4_000]).toEqual([
      'down',
      true,
      true,
    ])
  })

  test('of a sender that is refused is down', async () => {
    const port = await speaking({ answers: { ...accepting, 'MAIL FROM': '553 no bounces\r\n' } })
    const { message } = await probe(port, { rcpt_to: 'ada@example.test' })
    expect(message).toBe('MAIL FROM was refused: the server said “553 no bounces”')
  })
})

test('settings that cannot work are named', () => {
  const problems = (settings: object) =>
    Object.keys(smtp.check?.({ url: '', settings: { host: 'x', port: 25, ...settings } }) ?? {})
  expect(problems({})).toEqual([])
  expect(problems({ auth: 'plain' })).toEqual(['settings.auth', 'settings.username', 'settings.password'])
  expect(problems({ auth: 'auto', security: 'tls', username: 'a', password: 'b' })).toEqual([])
  const { pattern = '' } = smtp.settings.properties.rcpt_to
  const fits = (text: string) => new RegExp(pattern).test(text)
  expect(['ada@example.test', '', "o'neil+x@[192.0.2.1]"].filter(fits)).toHaveLength(3)
  expect(['ada', 'a@b>\r\nDATA', 'a b@c', 'a@b\n', 'a@b@c', '<a@b>'].filter(fits)).toEqual([])
})

describe.if(exim !== undefined)("Debian's exim", () => {
  const settings = { ca: ca.cert, username: MAILBOX_USER, password: MAILBOX_PASSWORD }

  test('is spoken to in the clear, by STARTTLS and signed in, and asked for mailboxes', async () => {
    const it = await startExim(pair)
    const asked = (more: object) => probe(it.port, { ...settings, ...more }, 5_000)
    const plain = await asked({})
    const secured = await asked({ security: 'starttls' })
    const signed = await asked({ security: 'starttls', auth: 'auto', rcpt_to: 'postmaster@example.test' })
    const byLogin = await asked({ security: 'starttls', auth: 'login' })
    const wrong = await asked({ security: 'starttls', auth: 'plain', password: 'not it' })
    const grey = await asked({ rcpt_to: 'grey@example.test' })
    const unknown = await asked({ rcpt_to: 'nobody@example.test' })
    const distrusted = await asked({ security: 'starttls', ca: authority('Other').cert })
    const tls = await asked({ security: 'tls' })
    const log = await it.log()
    await it.stop()

    expect(said(plain)).toEqual(['up', undefined, `127.0.0.1:${it.port} is ready for mail`])
    expect(plain.evidence?.greeting).toMatch(/^mail\.test ESMTP Exim /)
    expect(plain.evidence?.capabilities).toContain('STARTTLS')
    expect([secured.status, secured.evidence?.certificates?.[0]?.subject]).toEqual(['up', 'mail.test'])
    expect(secured.evidence?.capabilities).toContain('AUTH PLAIN LOGIN')
    expect(signed.message).toBe(`127.0.0.1:${it.port} accepts mail for postmaster@example.test`)
    expect(byLogin.status).toBe('up')
    expect(said(wrong)).toEqual([
      'down',
      'status',
      'signing in failed: the server said “535 Incorrect authentication data”',
    ])
    expect(grey.message).toBe('grey@example.test is not accepted at the moment: “451 come back later”')
    expect(unknown.message).toBe('nobody@example.test is not accepted: “550 no such mailbox here”')
    expect([distrusted.status, distrusted.reason]).toEqual(['down', 'certificate'])
    expect([tls.status, tls.reason]).toEqual(['down', 'tls'])
    expect(JSON.stringify([signed, byLogin])).not.toContain(MAILBOX_PASSWORD)
    expect(log).not.toMatch(/unexpected disconnection|lost connection|synchronization error/)
  })

  test('with TLS at once', async () => {
    const it = await startExim(pair, { tls: true })
    const verdict = await probe(it.port, { ...settings, security: 'tls', auth: 'plain' }, 5_000)
    await it.stop()
    expect([verdict.status, verdict.evidence?.certificates?.[0]?.subject]).toEqual(['up', 'mail.test'])
  })
})
