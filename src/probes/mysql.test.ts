import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { constants, generateKeyPairSync, privateDecrypt } from 'node:crypto'
import type { Verdict } from '#probes/define'
import { mysql } from '#probes/mysql'
import { cachingSha2, nativePassword } from '#probes/mysql-auth'
import { authority } from '../../test/certs'
import { check, closedPort, descriptors, listening } from '../../test/probing'
import { type Daemon, lacking } from '../../test/servers/database'
import { mariadbPrograms, mariadbServer } from '../../test/servers/mariadb'

const said = ({ status, reason, message }: Verdict) => [status, reason, message]
const PASSWORD = 'my: a böse=pass, word'
const probe = (port: number, settings: Record<string, unknown> = {}, timeout_ms = 5_000) =>
  check(mysql, { settings: { host: '127.0.0.1', port, password: PASSWORD, ...settings }, timeout_ms })

describe.skipIf(lacking('MariaDB tests', mariadbPrograms))('mysql', () => {
  const ca = authority()
  let server: Daemon
  const at = (settings: Record<string, unknown> = {}, timeout_ms = 5_000) => probe(server.port, settings, timeout_ms)

  beforeAll(async () => {
    server = await mariadbServer({
      tls: ca.issue({ name: 'db.test', names: ['127.0.0.1'] }),
      settings: { 'max-connections': '10' },
      sql: [
        `create user monitor@'127.0.0.1' identified by '${PASSWORD}'`,
        `create user nobody@'127.0.0.1' identified by '${PASSWORD}'`,
        `create user secured@'127.0.0.1' identified by '${PASSWORD}' require ssl`,
        `create user unix@'127.0.0.1' identified via unix_socket`,
        'create database shop',
        'grant process on *.* to monitor@127.0.0.1',
        'grant all on shop.* to monitor@127.0.0.1',
        'create table shop.orders (id int, note text)',
        "insert into shop.orders values (1, 'first'), (2, null), (3, repeat('x', 1000))",
        'create procedure shop.report() sql security invoker begin do 1; select 7; select 8; end',
      ],
    })
  }, 120_000)
  afterAll(() => server?.stop('SIGTERM'))

  test('a server that answers is up, with its version and where the time went', async () => {
    const verdict = await at()
    expect(said(verdict)).toEqual(['up', undefined, `127.0.0.1:${server.port} answers`])
    expect(verdict.evidence).toMatchObject({
      address: '127.0.0.1',
      server_version: expect.stringMatching(/^\d+\.\d+\.\d+-MariaDB/),
      rows: 1,
      first_value: '1',
      sign_in_ms: expect.any(Number),
      query_ms: expect.any(Number),
    })
    expect(Object.keys(verdict.phases ?? {}).sort()).toEqual(['connect_ms', 'first_byte_ms'])
  })

  test.each([
    [{ expect: 'rows_at_least', expected: '3' }, 'up'],
    [{ expect: 'rows_at_most', expected: '2' }, 'the answer has 3 rows, expected at most 2'],
    [{ expect: 'equals', expected: '1' }, 'up'],
    [{ expect: 'greater', expected: '1' }, 'the first value is 1, not greater than 1'],
    [{ expect: 'contains', expected: 'irs', query: 'select note from orders order by id' }, 'up'],
    [{ expect: 'contains', expected: 'x', query: "select repeat('x', 70000)" }, 'up'],
    [{ expect: 'equals', expected: '', query: 'select null' }, 'the first value is empty (NULL)'],
    [{ expect: 'rows_at_most', expected: '0', query: 'do 1' }, 'up'],
    [{ expect: 'equals', expected: '7', query: 'call report()' }, 'up'],
  ])('the answer is judged: %j', async (settings, outcome) => {
    const verdict = await at({ database: 'shop', query: 'select * from orders order by id', ...settings })
    if (outcome === 'up') expect(said(verdict)).toEqual(['up', undefined, expect.any(String)])
    else expect(said(verdict)).toEqual(['down', 'assertion', outcome])
  })

  test('of the answer only the beginning of the first value is kept, and never the password', async () => {
    const long = await at({ query: 'select note, id from shop.orders order by id desc' })
    expect(long.evidence?.first_value).toBe(`${'x'.repeat(200)}…`)
    const leak = await at({ query: `select '${PASSWORD}'`, expect: 'equals', expected: 'x' })
    expect(JSON.stringify(leak)).not.toContain('böse')
    const broken = await at({ query: `selekt '${PASSWORD}'` })
    expect(said(broken).slice(0, 2)).toEqual(['down', 'status'])
    expect(JSON.stringify(broken)).not.toContain('böse')
  })

  test('what goes wrong is told in plain words', async () => {
    expect(said(await at({ password: 'wrong' }))).toEqual([
      'down',
      'status',
      'wrong user name or password for “monitor”',
    ])
    expect((await at({ password: '' })).message).toBe('the server does not let “monitor” in without a password')
    expect((await at({ database: 'attic' })).message).toMatch(
      /^(database “attic” does not exist|user “monitor” may not open the database “attic”)$/,
    )
    expect((await at({ username: 'nobody', database: 'shop' })).message).toBe(
      'user “nobody” may not open the database “shop”',
    )
    expect((await at({ database: 'shop', query: 'select * from nothing' })).message).toBe(
      "the query failed: Table 'shop.nothing' doesn't exist",
    )
    expect((await at({ username: 'unix' })).message).toContain('“unix”')
  })

  test('a server that may write is the primary', async () => {
    const primary = await at({ expect_role: 'primary' })
    expect([primary.status, primary.evidence?.read_only]).toEqual(['up', false])
    expect((await at({ expect_role: 'standby' })).message).toBe('the server is the primary, expected a standby')
  })

  test('TLS is done in the protocol’s own way and its certificate is judged', async () => {
    const any = await at({ tls: 'require', username: 'secured' })
    expect(said(any)).toEqual(['up', undefined, expect.any(String)])
    expect(Object.keys(any.phases ?? {}).sort()).toEqual(['connect_ms', 'first_byte_ms', 'tls_ms'])
    expect(any.evidence?.certificates?.[0]?.subject).toBe('db.test')
    expect((await at({ tls: 'verify', ca: ca.cert })).status).toBe('up')
    expect((await at({ tls: 'verify' })).reason).toBe('certificate')
    expect((await at({ username: 'secured' })).status).toBe('down')
  })

  test('a query that is too slow is a timeout, and the server stops working on it', async () => {
    const slow = await at({ query: 'select sleep(120)' }, 400)
    expect(said(slow)).toEqual(['down', 'timeout', 'no answer within 0.4 s'])
    expect(slow.evidence).toMatchObject({ step: 'query', server_version: expect.any(String) })
    const left = { query: "select id from information_schema.processlist where info like 'select sleep(120)%'" }
    while ((await at({ ...left, expect: 'rows_at_most', expected: '0' })).status !== 'up');
  })

  test('many checks at once leave nothing behind, on neither side, and no complaint in the log', async () => {
    const [before, written] = [descriptors(), server.log().length]
    for (let round = 0; round < 5; round++) {
      const verdicts = await Promise.all(Array.from({ length: 8 }, () => at()))
      expect(verdicts.map((it) => it.message)).toEqual(Array(8).fill(`127.0.0.1:${server.port} answers`))
    }
    expect(descriptors()).toBeLessThanOrEqual(before + 1)
    const others = "select id from information_schema.processlist where user = 'monitor' and id <> connection_id()"
    while ((await at({ query: others, expect: 'rows_at_most', expected: '0' })).status !== 'up');
    expect(/.*Aborted connection.*/.exec(server.log().slice(written))?.[0]).toBeUndefined()
  })

  test('too many connections are told as such', async () => {
    const verdicts = await Promise.all(Array.from({ length: 14 }, () => at({ query: 'select sleep(0.5)' })))
    expect(verdicts.map((it) => it.message)).toContain('the server has too many connections')
  })

  test('a big answer is read row by row and given up at 4 MB', async () => {
    const many = await at({
      query: 'select seq from seq_1_to_100000',
      database: 'shop',
      expect: 'rows_at_least',
      expected: '100000',
    })
    expect(said(many)).toEqual(['up', undefined, expect.any(String)])
    const endless = await at({ query: "select repeat('x', 1000) from seq_1_to_1000000000", database: 'shop' })
    expect(said(endless)).toEqual(['down', 'protocol', 'the server sends more than 4 MB'])
    expect((await at({ query: "select repeat('x', 5000000)" })).message).toBe('the server sends more than 4 MB')
  })
})

