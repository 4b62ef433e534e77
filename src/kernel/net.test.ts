import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createSocket, type Socket } from 'node:dgram'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import packet, { type Answer } from 'dns-packet'
import { type NetOptions, openNet } from '#kernel/net'

const folder = mkdtempSync(join(tmpdir(), 'net-'))
const hosts_file = join(folder, 'hosts')
const resolv_file = join(folder, 'resolv.conf')
writeFileSync(hosts_file, '10.9.8.7 printer office-printer # upstairs\n::1 six.test\n')
writeFileSync(resolv_file, 'nameserver 127.0.0.1\nsearch corp.test\noptions ndots:2\n')

const asked: string[] = []
let mute = false
let broken = false
let server: Socket
let servers: string[]

const zone: Record<string, Answer[]> = {
  'A two.test': ['192.0.2.1', '192.0.2.2'].map((data) => ({ type: 'A', name: 'two.test', data, ttl: 60 })),
  'A short.test': [{ type: 'A', name: 'short.test', data: '192.0.2.3', ttl: 1 }],
  'AAAA sixonly.test': [{ type: 'AAAA', name: 'sixonly.test', data: '2001:db8::1', ttl: 60 }],
  'A wiki.corp.test': [{ type: 'A', name: 'wiki.corp.test', data: '192.0.2.4', ttl: 60 }],
  'A api.prod.corp.test': [{ type: 'A', name: 'api.prod.corp.test', data: '192.0.2.5', ttl: 60 }],
  'A rebind.test': ['169.254.169.254', '192.0.2.6'].map((data) => ({ type: 'A', name: 'rebind.test', data, ttl: 60 })),
  'A metadata.test': [{ type: 'A', name: 'metadata.test', data: '169.254.169.254', ttl: 60 }],
}
const SERVFAIL = 2
const NXDOMAIN = 3

beforeAll(async () => {
  server = createSocket('udp4').on('message', (bytes, from) => {
    const { id, questions = [] } = packet.decode(bytes)
    const [{ type, name } = { type: '', name: '' }] = questions
    asked.push(`${type} ${name}`)
    if (mute || name.startsWith('silent')) return
    const answers = zone[`${type} ${name}`] ?? []
    const known = Object.keys(zone).some((key) => key.endsWith(` ${name}`))
    const rcode = broken || name === 'broken.test' ? SERVFAIL : known ? 0 : NXDOMAIN
    server.send(
      packet.encode({ type: 'response', id, flags: 0x8180 | rcode, questions, answers }),
      from.port,
      from.address,
    )
  })
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve))
  servers = [`127.0.0.1:${server.address().port}`]
})
afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true })
})

const open = (options: Partial<NetOptions> = {}) =>
  openNet({ allowPrivate: true, deny: [], allow: [], servers, hosts_file, resolv_file, ...options })
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'resolved',
    (error) => (error instanceof DOMException ? error.name : error.code),
  )

