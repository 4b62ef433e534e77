import type { App } from '#kernel/context'
import { type Action, actionOf } from './action'
import { isCronitor, telemetry } from './cronitor'
import { byName } from './named'
import { answer } from './own'
import { isSnitch, snitch } from './snitch'
import { bySlug, orLater, type Target, takeIn } from './take'
import { numbersOf, queryOf } from './words'

/**
 * The ping API of Healthchecks, with the words and numbers of its answers: https://healthchecks.io/docs/http_api/ and
 * `hc/api/views.py`. What is said beyond it (numbers, a message) is ours.
 */

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
/** As its addresses have names: no capitals, nothing that would be escaped. */
const NAME = /^[a-z0-9_-]{1,100}$/
const notFound = () => answer('not found', 404)
const invalidUrl = () => answer('invalid url format', 400)

async function record(app: App, request: Request, target: Target, action: Action, created = false): Promise<Response> {
  const query = queryOf(request)
  const rid = query.get('rid')?.toLowerCase()
  if (rid !== undefined && !UUID.test(rid)) return answer('invalid uuid format', 400)
  const numbers = numbersOf(query, ['rid', 'msg', 'create'])
  const told = { ...action, door: 'healthchecks' as const, rid, numbers, text: query.get('msg') ?? undefined }
  if (!(await takeIn(app, request, target, told))) return notFound()
  return created ? answer('Created', 201) : answer('OK')
}

async function ofSlug(app: App, request: Request, slug: string, given?: string): Promise<Response | undefined> {
  const action = actionOf(given)
  if (action === undefined) return undefined
  const target = await bySlug(app, slug)
  if (!target) return undefined
  return action === 'too_large' ? invalidUrl() : record(app, request, target, action)
}

async function ofName(app: App, request: Request, key: string, name: string, given?: string): Promise<Response> {
  const action = actionOf(given)
  if (action === undefined) return notFound()
  if (action === 'too_large' || !NAME.test(name)) return invalidUrl()
  const rid = queryOf(request).get('rid')
  // Before anything is made for it.
  if (rid !== null && !UUID.test(rid)) return answer('invalid uuid format', 400)
  const create = queryOf(request).get('create')
  const found = await byName(app, key, name, create === null ? undefined : create === '1')
  if (found === 'unknown') return notFound()
  if (found === 'ambiguous') return answer('ambiguous slug', 409)
  return record(app, request, found.target, action, found.created)
}

/** `/ping/{uuid}`, and what hc-ping.com and nosnch.in have at the root. */
export const pingOne = (app: App, request: Request, slug: string): Promise<Response> =>
  isSnitch(request)
    ? snitch(app, request, slug)
    : orLater(
        app,
        ofSlug(app, request, slug).then((response) => response ?? notFound()),
      )

/** `/ping/{uuid}/start` or `/ping/{key}/{name}`; the latter is Cronitor's too, which is told by what it sends along. */
export const pingTwo = (app: App, request: Request, first: string, second: string): Promise<Response> =>
  isCronitor(request)
    ? telemetry(app, request, first, second)
    : orLater(
        app,
        ofSlug(app, request, first, second).then((response) => response ?? ofName(app, request, first, second)),
      )

/** `/ping/{key}/{name}/start` */
export const pingThree = (app: App, request: Request, key: string, name: string, action: string): Promise<Response> =>
  orLater(app, ofName(app, request, key, name, action))
