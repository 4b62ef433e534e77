import { afterAll, describe, expect, test } from 'bun:test'
import { openNet } from '#kernel/net'
import type { Verdict } from '#probes/define'
import { domain } from '#probes/domain'
import { rdapServerOf } from '#probes/rdap-servers'
import { asciiName, registrable } from '#probes/registration'
import { whoisServerOf } from '#probes/whois-servers'
import { dateIn, readWhois } from '#probes/whois-text'
import { check, closedPort, descriptors, listening } from '../../test/probing'

const DAY = 86_400_000
const NOW = Date.parse('2026-11-23T12:00:00Z')
const closers: (() => void)[] = []
afterAll(() => {
  for (const close of closers) close()
})

/** Its own network, so that no test meets an answer kept by another. */
const openNetwork = () => openNet({ allowPrivate: true, deny: [], allow: [] })
let clock = NOW
const probe = (settings: Record<string, unknown>, net = openNetwork(), timeout_ms = 3_000) =>
  check(domain, { settings: { domain: 'example.com', ...settings }, net, timeout_ms, now: () => clock })
const said = ({ status, reason, message }: Verdict) => [status, reason, message]
const inDays = (count: number) => new Date(NOW + count * DAY + 3_600_000).toISOString()

/** The domain object of RFC 9083 section 5.3, as much of it as registries send. */
const object = (more: Record<string, unknown> = {}) => ({
  objectClassName: 'domain',
  handle: 'XXXX',
  ldhName: 'EXAMPLE.COM',
  nameservers: [
    { objectClassName: 'nameserver', ldhName: 'NS1.EXAMPLE.COM', status: ['active'] },
    { objectClassName: 'nameserver', ldhName: 'ns2.example.com' },
  ],
  status: ['locked', 'transfer prohibited'],
  events: [
    { eventAction: 'registration', eventDate: '1990-12-31T23:59:59Z' },
    { eventAction: 'last changed', eventDate: '1991-12-31T23:59:59Z', eventActor: 'joe@example.com' },
    { eventAction: 'expiration', eventDate: inDays(200), eventActor: 'joe@example.com' },
  ],
  entities: [
    { objectClassName: 'entity', handle: 'XXXX', roles: ['registrant'], vcardArray: ['vcard', []] },
    {
      objectClassName: 'entity',
      handle: '292',
      roles: ['registrar'],
      vcardArray: [
        'vcard',
        [
          ['version', {}, 'text', '4.0'],
          ['fn', {}, 'text', 'Joe’s Fish, Chips and Domains'],
        ],
      ],
    },
  ],
  ...more,
})

const rdap = (answer: (req: Request) => Response | Promise<Response>) => {
  const asked: string[] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (req) => {
      asked.push(`${new URL(req.url).pathname} ${req.headers.get('accept')}`)
      return answer(req)
    },
  })
  closers.push(() => void server.stop(true))
  return { rdap_url: server.url.href, asked, host: server.url.host }
}
const serving = (body: unknown) => rdap(() => Response.json(body))
const ending = (count: number) =>
  serving(object({ events: [{ eventAction: 'expiration', eventDate: inDays(count) }] })).rdap_url

const whois = async (...answers: string[]) => {
  const asked: string[] = []
  const server = await listening((socket) => {
    socket.once('data', (line) => {
      asked.push(line.toString())
      socket.end(answers[Math.min(asked.length, answers.length) - 1] ?? '')
    })
  })
  closers.push(server.close)
  return { whois_server: `127.0.0.1:${server.port}`, asked }
}

