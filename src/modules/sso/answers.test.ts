import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { DOMParser, XMLSerializer } from '@xmldom/xmldom'
import { type How, identityProvider, type Said, SHA1 } from './idp.fixtures'
import { dropExpiredMessages } from './messages'
import { addDomain, connect, visits, type World, world } from './sso.fixtures'
import { newKeyPair } from './x509'

let w: World
beforeAll(async () => {
  w = await world()
})
afterAll(() => w.t.stop())

const FAILED = '/sign-in?problem=failed'
/** A new person for each answer that has to work. */
let count = 0
const somebody = () => `person${++count}@example.test`
const lastRefusal = () => {
  const line = w.t.lines.findLast((text) => text.includes('single sign-on was refused'))
  return line ? JSON.parse(line) : undefined
}

describe('an answer that is right signs in', () => {
  test.each<[string, How]>([
    ['with a signed assertion', { sign: 'assertion' }],
    ['with response and assertion signed', { sign: 'both' }],
    ['with an encrypted assertion', { sign: 'assertion', encrypt: true }],
    ['with an encrypted assertion in a signed response', { sign: 'both', encrypt: true }],
  ])('%s', async (_, how) => {
    const subject = somebody()
    const { place, me, response } = await w.visit({ subject }, how, `email=${subject}&return_to=/monitors`)
    const sent = Buffer.from(response, 'base64').toString()
    expect([sent.includes(subject), sent.includes('EncryptedAssertion')]).toEqual([!how.encrypt, how.encrypt === true])
    expect([place, me.email, me.session]).toEqual(['/monitors', subject, { method: 'saml', mfa: true, bound: true }])
  })

  test('without a Destination, which an unsigned response need not have', async () => {
    const subject = somebody()
    expect((await w.visit({ subject, destination: null })).me.email).toBe(subject)
  })

  test('with clocks that differ by less than 30 seconds, and not by more', async () => {
    const now = w.t.clock.now()
    expect((await w.visit({ subject: somebody(), from: now + 29_000 })).place).toBe('/overview')
    expect((await w.visit({ subject: somebody(), from: now + 31_000 })).place).toBe(FAILED)
    expect((await w.visit({ subject: somebody(), from: now - 9_000, until: now - 29_000 })).place).toBe('/overview')
    expect((await w.visit({ subject: somebody(), from: now - 9_000, until: now - 31_000 })).place).toBe(FAILED)
  })
})

test('an answer of somebody in a thousand groups is read', async () => {
  const groups = Array.from({ length: 1_000 }, (_, i) => `group ${i}`)
  expect((await w.visit({ subject: somebody(), attributes: { groups } }, { sign: 'both' })).place).toBe('/overview')
})

test('an assertion that is encrypted for somebody else is refused', async () => {
  const { certificate } = await newKeyPair('Somebody else', Date.now())
  const other = certificate.replace(/-----.*-----|\n/g, '')
  const sp = {
    ...w.sp,
    metadata: w.sp.metadata.replace(/(use="encryption"[\s\S]*?<ds:X509Certificate>)[^<]*/, `$1${other}`),
  }
  const { relay, cookie, ...request } = await w.begin()
  const response = await w.idp.answer(request, sp, { subject: somebody() }, { encrypt: true })
  expect((await w.end(response, relay, cookie)).place).toBe(FAILED)
  expect(lastRefusal().reason).toBe('The encrypted assertion is not for the key of this connection')
})

