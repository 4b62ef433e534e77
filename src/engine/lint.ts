import { and, asc, eq } from 'drizzle-orm'
import type { Target } from '#contract/oncall'
import type { Reader } from '#db/client'
import { alert_routing_rules } from '#db/schema/alert-routing-rules'
import { channel_failures } from '#db/schema/engine'
import { escalation_policies } from '#db/schema/escalation-policies'
import { notification_channels } from '#db/schema/notification-channels'
import { schedules } from '#db/schema/schedules'
import { membersOf } from '#engine/on-call'
import { type Person, peopleOf } from '#engine/people'
import { isoAt } from '#kernel/clock'
import { moment } from '#kernel/words'
import { endOf, onlyWay, quietSteps, unreachable } from '#oncall/lint-people'
import { isUsable } from '#oncall/personal'
import { onCallAt, presentOnly, shifts } from '#oncall/resolve'

export type Finding = {
  level: 'error' | 'warning' | 'info'
  code: string
  message: string
  subject: { type: 'policy' | 'schedule' | 'rule' | 'channel' | 'person'; id: string; name: string }
}
type Schedule = typeof schedules.$inferSelect
type Policy = typeof escalation_policies.$inferSelect
type Known = {
  members: Map<string, string>
  facts: Map<string, Person>
  reachable: Set<string>
  schedules: Map<string, Schedule>
  channels: Map<string, { name: string; works: boolean }>
  now: number
}

const WEEK_MS = 7 * 86_400_000
/** A schedule that ends so soon is told, so that somebody plans what comes after it. */
const SOON_MS = 10 * 86_400_000

/** What is wrong, or will be, with who is called. */
export async function lint(db: Reader, tenant_id: string, now: number): Promise<Finding[]> {
  const known = await knownOf(db, tenant_id, now)
  const policies = await db
    .select()
    .from(escalation_policies)
    .where(eq(escalation_policies.tenant_id, tenant_id))
    .orderBy(asc(escalation_policies.name))
  const rules = await db
    .select()
    .from(alert_routing_rules)
    .where(and(eq(alert_routing_rules.tenant_id, tenant_id), eq(alert_routing_rules.enabled, true)))
    .orderBy(asc(alert_routing_rules.position))
  const named = new Set(rules.flatMap(({ actions }) => actions.escalation_policy_id ?? []))
  return [
    ...policies.flatMap((policy) => ofPolicy(policy, known, named)),
    ...[...known.schedules.values()].flatMap((schedule) => ofSchedule(schedule, known)),
    ...shadowed(rules),
    ...policies.flatMap((policy) => silences(policy, known)),
    ...people(policies, known),
    ...[...known.channels].flatMap(([id, { name, works }]): Finding[] =>
      works
        ? []
        : [
            {
              level: 'warning',
              code: 'channel_silent',
              message: `${name} is switched off or has not worked since its last message`,
              subject: { type: 'channel', id, name },
            },
          ],
    ),
  ]
}

async function knownOf(db: Reader, tenant_id: string, now: number): Promise<Known> {
  const members = await membersOf(db, tenant_id)
  const facts = await peopleOf(db, tenant_id, [...members.keys()])
  const reachable = new Set([...facts].flatMap(([id, { contacts }]) => (contacts.some(isUsable) ? [id] : [])))
  const rotas = await db.select().from(schedules).where(eq(schedules.tenant_id, tenant_id)).orderBy(asc(schedules.name))
  const rows = await db
    .select({ row: notification_channels, failure: channel_failures.error })
    .from(notification_channels)
    .leftJoin(channel_failures, eq(channel_failures.channel_id, notification_channels.id))
    .where(eq(notification_channels.tenant_id, tenant_id))
  const channels = new Map(
    rows.flatMap(({ row, failure }) =>
      row.user_id ? [] : [[row.id, { name: row.name, works: row.enabled && failure === null }] as const],
    ),
  )
  return { members, facts, reachable, schedules: new Map(rotas.map((row) => [row.id, row])), channels, now }
}

