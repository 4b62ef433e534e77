import { Type as t } from '@sinclair/typebox'
import { oneOf } from '#kernel/form'
import { Instant, nullable } from '#kernel/page'

const closed = { additionalProperties: false }
const Line = t.String({ minLength: 1, maxLength: 120 })

/** What a person sends for one component; a missing `id` is given out by the server. */
export const ComponentDraft = t.Object(
  {
    id: t.Optional(t.String({ pattern: '^[0-9a-zA-Z_-]{1,64}$' })),
    name: Line,
    group: t.Optional(nullable(Line)),
    description: t.Optional(nullable(t.String({ maxLength: 500 }))),
    monitor_ids: t.Optional(t.Array(t.String({ maxLength: 64 }), { maxItems: 100, uniqueItems: true })),
    show_uptime: t.Optional(t.Boolean()),
    show_response_time: t.Optional(t.Boolean()),
  },
  closed,
)
const fields = {
  slug: t.String({
    pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$',
    description: 'The last part of its address: lower-case letters, digits and hyphens. Default: made from the title',
  }),
  title: Line,
  description: nullable(t.String({ maxLength: 1000 })),
  visibility: oneOf(['public', 'members'] as const, { description: 'Who may see it. Default public' }),
  theme: oneOf(['auto', 'light', 'dark'] as const, { description: 'Default auto: as the reader prefers' }),
  timezone: t.String({ maxLength: 64, description: 'IANA name such as Europe/Berlin. Default: that of the workspace' }),
  // Checked by the service, which names the wrong field and refuses unknown ones; `oneOf` is its documentation.
  components: t.Array(t.Any({ oneOf: [ComponentDraft] }), { maxItems: 100 }),
}
const optional = t.Partial(t.Object(fields)).properties

export const Draft = t.Object({ ...optional, title: fields.title }, closed)
export const Edit = t.Object(optional, closed)

export const View = t.Object({
  id: t.String(),
  tenant_id: t.String(),
  slug: t.String(),
  title: t.String(),
  description: nullable(t.String()),
  visibility: t.String(),
  theme: t.String(),
  timezone: t.String(),
  components: t.Array(
    t.Object({
      id: t.String(),
      name: t.String(),
      group: nullable(t.String()),
      description: nullable(t.String()),
      monitor_ids: t.Array(t.String()),
      show_uptime: t.Boolean(),
      show_response_time: t.Boolean(),
    }),
  ),
  url: t.String({ description: 'Where people read it' }),
  created_at: Instant,
  updated_at: Instant,
})

export type ComponentDraft = typeof ComponentDraft.static
export type Draft = typeof Draft.static
export type Edit = typeof Edit.static
