import { Type as t } from '@sinclair/typebox'
import { noticeEvents } from '#contract/events'
import { oneOf } from '#kernel/form'
import { Instant, nullable } from '#kernel/page'

const closed = { additionalProperties: false }
const words = {
  title: t.String({ minLength: 1, maxLength: 300, description: 'Mustache; what it says is put on one line' }),
  body: t.String({ maxLength: 4_000, description: 'Mustache, plain text' }),
}
const Event = oneOf(noticeEvents)

export const Words = t.Object(words, closed)
export const Trial = t.Object({ event: Event, ...words }, closed)
export const ChannelQuery = t.Object({
  channel_id: t.Optional(t.String({ maxLength: 64, description: 'For this channel alone; without it for all' })),
})
export const View = t.Object({
  id: t.String(),
  event: Event,
  channel_id: nullable(t.String()),
  channel_name: nullable(t.String()),
  title: t.String(),
  body: t.String(),
  created_at: Instant,
  updated_at: Instant,
})
export const Preview = t.Object({ title: t.String(), body: t.String() })
export const Variable = t.Object({ name: t.String(), says: t.String(), example: t.Any() })
