import { Elysia } from 'elysia'
import type { App } from '#kernel/context'
import { guard } from '#kernel/guard'
import { TimesQuery, TimesView, UptimeQuery, UptimeView } from './schema'
import { responseTimes } from './times'
import { uptime } from './uptime'

const read = { can: 'tenant:read' } as const

/** Figures over many monitors and a long time. */
export const analytics = (app: App) =>
  new Elysia({ prefix: '/analytics', tags: ['Analytics'] })
    .use(guard(app))
    .get('/uptime', ({ ctx, query }) => uptime(ctx, query), { ...read, query: UptimeQuery, response: UptimeView })
    .get('/response-time', ({ ctx, query }) => responseTimes(ctx, query), {
      ...read,
      query: TimesQuery,
      response: TimesView,
    })