describe.skipIf(lacking('MariaDB tests', mariadbPrograms))('a mysql replica', () => {
  let server: Daemon
  beforeAll(async () => {
    const sql = [`create user monitor@'127.0.0.1' identified by '${PASSWORD}'`]
    server = await mariadbServer({ sql, settings: { 'read-only': '1' } })
  }, 120_000)
  afterAll(() => server?.stop('SIGTERM'))

  test('is up as a standby, and offers no TLS where it has none', async () => {
    const verdict = await probe(server.port, { expect_role: 'standby' })
    expect([verdict.status, verdict.evidence?.read_only]).toEqual(['up', true])
    expect((await probe(server.port, { expect_role: 'primary' })).message).toBe(
      'the server is a standby, expected the primary',
    )
    expect(said(await probe(server.port, { tls: 'require' }))).toEqual(['down', 'tls', 'the server offers no TLS'])
  })
})

/** A packet of a server, and a server that plays a list of answers, each to what the client just said. */
const packet = (sequence: number, ...parts: (string | number[] | Uint8Array)[]) => {
  const body = Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Uint8Array.from(part))),
  )
  return Buffer.concat([Uint8Array.of(body.length & 255, body.length >> 8, 0, sequence), body])
}
const SCRAMBLE = Buffer.from('abcdefgh12345678wxyz')
const hello = packet(
  0,
  [10],
  '9.1.0\0',
  [1, 0, 0, 0],
  SCRAMBLE.subarray(0, 8),
  [0, 0xff, 0xf7, 45, 2, 0, 0xff, 0xdf, 21, ...Array(10).fill(0)],
  SCRAMBLE.subarray(8),
  [0],
  'caching_sha2_password\0',
)
const OK = [0, 0, 0, 2, 0, 0, 0]
const scripted = (...steps: ((said: Buffer) => Buffer)[]) =>
  listening((socket) => {
    socket.write(hello)
    socket.on('data', (chunk: Buffer) => {
      const step = steps.shift()
      if (step) socket.write(step(chunk))
      else socket.end()
    })
  })
