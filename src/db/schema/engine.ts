import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type {
  DeliveryStatus,
  IncidentStatus,
  IntervalStatus,
  MonitorStatus,
  Severity,
  SourceType,
  TimelineKind,
} from '#contract/statuses'
import { id, instant, json } from '#db/columns'
import { monitors } from '#db/schema/monitors'
import { probers } from '#db/schema/probers'
import { tenants } from '#db/schema/tenants'

/**
 * Why an incident is not announced: its parent is down, or has to be asked first, or the monitor itself again, or a prober
 * still delivers what it saw while it was cut off, or it is worked on (`by` is the maintenance window); or it was over before it became known.
 */
export type Hold = {
  why: 'parent_down' | 'asking_parent' | 'asking_again' | 'catching_up' | 'maintenance' | 'over'
  by: string
  name: string
  since: string
}

/** What rules can ask about an incident's subject. */
export type Labels = { type?: string; tags?: string[]; regions?: string[] }

/** Where each monitor stands, as of its last transition; streaks in between live in memory. */
export const monitor_states = sqliteTable('monitor_states', {
  monitor: integer()
    .primaryKey()
    .references(() => monitors.number, { onDelete: 'cascade' }),
  status: text().$type<MonitorStatus>().notNull(),
  since: instant().notNull(),
  streak: integer().notNull().default(0),
  reason: text(),
  message: text(),
  evidence: json<Record<string, unknown>>(),
  response_time_ms: integer(),
  checked_at: instant(),
  /** In a maintenance window since then; what is known of it goes on beside that. */
  maintained_since: instant(),
})

/** From–to during which a monitor was in one state: the truth for uptime. The open one has no `until`. */
export const state_intervals = sqliteTable(
  'state_intervals',
  {
    seq: integer().primaryKey({ autoIncrement: true }),
    monitor: integer()
      .notNull()
      .references(() => monitors.number, { onDelete: 'cascade' }),
    status: text().$type<IntervalStatus>().notNull(),
    reason: text(),
    from: instant().notNull(),
    until: instant(),
  },
  (t) => [
    index('state_intervals_monitor').on(t.monitor, t.from),
    uniqueIndex('state_intervals_open').on(t.monitor).where(sql`until is null`),
  ],
)

