import { afterAll, beforeAll, expect, test } from 'bun:test'
import { createSocket, type Socket } from 'node:dgram'
import packet, { type Answer } from 'dns-packet'
import type { Verdict } from '#probes/define'
import { dns } from '#probes/dns'
import { check, descriptors, listening } from '../../test/probing'

const name = 'example.test'
const soa = {
  mname: 'ns1.example.test',
  rname: 'admin.example.test',
  serial: 7,
  refresh: 1,
  retry: 2,
  expire: 3,
  minimum: 4,
}
const zone: Answer[] = [
  { type: 'A', name, data: '192.0.2.1' },
  { type: 'A', name, data: '192.0.2.2' },
  { type: 'AAAA', name, data: '2001:db8::1' },
  { type: 'CNAME', name: 'www.example.test', data: name },
  { type: 'MX', name, data: { preference: 20, exchange: 'b.example.test' } },
  { type: 'MX', name, data: { preference: 10, exchange: 'a.example.test' } },
  { type: 'TXT', name, data: ['v=spf1 ', '-all'] },
  { type: 'NS', name, data: 'ns1.example.test' },
  { type: 'SOA', name, data: soa },
  { type: 'SRV', name, data: { priority: 0, weight: 5, port: 5060, target: 'sip.example.test' } },
  { type: 'CAA', name, data: { flags: 0, tag: 'issue', value: 'ca.example.net' } },
  { type: 'PTR', name: '1.2.0.192.in-addr.arpa', data: name },
]
const RCODES: Record<string, number> = { 'broken.test': 2, 'missing.test': 3, 'secret.test': 5 }

let server: Socket
beforeAll(async () => {
  server = createSocket('udp4').on('message', (bytes, from) => {
    const { id, questions = [] } = packet.decode(bytes)
    const [{ type, name } = { type: '', name: '' }] = questions
    if (name === 'silent.test') return
    const answers = zone.filter((it) => it.type === type && it.name === name)
    const reply = packet.encode({ type: 'response', id, flags: 0x8180 | (RCODES[name] ?? 0), questions, answers })
    server.send(reply, from.port, from.address)
  })
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve))
})
afterAll(() => void server.close())

const probe = (settings: Record<string, unknown>, timeout_ms = 2_000) =>
  check(dns, { settings: { name, server: '127.0.0.1', server_port: server.address().port, ...settings }, timeout_ms })
const said = ({ status, reason, message }: Verdict) => [status, reason, message]

test.each([
  ['A', ['192.0.2.1', '192.0.2.2']],
  ['AAAA', ['2001:db8::1']],
  ['MX', ['10 a.example.test', '20 b.example.test']],
  ['TXT', ['v=spf1 -all']],
  ['NS', ['ns1.example.test']],
  ['SOA', ['ns1.example.test admin.example.test 7 1 2 3 4']],
  ['SRV', ['0 5 5060 sip.example.test']],
  ['CAA', ['0 issue ca.example.net']],
])('%s records are up and kept as evidence', async (record, records) => {
  const verdict = await probe({ record })
  expect(verdict.status).toBe('up')
  expect(verdict.evidence).toMatchObject({ records, address: '127.0.0.1' })
  expect(verdict.response_time_ms).toBeGreaterThan(0)
})

test('aliases and addresses can be asked for backwards', async () => {
  expect((await probe({ name: 'www.example.test', record: 'CNAME' })).evidence?.records).toEqual([name])
  expect((await probe({ name: '192.0.2.1', record: 'PTR' })).evidence?.records).toEqual([name])
})

test('the expected values may be some of the answer or all of it', async () => {
  const both = ['192.0.2.2', '192.0.2.1']
  expect((await probe({ expect: 'equals', values: both })).status).toBe('up')
  expect((await probe({ expect: 'contains', values: ['192.0.2.2'] })).status).toBe('up')
  expect((await probe({ record: 'TXT', expect: 'contains', values: ['v=SPF1'] })).status).toBe('up')
  expect((await probe({ record: 'NS', expect: 'equals', values: ['NS1.example.test.'] })).status).toBe('up')
  expect(said(await probe({ expect: 'equals', values: ['192.0.2.1'] }))).toEqual([
    'down',
    'assertion',
    '192.0.2.2 was not expected',
  ])
  expect(said(await probe({ expect: 'contains', values: ['192.0.2.9'] }))).toEqual([
    'down',
    'assertion',
    '192.0.2.9 is missing, the answer is 192.0.2.1, 192.0.2.2',
  ])
})

