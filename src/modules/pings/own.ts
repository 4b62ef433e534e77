import { PING_BODY_LIMIT } from '#contract/heartbeats'
import type { App } from '#kernel/context'
import { fail } from '#kernel/fail'
import { actionOf, MOST_EXIT_CODE } from './action'
import { bySlug, orLater, takeIn } from './take'
import { lineOf, numbersOf, queryOf } from './words'

const MOST_RID = 64

/** The answer to whoever may send more than is kept. */
export const answer = (text: string, status = 200) =>
  new Response(text, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'ping-body-limit': String(PING_BODY_LIMIT) },
  })

function ridOf(query: URLSearchParams): string | undefined {
  const rid = query.get('rid')
  if (rid === null) return undefined
  if (rid.length <= MOST_RID && lineOf(rid) === rid) return rid
  throw fail('BAD_REQUEST', { message: `rid must have 1 to ${MOST_RID} characters` })
}

/** A ping by the way that is ours. */
export async function own(app: App, request: Request, slug: string, given?: string): Promise<Response> {
  const action = actionOf(given)
  if (action === undefined) throw fail('NOT_FOUND')
  if (action === 'too_large') throw fail('BAD_REQUEST', { message: `An exit code is 0 to ${MOST_EXIT_CODE}` })
  const query = queryOf(request)
  const rid = ridOf(query)
  const numbers = numbersOf(query, ['rid', 'msg'])
  const told = { ...action, door: 'http' as const, rid, numbers, text: query.get('msg') ?? undefined }
  const taken = await orLater(
    app,
    bySlug(app, slug).then((target) => target && takeIn(app, request, target, told)),
  )
  if (!taken) throw fail('NOT_FOUND', { message: 'No heartbeat has this address' })
  return answer('OK')
}
