import { and, eq } from 'drizzle-orm'
import type { Plan } from '#contract/oncall'
import type { Writer } from '#db/client'
import { incidents } from '#db/schema/engine'
import { escalation_policies } from '#db/schema/escalation-policies'
import { type Alert, liveAlertsOf, noteOn, openAlert, resolveAlerts, setAlert, stopPages } from '#engine/alerts'
import type { Handed } from '#engine/announce'
import { takeStep } from '#engine/call'
import type { Incident } from '#engine/incidents'
import { raise } from '#engine/raise'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'
import { moment } from '#kernel/words'

type Core = Omit<App, 'engine'>
type Payload = Record<string, unknown>
type Act = (app: Core, db: Writer, incident: Incident, given: { at: string; payload: Payload }) => Promise<Handed[]>

/** One person, called every five minutes for a quarter of an hour. */
const planFor = (user_id: string): Plan => ({
  steps: [{ delay_s: 300, targets: [{ type: 'user', id: user_id }] }],
  repeat_count: 2,
  ack_timeout_s: null,
  on_empty: 'next',
})

async function policyOf(db: Writer, incident: Incident, { policy_id, user_id, name }: Payload) {
  if (typeof user_id === 'string') return { id: '', name: `assigned to ${String(name)}`, plan: planFor(user_id) }
  const [row] = await db
    .select()
    .from(escalation_policies)
    .where(and(eq(escalation_policies.id, String(policy_id)), eq(escalation_policies.tenant_id, incident.tenant_id)))
  if (!row) return undefined
  const { id, steps, repeat_count, ack_timeout_s, on_empty } = row
  return { id, name: row.name, plan: { steps, repeat_count, ack_timeout_s, on_empty } }
}

/** Somebody else is called from now on. */
const assigned: Act = async (app, db, incident, { at, payload }) => {
  const now = app.clock.now()
  const policy = await policyOf(db, incident, payload)
  if (incident.status === 'resolved' || !policy) return []
  const by = String(payload.actor_label ?? 'somebody')
  await resolveAlerts(db, { ...incident, resolved_by: `${by}, who gave it to ${String(payload.name)}` }, now)
  const message = `${by} gave it to ${String(payload.name)}`
  const chain = [{ at, what: 'reassigned' as const, took: true, message }]
  const alert = await openAlert(db, { incident, status: 'firing', reason: null, chain, policy }, now)
  return takeStep(app, db, alert, incident, { at })
}

/** Nobody is called until the end of the snooze; then the steps begin anew. */
const snoozed: Act = async (app, db, incident) => {
  const now = app.clock.now()
  const { snoozed_until } = incident
  if (!snoozed_until || incident.status === 'resolved') return []
  const live = await liveAlertsOf(db, incident.id)
  const reason = `Snoozed until ${moment(snoozed_until)}`
  for (const { id } of live) await setAlert(db, id, { next_at: snoozed_until, reason }, now)
  const ids = live.map(({ id }) => id)
  if (ids.length > 0) await stopPages(db, ids, 'snoozed', now)
  return []
}

/** The alert begins anew with its first step, whatever has come before. */
export async function restart(app: Core, db: Writer, alert: Alert, incident: Incident): Promise<Handed[]> {
  const now = app.clock.now()
  // A row of its own, so that what was done before stays as it was.
  const fresh = await openAlert(
    db,
    {
      incident,
      status: 'firing',
      reason: null,
      chain: alert.chain,
      rule: alert.rule_id ? { id: alert.rule_id, name: alert.rule_name ?? '' } : null,
      policy: alert.plan ? { id: alert.policy_id ?? '', name: alert.policy_name ?? '', plan: alert.plan } : null,
      channel_ids: alert.channel_ids,
    },
    now,
  )
  await setAlert(
    db,
    alert.id,
    { status: 'resolved', reason: 'It began anew', next_at: null, resolved_at: isoAt(now) },
    now,
  )
  return takeStep(app, db, fresh, incident, { at: isoAt(now), anew: true })
}

const unsnoozed: Act = async (app, db, incident) => {
  if (incident.status === 'resolved') return []
  const handed: Handed[] = []
  for (const alert of await liveAlertsOf(db, incident.id))
    if (incident.status === 'open') handed.push(...(await restart(app, db, alert, incident)))
  return handed
}

/** It goes on after all. */
const reopened: Act = (app, db, incident, { at, payload }) => {
  const message = `${String(payload.actor_label ?? 'Somebody')} opened it again`
  const chain = [{ at, what: 'reassigned' as const, took: false, message }]
  return raise(app, db, incident, { at, chain, alone: true })
}

/** It is a part of another one, which goes on. */
const merged: Act = async (app, db, incident) => {
  await resolveAlerts(db, incident, app.clock.now())
  return []
}
const nothing: Act = async () => []

/** What people do about an incident, as far as somebody is to be called, or not any more. */
export const responses: Record<string, Act> = {
  'incident.assigned': assigned,
  'incident.snoozed': snoozed,
  'incident.unsnoozed': unsnoozed,
  'incident.reopened': reopened,
  'incident.merged': merged,
  'incident.updated': nothing,
}

/** The end of a snooze: as if it were fresh. */
export async function wakeUp(app: Core, db: Writer, incident: Incident): Promise<Incident> {
  const now = app.clock.now()
  const [row] = await db
    .update(incidents)
    .set({ snoozed_until: null, updated_at: isoAt(now) })
    .where(eq(incidents.id, incident.id))
    .returning()
  await noteOn(db, incident.id, 'unsnoozed', 'The snooze is over', now)
  return row ?? incident
}

/** An acknowledgement that nobody confirmed: the incident is open again. */
export async function expire(app: Core, db: Writer, incident: Incident): Promise<Incident> {
  const now = app.clock.now()
  const [row] = await db
    .update(incidents)
    .set({ status: 'open', acknowledged_at: null, acknowledged_by: null, updated_at: isoAt(now) })
    .where(and(eq(incidents.id, incident.id), eq(incidents.status, 'acknowledged')))
    .returning()
  if (row) {
    const message = `The acknowledgement of ${incident.acknowledged_by ?? 'somebody'} has run out: people are called again`
    await noteOn(db, incident.id, 'ack_expired', message, now)
  }
  return row ?? incident
}