test('names that do not exist, empty answers and failing servers are told apart', async () => {
  const at = `the name server 127.0.0.1:${server.address().port}`
  expect(said(await probe({ name: 'missing.test' }))).toEqual(['down', 'dns', 'missing.test does not exist (NXDOMAIN)'])
  expect(said(await probe({ name: 'www.example.test', record: 'MX' }))).toEqual([
    'down',
    'dns',
    'www.example.test has no MX record',
  ])
  expect(said(await probe({ name: 'broken.test' }))).toEqual(['down', 'dns', `${at} failed to answer (SERVFAIL)`])
  expect(said(await probe({ name: 'secret.test' }))).toEqual(['down', 'dns', `${at} refused to answer (REFUSED)`])
  expect(said(await probe({ name: 'silent.test' }, 100))).toEqual(['down', 'timeout', 'no answer within 0.1 s'])
})

test('settings that cannot work are named', () => {
  const problems = dns.check?.({ url: '', settings: { name: '192.0.2.1', expect: 'equals' } })
  expect(Object.keys(problems ?? {}).sort()).toEqual(['settings.name', 'settings.values'])
  expect(dns.target({ url: '', settings: { name, server: '9.9.9.9' } })).toBe('A example.test at 9.9.9.9:53')
})

test('an answer too large for a datagram is fetched over TCP', async () => {
  const texts = Array.from({ length: 20 }, (_, i): Answer => ({ type: 'TXT', name, data: `${i}-${'x'.repeat(200)}` }))
  const tcp = await listening((socket) => {
    socket.on('data', (bytes: Buffer) => {
      const { id, questions } = packet.decode(bytes.subarray(2))
      const reply = packet.streamEncode({ type: 'response', id, flags: 0x8180, questions, answers: texts })
      socket.write(reply.subarray(0, 100))
      socket.write(reply.subarray(100))
    })
  })
  const udp = createSocket('udp4').on('message', (bytes, from) => {
    const { id, questions } = packet.decode(bytes)
    udp.send(
      packet.encode({ type: 'response', id, flags: 0x8180 | packet.TRUNCATED_RESPONSE, questions }),
      from.port,
      from.address,
    )
  })
  await new Promise<void>((resolve) => udp.bind(tcp.port, '127.0.0.1', resolve))
  const verdict = await probe({ record: 'TXT', server_port: tcp.port })
  expect(verdict.evidence?.records).toHaveLength(20)
  udp.close()
  tcp.close()
})

test('forged and broken answers are not believed, and no socket is left behind', async () => {
  let reply = (bytes: Buffer): Buffer => bytes
  const liar = createSocket('udp4').on('message', (bytes, from) => liar.send(reply(bytes), from.port, from.address))
  await new Promise<void>((resolve) => liar.bind(0, '127.0.0.1', resolve))
  const settings = { server_port: liar.address().port }
  reply = (bytes) => Buffer.concat([Buffer.from([bytes[0]! ^ 1]), bytes.subarray(1)])
  const before = descriptors()
  const of = (type: 'A' | 'MX', name: string) => (bytes: Buffer) =>
    packet.encode({
      type: 'response',
      id: bytes.readUInt16BE(0),
      flags: 0x8180,
      questions: [{ type, name }],
      answers: zone,
    })
  for (const other of [of('A', 'other.test'), of('MX', name), (bytes: Buffer) => bytes]) {
    reply = other
    expect((await probe(settings, 100)).reason).toBe('timeout')
  }
  reply = (bytes) => Buffer.concat([Buffer.from([bytes[0]! ^ 1]), bytes.subarray(1)])
  const timeouts = await Promise.all(Array.from({ length: 50 }, () => probe(settings, 100)))
  expect(new Set(timeouts.map((it) => it.reason))).toEqual(new Set(['timeout']))
  reply = (bytes) => Buffer.concat([bytes.subarray(0, 2), Buffer.of(0x81), Buffer.alloc(9, 0xff)])
  expect((await probe(settings)).reason).toBe('protocol')
  await new Promise((resolve) => setTimeout(resolve, 50)) // closing takes a turn of the loop
  expect(descriptors()).toBeLessThanOrEqual(before + 1)
  liar.close()
})

/** A server that answers a datagram by `udp`, and says over TCP what `tcp` says. */
async function hostile(udp: (question: Buffer) => Buffer, tcp: Parameters<typeof listening>[0] = () => {}) {
  const stream = await listening(tcp)
  const datagrams = createSocket('udp4').on('message', (bytes, from) =>
    datagrams.send(udp(bytes), from.port, from.address),
  )
  await new Promise<void>((resolve) => datagrams.bind(stream.port, '127.0.0.1', resolve))
  const close = () => {
    datagrams.close()
    stream.close()
  }
  return { server_port: stream.port, close }
}
const cutShort = (question: Buffer) =>
  Buffer.concat([question.subarray(0, 2), Buffer.of(0x83, 0x80), question.subarray(4, 40)])

