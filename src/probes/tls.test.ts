import { afterAll, expect, test } from 'bun:test'
import { createServer } from 'node:tls'
import type { Verdict } from '#probes/define'
import { tls } from '#probes/tls'
import { authority, type Pair, selfSigned } from '../../test/certs'
import { bound, check } from '../../test/probing'

const DAY = 86_400_000
const ca = authority()
const closers: (() => void)[] = []
afterAll(() => {
  for (const close of closers) close()
})

const serving = async (pair: Pair) => {
  const server = createServer(pair, (socket) => socket.on('error', () => {}))
  closers.push(() => server.close())
  return (await bound(server)).port
}
const dated = (days: number) => ({
  name: 'site.test',
  names: ['site.test', '127.0.0.1'],
  from: new Date(Date.now() - 400 * DAY),
  to: new Date(Date.now() + (days + 0.5) * DAY),
})
const probe = (port: number, settings: Record<string, unknown> = {}) =>
  check(tls, { settings: { host: '127.0.0.1', port, ca: ca.cert, ...settings } })
const said = ({ status, message }: Verdict) => [status, message]

test('a certificate that lasts is up and shown with its chain', async () => {
  const verdict = await probe(await serving(ca.issue(dated(80))))
  expect(said(verdict)).toEqual(['up', 'certificate of site.test expires in 80 days'])
  expect(verdict.evidence?.certificates?.map((it) => [it.subject, it.issuer])).toEqual([
    ['site.test', 'Test Authority'],
    ['Test Authority', 'Test Authority'],
  ])
  expect(verdict.evidence?.certificates?.[0]?.fingerprint_sha256).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/)
  expect(verdict.phases?.tls_ms).toBeGreaterThan(0)
})

test('it warns first, then it is down, then it has expired', async () => {
  expect(said(await probe(await serving(ca.issue(dated(20)))))).toEqual([
    'degraded',
    'certificate of site.test expires in 20 days',
  ])
  expect(said(await probe(await serving(ca.issue(dated(1)))))).toEqual([
    'down',
    'certificate of site.test expires in 1 day',
  ])
  expect(said(await probe(await serving(ca.issue(dated(-3)))))).toEqual(['down', 'certificate expired 2 days ago'])
  expect((await probe(await serving(ca.issue(dated(20))), { warn_days: 10 })).status).toBe('up')
})

test('the name must fit', async () => {
  const port = await serving(ca.issue(dated(80)))
  expect(said(await probe(port, { server_name: 'other.test' }))).toEqual([
    'down',
    'certificate is not for other.test but for site.test, 127.0.0.1',
  ])
  expect((await probe(port, { server_name: 'site.test' })).status).toBe('up')
})

test('a self-signed certificate is down unless allowed, and even then its name and dates count', async () => {
  const port = await serving(selfSigned(dated(80)))
  expect(said(await probe(port))).toEqual(['down', 'certificate is self-signed'])
  expect((await probe(port, { allow_self_signed: true })).status).toBe('up')
  expect((await probe(port, { allow_self_signed: true, server_name: 'other.test' })).message).toContain(
    'not for other.test',
  )
  const old = await serving(selfSigned(dated(-3)))
  expect((await probe(old, { allow_self_signed: true })).message).toBe('certificate expired 2 days ago')
})

test('an unknown authority is named', async () => {
  const port = await serving(ca.issue(dated(80)))
  const { message } = await probe(port, { ca: authority('Other').cert })
  expect(message).toBe('certificate is signed by an unknown authority (Test Authority)')
})

test('the days of down cannot exceed the days of warning', () => {
  const settings = { host: 'x', port: 443, warn_days: 5, critical_days: 6 }
  expect(Object.keys(tls.check?.({ url: '', settings }) ?? {})).toEqual(['settings.critical_days'])
})
