import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { HandoffNotice, ScheduleConfig } from '#contract/oncall'
import { id, instant, json } from '#db/columns'
import { tenants } from '#db/schema/tenants'

/** Who is on call, now and in future. `config` counts from `valid_from`; what counted before is in `schedule_versions`. */
export const schedules = sqliteTable(
  'schedules',
  {
    id: id(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    description: text(),
    config: json<ScheduleConfig>().notNull(),
    valid_from: instant().notNull(),
    notice: json<HandoffNotice>().notNull(),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (t) => [index('schedules_tenant').on(t.tenant_id, t.name)],
)

/** What a schedule said between two changes of it: editing never rewrites who was on call. */
export const schedule_versions = sqliteTable(
  'schedule_versions',
  {
    seq: integer().primaryKey({ autoIncrement: true }),
    schedule_id: text()
      .notNull()
      .references(() => schedules.id, { onDelete: 'cascade' }),
    config: json<ScheduleConfig>().notNull(),
    from: instant().notNull(),
    until: instant().notNull(),
  },
  (t) => [index('schedule_versions_schedule').on(t.schedule_id, t.until)],
)

/** Secret addresses of calendars that other programs subscribe to: a schedule's, or all shifts of one person. */
export const calendar_feeds = sqliteTable(
  'calendar_feeds',
  {
    id: id(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    user_id: text().notNull(),
    /** Empty: every shift of this person. */
    schedule_id: text().references(() => schedules.id, { onDelete: 'cascade' }),
    hash: text().notNull(),
    created_at: instant().notNull(),
  },
  (t) => [
    uniqueIndex('calendar_feeds_hash').on(t.hash),
    index('calendar_feeds_user').on(t.tenant_id, t.user_id),
    index('calendar_feeds_schedule').on(t.schedule_id),
  ],
)
