import { Elysia, t } from 'elysia'
import type { App } from '#kernel/context'
import { guard } from '#kernel/guard'
import { PageQuery, pageOf } from '#kernel/page'
import { Draft, PushKey, TestAnswer, View } from './schema'
import * as devices from './service'

const read = { can: 'self:read' } as const
const write = { can: 'self:write' } as const

/** The browsers and phones on which the person who asks is told of incidents. */
export const pushTokens = (app: App) =>
  new Elysia({ tags: ['Push'] })
    .use(guard(app))
    .get('/push-key', ({ ctx }) => devices.key(ctx), { ...read, response: PushKey })
    .get('/push-tokens', ({ ctx, query }) => devices.list(ctx, query), {
      ...read,
      query: PageQuery,
      response: pageOf(View),
    })
    .post('/push-tokens', ({ ctx, body, status }) => devices.register(ctx, body).then((made) => status(201, made)), {
      ...write,
      body: Draft,
      response: { 201: View },
    })
    .delete(
      '/push-tokens/:token',
      ({ ctx, params, status }) => devices.remove(ctx, params.token).then(() => status(204, undefined)),
      { ...write, response: { 204: t.Void() } },
    )
    .post('/push-tokens/:token/test', ({ ctx, params }) => devices.test(ctx, params.token), {
      ...write,
      response: TestAnswer,
    })
