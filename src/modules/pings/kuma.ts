import type { App } from '#kernel/context'
import { isGone } from '#kernel/fail'
import { push } from '#modules/push/service'
import { bySlug, orLater, type Told, takeIn } from './take'
import { numberOf, queryOf } from './words'

/** The push URL of Uptime Kuma: `server/routers/api-router.js` there. */

const MOST_MS = 86_400_000
const refuse = (status: number, msg: string) => Response.json({ ok: false, msg }, { status })
const gone = () => refuse(404, 'Monitor not found or not active.')

/** How long it took, in milliseconds; nothing when it is not said, a sentence when it is said wrongly. */
function tookOf(given: string): number | string | undefined {
  if (given.trim() === '') return undefined
  const took = numberOf(given)
  return took !== undefined && took >= 0 && took <= MOST_MS
    ? took
    : `Invalid ping value: it must be 0 to ${MOST_MS} milliseconds`
}

/** The key is the slug of a heartbeat, or belongs to a monitor that is reported to. */
export async function kuma(app: App, request: Request, token: string): Promise<Response> {
  const query = queryOf(request)
  const took = tookOf(query.get('ping') ?? '')
  if (typeof took === 'string') return refuse(400, took)
  const up = (query.get('status') || 'up') === 'up'
  const msg = query.get('msg') ?? ''
  const told: Told = {
    ...{ kind: up ? 'success' : 'fail', door: 'kuma', text: msg },
    ...(took !== undefined && {
      numbers: { ping: took },
      took_ms: took,
    }),
  }
  const work = async () => {
    const target = await bySlug(app, token)
    if (target) return (await takeIn(app, request, target, told)) !== undefined
    return push(app, token, { status: up ? 'up' : 'down', msg, ping: took ?? '' }).then(
      () => true,
      (error) => {
        if (isGone(error)) return false
        throw error
      },
    )
  }
  return (await orLater(app, work())) ? Response.json({ ok: true }) : gone()
}
