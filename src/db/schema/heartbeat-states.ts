import { sql } from 'drizzle-orm'
import { blob, index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { HeartbeatReason, PingDoor, PingKind, RunStatus, StoredHeartbeatStatus } from '#contract/heartbeats'
import { instant, json } from '#db/columns'
import { heartbeats } from '#db/schema/heartbeats'

const heartbeat = () =>
  integer()
    .notNull()
    .references(() => heartbeats.number, { onDelete: 'cascade' })

/** Where each heartbeat stands, as of its last ping or deadline; written by the engine alone, in the transaction of a ping. */
export const heartbeat_states = sqliteTable(
  'heartbeat_states',
  {
    heartbeat: integer()
      .primaryKey()
      .references(() => heartbeats.number, { onDelete: 'cascade' }),
    status: text().$type<StoredHeartbeatStatus>().notNull(),
    since: instant().notNull(),
    expected_at: instant(),
    deadline_at: instant(),
    /** The next moment at which silence means something: what the alarm clock is set by. */
    alert_at: instant(),
    last_ping_at: instant(),
    last_run_at: instant(),
    pings: integer().notNull().default(0),
    reason: text().$type<HeartbeatReason>(),
    message: text(),
    /** What else its next signal is judged by: runs under way, last durations, problems (`State` of src/heartbeats/define.ts). */
    data: json<Record<string, unknown>>().notNull(),
    /** What was learned about an agent, and when. */
    model: json<Record<string, unknown>>(),
    learned_at: instant(),
  },
  (t) => [index('heartbeat_states_alert').on(t.alert_at).where(sql`alert_at is not null`)],
)

/** What came in, newest kept (`n` counts up for each heartbeat). */
export const heartbeat_pings = sqliteTable(
  'heartbeat_pings',
  {
    seq: integer().primaryKey({ autoIncrement: true }),
    heartbeat: heartbeat(),
    n: integer().notNull(),
    kind: text().$type<PingKind>().notNull(),
    at: instant().notNull(),
    door: text().$type<PingDoor>().notNull(),
    method: text(),
    address: text(),
    agent: text(),
    rid: text(),
    exit_code: integer(),
    duration_ms: integer(),
    numbers: json<Record<string, number>>(),
    note: text(),
    body_bytes: integer().notNull().default(0),
  },
  (t) => [uniqueIndex('heartbeat_pings_n').on(t.heartbeat, t.n)],
)
/** What a ping said, as it came (packed when it is long); its text is for reading, never to be run or shown as a page. */
export const heartbeat_bodies = sqliteTable('heartbeat_bodies', {
  ping: integer()
    .primaryKey()
    .references(() => heartbeat_pings.seq, { onDelete: 'cascade' }),
  packed: integer({ mode: 'boolean' }).notNull(),
  data: blob({ mode: 'buffer' }).notNull(),
})

/** Runs that ended, with their numbers: the history of a job. */
export const heartbeat_runs = sqliteTable(
  'heartbeat_runs',
  {
    seq: integer().primaryKey({ autoIncrement: true }),
    heartbeat: heartbeat(),
    status: text().$type<RunStatus>().notNull(),
    began_at: instant(),
    ended_at: instant().notNull(),
    duration_ms: integer(),
    rid: text(),
    numbers: json<Record<string, number>>(),
    /** Of agents: model, provider, trace, error, and what else they tell. */
    details: json<Record<string, unknown>>(),
    /** Codes of what was wrong with it. */
    problems: json<string[]>(),
  },
  (t) => [index('heartbeat_runs_ended').on(t.heartbeat, t.ended_at)],
)

/** Changes of status at their exact time: the truth about when it was down. */
export const heartbeat_flips = sqliteTable(
  'heartbeat_flips',
  {
    seq: integer().primaryKey({ autoIncrement: true }),
    heartbeat: heartbeat(),
    from: text().$type<StoredHeartbeatStatus>().notNull(),
    to: text().$type<StoredHeartbeatStatus>().notNull(),
    at: instant().notNull(),
    reason: text().$type<HeartbeatReason>(),
    message: text(),
  },
  (t) => [index('heartbeat_flips_at').on(t.heartbeat, t.at)],
)
