import { Elysia, t } from 'elysia'
import type { App } from '#kernel/context'
import { guard } from '#kernel/guard'
import { PageQuery, pageOf } from '#kernel/page'
import { Draft, Edit, View } from './schema'
import * as policies from './service'

const read = { can: 'tenant:read' } as const
const write = { can: 'on_call:write' } as const

/** In which order people are called until somebody takes care. */
export const escalationPolicies = (app: App) =>
  new Elysia({ prefix: '/escalation-policies', tags: ['On call'] })
    .use(guard(app))
    .get('/', ({ ctx, query }) => policies.list(ctx, query), { ...read, query: PageQuery, response: pageOf(View) })
    .post('/', ({ ctx, body, status }) => policies.create(ctx, body).then((made) => status(201, made)), {
      ...write,
      body: Draft,
      response: { 201: View },
    })
    .get('/:id', ({ ctx, params }) => policies.get(ctx, params.id), { ...read, response: View })
    .put('/:id', ({ ctx, params, body }) => policies.update(ctx, params.id, body), {
      ...write,
      body: Edit,
      response: View,
    })
    .delete('/:id', ({ ctx, params, status }) => policies.remove(ctx, params.id).then(() => status(204, undefined)), {
      ...write,
      response: { 204: t.Void() },
    })