/** Why a target leads to nobody at this moment, or nothing. */
function faultOf(
  { type, id }: Target,
  { members, reachable, schedules: rotas, channels, now }: Known,
): string | undefined {
  if (type === 'channel') {
    const channel = channels.get(id)
    return !channel ? 'a channel that was deleted' : channel.works ? undefined : `${channel.name}, which does not work`
  }
  if (type === 'user') {
    const name = members.get(id)
    return name === undefined
      ? 'somebody who has left'
      : reachable.has(id)
        ? undefined
        : `${name}, who cannot be reached`
  }
  const rota = rotas.get(id)
  if (!rota) return 'a schedule that was deleted'
  const on = onCallAt(
    presentOnly(rota.config, (user) => members.has(user)),
    now,
  )
  return on.some(({ user_id }) => reachable.has(user_id))
    ? undefined
    : `${rota.name}, where nobody who can be reached is on call now`
}

function ofPolicy(policy: Policy, known: Known, named: Set<string>): Finding[] {
  const { id, name, steps, is_default } = policy
  const subject = { type: 'policy' as const, id, name }
  const found = steps.flatMap(({ targets }, index): Finding[] => {
    const faults = targets.flatMap((target) => faultOf(target, known) ?? [])
    if (faults.length === 0) return []
    const all = faults.length === targets.length
    const message = `Step ${index + 1} ${all ? 'reaches nobody now: it names' : 'names'} ${faults.join(', and ')}`
    return [{ level: all ? 'error' : 'warning', code: all ? 'step_empty' : 'target_silent', message, subject }]
  })
  if (is_default || named.has(id)) return found
  return [
    ...found,
    { level: 'info', code: 'policy_unused', message: 'No rule names it, and it is not the default', subject },
  ]
}

function ofSchedule({ id, name, config }: Schedule, { members, now }: Known): Finding[] {
  const subject = { type: 'schedule' as const, id, name }
  const covered = shifts(
    presentOnly(config, (user) => members.has(user)),
    now,
    now + WEEK_MS,
  ).sort((a, b) => a.from - b.from)
  let at = now
  for (const { from, to } of covered) {
    if (from > at) break
    at = Math.max(at, to)
  }
  const end = endOf(config, isoAt(now + SOON_MS).slice(0, 10))
  if (at >= now + WEEK_MS)
    return end
      ? [{ level: 'warning', code: 'schedule_ends', message: `All its layers have ended by ${end}`, subject }]
      : []
  const never = covered.length === 0
  const message = never
    ? 'Nobody is on call in the next seven days'
    : `Nobody is on call from ${moment(isoAt(at))}, within the next seven days`
  return [{ level: never ? 'error' : 'warning', code: 'schedule_gap', message, subject }]
}

/** Rules behind one that takes everything. */
function shadowed(rules: (typeof alert_routing_rules.$inferSelect)[]): Finding[] {
  const taker = rules.findIndex(
    ({ conditions, actions, match }) => conditions.length === 0 && match === 'all' && !actions.continue,
  )
  if (taker < 0) return []
  const by = rules[taker]?.name ?? ''
  return rules.slice(taker + 1).map(({ id, name }) => ({
    ...{ level: 'warning' as const, code: 'rule_unreachable', subject: { type: 'rule' as const, id, name } },
    message: `It is never asked: “${by}” before it takes everything`,
  }))
}

/** Those whom a policy may call and who cannot be reached. */
const people = (policies: Policy[], { facts, schedules: rotas }: Known): Finding[] =>
  unreachable(policies, rotas, facts).map(({ id, name }) => ({
    ...{ level: 'error' as const, code: 'contact_unverified', subject: { type: 'person' as const, id, name } },
    message: `${name} has no verified way to be reached`,
  }))

/** What could silence all of a policy at once. */
function silences(policy: Policy, { facts, schedules: rotas }: Known): Finding[] {
  const { id, name } = policy
  const subject = { type: 'policy' as const, id, name }
  const way = onlyWay(policy, rotas, facts)
  const quiet = quietSteps(policy, rotas, facts).map(({ step, names }) => ({
    ...{ level: 'warning' as const, code: 'quiet_hours', subject },
    message: `Step ${step + 1} may call only ${names.join(' and ')}, whose quiet hours hold back even what is critical`,
  }))
  if (way === undefined) return quiet
  const message = `Everybody it calls is reached by ${way} alone, and no channel is told: when that fails, nobody hears of it`
  return [...quiet, { level: 'info', code: 'one_way', message, subject }]
}
