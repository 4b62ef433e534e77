import { Elysia, t } from 'elysia'
import type { App } from '#kernel/context'
import { guard } from '#kernel/guard'
import { PageQuery, pageOf } from '#kernel/page'
import { Draft, Edit, Sample, TestAnswer, TypeView, View } from './schema'
import * as service from './service'

const read = { can: 'tenant:read' } as const
const write = { can: 'integrations:write' } as const

/** Doors through which other programs open and close incidents. */
export const integrations = (app: App) =>
  new Elysia({ prefix: '/integrations', tags: ['Integrations'] })
    .use(guard(app))
    .get('/', ({ ctx, query }) => service.list(ctx, query), { ...read, query: PageQuery, response: pageOf(View) })
    .post('/', ({ ctx, body, status }) => service.create(ctx, body).then((made) => status(201, made)), {
      ...write,
      body: Draft,
      response: { 201: View },
    })
    .get('/types', () => service.types(), { ...read, response: pageOf(TypeView) })
    .get('/:id', ({ ctx, params }) => service.get(ctx, params.id), { ...read, response: View })
    .put('/:id', ({ ctx, params, body }) => service.update(ctx, params.id, body), {
      ...write,
      body: Edit,
      response: View,
    })
    .delete('/:id', ({ ctx, params, status }) => service.remove(ctx, params.id).then(() => status(204, undefined)), {
      ...write,
      response: { 204: t.Void() },
    })
    .post('/:id/key', ({ ctx, params }) => service.renew(ctx, params.id), { ...write, response: View })
    .post('/:id/test', ({ ctx, params, body }) => service.test(ctx, params.id, body), {
      ...write,
      body: Sample,
      response: TestAnswer,
    })
