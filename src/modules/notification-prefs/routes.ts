import { Elysia } from 'elysia'
import type { App } from '#kernel/context'
import { guard } from '#kernel/guard'
import { Body, View } from './schema'
import * as prefs from './service'

const read = { can: 'self:read' } as const
const write = { can: 'self:write' } as const

/** How the person who asks wants to hear of things in this workspace. */
export const notificationPrefs = (app: App) =>
  new Elysia({ prefix: '/users/me/notification-prefs', tags: ['Notifications'] })
    .use(guard(app))
    .get('/', ({ ctx }) => prefs.get(ctx), { ...read, response: View })
    .put('/', ({ ctx, body }) => prefs.replace(ctx, body), { ...write, body: Body, response: View })
