import { Email } from '#kernel/fields'
import type { Claims } from '#sign-in/define'
import { type Fields, failed } from '#sign-in/wire'

// 255 ASCII characters: https://openid.net/specs/openid-connect-core-1_0.html#IDToken
const SUBJECT = /^[\x20-\x7e]{1,255}$/
const NAME = 120
const EMAIL = new RegExp(Email.pattern ?? '')
const MOST_GROUPS = 1000
const GROUP = 512
const UNSEEN = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu

/** One bare address, or nothing; a list or a name with an address is nothing. */
export const emailOf = (value: unknown): string | undefined => {
  const text = typeof value === 'string' ? value.trim() : ''
  return text.length <= 254 && EMAIL.test(text) ? text : undefined
}

/** What can stand in a list of people: one line, nothing invisible, not too long. */
export const nameOf = (value: unknown): string | undefined => {
  if (typeof value !== 'string') return undefined
  const line = value.replace(UNSEEN, ' ').replace(/\s+/g, ' ').trim()
  return [...line].slice(0, NAME).join('').trim() || undefined
}

export function subjectOf(value: unknown): string {
  if (typeof value === 'string' && SUBJECT.test(value)) return value
  throw failed('The provider did not say who signed in.')
}

/** A list of names, or one name; anything else in it is left out. */
export const groupsOf = (value: unknown): string[] => {
  const list = Array.isArray(value) ? value.slice(0, MOST_GROUPS) : [value]
  const names = list.filter((one): one is string => typeof one === 'string' && one !== '' && one.length <= GROUP)
  return [...new Set(names)]
}

/** The claim of this name, or the one at this path: `groups`, `realm_access.roles`, `https://example.com/groups`. */
export function claimAt(fields: Fields, name: string): unknown {
  if (Object.hasOwn(fields, name)) return fields[name]
  return name
    .split('.')
    .reduce<unknown>((at, part) => (Object.hasOwn(Object(at), part) ? Object(at)[part] : undefined), fields)
}

// https://www.rfc-editor.org/rfc/rfc8176#section-2
const KNOWS = ['pwd', 'pin', 'kba']
const HAS = ['otp', 'hwk', 'swk', 'sc', 'sms', 'tel', 'pop']
const IS = ['face', 'fpt', 'iris', 'retina', 'vbm']

/** Whether `amr` names two kinds of factor, or says so itself. */
export const mfaIn = ({ amr }: Fields): boolean => {
  const methods = groupsOf(amr)
  const kinds = [KNOWS, HAS, IS].filter((kind) => kind.some((method) => methods.includes(method)))
  return methods.includes('mfa') || kinds.length > 1
}

/** Some providers write booleans as text. */
export const isTrue = (value: unknown) => value === true || value === 'true'

/** The standard claims of OpenID Connect; an address is verified only when the provider says so of this very address. */
export function claimsIn(fields: Fields, more: Partial<Claims> = {}): Claims {
  const email = emailOf(fields.email)
  const name = nameOf(fields.name)
  return {
    subject: subjectOf(fields.sub),
    ...(email && { email }),
    email_verified: email !== undefined && isTrue(fields.email_verified),
    ...(name && { name }),
    groups: [],
    ...(mfaIn(fields) && { mfa: true }),
    ...more,
  }
}