export const incidents = sqliteTable(
  'incidents',
  {
    id: id(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    title: text().notNull(),
    status: text().$type<IncidentStatus>().notNull(),
    severity: text().$type<Severity>().notNull(),
    source_type: text().$type<SourceType>().notNull(),
    /** The monitor's API id; kept when the monitor is deleted. */
    monitor_id: text(),
    monitor_name: text(),
    heartbeat_id: text(),
    heartbeat_name: text(),
    dedup_key: text().notNull(),
    reason: text(),
    message: text(),
    opened_at: instant().notNull(),
    acknowledged_at: instant(),
    acknowledged_by: text(),
    resolved_at: instant(),
    resolved_by: text(),
    /** When the last "still down" reminder was queued. */
    reminded_at: instant(),
    /** Set while nobody is told because of something else: what it waits for. */
    held: json<Hold>(),
    /** The group of incidents that it is taken for one trouble with. */
    group_id: text(),
    /** Nobody is called until then. */
    snoozed_until: instant(),
    assignee_id: text(),
    assignee_name: text(),
    /** It was found to be part of this one. */
    merged_into: text(),
    reopened_at: instant(),
    /** The door it came in through, what it calls itself there, and where it is described. */
    integration_id: text(),
    source: text(),
    source_url: text(),
    /** For the tests of routing: tags and type of what it is about, as they were when it opened. */
    labels: json<Labels>(),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (t) => [
    uniqueIndex('incidents_one_open').on(t.tenant_id, t.dedup_key).where(sql`status <> 'resolved'`),
    index('incidents_tenant').on(t.tenant_id, t.opened_at),
    index('incidents_monitor').on(t.monitor_id, t.opened_at),
    index('incidents_heartbeat').on(t.heartbeat_id, t.opened_at).where(sql`heartbeat_id is not null`),
    index('incidents_merged').on(t.dedup_key).where(sql`merged_into is not null`),
    index('incidents_group').on(t.group_id).where(sql`group_id is not null`),
    index('incidents_held').on(t.opened_at).where(sql`held is not null and status <> 'resolved'`),
  ],
)

export const incident_timeline = sqliteTable(
  'incident_timeline',
  {
    id: id(),
    incident_id: text()
      .notNull()
      .references(() => incidents.id, { onDelete: 'cascade' }),
    kind: text().$type<TimelineKind>().notNull(),
    actor_id: text(),
    actor_label: text(),
    message: text().notNull(),
    data: json<Record<string, unknown>>(),
    at: instant().notNull(),
  },
  (t) => [index('incident_timeline_incident').on(t.incident_id, t.at)],
)

/** One message to one channel. Claimed by a conditional update with a lease; sent at least once. */
export const deliveries = sqliteTable(
  'deliveries',
  {
    id: id(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    /** A channel's id, `user:` and a person's (mail to their account), or `push:` and a device's. */
    channel_id: text().notNull(),
    incident_id: text(),
    alert_id: text(),
    page_id: text(),
    /** The person it is for; empty for a channel of the workspace. */
    user_id: text(),
    /** What it is about, for fairness between the noisy and the quiet. */
    source: text().notNull().default(''),
    /** Lower goes first: 0 tests and codes, 1 the first alarm of a source, 2 alarms, 3 news of them, 4 digests. */
    priority: integer().notNull().default(2),
    /** The message that carried this one as well. */
    bundle_id: text(),
    /** When another way is tried, should this one not have worked. */
    fallback_at: instant(),
    event: text().notNull(),
    /** Same event, channel and key twice is one delivery. */
    dedup_key: text().notNull().unique(),
    status: text().$type<DeliveryStatus>().notNull(),
    attempts: integer().notNull().default(0),
    next_attempt_at: instant().notNull(),
    lease_until: instant(),
    give_up_at: instant().notNull(),
    notice: json<Record<string, unknown>>().notNull(),
    error: text(),
    created_at: instant().notNull(),
    sent_at: instant(),
  },
  (t) => [
    index('deliveries_due').on(t.next_attempt_at).where(sql`status in ('pending', 'sending')`),
    index('deliveries_channel')
      .on(t.channel_id, t.status, t.priority, t.next_attempt_at, t.id)
      .where(sql`status in ('pending', 'sending')`),
    index('deliveries_source').on(t.channel_id, t.source).where(sql`status in ('pending', 'sending')`),
    index('deliveries_fallback').on(t.fallback_at).where(sql`fallback_at is not null`),
    index('deliveries_incident').on(t.incident_id),
    index('deliveries_page').on(t.page_id).where(sql`page_id is not null`),
    // What was sent to a destination lately, for its limits.
    index('deliveries_sent').on(t.channel_id, t.sent_at).where(sql`sent_at is not null`),
    index('deliveries_tenant').on(t.tenant_id),
  ],
)

/** Every attempt with the provider's answer. */
export const notification_log = sqliteTable(
  'notification_log',
  {
    id: id(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    delivery_id: text().notNull(),
    channel_id: text().notNull(),
    channel_name: text().notNull(),
    channel_type: text().notNull(),
    incident_id: text(),
    user_id: text(),
    user_name: text(),
    event: text().notNull(),
    title: text().notNull(),
    attempt: integer().notNull(),
    status: text({ enum: ['sent', 'failed', 'suppressed'] }).notNull(),
    error: text(),
    answer: text(),
    duration_ms: integer(),
    created_at: instant().notNull(),
  },
  (t) => [index('notification_log_tenant').on(t.tenant_id, t.created_at)],
)

/** A channel whose provider refused it for good (wrong token, deleted webhook); cleared when it is edited or a test succeeds. */
export const channel_failures = sqliteTable('channel_failures', {
  channel_id: text().primaryKey(),
  error: text().notNull(),
  since: instant().notNull(),
})

/** A region of a workspace as a small number, which history rows use; `local` is 0 and has no row. Never deleted: history keeps it. */
export const regions = sqliteTable(
  'regions',
  {
    number: integer().primaryKey({ autoIncrement: true }),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    name: text().notNull(),
  },
  (t) => [uniqueIndex('regions_name').on(t.tenant_id, t.name)],
)

/** When the appliance (no prober) or a prober could not see, and why; what it would have found is unknown. */
export const blind_periods = sqliteTable(
  'blind_periods',
  {
    id: id(),
    prober_id: text().references(() => probers.id, { onDelete: 'cascade' }),
    cause: text({ enum: ['uplink', 'off', 'asleep', 'offline'] }).notNull(),
    message: text().notNull(),
    from: instant().notNull(),
    until: instant(),
  },
  (t) => [index('blind_periods_from').on(t.from), index('blind_periods_prober').on(t.prober_id)],
)
