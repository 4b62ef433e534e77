import { and, eq, inArray, isNotNull, isNull, ne, sql } from 'drizzle-orm'
import type { AlertStatus, Decision, Plan } from '#contract/oncall'
import type { TimelineKind } from '#contract/statuses'
import type { Writer } from '#db/client'
import { alerts, pages } from '#db/schema/alerts'
import { incident_timeline, incidents } from '#db/schema/engine'
import type { Incident } from '#engine/incidents'
import { isoAt } from '#kernel/clock'

export type Alert = typeof alerts.$inferSelect
export type Page = typeof pages.$inferSelect

/** As long as it may still call somebody. */
const live: AlertStatus[] = ['firing', 'acknowledged']

export const alertsOf = (db: Writer, incident_id: string): Promise<Alert[]> =>
  db.select().from(alerts).where(eq(alerts.incident_id, incident_id))
export const liveAlertsOf = (db: Writer, incident_id: string): Promise<Alert[]> =>
  db
    .select()
    .from(alerts)
    .where(and(eq(alerts.incident_id, incident_id), inArray(alerts.status, live)))

type Opening = {
  incident: Incident
  status: AlertStatus
  reason: string | null
  chain: Decision[]
  rule?: { id: string; name: string } | null
  policy?: { id: string; name: string; plan: Plan } | null
  channel_ids?: string[]
}

/** What was decided about an incident, as a row that answers "why". */
export async function openAlert(
  db: Writer,
  { incident, policy, rule, ...about }: Opening,
  now: number,
): Promise<Alert> {
  const at = isoAt(now)
  const [alert] = await db
    .insert(alerts)
    .values({
      ...about,
      tenant_id: incident.tenant_id,
      incident_id: incident.id,
      rule_id: rule?.id,
      rule_name: rule?.name,
      policy_id: policy?.id,
      policy_name: policy?.name,
      plan: policy?.plan,
      created_at: at,
      updated_at: at,
    })
    .returning()
  // An insert answers its row.
  return alert!
}

export const setAlert = (db: Writer, id: string, values: Partial<Alert>, now: number) =>
  db
    .update(alerts)
    .set({ ...values, updated_at: isoAt(now) })
    .where(eq(alerts.id, id))

export const noteOn = (
  db: Writer,
  incident_id: string,
  kind: TimelineKind,
  message: string,
  now: number,
  data: Record<string, unknown> | null = null,
) => db.insert(incident_timeline).values({ incident_id, kind, message, data, at: isoAt(now) })

/** Nobody is called any more by these alerts: what people still had before them does not happen. */
export const stopPages = (db: Writer, alert_ids: string[], reason: string, now: number) =>
  db
    .update(pages)
    .set({ status: 'stopped', next_at: null, reason, ended_at: isoAt(now) })
    .where(and(inArray(pages.alert_id, alert_ids), sql`${pages.next_at} is not null`))

/** Somebody takes care: the steps stop, until the acknowledgement ends if it may. */
export async function acknowledgeAlerts(db: Writer, incident: Incident, for_s: number | undefined, now: number) {
  const firing = (await liveAlertsOf(db, incident.id)).filter(({ status }) => status === 'firing')
  const by = incident.acknowledged_by ?? 'somebody'
  for (const { id, plan } of firing) {
    const timeout_s = for_s ?? plan?.ack_timeout_s ?? undefined
    const values = {
      status: 'acknowledged' as const,
      reason: `Acknowledged by ${by}`,
      acknowledged_by: by,
      acknowledged_at: isoAt(now),
      next_at: timeout_s === undefined ? null : isoAt(now + timeout_s * 1_000),
    }
    await setAlert(db, id, values, now)
  }
  if (firing.length > 0) {
    const ids = firing.map(({ id }) => id)
    await stopPages(db, ids, `${by} takes care`, now)
  }
}

/** It is over: nothing is to be done any more. */
export async function resolveAlerts(db: Writer, incident: Incident, now: number, why = 'It is over') {
  const open = await liveAlertsOf(db, incident.id)
  if (open.length === 0) return
  const ids = open.map(({ id }) => id)
  const reason = incident.resolved_by ? `Resolved by ${incident.resolved_by}` : why
  await db
    .update(alerts)
    .set({ status: 'resolved', reason, next_at: null, resolved_at: isoAt(now), updated_at: isoAt(now) })
    .where(inArray(alerts.id, ids))
  await stopPages(db, ids, 'it is over', now)
}

/**
 * Somebody is not to be called any more, as of now: in one workspace, or in all. Where the step that is being waited for
 * has called nobody else, the next one is due at once.
 */
export async function spare(db: Writer, { tenant_id, user_id }: { tenant_id?: string; user_id: string }, now: number) {
  const at = isoAt(now)
  const theirs = and(eq(pages.user_id, user_id), tenant_id === undefined ? undefined : eq(pages.tenant_id, tenant_id))
  await db
    .update(pages)
    .set({ status: 'stopped', next_at: null, reason: 'not a member any more', ended_at: at })
    .where(and(theirs, eq(pages.status, 'active')))
  const standing = and(eq(alerts.id, pages.alert_id), eq(alerts.step, pages.step), eq(alerts.round, pages.round))
  const waiting = await db
    .select({ id: alerts.id, step: alerts.step, round: alerts.round, plan: alerts.plan })
    .from(pages)
    .innerJoin(alerts, standing)
    .innerJoin(incidents, eq(incidents.id, alerts.incident_id))
    .where(
      and(
        theirs,
        eq(alerts.status, 'firing'),
        isNotNull(alerts.next_at),
        eq(incidents.status, 'open'),
        isNull(incidents.snoozed_until),
      ),
    )
  for (const { id, step, round, plan } of waiting) {
    if (plan?.steps[step]?.targets.some(({ type }) => type === 'channel')) continue
    const called = and(eq(pages.alert_id, id), eq(pages.step, step), eq(pages.round, round))
    const others = and(called, ne(pages.user_id, user_id), ne(pages.status, 'unreachable'))
    if ((await db.$count(pages, others)) === 0) await setAlert(db, id, { next_at: at }, now)
  }
}
