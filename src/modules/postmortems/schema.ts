import { Type as t } from '@sinclair/typebox'
import { oneOf } from '#kernel/form'
import { Instant, nullable } from '#kernel/page'

const statuses = ['draft', 'published'] as const
export const Edit = t.Object(
  {
    body: t.String({ maxLength: 100_000, description: 'Markdown' }),
    status: t.Optional(oneOf(statuses, { description: 'Default draft' })),
  },
  { additionalProperties: false },
)
export const View = t.Object({
  incident_id: t.String(),
  body: t.String({
    description: 'Markdown; before it is saved for the first time a draft with the timeline filled in',
  }),
  status: oneOf(statuses),
  saved: t.Boolean(),
  updated_by: nullable(t.String()),
  updated_at: nullable(Instant),
})
export type Edit = typeof Edit.static
