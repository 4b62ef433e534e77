import type { Condition, ConditionField, ConditionOp, Rule, RuleActions, TimeRange } from '@/features/on-call/types'
import { WEEK } from '@/features/on-call/words'
import type { Severity } from '@/types'
import { isRange, opsOf } from './words'

/** A condition whose value is a list of texts or, for times, a part of the week. */
export type ConditionDraft = { key: number; field: ConditionField; op: ConditionOp; texts: string[]; range: TimeRange }
export type Draft = {
  name: string
  enabled: boolean
  match: 'all' | 'any'
  conditions: ConditionDraft[]
  policy: string | null
  channel_ids: string[]
  severity: Severity | null
  suppress: boolean
  continue: boolean
}

const officeHours = (timezone: string): TimeRange => ({ days: WEEK.slice(0, 5), from: '09:00', to: '17:00', timezone })
export const emptyCondition = (key: number, timezone: string): ConditionDraft => ({
  ...{ key, field: 'severity', op: 'at_least', texts: ['high'], range: officeHours(timezone) },
})
export const emptyDraft = (timezone: string): Draft => ({
  ...{ name: '', enabled: true, match: 'all', conditions: [emptyCondition(0, timezone)] },
  ...{ policy: null, channel_ids: [], severity: null, suppress: false, continue: false },
})

export function draftOf(rule: Rule, timezone: string): Draft {
  const { actions } = rule
  return {
    ...{ name: rule.name, enabled: rule.enabled, match: rule.match },
    conditions: rule.conditions.map(({ field, op, value }, key) => ({
      ...{ key, field, op },
      texts: isRange(value) ? [] : typeof value === 'string' ? [value] : value,
      range: isRange(value) ? value : officeHours(timezone),
    })),
    ...{ policy: actions.escalation_policy_id ?? null, channel_ids: actions.channel_ids ?? [] },
    ...{ severity: actions.severity ?? null, suppress: actions.suppress ?? false, continue: actions.continue ?? false },
  }
}

/** Another field: its first question, and a value that goes with it. */
export function withField(condition: ConditionDraft, field: ConditionField): ConditionDraft {
  const op = opsOf[field].includes(condition.op) ? condition.op : (opsOf[field][0] ?? 'is')
  return { ...condition, field, op, texts: field === 'severity' ? ['high'] : [] }
}
/** "At least" can only be asked about one. */
export const withOp = (condition: ConditionDraft, op: ConditionOp): ConditionDraft => ({
  ...condition,
  op,
  texts: op === 'at_least' || op === 'at_most' ? condition.texts.slice(0, 1) : condition.texts,
})

const conditionOf = ({ field, op, texts, range }: ConditionDraft): Condition => {
  if (field === 'time') return { field, op, value: range }
  const [only] = texts
  return { field, op, value: texts.length === 1 && only !== undefined ? only : texts }
}
function actionsOf({ policy, channel_ids, severity, suppress, continue: goOn }: Draft): RuleActions {
  const told = suppress ? {} : { escalation_policy_id: policy, channel_ids }
  return { ...told, severity, suppress, continue: goOn && !suppress }
}
export const bodyOf = (draft: Draft) => ({
  ...{ name: draft.name.trim(), enabled: draft.enabled, match: draft.match },
  ...{ conditions: draft.conditions.map(conditionOf), actions: actionsOf(draft) },
})
