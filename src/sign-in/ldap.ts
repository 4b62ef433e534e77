import { type Entry, FilterParser } from 'ldapts'
import { emailOf, nameOf, subjectOf } from '#sign-in/claims'
import { type Claims, definePassword } from '#sign-in/define'
import { type Directory, textOf, valuesOf, withDirectory } from '#sign-in/ldap-client'
import { type Settings, settings } from '#sign-in/ldap-settings'
import { filled, filterValue, firstValue, isBelow, nameValue } from '#sign-in/ldap-text'
import { tested } from '#sign-in/oauth'
import { failed } from '#sign-in/wire'

const TIMEOUT_MS = 10_000
const LONGEST_NAME = 256
const MOST_GROUPS = 1000
/** Bytes, which the client has to be told by this very spelling. */
const GUID = 'objectGUID'
const idAttribute = ({ id_attribute }: Settings) =>
  id_attribute.toLowerCase() === GUID.toLowerCase() ? GUID : id_attribute
const attributesOf = (s: Settings) => [idAttribute(s), s.mail_attribute, s.name_attribute, s.groups_attribute]

/** Signs in as whoever may search; the second bind on the same connection would lose that right. */
async function asSearcher({ bind_dn, bind_password }: Settings, directory: Directory) {
  if (!bind_dn) return
  if (!(await directory.bind(bind_dn, bind_password ?? '')))
    throw failed('The directory does not accept the name and password that search it.')
}

/** The entry somebody means; none, when nobody or more than one is called so. */
async function entryOf(
  settings: Settings,
  directory: Directory,
  where: { base: string; filter: string; scope: 'base' | 'sub' },
) {
  const { base, filter, scope } = where
  const wish = { filter, scope, attributes: attributesOf(settings), binary: [GUID], most: 1 }
  const [entry] = await directory.search(base, wish)
  return entry
}

/** A search filter for all that the template finds; what was typed is text in it. */
const userFilter = ({ user_filter }: Settings, name: string) => filled(user_filter, { name: filterValue(name) })

/** Names by which `group_roles` can mean a group: its full name, and the short one. */
async function groupsOf(settings: Settings, directory: Directory, entry: Entry, name: string): Promise<string[]> {
  const { group_base_dn, group_filter, base_dn, groups_attribute } = settings
  const base = group_base_dn || base_dn
  const found = group_filter
    ? (
        await directory.search(base, {
          filter: filled(group_filter, { dn: filterValue(entry.dn), name: filterValue(name) }),
          ...{ scope: 'sub', attributes: ['cn'], most: MOST_GROUPS },
        })
      ).map((group) => group.dn)
    : valuesOf(entry, groups_attribute).map(String)
  const counted = found.filter((group) => !group_base_dn || isBelow(group, group_base_dn))
  return [...new Set(counted.slice(0, MOST_GROUPS).flatMap((group) => [firstValue(group) ?? group, group]))]
}

/** Active Directory's ID is bytes; anything else is text. */
function idOf(entry: Entry, attribute: string): string {
  const [value] = valuesOf(entry, attribute)
  if (value === undefined || value.length === 0)
    throw failed(`The person’s entry has no readable attribute ${attribute}, which is the ID in the settings.`)
  return subjectOf(Buffer.isBuffer(value) ? value.toString('hex') : value)
}

function claimsFrom(settings: Settings, entry: Entry, groups: string[]): Claims {
  const email = emailOf(textOf(entry, settings.mail_attribute))
  const name = nameOf(textOf(entry, settings.name_attribute))
  return {
    subject: idOf(entry, settings.id_attribute),
    ...(email && { email }),
    email_verified: email !== undefined && settings.trust_addresses,
    ...(name && { name }),
    groups,
  }
}

/** Searches first, then proves the password on a connection of its own. */
async function searched(place: Place, settings: Settings, name: string, password: string) {
  return withDirectory(place, async (directory) => {
    await asSearcher(settings, directory)
    const entry = await entryOf(settings, directory, {
      ...{ base: settings.base_dn, filter: userFilter(settings, name), scope: 'sub' },
    })
    if (!entry || !(await withDirectory(place, (own) => own.bind(entry.dn, password)))) return undefined
    return claimsFrom(settings, entry, await groupsOf(settings, directory, entry, name))
  })
}

