import { Elysia, t } from 'elysia'
import { tenants } from '#db/schema/tenants'
import type { App } from '#kernel/context'
import { guard } from '#kernel/guard'
import { badgesOf, createBadges } from './badges'
import type { Version } from './check'
import * as service from './service'

const read = { can: 'tenant:read' } as const
const write = { can: 'heartbeats:write' } as const
/** Judged by `specOf`, which says what is wrong in their words. */
const Body = t.Optional(t.Record(t.String(), t.Unknown()))

const queryOf = ({ url }: Request) => new URL(url).searchParams
/** As many tags as a heartbeat can have. */
const MOST_TAGS = 20

/** One check, and what happened to it. */
const single = (app: App, v: Version) =>
  new Elysia({ prefix: '/checks' })
    .use(guard(app))
    .get('/:id', ({ ctx, params }) => service.get(ctx, params.id, v), { ...read })
    .post('/:id', ({ ctx, params, body }) => service.update(ctx, params.id, body ?? {}, v), { ...write, body: Body })
    .delete('/:id', ({ ctx, params }) => service.remove(ctx, params.id, v), { ...write })
    .post('/:id/pause', ({ ctx, params }) => service.pause(ctx, params.id, v), { ...write })
    .post('/:id/resume', ({ ctx, params }) => service.resume(ctx, params.id, v), { ...write })
    // As theirs: a key that only reads does not see who pinged and what was said.
    .get('/:id/pings', ({ ctx, params }) => service.pings(ctx, params.id, v), { ...write })
    .get(
      '/:id/pings/:n/body',
      async ({ ctx, params }) =>
        new Response(Buffer.from(await service.pingBody(ctx, params.id, params.n)), {
          headers: { 'content-type': 'text/plain; charset=utf-8', 'content-disposition': 'attachment' },
        }),
      { ...write },
    )
    .get('/:id/flips', ({ ctx, params, request }) => service.flips(ctx, params.id, queryOf(request)), { ...read })

/**
 * The management API of Healthchecks, for the tools that speak it: their paths, fields and words over our heartbeats.
 * Described by them and in docs/healthchecks-api.md, so left out of our own description.
 */
function version(app: App, v: Version) {
  const prefix: string = `/api/v${v}`
  return (
    new Elysia({ prefix, detail: { hide: true } })
      .use(guard(app))
      .get(
        '/checks',
        ({ ctx, request }) => {
          const query = queryOf(request)
          return service.list(ctx, { tags: query.getAll('tag').slice(0, MOST_TAGS), slug: query.get('slug') }, v)
        },
        { ...read },
      )
      .post(
        '/checks',
        async ({ ctx, body, status }) => {
          const { created, check } = await service.create(ctx, body ?? {}, v)
          return status(created ? 201 : 200, check)
        },
        { ...write, body: Body },
      )
      .use(single(app, v))
      .get('/channels', ({ ctx }) => service.integrations(ctx), { ...read })
      .get('/badges', ({ ctx }) => badgesOf(ctx), { ...read })
      // Whether the database answers; they ask without a key.
      .get('/status', async () => {
        await app.db.read.select({ id: tenants.id }).from(tenants).limit(1)
        return new Response('OK', { headers: { 'content-type': 'text/plain; charset=utf-8' } })
      })
  )
}

export const healthchecksApi = (app: App) => new Elysia().use(version(app, 1)).use(version(app, 2)).use(version(app, 3))

/** Badges of a workspace, of a tag and of one heartbeat; their addresses are hard to guess and need no key. */
export function badges(app: App) {
  const badge = createBadges(app)
  return new Elysia({ detail: { hide: true } })
    .get('/badge/:key/:signature', ({ params }) => badge.all(params.key, params.signature))
    .get('/badge/:key/:signature/:tag', ({ params }) => badge.tagged(params.key, params.signature, params.tag))
    .get('/b/:states/:key', ({ params }) => badge.one(params.states, params.key))
}
