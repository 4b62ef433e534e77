import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { id, instant, json } from '#db/columns'

/** Who did what. Written by `change()` in the same transaction as the change itself. */
export const audit_log = sqliteTable(
  'audit_log',
  {
    id: id(),
    tenant_id: text().notNull(),
    actor_kind: text().notNull(),
    actor_id: text().notNull(),
    actor_label: text().notNull(),
    event: text().notNull(),
    subject_id: text().notNull(),
    after: json<Record<string, unknown>>(),
    address: text(),
    request_id: text(),
    at: instant().notNull(),
  },
  (t) => [index('audit_log_tenant_at').on(t.tenant_id, t.at)],
)

/** What the engine must act on; emptied after commit, survives a crash. */
export const outbox = sqliteTable('outbox', {
  seq: integer().primaryKey({ autoIncrement: true }),
  tenant_id: text().notNull(),
  event: text().notNull(),
  subject_id: text().notNull(),
  payload: json<Record<string, unknown>>().notNull(),
  at: instant().notNull(),
})

/** One row per Idempotency-Key in use; `body` is sealed, since an answer may hold a token shown once. */
export const idempotency_keys = sqliteTable(
  'idempotency_keys',
  {
    key: text().primaryKey(),
    request_hash: text().notNull(),
    state: text({ enum: ['running', 'committed', 'answered'] }).notNull(),
    subject_id: text(),
    status: integer(),
    headers: json<Record<string, string>>(),
    body: text(),
    created_at: instant().notNull(),
  },
  (t) => [index('idempotency_keys_created_at').on(t.created_at)],
)

/** Single facts of the appliance itself: set-up token, when it was last alive. */
export const appliance = sqliteTable('appliance', {
  key: text().primaryKey(),
  value: text().notNull(),
})