/** Signs in as the entry that follows from the name; the person reads their own entry. */
async function direct(place: Place, settings: Settings, name: string, password: string) {
  const base = filled(settings.user_dn ?? '', { name: nameValue(name) })
  return withDirectory(place, async (directory) => {
    if (!(await directory.bind(base, password))) return undefined
    const entry = await entryOf(settings, directory, { base, filter: '(objectClass=*)', scope: 'base' })
    if (!entry) throw failed('The person may not read their own entry in the directory.')
    return claimsFrom(settings, entry, await groupsOf(settings, directory, entry, name))
  })
}

type Place = Parameters<typeof withDirectory>[0]

const isFilter = (text: string) => {
  try {
    return FilterParser.parseString(filled(text, { name: 'x', dn: 'x' })) !== undefined
  } catch {
    return false
  }
}
const BAD_FILTER = 'Enter a complete filter in parentheses.'
// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly those are meant
const isName = (name: string) => name !== '' && name.length <= LONGEST_NAME && !/[\u0000-\u001f\u007f]/.test(name)

/** The directory with another deadline, for tests; `ldap` is the one that is offered. */
export const ldapWith = ({ timeout_ms = TIMEOUT_MS } = {}) => {
  const placeOf = ({ url, starttls, ca }: Settings): Place => ({ url, starttls, timeout_ms, ...(ca && { ca }) })
  return definePassword({
    kind: 'ldap',
    title: 'LDAP directory',
    summary: 'Names and passwords of OpenLDAP, Active Directory, FreeIPA, lldap and other directories.',
    docs: 'https://ldap.com/basic-ldap-concepts/',
    notes:
      'Groups can be named in full (cn=ops,ou=groups,dc=example,dc=com) or by their first part (ops). Where others than you can make groups, say where groups are, or use full names.',
    settings,

    // Of one directory, however its servers are called.
    authority: ({ base_dn, id_attribute }) => `${id_attribute} below ${base_dn}`,

    check: ({ url, user_filter, group_filter, user_dn, bind_dn, bind_password }) => ({
      ...(!URL.canParse(url) && { 'settings.url': 'Enter an address such as ldaps://directory.example.com.' }),
      ...(!user_filter.includes('{name}') && { 'settings.user_filter': 'Say where the name goes: {name}.' }),
      ...(!isFilter(user_filter) && { 'settings.user_filter': BAD_FILTER }),
      ...(group_filter && !isFilter(group_filter) && { 'settings.group_filter': BAD_FILTER }),
      ...(user_dn && !user_dn.includes('{name}') && { 'settings.user_dn': 'Say where the name goes: {name}.' }),
      ...(bind_dn && !bind_password && { 'settings.bind_password': 'Enter the password of this entry.' }),
      ...(!bind_dn && bind_password && { 'settings.bind_dn': 'Enter the entry that this password belongs to.' }),
    }),

    async signIn({ settings, name, password }) {
      const typed = name.trim()
      if (!isName(typed) || password === '') return undefined
      return (settings.user_dn ? direct : searched)(placeOf(settings), settings, typed, password)
    },

    test: (settings) =>
      tested(() =>
        withDirectory(placeOf(settings), async (directory) => {
          const encrypted = settings.url.startsWith('ldaps://') || settings.starttls
          const facts: Record<string, string> = { Connection: encrypted ? 'encrypted' : 'not encrypted' }
          await directory.greet()
          if (settings.user_dn) return { ok: true, message: 'The directory answers.', facts }
          await asSearcher(settings, directory)
          const found = await directory.search(settings.base_dn, {
            ...{ filter: '(objectClass=*)', scope: 'base', attributes: ['objectClass'], most: 1 },
          })
          return found.length === 1
            ? {
                ok: true,
                message: 'The directory answers and can be searched.',
                facts: { ...facts, 'Searched as': settings.bind_dn || 'nobody' },
              }
            : { ok: false, message: 'The place where people are does not exist, or may not be read.', facts }
        }),
      ),
  })
}

export const ldap = ldapWith()
