import { Elysia, t } from 'elysia'
import type { App } from '#kernel/context'
import { guard } from '#kernel/guard'
import { PageQuery, pageOf } from '#kernel/page'
import {
  Counts,
  EvidenceView,
  Imported,
  IntervalView,
  ListItem,
  PushKey,
  ResultView,
  Status,
  TagView,
  TimesView,
  TypeView,
  UptimeView,
  VerdictView,
  View,
} from './answers'
import { bulk } from './bulk'
import * as checks from './checks'
import { evidence } from './evidence'
import { importAll } from './import'
import { renewPushKey, report } from './reporting'
import * as reports from './reports'
import {
  Bulk,
  Clone,
  Draft,
  Edit,
  Import,
  IntervalsQuery,
  ListQuery,
  Report,
  ResultsQuery,
  TimesQuery,
  Trial,
} from './schema'
import * as service from './service'

const read = { can: 'tenant:read' } as const
const write = { can: 'monitors:write' } as const

/** What happened: read only. */
const history = (app: App) =>
  new Elysia()
    .use(guard(app))
    .get('/summary', ({ ctx }) => reports.summary(ctx), { ...read, response: Counts })
    .get('/tags', ({ ctx, query }) => service.tags(ctx, query), {
      ...read,
      query: PageQuery,
      response: pageOf(TagView),
    })
    .get('/:id/status', ({ ctx, params }) => checks.status(ctx, params.id), { ...read, response: Status })
    .get('/:id/evidence', ({ ctx, params, query }) => evidence(ctx, params.id, query), {
      ...read,
      query: PageQuery,
      response: pageOf(EvidenceView),
    })
    .get('/:id/results', ({ ctx, params, query }) => reports.results(ctx, params.id, query), {
      ...read,
      query: ResultsQuery,
      response: pageOf(ResultView),
    })
    .get('/:id/intervals', ({ ctx, params, query }) => reports.stateIntervals(ctx, params.id, query), {
      ...read,
      query: IntervalsQuery,
      response: pageOf(IntervalView),
    })
    .get('/:id/uptime', ({ ctx, params, query }) => reports.uptime(ctx, params.id, query.days), {
      ...read,
      query: t.Object({ days: t.Optional(t.Integer({ minimum: 1, maximum: 90 })) }),
      response: UptimeView,
    })
    .get('/:id/response-times', ({ ctx, params, query }) => reports.responseTimes(ctx, params.id, query), {
      ...read,
      query: TimesQuery,
      response: TimesView,
    })

/** What a person can make a monitor do. */
const actions = (app: App) =>
  new Elysia()
    .use(guard(app))
    .post('/test', ({ ctx, body }) => checks.trial(ctx, body), { ...write, body: Trial, response: VerdictView })
    .post('/bulk', ({ ctx, body }) => bulk(ctx, body), {
      ...write,
      body: Bulk,
      response: t.Object({ changed: t.Integer() }),
    })
    .post(
      '/import',
      async ({ ctx, body, status }) => {
        const made = await importAll(ctx, body)
        return body.dry_run ? made : status(201, made)
      },
      { ...write, body: Import, response: { 200: Imported, 201: Imported } },
    )
    .post('/:id/pause', ({ ctx, params }) => service.setEnabled(ctx, params.id, false), { ...write, response: View })
    .post('/:id/resume', ({ ctx, params }) => service.setEnabled(ctx, params.id, true), { ...write, response: View })
    .post('/:id/report', ({ ctx, params, body }) => report(ctx, params.id, body), {
      ...write,
      body: Report,
      response: VerdictView,
    })
    .post(
      '/:id/push-key',
      ({ ctx, params, status }) => renewPushKey(ctx, params.id).then((made) => status(201, made)),
      { ...write, response: { 201: PushKey } },
    )
    .post('/:id/check', ({ ctx, params }) => checks.check(ctx, params.id), { ...write, response: VerdictView })
    .post(
      '/:id/clone',
      ({ ctx, params, body, status }) => service.clone(ctx, params.id, body ?? {}).then((made) => status(201, made)),
      { ...write, body: t.Optional(Clone), response: { 201: View } },
    )

const resource = (app: App) =>
  new Elysia({ prefix: '/monitors', tags: ['Monitors'] })
    .use(guard(app))
    .get('/', ({ ctx, query }) => service.list(ctx, query), { ...read, query: ListQuery, response: pageOf(ListItem) })
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

/** Active checks of targets, what they can be, and what they found. */
export const monitors = (app: App) =>
  new Elysia({ tags: ['Monitors'] })
    .use(guard(app))
    .use(resource(app))
    .get('/monitor-types', () => service.types(), { ...read, response: pageOf(TypeView) })
