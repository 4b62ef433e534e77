import type { Condition, Decision, RuleActions } from '#contract/oncall'
import type { Severity } from '#contract/statuses'
import { isoAt } from '#kernel/clock'
import { look, type Subject } from './conditions'

export type { Subject } from './conditions'
export type Rule = {
  id: string
  name: string
  enabled: boolean
  match: 'all' | 'any'
  conditions: Condition[]
  actions: RuleActions
}
type Named = { id: string; name: string }
/** Who hears of what no rule claims. */
export type Fallback = { policy: Named | null; channels: Named[] }
export type Routed = {
  severity: Severity
  suppressed: { rule_id: string; rule_name: string } | null
  /** One alert each; `policy_id` null: channels alone. Never the same policy twice. */
  targets: { policy_id: string | null; rule: Named | null }[]
  channel_ids: string[]
  chain: Decision[]
}

/** Whether a rule is about an incident, and why (not), as the end of a sentence. One without conditions is about all of them. */
export function matches(rule: Rule, subject: Subject): { matched: boolean; because: string } {
  if (!rule.enabled) return { matched: false, because: 'it is switched off' }
  if (rule.conditions.length === 0) return { matched: true, because: 'it is for every incident' }
  const found = rule.conditions.map((condition) => look(condition, subject))
  const matched = rule.match === 'all' ? found.every(({ holds }) => holds) : found.some(({ holds }) => holds)
  // Whatever decided it: what holds makes it match, what does not hold keeps it from that.
  const said = found.filter(({ holds }) => holds === matched).map(({ words }) => words)
  return { matched, because: said.join(matched ? ' and ' : ', ') }
}

/** What one matching rule does, for the chain. */
function effectOf({ actions }: Rule, from: Severity): string {
  const parts = [
    actions.severity && actions.severity !== from ? `the severity becomes ${actions.severity}` : '',
    actions.suppress ? 'nobody is told' : '',
    actions.continue && !actions.suppress ? 'later rules are looked at too' : '',
  ].filter((part) => part !== '')
  return parts.length > 0 ? `; ${parts.join(', ')}` : ''
}

/**
 * Who hears of an incident: the first rule that matches decides, and the ones after it only as far as it lets them
 * (`continue`); later rules see the severity that earlier ones have set. A rule that suppresses silences all of it. When
 * no matching rule names a policy or a channel, the default policy is followed, and without one the default channels hear
 * of it. Every look is a link of the chain. Pure.
 */
export function route(rules: Rule[], subject: Subject, fallback: Fallback): Routed {
  const chain: Decision[] = []
  const at = isoAt(subject.at)
  const targets: Routed['targets'] = []
  const channels = new Set<string>()
  let severity = subject.severity
  let alone: Named | undefined
  for (const rule of rules) {
    const { id, name, actions } = rule
    const { matched, because } = matches(rule, { ...subject, severity })
    const verdict = matched ? 'matches' : 'does not match'
    const message = `Rule “${name}” ${verdict}: ${because}${matched ? effectOf(rule, severity) : ''}`
    chain.push({ at, what: 'rule', took: matched, message, data: { rule_id: id } })
    if (!matched) continue
    severity = actions.severity ?? severity
    if (actions.suppress)
      return { severity, suppressed: { rule_id: id, rule_name: name }, targets: [], channel_ids: [], chain }
    const policy_id = actions.escalation_policy_id
    if (policy_id && !targets.some((one) => one.policy_id === policy_id))
      targets.push({ policy_id, rule: { id, name } })
    for (const channel of actions.channel_ids ?? []) channels.add(channel)
    if (channels.size > 0) alone ??= { id, name }
    if (!actions.continue) break
  }
  if (targets.length > 0) return { severity, suppressed: null, targets, channel_ids: [...channels], chain }
  if (alone)
    return {
      severity,
      suppressed: null,
      targets: [{ policy_id: null, rule: alone }],
      channel_ids: [...channels],
      chain,
    }
  return { severity, suppressed: null, ...unclaimed(fallback, chain, at) }
}

function unclaimed({ policy, channels }: Fallback, chain: Decision[], at: string) {
  const nobody = 'No rule says who is told'
  if (policy) {
    const message = `${nobody}: the default policy “${policy.name}” is followed`
    chain.push({ at, what: 'default_policy', took: true, message, data: { policy_id: policy.id } })
    return { targets: [{ policy_id: policy.id, rule: null }], channel_ids: [], chain }
  }
  const names = channels.map(({ name }) => name).join(', ')
  const told = channels.length > 0 ? `the default channels are told (${names})` : 'there is no default channel either'
  const message = `${nobody}, and there is no default policy: ${told}`
  chain.push({ at, what: 'default_channels', took: channels.length > 0, message })
  return { targets: [{ policy_id: null, rule: null }], channel_ids: channels.map(({ id }) => id), chain }
}