describe('a registration', () => {
  test('that is far from its end is up, with who sold it and what it says', async () => {
    const { rdap_url, asked, host } = serving(object())
    const verdict = await probe({ rdap_url })
    expect(said(verdict)).toEqual(['up', undefined, 'the registration of example.com ends in 200 days (2027-06-11)'])
    expect(verdict.evidence).toEqual({
      domain: 'example.com',
      asked_at: new Date(NOW).toISOString(),
      expires_at: inDays(200),
      registrar: 'Joe’s Fish, Chips and Domains',
      statuses: ['locked', 'transfer prohibited'],
      name_servers: ['ns1.example.com', 'ns2.example.com'],
      source: 'rdap',
      server: host,
    })
    expect(verdict.response_time_ms).toBeGreaterThan(0)
    expect(asked).toEqual(['/domain/example.com application/rdap+json, application/json'])
  })

  test('that ends soon is degraded, then down, and told as ended afterwards', async () => {
    const at = async (count: number) => said(await probe({ rdap_url: ending(count) })).slice(0, 1)
    expect([await at(30), await at(29), await at(7), await at(6), await at(0)].flat()).toEqual([
      ...['up', 'degraded', 'degraded', 'down', 'down'],
    ])
    expect((await probe({ rdap_url: ending(0) })).message).toBe(
      'the registration of example.com ends today (2026-11-23)',
    )
    expect(said(await probe({ rdap_url: ending(-3) }))).toEqual([
      'down',
      'assertion',
      'the registration of example.com ended on 2026-11-20',
    ])
    expect((await probe({ rdap_url: ending(50), warn_days: 60, critical_days: 55 })).status).toBe('down')
  })

  test.each([
    ['redemption period', 'example.com was deleted and can only be redeemed'],
    ['pending delete', 'example.com is about to be deleted'],
    ['clientHold', 'example.com is on hold and not in the DNS'],
  ])('with the status %s is down however long it lasts', async (status, message) => {
    const { rdap_url } = serving(object({ status: ['active', status] }))
    expect(said(await probe({ rdap_url }))).toEqual(['down', 'assertion', message])
  })

  test('that nobody has is down', async () => {
    const { rdap_url } = rdap(() => Response.json({ errorCode: 404, title: 'Not Found' }, { status: 404 }))
    expect(said(await probe({ rdap_url }))).toEqual(['down', 'assertion', 'example.com is not registered'])
  })

  test('is that of the domain below the public suffix', async () => {
    const { rdap_url, asked } = serving(object({ ldhName: 'example.co.uk' }))
    expect((await probe({ rdap_url, domain: 'www.shop.Example.co.uk.' })).status).toBe('up')
    expect(asked[0]).toStartWith('/domain/example.co.uk ')
    expect(await registrable('a.b.github.io')).toBe('github.io')
    expect(await registrable('a.b.c.kawasaki.jp')).toBe('b.c.kawasaki.jp')
    expect(asciiName('Müller.de')).toBe('xn--mller-kva.de')
    expect(await registrable('foo.co.uk')).toBe('foo.co.uk')
    const suffix = await probe({ rdap_url, domain: 'chiyoda.tokyo.jp' })
    expect(said(suffix)).toEqual(['down', 'assertion', 'chiyoda.tokyo.jp is a public suffix or no domain name'])
  })
})

