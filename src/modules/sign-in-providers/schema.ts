import { Type as t } from '@sinclair/typebox'
import { lineOf, Name, RoleName } from '#kernel/fields'
import { oneOf } from '#kernel/form'
import { Instant, nullable } from '#kernel/page'
import { kinds } from '#sign-in/index'

const closed = { additionalProperties: false }

/** Any object here; the service checks it against the kind's settings and answers with paths such as `settings.issuer`. */
const Settings = t.Any({ oneOf: kinds.map(({ title, settings }) => ({ title, ...settings })) })

const variants = kinds.map(({ kind, title, summary, settings }) => ({
  title,
  description: summary,
  properties: { kind: { const: kind, type: 'string' }, settings },
  required: ['settings'],
}))

const fields = {
  slug: t.String({
    pattern: '^[a-z0-9-]{2,40}$',
    description: 'Part of the callback URL, which the provider has to know',
  }),
  kind: t.String({ maxLength: 40 }),
  name: Name,
  settings: Settings,
  enabled: t.Boolean({ description: 'Default true' }),
  trust_email: t.Boolean({
    description:
      'Whoever signs in there with the verified address of an account here gets that account, without its owner being asked. Default false',
  }),
  tenant_id: nullable(
    t.String({ maxLength: 64, description: 'Unknown people become members of this workspace. Default null: nobody' }),
  ),
  default_role: oneOf(['viewer', 'member', 'admin'], { description: 'Default member' }),
  group_roles: t.Array(t.Object({ group: lineOf(256), role: RoleName }, closed), {
    maxItems: 50,
    description:
      'Roles in that workspace by group, first match from the top, at every sign-in; none matches: the default role. Default: none',
  }),
}
const optional = t.Partial(t.Object(fields)).properties

export const Draft = t.Object(
  { ...optional, slug: fields.slug, kind: fields.kind, name: fields.name },
  { ...closed, oneOf: variants },
)
export const Edit = t.Object(optional, closed)
export const Trial = t.Object(
  {
    kind: fields.kind,
    settings: t.Optional(Settings),
    id: t.Optional(t.String({ maxLength: 64, description: 'Masked secrets are taken from this provider' })),
  },
  { ...closed, oneOf: variants },
)
export const View = t.Object({
  id: t.String(),
  slug: t.String(),
  kind: t.String(),
  name: t.String(),
  settings: t.Record(t.String(), t.Unknown()),
  enabled: t.Boolean(),
  trust_email: t.Boolean(),
  tenant_id: nullable(t.String()),
  default_role: RoleName,
  group_roles: t.Array(t.Object({ group: t.String(), role: RoleName })),
  callback_url: nullable(t.String({ description: 'To be registered at the provider' })),
  created_at: Instant,
  updated_at: Instant,
})
export const TestAnswer = t.Object({
  ok: t.Boolean(),
  message: t.String(),
  facts: t.Record(t.String(), t.String()),
})
export const KindView = t.Object({
  kind: t.String(),
  title: t.String(),
  summary: t.String(),
  docs: t.String(),
  flow: oneOf(['redirect', 'password', 'header']),
  settings: t.Any(),
  callback_url: t.Optional(t.String({ description: 'With `{slug}` where the slug goes' })),
})

export type Draft = typeof Draft.static
export type Edit = typeof Edit.static
export type Trial = typeof Trial.static
