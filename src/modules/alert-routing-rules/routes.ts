import { Elysia, t } from 'elysia'
import type { App } from '#kernel/context'
import { guard } from '#kernel/guard'
import { PageQuery, pageOf } from '#kernel/page'
import { Draft, Edit, Order, View } from './schema'
import * as rules from './service'

const read = { can: 'tenant:read' } as const
const write = { can: 'on_call:write' } as const

/** Who hears of which incident. */
export const alertRoutingRules = (app: App) =>
  new Elysia({ prefix: '/alert-routing-rules', tags: ['On call'] })
    .use(guard(app))
    .get('/', ({ ctx, query }) => rules.list(ctx, query), { ...read, query: PageQuery, response: pageOf(View) })
    .post('/', ({ ctx, body, status }) => rules.create(ctx, body).then((made) => status(201, made)), {
      ...write,
      body: Draft,
      response: { 201: View },
    })
    .put('/order', ({ ctx, body }) => rules.reorder(ctx, body.ids), {
      ...write,
      body: Order,
      response: pageOf(View),
    })
    .get('/:id', ({ ctx, params }) => rules.get(ctx, params.id), { ...read, response: View })
    .put('/:id', ({ ctx, params, body }) => rules.update(ctx, params.id, body), {
      ...write,
      body: Edit,
      response: View,
    })
    .delete('/:id', ({ ctx, params, status }) => rules.remove(ctx, params.id).then(() => status(204, undefined)), {
      ...write,
      response: { 204: t.Void() },
    })
