import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Verdict } from '#probes/define'
import { redis } from '#probes/redis'
import { wordsOf } from '#probes/resp'
import { authority } from '../../test/certs'
import { check, closedPort, descriptors, listening } from '../../test/probing'
import { type Daemon, lacking } from '../../test/servers/database'
import { redisProgram, redisServer } from '../../test/servers/redis'

const said = ({ status, reason, message }: Verdict) => [status, reason, message]
const PASSWORD = 'a-redis-pass=word'
const probe = (port: number, settings: Record<string, unknown> = {}, timeout_ms = 5_000) =>
  check(redis, { settings: { host: '127.0.0.1', port, ...settings }, timeout_ms })

describe.skipIf(lacking('Redis tests', { 'redis-server': redisProgram }))('redis', () => {
  const ca = authority()
  let plain: Daemon
  let locked: Daemon
  let secured: Daemon
  let replica: Daemon
  const at = (settings: Record<string, unknown> = {}, timeout_ms = 5_000) => probe(plain.port, settings, timeout_ms)

  beforeAll(async () => {
    plain = await redisServer()
    locked = await redisServer({ requirepass: PASSWORD, user: `watcher on >${PASSWORD} ~* +ping` })
    secured = await redisServer({}, ca.issue({ name: 'cache.test', names: ['127.0.0.1'] }))
    replica = await redisServer({ replicaof: `127.0.0.1 ${await closedPort()}` })
    for (const command of [
      'SET greeting "hello world"',
      'SET count 42',
      'RPUSH jobs a b c',
      `SET long ${'x'.repeat(300)}`,
    ])
      expect((await at({ command })).status).toBe('up')
  }, 30_000)
  afterAll(() => Promise.all([plain, locked, secured, replica].map((it) => it?.stop())))

  test('a server that answers is up, with its version and where the time went', async () => {
    const verdict = await at()
    expect(said(verdict)).toEqual(['up', undefined, `127.0.0.1:${plain.port} answers`])
    expect(verdict.evidence).toEqual({
      addresses: ['127.0.0.1'],
      address: '127.0.0.1',
      server_version: expect.stringMatching(/^\d+\.\d+/),
    })
    expect(Object.keys(verdict.phases ?? {}).sort()).toEqual(['connect_ms', 'first_byte_ms'])
  })

  test.each([
    ['GET greeting', 'equals', 'hello world', undefined],
    ['GET greeting', 'contains', 'moon', 'the first value “hello world” does not contain “moon”'],
    ['GET count', 'greater', '41', undefined],
    ['GET count', 'less', '42', 'the first value is 42, not less than 42'],
    ['LLEN jobs', 'equals', '3', undefined],
    ['LRANGE jobs 0 -1', 'rows_at_least', '4', 'the answer has 3 rows, expected at least 4'],
    ['GET nothing', 'equals', 'x', 'the first value is empty (NULL)'],
    ['GET nothing', 'rows_at_most', '0', undefined],
  ])('%s has to be %s %s', async (command, how, expected, problem) => {
    const verdict = await at({ command, expect: how, expected })
    expect(said(verdict)).toEqual(problem ? ['down', 'assertion', problem] : ['up', undefined, expect.any(String)])
  })

  test('of the answer only the beginning is kept; databases are apart', async () => {
    expect((await at({ command: 'GET long' })).evidence?.first_value).toBe(`${'x'.repeat(200)}…`)
    expect((await at({ command: 'GET count', database: 3 })).evidence).toMatchObject({ rows: 0, first_value: null })
    expect((await at({ database: 99 })).message).toStartWith('opening database 99 failed: ERR DB index')
  })

  test('passwords, alone and of a user, are told right from wrong and never shown', async () => {
    expect(said(await probe(locked.port))).toEqual([
      'down',
      'status',
      'the server asks for a password and the monitor has none',
    ])
    expect((await probe(locked.port, { password: PASSWORD })).status).toBe('up')
    expect((await probe(locked.port, { password: 'wrong' })).message).toBe('wrong user name or password')
    expect((await at({ password: PASSWORD })).message).toBe('the server has no password but the monitor sends one')
    const echo = await probe(locked.port, { password: PASSWORD, command: `ECHO ${PASSWORD}` })
    expect(echo.evidence?.first_value).toBe('***')
  })

  test('a user who may do nothing but PING is enough; what it may not is said', async () => {
    const watcher = { username: 'watcher', password: PASSWORD }
    const verdict = await probe(locked.port, watcher)
    expect([verdict.status, verdict.evidence?.server_version]).toEqual(['up', undefined])
    expect((await probe(locked.port, { ...watcher, command: 'GET x' })).message).toStartWith(
      'the command failed: NOPERM',
    )
  })

  test('TLS and its certificate', async () => {
    const any = await probe(secured.port, { tls: 'require' })
    expect([any.status, any.evidence?.certificates?.[0]?.subject]).toEqual(['up', 'cache.test'])
    expect((await probe(secured.port, { tls: 'verify', ca: ca.cert })).status).toBe('up')
    expect((await probe(secured.port, { tls: 'verify' })).reason).toBe('certificate')
    // A Redis without TLS waits for the end of what it takes for a line.
    expect((await probe(plain.port, { tls: 'require' }, 200)).reason).toBe('timeout')
    expect((await probe(secured.port)).status).toBe('down')
  })

  test('the role can be demanded', async () => {
    expect((await at({ expect_role: 'master' })).evidence?.role).toBe('master')
    expect((await at({ expect_role: 'replica' })).message).toBe('the server is a master, expected a replica')
    expect((await probe(replica.port, { expect_role: 'replica' })).status).toBe('up')
  })

  test('a command that waits is a timeout, and many checks leave nothing behind', async () => {
    const slow = await at({ command: 'BLPOP never 60' }, 300)
    expect([...said(slow), slow.evidence?.step]).toEqual(['down', 'timeout', 'no answer within 0.3 s', 'the command'])
    const before = descriptors()
    for (let round = 0; round < 5; round++) {
      const verdicts = await Promise.all(Array.from({ length: 20 }, () => at()))
      expect(verdicts.every((it) => it.status === 'up')).toBe(true)
    }
    expect(descriptors()).toBeLessThanOrEqual(before + 1)
    const clients = { command: 'CLIENT LIST', expect: 'contains', expected: 'id=' }
    // Only the connection that asks is left.
    while ((await at(clients)).evidence?.first_value?.toString().match(/id=/g)?.length !== 1);
  })
})

