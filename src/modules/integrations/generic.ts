import { type TSchema, Type as t } from '@sinclair/typebox'
import { ui } from '#kernel/form'
import { type Provider, severityFields } from './define'
import { mapped, mappingFault } from './mapping'
import { type SeveritySettings, severityOf } from './severity'
import { faulty, fine, keyFrom, type Read, trouble } from './told'
import { isObject, type Json, keyOf, lineOf, listOf, objectOf, plain, textOf } from './words'

const FIELDS = ['title', 'message', 'severity', 'dedup_key', 'status', 'source', 'url'] as const
type Field = (typeof FIELDS)[number]
type Settings = SeveritySettings &
  Record<Field, string> & {
    close_values: string[]
    ack_values: string[]
    ignore_values: string[]
  }

const mapping = (title: string, path: string, description?: string): TSchema =>
  t.String({ title, maxLength: 300, default: path, ...(description && { description }), ...ui({ mono: true }) })
const words = (title: string, defaults: string[], description?: string) =>
  t.Array(t.String({ minLength: 1, maxLength: 60 }), {
    ...{ title, maxItems: 50, default: defaults, ...(description && { description }) },
    ...ui({ group: 'advanced', widget: 'list' }),
  })

const settings = t.Object({
  title: mapping(
    'Title',
    '$.title',
    'Where in the body it stands, such as `$.alert.name` or `$.items[0].text`, or a text with places: `{{ $.host }}: {{ $.check }}`',
  ),
  message: mapping('Message', '$.message'),
  severity: mapping('Severity', '$.severity'),
  dedup_key: mapping(
    'Name of the trouble',
    '$.dedup_key',
    'What is the same in all events about one trouble. Without it, title and source name it',
  ),
  status: mapping('Status', '$.status', 'Where it stands whether something begins or ends; without it, it begins'),
  source: mapping('Where it is', '$.source'),
  url: mapping('Link', '$.url'),
  close_values: words(
    'It is over',
    ['resolved', 'resolve', 'closed', 'close', 'ok', 'up', 'normal', 'recovered', 'recovery', 'inactive', 'success'],
    'Values of the status that end an incident; every other value begins one',
  ),
  ack_values: words('Somebody takes care', ['acknowledged', 'acknowledge', 'ack']),
  ignore_values: words('No matter', [], 'Values of the status that nothing is done about'),
  ...severityFields,
})

/** `payload` alone in a form is the body itself, as some programs send it. */
function bodyOf(body: unknown): unknown {
  if (!isObject(body) || Object.keys(body).length !== 1 || typeof body.payload !== 'string') return body
  try {
    return JSON.parse(body.payload)
  } catch {
    return body
  }
}

function one(given: unknown, settings: Settings): Read {
  const body = bodyOf(given)
  const at = (field: Field) => mapped(body, settings[field])
  const status = plain(at('status')).trim().toLowerCase()
  const says = (values: string[]) => status !== '' && values.some((value) => value.trim().toLowerCase() === status)
  const [title, message] = [lineOf(at('title'), 1_000), textOf(at('message'))]
  const called = title ?? message?.split('\n')[0]
  const dedup_key = keyOf(at('dedup_key')) ?? (called && keyOf(keyFrom(called, at('source'))))
  if (says(settings.ignore_values)) return fine({ action: 'ignore', why: `the status is ${status}` })
  if (!dedup_key) return faulty(`title: nothing stands at ${settings.title}`)
  if (says(settings.close_values)) return fine({ action: 'close', dedup_key, ...(message && { message }) })
  if (says(settings.ack_values)) return fine({ action: 'acknowledge', dedup_key, ...(message && { message }) })
  if (!called) return faulty(`title: nothing stands at ${settings.title}`)
  const { tags, labels } = objectOf(body)
  return fine(
    trouble({
      ...{ dedup_key, title: called, message, source: at('source'), url: at('url') },
      severity: severityOf(at('severity'), settings) ?? settings.default_severity,
      tags: [...listOf(tags), ...Object.entries(objectOf(labels)).map(([name, value]) => `${name}:${plain(value)}`)],
      values: objectOf(body),
    }),
  )
}

const MOST_EVENTS = 1_000
/** One event, or a list of them: of these, what is wrong with one must not cost the others. */
function read(body: unknown, given: Json): Read {
  // Safe: the settings passed the schema above.
  const settings = given as Settings
  if (!Array.isArray(body)) return isObject(body) ? one(body, settings) : faulty('The body must be an object')
  if (body.length > MOST_EVENTS) return faulty(`More than ${MOST_EVENTS} events at once`)
  const read = body.map((event) => one(event, settings))
  const faults = read.flatMap((event, i) => event.faults.map((fault) => `[${i}].${fault}`))
  return { told: read.flatMap(({ told }) => told), faults: faults.slice(0, 20) }
}

export const generic: Provider = {
  type: 'generic',
  title: 'Any program',
  summary: 'Any program that can post JSON or a form; the mapping says where in the body everything stands',
  settings,
  enter: (origin, key) => [
    { title: 'URL', value: `${origin}/api/v1/events/${key}` },
    { title: 'The same, with the key in the header Authorization: Bearer', value: `${origin}/api/v1/events` },
  ],
  read,
  check: (settings) =>
    Object.fromEntries(
      FIELDS.flatMap((field) => {
        const fault = mappingFault(String(settings[field]))
        return fault ? [[field, fault]] : []
      }),
    ),
}
