import { Elysia, t } from 'elysia'
import type { App } from '#kernel/context'
import { guard } from '#kernel/guard'
import { metaOf } from '#kernel/request'
import { Login, Register, SetUp, SignedIn } from './schema'
import * as auth from './service'

const where = (request: Request) => {
  const { address, request_id } = metaOf(request)
  return { address, request_id, user_agent: request.headers.get('user-agent') }
}

/** The first steps of a new appliance. */
export const setup = (app: App) =>
  new Elysia({ prefix: '/setup', tags: ['Set-up'] })
    .get('/', async () => ({ needed: await auth.needsSetup(app) }), { response: t.Object({ needed: t.Boolean() }) })
    .post(
      '/',
      async ({ body: { token, ...draft }, request, status }) => {
        const { user, tenant, role } = await auth.setUp(app, draft, token)
        const { set_cookie, answer } = await auth.begin(app, user, { tenant, role }, where(request))
        metaOf(request).set_cookie = set_cookie
        return status(201, answer)
      },
      { body: SetUp, response: { 201: SignedIn } },
    )

/** Signing in and out with a password. */
export const authentication = (app: App) =>
  new Elysia({ prefix: '/auth', tags: ['Authentication'] })
    .use(guard(app))
    .get('/config', async () => ({ registration: app.config.registration, needs_setup: await auth.needsSetup(app) }), {
      response: t.Object({ registration: t.String(), needs_setup: t.Boolean() }),
    })
    .post(
      '/login',
      async ({ body, request }) => {
        const { set_cookie, answer } = await auth.login(app, body, where(request))
        metaOf(request).set_cookie = set_cookie
        return answer
      },
      { body: Login, response: SignedIn },
    )
    .post(
      '/register',
      async ({ body, request, status }) => {
        const { set_cookie, answer } = await auth.register(app, body, where(request))
        metaOf(request).set_cookie = set_cookie
        return status(201, answer)
      },
      { body: Register, response: { 201: SignedIn } },
    )
    .post(
      '/logout',
      async ({ ctx, request, status }) => {
        await auth.logout(ctx)
        metaOf(request).set_cookie = app.credentials.signOutCookie()
        return status(204, undefined)
      },
      { can: 'self:write', response: { 204: t.Void() } },
    )
