import { Value } from '@sinclair/typebox/value'
import { normalEmail } from '#kernel/email'
import { Email, Name } from '#kernel/fields'
import type { Facts } from './answer'

type Names = { email_attribute: string | null; name_attribute: string | null; groups_attribute: string | null }

const WS = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims'
/**
 * What identity providers call these when nobody said otherwise: plain names (Okta, Keycloak, Authentik), object
 * identifiers of LDAP (Shibboleth, eduPerson), claims of WS-Federation (Entra ID, AD FS).
 */
const usual = {
  email: ['email', 'mail', 'emailAddress', 'urn:oid:0.9.2342.19200300.100.1.3', `${WS}/emailaddress`],
  name: [
    ...['displayName', 'name', 'cn', 'urn:oid:2.16.840.1.113730.3.1.241', 'urn:oid:2.5.4.3'],
    'http://schemas.microsoft.com/identity/claims/displayname',
  ],
  /** A full name from Authentik, a login name from Entra ID: only where nothing better comes. */
  lesser_name: [`${WS}/name`],
  given: ['firstName', 'givenName', 'urn:oid:2.5.4.42', `${WS}/givenname`],
  family: ['lastName', 'surname', 'sn', 'urn:oid:2.5.4.4', `${WS}/surname`],
  groups: [
    ...['groups', 'group', 'memberOf', 'Role', 'http://schemas.xmlsoap.org/claims/Group'],
    'http://schemas.microsoft.com/ws/2008/06/identity/claims/groups',
  ],
}
const MOST_GROUPS = 1_000

/** Who somebody is in our words: address in its normal spelling, a name that can be shown, groups. */
export type Claims = { subject: string; email: string | null; name: string; groups: string[] }

export function claimsOf({ attributes, subject }: Facts, names: Names): Claims {
  const valuesOf = (wanted: string[]) =>
    attributes.filter(({ name }) => wanted.includes(name)).flatMap(({ values }) => values.filter(Boolean))
  const named = (given: string | null, tried: string[]) => valuesOf(given ? [given] : tried)
  const said = named(names.email_attribute, usual.email)
  // Providers that send no address use it as the name of the person; one that is named must be there.
  const email = [...said, ...(names.email_attribute ? [] : [subject])].find((text) => Value.Check(Email, text))
  const full = [valuesOf(usual.given)[0], valuesOf(usual.family)[0]].filter(Boolean).join(' ')
  const given = named(names.name_attribute, usual.name)
  const name = [...given, full, ...valuesOf(usual.lesser_name), email?.split('@')[0] ?? '']
  return {
    subject,
    email: email ? normalEmail(email) : null,
    name: name.find((text) => Value.Check(Name, text)) ?? 'Somebody',
    groups: [...new Set(named(names.groups_attribute, usual.groups))].slice(0, MOST_GROUPS),
  }
}
