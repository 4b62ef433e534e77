import { Elysia, t } from 'elysia'
import type { App } from '#kernel/context'
import { guard } from '#kernel/guard'
import { PageQuery, pageOf } from '#kernel/page'
import { ChannelQuery, Preview, Trial, Variable, View, Words } from './schema'
import * as templates from './service'

const read = { can: 'tenant:read' } as const
const write = { can: 'channels:write' } as const

/** Messages in the workspace's own words. */
export const messageTemplates = (app: App) =>
  new Elysia({ prefix: '/message-templates', tags: ['Message templates'] })
    .use(guard(app))
    .get('/', ({ ctx, query }) => templates.list(ctx, query), { ...read, query: PageQuery, response: pageOf(View) })
    .get('/variables', () => templates.variables(), { ...read, response: pageOf(Variable) })
    .post('/preview', ({ body }) => templates.preview(body), { ...read, body: Trial, response: Preview })
    .put('/:event', ({ ctx, params, query, body }) => templates.put(ctx, params.event, query.channel_id, body), {
      ...write,
      query: ChannelQuery,
      body: Words,
      response: View,
    })
    .delete(
      '/:event',
      ({ ctx, params, query, status }) =>
        templates.remove(ctx, params.event, query.channel_id).then(() => status(204, undefined)),
      { ...write, query: ChannelQuery, response: { 204: t.Void() } },
    )
