import { Elysia, t } from 'elysia'
import type { App } from '#kernel/context'
import { guard, requireAlso } from '#kernel/guard'
import { PageQuery, pageOf } from '#kernel/page'
import * as contacts from '#modules/notification-channels/service'
import { Changed, Code, Draft, Edit, Kind, Person, Sent, View } from './schema'

const read = { can: 'self:read' } as const
const write = { can: 'self:write' } as const
const plan = { can: 'members:write' } as const

/** How the person who asks is reached. Who may not look into the workspace is not told of what happens there either. */
const own = (app: App) => {
  const inside = (request: Request) => requireAlso(app, request, 'tenant:read')
  return new Elysia({ prefix: '/users/me/contact-methods', tags: ['Contact methods'] })
    .use(guard(app))
    .get('/', ({ ctx }) => contacts.listContacts(ctx), { ...read, response: pageOf(View) })
    .get(
      '/kinds',
      async ({ ctx, request }) => {
        await inside(request)
        return contacts.contactKinds(ctx)
      },
      { ...read, response: pageOf(Kind) },
    )
    .post(
      '/',
      async ({ ctx, body, request, status }) => {
        await inside(request)
        return status(201, await contacts.addContact(ctx, body))
      },
      { ...write, body: Draft, response: { 201: Changed } },
    )
    .put(
      '/:id',
      async ({ ctx, params, body, request }) => {
        await inside(request)
        return contacts.editContact(ctx, params.id, body)
      },
      { ...write, body: Edit, response: Changed },
    )
    .delete(
      '/:id',
      ({ ctx, params, status }) => contacts.removeContact(ctx, params.id).then(() => status(204, undefined)),
      { ...write, response: { 204: t.Void() } },
    )
    .post(
      '/:id/verify',
      async ({ ctx, params, body, request }) => {
        await inside(request)
        return contacts.confirmContact(ctx, params.id, body.code)
      },
      { ...write, body: Code, response: Changed },
    )
    .post(
      '/:id/code',
      async ({ ctx, params, request }) => {
        await inside(request)
        return contacts.sendCodeAgain(ctx, params.id)
      },
      { ...write, response: Sent },
    )
    .post('/:id/test', ({ ctx, params }) => contacts.testContact(ctx, params.id), { ...write, response: Sent })
}

/** Ways to reach people: one's own, and for whoever plans who is called, which ways others have. */
export const contactMethods = (app: App) =>
  new Elysia({ tags: ['Contact methods'] })
    .use(guard(app))
    .use(own(app))
    .get('/contact-methods', ({ ctx, query }) => contacts.contactsOfMembers(ctx, query), {
      ...plan,
      query: PageQuery,
      response: pageOf(Person),
    })