describe('a registry', () => {
  test('is asked once in six hours, and once an hour near the end', async () => {
    const net = openNetwork()
    const far = serving(object())
    for (let minute = 0; minute < 360; minute += 60) {
      clock = NOW + minute * 60_000
      await probe({ rdap_url: far.rdap_url }, net)
    }
    expect(far.asked).toHaveLength(1)
    const kept = await probe({ rdap_url: far.rdap_url }, net)
    expect([kept.response_time_ms, kept.evidence?.cached]).toEqual([undefined, true])
    clock = NOW + 6 * 3_600_000
    await probe({ rdap_url: far.rdap_url }, net)
    expect(far.asked).toHaveLength(2)
    clock = NOW
    const near = serving(object({ events: [{ eventAction: 'expiration', eventDate: inDays(20) }] }))
    await probe({ rdap_url: near.rdap_url }, net)
    clock = NOW + 3_600_000
    await probe({ rdap_url: near.rdap_url }, net)
    expect(near.asked).toHaveLength(2)
    clock = NOW
  })

  test('that counts our questions is left alone as long as it asks, and that is not the domain’s fault', async () => {
    const net = openNetwork()
    const { rdap_url, asked, host } = rdap(() => new Response('', { status: 429, headers: { 'retry-after': '7200' } }))
    const { whois_server, asked: never } = await whois('x')
    for (const minute of [0, 1, 60, 119]) {
      clock = NOW + minute * 60_000
      const verdict = await probe({ rdap_url, whois_server }, net)
      expect(said(verdict)).toEqual(['unknown', 'status', `${host} asks us to come back later (429)`])
      expect(verdict.evidence?.retry_after).toBe('7200 s')
    }
    expect([asked.length, never.length]).toEqual([1, 0])
    clock = NOW + 120 * 60_000
    await probe({ rdap_url }, net)
    expect(asked).toHaveLength(2)
    clock = NOW
  })

  test('that fails later is believed by its last answer, unless that says that all is over', async () => {
    const net = openNetwork()
    let broken = false
    const { rdap_url, host } = rdap(() => (broken ? new Response('', { status: 500 }) : Response.json(object())))
    await probe({ rdap_url, method: 'rdap' }, net)
    broken = true
    clock = NOW + 5 * DAY
    const verdict = await probe({ rdap_url, method: 'rdap' }, net)
    expect(said(verdict).slice(0, 2)).toEqual(['up', undefined])
    expect(verdict.evidence).toMatchObject({ cached: true, registry_problem: `${host} answered 500` })
    clock = NOW + 8 * DAY
    expect(said(await probe({ rdap_url, method: 'rdap' }, net))).toEqual(['unknown', 'status', `${host} answered 500`])
    clock = NOW
    broken = false
    const late = openNetwork()
    const soon = rdap(() =>
      broken
        ? new Response('', { status: 500 })
        : Response.json(object({ events: [{ eventAction: 'expiration', eventDate: inDays(8) }] })),
    )
    await probe({ rdap_url: soon.rdap_url, method: 'rdap' }, late)
    broken = true
    clock = NOW + 3 * DAY
    expect((await probe({ rdap_url: soon.rdap_url, method: 'rdap' }, late)).status).toBe('unknown')
    clock = NOW
  })

  test('that refuses, hangs, redirects for ever or answers nonsense makes the check unknown', async () => {
    const wrong = async (settings: Record<string, unknown>, timeout_ms?: number) =>
      said(await probe({ method: 'rdap', ...settings }, openNetwork(), timeout_ms)).slice(0, 2)
    expect(await wrong({ rdap_url: `http://127.0.0.1:${await closedPort()}/` })).toEqual(['unknown', 'refused'])
    const mute = await listening(() => {})
    closers.push(mute.close)
    expect(await wrong({ rdap_url: mute.url }, 100)).toEqual(['unknown', 'timeout'])
    const loop = rdap((req) => Response.redirect(req.url, 302))
    expect(await wrong(loop)).toEqual(['unknown', 'protocol'])
    expect(loop.asked.length).toBeLessThan(6)
    for (const body of ['<html>', '{}', '[]', 'null', '"x"', '{"objectClassName":"domain","ldhName":"other.test"}']) {
      expect(await wrong(rdap(() => new Response(body)))).toEqual(['unknown', 'protocol'])
    }
    expect(await wrong(rdap(() => new Response('['.repeat(900_000))))).toEqual(['unknown', 'protocol'])
    const odd = { events: [1, null, { eventAction: 'expiration', eventDate: 7 }], entities: 'x', status: { a: 1 } }
    expect(await wrong(serving(object(odd)))).toEqual(['unknown', 'protocol'])
  })

  test('on an address that the policy denies is not asked, and that is said as the user’s fault', async () => {
    const net = openNet({ allowPrivate: false, deny: [], allow: [] })
    expect(said(await probe({ rdap_url: 'http://127.0.0.1:1/' }, net)).slice(0, 2)).toEqual(['down', 'blocked'])
    const { rdap_url } = rdap(() => Response.redirect('http://169.254.169.254/', 302))
    expect(said(await probe({ rdap_url })).slice(0, 2)).toEqual(['down', 'blocked'])
    expect((await probe({ method: 'whois', whois_server: '127.0.0.1:1' }, net)).reason).toBe('blocked')
  })

  test('is found in the tables', () => {
    expect(rdapServerOf('example.com')).toBe('https://rdap.verisign.com/com/v1/')
    expect(rdapServerOf('example.co.uk')).toBe('https://rdap.nominet.uk/uk/')
    expect(rdapServerOf('example.de')).toBeUndefined()
    expect(whoisServerOf('example.de')).toBe('whois.denic.de')
    expect(whoisServerOf('example.io')).toBe('whois.nic.io')
    expect(whoisServerOf('example.zz')).toBe('whois.iana.org')
  })
})