const one = (sequence: number) =>
  Buffer.concat([
    packet(sequence, [1]),
    packet(sequence + 1, [3], 'def', [0, 0, 0, 1], '1', [0, 12, 45, 0, 1, 0, 0, 0, 3, 0, 0, 0, 0, 0]),
    packet(sequence + 2, [0xfe, 0, 0, 2, 0]),
    packet(sequence + 3, [1], '1'),
    packet(sequence + 4, [0xfe, 0, 0, 2, 0]),
  ])

// Debian has MariaDB, which lacks this way to sign in; these servers play MySQL's part of it.
describe('caching_sha2_password', () => {
  test('agrees with the vectors of the Go driver', () => {
    // https://github.com/go-sql-driver/mysql/blob/master/auth_test.go TestScrambleSHA256Pass
    const scramble = Uint8Array.of(10, 47, 74, 111, 75, 73, 34, 48, 88, 76, 114, 74, 37, 13, 3, 80, 82, 2, 23, 21)
    expect(cachingSha2('secret', scramble).toString('hex')).toBe(
      'f490e76f66d9d86665ce54d98c78d0acfe2fb0b08b423da807144873d30b312c',
    )
    expect([cachingSha2('', scramble).length, nativePassword('', scramble).length]).toEqual([0, 0])
  })

  test('a password that the server has seen before needs one round', async () => {
    let proof = ''
    const server = await scripted(
      (chunk) => {
        proof = chunk.includes(cachingSha2(PASSWORD, SCRAMBLE)) ? 'right' : 'wrong'
        return Buffer.concat([packet(2, [1, 3]), packet(3, OK)])
      },
      () => one(1),
    )
    const verdict = await probe(server.port)
    expect([verdict.status, proof, verdict.evidence?.server_version]).toEqual(['up', 'right', '9.1.0'])
    server.close()
  })

  test('otherwise it goes under the server’s key, and only there', async () => {
    const keys = generateKeyPairSync('rsa', { modulusLength: 2_048 })
    let told = ''
    const server = await scripted(
      () => packet(2, [1, 4]),
      (chunk) =>
        packet(4, [1], chunk[4] === 2 ? keys.publicKey.export({ type: 'spki', format: 'pem' }).toString() : 'what?'),
      (chunk) => {
        const key = { key: keys.privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING }
        const masked = privateDecrypt(key, chunk.subarray(4))
        told = Buffer.from(masked.map((byte, at) => byte ^ (SCRAMBLE[at % 20] ?? 0))).toString()
        return packet(6, OK)
      },
      () => one(1),
    )
    expect(said(await probe(server.port))).toEqual(['up', undefined, expect.any(String)])
    expect(told).toBe(`${PASSWORD}\0`)
    server.close()
    const crooked = await scripted(
      () => packet(2, [1, 4]),
      () => packet(4, [1], 'no key at all'),
    )
    expect((await probe(crooked.port)).message).toBe('the server sent no usable key for the password; turn on TLS')
    crooked.close()
  })
})

