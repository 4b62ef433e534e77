import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { openNet } from '#kernel/net'
import type { Verdict } from '#probes/define'
import { mongodb } from '#probes/mongodb'
import { mysql } from '#probes/mysql'
import { postgres } from '#probes/postgres'
import { redis } from '#probes/redis'
import { authority } from '../../test/certs'
import { check, closedPort, descriptors, listening } from '../../test/probing'
import { type Daemon, lacking } from '../../test/servers/database'
import { postgresPrograms, postgresServer } from '../../test/servers/postgres'

const said = ({ status, reason, message }: Verdict) => [status, reason, message]
const PASSWORD = 'pg: a böse=pass, word'
const probe = (port: number, settings: Record<string, unknown> = {}, timeout_ms = 5_000) =>
  check(postgres, { settings: { host: '127.0.0.1', port, password: PASSWORD, ...settings }, timeout_ms })

const absent = lacking('PostgreSQL tests', { postgresql: postgresPrograms })

describe.skipIf(absent)('postgres', () => {
  const ca = authority()
  let server: Daemon
  const at = (settings: Record<string, unknown> = {}, timeout_ms = 5_000) => probe(server.port, settings, timeout_ms)

  beforeAll(async () => {
    server = await postgresServer({
      password: PASSWORD,
      tls: ca.issue({ name: 'db.test', names: ['127.0.0.1'] }),
      settings: { max_connections: '12', superuser_reserved_connections: '0', log_connections: 'on' },
      hba: [
        'hostssl all secured 127.0.0.1/32 scram-sha-256',
        'host all old 127.0.0.1/32 md5',
        'hostnossl all clear 127.0.0.1/32 password',
        'hostssl all clear 127.0.0.1/32 password',
        'host all postgres 127.0.0.1/32 scram-sha-256',
      ],
    })
    const make = await at({
      query: `set password_encryption = md5; create role old login password '${PASSWORD}';
        set password_encryption = 'scram-sha-256'; create role secured login password '${PASSWORD}';
        create role clear login password '${PASSWORD}'; create table orders (id int, note text);
        insert into orders values (1, 'first'), (2, null), (3, repeat('x', 1000));`,
    })
    expect(make.status).toBe('up')
  }, 60_000)
  afterAll(() => server?.stop())

  test('a server that answers is up, with its version and where the time went', async () => {
    const verdict = await at()
    expect(said(verdict)).toEqual(['up', undefined, `127.0.0.1:${server.port}/postgres answers`])
    expect(verdict.evidence).toMatchObject({
      address: '127.0.0.1',
      server_version: expect.stringMatching(/^\d+/),
      rows: 1,
      first_value: '1',
      sign_in_ms: expect.any(Number),
      query_ms: expect.any(Number),
    })
    expect(Object.keys(verdict.phases ?? {}).sort()).toEqual(['connect_ms', 'first_byte_ms'])
    expect(verdict.phases?.first_byte_ms).toBeGreaterThan(0)
  })

  test.each([
    [{ expect: 'rows_at_least', expected: '3' }, 'up'],
    [{ expect: 'rows_at_least', expected: '4' }, 'the answer has 3 rows, expected at least 4'],
    [{ expect: 'rows_at_most', expected: '2' }, 'the answer has 3 rows, expected at most 2'],
    [{ expect: 'equals', expected: '1' }, 'up'],
    [{ expect: 'equals', expected: '7' }, 'the first value is “1”, not “7”'],
    [{ expect: 'greater', expected: '0.5' }, 'up'],
    [{ expect: 'greater', expected: '1' }, 'the first value is 1, not greater than 1'],
    [{ expect: 'less', expected: '1' }, 'the first value is 1, not less than 1'],
    [{ expect: 'contains', expected: 'irs', query: 'select note from orders order by id' }, 'up'],
    [{ expect: 'contains', expected: 'z', query: 'select true' }, 'the first value “t” does not contain “z”'],
    [{ expect: 'less', expected: '1', query: "select 'lots'" }, 'the first value “lots” is not a number'],
    [{ expect: 'equals', expected: '', query: 'select null' }, 'the first value is empty (NULL)'],
    [
      { expect: 'equals', expected: '1', query: 'select 1 where false' },
      'the answer has no rows, so there is no value to compare',
    ],
  ])('the answer is judged: %p', async (settings, outcome) => {
    const verdict = await at({ query: 'select * from orders order by id', ...settings })
    if (outcome === 'up') expect(verdict.status).toBe('up')
    else expect(said(verdict)).toEqual(['down', 'assertion', outcome])
  })

  test('of the answer only the beginning of the first value is kept, and never the password', async () => {
    const long = await at({ query: 'select note, id from orders order by id desc' })
    expect(long.evidence?.first_value).toBe(`${'x'.repeat(200)}…`)
    const leak = await at({ query: `select '${PASSWORD}'`, expect: 'equals', expected: 'x' })
    expect(JSON.stringify(leak)).not.toContain('böse')
    const broken = await at({ query: `select '${PASSWORD}'::int` })
    expect(said(broken).slice(0, 2)).toEqual(['down', 'status'])
    expect(JSON.stringify(broken)).not.toContain('böse')
  })

  test('what goes wrong is told in plain words', async () => {
    expect(said(await at({ password: 'wrong' }))).toEqual(['down', 'status', 'wrong password for user “postgres”'])
    expect(said(await at({ password: '' }))).toEqual([
      'down',
      'status',
      'the server asks for a password and the monitor has none',
    ])
    expect((await at({ database: 'shop' })).message).toBe('database “shop” does not exist')
    expect((await at({ query: 'select * from nothing' })).message).toBe(
      'the query failed: relation "nothing" does not exist',
    )
    expect((await at({ username: 'stranger' })).message).toStartWith('the server does not let “stranger” in: no pg_hba')
    expect((await at({ query: 'copy orders from stdin' })).message).toBe(
      'the query wants data to copy in; a check has none',
    )
  })

  test('the role can be demanded, and a primary is no standby', async () => {
    const primary = await at({ expect_role: 'primary' })
    expect([primary.status, primary.evidence?.in_recovery]).toEqual(['up', false])
    expect((await at({ expect_role: 'standby' })).message).toBe('the server is the primary, expected a standby')
  })

  test('TLS is done in the protocol’s own way and its certificate is judged', async () => {
    const any = await at({ tls: 'require', username: 'secured', database: 'postgres' })
    expect(any.status).toBe('up')
    expect(any.phases?.tls_ms).toBeGreaterThan(0)
    expect(any.evidence?.certificates?.[0]?.subject).toBe('db.test')
    expect((await at({ tls: 'verify', ca: ca.cert })).status).toBe('up')
    expect((await at({ tls: 'verify' })).reason).toBe('certificate')
    const refused = await at({ username: 'secured', database: 'postgres' })
    expect(refused.message).toContain('no encryption')
  })

  test('MD5 is spoken; a password in clear only under TLS', async () => {
    expect((await at({ username: 'old', database: 'postgres' })).status).toBe('up')
    expect((await at({ username: 'clear', database: 'postgres', tls: 'require' })).status).toBe('up')
    expect((await at({ username: 'clear', database: 'postgres' })).message).toBe(
      'the server asks for the password in clear; turn on TLS',
    )
  })

  test('a query that is too slow is a timeout, and the server stops working on it', async () => {
    const slow = await at({ query: 'select pg_sleep(120)' }, 400)
    expect(said(slow)).toEqual(['down', 'timeout', 'no answer within 0.4 s'])
    expect(slow.evidence).toMatchObject({ step: 'query', server_version: expect.any(String) })
    const left = {
      query: "select pid from pg_stat_activity where query like '%pg_sleep(120)%' and pid <> pg_backend_pid()",
    }
    while ((await at({ ...left, expect: 'rows_at_most', expected: '0' })).status !== 'up');
  })

  test('many checks at once leave nothing behind, on neither side, and no complaint in the log', async () => {
    const [before, written] = [descriptors(), server.log().length]
    for (let round = 0; round < 5; round++) {
      const verdicts = await Promise.all(Array.from({ length: 10 }, () => at()))
      expect(verdicts.map((it) => it.status)).toEqual(Array(10).fill('up'))
    }
    expect(descriptors()).toBeLessThanOrEqual(before + 1)
    const others = "select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()"
    while ((await at({ query: others, expect: 'rows_at_most', expected: '0' })).status !== 'up');
    expect(/.*(reset by peer|unexpected EOF).*/.exec(server.log().slice(written))?.[0]).toBeUndefined()
  })

  test('too many connections are told as such', async () => {
    const holding = Array.from({ length: 14 }, () => at({ query: 'select pg_sleep(1)' }))
    const verdicts = await Promise.all(holding)
    expect(verdicts.map((it) => it.message)).toContain('the server has too many connections')
  })

  test('a big answer is read row by row and given up at 4 MB', async () => {
    const many = await at({
      query: 'select 1 from generate_series(1, 100000)',
      expect: 'rows_at_least',
      expected: '100000',
    })
    expect(many.status).toBe('up')
    const endless = await at({ query: "select repeat('x', 1000), generate_series(1, 1000000000)" })
    expect(said(endless)).toEqual(['down', 'protocol', 'the server sends more than 4 MB'])
    const wide = await at({ query: "select repeat('x', 5000000)" })
    expect(wide.message).toBe('the server sends more than 4 MB')
  })
})

