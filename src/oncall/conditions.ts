import type { Condition, ConditionField, ConditionOp, TimeRange } from '#contract/oncall'
import { type Severity, severities } from '#contract/statuses'
import { hoursInWords, isWithin } from './hours'
import { isFound } from './pattern'

/** What rules can ask about an incident, at the moment it is decided who hears of it. */
export type Subject = {
  severity: Severity
  source_type: string
  /** The type of a monitor, or what it is instead of one: `manual`, `event`, `prober`, `heartbeat`, `ai_heartbeat`. */
  monitor_type: string | null
  tags: string[]
  name: string
  regions: string[]
  at: number
}

const words: ConditionOp[] = ['is', 'is_not', 'contains', 'not_contains', 'matches']
/** What can be asked of which field. */
export const opsOf: Record<ConditionField, readonly ConditionOp[]> = {
  severity: ['is', 'is_not', 'at_least', 'at_most'],
  source_type: ['is', 'is_not'],
  monitor_type: ['is', 'is_not'],
  tag: words,
  name: words,
  region: words,
  time: ['within', 'outside'],
}

/** What a condition found, as the end of a sentence: "the severity is low, not high". */
export type Found = { holds: boolean; words: string }

const asRange = (value: Condition['value']): TimeRange | undefined =>
  typeof value === 'object' && !Array.isArray(value) ? value : undefined
const asList = (value: Condition['value']): string[] =>
  typeof value === 'string' ? [value] : Array.isArray(value) ? value : []
const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()
const holdsIn = (text: string, part: string) => text.toLowerCase().includes(part.toLowerCase())
const ranks: readonly string[] = severities
const rank = (severity: string) => ranks.indexOf(severity)
const either = (values: string[], quote = true) =>
  values.map((value) => (quote ? `“${value}”` : value.replaceAll('_', ' '))).join(' or ') || 'nothing'

const positive: Partial<Record<ConditionOp, (text: string, value: string) => boolean>> = {
  is: same,
  contains: holdsIn,
  matches: (text, value) => isFound(value, text),
}
const opposite: Partial<Record<ConditionOp, ConditionOp>> = { is_not: 'is', not_contains: 'contains' }
const verbs: Partial<Record<ConditionOp, [yes: string, no: string]>> = {
  is: ['is', 'is not'],
  contains: ['contains', 'does not contain'],
  matches: ['matches', 'does not match'],
}

/** Any of the texts is (contains, matches) any of the values; negated, none of them does. */
function textual(op: ConditionOp, texts: string[], values: string[]): { holds: boolean; hit: string | undefined } {
  const test = positive[opposite[op] ?? op]
  const hit = test && texts.find((text) => values.some((value) => test(text, value)))
  return { holds: opposite[op] === undefined ? hit !== undefined : hit === undefined, hit }
}

function severityOf(op: ConditionOp, severity: Severity, values: string[]): Found {
  const [value = ''] = values
  // The list begins with the worst.
  if (op === 'at_least' || op === 'at_most') {
    const known = rank(value) >= 0
    const holds = known && (op === 'at_least' ? rank(severity) <= rank(value) : rank(severity) >= rank(value))
    const bound = `${value} or ${op === 'at_least' ? 'worse' : 'better'}`
    return { holds, words: `the severity is ${severity}, which is ${holds ? '' : 'not '}${bound}` }
  }
  const { holds } = textual(op, [severity], values)
  return { holds, words: `the severity is ${severity}${holds ? '' : `, not ${wantedOf(op, values)}`}` }
}
const wantedOf = (op: ConditionOp, values: string[]) =>
  opposite[op] === undefined ? either(values, false) : `something other than ${either(values, false)}`

const nouns = { source_type: 'what reports it', monitor_type: 'the type' } as const
function kindOf(field: 'source_type' | 'monitor_type', op: ConditionOp, text: string | null, values: string[]): Found {
  const { holds } = textual(op, text === null ? [] : [text], values)
  const is = text === null ? 'nothing known' : text.replaceAll('_', ' ')
  return { holds, words: `${nouns[field]} is ${is}${holds ? '' : `, not ${wantedOf(op, values)}`}` }
}

function nameOf(op: ConditionOp, name: string, values: string[]): Found {
  const { holds, hit } = textual(op, [name], values)
  const [yes = '', no = ''] = verbs[opposite[op] ?? op] ?? []
  return { holds, words: `the name “${name}” ${hit === undefined ? no : yes} ${either(values)}` }
}

const plurals = { tag: ['a tag', 'no tag'], region: ['a region', 'no region'] } as const
const verbsOfMany: Partial<Record<ConditionOp, string>> = { is: '', contains: 'containing ', matches: 'matching ' }
function manyOf(field: 'tag' | 'region', op: ConditionOp, texts: string[], values: string[]): Found {
  const { holds, hit } = textual(op, texts, values)
  const [some, none] = plurals[field]
  const found = hit === undefined ? `it has ${none} ` : `it has ${some === 'a tag' ? 'the tag' : 'the region'} “${hit}”`
  return {
    holds,
    words: hit === undefined ? `${found}${verbsOfMany[opposite[op] ?? op] ?? ''}${either(values)}` : found,
  }
}

function timeOf(op: ConditionOp, at: number, range: TimeRange | undefined): Found {
  if (!range) return { holds: false, words: 'no time is given' }
  const inside = isWithin(range, at)
  return { holds: (op === 'within') === inside, words: `it is ${inside ? 'within' : 'outside'} ${hoursInWords(range)}` }
}

/** Whether one condition holds, and how that reads. Pure; a condition that cannot be understood never holds. */
export function look({ field, op, value }: Condition, subject: Subject): Found {
  if (!opsOf[field]?.includes(op)) return { holds: false, words: `“${field} ${op}” cannot be asked` }
  const values = asList(value)
  switch (field) {
    case 'severity':
      return severityOf(op, subject.severity, values)
    case 'source_type':
      return kindOf(field, op, subject.source_type, values)
    case 'monitor_type':
      return kindOf(field, op, subject.monitor_type, values)
    case 'name':
      return nameOf(op, subject.name, values)
    case 'tag':
      return manyOf(field, op, subject.tags, values)
    case 'region':
      return manyOf(field, op, subject.regions, values)
    case 'time':
      return timeOf(op, subject.at, asRange(value))
  }
}
