import { Type as t } from '@sinclair/typebox'
import { offered } from '#channels/index'
import { noticeEvents } from '#contract/events'
import { oneOf } from '#kernel/form'
import { Instant, nullable, pageFields } from '#kernel/page'

const closed = { additionalProperties: false }

/** Any object here; the service checks it against the provider's settings and answers with paths such as `settings.url`. */
const Settings = t.Any({ oneOf: offered.map(({ title, settings }) => ({ title, ...settings })) })

const types = offered.map(({ type, title, summary, settings }) => ({
  title,
  description: summary,
  properties: { type: { const: type, type: 'string' }, settings },
  required: ['settings'],
}))

const fields = {
  name: t.String({ minLength: 1, maxLength: 120 }),
  type: t.String({ maxLength: 40 }),
  settings: Settings,
  is_default: t.Boolean({ description: 'Gets every notification that nothing else claims. Default true' }),
  enabled: t.Boolean({ description: 'Default true' }),
  events: t.Array(oneOf(noticeEvents), {
    minItems: 1,
    uniqueItems: true,
    description:
      'Default: all of incidents and of who is on call; of monitors, heartbeats and maintenance only what is named here',
  }),
  muted_until: nullable(
    t.String({ format: 'date-time', description: 'Nothing is sent there until then, a year ahead at most' }),
  ),
  fallback_id: nullable(
    t.String({ maxLength: 64, description: 'Another channel, which hears of an alarm that this one has not taken' }),
  ),
  fallback_after_s: nullable(
    t.Integer({ minimum: 30, maximum: 86_400, description: 'After so long; needs `fallback_id`. Default 120' }),
  ),
}
const optional = t.Partial(t.Object(fields)).properties

export const Draft = t.Object({ ...optional, name: fields.name, type: fields.type }, { ...closed, oneOf: types })
export const Edit = t.Object(optional, closed)
export const Trial = t.Object(
  {
    type: fields.type,
    settings: t.Optional(Settings),
    id: t.Optional(t.String({ maxLength: 64, description: 'Masked secrets are taken from this channel' })),
  },
  { ...closed, oneOf: types },
)
export const View = t.Object({
  id: t.String(),
  tenant_id: t.String(),
  name: t.String(),
  type: t.String(),
  settings: t.Record(t.String(), t.Unknown()),
  label: t.String({ description: 'How a person recognises the destination' }),
  is_default: t.Boolean(),
  enabled: t.Boolean(),
  events: t.Array(t.String()),
  muted_until: nullable(Instant),
  fallback_id: nullable(t.String()),
  fallback_after_s: nullable(t.Integer()),
  failure: nullable(
    t.Object(
      { error: t.String(), since: Instant },
      { description: 'The provider refused this channel for good; cleared by an edit or a test that succeeds' },
    ),
  ),
  created_at: Instant,
  updated_at: Instant,
})
export const TestAnswer = t.Object({
  status: oneOf(['sent', 'failed'] as const),
  error: nullable(t.String()),
  answer: nullable(t.String()),
  duration_ms: t.Number(),
})
export const TypeView = t.Object({
  type: t.String(),
  title: t.String(),
  summary: t.String(),
  docs: t.String(),
  admins_only: t.Boolean({ description: 'Only an instance admin may set up such a channel' }),
  settings: t.Any(),
})
export const LogQuery = t.Object({
  ...pageFields,
  channel_id: t.Optional(t.String({ maxLength: 64 })),
  incident_id: t.Optional(t.String({ maxLength: 64 })),
  status: t.Optional(oneOf(['sent', 'failed', 'suppressed'] as const)),
})
export const LogView = t.Object({
  id: t.String(),
  delivery_id: t.String(),
  channel_id: t.String(),
  channel_name: t.String(),
  channel_type: t.String(),
  incident_id: nullable(t.String()),
  event: t.String(),
  title: t.String(),
  attempt: t.Integer(),
  status: t.String(),
  error: nullable(t.String()),
  answer: nullable(t.String()),
  duration_ms: nullable(t.Number()),
  created_at: Instant,
})

export type Draft = typeof Draft.static
export type Edit = typeof Edit.static
export type Trial = typeof Trial.static
export type LogQuery = typeof LogQuery.static
