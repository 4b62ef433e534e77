import { Type as t } from '@sinclair/typebox'
import { type Provider, severityFields } from './define'
import { type SeveritySettings, severityOf } from './severity'
import { faulty, fine, type Read, type Told, trouble } from './told'
import { firstLink, isObject, type Json, keyOf, lineOf, linkOf, linksOf, listOf, objectOf } from './words'

// https://developer.pagerduty.com/docs/send-alert-event
const ACTIONS = { trigger: 'open', acknowledge: 'acknowledge', resolve: 'close' } as const
const SEVERITIES = ['critical', 'warning', 'error', 'info']
const MOST_DEDUP_KEY = 255

const isBlank = (value: unknown) => value === undefined || value === null || String(value).trim() === ''
const missing = (name: string) => `'${name}' is missing or blank`
const oneOfThese = (name: string, values: string[]) =>
  `'${name}' is invalid (must be one of the following: ${values.map((one) => `'${one}'`).join(', ')})`

function faultsOf(event: Json, settings: SeveritySettings): string[] {
  const { event_action: action, dedup_key } = event
  const faults: string[] = []
  if (isBlank(action)) faults.push(missing('event_action'))
  else if (!Object.hasOwn(ACTIONS, String(action))) faults.push(oneOfThese('event_action', Object.keys(ACTIONS)))
  if (action !== 'trigger' && isBlank(dedup_key)) faults.push(missing('dedup_key'))
  if (!isBlank(dedup_key) && (typeof dedup_key !== 'string' || dedup_key.length > MOST_DEDUP_KEY))
    faults.push(`'dedup_key' is invalid (must be a text of at most ${MOST_DEDUP_KEY} characters)`)
  if (action !== 'trigger') return faults

  if (!isObject(event.payload)) return [...faults, missing('payload')]
  const { summary, source, severity } = event.payload
  if (isBlank(summary)) faults.push(missing('payload.summary'))
  if (isBlank(source)) faults.push(missing('payload.source'))
  if (isBlank(severity)) faults.push(missing('payload.severity'))
  else if (severityOf(severity, settings) === undefined) faults.push(oneOfThese('payload.severity', SEVERITIES))
  return faults
}

/** Where programs put what they have to say: PagerDuty itself has no field for it. */
const messageIn = (details: unknown) => {
  const { description, message, details: inner, firing } = objectOf(details)
  return typeof details === 'string' ? details : [description, message, inner, firing].find((one) => !isBlank(one))
}

function triggered(event: Json, dedup_key: string, settings: SeveritySettings): Told {
  const {
    summary,
    source,
    severity,
    component,
    group,
    class: kind,
    custom_details,
    timestamp,
  } = objectOf(event.payload)
  const links = linksOf(listOf(event.links).map((one) => ({ href: objectOf(one).href, text: objectOf(one).text })))
  const images = listOf(event.images)
    .map((one) => ({
      src: linkOf(objectOf(one).src),
      href: linkOf(objectOf(one).href),
      alt: lineOf(objectOf(one).alt),
    }))
    .filter(({ src }) => src !== undefined)
    .slice(0, 10)
  const place = Object.entries({ component, group, class: kind, source }).filter(([, value]) => !isBlank(value))
  return trouble({
    dedup_key,
    title: summary,
    severity: severityOf(severity, settings) ?? settings.default_severity,
    message: messageIn(custom_details),
    source,
    url: firstLink(...links.map(({ href }) => href), event.client_url),
    tags: place.map(([name, value]) => `${name}:${value}`),
    values: {
      ...Object.fromEntries(place),
      ...(!isBlank(event.client) && { client: event.client }),
      ...(!isBlank(timestamp) && { timestamp }),
      ...objectOf(custom_details),
    },
    more: { ...(links.length > 0 && { links }), ...(images.length > 0 && { images }) },
  })
}

function read(body: unknown, given: Json, newKey: () => string): Read {
  // Safe: the settings passed the schema below.
  const settings = given as SeveritySettings
  const event = objectOf(body)
  const faults = faultsOf(event, settings)
  if (faults.length > 0) return faulty(...faults)
  const dedup_key = keyOf(event.dedup_key) ?? newKey()
  // Safe: the action was judged above.
  const action = ACTIONS[event.event_action as keyof typeof ACTIONS]
  if (action !== 'open') return fine({ action, dedup_key })
  return fine(triggered(event, dedup_key, settings))
}

// 32 letters and digits: https://developer.pagerduty.com/docs/events-api-v2-overview
const KEY_CHARS = 32
/** Why this cannot be a routing key, in their words. */
export function routingFaults(key: unknown): string[] {
  if (isBlank(key)) return [missing('routing_key')]
  const text = String(key)
  return [
    ...(text.length === KEY_CHARS ? [] : [`Length of 'routing_key' is incorrect (should be ${KEY_CHARS} characters)`]),
    ...(/^[a-z0-9]*$/i.test(text) ? [] : [`'routing_key' cannot contain non-alphanumeric characters.`]),
  ]
}

export const pagerduty: Provider = {
  type: 'pagerduty',
  title: 'PagerDuty',
  summary: 'Programs that can tell PagerDuty (Events API v2) tell this workspace instead',
  settings: t.Object(severityFields),
  enter: (origin, key) => [
    { title: 'Events API URL', value: `${origin}/v2/enqueue` },
    { title: 'The same, where the path must say for whom it is', value: `${origin}/integrations/pagerduty/v2/enqueue` },
    { title: 'Integration key (routing key)', value: key },
  ],
  read,
}
