import { Elysia, t } from 'elysia'
import type { App } from '#kernel/context'
import { guard } from '#kernel/guard'
import { PageQuery, pageOf } from '#kernel/page'
import { Draft, Edit, LogQuery, LogView, TestAnswer, Trial, TypeView, View } from './schema'
import * as channels from './service'

const read = { can: 'tenant:read' } as const
const write = { can: 'channels:write' } as const
const send = { can: 'channels:test' } as const

/** Where notifications go: one channel is one destination at one provider. */
const resource = (app: App) =>
  new Elysia({ prefix: '/notification-channels', tags: ['Notification channels'] })
    .use(guard(app))
    .get('/', ({ ctx, query }) => channels.list(ctx, query), { ...read, query: PageQuery, response: pageOf(View) })
    .post('/', ({ ctx, body, status }) => channels.create(ctx, body).then((made) => status(201, made)), {
      ...write,
      body: Draft,
      response: { 201: View },
    })
    .post('/test', ({ ctx, body }) => channels.trial(ctx, body), { ...send, body: Trial, response: TestAnswer })
    .get('/:id', ({ ctx, params }) => channels.get(ctx, params.id), { ...read, response: View })
    .put('/:id', ({ ctx, params, body }) => channels.update(ctx, params.id, body), {
      ...write,
      body: Edit,
      response: View,
    })
    .delete('/:id', ({ ctx, params, status }) => channels.remove(ctx, params.id).then(() => status(204, undefined)), {
      ...write,
      response: { 204: t.Void() },
    })
    .post('/:id/test', ({ ctx, params }) => channels.test(ctx, params.id), { ...send, response: TestAnswer })

/** Channels, what they can be, and every attempt to deliver through them. */
export const notificationChannels = (app: App) =>
  new Elysia({ tags: ['Notification channels'] })
    .use(guard(app))
    .use(resource(app))
    .get('/notification-channel-types', () => channels.types(), { ...read, response: pageOf(TypeView) })
    .get('/notification-log', ({ ctx, query }) => channels.attempts(ctx, query), {
      ...read,
      query: LogQuery,
      response: pageOf(LogView),
    })
