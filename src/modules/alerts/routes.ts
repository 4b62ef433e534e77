import { Elysia } from 'elysia'
import type { App } from '#kernel/context'
import { guard } from '#kernel/guard'
import { pageOf } from '#kernel/page'
import { Detail, ListQuery, View } from './schema'
import * as alerts from './service'

const read = { can: 'tenant:read' } as const

/** What was decided about incidents: the rule, the policy, the steps taken, and why. */
export const alertRoutes = (app: App) =>
  new Elysia({ prefix: '/alerts', tags: ['Alerts'] })
    .use(guard(app))
    .get('/', ({ ctx, query }) => alerts.list(ctx, query), { ...read, query: ListQuery, response: pageOf(View) })
    .get('/:id', ({ ctx, params }) => alerts.get(ctx, params.id), { ...read, response: Detail })
