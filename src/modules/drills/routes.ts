import { Elysia } from 'elysia'
import type { App } from '#kernel/context'
import { guard } from '#kernel/guard'
import { pageOf } from '#kernel/page'
import { Detail, Draft, ListQuery, View } from './schema'
import * as drills from './service'

const read = { can: 'tenant:read' } as const
const write = { can: 'on_call:write' } as const

/** Fire drills: whether everybody is reached, and how soon they answer. */
export const drillRoutes = (app: App) =>
  new Elysia({ prefix: '/drills', tags: ['On call'] })
    .use(guard(app))
    .get('/', ({ ctx, query }) => drills.list(ctx, query), { ...read, query: ListQuery, response: pageOf(View) })
    .post('/', ({ ctx, body, status }) => drills.create(ctx, body).then((made) => status(201, made)), {
      ...write,
      body: Draft,
      response: { 201: Detail },
    })
    .get('/:id', ({ ctx, params }) => drills.get(ctx, params.id), { ...read, response: Detail })
    .post('/:id/end', ({ ctx, params }) => drills.end(ctx, params.id), { ...write, response: Detail })