describe('an answer is refused', () => {
  const elsewhere = 'https://elsewhere.test/acs'
  test.each<[string, string, (now: number) => Partial<Said>, How?]>([
    ['from another issuer', 'issuer', () => ({ assertion_issuer: 'https://evil.test/metadata' })],
    ['for another recipient', 'recipient', () => ({ recipient: elsewhere })],
    ['sent to another destination', 'destination', () => ({ destination: elsewhere })],
    ['for another audience', 'conditions', () => ({ audience: 'https://elsewhere.test/metadata' })],
    ['to no request', 'request', () => ({ in_response_to: '', confirmed_in_response_to: '' })],
    ['to an unknown request', 'request', () => ({ in_response_to: '_x', confirmed_in_response_to: '_x' })],
    ['whose signed part answers another request', 'conditions', () => ({ confirmed_in_response_to: '_x' })],
    ['whose signed part answers no request', 'recipient', () => ({ confirmed_in_response_to: '' })],
    ['that is over', 'conditions', (now) => ({ from: now - 600_000, until: now - 300_000 })],
    ['that is not valid yet', 'conditions', (now) => ({ from: now + 300_000, until: now + 600_000 })],
    ['that was issued long ago', 'conditions', (now) => ({ issued_at: now - 3_600_000, until: now + 3_600_000 })],
    ['about nobody', 'subject', () => ({ subject: '' })],
    [
      'about somebody else each time',
      'subject',
      () => ({ subject_format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient' }),
    ],
    ['that nobody signed the assertion of', 'signature', () => ({}), { sign: 'response' }],
    ['signed with SHA-1', 'algorithms', () => ({}), { algorithm: SHA1 }],
    ['signed with SHA-1 inside what is encrypted', 'algorithms', () => ({}), { algorithm: SHA1, encrypt: true }],
    [
      'that hides more than is read in what is encrypted',
      'response',
      () => ({ attributes: { groups: Array.from({ length: 3_000 }, (_, i) => `${i}`) } }),
      { encrypt: true },
    ],
    [
      'without conditions',
      'conditions',
      () => ({}),
      { xml: (xml) => xml.replace(/<saml:Conditions.*<\/saml:Conditions>/, '') },
    ],
    [
      'without an audience',
      'conditions',
      () => ({}),
      { xml: (xml) => xml.replace(/<saml:AudienceRestriction.*<\/saml:AudienceRestriction>/, '') },
    ],
    [
      'that is not for the bearer',
      'recipient',
      () => ({}),
      { xml: (xml) => xml.replace('cm:bearer', 'cm:holder-of-key') },
    ],
  ])('%s', async (_, check, said, how = {}) => {
    const { place, session } = await w.visit({ subject: somebody(), ...said(w.t.clock.now()) }, how)
    expect([place, session, lastRefusal()?.check]).toEqual([FAILED, undefined, check])
  })

  test.each([
    ['a comment', '<!-- -->'],
    ['an instruction', '<?cut here?>'],
  ])('whose name %s cuts in two, put in before or after it was signed', async (_, cut) => {
    const subject = `${somebody()}.evil.test`
    const split = subject.replace('.evil', `${cut}.evil`)
    const { place, session } = await w.visit({ subject }, { xml: (xml) => xml.replace(subject, split) })
    expect([place, session, lastRefusal()?.check]).toEqual([FAILED, undefined, 'response'])
    const { relay, cookie, ...request } = await w.begin()
    const signed = Buffer.from(await w.idp.answer(request, w.sp, { subject }), 'base64').toString()
    const late = await w.end(Buffer.from(signed.replace(subject, split)).toString('base64'), relay, cookie)
    expect([late.place, late.session]).toEqual([FAILED, undefined])
    const hidden = { encrypt: true, xml: (xml: string) => xml.replace(subject, split) }
    expect((await w.visit({ subject }, hidden)).place).toBe(FAILED)
  })

  test('of a provider that did not sign the person in', async () => {
    const { place } = await w.visit({ status: 'urn:oasis:names:tc:SAML:2.0:status:Responder' })
    expect([place, lastRefusal().check]).toEqual(['/sign-in?problem=cancelled', 'status'])
  })

  test('signed by another key', async () => {
    const pair = await newKeyPair('Identity provider', Date.now())
    expect((await w.visit({ subject: somebody() }, { pair })).place).toBe(FAILED)
    expect(lastRefusal().check).toBe('signature')
  })

  test('that comes a second time, even with a request of its own', async () => {
    const { response, relay, cookie, place } = await w.visit({ subject: somebody() })
    expect(place).toBe('/overview')
    expect((await w.end(response, relay, cookie)).place).toBe('/sign-in?problem=expired')
    const again = await w.begin()
    expect((await w.end(response, again.relay, again.cookie)).place).toBe(FAILED)
  })

  test('whose assertion was taken before, in answer to whatever', async () => {
    const assertion_id = '_the_very_same'
    expect((await w.visit({ subject: somebody(), assertion_id })).place).toBe('/overview')
    expect((await w.visit({ subject: somebody(), assertion_id })).place).toBe(FAILED)
    expect(lastRefusal().check).toBe('replay')
  })

  test('of which twenty copies arrive at once, but for one', async () => {
    const { relay, cookie, ...request } = await w.begin()
    const response = await w.idp.answer(request, w.sp, { subject: somebody() })
    const ends = await Promise.all(Array.from({ length: 20 }, () => w.end(response, relay, cookie)))
    expect(ends.filter(({ session }) => session)).toHaveLength(1)
  })

  test('that was never asked for', async () => {
    const response = await w.idp.answer({ id: '' }, w.sp, { subject: somebody() })
    for (const relay of ['', 'https://evil.test/', 'x'.repeat(43)])
      expect((await w.end(response, relay, '')).place).toBe('/sign-in?problem=expired')
  })

  test('that comes after a quarter of an hour', async () => {
    const { relay, cookie, ...request } = await w.begin()
    await w.t.advance(901_000)
    const response = await w.idp.answer(request, w.sp, { subject: somebody() })
    expect((await w.end(response, relay, cookie)).place).toBe('/sign-in?problem=expired')
  })

  test('in another browser than the one that asked', async () => {
    const mine = await w.begin()
    const response = await w.idp.answer(mine, w.sp, { subject: somebody() })
    const posted = await w.post(response, mine.relay)
    const theirs = await w.begin()
    for (const cookie of ['', theirs.cookie]) {
      const { headers } = await w.fetchIt(posted, cookie)
      expect([headers.get('location'), headers.get('set-cookie')]).toEqual(['/sign-in?problem=expired', null])
    }
    // Whoever tried has used it up: it is good once, for whomever.
    expect((await w.fetchIt(posted, mine.cookie)).headers.get('location')).toBe('/sign-in?problem=expired')
  })

  test('for one workspace when it is handed to another', async () => {
    const evil = await w.t.session('mallory')
    const other = await identityProvider(w.t.clock.now, 'https://idp.test/metadata')
    const theirs = await connect(w.t, evil.ask, other)
    const { relay, cookie, ...request } = await w.begin()
    const response = await w.idp.answer(request, w.sp, { subject: somebody() })
    expect((await w.end(response, relay, cookie, theirs.id)).place).toBe('/sign-in?problem=expired')

    // And the other way round: their provider answers our request in its own name.
    const ours = await w.begin()
    const forged = await other.answer(ours, w.sp, { subject: 'alice@example.test' })
    expect((await w.end(forged, ours.relay, ours.cookie)).place).toBe(FAILED)
    expect(lastRefusal().check).toBe('signature')
    await evil.ask('DELETE', '/sso/connection')
  })

  test('with a document type, entities, or no XML at all', async () => {
    for (const spoil of [
      (xml: string) => `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${xml}`,
      (xml: string) => `<!DOCTYPE x>${xml}`,
      (xml: string) => xml.slice(0, -20),
      () => 'not XML',
      () => '<a/>',
      (xml: string) => `${'<a>'.repeat(20_000)}${xml}${'</a>'.repeat(20_000)}`,
      (xml: string) => xml.replace('<saml:Issuer>', `${'<a/>'.repeat(5_000)}<saml:Issuer>`),
      (xml: string) => xml.replace('<saml:Issuer>', `<a ${'b="" '.repeat(8_000)}/><saml:Issuer>`),
      (xml: string) => xml.replace('<saml:Issuer>', `${'<a>'.repeat(100)}${'</a>'.repeat(100)}<saml:Issuer>`),
    ]) {
      const { relay, cookie, ...request } = await w.begin()
      const xml = Buffer.from(await w.idp.answer(request, w.sp, { subject: somebody() }), 'base64').toString()
      expect((await w.end(Buffer.from(spoil(xml)).toString('base64'), relay, cookie)).place).toBe(FAILED)
      expect(lastRefusal().check).toBe('response')
    }
  })
})

const SAML = 'urn:oasis:names:tc:SAML:2.0:assertion'
const DSIG = 'http://www.w3.org/2000/09/xmldsig#'
const [EVIL_ID, VICTIM] = ['_evil', 'alice@example.test']

/** A signed response taken apart: what XML signature wrapping (Somorovsky et al., "On Breaking SAML") moves around. */
function parts(xml: string) {
  const doc = new DOMParser().parseFromString(xml, 'text/xml')
  const response = doc.documentElement
  const assertion = doc.getElementsByTagNameNS(SAML, 'Assertion')[0]!
  const childOf = (parent: Element) =>
    [...Array(parent.childNodes.length).keys()]
      .map((i) => parent.childNodes[i] as Element)
      .find((node) => node.localName === 'Signature')
  // Safe: the identity provider of these tests signs what is asked for.
  const signatureOf = (parent: Element) => childOf(parent) as Element
  const copy = (node: Element) => node.cloneNode(true) as Element
  /** The same, unsigned, about somebody else. */
  const evil = (node: Element) => {
    const made = copy(node)
    made.setAttribute('ID', EVIL_ID)
    const signature = childOf(made)
    if (signature) made.removeChild(signature)
    const name = made.getElementsByTagNameNS(SAML, 'NameID')[0]!
    while (name.firstChild) name.removeChild(name.firstChild)
    name.appendChild(doc.createTextNode(VICTIM))
    return made
  }
  const wrapped = (name: string, inner: Element) => {
    const box = doc.createElementNS(DSIG, name)
    box.appendChild(inner)
    return box
  }
  return { doc, response, assertion, signatureOf, copy, evil, wrapped }
}
type Parts = ReturnType<typeof parts>

const wrappings: [string, How, (p: Parts) => Element][] = [
  [
    '1: the signed response inside the signature of a forged one',
    { sign: 'both' },
    (p) => {
      const forged = p.evil(p.response)
      const signature = p.copy(p.signatureOf(p.response))
      const original = p.copy(p.response)
      original.removeChild(p.signatureOf(original))
      signature.appendChild(p.wrapped('ds:Object', original))
      forged.appendChild(signature)
      return forged
    },
  ],
  [
    '2: the signed response beside a detached signature',
    { sign: 'both' },
    (p) => {
      const forged = p.evil(p.response)
      const original = p.copy(p.response)
      const signature = original.removeChild(p.signatureOf(original))
      forged.appendChild(original)
      forged.appendChild(signature)
      return forged
    },
  ],
  [
    '3: a forged assertion before the signed one',
    {},
    (p) => {
      p.response.insertBefore(p.evil(p.assertion), p.assertion)
      return p.response
    },
  ],
  [
    '4: the signed assertion inside a forged one',
    {},
    (p) => {
      const forged = p.evil(p.assertion)
      p.response.replaceChild(forged, p.assertion)
      forged.appendChild(p.assertion)
      return p.response
    },
  ],
  [
    '5: a forged assertion that carries the signature, the original behind it',
    {},
    (p) => {
      const original = p.copy(p.assertion)
      const signature = original.removeChild(p.signatureOf(original))
      const forged = p.evil(p.assertion)
      forged.appendChild(signature)
      p.response.replaceChild(forged, p.assertion)
      p.response.appendChild(original)
      return p.response
    },
  ],
  [
    '6: a forged assertion whose signature holds the original',
    {},
    (p) => {
      const original = p.copy(p.assertion)
      const signature = original.removeChild(p.signatureOf(original)) as Element
      const forged = p.evil(p.assertion)
      signature.appendChild(original)
      forged.appendChild(signature)
      p.response.replaceChild(forged, p.assertion)
      return p.response
    },
  ],
  [
    '7: a forged assertion with the same ID in an extension',
    {},
    (p) => {
      const forged = p.evil(p.assertion)
      forged.setAttribute('ID', p.assertion.getAttribute('ID') ?? '')
      const box = p.doc.createElementNS('urn:oasis:names:tc:SAML:2.0:protocol', 'samlp:Extensions')
      box.appendChild(forged)
      p.response.insertBefore(box, p.assertion)
      return p.response
    },
  ],
  [
    '8: the original in an object of the signature of a forged one',
    {},
    (p) => {
      const original = p.copy(p.assertion)
      const signature = original.removeChild(p.signatureOf(original)) as Element
      const forged = p.evil(p.assertion)
      forged.setAttribute('ID', p.assertion.getAttribute('ID') ?? '')
      signature.appendChild(p.wrapped('ds:Object', original))
      forged.appendChild(signature)
      p.response.replaceChild(forged, p.assertion)
      return p.response
    },
  ],
  [
    '0: the signature taken away',
    {},
    (p) => {
      p.assertion.removeChild(p.signatureOf(p.assertion))
      return p.response
    },
  ],
  [
    '0: the name changed under the signature',
    {},
    (p) => {
      const forged = p.evil(p.assertion)
      forged.setAttribute('ID', p.assertion.getAttribute('ID') ?? '')
      forged.insertBefore(p.copy(p.signatureOf(p.assertion)), forged.childNodes[1] ?? null)
      p.response.replaceChild(forged, p.assertion)
      return p.response
    },
  ],
]

describe('a signature that is moved around proves nothing', () => {
  test.each(wrappings)('%s', async (_, how, wrap) => {
    const { relay, cookie, ...request } = await w.begin()
    const signed = Buffer.from(await w.idp.answer(request, w.sp, { subject: somebody() }, how), 'base64').toString()
    const forged = new XMLSerializer().serializeToString(wrap(parts(signed)))
    expect(forged).not.toBe(signed)
    const { place, session } = await w.end(Buffer.from(forged).toString('base64'), relay, cookie)
    expect([place, session]).toEqual([FAILED, undefined])
  })

  test('and the taking apart alone breaks nothing', async () => {
    const { relay, cookie, ...request } = await w.begin()
    const subject = somebody()
    const signed = Buffer.from(await w.idp.answer(request, w.sp, { subject }, { sign: 'both' }), 'base64').toString()
    const same = new XMLSerializer().serializeToString(parts(signed).response)
    expect((await w.end(Buffer.from(same).toString('base64'), relay, cookie)).me.email).toBe(subject)
  })
})

describe('certificates', () => {
  test('of before and after are both good during a roll-over', async () => {
    const next = await newKeyPair('Identity provider, next', Date.now())
    const edit = (certificates: string[]) => w.owner('PUT', '/sso/connection', { certificates })
    expect((await w.visit({ subject: somebody() }, { pair: next })).place).toBe(FAILED)
    await edit([w.idp.pair.certificate, next.certificate])
    expect((await w.visit({ subject: somebody() })).place).toBe('/overview')
    expect((await w.visit({ subject: somebody() }, { pair: next })).place).toBe('/overview')
    await edit([next.certificate])
    expect((await w.visit({ subject: somebody() })).place).toBe(FAILED)
    await edit([w.idp.pair.certificate])
  })

  test('must sign the whole response where the workspace wants that', async () => {
    await w.owner('PUT', '/sso/connection', { require_signed_response: true })
    expect((await w.visit({ subject: somebody() }, { sign: 'assertion' })).place).toBe(FAILED)
    expect((await w.visit({ subject: somebody() }, { sign: 'both' })).place).toBe('/overview')
    await w.owner('PUT', '/sso/connection', { require_signed_response: false })
  })

  test('that signed the response must have done so rightly, wanted or not', async () => {
    const { relay, cookie, ...request } = await w.begin()
    const xml = Buffer.from(
      await w.idp.answer(request, w.sp, { subject: somebody() }, { sign: 'both' }),
      'base64',
    ).toString()
    const changed = xml.replace(/ Version="2.0"/, ' Version="2.0" Consent="urn:x"')
    expect((await w.end(Buffer.from(changed).toString('base64'), relay, cookie)).place).toBe(FAILED)
  })
})

test('a request under way survives a restart, and its answer is still good once', async () => {
  await addDomain(w.owner, 'restart.test')
  const { relay, cookie, ...request } = await w.begin()
  const { boot } = await import('../../../test/boot')
  const { config } = w.t.app
  const again = await boot({
    data: w.t.folder,
    start: false,
    now: w.t.clock.now(),
    config: { publicUrl: config.publicUrl, trustedProxies: config.trustedProxies },
  })
  const there = visits(again, w.idp, w.sp)
  const response = await w.idp.answer(request, w.sp, { subject: somebody() })
  expect((await there.end(response, relay, cookie)).place).toBe('/overview')
  expect((await w.end(response, relay, cookie)).place).toBe('/sign-in?problem=expired')
  await again.stop()
})

test('what is over is not kept', async () => {
  const kept = async () => (await w.t.app.db.client.execute('select count(*) as n from saml_messages')).rows[0]?.n
  await w.begin()
  await w.visit({ subject: somebody() })
  expect(await kept()).toBeGreaterThan(1)
  await w.t.advance(3_600_001 + 600_000)
  await dropExpiredMessages(w.t.app)
  expect(await kept()).toBe(0)
})
