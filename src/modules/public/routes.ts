import { Elysia, t } from 'elysia'
import type { App } from '#kernel/context'
import { PageQuery, pageOf } from '#kernel/page'
import { IncidentView, PageView } from './schema'
import * as service from './service'

const Slug = t.Object({ slug: t.String() })

/** What strangers may read. Members' pages answer 404 unless a member of their workspace asks. */
export const publicPages = (app: App) =>
  new Elysia({ prefix: '/public/status-pages', tags: ['Public'] })
    .get(
      '/:slug',
      async ({ params, request, set }) => {
        const shown = await service.statusPage(app, params.slug, request)
        set.headers['cache-control'] = service.cacheControl(shown)
        return shown.model.page
      },
      { params: Slug, response: PageView },
    )
    .get(
      '/:slug/incidents',
      async ({ params, request, query, set }) => {
        const { shown, body } = await service.incidents(app, params.slug, request, query)
        set.headers['cache-control'] = service.cacheControl(shown)
        return body
      },
      { params: Slug, query: PageQuery, response: pageOf(IncidentView) },
    )

/** The rendered status page, at the root of the appliance. */
export const statusPageHtml = (app: App) =>
  new Elysia({ detail: { hide: true } }).get(
    '/s/:slug',
    ({ params, request }) => service.html(app, params.slug, request),
    {
      params: Slug,
    },
  )

/**
 * The same without the framework, for the server's first line: `undefined` when the address is no status page's.
 * Readers of a page in trouble come in crowds; this path costs no rate counter, no parsing and no query.
 */
export function statusPageFast(app: App): (request: Request) => Response | Promise<Response> | undefined {
  return (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return undefined
    const [, slug] = request.url.match(/^https?:\/\/[^/]+\/s\/([a-z0-9-]{1,63})(?:[?#]|$)/) ?? []
    return slug === undefined ? undefined : service.html(app, slug, request)
  }
}
