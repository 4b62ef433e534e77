import { Elysia, t } from 'elysia'
import type { App } from '#kernel/context'
import { etagOf, namesTag } from '#kernel/etag'
import { guard } from '#kernel/guard'
import { PageQuery, pageOf } from '#kernel/page'
import {
  AtView,
  FeedMade,
  FeedView,
  NowView,
  OverrideView,
  ReportView,
  TemporaryView,
  TimelineView,
  View,
} from './answers'
import * as feeds from './feeds'
import * as overrides from './overrides'
import * as past from './past'
import {
  AtQuery,
  Draft,
  Edit,
  OverrideDraft,
  OverrideEdit,
  Preview,
  RangeQuery,
  TemporaryDraft,
  TemporaryEdit,
} from './schema'
import * as schedules from './service'
import * as temporary from './temporary'

const read = { can: 'tenant:read' } as const
const write = { can: 'on_call:write' } as const
/** Secret addresses are those of the person who made them. */
const readOwn = { can: 'self:read' } as const
const writeOwn = { can: 'self:write' } as const
const gone = { 204: t.Void() }

/** Who was, is and will be on call. */
const looking = (app: App) =>
  new Elysia()
    .use(guard(app))
    .post('/preview', ({ ctx, body }) => past.preview(ctx, body), { ...read, body: Preview, response: TimelineView })
    .get('/:id/on-call', ({ ctx, params, query }) => past.onCall(ctx, params.id, query.at), {
      ...read,
      query: AtQuery,
      response: AtView,
    })
    .get('/:id/timeline', ({ ctx, params, query }) => past.timeline(ctx, params.id, query), {
      ...read,
      query: RangeQuery,
      response: TimelineView,
    })
    .get('/:id/report', ({ ctx, params, query }) => past.report(ctx, params.id, query), {
      ...read,
      query: RangeQuery,
      response: ReportView,
    })

/** What deviates from the rotation, for a while. */
const exceptions = (app: App) =>
  new Elysia()
    .use(guard(app))
    .post(
      '/:id/overrides',
      ({ ctx, params, body, status }) => overrides.add(ctx, params.id, body).then((made) => status(201, made)),
      { ...write, body: OverrideDraft, response: { 201: OverrideView } },
    )
    .put('/:id/overrides/:oid', ({ ctx, params, body }) => overrides.edit(ctx, params.id, params.oid, body), {
      ...write,
      body: OverrideEdit,
      response: OverrideView,
    })
    .delete(
      '/:id/overrides/:oid',
      ({ ctx, params, status }) => overrides.remove(ctx, params.id, params.oid).then(() => status(204, undefined)),
      { ...write, response: gone },
    )
    .post(
      '/:id/temporary',
      ({ ctx, params, body, status }) => temporary.add(ctx, params.id, body).then((made) => status(201, made)),
      { ...write, body: TemporaryDraft, response: { 201: TemporaryView } },
    )
    .put('/:id/temporary/:tid', ({ ctx, params, body }) => temporary.edit(ctx, params.id, params.tid, body), {
      ...write,
      body: TemporaryEdit,
      response: TemporaryView,
    })
    .delete(
      '/:id/temporary/:tid',
      ({ ctx, params, status }) => temporary.remove(ctx, params.id, params.tid).then(() => status(204, undefined)),
      { ...write, response: gone },
    )

const calendars = (app: App) =>
  new Elysia()
    .use(guard(app))
    .get('/:id/calendar-feeds', ({ ctx, params, query }) => feeds.list(ctx, params.id, query), {
      ...readOwn,
      query: PageQuery,
      response: pageOf(FeedView),
    })
    .post(
      '/:id/calendar-feeds',
      ({ ctx, params, status }) => feeds.create(ctx, params.id).then((made) => status(201, made)),
      { ...writeOwn, response: { 201: FeedMade } },
    )
    .delete(
      '/:id/calendar-feeds/:fid',
      ({ ctx, params, status }) => feeds.remove(ctx, params.id, params.fid).then(() => status(204, undefined)),
      { ...writeOwn, response: gone },
    )

/** They ask again every hour or so, and mostly nothing has changed. */
function sent(request: Request, text: string): Response {
  const headers = { etag: etagOf(text), 'cache-control': 'private, no-cache' }
  if (namesTag(request.headers.get('if-none-match') ?? '', headers.etag))
    return new Response(null, { status: 304, headers })
  return new Response(text, { headers: { ...headers, 'content-type': 'text/calendar; charset=utf-8' } })
}

/** Schedules: rotations of people in layers, with their exceptions. */
const resource = (app: App) =>
  new Elysia({ prefix: '/schedules' })
    .use(guard(app))
    .get('/', ({ ctx, query }) => schedules.list(ctx, query), { ...read, query: PageQuery, response: pageOf(View) })
    .post('/', ({ ctx, body, status }) => schedules.create(ctx, body).then((made) => status(201, made)), {
      ...write,
      body: Draft,
      response: { 201: View },
    })
    .use(looking(app))
    .get('/:id', ({ ctx, params }) => schedules.get(ctx, params.id), { ...read, response: View })
    .put('/:id', ({ ctx, params, body }) => schedules.update(ctx, params.id, body), {
      ...write,
      body: Edit,
      response: View,
    })
    .delete('/:id', ({ ctx, params, status }) => schedules.remove(ctx, params.id).then(() => status(204, undefined)), {
      ...write,
      response: gone,
    })
    .use(exceptions(app))
    .use(calendars(app))

/** Who is on call, and the calendars that show it elsewhere. */
export const onCallSchedules = (app: App) =>
  new Elysia({ tags: ['On call'] })
    .use(guard(app))
    .use(resource(app))
    .get('/on-call', ({ ctx, query }) => schedules.onCallNow(ctx, query), {
      ...read,
      query: PageQuery,
      response: pageOf(NowView),
    })
    .get('/on-call/calendar-feeds', ({ ctx, query }) => feeds.list(ctx, null, query), {
      ...readOwn,
      query: PageQuery,
      response: pageOf(FeedView),
    })
    .post('/on-call/calendar-feeds', ({ ctx, status }) => feeds.create(ctx, null).then((made) => status(201, made)), {
      ...writeOwn,
      response: { 201: FeedMade },
    })
    .delete(
      '/on-call/calendar-feeds/:id',
      ({ ctx, params, status }) => feeds.remove(ctx, null, params.id).then(() => status(204, undefined)),
      { ...writeOwn, response: gone },
    )
    // By the secret in the address alone: programs that read calendars send nothing else.
    .get('/calendar/:file', async ({ params, request }) => sent(request, await feeds.calendar(app, params.file)))
