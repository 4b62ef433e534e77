import { Type as t } from '@sinclair/typebox'
import type { Severity } from '#contract/statuses'
import { type Provider, severityFields } from './define'
import { type SeveritySettings, severityOf } from './severity'
import { faulty, fine, type Read, trouble } from './told'
import { firstLink, isObject, type Json, keyOf, lineOf, linksOf, listOf, objectOf, textOf } from './words'

// https://docs.opsgenie.com/docs/alert-api
const DEFAULT_PRIORITY = 'P3'

export const priorityOf = (priority: unknown, settings: Json): Severity => {
  // Safe: the settings passed the schema below.
  const given = settings as SeveritySettings
  return severityOf(priority || DEFAULT_PRIORITY, given) ?? given.default_severity
}

/** A new alert. Who is to respond is decided here, so `responders` and the like are not read. */
function read(body: unknown, settings: Json, newKey: () => string): Read {
  const alert = objectOf(body)
  const { message, alias, description, tags, details, entity, source, priority, note, user } = alert
  if (!isObject(body)) return faulty('The request body must be an object')
  if (lineOf(message) === undefined) return faulty('Message can not be empty.')
  const named = objectOf(details)
  const links = linksOf(Object.entries(named).map(([text, href]) => ({ href, text })))
  return fine(
    trouble({
      dedup_key: keyOf(alias) ?? newKey(),
      title: message,
      severity: priorityOf(priority, settings),
      message: textOf(description) ?? note,
      source: source || entity,
      url: firstLink(source, ...links.map(({ href }) => href)),
      tags: [...listOf(tags), ...(entity ? [`entity:${entity}`] : [])],
      values: { ...(entity ? { entity } : {}), ...(user ? { user } : {}), ...(note ? { note } : {}), ...named },
      more: { ...(links.length > 0 && { links }) },
    }),
  )
}

export const opsgenie: Provider = {
  type: 'opsgenie',
  title: 'Opsgenie',
  summary: 'Programs that can tell Opsgenie or Jira Service Management (Alert API) tell this workspace instead',
  settings: t.Object(severityFields),
  enter: (origin, key) => [
    { title: 'API URL', value: `${origin}/` },
    { title: 'The same, where the path must say for whom it is', value: `${origin}/integrations/opsgenie/` },
    { title: 'API key (GenieKey)', value: key },
  ],
  read,
}
