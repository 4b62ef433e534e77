import { Elysia, t } from 'elysia'
import type { App } from '#kernel/context'
import { guard } from '#kernel/guard'
import { pageOf } from '#kernel/page'
import { Detail, ListQuery, Note, Settings, View } from './schema'
import * as groups from './service'

const read = { can: 'tenant:read' } as const
const respond = { can: 'incidents:respond' } as const
const noted = { ...respond, body: t.Optional(Note), response: Detail }

/** Incidents that are taken for one trouble. */
export const correlationGroups = (app: App) =>
  new Elysia({ tags: ['Incidents'] })
    .use(guard(app))
    .get('/correlation-groups', ({ ctx, query }) => groups.list(ctx, query), {
      ...read,
      query: ListQuery,
      response: pageOf(View),
    })
    .get('/correlation-groups/:id', ({ ctx, params }) => groups.get(ctx, params.id), { ...read, response: Detail })
    .post('/correlation-groups/:id/ack', ({ ctx, params, body }) => groups.acknowledge(ctx, params.id, body ?? {}), {
      ...noted,
    })
    .post('/correlation-groups/:id/resolve', ({ ctx, params, body }) => groups.resolve(ctx, params.id, body ?? {}), {
      ...noted,
    })
    .get('/correlation-settings', ({ ctx }) => groups.settings(ctx), { ...read, response: Settings })
    .put('/correlation-settings', ({ ctx, body }) => groups.configure(ctx, body), {
      can: 'on_call:write',
      body: Settings,
      response: Settings,
    })
