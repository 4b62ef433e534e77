import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { HeartbeatKind } from '#contract/heartbeats'
import type { Severity } from '#contract/statuses'
import { instant, json } from '#db/columns'
import { tenants } from '#db/schema/tenants'
import type { AiExpectation, NumberRule, Schedule } from '#heartbeats/define'

/** A word in a body or a subject, and what a ping with it means. */
export type PingRule = {
  in: 'body' | 'subject'
  contains: string
  means: 'success' | 'fail' | 'start' | 'log' | 'ignore'
}
export type PingFilter = {
  /** GET and HEAD are answered and not counted: link scanners and previews of chats use them. */
  post_only: boolean
  rules: PingRule[]
  /** What a ping means that no rule is about: nothing, for those that rules are all about. */
  otherwise: 'success' | 'fail' | 'log' | 'ignore'
}

/** Jobs and agents that report in. `slug` is sealed: whoever knows it can report. */
export const heartbeats = sqliteTable(
  'heartbeats',
  {
    number: integer().primaryKey({ autoIncrement: true }),
    id: text().notNull().unique(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    kind: text().$type<HeartbeatKind>().notNull(),
    name: text().notNull(),
    /** The name as part of an address, for pings with the key of the workspace. */
    name_slug: text().notNull(),
    slug: text().notNull(),
    slug_hash: text().notNull().unique(),
    schedule: json<Schedule>().notNull(),
    grace_s: integer().notNull(),
    max_runtime_s: integer(),
    min_interval_s: integer(),
    per_day: json<{ min?: number; max?: number }>(),
    failures: integer().notNull().default(1),
    manual_resume: integer({ mode: 'boolean' }).notNull().default(false),
    watch_duration: integer({ mode: 'boolean' }).notNull().default(false),
    numbers: json<NumberRule[]>().notNull().default([]),
    filter: json<PingFilter>().notNull(),
    ai: json<AiExpectation>(),
    severity: text().$type<Severity>().notNull(),
    reminder_interval_s: integer(),
    tags: json<string[]>().notNull(),
    runbook_url: text(),
    description: text(),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (t) => [
    index('heartbeats_tenant').on(t.tenant_id, t.kind, t.number),
    index('heartbeats_name_slug').on(t.tenant_id, t.name_slug),
  ],
)

/** One key for all heartbeats of a workspace (`/ping/{key}/{name}`), and whether an unknown name makes a new one. */
export const ping_keys = sqliteTable('ping_keys', {
  tenant_id: text()
    .primaryKey()
    .references(() => tenants.id, { onDelete: 'cascade' }),
  key: text().notNull(),
  hash: text().notNull().unique(),
  auto_create: integer({ mode: 'boolean' }).notNull().default(false),
  created_at: instant().notNull(),
})
