import { MAILBOX_PASSWORD, MAILBOX_USER } from '../servers/exim'
import { at, SHORT_MS } from './ask'
import { GREETING } from './reasons'
import type { Ask, Row } from './row'
import type { World } from './world'

const greeting = [{ expect: '^220 ' }]
const tls = (w: World) => ({ tls_config: { ca_file: w.caFile } })
const secured = [
  ...greeting,
  { send: 'EHLO monitor' },
  { expect: '^250 ' },
  { send: 'STARTTLS' },
  { expect: '^220 ' },
  { starttls: true },
  { send: 'EHLO monitor' },
  { expect: '^250 ' },
]
const login = (user: string, password: string) => {
  const plain = Buffer.from(`\0${user}\0${password}`).toString('base64')
  return {
    query_response: [...secured, { send: `AUTH PLAIN ${plain}` }, { expect: '^235 ' }],
  }
}
const mailUser = (w: World, password: string): Ask => {
  const settings = { security: 'starttls', auth: 'login', username: MAILBOX_USER, password }
  const module = { ...login(MAILBOX_USER, password), ...tls(w) }
  return at(w, 'smtp', w.exim.port, {
    settings,
    module,
    timeout_ms: 4_000,
    args: ['-S', '-A', 'LOGIN', '-U', MAILBOX_USER, '-P', password],
  })
}
/** Mail servers. */
export const mailRows: Row[] = [
  {
    target: 'smtp, ready',
    ours: ['up'],
    blackbox: [1],
    plugin: ['check_smtp', 0],
    ask: (w) => at(w, 'smtp', w.exim.port, { module: { query_response: greeting } }),
  },
  {
    target: 'smtp, STARTTLS',
    ours: ['up'],
    blackbox: [1],
    plugin: ['check_smtp', 0],
    ask: (w) =>
      at(w, 'smtp', w.exim.port, {
        settings: { security: 'starttls' },
        module: { query_response: secured, ...tls(w) },
        args: ['-S'],
      }),
  },
  {
    target: 'smtp, STARTTLS with an expired certificate',
    ours: ['down', 'certificate'],
    blackbox: [0, 'TLS Handshake (client) failed'],
    plugin: ['check_smtp', 0, 'SMTP OK'],
    differs: { plugin: 'check_smtp does not verify certificates.' },
    ask: (w) =>
      at(w, 'smtp', w.eximBad.port, {
        settings: { security: 'starttls' },
        module: { query_response: secured, ...tls(w) },
        args: ['-S'],
      }),
  },
  {
    target: 'smtp, STARTTLS not offered',
    ours: ['down', 'tls'],
    blackbox: [0, 'i/o timeout'],
    plugin: ['check_smtp', 1, 'TLS not supported by server'],
    differs: { plugin: 'check_smtp only warns; whoever asks for encryption does not get it.' },
    ask: (w) =>
      at(w, 'smtp', w.talk.plainMail.port, {
        timeout_ms: SHORT_MS,
        settings: { security: 'starttls' },
        module: { query_response: secured, ...tls(w) },
        args: ['-S'],
      }),
  },
  {
    target: 'smtp, signing in',
    ours: ['up'],
    blackbox: [1],
    plugin: ['check_smtp', 0],
    ask: (w) => mailUser(w, MAILBOX_PASSWORD),
  },
  {
    target: 'smtp, wrong password',
    ours: ['down', 'status'],
    blackbox: [0, 'i/o timeout'],
    plugin: ['check_smtp', 2, 'invalid response received after authpass'],
    ask: (w) => mailUser(w, 'wrong'),
  },
  {
    target: 'smtp, greets with 554',
    ours: ['down', 'status'],
    blackbox: [0, 'i/o timeout'],
    plugin: ['check_smtp', 1, '554 no mail here'],
    differs: { plugin: GREETING },
    ask: (w) => at(w, 'smtp', w.talk.full.port, { timeout_ms: SHORT_MS, module: { query_response: greeting } }),
  },
  {
    target: 'smtp, greets with 421',
    ours: ['down', 'status'],
    blackbox: [0, 'i/o timeout'],
    plugin: ['check_smtp', 1, '421 too many connections'],
    differs: { plugin: GREETING },
    ask: (w) => at(w, 'smtp', w.talk.busy.port, { timeout_ms: SHORT_MS, module: { query_response: greeting } }),
  },
  {
    target: 'smtp, silent',
    ours: ['down', 'timeout'],
    blackbox: [0, 'i/o timeout'],
    plugin: ['check_smtp', 2, 'Socket timeout'],
    ask: (w) => at(w, 'smtp', w.talk.mute.port, { timeout_ms: SHORT_MS, module: { query_response: greeting } }),
  },
  {
    target: 'smtp, closed at once',
    ours: ['down', 'reset'],
    blackbox: [0, 'Regexp did not match'],
    plugin: ['check_smtp', 1, 'recv() failed'],
    differs: { plugin: 'check_smtp only warns when the server hangs up without a greeting.' },
    ask: (w) => at(w, 'smtp', w.talk.hangup.port, { module: { query_response: greeting } }),
  },
  {
    target: 'smtp, a mailbox that exists',
    ours: ['up'],
    blackbox: [1],
    plugin: ['check_smtp', 0],
    ask: (w) =>
      at(w, 'smtp', w.exim.port, {
        settings: { rcpt_to: 'postmaster@example.test' },
        module: {
          query_response: [
            ...greeting,
            { send: 'EHLO monitor' },
            { expect: '^250 ' },
            { send: 'MAIL FROM:<>' },
            { expect: '^250 ' },
            { send: 'RCPT TO:<postmaster@example.test>' },
            { expect: '^250 ' },
          ],
        },
        args: ['-f', 'a@example.test', '-C', 'RCPT TO:<postmaster@example.test>', '-R', '250'],
      }),
  },
  {
    target: 'smtp, a mailbox that is refused',
    ours: ['down', 'status'],
    blackbox: [0, '550 no such mailbox here'],
    plugin: ['check_smtp', 1, '550 no such mailbox here'],
    differs: { plugin: 'check_smtp only warns of a response other than the expected one.' },
    ask: (w) =>
      at(w, 'smtp', w.exim.port, {
        timeout_ms: 4_000,
        settings: { rcpt_to: 'nobody@example.test' },
        module: {
          query_response: [
            ...greeting,
            { send: 'EHLO monitor' },
            { expect: '^250 ' },
            { send: 'MAIL FROM:<>' },
            { expect: '^250 ' },
            { send: 'RCPT TO:<nobody@example.test>' },
            { expect: '^250 ' },
          ],
        },
        args: ['-f', 'a@example.test', '-C', 'RCPT TO:<nobody@example.test>', '-R', '250'],
      }),
  },
]
