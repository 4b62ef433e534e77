import { Elysia, t } from 'elysia'
import type { App } from '#kernel/context'
import { guard } from '#kernel/guard'
import { PageQuery, pageOf } from '#kernel/page'
import { Draft, Made, View } from './schema'
import * as tokens from './service'

const write = { can: 'api_tokens:write' } as const

/** Credentials for scripts; they carry the role of whoever made them. */
export const apiTokens = (app: App) =>
  new Elysia({ prefix: '/api-tokens', tags: ['API tokens'] })
    .use(guard(app))
    .get('/', ({ ctx, query }) => tokens.list(ctx, query), {
      can: 'self:read',
      query: PageQuery,
      response: pageOf(View),
    })
    .post('/', ({ ctx, body, status }) => tokens.create(ctx, body).then((made) => status(201, made)), {
      ...write,
      body: Draft,
      response: { 201: Made },
    })
    .delete('/:id', ({ ctx, params, status }) => tokens.revoke(ctx, params.id).then(() => status(204, undefined)), {
      ...write,
      response: { 204: t.Void() },
    })
