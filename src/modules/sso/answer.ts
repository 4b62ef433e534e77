import { envelopeOf, unveil } from './envelope'
import { saml } from './library'
import { type Parties, SKEW_MS } from './parties'
import { attributeOf, childrenOf, NS, parseXml, textOf, XmlFault } from './xml'

/** What an answer of the identity provider is asked, in this order; one that could not be asked any more is `null`. */
export const checks = [
  'response',
  'status',
  'algorithms',
  'destination',
  'request',
  'signature',
  'conditions',
  'issuer',
  'recipient',
  'subject',
  'replay',
] as const
export type CheckName = (typeof checks)[number]
export type Check = { check: CheckName; ok: boolean | null; message: string }

/** What the signed part of an answer says, and nothing that was not signed. */
export type Facts = {
  id: string
  issuer: string
  subject: string
  subject_format: string | null
  attributes: { name: string; values: string[] }[]
  /** Milliseconds: from then on nobody takes this assertion any more. */
  over_at: number
}
export type Verdict = { ok: boolean; checks: Check[]; facts?: Facts }

export type Trust = Parties & { idp_entity_id: string }
type Question = { response: string; request_id: string; now: () => number }

const SUCCESS = 'urn:oasis:names:tc:SAML:2.0:status:Success'
const BEARER = 'urn:oasis:names:tc:SAML:2.0:cm:bearer'
const TRANSIENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient'
const LONGEST_SUBJECT = 512

/** Reads the signed assertion once more by ourselves, direct children only: what the library makes of it merges names. */
function inside(assertion: string) {
  const root = parseXml(assertion)
  const [subject] = childrenOf(root, NS.assertion, 'Subject')
  const names = childrenOf(subject, NS.assertion, 'NameID')
  const confirmations = childrenOf(subject, NS.assertion, 'SubjectConfirmation').map((confirmation) => {
    const [data] = childrenOf(confirmation, NS.assertion, 'SubjectConfirmationData')
    return {
      method: attributeOf(confirmation, 'Method'),
      recipient: attributeOf(data, 'Recipient'),
      in_response_to: attributeOf(data, 'InResponseTo'),
      over_at: Date.parse(attributeOf(data, 'NotOnOrAfter') ?? ''),
    }
  })
  const attributes = childrenOf(root, NS.assertion, 'AttributeStatement').flatMap((statement) =>
    childrenOf(statement, NS.assertion, 'Attribute').map((one) => ({
      name: attributeOf(one, 'Name') ?? '',
      values: childrenOf(one, NS.assertion, 'AttributeValue').map(textOf),
    })),
  )
  return {
    confirmations,
    names: names.length,
    facts: {
      id: attributeOf(root, 'ID') ?? '',
      issuer: textOf(childrenOf(root, NS.assertion, 'Issuer')[0]),
      subject: textOf(names[0]),
      subject_format: attributeOf(names[0], 'Format') ?? null,
      attributes,
      over_at: Math.max(0, ...confirmations.map(({ over_at }) => over_at || 0)),
    },
  }
}
type Inside = ReturnType<typeof inside>

function recipientFault({ confirmations }: Inside, { acs_url }: Trust, { request_id, now }: Question) {
  const bearers = confirmations.filter(({ method }) => method === BEARER)
  if (bearers.length === 0) return 'The assertion names nobody who may present it (bearer confirmation)'
  const fits = bearers.some(
    ({ recipient, in_response_to, over_at }) =>
      recipient === acs_url && in_response_to === request_id && now() < over_at + SKEW_MS,
  )
  if (fits) return
  const seen = bearers.map(({ recipient }) => recipient ?? 'nobody').join(', ')
  return `The assertion is for ${seen} and not, in answer to this request, for ${acs_url}`
}

function subjectFault({ names, facts: { subject, subject_format } }: Inside) {
  if (names !== 1 || subject === '')
    return 'The assertion names no person: a NameID is missing, empty or encrypted by itself'
  if (subject.length > LONGEST_SUBJECT || /\p{Cc}/u.test(subject))
    return 'The NameID is longer than fits, or not readable'
  if (subject_format === TRANSIENT)
    return 'The NameID is transient, another one each time: let the identity provider send a lasting one'
}

