import type { App } from '#kernel/context'
import { metaOf } from '#kernel/request'
import { authenticated } from './client-auth'
import { OauthError, refusal } from './errors'
import { revoke } from './revoke'
import { type Call, token } from './token'

export { authorize } from './authorize'
export * as clients from './clients'
export { decide, showConsent } from './consent'
export { dropDeadGrants, endGrantsOf, listGrants, revokeAccess } from './grants'
export { metadata } from './metadata'

const isForm = (request: Request) =>
  /^application\/x-www-form-urlencoded\s*(;|$)/i.test(request.headers.get('content-type') ?? '')

async function callOf(app: App, request: Request): Promise<Call> {
  const { form, address, request_id } = metaOf(request)
  if (!form || !isForm(request))
    throw new OauthError('invalid_request', 'Send the parameters as application/x-www-form-urlencoded')
  const parameters = new Map(form)
  if (parameters.size < form.size) throw new OauthError('invalid_request', 'A parameter was sent twice')
  const client = await authenticated(app, request.headers.get('authorization'), parameters)
  return { app, client, form: parameters, address, request_id }
}

/** For programs: a form in, and errors in the words of RFC 6749 instead of our own. */
async function inOauth(app: App, request: Request, work: (call: Call) => Promise<Response>): Promise<Response> {
  try {
    return await work(await callOf(app, request))
  } catch (error) {
    if (error instanceof OauthError) return refusal(error)
    throw error
  }
}

export const answerToken = (app: App, request: Request) => inOauth(app, request, token)
export const answerRevoke = (app: App, request: Request) => inOauth(app, request, revoke)
