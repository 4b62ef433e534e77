import { Elysia, t } from 'elysia'
import type { App } from '#kernel/context'
import { guard } from '#kernel/guard'
import { metaOf } from '#kernel/request'
import type { Tickets } from './tickets'

const Ticket = t.Object({
  ticket: t.String({ description: 'Goes into `?token=` of the WebSocket address; good for one connection' }),
  expires_in: t.Integer({ description: 'Seconds' }),
})

/** For clients whose WebSocket cannot carry an Authorization header. */
export const liveTickets = (app: App, tickets: Tickets) =>
  new Elysia({ prefix: '/ws', tags: ['Live updates'] })
    .use(guard(app))
    .post('/ticket', ({ request, status }) => status(201, tickets.issue(request, metaOf(request).address)), {
      can: 'tenant:read',
      response: { 201: Ticket },
    })