describe('what is no MySQL', () => {
  test('nothing there, nothing said, something else, and something without an end', async () => {
    expect((await probe(await closedPort())).reason).toBe('refused')
    const mute = await listening(() => {})
    expect(said(await probe(mute.port, {}, 200))).toEqual(['down', 'timeout', 'no answer within 0.2 s'])
    expect((await probe(mute.port, { tls: 'require' }, 200)).reason).toBe('timeout')
    mute.close()
    for (const words of ['SSH-2.0-OpenSSH_9.2\r\n', '\x05\0\0\0hello', 'HTTP/1.1 400 Bad Request\r\n\r\n']) {
      const other = await listening((socket) => socket.write(words))
      for (const tls of ['disable', 'require'])
        expect(said(await probe(other.port, { tls }))).toEqual(['down', 'protocol', 'the server does not speak MySQL'])
      other.close()
    }
    const endless = await listening((socket) => {
      socket.write(hello)
      const row = packet(1, [1, 3], Buffer.alloc(16_000))
      const pour = () => {
        while (socket.writable && socket.write(row));
        socket.once('drain', pour)
      }
      pour()
    })
    expect(said(await probe(endless.port))).toEqual(['down', 'protocol', 'the server sends more than 4 MB'])
    endless.close()
  })

  test('a server that asks for a file, or for the password in clear, gets neither', async () => {
    let heard = Buffer.alloc(0)
    const thief = await scripted(
      () => packet(2, OK),
      () => packet(1, [0xfb], '/etc/passwd'),
      (chunk) => {
        heard = Buffer.concat([heard, chunk])
        return Buffer.alloc(0)
      },
    )
    expect(said(await probe(thief.port))).toEqual([
      'down',
      'protocol',
      'the server asks for a file of this machine; it gets none',
    ])
    expect(heard.toString('latin1')).not.toContain('root:')
    thief.close()
    const curious = await scripted(() => packet(2, [0xfe], 'mysql_clear_password\0'))
    expect((await probe(curious.port)).message).toBe('the server asks for the password in clear; turn on TLS')
    curious.close()
    const other = await scripted(() => packet(2, [0xfe], 'client_ed25519\0', SCRAMBLE))
    expect((await probe(other.port)).message).toBe(
      'the server asks to sign in by a method that is not supported: client_ed25519',
    )
    other.close()
    const blocked = await listening((socket) => socket.end(packet(0, [0xff, 0x69, 0x04], 'Host is blocked')))
    expect((await probe(blocked.port)).message).toStartWith('the server blocks this address')
    blocked.close()
  })
})
