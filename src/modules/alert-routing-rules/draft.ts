import { and, eq, inArray, isNull } from 'drizzle-orm'
import type { Condition, ConditionField, ConditionOp, RuleActions } from '#contract/oncall'
import { severities, sourceTypes } from '#contract/statuses'
import { notification_channels as channels } from '#db/schema/notification-channels'
import type { Ctx } from '#kernel/context'
import { isZone } from '#kernel/days'
import { invalid } from '#kernel/fail'
import { faultsOf, lineFault } from '#kernel/faults'
import { existing as policiesIn } from '#modules/escalation-policies/service'
import { opsOf } from '#oncall/conditions'
import { patternFault } from '#oncall/pattern'
import { probes } from '#probes/index'
import { Actions, ConditionShapes, type Edit, TimeRange } from './schema'

type Faults = Record<string, string>

/** What an incident can be about that no check looks at. */
const kinds = new Set<string>([...probes.map(({ type }) => type), ...sourceTypes, 'ai_heartbeat'])
const choices: Partial<Record<ConditionField, { has: (value: string) => boolean; fault: string }>> = {
  severity: {
    has: (value) => severities.some((one) => one === value),
    fault: `must be one of ${severities.join(', ')}`,
  },
  source_type: {
    has: (value) => sourceTypes.some((one) => one === value),
    fault: `must be one of ${sourceTypes.join(', ')}`,
  },
  monitor_type: {
    has: (value) => kinds.has(value),
    fault: 'is not a type of this server: one of its monitor types, heartbeat, ai_heartbeat, prober, event or manual',
  },
}

/** Why one text is not what this field can be asked about, or undefined. */
function textFault(field: ConditionField, op: ConditionOp, value: unknown): string | undefined {
  if (typeof value !== 'string') return 'must be text'
  if (value.length > 200) return 'must have at most 200 characters'
  const choice = choices[field]
  if (choice) return choice.has(value) ? undefined : choice.fault
  return lineFault(value) ?? (op === 'matches' ? patternFault(value) : undefined)
}

function valueFaults(field: ConditionField, op: ConditionOp, value: unknown, at: string): Faults {
  if (value === undefined) return { [at]: 'is required' }
  if (field === 'time') {
    const faults = faultsOf(TimeRange, value, at)
    const zone = typeof value === 'object' && value !== null && 'timezone' in value ? value.timezone : undefined
    if (Object.keys(faults).length === 0 && !(typeof zone === 'string' && isZone(zone)))
      return { [`${at}.timezone`]: 'is not a time zone such as Europe/Berlin' }
    return faults
  }
  if (!Array.isArray(value)) {
    const fault = textFault(field, op, value)
    return fault ? { [at]: fault } : {}
  }
  if (op === 'at_least' || op === 'at_most') return { [at]: 'must be one severity' }
  if (value.length === 0) return { [at]: 'must have at least 1 item' }
  if (value.length > 50) return { [at]: 'must have at most 50 items' }
  const found = value.map((one, i) => [`${at}.${i}`, textFault(field, op, one)] as const)
  return Object.fromEntries(found.flatMap(([path, fault]) => (fault ? [[path, fault]] : [])))
}

/** Conditions as they were sent, or their faults by path: `conditions.0.value`. */
export function conditionsOf(given: unknown, faults: Faults, at = 'conditions'): Condition[] {
  const wrong = faultsOf(ConditionShapes, given, at)
  Object.assign(faults, wrong)
  if (Object.keys(wrong).length > 0) return []
  // Safe: just checked but for the value, which is checked below before anybody uses it.
  const conditions = given as Condition[]
  for (const [i, { field, op, value }] of conditions.entries()) {
    const ops = opsOf[field]
    if (ops.includes(op)) Object.assign(faults, valueFaults(field, op, value, `${at}.${i}.value`))
    else faults[`${at}.${i}.op`] = `must be one of ${ops.join(', ')} for ${field}`
  }
  return conditions.map(({ field, op, value }) => ({ field, op, value }))
}

/** What a rule does, or its faults; policies and channels must be of this workspace. */
export async function actionsOf(ctx: Ctx, given: unknown, faults: Faults, at = 'actions'): Promise<RuleActions> {
  const wrong = faultsOf(Actions, given, at)
  Object.assign(faults, wrong)
  if (Object.keys(wrong).length > 0) return {}
  // Safe: just checked against the schema of this very type.
  const actions = given as RuleActions
  const { escalation_policy_id, channel_ids = [], suppress } = actions
  if (escalation_policy_id && (await policiesIn(ctx, [escalation_policy_id])).length === 0)
    faults[`${at}.escalation_policy_id`] = 'is not an escalation policy of this workspace'
  const known = await channelsIn(ctx, channel_ids)
  for (const [i, id] of channel_ids.entries())
    if (!known.has(id)) faults[`${at}.channel_ids.${i}`] = 'is not a notification channel of this workspace'
  if (suppress && (escalation_policy_id || channel_ids.length > 0))
    faults[`${at}.suppress`] = 'tells nobody: such a rule names no policy and no channels'
  return actions
}

async function channelsIn({ db, tenant }: Ctx, ids: string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const where = and(eq(channels.tenant_id, tenant.id), isNull(channels.user_id), inArray(channels.id, ids))
  return new Set((await db.select({ id: channels.id }).from(channels).where(where)).map(({ id }) => id))
}

/** The rule an edit asks for; throws 422 naming every wrong field at once, below `at` where it is a part of something. */
export async function read(ctx: Ctx, input: Edit, at = '') {
  const faults: Faults = {}
  const path = (name: string) => (at === '' ? name : `${at}.${name}`)
  const name = input.name === undefined ? undefined : lineFault(input.name)
  if (name) faults[path('name')] = name
  const conditions =
    input.conditions === undefined ? undefined : conditionsOf(input.conditions, faults, path('conditions'))
  const actions = input.actions === undefined ? undefined : await actionsOf(ctx, input.actions, faults, path('actions'))
  if (Object.keys(faults).length > 0) throw invalid(faults)
  const { enabled, match } = input
  return { name: input.name?.trim(), enabled, match, conditions, actions }
}
