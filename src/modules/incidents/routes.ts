import { Elysia, t } from 'elysia'
import type { App } from '#kernel/context'
import { guard } from '#kernel/guard'
import { pageOf } from '#kernel/page'
import {
  Acknowledgement,
  Assignment,
  Comment,
  Detail,
  Draft,
  Edit,
  ListQuery,
  Merge,
  Note,
  Snooze,
  View,
  WhyView,
} from './schema'
import * as service from './service'

const read = { can: 'tenant:read' } as const
const respond = { can: 'incidents:respond' } as const
// Spread where it is used: Elysia writes into the options that it is handed.
const noted = { ...respond, body: t.Optional(Note), response: Detail }

/** Periods in which something needs a person. */
export const incidents = (app: App) =>
  new Elysia({ prefix: '/incidents', tags: ['Incidents'] })
    .use(guard(app))
    .get('/', ({ ctx, query }) => service.list(ctx, query), { ...read, query: ListQuery, response: pageOf(View) })
    .post('/', ({ ctx, body, status }) => service.create(ctx, body).then((made) => status(201, made)), {
      ...respond,
      body: Draft,
      response: { 201: Detail },
    })
    .get('/:id', ({ ctx, params }) => service.get(ctx, params.id), { ...read, response: Detail })
    .put('/:id', ({ ctx, params, body }) => service.edit(ctx, params.id, body), {
      ...respond,
      body: Edit,
      response: Detail,
    })
    .get('/:id/why', ({ ctx, params }) => service.why(ctx, params.id), { ...read, response: WhyView })
    .post('/:id/ack', ({ ctx, params, body }) => service.acknowledge(ctx, params.id, body ?? {}), {
      ...respond,
      body: t.Optional(Acknowledgement),
      response: Detail,
    })
    .post('/:id/assign', ({ ctx, params, body }) => service.assign(ctx, params.id, body), {
      ...respond,
      body: Assignment,
      response: Detail,
    })
    .post('/:id/snooze', ({ ctx, params, body }) => service.snooze(ctx, params.id, body), {
      ...respond,
      body: Snooze,
      response: Detail,
    })
    .post('/:id/unsnooze', ({ ctx, params }) => service.unsnooze(ctx, params.id), { ...respond, response: Detail })
    .post('/:id/reopen', ({ ctx, params, body }) => service.reopen(ctx, params.id, body ?? {}), { ...noted })
    .post('/:id/merge', ({ ctx, params, body }) => service.merge(ctx, params.id, body), {
      ...respond,
      body: Merge,
      response: Detail,
    })
    .post('/:id/resolve', ({ ctx, params, body }) => service.resolve(ctx, params.id, body ?? {}), { ...noted })
    .post('/:id/comment', ({ ctx, params, body }) => service.comment(ctx, params.id, body), {
      ...respond,
      body: Comment,
      response: Detail,
    })
