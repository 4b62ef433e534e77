import { Elysia, t } from 'elysia'
import type { App } from '#kernel/context'
import { User } from '#kernel/fields'
import { guard } from '#kernel/guard'
import { PageQuery, pageOf } from '#kernel/page'
import { metaOf } from '#kernel/request'
import { Edit, Me, Proof, Session } from './schema'
import * as me from './service'

const read = { can: 'self:read' } as const
const write = { can: 'self:write' } as const
const secure = { can: 'self:secure' } as const
const csrf = async (request: Request) => (await metaOf(request).identify())?.csrf_token

/** The person who asks. */
export const profile = (app: App) =>
  new Elysia({ prefix: '/me', tags: ['Me'] })
    .use(guard(app))
    .get('/', async ({ ctx, request }) => me.me(ctx, await csrf(request)), { ...read, response: Me })
    .put(
      '/',
      async ({ ctx, body, request }) => {
        await me.update(ctx, body)
        return me.me(ctx, await csrf(request))
      },
      { ...write, body: Edit, response: Me },
    )
    .delete('/', ({ ctx, body }) => me.leave(ctx, body?.current_password), {
      ...secure,
      body: t.Optional(Proof),
      response: User,
    })
    .post('/restore', ({ ctx }) => me.stay(ctx), { ...secure, response: User })

/** Where that person is signed in. */
export const sessions = (app: App) =>
  new Elysia({ prefix: '/sessions', tags: ['Sessions'] })
    .use(guard(app))
    .get('/', ({ ctx, query }) => me.listSessions(ctx, query), { ...read, query: PageQuery, response: pageOf(Session) })
    .delete('/', ({ ctx, status }) => me.revokeOthers(ctx).then(() => status(204, undefined)), {
      ...write,
      response: { 204: t.Void() },
    })
    .delete('/:id', ({ ctx, params, status }) => me.revokeSession(ctx, params.id).then(() => status(204, undefined)), {
      ...write,
      response: { 204: t.Void() },
    })
