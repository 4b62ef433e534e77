import { Elysia, t } from 'elysia'
import type { App } from '#kernel/context'
import { TenantFull } from '#kernel/fields'
import { guard } from '#kernel/guard'
import { PageQuery, pageOf } from '#kernel/page'
import * as shape from './schema'
import * as tenants from './service'

const read = { can: 'tenant:read' } as const
const write = { can: 'members:write' } as const

/** The workspace and the people in it. */
export const team = (app: App) =>
  new Elysia({ tags: ['Workspace'] })
    .use(guard(app))
    .get('/tenant', ({ ctx }) => tenants.getTenant(ctx), { ...read, response: TenantFull })
    .put('/tenant', ({ ctx, body }) => tenants.updateTenant(ctx, body), {
      ...write,
      body: shape.TenantEdit,
      response: TenantFull,
    })
    .get('/members', ({ ctx, query }) => tenants.listMembers(ctx, query), {
      ...read,
      query: PageQuery,
      response: pageOf(shape.Member),
    })
    .put('/members/:id', ({ ctx, params, body }) => tenants.changeRole(ctx, params.id, body.role), {
      ...write,
      body: shape.RoleEdit,
      response: shape.Member,
    })
    .use(invitations(app))

const invitations = (app: App) => {
  // The link is shown to whoever asks, so it may begin with the address they are at.
  const baseOf = (request: Request) => app.config.publicUrl ?? new URL(request.url).origin
  return new Elysia({ tags: ['Workspace'] })
    .use(guard(app))
    .get('/invitations', ({ ctx, query }) => tenants.listInvitations(ctx, query), {
      ...write,
      query: PageQuery,
      response: pageOf(shape.Invitation),
    })
    .post(
      '/invitations',
      async ({ ctx, body, request, status }) => status(201, await tenants.invite(ctx, body, baseOf(request))),
      { ...write, body: shape.InvitationDraft, response: { 201: shape.InvitationMade } },
    )
    .post(
      '/invitations/:id/resend',
      ({ ctx, params, request }) => tenants.resendInvitation(ctx, params.id, baseOf(request)),
      { ...write, response: shape.InvitationMade },
    )
    .delete(
      '/invitations/:id',
      ({ ctx, params, status }) => tenants.revokeInvitation(ctx, params.id).then(() => status(204, undefined)),
      { ...write, response: { 204: t.Void() } },
    )
    .get('/auth/invitation', ({ query }) => tenants.lookUpInvitation(app, query.token), {
      query: shape.TokenQuery,
      response: shape.InvitationOpen,
    })
}
