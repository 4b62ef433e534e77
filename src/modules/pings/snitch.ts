import type { App } from '#kernel/context'
import { metaOf } from '#kernel/request'
import { answer } from './own'
import { bySlug, bytesOf, orLater, type Told, takeIn } from './take'
import { lineOf, numberOf, queryOf } from './words'

/** Check-ins of Dead Man's Snitch: https://deadmanssnitch.com/docs; by GET, or by POST with the same as a form. */

const FORM = /^application\/x-www-form-urlencoded\s*(;|$)/i

/** The form that was sent, when it is one of theirs: a message, and perhaps how the job ended. */
function formIn(request: Request): URLSearchParams | undefined {
  const { body } = metaOf(request).ping ?? {}
  if (!body?.length || !FORM.test(request.headers.get('content-type') ?? '')) return undefined
  const form = new URLSearchParams(new TextDecoder().decode(body))
  const names = [...form.keys()]
  return names.includes('m') && names.every((name) => name === 'm' || name === 's') ? form : undefined
}

/** Whether a ping to a key at the root is one of theirs: what Healthchecks knows there has neither. */
export function isSnitch(request: Request): boolean {
  const query = queryOf(request)
  if (!metaOf(request).ping?.bare || query.has('rid')) return false
  return query.has('m') || query.has('s') || formIn(request) !== undefined
}

function toldOf(request: Request): Told {
  const [query, form] = [queryOf(request), formIn(request)]
  const said = (name: string) => query.get(name) ?? form?.get(name) ?? ''
  const status = said('s').trim()
  const code = numberOf(status)
  const exit_code = code !== undefined && Number.isInteger(code) && code >= 0 && code <= 255 ? code : undefined
  // Nothing and 0 are a success, whatever else is a failure; a word says why.
  const ok = status === '' || code === 0
  const why = ok || code !== undefined ? undefined : lineOf(status)
  const text = [why, said('m')].filter(Boolean).join(': ')
  return { kind: ok ? 'success' : 'fail', door: 'snitch', exit_code, text, ...(form && { body: bytesOf(text) }) }
}

export async function snitch(app: App, request: Request, token: string): Promise<Response> {
  const work = async () => {
    const target = await bySlug(app, token)
    return target && takeIn(app, request, target, toldOf(request))
  }
  return (await orLater(app, work())) ? answer('Got it, thanks!') : answer('not found', 404)
}
