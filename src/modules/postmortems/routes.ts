import { Elysia } from 'elysia'
import type { App } from '#kernel/context'
import { guard } from '#kernel/guard'
import { Edit, View } from './schema'
import * as postmortems from './service'

const read = { can: 'tenant:read' } as const

/** What was learned from an incident, and the incident as a document. */
export const postmortemRoutes = (app: App) =>
  new Elysia({ prefix: '/incidents', tags: ['Incidents'] })
    .use(guard(app))
    .get('/:id/postmortem', ({ ctx, params }) => postmortems.get(ctx, params.id), { ...read, response: View })
    .put('/:id/postmortem', ({ ctx, params, body }) => postmortems.put(ctx, params.id, body), {
      can: 'incidents:respond',
      body: Edit,
      response: View,
    })
    .get(
      '/:id/export',
      async ({ ctx, params, set }) => {
        const text = await postmortems.document(ctx, params.id)
        set.headers['content-type'] = 'text/markdown; charset=utf-8'
        set.headers['content-disposition'] = `attachment; filename="incident-${params.id}.md"`
        return text
      },
      { ...read },
    )
