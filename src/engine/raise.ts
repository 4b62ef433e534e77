import { and, asc, eq, inArray } from 'drizzle-orm'
import type { Decision } from '#contract/oncall'
import type { Writer } from '#db/client'
import { alert_routing_rules } from '#db/schema/alert-routing-rules'
import { incidents } from '#db/schema/engine'
import { escalation_policies } from '#db/schema/escalation-policies'
import { type Alert, noteOn, openAlert, setAlert } from '#engine/alerts'
import { announce, channelsOf, type Handed, hearsEach, toChannel } from '#engine/announce'
import { takeStep } from '#engine/call'
import { type Joined, join } from '#engine/groups'
import type { Incident } from '#engine/incidents'
import { type Facts, factsOf } from '#engine/subject'
import type { App } from '#kernel/context'
import { type Routed, route } from '#oncall/route'

type Core = Omit<App, 'engine'>
type Options = {
  /** When it happened, ISO 8601; a held incident is told later than that. */
  at: string
  /** What was decided before. */
  chain?: Decision[]
  /** Not to be taken for a part of something else. */
  alone?: boolean
  /** A fire drill, whatever the rules say. */
  drill?: Drill
}
export type Drill = { policy_id?: string; user_ids?: string[] }

/**
 * People have to hear of a new incident: whether it is a part of something they know already, which rule it matches, and
 * who is called. All of it is written down, in the caller's transaction. Answers the messages that can go out at once.
 */
export async function raise(app: Core, db: Writer, incident: Incident, options: Options): Promise<Handed[]> {
  if (options.drill) return drill(app, db, incident, options)
  const now = app.clock.now()
  const facts = await factsOf(db, incident)
  const { routed, channels } = await routing(db, incident, facts, now)
  const about = { ...incident, severity: routed.severity }
  if (routed.severity !== incident.severity)
    await db.update(incidents).set({ severity: routed.severity }).where(eq(incidents.id, incident.id))
  const told = { at: options.at, facts }
  const { quiet, decision } = await joining(app, db, about, facts, options)
  const chain = [...(options.chain ?? []), ...(decision ? [decision] : []), ...routed.chain]
  if (routed.suppressed) {
    const { rule_id: id, rule_name: name } = routed.suppressed
    const reason = `the rule “${name}” says so`
    await openAlert(db, { incident, status: 'suppressed', reason, chain, rule: { id, name } }, now)
    await noteOn(db, incident.id, 'suppressed', `Nobody is called: ${reason}`, now, { rule_id: id })
    return []
  }
  const chosen = channels.filter(({ row }) => routed.channel_ids.includes(row.id))
  if (quiet) return beQuiet(app, db, about, { quiet, chain, told, chosen })
  const opened = await openAlerts(db, about, routed, chain, now)
  const [first] = opened
  const to = subscribed(chosen).map((channel) => ({ ...toChannel(channel, now), alert_id: first?.id }))
  const handed = await announce(app, db, { event: 'incident.created', incident: about, ...told }, to)
  for (const alert of opened) if (alert.plan) handed.push(...(await takeStep(app, db, alert, about, told)))
  if (first && to.length === 0 && opened.every(({ plan }) => !plan)) {
    const reason = 'There is no policy and no channel for it'
    await setAlert(db, first.id, { reason }, now)
    await noteOn(db, incident.id, 'suppressed', `Nobody is told: ${reason.toLowerCase()}`, now)
  }
  return handed
}

const joining = (app: Core, db: Writer, incident: Incident, facts: Facts, { alone }: Options): Promise<Joined> =>
  alone ? Promise.resolve({}) : join(app, db, incident, facts)

/** People are called as a policy says, or some of them at once; only to see that they hear it. */
async function drill(app: Core, db: Writer, incident: Incident, { at, drill: given }: Options): Promise<Handed[]> {
  const now = app.clock.now()
  const { policy_id, user_ids = [] } = given ?? {}
  const [found] = policy_id
    ? await db
        .select()
        .from(escalation_policies)
        .where(and(eq(escalation_policies.tenant_id, incident.tenant_id), eq(escalation_policies.id, policy_id)))
    : []
  const targets = user_ids.map((id) => ({ type: 'user' as const, id }))
  const steps = found?.steps ?? [{ delay_s: 3_600, targets }]
  const plan = { steps, repeat_count: 0, ack_timeout_s: null, on_empty: 'next' as const }
  const policy = { id: found?.id ?? '', name: found?.name ?? 'Fire drill', plan }
  const chain = [{ at, what: 'rule' as const, took: true, message: 'A fire drill: rules are not asked' }]
  const alert = await openAlert(db, { incident, status: 'firing', reason: null, chain, policy }, now)
  return takeStep(app, db, alert, incident, { at })
}