describe('what is no Redis', () => {
  test('nothing there, nothing said, something else, and something without an end', async () => {
    expect((await probe(await closedPort())).reason).toBe('refused')
    const mute = await listening(() => {})
    expect(said(await probe(mute.port, {}, 200))).toEqual(['down', 'timeout', 'no answer within 0.2 s'])
    mute.close()
    for (const words of ['HTTP/1.1 400 Bad Request\r\n\r\n', '$5\r\nhellowrong', '*x\r\n', '+OK\r\n']) {
      const other = await listening((socket) => socket.once('data', () => socket.end(words)))
      expect(said(await probe(other.port))).toEqual([
        'down',
        'protocol',
        'the server does not speak the Redis protocol',
      ])
      other.close()
    }
    for (const start of ['', '$900000000\r\n', '*900000000\r\n']) {
      const endless = await listening((socket) => {
        const pour = () => {
          while (
            socket.writable &&
            socket.write(start === '*900000000\r\n' ? ':1\r\n'.repeat(2_000) : 'x'.repeat(8_192))
          );
          socket.once('drain', pour)
        }
        socket.once('data', () => {
          socket.write(start)
          pour()
        })
      })
      expect((await probe(endless.port)).reason).toBe('protocol')
      endless.close()
    }
    const nested = await listening((socket) => socket.once('data', () => socket.end('*1\r\n'.repeat(5_000))))
    expect((await probe(nested.port)).reason).toBe('protocol')
    nested.close()
    const full = await listening((socket) => socket.end('-ERR max number of clients reached\r\n'))
    expect((await probe(full.port)).message).toBe('the server has too many connections')
    full.close()
    const odd = await listening((socket) => socket.end('-constructor of trouble\r\n'))
    expect((await probe(odd.port)).message).toBe('PING failed: constructor of trouble')
    odd.close()
  })

  test('words of a command are taken apart as redis-cli does', () => {
    expect(wordsOf(' GET  a ')).toEqual(['GET', 'a'])
    expect(wordsOf('SET "a \\" b" \'c d\' ""')).toEqual(['SET', 'a " b', 'c d', ''])
    expect(wordsOf('GET "a')).toBeUndefined()
    expect(wordsOf('')).toEqual([])
  })

  test('settings that make no sense together are refused before they are saved', () => {
    const problems = (settings: Record<string, unknown>) =>
      Object.keys(redis.check?.({ url: '', settings: { host: 'x', port: 1, ...settings } }) ?? {})
    expect(problems({ expect: 'equals', expected: 'x' })).toEqual(['settings.command'])
    expect(problems({ command: 'GET "x' })).toEqual(['settings.command'])
    expect(problems({ username: 'x' })).toEqual(['settings.password'])
    expect(problems({ command: 'GET x', expect: 'equals', expected: '' })).toEqual([])
  })
})
