import { afterAll, describe, expect, test } from 'bun:test'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Verdict } from '#probes/define'
import { tcp } from '#probes/tcp'
import { tls } from '#probes/tls'
import { authority } from '../../test/certs'
import { check, closedPort, listening } from '../../test/probing'

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
  check(tcp, { settings: { host: '127.0.0.1', port, ...settings }, timeout_ms })
const said = ({ status, reason, message }: Verdict) => [status, reason, message]

/** Speaks a line protocol and starts TLS when told to, as real servers do. */
const speaking = (greeting: string, replies: Record<string, string>, start: string) =>
  server((socket) => {
    socket.write(greeting)
    socket.on('data', function answer(chunk: Buffer) {
      const line = chunk.toString().trim()
      socket.write(replies[line.split(' ')[0] ?? ''] ?? replies[line] ?? '500 what?\r\n')
      if (line !== start) return
      socket.off('data', answer)
      const secured = new TLSSocket(socket, { isServer: true, ...pair })
      secured.on('error', () => {}).on('data', () => secured.write('secured\r\n'))
    })
  })

describe('tcp', () => {
  test('an open port is up, a closed one is refused', async () => {
    const port = await server(() => {})
    const verdict = await probe(port)
    expect(said(verdict)).toEqual(['up', undefined, `127.0.0.1:${port} answers`])
    expect(verdict.phases).toEqual({ connect_ms: expect.any(Number) })
    expect(said(await probe(await closedPort())).slice(0, 2)).toEqual(['down', 'refused'])
  })

  test('what is sent and what comes back can be demanded, as text and as a pattern', async () => {
    const port = await server((socket) =>
      socket.on(
        'data',
        (line) => socket.write(line.toString() === 'PING\r\n' ? '+PO' : 'ERR') && socket.write('NG\r\n'),
      ),
    )
    expect((await probe(port, { send: 'PING\\r\\n', expect: '+PONG' })).status).toBe('up')
    expect((await probe(port, { send: 'PING\\r\\n', expect: '^\\+P.NG', expect_mode: 'regex' })).status).toBe('up')
  })

  test('a wrong answer is shown, a missing one is a timeout', async () => {
    const wrong = await server((socket) => socket.end('-ERR no\r\n'))
    const verdict = await probe(wrong, { expect: '+PONG' })
    expect(said(verdict)).toEqual(['down', 'assertion', 'the answer does not contain “+PONG”'])
    expect(verdict.evidence?.body).toBe('-ERR no\r\n')
    const mute = await server(() => {})
    expect(said(await probe(mute, { expect: 'x' }, 100))).toEqual(['down', 'timeout', 'no answer within 0.1 s'])
  })

  test('a wrong answer of a server that then waits for us is an answer, not a silence', async () => {
    const open = await server((socket) => socket.write('554 no mail here\r\n'))
    const verdict = await probe(open, { expect: '220 ' }, 150)
    expect(said(verdict)).toEqual(['down', 'assertion', 'the answer does not contain “220 ”'])
    expect(verdict.evidence?.body).toBe('554 no mail here\r\n')
  })

  test('an endless answer without the text is given up at 64 KB', async () => {
    const port = await server((socket) => {
      const pour = () => socket.writable && socket.write('y'.repeat(8_192), pour)
      pour()
    })
    const verdict = await probe(port, { expect: 'x' })
    expect(verdict.reason).toBe('assertion')
    expect(verdict.evidence?.body?.length).toBeLessThanOrEqual(8_193)
  })

  test('a pattern that no engine should run is refused before it is saved', () => {
    const settings = { host: 'x', port: 1, expect: '(a)\\1', expect_mode: 'regex' as const }
    expect(Object.keys(tcp.check?.({ url: '', settings }) ?? {})).toEqual(['settings.expect'])
    expect(tcp.target({ url: '', settings: { host: '::1', port: 22 } })).toBe('[::1]:22')
  })

  test.each([
    ['smtp', '220 mail ESMTP\r\n', { EHLO: '250-mail\r\n250 STARTTLS\r\n', STARTTLS: '220 go\r\n' }, 'STARTTLS'],
    ['imap', '* OK ready\r\n', { a1: 'a1 OK begin\r\n' }, 'a1 STARTTLS'],
    ['pop3', '+OK ready\r\n', { STLS: '+OK begin\r\n' }, 'STLS'],
    ['ftp', '220 ftp\r\n', { AUTH: '234 go\r\n' }, 'AUTH TLS'],
  ] as const)('%s is secured by STARTTLS and then spoken to', async (security, greeting, replies, start) => {
    const port = await speaking(greeting, replies, start)
    const verdict = await probe(port, { security, ca: ca.cert, send: 'NOOP\\r\\n', expect: 'secured' })
    expect(said(verdict)).toEqual(['up', undefined, `127.0.0.1:${port} answers`])
    expect(verdict.evidence?.certificates?.[0]?.subject).toBe('mail.test')
    expect((await probe(port, { security })).reason).toBe('certificate')
    const judged = await check(tls, { settings: { host: '127.0.0.1', port, starttls: security, ca: ca.cert } })
    expect(judged.message).toStartWith('certificate of mail.test expires in ')
  })

  test('a server that knows no STARTTLS says so', async () => {
    const port = await speaking('220 mail\r\n', { EHLO: '250 mail\r\n', STARTTLS: '454 not today\r\n' }, 'never')
    expect(said(await probe(port, { security: 'smtp' }))).toEqual([
      'down',
      'protocol',
      'STARTTLS failed: the server said “454 not today”',
    ])
  })
})
