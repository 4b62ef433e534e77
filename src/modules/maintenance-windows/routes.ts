import { Elysia, t } from 'elysia'
import type { App } from '#kernel/context'
import { guard } from '#kernel/guard'
import { pageOf } from '#kernel/page'
import { Draft, Edit, ListQuery, View } from './schema'
import * as windows from './service'

const read = { can: 'tenant:read' } as const
const write = { can: 'monitors:write' } as const

/** Times in which something is worked on and nobody is called for it. */
export const maintenanceWindows = (app: App) =>
  new Elysia({ prefix: '/maintenance-windows', tags: ['Maintenance windows'] })
    .use(guard(app))
    .get('/', ({ ctx, query }) => windows.list(ctx, query), { ...read, query: ListQuery, response: pageOf(View) })
    .post('/', ({ ctx, body, status }) => windows.create(ctx, body).then((made) => status(201, made)), {
      ...write,
      body: Draft,
      response: { 201: View },
    })
    .get('/:id', ({ ctx, params }) => windows.get(ctx, params.id), { ...read, response: View })
    .put('/:id', ({ ctx, params, body }) => windows.update(ctx, params.id, body), {
      ...write,
      body: Edit,
      response: View,
    })
    .delete('/:id', ({ ctx, params, status }) => windows.remove(ctx, params.id).then(() => status(204, undefined)), {
      ...write,
      response: { 204: t.Void() },
    })
    .post('/:id/end', ({ ctx, params }) => windows.end(ctx, params.id), { ...write, response: View })
