import { type TObject, Type as t } from '@sinclair/typebox'
import { severities } from '#contract/statuses'
import { oneOf, ui } from '#kernel/form'
import type { Read } from './told'

/** One program, or kind of programs, that tells of troubles: how its settings look and how its words are read. */
export type Provider = {
  type: string
  title: string
  summary: string
  settings: TObject
  /** The fields that are entered in the other program. */
  enter: (origin: string, key: string) => { title: string; value: string }[]
  /** Reads a body without doing anything; `newKey` names what names itself nothing. */
  read: (body: unknown, settings: Record<string, unknown>, newKey: () => string) => Read
  /** A path or text that is wrong in a way no schema can say, by the name of its field. */
  check?: (settings: Record<string, unknown>) => Record<string, string>
}

const MOST_WORDS = 50

/** Of every provider: which of its words is how severe. */
export const severityFields = {
  severity_map: t.Record(t.String({ minLength: 1, maxLength: 60 }), oneOf(severities), {
    title: 'Severities',
    description: 'What each word of theirs means here; the usual words are known',
    maxProperties: MOST_WORDS,
    default: {},
    ...ui({ group: 'advanced', widget: 'kv' }),
  }),
  default_severity: oneOf(severities, {
    title: 'Severity otherwise',
    description: 'When an event says nothing of it, or a word that is not known',
    default: 'high',
    ...ui({ group: 'advanced' }),
  }),
}

/** Of Alertmanager and those that speak like it. */
export const labelFields = {
  incident_per: oneOf(['alert', 'group'] as const, {
    title: 'One incident for each',
    description: '`alert`: every alert is its own. `group`: alerts that are sent together are one',
    default: 'alert',
  }),
  severity_label: t.String({
    title: 'Label of the severity',
    minLength: 1,
    maxLength: 100,
    default: 'severity',
  }),
  ...severityFields,
}
