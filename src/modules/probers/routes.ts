import { Elysia, t } from 'elysia'
import type { App } from '#kernel/context'
import { guard } from '#kernel/guard'
import { PageQuery, pageOf } from '#kernel/page'
import { Bare, Draft, Edit, Made, Registration, Rotation, View } from './schema'
import * as probers from './service'

const read = { can: 'tenant:read' } as const
const write = { can: 'probers:write' } as const

/** Agents that check from elsewhere, and their tokens. */
export const proberRoutes = (app: App) =>
  new Elysia({ prefix: '/probers', tags: ['Probers'] })
    .use(guard(app))
    .get('/', ({ ctx, query }) => probers.list(ctx, query), { ...read, query: PageQuery, response: pageOf(View) })
    .post('/', ({ ctx, body, status }) => probers.create(ctx, body).then((made) => status(201, made)), {
      ...write,
      body: Draft,
      response: { 201: Made },
    })
    .post(
      '/register',
      ({ ctx, body, request }) => probers.register(ctx, body, app.credentials.carried(request.headers)?.value ?? ''),
      { can: 'prober:work', body: Registration, response: Bare },
    )
    .get('/:id', ({ ctx, params }) => probers.get(ctx, params.id), { ...read, response: View })
    .put('/:id', ({ ctx, params, body }) => probers.update(ctx, params.id, body), {
      ...write,
      body: Edit,
      response: View,
    })
    .delete('/:id', ({ ctx, params, status }) => probers.remove(ctx, params.id).then(() => status(204, undefined)), {
      ...write,
      response: { 204: t.Void() },
    })
    .post(
      '/:id/rotate',
      ({ ctx, params, body, status }) =>
        probers.rotate(ctx, params.id, body?.grace_s).then((made) => status(201, made)),
      { ...write, body: Rotation, response: { 201: Made } },
    )