/** What the library says when it refuses, put under the check it belongs to. */
function refusedBy(error: unknown): { check: 'signature' | 'conditions'; message: string } {
  const said = error instanceof Error ? error.message.slice(0, 300) : ''
  // Without conditions there is nothing to read, which the library stumbles over.
  if (error instanceof TypeError) return { check: 'conditions', message: 'The assertion states no conditions' }
  if (/audience|expired|not yet valid|condition|confirmation|NotOnOrAfter|IssueInstant|InResponseTo/i.test(said))
    return { check: 'conditions', message: `The assertion does not hold here and now: ${said}` }
  return { check: 'signature', message: `No certificate of this connection vouches for the answer: ${said}` }
}

/** What was found out so far. Every check has to be noted as passed: what was forgotten or not reached is not right. */
function notebook() {
  const found = new Map<CheckName, string | null>()
  return {
    /** Whether there is no fault. */
    note(check: CheckName, fault: string | undefined | false): boolean {
      found.set(check, fault || null)
      return !fault
    },
    verdict(facts?: Facts): Verdict {
      const all = checks.map((check): Check => {
        const fault = found.get(check)
        return { check, ok: fault === undefined ? null : fault === null, message: fault ?? '' }
      })
      // Whether it comes for the first time is asked last, of an answer that is right.
      return { ok: all.every(({ check, ok }) => ok || check === 'replay'), checks: all, ...(facts && { facts }) }
    },
  }
}
type Notebook = ReturnType<typeof notebook>

/** All that can be asked before a signature is verified; nothing when that leads no further. */
async function outside({ note }: Notebook, trust: Trust, { response, request_id }: Question) {
  let envelope: ReturnType<typeof envelopeOf>
  try {
    envelope = envelopeOf(response)
  } catch (error) {
    note('response', error instanceof XmlFault ? error.message : 'The answer cannot be read')
    return
  }
  const { status, reason, assertions, encrypted, destination, in_response_to } = envelope
  const refused = status !== SUCCESS && `The identity provider refused: ${reason || status || 'it does not say why'}`
  const many = assertions !== 1 && !refused && `The answer holds ${assertions} assertions where it must hold one`
  const whole = note('response', many)
  if (!note('status', refused) || !whole) return
  const inner = encrypted[0] && !envelope.weak ? await unveil(encrypted[0], trust) : {}
  if (!note('response', inner.fault)) return
  const weak = envelope.weak ?? inner.weak
  const strong = note('algorithms', weak && `The answer uses ${weak}, which is not safe any more`)
  const elsewhere = destination !== undefined && destination !== trust.acs_url
  note('destination', elsewhere && `The answer was sent to ${destination}, not to ${trust.acs_url}`)
  const answers = in_response_to === request_id
  note('request', !answers && `The answer belongs to ${in_response_to ? 'another request' : 'no request of ours'}`)
  return strong && answers ? envelope : undefined
}

/**
 * Whether to believe an answer of the identity provider. Facts are there as soon as the signature is right, for the test
 * that shows them; only `ok` says that they hold.
 */
export async function judge(trust: Trust, question: Question): Promise<Verdict> {
  const { note, verdict } = notebook()
  const envelope = await outside({ note, verdict }, trust, question)
  if (!envelope) return verdict()
  let signed: Inside
  try {
    // Who signs the whole answer too must have done it right, asked for or not.
    const require_signed_response = trust.require_signed_response || envelope.signed
    const expected = { expected: question.request_id, now: question.now }
    const { signedAssertion } = await saml()
    signed = inside(await signedAssertion({ ...trust, require_signed_response }, question.response, expected))
  } catch (error) {
    const { check, message } = refusedBy(error)
    if (check === 'conditions') note('signature', undefined)
    note(check, message)
    return verdict()
  }
  const { facts } = signed
  note('signature', undefined)
  note('conditions', undefined)
  const stranger = facts.issuer !== trust.idp_entity_id
  note('issuer', stranger && `The answer is from ${facts.issuer || 'nobody'}, not from ${trust.idp_entity_id}`)
  note('recipient', recipientFault(signed, trust, question))
  note('subject', facts.id === '' ? 'The assertion has no ID' : subjectFault(signed))
  return verdict(facts)
}
