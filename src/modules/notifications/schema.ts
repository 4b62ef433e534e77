import { t } from 'elysia'
import { feedTypes } from '#contract/oncall'
import { oneOf } from '#kernel/form'
import { Instant, pageFields, pageOf } from '#kernel/page'

export const FeedQuery = t.Object({
  ...pageFields,
  unread: t.Optional(t.BooleanString({ description: 'Only what has not been read' })),
})
export type FeedQuery = typeof FeedQuery.static
export const Item = t.Object({
  id: t.String(),
  type: oneOf(feedTypes),
  title: t.String(),
  body: t.String(),
  path: t.String({ description: 'Where the web interface shows more' }),
  data: t.Record(t.String(), t.Unknown()),
  at: Instant,
  read: t.Boolean(),
})
export const Unread = t.Object({ unread_count: t.Integer({ description: '1000 stands for that and more' }) })
export const Feed = t.Object({ ...pageOf(Item).properties, ...Unread.properties })
