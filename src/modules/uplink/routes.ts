import { Elysia } from 'elysia'
import type { App } from '#kernel/context'
import { guard } from '#kernel/guard'
import { Draft, Tested, View } from './schema'
import * as uplink from './service'

const admin = { can: 'instance:admin' } as const

/** By what the appliance tells an outage of its own network from one of its targets; for whoever runs it. */
export const uplinkRoutes = (app: App) =>
  new Elysia({ prefix: '/admin/uplink', tags: ['Uplink'] })
    .use(guard(app))
    .get('/', ({ ctx }) => uplink.get(ctx), { ...admin, response: View })
    .put('/', ({ ctx, body }) => uplink.update(ctx, body), { ...admin, body: Draft, response: View })
    .post('/test', ({ ctx, body }) => uplink.trial(ctx, body), { ...admin, body: Draft, response: Tested })
