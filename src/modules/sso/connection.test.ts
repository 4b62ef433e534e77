import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { X509Certificate } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import packet from 'dns-packet'
import { type Ask, type Booted, boot } from '../../../test/boot'
import { authority } from '../../../test/certs'
import { txtLookup } from './dns'
import { verify } from './domains'
import { identityProvider, type Provider } from './idp.fixtures'
import { expected, ORIGIN } from './sso.fixtures'
import { newKeyPair } from './x509'

let t: Booted
let alice: Ask
let idp: Provider
beforeAll(async () => {
  t = await boot({ start: false, config: { publicUrl: ORIGIN } })
  alice = (await t.session('alice')).ask
  idp = await identityProvider(t.clock.now)
})
afterAll(() => t.stop())

const faults = ({ status, body }: { status: number; body: { details?: { fields?: Record<string, string> } } }) => [
  status,
  ...Object.keys(body.details?.fields ?? {}),
]

describe('the connection', () => {
  test('starts empty, because the identity provider wants our addresses first', async () => {
    expect((await t.alice('GET', '/sso/connection')).status).toBe(404)
    const made = expected(await t.alice('PUT', '/sso/connection', {}), 200)
    expect(made).toMatchObject({ enabled: false, idp_entity_id: '', sso_url: '', certificates: [], provision: true })
    const { sp, id } = made
    expect(sp).toMatchObject({
      entity_id: `${ORIGIN}/api/v1/sso/metadata/${id}`,
      acs_url: `${ORIGIN}/api/v1/sso/acs/${id}`,
    })
    const { status, headers, body } = await t.nobody('GET', `/sso/metadata/${id}`)
    expect([status, headers.get('content-type')]).toEqual([200, 'application/samlmetadata+xml'])
    expect(body).toContain(`entityID="${sp.entity_id}"`)
    expect(body).toContain('WantAssertionsSigned="true"')
    expect(body).toContain('AuthnRequestsSigned="true"')
    expect((await t.nobody('GET', `/sso/metadata/${id}`)).headers.get('etag')).toBe(headers.get('etag'))
    expect((await t.nobody('GET', `/sso/metadata/${Bun.randomUUIDv7()}`)).status).toBe(404)
    expect(faults(await t.alice('PUT', '/sso/connection', { enabled: true }))).toEqual([422, 'enabled'])
  })

  test('has a key pair of its own, whose private half nobody gets to see', async () => {
    const { sp, ...rest } = (await t.alice('GET', '/sso/connection')).body
    const certificate = new X509Certificate(sp.certificate)
    expect(certificate.verify(certificate.publicKey)).toBe(true)
    expect(certificate.checkIssued(certificate)).toBe(true)
    expect(certificate.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048)
    expect(Date.parse(certificate.validFrom)).toBe(t.clock.now() - 86_400_000)
    expect(certificate.subject).toBe('CN=Xinex single sign-on of acme')
    expect(JSON.stringify(rest)).not.toContain('private')
    // A certificate that lasts beyond 2049 spells its end another way.
    const late = new X509Certificate((await newKeyPair('Late', Date.parse('2045-01-01T00:00:00Z'))).certificate)
    expect(new Date(late.validTo).getUTCFullYear()).toBe(2054)
  })

  test('takes what metadata says, and keeps what an edit does not name', async () => {
    const put = { metadata_xml: idp.metadata(), enabled: true, email_attribute: 'mail', default_role: 'viewer' }
    const saved = expected(await t.alice('PUT', '/sso/connection', put), 200)
    expect(saved).toMatchObject({
      enabled: true,
      idp_entity_id: idp.entity_id,
      sso_url: idp.sso_url,
      email_attribute: 'mail',
    })
    expect(saved.certificates).toEqual([
      { pem: idp.pair.certificate, subject: 'CN=Identity provider', expires_at: expect.stringMatching(/^20\d\d-.*Z$/) },
    ])
    const edited = expected(await t.alice('PUT', '/sso/connection', { email_attribute: null }), 200)
    expect(edited).toEqual({ ...saved, email_attribute: null, updated_at: expect.any(String) })
    expect((await t.alice('GET', '/sso/connection')).body).toEqual(edited)
    const bare = idp.pair.certificate.replace(/-----.*-----|\n/g, '')
    const again = expected(await t.alice('PUT', '/sso/connection', { certificates: [bare, idp.pair.certificate] }), 200)
    expect(again.certificates).toHaveLength(1)
  })

  test('refuses what would not work, and says which field', async () => {
    const elliptic = authority().cert
    const cases: [object, string][] = [
      [{ certificates: ['nonsense'] }, 'certificates.0'],
      [{ certificates: [idp.pair.certificate, elliptic] }, 'certificates.1'],
      [{ certificates: [] }, 'enabled'],
      [{ idp_entity_id: '' }, 'enabled'],
      [{ idp_entity_id: 'a b' }, 'idp_entity_id'],
      [{ sso_url: 'javascript:alert(1)' }, 'sso_url'],
      [{ sso_url: 'idp.test' }, 'sso_url'],
      [{ default_role: 'owner' }, 'default_role'],
      [{ group_roles: [{ group: 'ops', role: 'owner' }] }, 'group_roles.0.role'],
      [{ email_attribute: '' }, 'email_attribute'],
      [{ metadata_xml: '<x/>' }, 'metadata_xml'],
      [{ private_key: 'x' }, 'private_key'],
    ]
    for (const [body, field] of cases)
      expect([body, ...faults(await t.alice('PUT', '/sso/connection', body))]).toEqual([body, 422, field])
  })

  test('is for admins: others are refused, and another workspace has its own', async () => {
    for (const [method, path, body] of [
      ['GET', '/sso/connection'],
      ['PUT', '/sso/connection', {}],
      ['DELETE', '/sso/connection'],
      ['POST', '/sso/connection/test'],
      ['GET', '/sso/connection/test'],
      ['POST', '/sso/connection/metadata', { url: 'http://x' }],
      ['GET', '/sso/domains'],
      ['POST', '/sso/domains', { domain: 'x.test' }],
    ] as [string, string, object?][]) {
      expect([path, (await t.nobody(method, path, body)).status]).toEqual([path, 401])
      for (const who of [t.bob, t.carol]) expect([path, (await who(method, path, body)).status]).toEqual([path, 403])
    }
    expect((await t.mallory('GET', '/sso/connection')).status).toBe(404)
    expect((await t.mallory('DELETE', '/sso/connection')).status).toBe(404)
  })

  test('is gone when it is deleted, with all who were linked by it', async () => {
    const evil = (await t.session('mallory')).ask
    const { id } = expected(await evil('PUT', '/sso/connection', {}), 200)
    expect((await evil('DELETE', '/sso/connection')).status).toBe(204)
    expect((await evil('GET', '/sso/connection')).status).toBe(404)
    expect((await t.nobody('GET', `/sso/metadata/${id}`)).status).toBe(404)
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    expect((await t.nobody('POST', `/sso/acs/${id}`, 'SAMLResponse=eA%3D%3D&RelayState=x', form)).status).toBe(404)
    expect((await t.nobody('GET', `/sso/acs/${id}?code=x`)).status).toBe(404)
  })

  test('takes an answer only as a form, and fetches nothing without its code', async () => {
    const { id } = (await t.alice('GET', '/sso/connection')).body
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    for (const [body, headers] of [
      ['RelayState=x', form],
      [{ SAMLResponse: 'eA==' }, {}],
    ] as const)
      expect(faults(await t.nobody('POST', `/sso/acs/${id}`, body, headers))).toEqual([422, 'SAMLResponse'])
    for (const query of ['', '?code=', `?code=${'x'.repeat(43)}`])
      expect((await t.nobody('GET', `/sso/acs/${id}${query}`)).headers.get('location')).toBe('/sign-in?problem=expired')
  })
})

