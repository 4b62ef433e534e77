import type { Condition, ConditionField, ConditionOp, RuleActions, TimeRange } from '@/features/on-call/types'
import { daysInWords, listOf } from '@/features/on-call/words'
import { shortType } from '@/parts/monitor-words'
import { words } from '@/ui/format'

/** What can be asked of which field, in the order of the form. */
export const opsOf: Record<ConditionField, readonly ConditionOp[]> = {
  severity: ['at_least', 'at_most', 'is', 'is_not'],
  tag: ['is', 'is_not', 'contains', 'not_contains', 'matches'],
  name: ['contains', 'not_contains', 'is', 'is_not', 'matches'],
  monitor_type: ['is', 'is_not'],
  source_type: ['is', 'is_not'],
  region: ['is', 'is_not', 'contains', 'not_contains', 'matches'],
  time: ['within', 'outside'],
}
export const fieldLabel: Record<ConditionField, string> = {
  ...{ severity: 'Severity', tag: 'Tag', name: 'Name', monitor_type: 'Type', source_type: 'What reports it' },
  ...{ region: 'Region', time: 'Time' },
}
export const opLabel: Record<ConditionOp, string> = {
  ...{ is: 'is', is_not: 'is not', contains: 'contains', not_contains: 'does not contain', matches: 'matches' },
  ...{ at_least: 'is at least', at_most: 'is at most', within: 'is within', outside: 'is outside' },
}
export const isRange = (value: Condition['value']): value is TimeRange =>
  typeof value === 'object' && !Array.isArray(value)

const SOURCES: Record<string, string> = {
  ...{ monitor: 'A monitor', heartbeat: 'A heartbeat', ai_heartbeat: 'AI heartbeat', prober: 'A prober' },
  ...{ manual: 'A person', event: 'Another program', drill: 'A fire drill' },
}
/** What reports an incident; one that this list does not know goes by its own name. */
export const sourceWords = (source: string): string => SOURCES[source] ?? words(source)

const wordOf = (field: ConditionField, value: string): string => {
  if (field === 'source_type') return sourceWords(value).replace(/^A(?!I)/, 'a')
  if (field === 'monitor_type') return value in SOURCES ? sourceWords(value) : shortType(value)
  return /^\w+$/.test(value) ? value.replaceAll('_', ' ') : `“${value}”`
}
const valueWords = (field: ConditionField, value: Condition['value']): string => {
  if (isRange(value)) return `${daysInWords(value.days)} ${value.from}–${value.to} ${value.timezone}`
  const all = typeof value === 'string' ? [value] : value
  if (all.length === 0) return '…'
  return all.map((one) => wordOf(field, one)).join(' or ')
}
/** `severity is at least high`. */
export const conditionWords = ({ field, op, value }: Condition): string =>
  `${fieldLabel[field].toLowerCase()} ${opLabel[op]} ${valueWords(field, value)}`

/** What a rule looks at, in one line. */
export function conditionsWords(conditions: readonly Condition[], match: 'all' | 'any'): string {
  if (conditions.length === 0) return 'Every incident'
  const text = conditions.map(conditionWords).join(match === 'all' ? ' and ' : ' or ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

type Names = { policy: (id: string) => string; channel: (id: string) => string }
/** What a rule does, in one line. */
export function actionsWords(actions: RuleActions, names: Names): string {
  const { escalation_policy_id, channel_ids = [], severity, suppress } = actions
  const parts = [
    severity ? `severity becomes ${severity}` : '',
    suppress ? 'nobody is told' : '',
    escalation_policy_id ? `follows ${names.policy(escalation_policy_id)}` : '',
    channel_ids.length > 0 ? `tells ${listOf(channel_ids.map(names.channel))}` : '',
    actions.continue && !suppress ? 'later rules are looked at too' : '',
  ].filter((part) => part !== '')
  return parts.length > 0 ? parts.join(', ') : 'the default policy is followed'
}
