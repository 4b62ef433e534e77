import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type {
  AlertStatus,
  CorrelationKind,
  Decision,
  FeedType,
  PageStatus,
  Plan,
  PlannedContact,
  Target,
} from '#contract/oncall'
import { id, instant, json } from '#db/columns'
import { incidents } from '#db/schema/engine'
import { tenants } from '#db/schema/tenants'

/** What was decided about an incident, and how far the calling of people has come. */
export const alerts = sqliteTable(
  'alerts',
  {
    id: id(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    incident_id: text()
      .notNull()
      .references(() => incidents.id, { onDelete: 'cascade' }),
    status: text().$type<AlertStatus>().notNull(),
    /** Why it is as it is, in a sentence. */
    reason: text(),
    rule_id: text(),
    rule_name: text(),
    policy_id: text(),
    policy_name: text(),
    /** The policy's steps as they were when it fired. */
    plan: json<Plan>(),
    /** Channels that hear of it besides the steps. */
    channel_ids: json<string[]>().notNull().default([]),
    /** The step that was last taken, from 0; -1 before the first. */
    step: integer().notNull().default(-1),
    /** How often all steps have been gone through. */
    round: integer().notNull().default(0),
    /** When something is to be done next: the next step, the end of a snooze or of an acknowledgement. */
    next_at: instant(),
    chain: json<Decision[]>().notNull(),
    acknowledged_at: instant(),
    acknowledged_by: text(),
    resolved_at: instant(),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (t) => [
    index('alerts_due').on(t.next_at).where(sql`next_at is not null`),
    index('alerts_incident').on(t.incident_id),
    index('alerts_tenant').on(t.tenant_id, t.created_at),
  ],
)

/** One person called by one step: their own plan of ways, and how far it has come. */
export const pages = sqliteTable(
  'pages',
  {
    id: id(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    alert_id: text()
      .notNull()
      .references(() => alerts.id, { onDelete: 'cascade' }),
    incident_id: text().notNull(),
    user_id: text().notNull(),
    user_name: text().notNull(),
    step: integer().notNull(),
    round: integer().notNull(),
    /** What the step names that led to this person. */
    via: json<Target & { name: string }>().notNull(),
    status: text().$type<PageStatus>().notNull(),
    reason: text(),
    plan: json<PlannedContact[]>().notNull(),
    next_at: instant(),
    acknowledged_at: instant(),
    created_at: instant().notNull(),
    ended_at: instant(),
  },
  (t) => [
    uniqueIndex('pages_once').on(t.alert_id, t.round, t.step, t.user_id),
    index('pages_due').on(t.next_at).where(sql`next_at is not null`),
    index('pages_incident').on(t.incident_id),
    index('pages_tenant').on(t.tenant_id, t.created_at),
  ],
)

/** Incidents that are taken for one trouble. People hear of it once. */
export const correlation_groups = sqliteTable(
  'correlation_groups',
  {
    id: id(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    status: text({ enum: ['open', 'resolved'] }).notNull(),
    kind: text().$type<CorrelationKind>().notNull(),
    /** What they have in common: a host name, an address, a monitor's id. */
    value: text().notNull(),
    title: text().notNull(),
    /** The probable root: the parent if it is among them, else the first. */
    root_incident_id: text().notNull(),
    size: integer().notNull(),
    opened_at: instant().notNull(),
    /** When the last one joined; the window counts from here. */
    last_at: instant().notNull(),
    /** When those who know of it are to be told how it has grown, and of how many they know. */
    summary_at: instant(),
    summarised: integer().notNull().default(1),
    resolved_at: instant(),
  },
  (t) => [
    index('correlation_groups_tenant').on(t.tenant_id, t.opened_at),
    index('correlation_groups_summary').on(t.summary_at).where(sql`summary_at is not null`),
  ],
)

/** What an open incident could have in common with another; looked up by key, never searched. */
export const correlation_keys = sqliteTable(
  'correlation_keys',
  {
    tenant_id: text().notNull(),
    key: text().notNull(),
    incident_id: text()
      .notNull()
      .references(() => incidents.id, { onDelete: 'cascade' }),
    at: instant().notNull(),
  },
  (t) => [
    index('correlation_keys_key').on(t.tenant_id, t.key, t.at),
    index('correlation_keys_incident').on(t.incident_id),
  ],
)

/** What happened, for everybody's inbox; one row whatever the number of readers. */
export const feed_events = sqliteTable(
  'feed_events',
  {
    seq: integer().primaryKey({ autoIncrement: true }),
    id: text().notNull().unique(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    type: text().$type<FeedType>().notNull(),
    title: text().notNull(),
    body: text().notNull(),
    /** Path in the web interface. */
    path: text().notNull(),
    data: json<Record<string, unknown>>().notNull(),
    /** Only for this person; empty for everybody. */
    user_id: text(),
    at: instant().notNull(),
  },
  (t) => [index('feed_events_tenant').on(t.tenant_id, t.seq)],
)

/** When those on call change next, of schedules that tell it. */
export const schedule_watches = sqliteTable(
  'schedule_watches',
  {
    schedule_id: text().primaryKey(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    /** Who was on call when it was last looked at. */
    users: json<string[]>().notNull(),
    next_at: instant(),
  },
  (t) => [
    index('schedule_watches_tenant').on(t.tenant_id),
    index('schedule_watches_due').on(t.next_at).where(sql`next_at is not null`),
  ],
)