describe('metadata', () => {
  const read = (body: object) => t.alice('POST', '/sso/connection/metadata', body)
  const sentence = async (metadata_xml: string) => {
    const { status, body } = await read({ metadata_xml })
    expect(status).toBe(422)
    return body.details.fields.metadata_xml
  }

  test('given as it is says what would be saved, and saves nothing', async () => {
    const before = (await t.alice('GET', '/sso/connection')).body
    const { body } = await read({ metadata_xml: `\uFEFF<?xml version="1.0"?>\n${idp.metadata()}` })
    expect(body).toEqual({ idp_entity_id: idp.entity_id, sso_url: idp.sso_url, certificates: [idp.pair.certificate] })
    expect((await t.alice('GET', '/sso/connection')).body).toEqual(before)
  })

  test('of several providers, without an address, a certificate or a future is refused with the reason', async () => {
    const one = idp.metadata().replace(/<\?xml.*\?>/, '')
    const two = (inner: string) =>
      `<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata">${inner}</EntitiesDescriptor>`
    expect((await read({ metadata_xml: two(one) })).status).toBe(200)
    expect(await sentence(two(one + one))).toContain('2 identity providers')
    expect(await sentence(one.replace(/bindings:HTTP-Redirect/g, 'bindings:HTTP-POST'))).toContain('HTTP-Redirect')
    expect(await sentence(one.replace(/<(\w+:)?KeyDescriptor[\s\S]*KeyDescriptor>/, ''))).toContain('no certificate')
    expect(await sentence(one.replace('entityID=', 'validUntil="2020-01-01T00:00:00Z" entityID='))).toContain(
      'valid until',
    )
    expect(await sentence(`<!DOCTYPE x [<!ENTITY e "x">]>${one}`)).toContain('entities')
    expect(await sentence(one.slice(0, 200))).toContain('not well-formed')
    const bomb = `<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><l>&b;</l>`
    expect(await sentence(bomb)).toContain('entities')
  })

  describe('at an address', () => {
    let server: ReturnType<typeof Bun.serve>
    let asked: string[] = []
    beforeAll(() => {
      server = Bun.serve({
        ...{ hostname: '127.0.0.1', port: 0 },
        fetch(request) {
          const { pathname } = new URL(request.url)
          asked.push(pathname)
          if (pathname === '/metadata') return new Response(idp.metadata())
          if (pathname === '/moved') return Response.redirect('/metadata', 302)
          if (pathname === '/round') return Response.redirect('/round', 302)
          if (pathname === '/file')
            return new Response(null, { status: 302, headers: { location: 'file:///etc/passwd' } })
          if (pathname === '/denied') return Response.redirect('http://169.254.169.254/latest/meta-data', 302)
          if (pathname === '/large') return new Response('x'.repeat(600 * 1024))
          return new Response('secret inside', { status: pathname === '/html' ? 200 : 404 })
        },
      })
    })
    afterAll(() => server.stop(true))
    const at = (path: string) => `http://127.0.0.1:${server.port}${path}`
    const said = async (url: string) => {
      const { status, body } = await read({ url })
      return [status, body.details?.fields?.url ?? body.idp_entity_id]
    }

    test('is fetched, over a redirect too', async () => {
      expect(await said(at('/metadata'))).toEqual([200, idp.entity_id])
      expect(await said(at('/moved'))).toEqual([200, idp.entity_id])
    })

    test('is refused where it is not there, too large, elsewhere, or not metadata; what stands there stays unsaid', async () => {
      const host = `127.0.0.1:${server.port}`
      expect(await said(at('/none'))).toEqual([422, `${host} answered 404`])
      expect(await said(at('/large'))).toEqual([422, `${host} sent more than 512 KB`])
      expect(await said(at('/round'))).toEqual([422, `${host} redirects too often`])
      expect(await said(at('/file'))).toEqual([422, `${host} redirects to an address that is not followed`])
      expect((await said(at('/denied')))[1]).toContain('address policy')
      expect(JSON.stringify(await said(at('/html')))).not.toContain('secret')
      expect((await said('file:///etc/passwd'))[0]).toBe(422)
      expect((await said('http://user:password@127.0.0.1/'))[1]).toContain('user name')
      expect((await said('http://169.254.169.254/'))[1]).toContain('address policy')
      expect((await said('http://127.0.0.1:1/'))[1]).toContain('refused the connection')
      expect(faults(await read({}))).toEqual([422, 'url'])
    })

    test('is not even asked for where the address policy forbids it', async () => {
      const strict = await boot({ start: false, config: { allowPrivate: false } })
      asked = []
      const { status, body } = await strict.alice('POST', '/sso/connection/metadata', { url: at('/metadata') })
      expect([status, body.details.fields.url, asked]).toEqual([422, expect.stringContaining('address policy'), []])
      await strict.stop()
    })
  })
})

