import { Type as t } from '@sinclair/typebox'
import { channels } from '#channels/index'
import { oneOf } from '#kernel/form'
import { Instant, nullable } from '#kernel/page'

const closed = { additionalProperties: false }
/** Any object here; the service checks it against the kind's settings and answers with paths such as `settings.topic`. */
const Settings = t.Any({ oneOf: channels.map(({ title, settings }) => ({ title, ...settings })) })
const name = t.String({ minLength: 1, maxLength: 120 })
const via_id = nullable(
  t.String({
    maxLength: 64,
    description: 'A channel of the workspace that carries the messages: then `settings` hold your own address alone',
  }),
)

export const Draft = t.Object(
  { name, type: t.String({ maxLength: 40 }), settings: t.Optional(Settings), via_id: t.Optional(via_id) },
  closed,
)
export const Edit = t.Object(
  { name: t.Optional(name), settings: t.Optional(Settings), via_id: t.Optional(via_id) },
  closed,
)
export const Code = t.Object({ code: t.String({ minLength: 1, maxLength: 20, examples: ['012345'] }) }, closed)

const contact = {
  name: t.String(),
  type: t.String(),
  kind: oneOf(['email', 'push', 'other'] as const, { description: 'The column of the matrix of preferences' }),
  verified: t.Boolean({ description: 'Only ways that were confirmed are used' }),
  failing: nullable(t.String({ description: 'Why it does not work at present' })),
}
export const View = t.Object({
  id: t.String({ description: '`email` is the address of the account, `push:` and an id a device' }),
  ...contact,
  label: t.String({ description: 'How you recognise it' }),
  settings: t.Record(t.String(), t.Unknown()),
  via_id: nullable(t.String()),
  via_name: nullable(t.String()),
  verified_at: nullable(Instant),
  code_expires_at: nullable(Instant),
  created_at: Instant,
  updated_at: Instant,
})
export const Sent = t.Object({
  status: oneOf(['sent', 'failed'] as const),
  error: nullable(t.String()),
  answer: nullable(t.String()),
  duration_ms: t.Number(),
})
export const Changed = t.Object({ ...View.properties, code: nullable(Sent) })
export const Kind = t.Object({
  type: t.String(),
  title: t.String(),
  summary: t.String(),
  docs: t.String(),
  settings: t.Any({ description: 'What to enter when it stands alone' }),
  personal: t.Any({ description: 'What to enter when it goes through a channel; null where none can carry it' }),
  through: t.Array(t.Object({ id: t.String(), name: t.String() })),
})
export const Person = t.Object({
  user_id: t.String(),
  user_name: t.String(),
  contacts: t.Array(t.Object(contact)),
})
