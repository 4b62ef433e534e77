import { afterAll, afterEach, describe, expect, test } from 'bun:test'
import { connect, type Socket } from 'node:net'
import type { Verdict } from '#probes/define'
import { ssh } from '#probes/ssh'
import { packet, string, uint32 } from '#probes/ssh-wire'
import { check, closedPort, listening } from '../../test/probing'
import { sshd, startSshd } from '../../test/servers/sshd'

const closers: (() => void)[] = []
afterAll(() => {
  for (const close of closers) close()
})
const server = async (onSocket: (socket: Socket) => void) => {
  const it = await listening(onSocket)
  closers.push(it.close)
  return it.port
}
/** Introduces itself with these bytes and then does this with whatever it hears. */
const saying = (text: string | Buffer, hear: (socket: Socket, heard: string) => void = () => {}) =>
  server((socket) => {
    socket.write(text)
    socket.on('data', (chunk) => hear(socket, chunk.toString('latin1')))
  })
const probe = (port: number, settings: Record<string, unknown> = {}, timeout_ms = 3_000) =>
  check(ssh, { settings: { host: '127.0.0.1', port, ...settings }, timeout_ms })
const greeted = (port: number, settings: Record<string, unknown> = {}) =>
  probe(port, { read_host_key: false, ...settings })
const said = ({ status, reason, message }: Verdict) => [status, reason, message]

const BANNER = 'SSH-2.0-OpenSSH_9.9 Debian-1'
/** As a server hangs up once it was told goodbye. */
const polite = (socket: Socket, heard: string) => heard.includes('the check is done') && socket.end()

describe('ssh introduction', () => {
  test('is read and shown, and is left politely', async () => {
    let all = ''
    const port = await saying(`${BANNER}\r\n`, (socket, heard) => {
      all += heard
      polite(socket, all)
    })
    const verdict = await greeted(port)
    expect(said(verdict)).toEqual(['up', undefined, 'OpenSSH_9.9 answers'])
    expect(verdict.evidence).toMatchObject({ banner: BANNER, software: 'OpenSSH_9.9', ssh_protocol: '2.0' })
    expect(verdict.phases).toEqual({ connect_ms: expect.any(Number), first_byte_ms: expect.any(Number) })
    expect(all).toStartWith('SSH-2.0-Xinex\r\n')
    expect((await probe(await closedPort())).reason).toBe('refused')
  })

  test('may come after other lines, in pieces, and end with a bare line feed', async () => {
    const port = await server((socket) => {
      const pieces = ['Welcome to the b', 'astion\r\nSS-no\r\nSS', 'H-2.0-dropbear_2024.86\n']
      const next = () => {
        const piece = pieces.shift()
        if (piece !== undefined) socket.write(piece, () => setImmediate(next))
        else socket.end()
      }
      next()
    })
    expect((await greeted(port)).evidence?.banner).toBe('SSH-2.0-dropbear_2024.86')
  })

  test('can be compared with a text or a pattern', async () => {
    const port = await saying(`${BANNER}\r\n`, polite)
    expect((await greeted(port, { expect: 'Debian' })).status).toBe('up')
    expect((await greeted(port, { expect: 'OpenSSH_9\\.\\d', expect_mode: 'regex' })).status).toBe('up')
    expect(said(await greeted(port, { expect: 'OpenSSH_10' }))).toEqual([
      'down',
      'assertion',
      'the introduction does not contain “OpenSSH_10”',
    ])
  })

  test.each([
    ['SSH-1.5-old', 'the server still speaks SSH protocol 1 (“SSH-1.5-old”)'],
    ['SSH-1.99-older', 'the server still speaks SSH protocol 1 (“SSH-1.99-older”)'],
    ['SSH-3.0-new', 'the server speaks an unknown version of SSH: “SSH-3.0-new”'],
    ['SSH-', 'the server does not speak SSH: it said “SSH-”'],
  ])('%s is down', async (line, message) => {
    const port = await saying(`${line}\r\n`, polite)
    expect([(await probe(port)).status, (await probe(port)).message]).toEqual(['down', message])
  })

  test('protocol 1 can be tolerated', async () => {
    const both = await saying('SSH-1.99-older\r\n', polite)
    expect((await greeted(both, { refuse_protocol_1: false })).status).toBe('up')
    const old = await saying('SSH-1.5-old\r\n')
    expect((await probe(old, { refuse_protocol_1: false })).status).toBe('up')
    const key = { host_key_sha256: `SHA256:${'x'.repeat(43)}`, refuse_protocol_1: false }
    expect((await probe(old, key)).message).toBe(
      'the host key could not be compared: the server speaks protocol 1 only',
    )
  })

  test('that never comes, is too long or is something else is told', async () => {
    const words = await server((socket) => socket.end('Not allowed at this time\r\n'))
    expect(said(await probe(words))).toEqual([
      'down',
      'reset',
      'the server closed the connection without introducing itself; it said “Not allowed at this time”',
    ])
    expect(said(await probe(await saying(`SSH-2.0-${'x'.repeat(300)}`)))).toEqual([
      'down',
      'protocol',
      'the server introduces itself with more than 255 bytes',
    ])
    const pouring = await server((socket) => {
      const pour = () => socket.writable && socket.write('220 mail\r\n'.repeat(1_000), pour)
      pour()
    })
    expect(said(await probe(pouring))).toEqual([
      'down',
      'protocol',
      'the server does not speak SSH: it began with “220 mail”',
    ])
    expect(said(await probe(await server(() => {}), {}, 100))).toEqual(['down', 'timeout', 'no answer within 0.1 s'])
  })
})

