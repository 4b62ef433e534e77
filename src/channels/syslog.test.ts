import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { createSocket } from 'node:dgram'
import { createServer } from 'node:tls'
import parse from 'nsyslog-parser'
import { authority, certificate, private_key } from '#channels/certificate.fixtures'
import type { Notice } from '#channels/define'
import { logServer } from '#channels/drivers-local.fixtures'
import { loopback, NOW, notice, refusalOf } from '#channels/fixtures'
import { postWith } from '#channels/post'
import { lineOf, syslog, syslogWith } from '#channels/syslog'
import { openNet } from '#kernel/net'
import { openRsyslog, rsyslogProgram } from '../../test/servers/rsyslog'

const job = { net: loopback, post: postWith(loopback), now: () => NOW }
const HOST = 'hook.example.test'
const monitor = { name: 'API "v2" [eu]\\', type: 'http', target: 'api.example.com' }
const told: Notice = { ...notice, data: { incident: { id: 'inc_1' }, monitor } }
const settings = { host: HOST }

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

test('a line is what RFC 5424 asks for, as another program reads it', () => {
  // That program stops at an escaped bracket, which rsyslog below does not.
  const read = parse(lineOf({ ...told, data: { incident: { id: 'inc_1' } } }, settings, 8_000))
  const data = { kind: 'down', severity: 'critical', incident: 'inc_1', delivery: 'dlv_0001', url: notice.url }
  expect(read).toMatchObject({
    ...{ type: 'RFC5424', version: 1, prival: 130, facility: 'local0', level: 'crit' },
    ...{ appName: 'xinex', pid: '-', messageid: 'incident.created' },
    structuredData: [{ $id: 'xinex@32473', ...data }],
  })
  expect(new Date(read.ts).toISOString()).toBe(notice.at)
  expect(read.message.replace('\ufeff', '')).toBe(
    'API is down | HTTP 503 from https://api.example.com/health_check | since 12:00',
  )
})

test.each([
  ['down', 'critical', 2],
  ['down', 'high', 3],
  ['down', 'medium', 4],
  ['down', 'low', 5],
  ['up', 'critical', 5],
  ['acknowledged', 'high', 5],
  ['updated', 'high', 5],
  ['test', 'high', 6],
] as const)('news of the kind %s and severity %s have the level %i', (kind, severity, level) => {
  const line = lineOf({ ...told, kind, severity }, { ...settings, facility: 'daemon', app_name: 'watch' }, 8_000)
  expect(line).toStartWith(`<${3 * 8 + level}>1 ${notice.at} `)
  expect(line).toContain(' watch - incident.created [xinex@32473 kind=')
})

test('words of people cannot end the data or begin another line', () => {
  const line = lineOf({ ...told, title: 'x\n<0>1 - - - - - - forged', event: 'a b"]\n' }, settings, 8_000)
  expect(line).not.toContain('\n')
  expect(line).toContain('source="API \\"v2\\" [eu\\]\\\\"')
  expect(line).toContain(' - ab"] [xinex@32473 ')
})

test('a datagram holds what receivers must be able to take, and keeps what programs read by', () => {
  const line = lineOf({ ...told, title: 'é🔥'.repeat(9_000), body: 'x\n'.repeat(9_000) }, settings, 2_048)
  expect(Buffer.byteLength(line)).toBeLessThanOrEqual(2_048)
  expect(Buffer.byteLength(line)).toBeGreaterThan(2_000)
  expect(line).toContain(`url="${notice.url}"`)
})

test('UDP sends one datagram', async () => {
  const socket = createSocket('udp4')
  closing.push(() => socket.close())
  await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done))
  const heard = new Promise<string>((resolve) => socket.once('message', (data) => resolve(data.toString())))
  const { port } = socket.address()
  await syslog.send({ ...job, notice: told, settings: { host: HOST, transport: 'udp', port } })
  expect(await heard).toBe(lineOf(told, settings, 2_048))
})

test('the address policy holds for log servers', async () => {
  const { port, close } = await logServer()
  closing.push(close)
  const net = openNet({ allowPrivate: false, deny: [], allow: [] })
  for (const transport of ['udp', 'tcp', 'tls'] as const)
    for (const host of ['127.0.0.1', 'localhost', '[::1]']) {
      const sent = syslog.send({ ...job, net, notice: told, settings: { host, port, transport } })
      expect([transport, host, (await refusalOf(sent)).outcome]).toEqual([transport, host, 'disable'])
    }
})

test('a server whose certificate nobody vouches for gets nothing', async () => {
  const got: Buffer[] = []
  const server = createServer({ cert: certificate, key: private_key }, (socket) => {
    socket.on('data', (chunk) => got.push(Buffer.from(chunk))).on('error', () => {})
  })
  closing.push(() => server.close())
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const error = await refusalOf(syslog.send({ ...job, notice: told, settings: { host: HOST, port, transport: 'tls' } }))
  expect([error.outcome, error.message]).toEqual([
    'retry',
    expect.stringContaining('a certificate of an unknown authority'),
  ])
  expect(got).toEqual([])
})

const missing = rsyslogProgram ? '' : 'rsyslogd is not installed'
if (missing) console.warn(`skipped: ${missing}`)

describe.skipIf(missing !== '')('Debian’s rsyslog', () => {
  let server: Awaited<ReturnType<typeof openRsyslog>>
  beforeAll(async () => {
    server = await openRsyslog({ authority, certificate, private_key })
  })
  afterAll(() => server.stop())

  test.each(['udp', 'tcp', 'tls'] as const)('understands every part of a line by %s', async (transport) => {
    const channel = syslogWith({ ca: authority })
    await channel.send({ ...job, notice: told, settings: { host: HOST, transport, port: server.ports[transport] } })
    const line = await server.next()
    expect(line).toMatchObject({
      syslogfacility: '16',
      syslogseverity: '2',
      'protocol-version': '1',
      'app-name': 'xinex',
      procid: '-',
      msgid: 'incident.created',
    })
    expect(Date.parse(line.timereported!)).toBe(Date.parse(notice.at))
    expect(line['structured-data']).toBe(
      `[xinex@32473 kind="down" severity="critical" incident="inc_1" delivery="dlv_0001" source="API \\"v2\\" [eu\\]\\\\" target="api.example.com" url="${notice.url}"]`,
    )
    expect(line.msg).toEndWith('API is down | HTTP 503 from https://api.example.com/health_check | since 12:00')
  })

  test.each(['tcp', 'tls'] as const)(
    'takes the longest line whole by %s, and the next one after it',
    async (transport) => {
      const channel = syslogWith({ ca: authority })
      const way = { host: HOST, transport, port: server.ports[transport] }
      const long = { ...told, title: 'é🔥'.repeat(9_000) }
      await channel.send({ ...job, notice: long, settings: way })
      expect((await server.next()).msg?.slice(-1)).toBe('…')
      await channel.send({ ...job, notice: told, settings: way })
      expect((await server.next()).msg).toEndWith('since 12:00')
    },
  )

  test('is not spoken to by another name than its certificate has', async () => {
    const way = { host: 'other.example.test', transport: 'tls' as const, port: server.ports.tls }
    const { message, outcome } = await refusalOf(
      syslogWith({ ca: authority }).send({ ...job, notice: told, settings: way }),
    )
    expect([outcome, message]).toEqual(['retry', expect.stringContaining('showed a certificate for another name')])
  })
})
