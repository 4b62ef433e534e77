import { Elysia, t } from 'elysia'
import type { App } from '#kernel/context'
import { guard } from '#kernel/guard'
import { PageQuery, pageOf } from '#kernel/page'
import { answerWith } from '#modules/auth/service'
import { Entered, IdentityView, LinkDraft, Native, Nothing, Proof, ProviderView, StartQuery } from './schema'
import * as identities from './service'

/** Signing in through somebody else: a browser goes there and comes back. */
const redirects = (app: App) =>
  new Elysia({ prefix: '/auth/oauth', tags: ['Authentication'] })
    .get('/providers', () => identities.providers(app), { response: pageOf(ProviderView) })
    .get(
      '/:provider',
      ({ params, query, request }) => identities.start(app, params.provider, request, query.return_to),
      {
        query: StartQuery,
      },
    )
    .get('/:provider/callback', ({ params, request }) => identities.finish(app, params.provider, request))
    .post('/:provider/callback', ({ params, request }) => identities.repeatAsGet(params.provider, request))
    .post(
      '/apple/native',
      async ({ body, request }) => answerWith(request, await identities.enterWithApple(app, body, request)),
      { body: Native, response: Entered },
    )

/** One's own accounts elsewhere. */
const own = (app: App) =>
  new Elysia({ prefix: '/me/identities', tags: ['Me'] })
    .use(guard(app))
    .get('/', ({ ctx, query }) => identities.list(ctx, query), {
      can: 'self:read',
      query: PageQuery,
      response: pageOf(IdentityView),
    })
    .post('/', async ({ ctx, body, request, status }) => status(201, await identities.beginLink(ctx, body, request)), {
      can: 'self:secure',
      body: LinkDraft,
      response: { 201: t.Object({ url: t.String() }) },
    })
    .delete(
      '/:id',
      ({ ctx, params, body, status }) =>
        identities.unlink(ctx, params.id, body?.current_password).then(() => status(204, undefined)),
      { can: 'self:secure', body: Proof, response: { 204: t.Void() } },
    )

/** Ways in that somebody else vouches for, and the accounts there that belong to one here. */
export const signInThroughOthers = (app: App) =>
  new Elysia()
    .use(redirects(app))
    .post('/auth/proxy', async ({ request }) => answerWith(request, await identities.enterByProxy(app, request)), {
      body: Nothing,
      response: Entered,
      tags: ['Authentication'],
    })
    .use(own(app))
