import { Elysia, t } from 'elysia'
import type { App } from '#kernel/context'
import { alertsDoor } from './door-opsgenie'
import { ownDoor } from './door-own'
import { enqueueDoor } from './door-pagerduty'
import { createTaker } from './take'

/** What other programs tell is read as bytes by whoever is behind the door; the framework must not touch it. */
const raw = () => ({ parse: 'none' as const })
const hidden = () => ({ ...raw(), detail: { hide: true } })
const Key = t.Object({ key: t.String() })

const describe = (summary: string) => ({
  tags: ['Events'],
  summary,
  description:
    'The key in the address, or in the header Authorization, is all that is asked for. 2xx means that the event is on disk; with 5xx and 429 it is to be sent again.',
})
const own = [
  { path: '/events', type: 'generic', summary: 'An event of any program, as the mapping of the integration says' },
  { path: '/integrations/alertmanager', type: 'alertmanager', summary: 'A webhook of Alertmanager' },
  { path: '/integrations/grafana', type: 'grafana', summary: 'A webhook of Grafana' },
  // As the others are named.
  { path: '/integrations/generic', type: 'generic' },
]

/** Doors of ours, below /api/v1: by a key in the address, or in the header. */
export function eventDoors(app: App) {
  const taker = createTaker(app)
  const routes = new Elysia()
  for (const { path, type, summary } of own) {
    const door = ownDoor(taker, type)
    for (const method of ['POST', 'PUT'] as const) {
      const detail = method === 'POST' && summary ? describe(summary) : { hide: true }
      routes
        .route(method, path, ({ request }) => door(request), { ...raw(), detail })
        .route(method, `${path}/:key`, ({ request, params }) => door(request, params.key), {
          ...{ ...raw(), detail, params: Key },
        })
    }
  }
  return routes
}

/** Doors as others have them, for programs in which only the host can be changed; below a name of theirs as well. */
export function foreignDoors(app: App) {
  const taker = createTaker(app)
  const enqueue = enqueueDoor(taker)
  const alerts = alertsDoor(app, taker)
  const routes = new Elysia()
  for (const prefix of ['', '/integrations/pagerduty'])
    routes.post(`${prefix}/v2/enqueue`, ({ request }) => enqueue(request), hidden())
  for (const prefix of ['', '/integrations/opsgenie'])
    routes
      .post(`${prefix}/v2/alerts`, ({ request }) => alerts.create(request), hidden())
      .get(`${prefix}/v2/alerts/requests/:id`, ({ request, params }) => alerts.status(request, params.id), hidden())
      .post(
        `${prefix}/v2/alerts/:id/:verb`,
        ({ request, params }) => alerts.post(request, params.id, params.verb),
        hidden(),
      )
      .put(
        `${prefix}/v2/alerts/:id/:verb`,
        ({ request, params }) => alerts.put(request, params.id, params.verb),
        hidden(),
      )
  return routes
}