describe('ssh key exchange', () => {
  const kex = (port: number, timeout_ms = 3_000) => probe(port, {}, timeout_ms)
  const after = (bytes: Buffer | string) => saying(Buffer.concat([Buffer.from(`${BANNER}\r\n`), Buffer.from(bytes)]))

  test.each([
    ['text', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['a packet of four gigabytes', Buffer.from('ffffffff0414', 'hex')],
    ['a packet that is all padding', Buffer.from('0000000cff14000000000000000000ff', 'hex')],
    ['another message', packet(Buffer.from('5'))],
    ['a list longer than its packet', packet(Buffer.concat([Buffer.of(20), Buffer.alloc(16), uint32(9_999)]))],
    [
      'nothing but what may be ignored',
      Buffer.concat(Array(10).fill(packet(Buffer.concat([Buffer.of(2), string('x'.repeat(8_000))])))),
    ],
  ])('with a server that sends %s ends at once', async (_, bytes) => {
    const verdict = await kex(await after(bytes))
    expect(said(verdict)).toEqual(['down', 'protocol', 'the server sends something that is no SSH'])
    expect(verdict.evidence?.banner).toBe(BANNER)
  })

  test('that the server breaks off is down, with its words', async () => {
    const words = Buffer.concat([Buffer.of(1), uint32(2), string('no such\u202e luck'), string('')])
    expect(said(await kex(await after(packet(words))))).toEqual([
      'down',
      'reset',
      'the server broke off: “no such· luck”',
    ])
    const gone = await saying(`${BANNER}\r\n`, (socket) => socket.end())
    expect((await kex(gone)).message).toBe('the server closed the connection during the key exchange')
    const mute = await kex(await after(''), 100)
    expect([mute.reason, mute.evidence?.banner]).toEqual(['timeout', BANNER])
  })

  test('settings that cannot work are named', () => {
    const problems = (settings: object) =>
      Object.keys(ssh.check?.({ url: '', settings: { host: 'x', port: 22, ...settings } }) ?? {})
    const host_key_sha256 = `SHA256:${'x'.repeat(43)}`
    expect(problems({ host_key_sha256 })).toEqual([])
    expect(problems({ host_key_sha256, read_host_key: false })).toEqual(['settings.read_host_key'])
    expect(problems({ expect: '(a)\\1', expect_mode: 'regex' })).toEqual(['settings.expect'])
    const fits = (text: string) => new RegExp(ssh.settings.properties.host_key_sha256.pattern ?? '').test(text)
    expect(['', host_key_sha256, `${'x'.repeat(43)}=`].filter(fits)).toHaveLength(3)
    expect(['MD5:00:11', 'SHA256:short', `${host_key_sha256}\n`].filter(fits)).toEqual([])
  })
})

describe.if(sshd !== undefined)("Debian's sshd", () => {
  const stops: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop()
  })
  const started = async (...args: Parameters<typeof startSshd>) => {
    const it = await startSshd(...args)
    stops.push(it.stop)
    return it
  }

  test('shows the fingerprints that ssh-keygen reads from its files, and its log does not complain', async () => {
    const it = await started([['ed25519'], ['ecdsa', 256], ['rsa', 2_048]])
    const [ed25519, ecdsa, rsa] = it.fingerprints
    const seen = async (settings: Record<string, unknown>) => {
      const { status, evidence } = await probe(it.port, settings)
      return [status, evidence?.host_key_type, evidence?.host_key]
    }
    expect(await seen({})).toEqual(['up', 'ssh-ed25519', ed25519])
    expect(await seen({ host_key_sha256: ed25519 })).toEqual(['up', 'ssh-ed25519', ed25519])
    expect(await seen({ host_key_type: 'ecdsa', host_key_sha256: ecdsa?.replace('SHA256:', '') })).toEqual([
      'up',
      'ecdsa-sha2-nistp256',
      ecdsa,
    ])
    expect(await seen({ host_key_type: 'rsa', host_key_sha256: `${rsa}=` })).toEqual(['up', 'ssh-rsa', rsa])
    expect((await greeted(it.port)).message).toMatch(/^OpenSSH_[\d.p]+ answers$/)
    await stops.pop()?.()
    const log = it.output()
    expect(log.match(/Received disconnect .*the check is done/g)).toHaveLength(5)
    expect(log).not.toMatch(/error|reset|closed by/i)
  })

  test('with another key than the expected one is down', async () => {
    const it = await started([['ed25519'], ['rsa', 2_048]])
    const expected = `SHA256:${'A'.repeat(43)}`
    const verdict = await probe(it.port, { host_key_sha256: expected, host_key_type: 'ed25519' })
    const key = it.fingerprints[0]
    expect(said(verdict)).toEqual([
      'down',
      'assertion',
      `the host key is not the expected one but ${key} (ssh-ed25519)`,
    ])
    const { message } = await probe(it.port, { host_key_sha256: it.fingerprints[1] })
    expect(message).toEndWith('should that be another of its keys, choose its kind (ed25519, rsa)')
    const none = await probe(it.port, { host_key_sha256: expected, host_key_type: 'ecdsa' })
    expect(none.message).toBe('the host key could not be compared: the server has no ecdsa host key, only ed25519, rsa')
  })

  test.each([
    ['curve25519-sha256', 'ssh-ed25519', ['ed25519']],
    ['curve25519-sha256@libssh.org', 'rsa-sha2-512', ['rsa', 3_072]],
    ['ecdh-sha2-nistp256', 'ecdsa-sha2-nistp384', ['ecdsa', 384]],
    ['diffie-hellman-group14-sha256', 'ecdsa-sha2-nistp521', ['ecdsa', 521]],
    ['diffie-hellman-group14-sha256', 'rsa-sha2-256', ['rsa', 2_048]],
    ['diffie-hellman-group14-sha1', 'ssh-rsa', ['rsa', 2_048]],
  ] as const)('that only knows %s and %s proves its key', async (exchange, algorithm, [type, bits]) => {
    const lines = [`KexAlgorithms ${exchange}`, `HostKeyAlgorithms ${algorithm}`]
    const it = await started([[type, bits]], lines)
    const { status, evidence } = await probe(it.port, { host_key_sha256: it.fingerprints[0] })
    expect([status, evidence?.key_exchange, evidence?.host_key]).toEqual(['up', exchange, it.fingerprints[0]])
  })

  test('with no key exchange in common is up, unless its key has to be compared', async () => {
    const it = await started([['ed25519']], ['KexAlgorithms sntrup761x25519-sha512@openssh.com'])
    const verdict = await probe(it.port)
    const sentence = 'the server knows no key exchange that this check knows'
    expect([verdict.status, verdict.evidence?.host_key]).toEqual(['up', sentence])
    expect(said(await probe(it.port, { host_key_sha256: it.fingerprints[0] }))).toEqual([
      'down',
      'protocol',
      `the host key could not be compared: ${sentence}`,
    ])
  })

  test('that is full says so', async () => {
    const it = await started([['ed25519']], ['MaxStartups 1'])
    const first = connect(it.port, '127.0.0.1')
    await new Promise((resolve) => first.once('data', resolve))
    const verdict = await probe(it.port)
    first.destroy()
    expect(said(verdict)).toEqual([
      'down',
      'reset',
      'the server closed the connection without introducing itself; it said “Exceeded MaxStartups”',
    ])
  })

  /** Somebody in the middle, who changes what the server says. */
  const between = (port: number, change: (bytes: Buffer) => Buffer) =>
    server((socket) => {
      const upstream = connect(port, '127.0.0.1').on('error', () => socket.destroy())
      socket.on('data', (bytes: Buffer) => upstream.write(bytes)).on('close', () => upstream.destroy())
      upstream.on('data', (bytes: Buffer) => socket.write(change(bytes))).on('end', () => socket.end())
    })

  test('whose key is shown by somebody who does not have it is down', async () => {
    const [real, mine] = [await started([['ed25519']]), await started([['ed25519']])]
    const blob = async (folder: string) => {
      const [, base64 = ''] = (await Bun.file(`${folder}/host_ed25519_.pub`).text()).split(' ')
      return Buffer.from(base64, 'base64')
    }
    const [theirs, own] = [await blob(real.folder), await blob(mine.folder)]
    const port = await between(mine.port, (bytes) => {
      const at = bytes.indexOf(own)
      if (at >= 0) theirs.copy(bytes, at)
      return bytes
    })
    const key = real.fingerprints[0]
    expect(said(await probe(port, { host_key_sha256: key }))).toEqual([
      'down',
      'protocol',
      `the server shows the host key ${key} but cannot prove that it has it`,
    ])
    expect((await probe(port)).status).toBe('down')
    const honest = await between(real.port, (bytes) => bytes)
    expect((await probe(honest, { host_key_sha256: key })).status).toBe('up')
  })

  test.each([
    ['its offer', 'chacha20-poly1305@openssh.com', 'chacha20-poly1305@openssh.org'],
    ['its name', 'SSH-2.0-OpenSSH', 'SSH-2.0-Openssh'],
  ])('of which somebody changed %s on the way is down', async (_, from, to) => {
    const it = await started([['rsa', 2_048]])
    const port = await between(it.port, (bytes) => Buffer.from(bytes.toString('latin1').replace(from, to), 'latin1'))
    expect((await probe(port)).message).toContain('cannot prove that it has it')
  })
})
