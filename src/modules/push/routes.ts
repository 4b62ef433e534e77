import { Elysia, t } from 'elysia'
import type { App } from '#kernel/context'
import { metaOf } from '#kernel/request'
import { PushBody, Pushed, PushQuery } from './schema'
import { push } from './service'

const Key = t.Object({ key: t.String() })

/** Where monitors of type push are reported to. The key in the address is all that is asked for. */
export const pushRoutes = (app: App) =>
  new Elysia({ prefix: '/push', tags: ['Monitors'] })
    .get('/:key', ({ params, query }) => push(app, params.key, query), {
      params: Key,
      query: PushQuery,
      response: Pushed,
    })
    .post(
      '/:key',
      ({ params, query, body, request }) =>
        push(app, params.key, { ...query, ...Object.fromEntries(metaOf(request).form ?? []), ...body }),
      { params: Key, query: PushQuery, body: PushBody, response: Pushed },
    )