test('names that point at themselves, and counts that promise too much, end at once', async () => {
  const head = (question: Buffer, counts: number[]) =>
    Buffer.concat([question.subarray(0, 2), Buffer.of(0x81, 0x80), Buffer.from(counts)])
  const answers: ((question: Buffer) => Buffer)[] = [
    (question) => Buffer.concat([head(question, [0, 1, 0, 0, 0, 0, 0, 0]), Buffer.of(0xc0, 12, 0, 1, 0, 1)]),
    (question) => Buffer.concat([head(question, [0, 1, 0, 0, 0, 0, 0, 0]), Buffer.of(1, 97, 0xc0, 12, 0, 1, 0, 1)]),
    (question) => head(question, Array(8).fill(255)),
  ]
  for (const answer of answers) {
    const server = await hostile(answer)
    const started = performance.now()
    expect((await probe({ server_port: server.server_port })).reason).toBe('protocol')
    expect(performance.now() - started).toBeLessThan(500)
    server.close()
  }
})

test('over TCP a silent, dripping, closing, babbling or lying server is told and held to the time', async () => {
  const reasons: unknown[] = []
  const asks: Parameters<typeof listening>[0][] = [
    () => {},
    (socket) => {
      const timer = setInterval(() => socket.write(Buffer.of(0xff)), 5)
      socket.on('close', () => clearInterval(timer))
    },
    (socket) => socket.once('data', () => socket.end()),
    (socket) => socket.once('data', () => socket.write(Buffer.alloc(70_000, 0xff))),
    // Cut short again, where there is no reason to.
    (socket) =>
      socket.once('data', (bytes: Buffer) =>
        socket.write(Buffer.concat([Buffer.of(0, 12), cutShort(bytes.subarray(2)).subarray(0, 12)])),
      ),
  ]
  for (const tcp of asks) {
    const server = await hostile(cutShort, tcp)
    const started = performance.now()
    reasons.push((await probe({ server_port: server.server_port }, 200)).reason)
    expect(performance.now() - started).toBeLessThan(600)
    server.close()
  }
  expect(reasons).toEqual(['timeout', 'timeout', 'reset', 'protocol', 'protocol'])
})

test('of thousands of records eight kilobytes are kept, and all are compared', async () => {
  const many = Array.from(
    { length: 2_500 },
    (_, i): Answer => ({ type: 'A', name: 'a.test', data: `10.1.${i >> 8}.${i & 255}` }),
  )
  const server = await hostile(cutShort, (socket) => {
    socket.once('data', (bytes: Buffer) => {
      const { id, questions } = packet.decode(bytes.subarray(2))
      socket.write(packet.streamEncode({ type: 'response', id, flags: 0x8180, questions, answers: many }))
    })
  })
  const verdict = await probe({
    name: 'a.test',
    server_port: server.server_port,
    expect: 'contains',
    values: ['10.1.9.195'],
  })
  expect(verdict.status).toBe('up')
  expect(JSON.stringify(verdict.evidence).length).toBeLessThan(16_000)
  server.close()
})

test('a name server that is not there is refused', async () => {
  const udp = createSocket('udp4')
  await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve))
  const server_port = udp.address().port
  await new Promise<void>((resolve) => udp.close(resolve))
  expect(said(await probe({ server_port }))).toEqual([
    'down',
    'refused',
    `connection refused by the name server 127.0.0.1:${server_port}`,
  ])
})

const canUnshare = Bun.spawnSync(['unshare', '-n', 'ip', 'link', 'set', 'lo', 'up']).success
if (!canUnshare) console.log('DNS without a network skipped: unshare is not permitted')
test.if(canUnshare)(
  'a machine without a network blames itself, and one without a way to one server asks the next',
  () => {
    const code = `import { createSocket } from 'node:dgram'
    import packet from 'dns-packet'
    import { check } from '${import.meta.dir}/../../test/probing.ts'
    import { dns } from '#probes/dns'
    import { overUdp } from '#probes/dns-transport'
    const { status, reason, message } = await check(dns, { settings: { name: '${name}', server: '192.0.2.1' } })
    const near = createSocket('udp4').on('message', (bytes, { port, address }) =>
      near.send(packet.encode({ ...packet.decode(bytes), type: 'response' }), port, address))
    await new Promise((resolve) => near.bind(0, '127.0.0.1', resolve))
    const asked = { id: 7, type: 'A', name: '${name}' }
    const bytes = packet.encode({ type: 'query', id: 7, questions: [asked] })
    const servers = [{ address: '192.0.2.1', port: 53 }, { address: '127.0.0.1', port: near.address().port }]
    const { server } = await overUdp(bytes, asked, servers, AbortSignal.timeout(1_000))
    console.log(JSON.stringify([status, reason, message, server.address]))
    near.close()`
    const command = 'ip link set lo up && exec "$0" -e "$1"'
    const argv = ['unshare', '-n', 'sh', '-c', command, process.execPath, code]
    const { stdout, stderr } = Bun.spawnSync(argv, { cwd: import.meta.dir })
    const words = ['unknown', 'own_side', 'this machine has no route to 192.0.2.1:53', '127.0.0.1']
    expect([stdout.toString().trim(), stderr.toString()]).toEqual([JSON.stringify(words), ''])
  },
)
