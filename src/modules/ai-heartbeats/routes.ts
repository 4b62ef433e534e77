import { Elysia, t } from 'elysia'
import type { App } from '#kernel/context'
import { guard } from '#kernel/guard'
import { PageQuery, pageOf } from '#kernel/page'
import { metaOf } from '#kernel/request'
import * as heartbeats from '#modules/heartbeats/service'
import { Charts, Item, Verdict, View } from './answers'
import { charts } from './charts'
import { report, reportBySlug } from './run'
import { ChartsQuery, Draft, Edit, Report } from './schema'
import * as service from './service'

const read = { can: 'tenant:read' } as const
const write = { can: 'heartbeats:write' } as const
const { Clone, FlipView, ListQuery, PingParams, PingsQuery, PingView, RunsQuery, RunView, Summary, TagView } =
  heartbeats

const agentOf = (request: Request) => request.headers.get('user-agent') ?? undefined

/** What happened: read only. */
const history = (app: App) =>
  new Elysia()
    .use(guard(app))
    .get('/summary', ({ ctx }) => heartbeats.summary(ctx, 'ai'), { ...read, response: Summary })
    .get('/tags', ({ ctx, query }) => heartbeats.tags(ctx, query, 'ai'), {
      ...read,
      query: PageQuery,
      response: pageOf(TagView),
    })
    .get('/:id/pings', ({ ctx, params, query }) => heartbeats.pings(ctx, params.id, query, 'ai'), {
      ...read,
      query: PingsQuery,
      response: pageOf(PingView),
    })
    .get(
      '/:id/pings/:n/body',
      ({ ctx, params: { id, n } }) => heartbeats.pingBody(ctx, id, n, 'ai').then((body) => heartbeats.fileOf(body, n)),
      { ...read, params: PingParams },
    )
    .get('/:id/runs', ({ ctx, params, query }) => heartbeats.runs(ctx, params.id, query, 'ai'), {
      ...read,
      query: RunsQuery,
      response: pageOf(RunView),
    })
    .get('/:id/flips', ({ ctx, params, query }) => heartbeats.flips(ctx, params.id, query, 'ai'), {
      ...read,
      query: PageQuery,
      response: pageOf(FlipView),
    })
    .get('/:id/charts', ({ ctx, params, query }) => charts(ctx, params.id, query), {
      ...read,
      query: ChartsQuery,
      response: Charts,
    })

/** What a person, or the agent itself, can do with one. */
const actions = (app: App) =>
  new Elysia()
    .use(guard(app))
    .post(
      '/:id/run',
      ({ ctx, params, body, request, status }) =>
        report(ctx, params.id, body, agentOf(request)).then((told) => status(201, told)),
      { ...write, body: Report, response: { 201: Verdict } },
    )
    .post('/:id/pause', ({ ctx, params }) => service.pause(ctx, params.id), { ...write, response: View })
    .post('/:id/resume', ({ ctx, params }) => service.resume(ctx, params.id), { ...write, response: View })
    .post('/:id/rotate-slug', ({ ctx, params }) => service.rotateSlug(ctx, params.id), { ...write, response: View })
    .post(
      '/:id/clone',
      ({ ctx, params, body, status }) => service.clone(ctx, params.id, body ?? {}).then((made) => status(201, made)),
      { ...write, body: t.Optional(Clone), response: { 201: View } },
    )

const resource = (app: App) =>
  new Elysia({ prefix: '/ai-heartbeats' })
    .use(guard(app))
    .get('/', ({ ctx, query }) => service.list(ctx, query), { ...read, query: ListQuery, response: pageOf(Item) })
    .post('/', ({ ctx, body, status }) => service.create(ctx, body).then((made) => status(201, made)), {
      ...write,
      body: Draft,
      response: { 201: View },
    })
    .use(history(app))
    .use(actions(app))
    .get('/:id', ({ ctx, params }) => service.get(ctx, params.id), { ...read, response: View })
    .put('/:id', ({ ctx, params, body }) => service.update(ctx, params.id, body), {
      ...write,
      body: Edit,
      response: View,
    })
    .delete('/:id', ({ ctx, params, status }) => service.remove(ctx, params.id).then(() => status(204, undefined)), {
      ...write,
      response: { 204: t.Void() },
    })

/** Where agents without a token report; the slug in the address is all that is asked for. */
const open = (app: App) =>
  new Elysia({ prefix: '/hb' }).post(
    '/:slug/run',
    ({ params, body, request, status }) =>
      reportBySlug(app, params.slug, body, { address: metaOf(request).address, agent: agentOf(request) }).then((told) =>
        status(201, told),
      ),
    { params: t.Object({ slug: t.String() }), body: Report, response: { 201: Verdict } },
  )

/** AI agents and jobs of language models that report their runs with numbers. */
export const aiHeartbeats = (app: App) => new Elysia({ tags: ['AI heartbeats'] }).use(resource(app)).use(open(app))
