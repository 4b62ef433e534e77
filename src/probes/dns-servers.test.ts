import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Verdict } from '#probes/define'
import { dns } from '#probes/dns'
import { check, closedPort } from '../../test/probing'
import { namedProgram, startNamed, startUnbound, unboundProgram } from '../../test/servers/dns'

const lacking = [namedProgram ? '' : 'bind9', unboundProgram ? '' : 'unbound'].filter(Boolean)
if (lacking.length) console.log(`tests against Debian’s name servers skipped: ${lacking.join(', ')} is not installed`)

const said = ({ status, reason, message }: Verdict) => [status, reason, message]

describe.skipIf(lacking.length > 0)('against Debian’s name servers', () => {
  let named: Awaited<ReturnType<typeof startNamed>>
  let unbound: Awaited<ReturnType<typeof startUnbound>>
  beforeAll(async () => {
    named = await startNamed()
    unbound = await startUnbound(named.port, await closedPort())
  }, 30_000)
  afterAll(async () => {
    await unbound?.stop()
    await named?.stop()
  }, 30_000)

  const ask = (server: { port: number }, settings: Record<string, unknown>, timeout_ms = 4_000) =>
    check(dns, {
      settings: { name: 'example.test', server: '127.0.0.1', server_port: server.port, ...settings },
      timeout_ms,
    })

  test.each([
    ['A', 'example.test', ['192.0.2.1', '192.0.2.2']],
    ['AAAA', 'example.test', ['2001:db8::1']],
    ['MX', 'example.test', ['10 a.example.test', '20 b.example.test']],
    ['TXT', 'example.test', ['v=spf1 -all']],
    ['NS', 'example.test', ['ns1.example.test']],
    ['SOA', 'example.test', ['ns1.example.test admin.example.test 7 3600 600 86400 300']],
    ['SRV', '_sip._tcp.example.test', ['0 5 5060 sip.example.test']],
    ['CAA', 'example.test', ['0 iodef mailto:a@example.test', '0 issue ca.example.net']],
    ['CNAME', 'www.example.test', ['example.test']],
    ['PTR', '192.0.2.1', ['example.test']],
    // An alias is followed on the way to an address.
    ['A', 'www.example.test', ['192.0.2.1', '192.0.2.2']],
  ] as const)('%s of %s are exactly what the zone says', async (record, name, values) => {
    const verdict = await ask(named, { record, name, expect: 'equals', values })
    expect(said(verdict).slice(0, 2)).toEqual(['up', undefined])
    expect(verdict.evidence).toMatchObject({
      ...{ rcode: 'NOERROR', authoritative: true, authenticated: false, transport: 'udp' },
      ...{ server: `127.0.0.1:${named.port}`, ttl_s: record === 'CAA' ? expect.any(Number) : 300 },
    })
    const wrong = await ask(named, { record, name, expect: 'contains', values: ['something else'] })
    expect(said(wrong).slice(0, 2)).toEqual(['down', 'assertion'])
  })

  test('a resolver does not speak for the zone itself', async () => {
    const verdict = await ask(unbound, { expect: 'equals', values: ['192.0.2.1', '192.0.2.2'] })
    expect(verdict.status).toBe('up')
    expect(verdict.evidence).toMatchObject({ rcode: 'NOERROR', authoritative: false })
  })

  test('what does not fit into a datagram comes over TCP, whole', async () => {
    for (const server of [named, unbound]) {
      const verdict = await ask(server, { name: 'big.example.test', record: 'TXT' })
      expect(verdict.status).toBe('up')
      expect(verdict.evidence?.records).toHaveLength(30)
      expect(verdict.evidence?.transport).toBe('tcp')
    }
  })

  test('names that do not exist, empty names, broken zones and foreign names are told apart', async () => {
    const at = `the name server 127.0.0.1:${named.port}`
    const missing = await ask(named, { name: 'nothing.example.test' })
    expect(said(missing)).toEqual(['down', 'dns', 'nothing.example.test does not exist (NXDOMAIN)'])
    expect(missing.evidence).toMatchObject({ rcode: 'NXDOMAIN', authoritative: true, address: '127.0.0.1' })
    const empty = await ask(named, { name: 'empty.example.test', record: 'MX' })
    expect(said(empty)).toEqual(['down', 'dns', 'empty.example.test has no MX record'])
    expect(empty.evidence?.rcode).toBe('NOERROR')
    const broken = await ask(named, { name: 'broken.test' })
    expect(said(broken)).toEqual(['down', 'dns', `${at} failed to answer (SERVFAIL)`])
    expect(broken.evidence?.rcode).toBe('SERVFAIL')
    const foreign = await ask(named, { name: 'example.org' })
    expect(said(foreign)).toEqual(['down', 'dns', `${at} refused to answer (REFUSED)`])
    const loop = await ask(named, { name: 'loop.example.test' })
    expect(loop.status).toBe('down')
  })

  test('a resolver whose sources are dead says SERVFAIL, or says nothing in time', async () => {
    const verdict = await ask(unbound, { name: 'dead.test' }, 1_500)
    expect(verdict.status).toBe('down')
    expect(['dns', 'timeout']).toContain(verdict.reason ?? '')
    expect((await ask(unbound, { name: 'refused.test' })).evidence?.rcode).toBe('REFUSED')
  })
})
