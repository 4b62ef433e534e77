import { Elysia, t } from 'elysia'
import type { App } from '#kernel/context'
import { guard } from '#kernel/guard'
import { PageQuery, pageOf } from '#kernel/page'
import * as shapes from './schema'
import * as sso from './service'

const write = { can: 'sso:write' } as const

/** What browsers and the identity provider itself ask; open to everybody. */
const protocol = (app: App) =>
  new Elysia()
    .get('/login', ({ query, request }) => sso.begin(app, query, request), { query: shapes.LoginQuery })
    .post('/acs/:id', ({ params, request }) => sso.answered(app, params.id, request))
    .get('/acs/:id', ({ params, query, request }) => sso.arrive(app, params.id, query.code ?? '', request), {
      query: t.Object({ code: t.Optional(t.String({ maxLength: 128 })) }),
    })
    .get('/metadata/:id', ({ params }) => sso.metadata(app, params.id))

/** Single sign-on of a workspace with SAML. */
export const singleSignOn = (app: App) =>
  new Elysia({ prefix: '/sso', tags: ['Single sign-on'] })
    .use(protocol(app))
    .use(guard(app))
    .get('/connection', ({ ctx }) => sso.show(ctx), { ...write, response: shapes.ConnectionView })
    .put('/connection', ({ ctx, body }) => sso.save(ctx, body), {
      ...write,
      body: shapes.ConnectionEdit,
      response: shapes.ConnectionView,
    })
    .delete('/connection', ({ ctx, status }) => sso.remove(ctx).then(() => status(204, undefined)), {
      ...write,
      response: { 204: t.Void() },
    })
    .post('/connection/metadata', ({ ctx, body }) => sso.readMetadata(ctx, body), {
      ...write,
      body: shapes.MetadataAsk,
      response: shapes.Provider,
    })
    .get('/connection/test', ({ ctx }) => sso.lastTest(ctx), { ...write, response: shapes.TestResult })
    .post('/connection/test', ({ ctx, status }) => sso.startTest(ctx).then((made) => status(201, made)), {
      ...write,
      response: { 201: shapes.Started },
    })
    .get('/link', ({ ctx }) => sso.ownLink(ctx), { can: 'self:read', response: shapes.LinkView })
    .delete(
      '/link',
      ({ ctx, body, status }) => sso.unlink(ctx, body?.current_password).then(() => status(204, undefined)),
      { can: 'self:secure', body: shapes.Proof, response: { 204: t.Void() } },
    )
    .post(
      '/link',
      ({ ctx, body, request, status }) =>
        sso.beginLink(ctx, body?.current_password, request).then((made) => status(201, made)),
      { can: 'self:secure', body: shapes.Proof, response: { 201: shapes.Started } },
    )
    .get('/domains', ({ ctx, query }) => sso.domains.list(ctx, query), {
      ...write,
      query: PageQuery,
      response: pageOf(shapes.DomainView),
    })
    .post('/domains', ({ ctx, body, status }) => sso.domains.add(ctx, body.domain).then((made) => status(201, made)), {
      ...write,
      body: shapes.DomainDraft,
      response: { 201: shapes.DomainView },
    })
    .delete(
      '/domains/:id',
      ({ ctx, params, status }) => sso.domains.remove(ctx, params.id).then(() => status(204, undefined)),
      {
        ...write,
        response: { 204: t.Void() },
      },
    )
    .post('/domains/:id/verify', ({ ctx, params }) => sso.domains.verify(ctx, params.id), {
      ...write,
      response: shapes.DomainView,
    })
