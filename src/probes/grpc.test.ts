import { afterAll, describe, expect, test } from 'bun:test'
import { createServer as createHttp } from 'node:http'
import { createServer as createHttp2, type ServerHttp2Stream } from 'node:http2'
import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceDefinition,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js'
import { HealthImplementation, service } from 'grpc-health-check'
import { openNet } from '#kernel/net'
import type { Verdict } from '#probes/define'
import { grpc } from '#probes/grpc'
import { authority } from '../../test/certs'
import { bound, check, closedPort, descriptors, listening } from '../../test/probing'

const ca = authority()
const closers: (() => unknown)[] = []
afterAll(async () => {
  for (const close of closers) await close()
})

const probe = (port: number, settings: Record<string, unknown> = {}, timeout_ms = 3_000) =>
  check(grpc, { settings: { host: '127.0.0.1', port, ...settings }, timeout_ms })
const said = ({ status, reason, message }: Verdict) => [status, reason, message]

type Unary = (call: ServerUnaryCall<{ service: string }, unknown>, done: sendUnaryData<unknown>) => void
const listeningOn = (server: Server, credentials = ServerCredentials.createInsecure()) =>
  new Promise<number>((resolve, reject) => {
    closers.push(() => server.forceShutdown())
    server.bindAsync('127.0.0.1:0', credentials, (error, port) => (error ? reject(error) : resolve(port)))
  })

/** Google's own implementation of gRPC with its own health service. */
async function healthy(credentials?: ServerCredentials) {
  const health = new HealthImplementation({ '': 'SERVING', orders: 'SERVING', bills: 'NOT_SERVING', mail: 'UNKNOWN' })
  const server = new Server()
  health.addToServer(server)
  return { health, port: await listeningOn(server, credentials) }
}
/** The same server, with a Check that a test decides. */
const deciding = (Check: Unary) => {
  const server = new Server()
  // Safe: the package's definition of the health service, whose types name no methods.
  server.addService(service as ServiceDefinition, { Check, Watch: () => {} })
  return listeningOn(server)
}
/** HTTP/2 without gRPC. */
async function plainHttp2(answer: (stream: ServerHttp2Stream) => void) {
  const server = createHttp2().on('stream', answer)
  closers.push(() => server.close())
  return (await bound(server)).port
}

