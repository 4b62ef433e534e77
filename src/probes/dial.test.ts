import { afterAll, expect, test } from 'bun:test'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import { dial } from '#probes/dial'
import type { TlsAsk } from '#probes/dial-tls'
import { Fault } from '#probes/fault'
import { authority, selfSigned } from '../../test/certs'
import { blackHole, bound, closedPort, descriptors, listening } from '../../test/probing'

const ca = authority()
const DAY = 86_400_000
const good = ca.issue({ name: 'good.test', names: ['good.test', '127.0.0.1'] })
const expired = ca.issue({
  name: 'good.test',
  to: new Date(Date.now() - 3.5 * DAY),
  from: new Date(Date.now() - 9 * DAY),
})
const closers: (() => void)[] = []
afterAll(() => {
  for (const close of closers) close()
})

const tlsServer = async (options: TlsOptions) => {
  const server = createTlsServer(options, (socket) => socket.on('error', () => {}).end('hello'))
  server.on('tlsClientError', () => {})
  closers.push(() => server.close())
  return (await bound(server)).port
}
const forever = () => new AbortController().signal
const at = (port: number, upgradable = false) => ({ address: '127.0.0.1', port, signal: forever(), upgradable })
const ask = (more: Partial<TlsAsk> = {}): TlsAsk => ({
  host: 'good.test',
  verify: true,
  ca: ca.cert,
  now: Date.now,
  ...more,
})
const faultOf = async (work: Promise<unknown>): Promise<Fault> => {
  const error = await work.then(
    () => undefined,
    (cause) => cause,
  )
  expect(error).toBeInstanceOf(Fault)
  return error
}

