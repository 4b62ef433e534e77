import { Elysia, t } from 'elysia'
import type { App } from '#kernel/context'
import { guard } from '#kernel/guard'
import { PageQuery, pageOf } from '#kernel/page'
import {
  CalendarView,
  FlipView,
  KeyView,
  PingView,
  PreviewView,
  RunView,
  Summary,
  TagView,
  UptimeView,
  View,
} from './answers'
import { calendar } from './calendar'
import { preview } from './preview'
import {
  CalendarQuery,
  Clone,
  Draft,
  Edit,
  KeyEdit,
  ListQuery,
  PingParams,
  PingsQuery,
  Preview,
  RunsQuery,
  UptimeQuery,
} from './schema'
import * as service from './service'
import { uptime } from './uptime'

const read = { can: 'tenant:read' } as const
const write = { can: 'heartbeats:write' } as const

/** What happened: read only. */
const history = (app: App) =>
  new Elysia()
    .use(guard(app))
    .get('/summary', ({ ctx }) => service.summary(ctx), { ...read, response: Summary })
    .get('/tags', ({ ctx, query }) => service.tags(ctx, query), {
      ...read,
      query: PageQuery,
      response: pageOf(TagView),
    })
    .get('/:id/pings', ({ ctx, params, query }) => service.pings(ctx, params.id, query), {
      ...read,
      query: PingsQuery,
      response: pageOf(PingView),
    })
    .get(
      '/:id/pings/:n/body',
      ({ ctx, params: { id, n } }) => service.pingBody(ctx, id, n).then((body) => service.fileOf(body, n)),
      { ...read, params: PingParams },
    )
    .get('/:id/runs', ({ ctx, params, query }) => service.runs(ctx, params.id, query), {
      ...read,
      query: RunsQuery,
      response: pageOf(RunView),
    })
    .get('/:id/flips', ({ ctx, params, query }) => service.flips(ctx, params.id, query), {
      ...read,
      query: PageQuery,
      response: pageOf(FlipView),
    })
    .get('/:id/calendar', ({ ctx, params, query }) => calendar(ctx, params.id, query), {
      ...read,
      query: CalendarQuery,
      response: CalendarView,
    })
    .get('/:id/uptime', ({ ctx, params, query }) => uptime(ctx, params.id, query.days), {
      ...read,
      query: UptimeQuery,
      response: UptimeView,
    })

/** What a person can do with one. */
const actions = (app: App) =>
  new Elysia()
    .use(guard(app))
    .post('/preview', ({ ctx, body }) => preview(ctx, body), { ...read, body: Preview, response: PreviewView })
    .post('/:id/pause', async ({ ctx, params }) => service.viewOf(ctx, await service.pause(ctx, params.id)), {
      ...write,
      response: View,
    })
    .post('/:id/resume', async ({ ctx, params }) => service.viewOf(ctx, await service.resume(ctx, params.id)), {
      ...write,
      response: View,
    })
    .post(
      '/:id/rotate-slug',
      async ({ ctx, params }) => service.viewOf(ctx, await service.rotateSlug(ctx, params.id)),
      {
        ...write,
        response: View,
      },
    )
    .post(
      '/:id/clone',
      async ({ ctx, params, body, status }) =>
        status(201, service.viewOf(ctx, await service.clone(ctx, params.id, body ?? {}))),
      { ...write, body: t.Optional(Clone), response: { 201: View } },
    )

const resource = (app: App) =>
  new Elysia({ prefix: '/heartbeats' })
    .use(guard(app))
    .get('/', ({ ctx, query }) => service.list(ctx, query), { ...read, query: ListQuery, response: pageOf(View) })
    .post('/', async ({ ctx, body, status }) => status(201, service.viewOf(ctx, await service.create(ctx, body))), {
      ...write,
      body: Draft,
      response: { 201: View },
    })
    .use(history(app))
    .use(actions(app))
    .get('/:id', ({ ctx, params }) => service.get(ctx, params.id), { ...read, response: View })
    .put('/:id', async ({ ctx, params, body }) => service.viewOf(ctx, await service.update(ctx, params.id, body)), {
      ...write,
      body: Edit,
      response: View,
    })
    .delete('/:id', ({ ctx, params, status }) => service.remove(ctx, params.id).then(() => status(204, undefined)), {
      ...write,
      response: { 204: t.Void() },
    })

/** Jobs that report in, and the key of the workspace by which they can be pinged by name. */
export const heartbeats = (app: App) =>
  new Elysia({ tags: ['Heartbeats'] })
    .use(guard(app))
    .use(resource(app))
    .get('/ping-key', ({ ctx }) => service.pingKey(ctx), { ...read, response: KeyView })
    .put('/ping-key', ({ ctx, body }) => service.updatePingKey(ctx, body), {
      ...write,
      body: KeyEdit,
      response: KeyView,
    })
    .post('/ping-key/renew', ({ ctx }) => service.renewPingKey(ctx), { ...write, response: KeyView })
