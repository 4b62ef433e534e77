import { t } from 'elysia'
import { lineOf, RoleName } from '#kernel/fields'
import { oneOf } from '#kernel/form'
import { Instant, nullable } from '#kernel/page'
import { checks } from './answer'

/** What an identity provider may make of somebody; an owner is made by an owner. */
const Granted = oneOf(['viewer', 'member', 'admin'])
const AttributeName = nullable(lineOf(256))
const GroupRoles = t.Array(t.Object({ group: lineOf(256), role: Granted }), { maxItems: 100 })
const MOST_METADATA = 524_288

const settings = {
  enabled: t.Boolean({ description: 'People can sign in; needs the three fields of the identity provider' }),
  require_signed_response: t.Boolean({
    description: 'The whole response must be signed too; the assertion must be in any case',
  }),
  email_attribute: AttributeName,
  name_attribute: AttributeName,
  groups_attribute: AttributeName,
  provision: t.Boolean({ description: 'People of the verified domains become members when they first sign in' }),
}

export const ConnectionView = t.Object({
  id: t.String(),
  ...settings,
  idp_entity_id: t.String({ description: 'Empty until it is set' }),
  sso_url: t.String(),
  certificates: t.Array(t.Object({ pem: t.String(), subject: t.String(), expires_at: Instant })),
  default_role: RoleName,
  group_roles: t.Array(t.Object({ group: t.String(), role: RoleName })),
  sp: t.Object({
    entity_id: t.String(),
    acs_url: t.String(),
    metadata_url: t.String(),
    certificate: t.String(),
  }),
  created_at: Instant,
  updated_at: Instant,
})
export const ConnectionEdit = t.Partial(
  t.Object({
    ...settings,
    metadata_xml: t.String({
      ...{ minLength: 1, maxLength: MOST_METADATA },
      description: 'Replaces `idp_entity_id`, `sso_url` and `certificates` by what it says',
    }),
    idp_entity_id: t.String({ maxLength: 1024, pattern: '^[^\\s\\u0000-\\u001f]*$' }),
    sso_url: t.String({ maxLength: 2048 }),
    certificates: t.Array(t.String({ minLength: 1, maxLength: 16_384 }), { maxItems: 10 }),
    default_role: Granted,
    group_roles: GroupRoles,
  }),
)
export type ConnectionEdit = typeof ConnectionEdit.static

/** Either an address, or the document itself to look at before it is saved. */
export const MetadataAsk = t.Object({
  url: t.Optional(t.String({ minLength: 1, maxLength: 2048 })),
  metadata_xml: t.Optional(t.String({ minLength: 1, maxLength: MOST_METADATA })),
})
export type MetadataAsk = typeof MetadataAsk.static
export const Provider = t.Object({
  idp_entity_id: t.String(),
  sso_url: t.String(),
  certificates: t.Array(t.String()),
})

/** May be left out as a whole: an account without a password has nothing to put there. */
export const Proof = t.Optional(t.Object({ current_password: t.Optional(t.String({ maxLength: 256 })) }))
export const Started = t.Object({ url: t.String({ description: 'Where the browser goes' }) })
export const TestResult = t.Object({
  at: Instant,
  ok: t.Boolean(),
  message: t.String(),
  checks: t.Array(
    t.Object({
      check: oneOf(checks),
      ok: t.Union([t.Boolean(), t.Null()], { description: 'Nothing when an earlier one ended it' }),
      message: t.String(),
    }),
  ),
  attributes: t.Record(t.String(), t.Array(t.String())),
  subject: nullable(t.String()),
  email: nullable(t.String()),
  would: t.String(),
})
export type TestResult = typeof TestResult.static

export const LinkView = t.Object({
  linked: t.Boolean({ description: 'The single sign-on of this workspace opens the account' }),
  created_at: nullable(Instant),
  last_used_at: nullable(Instant),
})

export const DomainDraft = t.Object({ domain: t.String({ minLength: 1, maxLength: 253 }) })
export const DomainView = t.Object({
  id: t.String(),
  domain: t.String(),
  verified: t.Boolean(),
  verified_at: nullable(Instant),
  record: t.Object({ type: t.Literal('TXT'), name: t.String(), value: t.String() }),
  created_at: Instant,
})

export const LoginQuery = t.Object({
  email: t.Optional(t.String({ maxLength: 254 })),
  tenant: t.Optional(t.String({ maxLength: 64, description: 'The slug of the workspace, when there is no address' })),
  return_to: t.Optional(t.String({ maxLength: 2048, description: 'A path of this appliance' })),
})
export type LoginQuery = typeof LoginQuery.static