describe('names', () => {
  test('a name becomes its addresses, and is asked for only once while the answer is valid', async () => {
    const net = open()
    asked.length = 0
    const both = await Promise.all([net.resolve('two.test'), net.resolve('TWO.test')])
    expect(both[0]).toMatchObject({ address: '192.0.2.1', family: 4, addresses: ['192.0.2.1', '192.0.2.2'] })
    expect((await net.resolve('two.test')).dns_ms).toBe(0)
    expect(asked).toEqual(['A two.test'])
  })

  test('a name with only IPv6 is found, and IPv4 can be insisted on', async () => {
    const net = open()
    expect(await net.resolve('sixonly.test')).toMatchObject({ address: '2001:db8::1', family: 6 })
    expect(await codeOf(net.resolve('sixonly.test', { family: 4 }))).toBe('ENOTFOUND')
  })

  test('literal addresses, also in brackets, need no name server', async () => {
    expect(await open().resolve('[2001:db8::2]')).toMatchObject({ address: '2001:db8::2', family: 6, dns_ms: 0 })
    expect(await open().resolve('192.0.2.9')).toMatchObject({ address: '192.0.2.9', family: 4 })
    expect(await codeOf(open().resolve('192.0.2.9', { family: 6 }))).toBe('ENOTFOUND')
  })

  test('the hosts file and localhost come before the name servers', async () => {
    const net = open()
    expect((await net.resolve('office-printer')).address).toBe('10.9.8.7')
    expect((await net.resolve('localhost')).address).toBe('127.0.0.1')
    expect((await net.resolve('localhost', { family: 6 })).address).toBe('::1')
    expect((await net.resolve('six.test')).address).toBe('::1')
  })

  test('a short name is looked for in the search domains', async () => {
    expect((await open().resolve('wiki')).address).toBe('192.0.2.4')
    expect((await open().resolve('api.prod')).address).toBe('192.0.2.5')
  })

  test('a name that does not exist, a failing and a silent name server are told apart', async () => {
    expect(await codeOf(open().resolve('missing.test'))).toBe('ENOTFOUND')
    expect(await codeOf(open().resolve('broken.test'))).toBe('ESERVFAIL')
    expect(await codeOf(open().resolve('silent.test'))).toBe('ETIMEOUT')
  }, 10_000)

  test('whoever waits can give up early', async () => {
    const started = performance.now()
    expect(await codeOf(open().resolve('silent-two.test', { signal: AbortSignal.timeout(50) }))).toBe('TimeoutError')
    expect(performance.now() - started).toBeLessThan(1_000)
  })

  test('when the name servers fail, the last known address is used and said to be old', async () => {
    const net = open()
    await net.resolve('short.test')
    broken = true
    await new Promise((resolve) => setTimeout(resolve, 1_050)) // the shortest TTL there is; c-ares has no clock to pass in
    const stale = await net.resolve('short.test')
    broken = false
    expect(stale).toMatchObject({ address: '192.0.2.3', stale: true })
  })

  test('when no name at all is answered any more, our own resolver is to blame', async () => {
    const net = open()
    mute = true
    const codes = await Promise.all(['a.silence', 'b.silence', 'c.silence'].map((name) => codeOf(net.resolve(name))))
    mute = false
    expect(codes.at(-1)).toBe('ERESOLVER')
  }, 10_000)

  test('two names that are never answered do not delay others', async () => {
    const net = open()
    const slow = ['silent-a.test', 'silent-b.test'].map((name) => codeOf(net.resolve(name)))
    const started = performance.now()
    await net.resolve('two.test')
    expect(performance.now() - started).toBeLessThan(500)
    await Promise.all(slow)
  }, 10_000)
})

describe('address policy', () => {
  const allowed = (options: Partial<NetOptions>, address: string) => {
    try {
      open(options).permit(address)
      return true
    } catch (error) {
      expect(error).toMatchObject({ code: 'ADDRESS_BLOCKED' })
      return false
    }
  }

  test.each([
    '169.254.169.254',
    '100.100.100.200',
    'fd00:ec2::254',
    '::ffff:169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    '2002:a9fe:a9fe::1',
    '::169.254.169.254',
    '0.0.0.0',
    '::',
    '224.0.0.1',
    'ff02::1',
    '255.255.255.255',
    'not an address',
  ])('%s is never dialled, whatever is allowed', (address) => {
    expect(allowed({ allow: ['0.0.0.0/0', '::/0'] }, address)).toBe(false)
  })

  const local = [
    '10.1.2.3',
    '127.0.0.1',
    '192.168.0.1',
    '169.254.1.1',
    '100.64.0.1',
    '::1',
    'fe80::1',
    'fd12::1',
    'fec0::1',
  ]
  test.each([...local, '::ffff:10.1.2.3', '::ffff:7f00:1'])('%s is allowed at home and denied in public', (address) => {
    expect([allowed({}, address), allowed({ allowPrivate: false }, address)]).toEqual([true, false])
  })

  test('public addresses are allowed, denied ranges are not, and single private ranges can be let in', () => {
    expect(allowed({ allowPrivate: false }, '93.184.216.34')).toBe(true)
    expect(allowed({ deny: ['93.184.0.0/16'] }, '93.184.216.34')).toBe(false)
    expect(allowed({ deny: ['93.184.216.34'] }, '::ffff:93.184.216.34')).toBe(false)
    expect(allowed({ allowPrivate: false, allow: ['10.1.0.0/16'] }, '10.1.2.3')).toBe(true)
    expect(allowed({ allowPrivate: false, allow: ['10.1.0.0/16'], deny: ['10.1.2.0/24'] }, '10.1.2.3')).toBe(false)
  })

  test('a name is judged by every address it has', async () => {
    expect(await codeOf(open().resolve('metadata.test'))).toBe('ADDRESS_BLOCKED')
    expect((await open().resolve('rebind.test')).addresses).toEqual(['192.0.2.6'])
    expect(await codeOf(open({ allowPrivate: false }).resolve('localhost'))).toBe('ADDRESS_BLOCKED')
    expect(await codeOf(open({ allowPrivate: false }).resolve('[::ffff:127.0.0.1]'))).toBe('ADDRESS_BLOCKED')
  })

  test('a range that is none stops the start and is named', () => {
    expect(() => open({ deny: ['10.0.0.0/99'] })).toThrow('"10.0.0.0/99"')
  })
})
