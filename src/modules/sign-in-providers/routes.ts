import { Elysia, t } from 'elysia'
import type { App } from '#kernel/context'
import { guard } from '#kernel/guard'
import { PageQuery, pageOf } from '#kernel/page'
import { Draft, Edit, KindView, TestAnswer, Trial, View } from './schema'
import * as providers from './service'

const admin = { can: 'instance:admin' } as const

/** Who else may say who somebody is; for whoever runs the appliance. */
const resource = (app: App) =>
  new Elysia({ prefix: '/admin/sign-in-providers', tags: ['Sign-in providers'] })
    .use(guard(app))
    .get('/', ({ ctx, query }) => providers.list(ctx, query), { ...admin, query: PageQuery, response: pageOf(View) })
    .post('/', ({ ctx, body, status }) => providers.create(ctx, body).then((made) => status(201, made)), {
      ...admin,
      body: Draft,
      response: { 201: View },
    })
    .post('/test', ({ ctx, body }) => providers.trial(ctx, body), { ...admin, body: Trial, response: TestAnswer })
    .get('/:id', ({ ctx, params }) => providers.get(ctx, params.id), { ...admin, response: View })
    .put('/:id', ({ ctx, params, body }) => providers.update(ctx, params.id, body), {
      ...admin,
      body: Edit,
      response: View,
    })
    .delete('/:id', ({ ctx, params, status }) => providers.remove(ctx, params.id).then(() => status(204, undefined)), {
      ...admin,
      response: { 204: t.Void() },
    })

/** Sign-in providers, and what they can be. */
export const signInProviders = (app: App) =>
  new Elysia({ tags: ['Sign-in providers'] })
    .use(guard(app))
    .use(resource(app))
    .get('/admin/sign-in-provider-kinds', () => providers.kinds(app), { ...admin, response: pageOf(KindView) })
