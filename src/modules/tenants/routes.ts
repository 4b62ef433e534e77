import { Elysia, t } from 'elysia'
import type { App } from '#kernel/context'
import { RoleName, Tenant } from '#kernel/fields'
import { guard } from '#kernel/guard'
import { Instant, PageQuery, pageOf } from '#kernel/page'
import { Invitation, InvitationDraft, InvitationMade, TenantEdit } from './schema'
import * as tenants from './service'

const read = { can: 'tenant:read' } as const
const write = { can: 'members:write' } as const

const Member = t.Object({
  user_id: t.String(),
  name: t.String(),
  email: t.String(),
  role: RoleName,
  created_at: Instant,
})

/** The workspace and the people in it. */
export const team = (app: App) =>
  new Elysia({ tags: ['Workspace'] })
    .use(guard(app))
    .put('/tenant', ({ ctx, body }) => tenants.updateTenant(ctx, body), {
      ...write,
      body: TenantEdit,
      response: Tenant,
    })
    .get('/members', ({ ctx, query }) => tenants.listMembers(ctx, query), {
      ...read,
      query: PageQuery,
      response: pageOf(Member),
    })
    .get('/invitations', ({ ctx, query }) => tenants.listInvitations(ctx, query), {
      ...write,
      query: PageQuery,
      response: pageOf(Invitation),
    })
    .post(
      '/invitations',
      async ({ ctx, body, request, status }) =>
        status(201, await tenants.invite(ctx, body, app.config.publicUrl ?? new URL(request.url).origin)),
      { ...write, body: InvitationDraft, response: { 201: InvitationMade } },
    )
    .delete(
      '/invitations/:id',
      ({ ctx, params, status }) => tenants.revokeInvitation(ctx, params.id).then(() => status(204, undefined)),
      {
        ...write,
        response: { 204: t.Void() },
      },
    )