type Found = Awaited<ReturnType<typeof channelsOf>>
const subscribed = (channels: Found) => channels.filter(({ row }) => row.events.includes('incident.created'))

type Quiet = { quiet: string; chain: Decision[]; told: { at: string; facts: Facts }; chosen: Found }
/** People know of it as a part of something else; programs that follow each incident hear of it all the same. */
async function beQuiet(
  app: Core,
  db: Writer,
  incident: Incident,
  { quiet, chain, told, chosen }: Quiet,
): Promise<Handed[]> {
  const now = app.clock.now()
  const programs = chosen.filter(({ row }) => hearsEach(row.type))
  const channel_ids = programs.map(({ row }) => row.id)
  const alert = await openAlert(db, { incident, status: 'suppressed', reason: quiet, chain, channel_ids }, now)
  await noteOn(db, incident.id, 'suppressed', `Nobody is called: ${quiet}`, now)
  const to = subscribed(programs).map((channel) => ({ ...toChannel(channel, now), alert_id: alert.id }))
  return announce(app, db, { event: 'incident.created', incident, ...told }, to)
}

/** What the rules of the workspace say. */
async function routing(db: Writer, incident: Incident, facts: Facts, now: number) {
  const rules = await db
    .select()
    .from(alert_routing_rules)
    .where(and(eq(alert_routing_rules.tenant_id, incident.tenant_id), eq(alert_routing_rules.enabled, true)))
    .orderBy(asc(alert_routing_rules.position))
  const [policy = null] = await db
    .select({ id: escalation_policies.id, name: escalation_policies.name })
    .from(escalation_policies)
    .where(and(eq(escalation_policies.tenant_id, incident.tenant_id), eq(escalation_policies.is_default, true)))
  const channels = await channelsOf(db, incident.tenant_id)
  const defaults = channels.flatMap(({ row: { id, name, is_default } }) => (is_default ? [{ id, name }] : []))
  const { labels } = facts
  const subject = {
    severity: incident.severity,
    source_type: incident.source_type,
    monitor_type: labels.type ?? incident.source_type,
    tags: labels.tags ?? [],
    name: incident.monitor_name ?? incident.heartbeat_name ?? incident.title,
    regions: labels.regions ?? [],
    at: now,
  }
  return { routed: route(rules, subject, { policy, channels: defaults }), channels }
}

/** One alert for each policy that is to be followed; without any, one that holds what was decided. */
async function openAlerts(
  db: Writer,
  incident: Incident,
  routed: Routed,
  chain: Decision[],
  now: number,
): Promise<Alert[]> {
  const ids = routed.targets.flatMap(({ policy_id }) => policy_id ?? [])
  const policies =
    ids.length > 0
      ? await db
          .select()
          .from(escalation_policies)
          .where(and(eq(escalation_policies.tenant_id, incident.tenant_id), inArray(escalation_policies.id, ids)))
      : []
  const opened: Alert[] = []
  const targets = routed.targets.length > 0 ? routed.targets : [{ policy_id: null, rule: null }]
  for (const [i, { policy_id, rule }] of targets.entries()) {
    const found = policies.find(({ id }) => id === policy_id)
    const { steps, repeat_count, ack_timeout_s, on_empty } = found ?? {}
    const plan = found && {
      steps: steps!,
      repeat_count: repeat_count!,
      ack_timeout_s: ack_timeout_s ?? null,
      on_empty: on_empty!,
    }
    const policy = found && plan ? { id: found.id, name: found.name, plan } : null
    const channel_ids = i === 0 ? routed.channel_ids : []
    opened.push(
      await openAlert(db, { incident, status: 'firing', reason: null, chain, rule, policy, channel_ids }, now),
    )
  }
  const words = opened.map(({ rule_name, policy_name }) =>
    [policy_name ? `policy “${policy_name}”` : 'no policy', rule_name && `by the rule “${rule_name}”`]
      .filter(Boolean)
      .join(' '),
  )
  if (opened.some(({ policy_id }) => policy_id))
    await noteOn(db, incident.id, 'alerted', `Alert: ${words.join('; ')}`, now, {
      alert_ids: opened.map(({ id }) => id),
    })
  return opened
}
