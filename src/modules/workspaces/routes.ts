import { Elysia, t } from 'elysia'
import type { App } from '#kernel/context'
import { TenantFull } from '#kernel/fields'
import { guard, requireAlso } from '#kernel/guard'
import { PageQuery, pageOf } from '#kernel/page'
import { metaOf } from '#kernel/request'
import { SignedIn } from '#modules/auth/service'
import { cancelDeletion, Member } from '#modules/tenants/service'
import * as shape from './schema'
import * as workspaces from './service'

const own = { can: 'tenant:own' } as const
/** A session of one's own: single sign-on of one workspace must not lead into another. */
const roam = { can: 'self:secure' } as const

function entered(request: Request, { set_cookie, answer }: Awaited<ReturnType<typeof workspaces.switchTo>>) {
  metaOf(request).cookies.push(set_cookie)
  return answer
}

/** The workspaces of a person, and what ends or hands over one. */
export const workspaceRoutes = (app: App) =>
  new Elysia({ tags: ['Workspace'] })
    .use(guard(app))
    .get('/tenants', ({ ctx, query }) => workspaces.list(ctx, query), {
      can: 'self:read',
      query: PageQuery,
      response: pageOf(shape.Mine),
    })
    .post('/tenants', async ({ ctx, body, status }) => status(201, await workspaces.create(ctx, body)), {
      ...roam,
      body: shape.Draft,
      response: { 201: TenantFull },
    })
    .post(
      '/tenants/:id/switch',
      async ({ ctx, params, request }) => entered(request, await workspaces.switchTo(ctx, params.id)),
      { ...roam, response: SignedIn },
    )
    .post(
      '/invitations/accept',
      async ({ ctx, body, request }) => entered(request, await workspaces.accept(ctx, body.token)),
      { ...roam, body: shape.Accept, response: SignedIn },
    )
    .delete('/tenant', ({ ctx, body }) => workspaces.remove(ctx, body?.current_password), {
      ...own,
      body: shape.Proof,
      response: TenantFull,
    })
    .post('/tenant/restore', ({ ctx }) => cancelDeletion(ctx), { ...own, response: TenantFull })
    .post('/tenant/transfer', ({ ctx, body }) => workspaces.transfer(ctx, body.user_id, body.current_password), {
      ...own,
      body: shape.Transfer,
      response: Member,
    })
    .delete(
      '/members/:id',
      async ({ ctx, params, request, status }) => {
        const leaving = params.id === ctx.actor.id
        await requireAlso(app, request, leaving ? 'self:write' : 'members:write')
        await workspaces.removeMember(ctx, params.id)
        if (leaving && ctx.actor.kind === 'session') metaOf(request).cookies.push(app.credentials.signOutCookie())
        return status(204, undefined)
      },
      { can: 'tenant:read', response: { 204: t.Void() } },
    )
