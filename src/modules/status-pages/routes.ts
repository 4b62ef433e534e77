import { Elysia, t } from 'elysia'
import type { App } from '#kernel/context'
import { guard } from '#kernel/guard'
import { PageQuery, pageOf } from '#kernel/page'
import { Draft, Edit, View } from './schema'
import * as pages from './service'

const read = { can: 'tenant:read' } as const
const write = { can: 'status_pages:write' } as const

/** What the readers of a status page see, arranged by the team. */
export const statusPages = (app: App) =>
  new Elysia({ prefix: '/status-pages', tags: ['Status pages'] })
    .use(guard(app))
    .get('/', ({ ctx, query }) => pages.list(ctx, query), { ...read, query: PageQuery, response: pageOf(View) })
    .post('/', ({ ctx, body, status }) => pages.create(ctx, body).then((made) => status(201, made)), {
      ...write,
      body: Draft,
      response: { 201: View },
    })
    .get('/:id', ({ ctx, params }) => pages.get(ctx, params.id), { ...read, response: View })
    .put('/:id', ({ ctx, params, body }) => pages.update(ctx, params.id, body), {
      ...write,
      body: Edit,
      response: View,
    })
    .delete('/:id', ({ ctx, params, status }) => pages.remove(ctx, params.id).then(() => status(204, undefined)), {
      ...write,
      response: { 204: t.Void() },
    })
