import { Elysia, t } from 'elysia'
import type { App } from '#kernel/context'
import { guard } from '#kernel/guard'
import { metaOf } from '#kernel/request'
import { Entered, Login, Register, Reset, ResetRequest, SetUp, SignInConfig, Verification } from './schema'
import * as auth from './service'

/** The first steps of a new appliance. */
export const setup = (app: App) =>
  new Elysia({ prefix: '/setup', tags: ['Set-up'] })
    .get('/', async () => ({ needed: await auth.needsSetup(app) }), { response: t.Object({ needed: t.Boolean() }) })
    .post(
      '/',
      async ({ body: { token, ...draft }, request, status }) => {
        const { user } = await auth.setUp(app, draft, token)
        const entered = await auth.enter(app, user.id, { method: 'password' }, auth.whereOf(request))
        return status(201, auth.answerWith(request, entered))
      },
      { body: SetUp, response: { 201: Entered } },
    )

/** Signing in and out with a password. */
export const authentication = (app: App, directory?: auth.Directory) =>
  new Elysia({ prefix: '/auth', tags: ['Authentication'] })
    .use(guard(app))
    .get('/config', () => auth.signInConfig(app), { response: SignInConfig })
    .post(
      '/login',
      async ({ body, request }) =>
        auth.answerWith(request, await auth.login(app, body, auth.whereOf(request), directory)),
      { body: Login, response: Entered },
    )
    .post(
      '/register',
      async ({ body, request, status }) =>
        status(201, auth.answerWith(request, await auth.register(app, body, auth.whereOf(request)))),
      { body: Register, response: { 201: Entered } },
    )
    .post(
      '/logout',
      async ({ ctx, request, status }) => {
        await auth.logout(ctx)
        metaOf(request).cookies.push(app.credentials.signOutCookie())
        return status(204, undefined)
      },
      { can: 'self:write', response: { 204: t.Void() } },
    )

const nothing = { 204: t.Void() }

/** Back to a lost account, and the proof that an address is somebody's: by links in mails. */
export const recovery = (app: App, end: auth.EndAccess) =>
  new Elysia({ prefix: '/auth', tags: ['Authentication'] })
    .use(guard(app))
    .post(
      '/password-reset',
      async ({ body, request, status }) => {
        await auth.requestReset(app, body.email, auth.whereOf(request))
        return status(204, undefined)
      },
      { body: ResetRequest, response: { ...nothing } },
    )
    .post(
      '/password-reset/confirm',
      async ({ body, request, status }) => {
        await auth.confirmReset(app, body.token, body.new_password, auth.whereOf(request), end)
        return status(204, undefined)
      },
      { body: Reset, response: { ...nothing } },
    )
    .post('/verify-email', ({ body, request }) => auth.verifyEmail(app, body.token, auth.whereOf(request)), {
      body: Verification,
      response: t.Object({ email: t.String() }),
    })
    .post(
      '/verify-email/resend',
      ({ ctx, status }) => auth.resendVerification(ctx).then(() => status(204, undefined)),
      { can: 'self:write', response: { ...nothing } },
    )
