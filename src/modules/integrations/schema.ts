import { Type as t } from '@sinclair/typebox'
import { severities } from '#contract/statuses'
import { oneOf } from '#kernel/form'
import { Instant, nullable } from '#kernel/page'
import { providers } from './providers'

const closed = { additionalProperties: false }
const types = providers.map(({ type }) => type)

/** Any object here; the service checks it against the settings of the type and answers with paths such as `settings.title`. */
const Settings = t.Any({ oneOf: providers.map(({ title, settings }) => ({ title, ...settings })) })

const fields = {
  name: t.String({ minLength: 1, maxLength: 120, description: 'What its incidents are said to come from' }),
  type: oneOf(types, { description: 'Which program, or kind of programs; it cannot be changed' }),
  settings: Settings,
  enabled: t.Boolean({ description: 'Default true. While it is paused, events are refused with 403' }),
}
const { type: _, ...editable } = t.Partial(t.Object(fields)).properties

export const Draft = t.Object(
  { ...editable, name: fields.name, type: fields.type },
  { ...closed, description: 'A door through which another program opens and closes incidents' },
)
export const Edit = t.Object(editable, closed)
export const Sample = t.Object(
  {
    body: t.Any({ description: 'What the other program would send: as an object, or as text as it is sent' }),
    form: t.Optional(t.Boolean({ description: 'The text is a form. Default false' })),
    settings: t.Optional(Settings),
  },
  closed,
)

const Entry = t.Object({ title: t.String(), value: t.String() })
export const View = t.Object({
  id: t.String(),
  tenant_id: t.String(),
  name: t.String(),
  type: t.String(),
  title: t.String({ description: 'The type as a person calls it' }),
  settings: t.Record(t.String(), t.Unknown()),
  enabled: t.Boolean(),
  key: t.String({ description: 'For whoever may change integrations; a mask for everybody else' }),
  enter: t.Array(Entry, { description: 'What to enter in the other program' }),
  open_incidents: t.Integer(),
  last_event_at: nullable(Instant),
  created_at: Instant,
  updated_at: Instant,
})
export const TypeView = t.Object({ type: t.String(), title: t.String(), summary: t.String(), settings: t.Any() })
export const TestAnswer = t.Object({
  accepted: t.Boolean({ description: 'Whether the event would be taken in' }),
  faults: t.Array(t.String()),
  events: t.Array(
    t.Object({
      action: oneOf(['open', 'acknowledge', 'close', 'comment', 'ignore'] as const),
      sentence: t.String({ description: 'What would be done' }),
      dedup_key: nullable(t.String()),
      title: nullable(t.String()),
      severity: nullable(oneOf(severities)),
      message: nullable(t.String()),
      source: nullable(t.String()),
      url: nullable(t.String()),
      tags: t.Array(t.String()),
      incident_id: nullable(t.String({ description: 'The incident that is open under the same key' })),
    }),
  ),
})

export type Draft = typeof Draft.static
export type Edit = typeof Edit.static
export type Sample = typeof Sample.static
export type TestAnswer = typeof TestAnswer.static
