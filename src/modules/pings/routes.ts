import { Elysia, t } from 'elysia'
import type { App } from '#kernel/context'
import { telemetry } from './cronitor'
import { pingOne, pingThree, pingTwo } from './healthchecks'
import { kuma } from './kuma'
import { own } from './own'
import { snitch } from './snitch'

const text = (name: string, description: string) => ({
  ...{ name, in: 'query' as const, required: false, description },
  schema: { type: 'string' as const },
})
/** Told, not checked: a ping with an odd query must not be lost. */
const parameters = [
  text('rid', 'The id of the run, up to 64 characters: pairs its start with its end'),
  text(
    'msg',
    'What a person should read, where there is no body. Whatever else in the query is a number, is a number of the run: `?rows=1200`',
  ),
]
const Slug = t.Object({ slug: t.String() })
const SlugAction = t.Object({
  slug: t.String(),
  action: t.String({ description: '`start`, `fail`, `log`, or the exit code of the job: 0 to 255' }),
})
/** What a job says is read by the gateway, as bytes; the framework must not touch it. */
const raw = () => ({ parse: 'none' as const })
const hidden = () => ({ ...raw(), detail: { hide: true } })
const methods = ['GET', 'POST', 'PUT'] as const

const describe = (summary: string) => ({
  summary,
  parameters,
  description:
    'The address is all that is asked for. HEAD counts like GET. A body of any type is kept, up to 100,000 bytes of it. The answer `OK` means that the ping is on disk.',
})

/** Where jobs report, by the way that is ours. */
export const pingRoutes = (app: App) => {
  const routes = new Elysia({ prefix: '/hb', tags: ['Pings'] })
  for (const method of methods)
    routes
      .route(method, '/:slug', ({ request, params }) => own(app, request, params.slug), {
        ...raw(),
        ...{ params: Slug, detail: describe('A run ended well') },
      })
      .route(method, '/:slug/:action', ({ request, params }) => own(app, request, params.slug, params.action), {
        ...raw(),
        ...{
          params: SlugAction,
          detail: describe('A run began, failed, or says something'),
        },
      })
  return routes
}

/** Where the clients of others report: by the paths they know, for which only the host has to be changed. */
export const foreignPings = (app: App) => {
  const routes = new Elysia()
  for (const method of methods)
    routes
      .route(method, '/ping/:key', ({ request, params }) => pingOne(app, request, params.key), hidden())
      .route(
        method,
        '/ping/:key/:name',
        ({ request, params: { key, name } }) => pingTwo(app, request, key, name),
        hidden(),
      )
      .route(
        method,
        '/ping/:key/:name/:action',
        ({ request, params: { key, name, action } }) => pingThree(app, request, key, name, action),
        hidden(),
      )
      .route(
        method,
        '/p/:key/:name',
        ({ request, params: { key, name } }) => telemetry(app, request, key, name),
        hidden(),
      )
      .route(method, '/snitch/:token', ({ request, params }) => snitch(app, request, params.token), hidden())
      .route(method, '/api/push/:token', ({ request, params }) => kuma(app, request, params.token), hidden())
  return routes
}
