import { Elysia, t } from 'elysia'
import type { App } from '#kernel/context'
import { guard } from '#kernel/guard'
import { PageQuery, pageOf } from '#kernel/page'
import { Consent, Decision, Draft, Edit, Grant, Made, Redirect, Secret, View } from './schema'
import * as oauth from './service'

const { clients } = oauth
const write = { can: 'oauth_clients:write' } as const
const CACHED = { 'cache-control': 'public, max-age=300' }

/** What clients look up before they ask: at the root of the host, where RFC 8414 wants it. */
export const oauthDiscovery = (app: App) =>
  new Elysia({ prefix: '/.well-known', tags: ['OAuth'] })
    .get('/oauth-authorization-server', () => Response.json(oauth.metadata(app), { headers: CACHED }))
    .get('/jwks.json', async () => Response.json(await app.credentials.accessTokens.jwks(), { headers: CACHED }))

/** Access for other programs: OAuth 2.1 with PKCE. */
export const oauthServer = (app: App) =>
  new Elysia({ prefix: '/oauth', tags: ['OAuth'] })
    .use(guard(app))
    .get('/authorize', ({ request }) => oauth.authorize(app, request), {
      detail: { description: 'For browsers: RFC 6749 section 4.1.1, always with PKCE (S256).' },
    })
    .post('/token', ({ request }) => oauth.answerToken(app, request), {
      parse: 'none',
      detail: { description: 'Takes a form and answers errors as RFC 6749 section 5.2 says.' },
    })
    .post('/revoke', ({ request }) => oauth.answerRevoke(app, request), {
      parse: 'none',
      detail: { description: 'Takes a form (RFC 7009): the grant of a refresh or access token ends.' },
    })
    .get('/consent/:id', ({ ctx, params }) => oauth.showConsent(ctx, params.id), {
      can: 'self:read',
      response: Consent,
    })
    .post('/consent/:id', ({ ctx, params, body }) => oauth.decide(ctx, params.id, body.allow), {
      can: 'self:write',
      body: Decision,
      response: Redirect,
    })
    .get('/clients', ({ ctx, query }) => clients.list(ctx, query), {
      ...write,
      query: PageQuery,
      response: pageOf(View),
    })
    .post('/clients', ({ ctx, body, status }) => clients.create(ctx, body).then((made) => status(201, made)), {
      ...write,
      body: Draft,
      response: { 201: Made },
    })
    .get('/clients/:id', ({ ctx, params }) => clients.read(ctx, params.id), { ...write, response: View })
    .put('/clients/:id', ({ ctx, params, body }) => clients.update(ctx, params.id, body), {
      ...write,
      body: Edit,
      response: View,
    })
    .delete(
      '/clients/:id',
      ({ ctx, params, status }) => clients.remove(ctx, params.id).then(() => status(204, undefined)),
      {
        ...write,
        response: { 204: t.Void() },
      },
    )
    .post(
      '/clients/:id/secret',
      ({ ctx, params, status }) => clients.renewSecret(ctx, params.id).then((made) => status(201, made)),
      { ...write, response: { 201: Secret } },
    )

/** The programs that may act for the person who asks. */
export const grants = (app: App) =>
  new Elysia({ prefix: '/me/grants', tags: ['Me'] })
    .use(guard(app))
    .get('/', ({ ctx, query }) => oauth.listGrants(ctx, query), {
      can: 'self:read',
      query: PageQuery,
      response: pageOf(Grant),
    })
    .delete(
      '/:id',
      ({ ctx, params, status }) => oauth.revokeAccess(ctx, params.id).then(() => status(204, undefined)),
      {
        can: 'self:write',
        response: { 204: t.Void() },
      },
    )
