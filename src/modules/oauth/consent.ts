import { found } from '#kernel/change'
import type { Ctx } from '#kernel/context'
import { fail } from '#kernel/fail'
import { peekFlow, takeFlow, userOf } from '#modules/auth/service'
import { answerTo, requireStanding } from './authorize'
import { findClient } from './client-auth'
import { OauthError } from './errors'
import { type Asked, grant } from './grants'
import { permits, recipientOf } from './redirects'
import { scopeNames, scopeOf, scopes } from './scopes'

/** What waits for this person, in this workspace; 404 for everybody else. */
const mine = ({ actor, tenant }: Ctx, asked: Asked | undefined): Asked =>
  found(asked && asked.user_id === actor.id && asked.tenant_id === tenant.id ? [asked] : [])

/** What the consent page shows. */
export async function showConsent(ctx: Ctx, token: string) {
  const asked = mine(ctx, await peekFlow<Asked>(ctx.app, 'oauth_consent', token))
  const { id, name } = found([await findClient(ctx.app, asked.client_id)].filter((one) => one !== undefined))
  const { user } = await userOf(ctx)
  const wanted = asked.scope.split(' ')
  return {
    client: { id, name, redirect_host: recipientOf(asked.redirect_uri) },
    scopes: scopeNames.filter((scope) => wanted.includes(scope)).map((scope) => ({ scope, title: scopes[scope] })),
    tenant: { id: ctx.tenant.id, name: ctx.tenant.name },
    user: { id: user.id, name: user.name, email: user.email },
  }
}

/** The person has decided; answers where their browser goes. What they were asked ends with it, either way. */
export async function decide(ctx: Ctx, token: string, allow: boolean): Promise<{ redirect_to: string }> {
  if (ctx.actor.kind !== 'session')
    throw fail('FORBIDDEN', { message: 'This is done from a signed-in session, not with a token' })
  mine(ctx, await peekFlow<Asked>(ctx.app, 'oauth_consent', token))
  const asked = mine(ctx, await takeFlow<Asked>(ctx.app, 'oauth_consent', token))
  const redirect = (answer: Parameters<typeof answerTo>[2]) => ({ redirect_to: answerTo(ctx.app, asked, answer) })
  // It may have been changed or deleted while they thought about it.
  const client = await findClient(ctx.app, asked.client_id)
  if (!client?.redirect_uris.some((known) => permits(known, asked.redirect_uri))) throw fail('NOT_FOUND')
  try {
    if (!allow) throw new OauthError('access_denied', 'The person said no')
    scopeOf(asked.scope, client.scopes)
    await requireStanding(ctx, client)
    return redirect({ code: await grant(ctx, asked) })
  } catch (error) {
    if (error instanceof OauthError) return redirect(error)
    throw error
  }
}
