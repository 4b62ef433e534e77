import { and, asc, eq } from 'drizzle-orm'
import type { Plan } from '#contract/oncall'
import type { Severity } from '#contract/statuses'
import type { Reader } from '#db/client'
import { alert_routing_rules } from '#db/schema/alert-routing-rules'
import { escalation_policies } from '#db/schema/escalation-policies'
import { notification_channels } from '#db/schema/notification-channels'
import { peopleOf, reachOf } from '#engine/people'
import { duration } from '#kernel/words'
import { personalPlan } from '#oncall/personal'
import { type Rule, route, type Subject } from '#oncall/route'

type Contact = { at_s: number; name: string; type: string; skipped?: string }
type Person = { user_id: string; user_name: string; via: string | null; contacts: Contact[] }
type Step = { step: number; at_s: number; people: Person[]; channels: { id: string; name: string }[] }

/** Whom a step would call at its moment. */
async function stepAt(
  db: Reader,
  tenant_id: string,
  plan: Plan,
  index: number,
  severity: Severity,
  at: number,
  from: number,
) {
  const targets = plan.steps[index]?.targets ?? []
  const { users, channels } = await reachOf(db, tenant_id, targets, at)
  const known = await peopleOf(
    db,
    tenant_id,
    users.map(({ user_id }) => user_id),
  )
  const at_s = (at - from) / 1_000
  const people = users.flatMap(({ user_id, name, via }): Person[] => {
    const person = known.get(user_id)
    if (!person) return []
    const ways = personalPlan({ prefs: person.prefs, contacts: person.contacts, severity, now: at })
    const contacts = ways.map(({ at: when, name: way, type, skipped }) => ({
      ...{ at_s: (Date.parse(when) - from) / 1_000, name: way, type },
      ...(skipped !== undefined && { skipped }),
    }))
    return [{ user_id, user_name: name, via: via.type === 'user' ? null : via.name, contacts }]
  })
  return { step: index, at_s, people, channels }
}

/** All steps of a policy in their time, the repeated rounds left out; what reaches nobody is passed. */
async function stepsOf(db: Reader, tenant_id: string, plan: Plan, severity: Severity, from: number): Promise<Step[]> {
  const steps: Step[] = []
  let at = from
  for (const [index, { delay_s }] of plan.steps.entries()) {
    const step = await stepAt(db, tenant_id, plan, index, severity, at, from)
    const reaches =
      step.channels.length > 0 || step.people.some(({ contacts }) => contacts.some(({ skipped }) => !skipped))
    if (reaches || plan.on_empty === 'wait') at += delay_s * 1_000
    steps.push(step)
  }
  return steps
}

const inWords = (at_s: number) => (at_s === 0 ? 'now' : `in ${duration(at_s)}`)

/**
 * Who would be called, when, by what, if something like this opened at a moment. Nobody is told. `draft`: a rule that is not
 * saved, in place of the one with its id, or as the last.
 */
export async function simulate(
  db: Reader,
  { tenant_id, subject, draft }: { tenant_id: string; subject: Subject; draft?: Rule },
) {
  const rows = await db
    .select()
    .from(alert_routing_rules)
    .where(eq(alert_routing_rules.tenant_id, tenant_id))
    .orderBy(asc(alert_routing_rules.position))
  const replaced = rows.map((row): Rule => (row.id === draft?.id ? draft : row))
  const rules = draft && !rows.some(({ id }) => id === draft.id) ? [...replaced, draft] : replaced
  const policies = await db.select().from(escalation_policies).where(eq(escalation_policies.tenant_id, tenant_id))
  const policy = policies.find(({ is_default }) => is_default) ?? null
  const channels = await db
    .select({ row: notification_channels })
    .from(notification_channels)
    .where(and(eq(notification_channels.tenant_id, tenant_id), eq(notification_channels.enabled, true)))
  const own = channels.flatMap(({ row: { id, name, is_default, user_id } }) =>
    user_id ? [] : [{ id, name, is_default }],
  )
  const routed = route(rules, subject, { policy, channels: own.filter(({ is_default }) => is_default) })
  const alerts = []
  if (!routed.suppressed)
    for (const { policy_id, rule } of routed.targets) {
      const found = policies.find(({ id }) => id === policy_id)
      const steps = found ? await stepsOf(db, tenant_id, found, routed.severity, subject.at) : []
      alerts.push({ policy_id, policy_name: found?.name ?? null, rule, steps })
    }
  const told = routed.suppressed ? [] : own.filter(({ id }) => routed.channel_ids.includes(id))
  const named = told.map(({ id, name }) => ({ id, name }))
  const matched = alerts.flatMap(({ rule }) => (rule ? [`“${rule.name}”`] : []))
  const calls = alerts.flatMap(({ steps }) =>
    steps.flatMap(({ at_s, people, channels }) => {
      const names = [...people.map(({ user_name }) => user_name), ...channels.map(({ name }) => name)]
      return names.length > 0 ? [`${names.join(' and ')} ${inWords(at_s)}`] : []
    }),
  )
  const by = matched.length > 0 ? `match the rule ${matched.join(' and ')}` : 'match no rule'
  const who = calls.length > 0 ? `, page ${calls.join(', ')}` : ', page nobody'
  const rooms = named.length > 0 ? `, and tell ${named.map(({ name }) => name).join(', ')}` : ''
  const sentence = routed.suppressed
    ? `This incident would match the rule “${routed.suppressed.rule_name}”, which says that nobody is called.`
    : `This incident would ${by}${who}${rooms}.`
  const { chain, severity, suppressed } = routed
  return { chain, severity, suppressed, alerts, channels: named, sentence }
}
