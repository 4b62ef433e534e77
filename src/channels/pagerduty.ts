import { Type as t } from '@sinclair/typebox'
import { headline, keyOf, linksOf, nothing, sourceOf } from '#channels/alert'
import { DeliveryError, defineChannel, type Notice, type Send } from '#channels/define'
import { refusal } from '#channels/post'
import { fit, hostOf, urlFaults } from '#channels/text'
import { oneOf, secret, ui } from '#kernel/form'

// https://support.pagerduty.com/main/docs/service-regions: accounts of the EU have another address
const SERVERS = { us: 'https://events.pagerduty.com', eu: 'https://events.eu.pagerduty.com' }
// https://developer.pagerduty.com/docs/send-alert-event: summary 1024, dedup_key 255
const SUMMARY = 1024
const KEY = 255
// https://developer.pagerduty.com/docs/events-api-v2-overview#size-limits: 512 KB in all
const DETAILS = 20_000

/** https://developer.pagerduty.com/docs/send-alert-event: the four there are. */
const SEVERITY = { critical: 'critical', high: 'error', medium: 'warning', low: 'info' } satisfies Record<
  Notice['severity'],
  string
>
const ACTION = {
  down: 'trigger',
  updated: 'trigger',
  test: 'trigger',
  acknowledged: 'acknowledge',
  up: 'resolve',
} as const

function payload(notice: Notice) {
  const { name, type, target } = sourceOf(notice)
  return {
    summary: headline(notice, SUMMARY),
    source: fit(target ?? name ?? 'Xinex', 500),
    severity: notice.kind === 'test' ? 'info' : SEVERITY[notice.severity],
    ...(Number.isFinite(Date.parse(notice.at)) && { timestamp: notice.at }),
    ...(name && { component: fit(name, 500) }),
    ...(type && { class: type }),
    custom_details: { message: fit(notice.body, DETAILS), event: notice.event, severity: notice.severity },
  }
}

function eventsOf(notice: Notice, key: string) {
  const dedup_key = key.slice(0, KEY)
  const event_action = ACTION[notice.kind]
  if (event_action !== 'trigger') return [{ event_action, dedup_key }]
  const trigger = {
    event_action,
    dedup_key,
    payload: payload(notice),
    client: 'Xinex',
    ...(hostOf(notice.url) && { client_url: notice.url }),
    links: linksOf(notice),
  }
  // A test proves that incidents open, and leaves none behind.
  return notice.kind === 'test' ? [trigger, { event_action: 'resolve', dedup_key }] : [trigger]
}

const settings = t.Object({
  routing_key: secret({
    title: 'Integration key',
    minLength: 1,
    maxLength: 256,
    description: 'Of an “Events API v2” integration, on the service’s Integrations tab.',
    ...ui({ mono: true }),
  }),
  region: t.Optional(
    oneOf(['us', 'eu'], {
      title: 'Region',
      default: 'us',
      description: 'Where your PagerDuty account is; that of the EU has eu in its address.',
      ...ui({ widget: 'segmented' }),
    }),
  ),
  server: t.Optional(
    t.String({
      title: 'Events API server',
      format: 'uri',
      maxLength: 2048,
      description: 'Only for a relay, or another program that takes PagerDuty events.',
      ...ui({ group: 'advanced', mono: true, placeholder: SERVERS.us }),
    }),
  ),
})

/** One event; the answer to a wrong key is a 400 like any other, but only a person can mend it. */
async function enqueue(
  { settings: { routing_key, region = 'us', server }, post, now }: Send<(typeof settings)['static']>,
  path: string,
  event: object,
) {
  const url = `${(server ?? SERVERS[region]).replace(/\/+$/, '')}${path}`
  const secrets = [routing_key]
  const answer = await post(url, { json: { routing_key, ...event }, secrets, expect: [400] })
  if (answer.status !== 400) return answer
  const refused = refusal(url, answer, { now, secrets })
  throw /routing.?key/i.test(answer.text) ? new DeliveryError(refused.message, 'disable') : refused
}

/** https://developer.pagerduty.com/docs/send-alert-event */
export const pagerduty = defineChannel({
  type: 'pagerduty',
  title: 'PagerDuty',
  summary: 'Opens, acknowledges and resolves incidents of a PagerDuty service.',
  docs: 'https://support.pagerduty.com/main/docs/services-and-integrations#create-a-generic-events-api-integration',
  notes:
    'An incident here is one alert there, from its opening to its end: a reminder or a change goes to the same alert. A test message opens an alert and resolves it at once. Maintenance windows and hand-offs become change events, which notify nobody.',
  settings,

  label: ({ region = 'us', server }) => hostOf(server ?? SERVERS[region]),

  check: ({ server }) => (server ? urlFaults('settings.server', server) : {}),

  async send(job) {
    const { notice } = job
    const key = keyOf(notice)
    if (key === undefined) {
      const { summary, source, timestamp } = payload(notice)
      // https://developer.pagerduty.com/docs/send-change-events; the keys of rulesets, which begin with R, take none
      if (job.settings.routing_key.startsWith('R')) return nothing
      const { status } = await enqueue(job, '/v2/change/enqueue', {
        payload: { summary, source, timestamp, custom_details: { message: fit(notice.body, DETAILS) } },
        links: linksOf(notice),
      })
      return { answer: String(status) }
    }
    const statuses: string[] = []
    for (const event of eventsOf(notice, key)) {
      const { status } = await enqueue(job, '/v2/enqueue', event)
      statuses.push(String(status))
    }
    return { answer: statuses.join(', '), external_id: key.slice(0, KEY) }
  },
})