describe.skipIf(absent)('a postgres standby', () => {
  let standby: Daemon
  beforeAll(async () => {
    standby = await postgresServer({ password: PASSWORD, standby: true, settings: { hot_standby: 'on' } })
  }, 60_000)
  afterAll(() => standby?.stop())

  test('is up as a standby and down where the primary is expected', async () => {
    const verdict = await probe(standby.port, { expect_role: 'standby' })
    expect([verdict.status, verdict.evidence?.in_recovery]).toEqual(['up', true])
    expect((await probe(standby.port, { expect_role: 'primary' })).message).toBe(
      'the server is a standby, expected the primary',
    )
  })
})

describe('what is no PostgreSQL', () => {
  test('nothing there, nothing said, something else, and something without an end', async () => {
    expect((await probe(await closedPort())).reason).toBe('refused')
    const mute = await listening(() => {})
    const silent = await probe(mute.port, {}, 200)
    expect(said(silent)).toEqual(['down', 'timeout', 'no answer within 0.2 s'])
    expect(silent.evidence?.step).toBe('sign-in')
    expect((await probe(mute.port, { tls: 'require' }, 150)).reason).toBe('timeout')
    mute.close()
    const web = await listening((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')))
    for (const tls of ['disable', 'require']) {
      expect(said(await probe(web.port, { tls }))).toEqual(['down', 'protocol', 'the server does not speak PostgreSQL'])
    }
    web.close()
    const endless = await listening((socket) => {
      const notice = Buffer.concat([Buffer.from('N\0\0\x40\x04', 'latin1'), Buffer.alloc(0x4000, 0x41)])
      const pour = () => {
        while (socket.writable && socket.write(notice));
        socket.once('drain', pour)
      }
      pour()
    })
    expect(said(await probe(endless.port))).toEqual(['down', 'protocol', 'the server sends more than 4 MB'])
    endless.close()
    const gone = await listening((socket) => socket.once('data', () => socket.end()))
    expect((await probe(gone.port)).reason).toBe('reset')
    gone.close()
  })

  test('a server that asks for endless hashing, or cannot prove itself, is not believed', async () => {
    const message = (type: string, kind: number, text: string) => {
      const body = Buffer.concat([Buffer.from([0, 0, 0, kind]), Buffer.from(text)])
      const head = Buffer.from([type.charCodeAt(0), 0, 0, 0, body.length + 4])
      return Buffer.concat([head, body])
    }
    const scripted = (challenge: (nonce: string) => string, then: Buffer) =>
      listening((socket) => {
        const steps = [
          () => message('R', 10, 'SCRAM-SHA-256\0\0'),
          (chunk: Buffer) => message('R', 11, challenge(/r=([^,]+)/.exec(chunk.toString())?.[1] ?? '')),
          () => then,
        ]
        socket.on('data', (chunk: Buffer) => {
          const step = steps.shift()
          if (step) socket.write(step(chunk))
        })
      })
    const ready = Buffer.concat([message('R', 0, ''), Buffer.from([0x5a, 0, 0, 0, 5, 0x49])])
    const greedy = await scripted((nonce) => `r=${nonce}x,s=AAAA,i=2147483647`, ready)
    expect((await probe(greedy.port)).message).toBe('the server breaks the rules of SCRAM-SHA-256')
    greedy.close()
    const skipping = await scripted((nonce) => `r=${nonce}x,s=AAAA,i=4096`, ready)
    expect((await probe(skipping.port)).message).toBe('the server could not prove that it knows the password')
    skipping.close()
  })

  test('a server that is starting says so, in its own words', async () => {
    const fields = Buffer.from('SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0')
    const refusing = await listening((socket) =>
      socket.once('data', () => socket.end(Buffer.concat([Buffer.from([0x45, 0, 0, 0, fields.length + 4]), fields]))),
    )
    expect(said(await probe(refusing.port))).toEqual([
      'down',
      'status',
      'the server does not take connections now: the database system is starting up',
    ])
    refusing.close()
  })

  test('an address that policy denies is never dialled', async () => {
    let dialled = 0
    const here = await listening(() => dialled++)
    const net = openNet({ allowPrivate: false, deny: [], allow: [] })
    for (const probe of [postgres, mysql, redis, mongodb]) {
      const verdict = await check(probe, { settings: { host: '127.0.0.1', port: here.port }, net })
      expect([probe.type, verdict.reason]).toEqual([probe.type, 'blocked'])
    }
    expect(dialled).toBe(0)
    here.close()
  })

  test('an expectation that cannot be met is refused before it is saved', () => {
    const problems = (settings: Record<string, unknown>) =>
      Object.keys(postgres.check?.({ url: '', settings: { host: 'x', port: 1, ...settings } }) ?? {})
    expect(problems({ expect: 'rows_at_least', expected: 'many' })).toEqual(['settings.expected'])
    expect(problems({ expect: 'greater' })).toEqual(['settings.expected'])
    expect(problems({ expect: 'contains' })).toEqual(['settings.expected'])
    expect(problems({ expect: 'equals', expected: '' })).toEqual([])
  })
})
