import { Elysia, t } from 'elysia'
import type { App } from '#kernel/context'
import { guard } from '#kernel/guard'
import { PageQuery, pageOf } from '#kernel/page'
import { metaOf } from '#kernel/request'
import { SignedIn, whereOf } from '#modules/auth/service'
import * as shape from './schema'
import * as mfa from './service'

const read = { can: 'self:read' } as const
const secure = { can: 'self:secure' } as const
const empty = { 204: t.Void() }

/** The session has changed: its new cookie goes with the answer, its CSRF token into it. */
function renewed(request: Request, { set_cookie, csrf_token }: { set_cookie: string; csrf_token: string }) {
  metaOf(request).cookies.push(set_cookie)
  return { csrf_token }
}
function entered(request: Request, { cookies, answer }: mfa.SignedInNow) {
  metaOf(request).cookies.push(...cookies)
  return answer
}

/** One's own authenticator app and backup codes. */
const codes = (app: App) =>
  new Elysia({ prefix: '/me/mfa', tags: ['Second factors'] })
    .use(guard(app))
    .get('/', ({ ctx }) => mfa.overview(ctx), { ...read, response: shape.Factors })
    .post('/totp', async ({ ctx, body, status }) => status(201, await mfa.beginTotp(ctx, body?.current_password)), {
      ...secure,
      body: shape.Proof,
      response: { 201: shape.TotpBegun },
    })
    .post(
      '/totp/confirm',
      async ({ ctx, body, request }) => {
        const { backup_codes, session } = await mfa.confirmTotp(ctx, body.code)
        return { backup_codes, ...renewed(request, session) }
      },
      { ...secure, body: shape.CodeOnly, response: shape.TotpConfirmed },
    )
    .delete('/totp', ({ ctx, body, status }) => mfa.removeTotp(ctx, body ?? {}).then(() => status(204, undefined)), {
      ...secure,
      body: shape.ProofAndCode,
      response: { ...empty },
    })
    .post(
      '/backup-codes',
      async ({ ctx, body, status }) => status(201, { backup_codes: await mfa.renewCodes(ctx, body?.current_password) }),
      { ...secure, body: shape.Proof, response: { 201: shape.Codes } },
    )

/** One's own passkeys. */
const passkeys = (app: App) =>
  new Elysia({ prefix: '/me/passkeys', tags: ['Second factors'] })
    .use(guard(app))
    .get('/', ({ ctx, query }) => mfa.listPasskeys(ctx, query), {
      ...read,
      query: PageQuery,
      response: pageOf(shape.Passkey),
    })
    .post(
      '/options',
      async ({ ctx, body, status }) => status(201, await mfa.beginPasskey(ctx, body?.current_password)),
      { ...secure, body: shape.Proof, response: { 201: shape.PasskeyOptions } },
    )
    .post(
      '/',
      async ({ ctx, body, request, status }) => {
        const { passkey, session } = await mfa.addPasskey(ctx, body)
        return status(201, { ...passkey, ...renewed(request, session) })
      },
      { ...secure, body: shape.PasskeyDraft, response: { 201: shape.PasskeyMade } },
    )
    .put('/:id', ({ ctx, params, body }) => mfa.renamePasskey(ctx, params.id, body.name), {
      ...secure,
      body: shape.PasskeyEdit,
      response: shape.Passkey,
    })
    .delete(
      '/:id',
      ({ ctx, params, body, status }) =>
        mfa.removePasskey(ctx, params.id, body?.current_password).then(() => status(204, undefined)),
      { ...secure, body: shape.Proof, response: { ...empty } },
    )

/** The second step of signing in, and the way in with nothing but a passkey. */
const signIn = (app: App) =>
  new Elysia({ prefix: '/auth', tags: ['Authentication'] })
    .post('/mfa', async ({ body, request }) => entered(request, await mfa.enterWithCode(app, body, whereOf(request))), {
      body: shape.MfaCode,
      response: SignedIn,
    })
    .post('/mfa/passkey/options', ({ body }) => mfa.secondPasskeyOptions(app, body.mfa_token), {
      body: shape.MfaToken,
      response: shape.PasskeyOptions,
    })
    .post(
      '/mfa/passkey',
      async ({ body, request }) => entered(request, await mfa.enterWithSecondPasskey(app, body, whereOf(request))),
      { body: shape.MfaPasskey, response: SignedIn },
    )
    .post('/passkey/options', () => mfa.passkeyOptions(app), { response: shape.PasskeyOptions })
    .post(
      '/passkey',
      async ({ body, request }) => entered(request, await mfa.enterWithPasskey(app, body, whereOf(request))),
      { body: shape.PasskeyProof, response: SignedIn },
    )

/** Second factors of oneself, at the door, and of members who have lost theirs. */
export const secondFactors = (app: App) =>
  new Elysia({ tags: ['Second factors'] })
    .use(guard(app))
    .use(codes(app))
    .use(passkeys(app))
    .use(signIn(app))
    .post(
      '/members/:id/reset-mfa',
      ({ ctx, params, status }) => mfa.resetMember(ctx, params.id).then(() => status(204, undefined)),
      { can: 'members:write', response: { ...empty } },
    )
