import { Elysia, t } from 'elysia'
import type { App } from '#kernel/context'
import { guard } from '#kernel/guard'
import { PageQuery, pageOf } from '#kernel/page'
import { metaOf } from '#kernel/request'
import { Draft, Edit, Made, View } from './schema'
import * as tokens from './service'

const write = { can: 'api_tokens:write' } as const
const boundsOf = async (request: Request) => (await metaOf(request).identify()) ?? {}

/** Credentials for scripts; they carry the role of whoever made them. */
export const apiTokens = (app: App) =>
  new Elysia({ prefix: '/api-tokens', tags: ['API tokens'] })
    .use(guard(app))
    .get('/', ({ ctx, query }) => tokens.list(ctx, query), {
      can: 'self:read',
      query: PageQuery,
      response: pageOf(View),
    })
    .post(
      '/',
      async ({ ctx, body, request, status }) => status(201, await tokens.create(ctx, body, await boundsOf(request))),
      { ...write, body: Draft, response: { 201: Made } },
    )
    .put(
      '/:id',
      async ({ ctx, params, body, request }) => tokens.update(ctx, params.id, body, await boundsOf(request)),
      { ...write, body: Edit, response: View },
    )
    .delete('/:id', ({ ctx, params, status }) => tokens.revoke(ctx, params.id).then(() => status(204, undefined)), {
      ...write,
      response: { 204: t.Void() },
    })
