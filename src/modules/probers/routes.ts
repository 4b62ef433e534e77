import { Elysia, t } from 'elysia'
import type { App } from '#kernel/context'
import { guard } from '#kernel/guard'
import { PageQuery, pageOf } from '#kernel/page'
import { metaOf } from '#kernel/request'
import { createPolls, type Polls } from './polls'
import {
  Batch,
  BlindPeriod,
  BlindQuery,
  Draft,
  Edit,
  JobsQuery,
  JobsView,
  Made,
  Received,
  Registered,
  Registration,
  Rotation,
  View,
} from './schema'
import * as probers from './service'
import { createSeen, requireSignature } from './signature'
import * as work from './work'

const read = { can: 'tenant:read' } as const
const write = { can: 'probers:write' } as const
const atWork = { can: 'prober:work' } as const

/** What a prober itself asks: who it is, what to do, and what it found. */
function proberWork(app: App, polls: Polls) {
  const seen = createSeen()
  const sighted = work.createSightings()
  const tokenOf = (request: Request) => app.credentials.carried(request.headers)?.value ?? ''
  return new Elysia()
    .use(guard(app))
    .post('/register', ({ ctx, body, request }) => work.register(ctx, body, tokenOf(request)), {
      ...atWork,
      body: Registration,
      response: Registered,
    })
    .get(
      '/jobs',
      ({ ctx, query, request }) => {
        const { address } = metaOf(request)
        const valid = async () => (await app.credentials.identify(request.headers, { address })) !== undefined
        return work.jobs(ctx, query, { polls, gone: request.signal, valid })
      },
      { ...atWork, query: JobsQuery, response: JobsView },
    )
    .post(
      '/results',
      async ({ ctx, body, request }) => {
        const token = tokenOf(request)
        const signature = request.headers.get('x-xinex-signature-256')
        const timestamp = request.headers.get('x-xinex-timestamp')
        requireSignature({ timestamp, signature, token, text: metaOf(request).text ?? '', now: ctx.now() })
        seen.note(ctx.actor.id, body, signature ?? '')
        const answer = await work.results(ctx, body)
        await sighted(ctx, body.clock_offset_ms, token)
        return answer
      },
      { ...atWork, body: Batch, response: Received },
    )
}

/** Agents that check from elsewhere, and their tokens. */
export const proberRoutes = (app: App, polls: Polls = createPolls()) =>
  new Elysia({ prefix: '/probers', tags: ['Probers'] })
    .use(guard(app))
    .use(proberWork(app, polls))
    .get('/', ({ ctx, query }) => probers.list(ctx, query), { ...read, query: PageQuery, response: pageOf(View) })
    .post('/', ({ ctx, body, status }) => probers.create(ctx, body).then((made) => status(201, made)), {
      ...write,
      body: Draft,
      response: { 201: Made },
    })
    .get('/blind-periods', ({ ctx, query }) => probers.blindPeriods(ctx, query), {
      ...read,
      query: BlindQuery,
      response: pageOf(BlindPeriod),
    })
    .get('/:id', ({ ctx, params }) => probers.get(ctx, params.id), { ...read, response: View })
    .put('/:id', ({ ctx, params, body }) => probers.update(ctx, params.id, body), {
      ...write,
      body: Edit,
      response: View,
    })
    .delete(
      '/:id',
      ({ ctx, params, status }) => probers.remove(ctx, params.id, polls).then(() => status(204, undefined)),
      { ...write, response: { 204: t.Void() } },
    )
    .post(
      '/:id/rotate',
      ({ ctx, params, body, status }) =>
        probers.rotate(ctx, params.id, polls, body?.grace_s).then((made) => status(201, made)),
      { ...write, body: Rotation, response: { 201: Made } },
    )
