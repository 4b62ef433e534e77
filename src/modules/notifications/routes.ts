import { Elysia } from 'elysia'
import type { App } from '#kernel/context'
import { guard, requireAlso } from '#kernel/guard'
import { Feed, FeedQuery, Unread } from './schema'
import * as notifications from './service'

const read = { can: 'self:read' } as const
const write = { can: 'self:write' } as const

/** What has happened, for the person who asks. */
export const notificationFeed = (app: App) =>
  new Elysia({ prefix: '/notifications/feed', tags: ['Notifications'] })
    .use(guard(app))
    .get(
      '/',
      async ({ ctx, query, request }) => {
        // It tells of the workspace: not to somebody who has not shown the second factor that it asks for.
        await requireAlso(app, request, 'tenant:read')
        return notifications.list(ctx, query)
      },
      { ...read, query: FeedQuery, response: Feed },
    )
    .get('/unread-count', ({ ctx }) => notifications.unread(ctx), { ...read, response: Unread })
    .post('/read-all', ({ ctx }) => notifications.markAll(ctx), { ...write, response: Unread })
    .post('/:id/read', ({ ctx, params }) => notifications.markOne(ctx, params.id), { ...write, response: Unread })