// Both ways to dial keep the same promises.
for (const way of ['cheap', 'cancellable'] as const) {
  const upgradable = way === 'cancellable'

  test(`${way}: a good certificate is accepted and shown with its chain`, async () => {
    const port = await tlsServer(good)
    const link = await dial({ ...at(port, upgradable), tls: ask({ alpn: ['http/1.1'] }) })
    expect(link.security).toMatchObject({ problem: undefined, protocol: 'TLSv1.3' })
    expect(link.security?.chain.map((it) => it.subject)).toEqual(['good.test', 'Test Authority'])
    expect(link.connect_ms).toBeGreaterThan(0)
    expect(link.tls_ms).toBeGreaterThan(0)
    link.close()
  })

  test(`${way}: a bad certificate is refused in plain words, with the chain as evidence`, async () => {
    const port = await tlsServer(expired)
    const fault = await faultOf(dial({ ...at(port, upgradable), tls: ask() }))
    expect([fault.reason, fault.message]).toEqual(['certificate', 'certificate expired 3 days ago'])
    expect(fault.facts.evidence?.certificates?.[0]?.names).toEqual(['good.test'])
    expect(fault.facts.evidence?.certificate_error).toBe('CERT_HAS_EXPIRED')
  })

  test(`${way}: names, authorities and versions that do not fit are told apart`, async () => {
    const port = await tlsServer({ ...good, maxVersion: 'TLSv1.2' })
    const own = await tlsServer(selfSigned({ name: 'good.test' }))
    const said = async (port: number, tls: Partial<TlsAsk>) =>
      (await faultOf(dial({ ...at(port, upgradable), tls: ask(tls) }))).message
    expect(await said(port, { host: 'other.test' })).toBe(
      'certificate is not for other.test but for good.test, 127.0.0.1',
    )
    expect(await said(port, { ca: undefined })).toBe('certificate is signed by an unknown authority (Test Authority)')
    expect(await said(own, { ca: undefined })).toBe('certificate is self-signed')
    expect(await said(port, { min_version: '1.3' })).toEndWith('failed: no common TLS version')
    const byAddress = await dial({ ...at(port, upgradable), tls: ask({ host: '127.0.0.1' }) })
    expect(byAddress.security?.problem).toBeUndefined()
    byAddress.close()
  })

  test(`${way}: a client certificate is presented to a server that demands one`, async () => {
    const port = await tlsServer({
      ...good,
      ca: ca.cert,
      requestCert: true,
      rejectUnauthorized: true,
      maxVersion: 'TLSv1.2',
    })
    const client = ca.issue({ name: 'monitor' })
    const link = await dial({ ...at(port, upgradable), tls: ask({ cert: client.cert, key: client.key }) })
    link.close()
    expect((await faultOf(dial({ ...at(port, upgradable), tls: ask() }))).reason).toBe('tls')
  })

  test(`${way}: a port that speaks no TLS, or says nothing at all, is a TLS failure or a timeout`, async () => {
    const plain = await listening((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'))
    const mute = await listening(() => {})
    closers.push(plain.close, mute.close)
    expect((await faultOf(dial({ ...at(plain.port, upgradable), tls: ask() }))).reason).toBe('tls')
    const signal = AbortSignal.timeout(50)
    const fault = await faultOf(dial({ ...at(mute.port, upgradable), signal, tls: ask() }))
    expect(fault.reason).toBe('timeout')
    expect(fault.facts.phases?.connect_ms).toBeGreaterThan(0)
  })

  test(`${way}: a closed port is refused by name`, async () => {
    const port = await closedPort()
    const fault = await faultOf(dial(at(port, upgradable)))
    expect([fault.reason, fault.message]).toEqual(['refused', `connection refused by 127.0.0.1:${port}`])
  })

  test(`${way}: what the server said before anyone listened is not lost`, async () => {
    const banner = await listening((socket) => socket.end('220 ready\r\n'))
    closers.push(banner.close)
    const link = await dial(at(banner.port, upgradable))
    await new Promise((resolve) => setTimeout(resolve, 20)) // the banner arrives meanwhile
    const heard = await new Promise<string>((resolve) => {
      let text = ''
      link.listen({ data: (chunk) => (text += chunk.toString()), end: () => resolve(text) })
    })
    expect(heard).toBe('220 ready\r\n')
    link.close()
  })
}

test('a large message is sent whole to a slow reader', async () => {
  const size = 4_000_000
  let got = 0
  const all = Promise.withResolvers<number>()
  const slow = await listening((socket) => {
    socket.pause()
    setTimeout(() => socket.resume(), 50)
    socket.on('data', (chunk) => {
      got += chunk.length
      if (got >= size) all.resolve(got)
    })
  })
  closers.push(slow.close)
  const link = await dial(at(slow.port))
  link.write(Buffer.alloc(size))
  expect(await all.promise).toBe(size)
  link.close()
})

test('200 connects to a dead host leave at most a few descriptors, and a known dead host none', async () => {
  const hole = await blackHole()
  const round = async () => {
    const signal = AbortSignal.timeout(100)
    const dials = Array.from({ length: 200 }, () => faultOf(dial({ address: '127.0.0.1', port: hole.port, signal })))
    expect(new Set((await Promise.all(dials)).map((it) => it.reason))).toEqual(new Set(['timeout']))
    await new Promise((resolve) => setTimeout(resolve, 50)) // closing takes a turn of the loop
  }
  const before = descriptors()
  await round()
  const after = descriptors()
  expect(after - before).toBeLessThanOrEqual(64)
  await round()
  expect(descriptors()).toBeLessThanOrEqual(after)
  hole.close()
})

test('200 connections that were aborted while open leave no descriptor', async () => {
  const mute = await listening(() => {})
  const before = descriptors()
  const abort = new AbortController()
  const links = await Promise.all(
    Array.from({ length: 200 }, () => dial({ address: '127.0.0.1', port: mute.port, signal: abort.signal })),
  )
  expect(links).toHaveLength(200)
  abort.abort()
  mute.close()
  await new Promise((resolve) => setTimeout(resolve, 100)) // both ends close
  expect(descriptors()).toBeLessThanOrEqual(before + 2)
})