describe('grpc', () => {
  test('a server that serves is up', async () => {
    const { port } = await healthy()
    const verdict = await probe(port)
    expect(said(verdict)).toEqual(['up', undefined, 'the server is serving'])
    expect(verdict.evidence).toEqual({
      addresses: ['127.0.0.1'],
      address: '127.0.0.1',
      status: 200,
      grpc_status: 'OK',
      health: 'SERVING',
    })
    expect(verdict.phases).toEqual({ connect_ms: expect.any(Number), first_byte_ms: expect.any(Number) })
    expect(said(await probe(port, { service: 'orders' }))).toEqual(['up', undefined, 'the service “orders” is serving'])
  })

  test('every other state is down, and told apart', async () => {
    const { port, health } = await healthy()
    const state = async (service: string) => said(await probe(port, { service })).slice(1)
    expect(await state('bills')).toEqual(['status', 'the service “bills” is not serving'])
    expect(await state('mail')).toEqual(['status', 'the server does not know whether the service “mail” is serving'])
    const [reason, message] = await state('none')
    expect(reason).toBe('status')
    expect(message).toBe(
      'the server does not know the service “none” (NOT_FOUND: Health status unknown for service none)',
    )
    health.setStatus('orders', 'NOT_SERVING')
    expect((await state('orders'))[1]).toBe('the service “orders” is not serving')
    const old = await deciding((_, done) => done(null, { status: 'SERVICE_UNKNOWN' }))
    expect((await probe(old, { service: 'x' })).message).toBe('the server does not know the service “x”')
  })

  test('the whole name of a service arrives, however long and in whatever alphabet', async () => {
    const asked: string[] = []
    const port = await deciding(({ request }, done) => {
      asked.push(request.service)
      done(null, { status: 'SERVING' })
    })
    const names = ['x'.repeat(127), 'x'.repeat(128), 'Bestellübersicht']
    for (const service of names) expect((await probe(port, { service })).status).toBe('up')
    expect(asked).toEqual(names)
  })

  test('metadata is sent, and a secret that comes back is blanked out', async () => {
    const port = await deciding(({ metadata }, done) => {
      const [key, plain] = [metadata.get('authorization')[0], metadata.get('x-tenant')[0]]
      done({ code: status.UNAUTHENTICATED, details: `${key} is no good for ${plain}` })
    })
    const verdict = await probe(port, {
      metadata: { 'X-Tenant': 'acme' },
      secret_metadata_name: 'Authorization',
      secret_metadata_value: 'Bearer k3y-1234',
    })
    expect(said(verdict)).toEqual([
      'down',
      'status',
      'the server wants other credentials (UNAUTHENTICATED: *** is no good for acme)',
    ])
    expect(verdict.evidence?.grpc_status).toBe('UNAUTHENTICATED')
    expect(JSON.stringify(verdict)).not.toContain('k3y')
  })

  test('a server without the health service says so', async () => {
    const port = await listeningOn(new Server())
    const { message } = await probe(port)
    expect(message).toStartWith('the server has no health service (grpc.health.v1.Health) (UNIMPLEMENTED')
  })

  test('over TLS the certificate is judged and kept, and a client certificate is presented', async () => {
    const pair = ca.issue({ name: 'grpc.test', names: ['127.0.0.1'] })
    const [cert_chain, private_key] = [Buffer.from(pair.cert), Buffer.from(pair.key)]
    const { port } = await healthy(ServerCredentials.createSsl(null, [{ cert_chain, private_key }]))
    const verdict = await probe(port, { tls: true, ca: ca.cert, service: 'orders' })
    expect(said(verdict)).toEqual(['up', undefined, 'the service “orders” is serving'])
    expect(verdict.evidence?.certificates?.[0]?.subject).toBe('grpc.test')
    expect((await probe(port, { tls: true })).reason).toBe('certificate')
    expect((await probe(port, { tls: true, ca: ca.cert, authority: 'other.test' })).message).toContain('other.test')
    expect((await probe(port, { tls: true, ca: ca.cert, certificate_days: 100 })).status).toBe('degraded')
    const strict = await healthy(ServerCredentials.createSsl(Buffer.from(ca.cert), [{ cert_chain, private_key }], true))
    const client = ca.issue({ name: 'monitor' })
    const mine = { tls: true, ca: ca.cert, client_cert: client.cert, client_key: client.key }
    expect((await probe(strict.port, mine)).status).toBe('up')
    expect((await probe(strict.port, { tls: true, ca: ca.cert })).status).toBe('down')
  })

  test('TLS on one side only is told', async () => {
    const pair = ca.issue({ name: 'grpc.test', names: ['127.0.0.1'] })
    const key = { cert_chain: Buffer.from(pair.cert), private_key: Buffer.from(pair.key) }
    const secured = await healthy(ServerCredentials.createSsl(null, [key]))
    expect((await probe(secured.port)).reason).toMatch(/^(protocol|reset)$/)
    const plain = await healthy()
    expect((await probe(plain.port, { tls: true, ca: ca.cert })).reason).toBe('tls')
  })

  test('a slow server is a timeout, a closed port is refused, a denied address is not dialled', async () => {
    const port = await deciding(() => {})
    expect(said(await probe(port, {}, 200))).toEqual(['down', 'timeout', 'no answer within 0.2 s'])
    const mute = await listening(() => {})
    closers.push(mute.close)
    expect(said(await probe(mute.port, {}, 100))).toEqual(['down', 'timeout', 'no answer within 0.1 s'])
    expect((await probe(await closedPort())).reason).toBe('refused')
    const net = openNet({ allowPrivate: false, deny: [], allow: [] })
    expect((await check(grpc, { settings: { host: '127.0.0.1', port }, net })).reason).toBe('blocked')
  })

  test('web servers are not taken for gRPC', async () => {
    const page = createHttp((_, res) => res.end('hello'))
    closers.push(() => page.close())
    const { port } = await bound(page)
    expect(said(await probe(port))).toEqual(['down', 'protocol', 'the server does not speak HTTP/2, only HTTP/1.1'])
    const lost = await plainHttp2((stream) => {
      stream.respond({ ':status': 404, 'content-type': 'text/html' })
      stream.end('nothing here')
    })
    expect(said(await probe(lost))).toEqual(['down', 'status', 'the server answered 404 Not Found instead of gRPC'])
    const html = await plainHttp2((stream) => {
      stream.respond({ ':status': 200, 'content-type': 'text/html' })
      stream.end('<html>')
    })
    expect(said(await probe(html))).toEqual(['down', 'protocol', 'the answer is not gRPC'])
  })

  test.each([
    ['another message', Buffer.from([0, 0, 0, 0, 3, 0x0f, 1, 2])],
    ['half a message', Buffer.from([0, 0, 0, 0, 9, 8])],
    ['a compressed one', Buffer.from([1, 0, 0, 0, 2, 8, 1])],
  ])('%s is no health answer', async (_, bytes) => {
    const port = await plainHttp2((stream) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
      stream.end(bytes)
    })
    expect(said(await probe(port))).toEqual(['down', 'protocol', 'the answer is not one of the gRPC health service'])
  })

  test('fields that are new to us in the answer are skipped', async () => {
    const port = await plainHttp2((stream) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
      stream.end(Buffer.from([0, 0, 0, 0, 7, 0x12, 1, 0x61, 8, 1, 0x18, 5]))
    })
    expect((await probe(port)).status).toBe('up')
  })

  test('an endless answer is given up', async () => {
    const port = await plainHttp2((stream) => {
      stream.on('error', () => {}).respond({ ':status': 200, 'content-type': 'application/grpc' })
      stream.write(Buffer.alloc(8_000))
    })
    expect((await probe(port)).message).toBe('the answer is longer than a health answer can be')
    const noise = await listening((socket) => {
      const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])
      const pour = () => socket.writable && socket.write(Buffer.concat(Array(1_000).fill(settings)), pour)
      pour()
    })
    closers.push(noise.close)
    expect((await probe(noise.port)).message).toBe('the server sent more than 64 KB')
  })

  test('a server that breaks off is down without a word of ours', async () => {
    const cut = await plainHttp2((stream) => stream.session?.destroy())
    const { status, reason } = await probe(cut)
    expect([status, reason === 'reset' || reason === 'protocol']).toEqual(['down', true])
    const garbage = await listening((socket) =>
      socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 9, 9, 9, 9])),
    )
    closers.push(garbage.close)
    expect((await probe(garbage.port, {}, 300)).status).toBe('down')
  })

  test('fifty checks, good and late, leave no descriptor', async () => {
    const { port } = await healthy()
    const slow = await deciding(() => {})
    await probe(port)
    const before = descriptors()
    const all = await Promise.all(Array.from({ length: 50 }, (_, i) => probe(i % 2 ? port : slow, {}, 400)))
    expect(all.filter(({ status }) => status === 'up')).toHaveLength(25)
    expect(all.filter(({ reason }) => reason === 'timeout')).toHaveLength(25)
    await new Promise((resolve) => setTimeout(resolve, 100)) // both ends close
    expect(descriptors()).toBeLessThanOrEqual(before + 2)
  })

  test('metadata that cannot be sent is refused before it is saved', () => {
    const problems = (settings: object) =>
      Object.keys(grpc.check?.({ url: '', settings: { host: 'x', port: 1, ...settings } }) ?? {})
    expect(problems({ metadata: { 'a b': '1' } })).toEqual(['settings.metadata'])
    expect(problems({ metadata: { 'grpc-timeout': '1' } })).toEqual(['settings.metadata'])
    expect(problems({ metadata: { 'x-a': 'ü' } })).toEqual(['settings.metadata'])
    expect(problems({ secret_metadata_name: ':path' })).toEqual(['settings.secret_metadata_name'])
    expect(problems({ client_cert: 'x' })).toEqual(['settings.client_key'])
    expect(problems({ metadata: { 'X-Fine': '1' } })).toEqual([])
  })
})