const VERISIGN = `   Domain Name: EXAMPLE.COM\r
   Registrar WHOIS Server: whois.iana.org\r
   Registrar URL: http://res-dom.iana.org\r
   Updated Date: 2025-08-14T07:01:39Z\r
   Creation Date: 1995-08-14T04:00:00Z\r
   Registry Expiry Date: 2027-08-13T04:00:00Z\r
   Registrar: RESERVED-Internet Assigned Numbers Authority\r
   Domain Status: clientDeleteProhibited https://icann.org/epp#clientDeleteProhibited\r
   Name Server: A.IANA-SERVERS.NET\r
   Name Server: B.IANA-SERVERS.NET\r
>>> Last update of whois database: 2026-11-23T12:00:00Z <<<\r
`

describe('by WHOIS', () => {
  test('a registration is read, and asked for by one line', async () => {
    const { whois_server, asked } = await whois(VERISIGN)
    const verdict = await probe({ method: 'whois', whois_server })
    expect(verdict.status).toBe('up')
    expect(verdict.evidence).toMatchObject({
      expires_at: '2027-08-13T04:00:00.000Z',
      registrar: 'RESERVED-Internet Assigned Numbers Authority',
      statuses: ['clientDeleteProhibited'],
      name_servers: ['a.iana-servers.net', 'b.iana-servers.net'],
      source: 'whois',
      server: whois_server,
    })
    expect(asked).toEqual(['example.com\r\n'])
  })

  test('a registry without RDAP, and one whose RDAP is broken or tells no date, is asked', async () => {
    const { whois_server } = await whois(VERISIGN)
    const by = async (settings: Record<string, unknown>) =>
      (await probe({ whois_server, ...settings })).evidence?.source
    expect(await by({ domain: 'example.zz' })).toBe('whois')
    expect(await by({ rdap_url: `http://127.0.0.1:${await closedPort()}/` })).toBe('whois')
    expect(await by({ rdap_url: serving(object({ events: [] })).rdap_url })).toBe('whois')
    const mute = await listening(() => {})
    closers.push(mute.close)
    const patient = await probe({ whois_server, rdap_url: mute.url }, openNetwork(), 600)
    expect([patient.status, patient.evidence?.source]).toEqual(['up', 'whois'])
  })

  test('a referral is followed once and not in circles', async () => {
    const refused = `127.0.0.1:${await closedPort()}`
    const { whois_server, asked } = await whois('domain: ZZ\nrefer:        whois.nothing.invalid\n')
    const verdict = await probe({ method: 'whois', whois_server, domain: 'example.zz' })
    expect(said(verdict)).toEqual(['unknown', 'dns', 'the name whois.nothing.invalid does not exist'])
    expect(asked).toHaveLength(1)
    expect((await probe({ method: 'whois', whois_server: refused })).reason).toBe('refused')
    // Had it been followed, port 43 would have refused.
    const self = await whois('refer: 127.0.0.1\n')
    expect((await probe({ method: 'whois', ...self })).status).toBe('unknown')
    expect(self.asked).toHaveLength(1)
  })

  test('no such domain, too many questions, no date and no words are told apart', async () => {
    const answered = async (text: string) => {
      const { whois_server } = await whois(text)
      return said(await probe({ method: 'whois', whois_server })).slice(0, 2)
    }
    expect(await answered('No match for "EXAMPLE.COM".\r\n')).toEqual(['down', 'assertion'])
    expect(await answered('Domain: example.com\nStatus: free\n')).toEqual(['down', 'assertion'])
    expect(await answered('% This is the registry.\n%% No entries found for the selected source(s).\n')).toEqual([
      'down',
      'assertion',
    ])
    expect(await answered('ERROR: query rate limit exceeded, try again later\r\n')).toEqual(['unknown', 'status'])
    expect(await answered('Domain: example.com\nNserver: ns1.example.com\nStatus: connect\n')).toEqual([
      'unknown',
      'protocol',
    ])
    expect(await answered('')).toEqual(['unknown', 'protocol'])
    expect(await answered('\x00\x01\x02 hello')).toEqual(['unknown', 'protocol'])
  })

  test('an endless, a dripping and a hostile answer are bounded in time and memory', async () => {
    const before = descriptors()
    const drip = await listening((socket) => {
      const timer = setInterval(() => socket.write('x'), 10)
      socket.on('close', () => clearInterval(timer))
    })
    const flood = await listening((socket) => {
      const piece = Buffer.alloc(65_536, 'Expiry Date: soon\n')
      const pour = () => socket.writable && socket.write(piece, pour)
      pour()
    })
    closers.push(drip.close, flood.close)
    const at = (port: number) => probe({ method: 'whois', whois_server: `127.0.0.1:${port}` }, openNetwork(), 300)
    expect(said(await at(drip.port)).slice(0, 2)).toEqual(['unknown', 'timeout'])
    const started = performance.now()
    expect(said(await at(flood.port)).slice(0, 2)).toEqual(['unknown', 'protocol'])
    const hostile = ['a:'.repeat(32_000), ':'.repeat(65_000), `${' '.repeat(60_000)}x`, '-'.repeat(65_000)]
    for (const text of hostile) readWhois(text)
    for (const text of hostile) dateIn(text)
    expect(performance.now() - started).toBeLessThan(1_000)
    drip.close()
    flood.close()
    await new Promise((resolve) => setTimeout(resolve, 50)) // closing takes a turn of the loop
    expect(descriptors()).toBeLessThanOrEqual(before + 2)
  })

  test.each([
    ['2027-08-13T04:00:00Z', '2027-08-13T04:00:00.000Z'],
    ['2027-08-13T04:00:00+0200', '2027-08-13T02:00:00.000Z'],
    ['2027-08-13 04:00:00', '2027-08-13T04:00:00.000Z'],
    ['2027/08/13', '2027-08-13T00:00:00.000Z'],
    ['2027. 08. 13.', '2027-08-13T00:00:00.000Z'],
    ['20270813', '2027-08-13T00:00:00.000Z'],
    ['13-Aug-2027', '2027-08-13T00:00:00.000Z'],
    ['13.8.2027 04:00:00', '2027-08-13T04:00:00.000Z'],
    ['13 August 2027', '2027-08-13T00:00:00.000Z'],
    ['August 13 2027', '2027-08-13T00:00:00.000Z'],
    ['Fri Aug 13 04:00:00 GMT 2027', '2027-08-13T04:00:00.000Z'],
    ['2027-13-45', undefined],
    ['never', undefined],
  ])('the date %p is understood', (text, date) => {
    expect(dateIn(text)).toBe(date)
  })

  test.each([
    [
      'Nominet',
      'Relevant dates:\n        Expiry date:  13-Aug-2027\n    Registrar:\n        Fish Ltd [Tag = FISH]\n',
      'Fish Ltd [Tag = FISH]',
    ],
    [
      'TCI',
      'domain:  EXAMPLE.RU\nnserver: a.test.\nregistrar:  FISH-RU\npaid-till:  2027-08-13T00:00:00Z\n',
      'FISH-RU',
    ],
    ['JPRS', '[Domain Name]  EXAMPLE.JP\n[Expires on]   2027/08/13\n[Registrar]  Fish\n', 'Fish'],
    [
      'Traficom',
      'domain.............: example.fi\nexpires............: 13.8.2027 00:00:00\nregistrar..........: Fish\n',
      'Fish',
    ],
  ])('the dialect of %s is understood', (_, text, registrar) => {
    expect(readWhois(text)).toMatchObject({ expires_at: '2027-08-13T00:00:00.000Z', registrar })
  })
})

test('settings that cannot work are named', () => {
  const wrong = (settings: Record<string, unknown>) =>
    Object.keys(domain.check?.({ url: '', settings: { domain: 'example.com', ...settings } }) ?? {})
  expect(wrong({})).toEqual([])
  for (const name of ['localhost', '192.0.2.1', 'a b.com', '-a.com', 'a..com', '[::1]', `${'x'.repeat(70)}.com`]) {
    expect(wrong({ domain: name })).toEqual(['settings.domain'])
  }
  expect(wrong({ warn_days: 3 })).toEqual(['settings.critical_days'])
  expect(wrong({ rdap_url: 'ftp://x' })).toEqual(['settings.rdap_url'])
  expect(wrong({ rdap_url: 'https://u:p@x.test/' })).toEqual(['settings.rdap_url'])
  expect(wrong({ whois_server: 'a b' })).toEqual(['settings.whois_server'])
  expect(wrong({ whois_server: 'x.test:99999' })).toEqual(['settings.whois_server'])
})
