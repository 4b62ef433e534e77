import { Type as t } from '@sinclair/typebox'
import { secret, ui } from '#kernel/form'
import { addressesAreVerified } from '#sign-in/fields'

const ATTRIBUTE = '^[A-Za-z][A-Za-z0-9.;-]{0,127}$'

const attribute = (title: string, initial: string, description: string) =>
  t.String({
    ...{ title, pattern: ATTRIBUTE, default: initial, description },
    ...ui({ group: 'advanced', span: 1, mono: true }),
  })
const dn = (title: string, description: string, placeholder: string) =>
  t.Optional(t.String({ title, maxLength: 1024, description, ...ui({ mono: true, placeholder }) }))

export const settings = t.Object({
  url: t.String({
    title: 'Server',
    pattern: '^ldaps?://[^/?#@\\s]+$',
    maxLength: 255,
    description: 'ldaps:// is encrypted from the start (port 636), ldap:// with STARTTLS (port 389).',
    ...ui({ mono: true, placeholder: 'ldaps://directory.example.com' }),
  }),
  starttls: t.Boolean({
    title: 'Encrypt ldap:// with STARTTLS',
    default: true,
    description: 'Without it passwords travel readably over ldap://.',
  }),
  ca: t.Optional(
    t.String({
      title: 'Certificate authority (PEM)',
      maxLength: 32_768,
      description: 'Of the directory’s certificate, when the system does not know it.',
      ...ui({ group: 'advanced', widget: 'code' }),
    }),
  ),
  bind_dn: dn(
    'Search as',
    'The entry that may search the directory. Empty: search without signing in.',
    'cn=xinex,ou=services,dc=example,dc=com',
  ),
  bind_password: t.Optional(secret({ title: 'Its password', maxLength: 1024 })),
  base_dn: t.String({
    title: 'People are below',
    minLength: 1,
    maxLength: 1024,
    ...ui({ mono: true, placeholder: 'ou=people,dc=example,dc=com' }),
  }),
  user_filter: t.String({
    title: 'Filter for people',
    maxLength: 1024,
    default: '(|(uid={name})(mail={name}))',
    description: '{name} is what was typed into the form. Active Directory: (|(sAMAccountName={name})(mail={name})).',
    ...ui({ mono: true }),
  }),
  user_dn: dn(
    'Name of a person’s entry',
    'Signs in directly as this entry instead of searching first.',
    'uid={name},ou=people,dc=example,dc=com',
  ),
  id_attribute: attribute('ID', 'entryUUID', 'Never changes. Active Directory: objectGUID; FreeIPA: ipaUniqueID.'),
  mail_attribute: attribute('E-mail', 'mail', 'The first value counts.'),
  name_attribute: attribute('Name', 'cn', 'Often displayName.'),
  groups_attribute: attribute('Groups', 'memberOf', 'Lists the groups that a person is in.'),
  group_base_dn: dn('Groups are below', 'Other groups do not count.', 'ou=groups,dc=example,dc=com'),
  group_filter: t.Optional(
    t.String({
      title: 'Filter for groups',
      maxLength: 1024,
      description:
        'For directories without memberOf: groups are searched for. {dn} is the person’s entry, {name} what was typed.',
      ...ui({ group: 'advanced', mono: true, placeholder: '(member={dn})' }),
    }),
  ),
  trust_addresses: addressesAreVerified(true, 'Turn it off when people can change their own address in the directory.'),
})
/** How a directory is asked. */
export type Settings = (typeof settings)['static']