describe('a domain', () => {
  const records = new Map<string, string[]>()
  let server: Socket
  beforeAll(async () => {
    server = createSocket('udp4').on('message', (bytes, from) => {
      const { id, questions = [] } = packet.decode(bytes)
      const [{ name } = { name: '' }] = questions
      if (name.endsWith('silent.test')) return
      const found = records.get(name)
      // A long record comes in several pieces.
      const answers = (found ?? []).map((text) => ({
        type: 'TXT' as const,
        name,
        data: [text.slice(0, 9), text.slice(9)],
      }))
      const broken = name.endsWith('broken.test')
      const flags = 0x8180 | (broken ? 2 : found ? 0 : 3)
      server.send(packet.encode({ type: 'response', id, flags, questions, answers }), from.port, from.address)
    })
    await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve))
  })
  afterAll(() => void server.close())
  const lookUp = () => txtLookup([`127.0.0.1:${server.address().port}`], 200)
  /** An owner who does not run the appliance. */
  const asOwner = () => t.ctx({ actor: { ...t.ctx().actor, kind: 'session', instance_admin: false } })
  const add = async (domain: string, ask: Ask = t.alice) => expected(await ask('POST', '/sso/domains', { domain }), 201)
  const refusal = async (work: Promise<unknown>) =>
    work.then(
      () => '',
      ({ code, message }) => `${code}: ${message}`,
    )

  test('is listed with the record to set, and counts only once that is there', async () => {
    const { id, record, verified } = await add('Shop.Test.')
    expect(record).toEqual({
      type: 'TXT',
      name: '_xinex-challenge.shop.test',
      value: expect.stringMatching(/^xinex-verify=[\w-]{43}$/),
    })
    expect(verified).toBe(false)
    expect(await refusal(verify(asOwner(), id, lookUp()))).toStartWith(
      'CONFLICT: There is no TXT record _xinex-challenge.shop.test',
    )
    records.set(record.name, ['v=spf1 -all', record.value.slice(0, -1)])
    expect(await refusal(verify(asOwner(), id, lookUp()))).toStartWith('CONFLICT')
    records.set(record.name, ['v=spf1 -all', record.value])
    expect(await verify(asOwner(), id, lookUp())).toMatchObject({ verified: true, verified_at: expect.any(String) })
    expect((await t.alice('GET', '/sso/domains')).body.items[0]).toMatchObject({ domain: 'shop.test', verified: true })
  })

  test('is not judged while the name servers are silent', async () => {
    for (const domain of ['silent.test', 'broken.test']) {
      const { id } = await add(domain)
      expect(await refusal(verify(asOwner(), id, lookUp()))).toStartWith('SERVICE_UNAVAILABLE')
    }
  })

  test('is verified at once by whoever runs the appliance, in person', async () => {
    const { id } = await add('home.test')
    expect((await alice('POST', `/sso/domains/${id}/verify`)).body).toMatchObject({ verified: true })
    const { id: other } = await add('other.test')
    // What somebody else vouches for (a token, single sign-on) is not that.
    const bound = t.ctx({ actor: { ...t.ctx().actor, kind: 'session', bound: true } })
    expect(await refusal(verify(bound, other, lookUp()))).toStartWith('CONFLICT')
    const token = t.ctx({ actor: { ...t.ctx().actor, kind: 'token' } })
    expect(await refusal(verify(token, other, lookUp()))).toStartWith('CONFLICT')
  })

  test('that a stranger lists first is not lost to them: the first who proves it has it', async () => {
    const squatted = await add('brand.test', t.mallory)
    const { id, record } = await add('brand.test')
    records.set(record.name, [record.value])
    expect((await verify(asOwner(), id, lookUp())).verified).toBe(true)
    const theirs = t.ctx({ tenant: { ...t.ctx().tenant, ...t.tenants.evil }, actor: asOwner().actor })
    records.set(record.name, [record.value, squatted.record.value])
    expect(await refusal(verify(theirs, squatted.id, lookUp()))).toBe(
      'CONFLICT: brand.test is verified by a workspace already',
    )
    expect((await t.mallory('POST', '/sso/domains', { domain: 'BRAND.test' })).status).toBe(409)
    expect((await t.alice('POST', '/sso/domains', { domain: 'brand.test' })).status).toBe(409)
    // Once it is given up, it is free.
    expect((await t.alice('DELETE', `/sso/domains/${id}`)).status).toBe(204)
    expect((await verify(theirs, squatted.id, lookUp())).verified).toBe(true)
  })

  test('is written the way DNS writes it', async () => {
    expect((await add('Bücher.test')).domain).toBe('xn--bcher-kva.test')
    for (const domain of [
      '',
      ' ',
      'a b.test',
      '-a.test',
      'a..test',
      '192.0.2.1',
      'ann@example.test',
      'https://a.test',
      '*.a.test',
      'a_b.test',
      'a.test/b',
      'a.test?b',
      'a.test#b',
      'a.test\\b',
      'a%2etest',
      `${'a'.repeat(64)}.test`,
    ])
      expect([domain, (await t.alice('POST', '/sso/domains', { domain })).status]).toEqual([domain, 422])
  })

  test('of another workspace is not found', async () => {
    const { id } = await add('mine.test')
    for (const [method, path] of [
      ['DELETE', `/sso/domains/${id}`],
      ['POST', `/sso/domains/${id}/verify`],
    ] as const) {
      expect((await t.mallory(method, path)).status).toBe(404)
      expect((await t.bob(method, path)).status).toBe(403)
      expect((await t.nobody(method, path)).status).toBe(401)
    }
    expect((await t.mallory('GET', '/sso/domains')).body.items.map(({ domain }: { domain: string }) => domain)).toEqual(
      ['brand.test'],
    )
  })
})
