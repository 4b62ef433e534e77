import Database from 'libsql'
import { HOUR_MS } from '#engine/chunk'

export type Row = (number | string | ArrayBuffer | null)[]
type Statement = { run: (args: unknown[]) => { changes: number }; all: (args: unknown[]) => unknown[] }

const DAY_MS = 86_400_000
export const dayOf = (at: number) => Math.floor(at / DAY_MS)
/** Packed checks of a day lie in one table, so that it can be dropped whole. */
export const dayTable = (hour: number) =>
  `checks_${new Date(hour * HOUR_MS).toISOString().slice(0, 10).replaceAll('-', '')}`
/** Checks of an hour that is not packed yet. */
export const freshTable = (hour: number) => `fresh_${hour}`
export const bytesOf = (value: unknown) => new Uint8Array(value as ArrayBuffer)
export const marks = (count: number) => Array(count).fill('?').join(',')

/** `monitor` is a series everywhere. `hours` and `days` are figures of one; `sums` those of a whole workspace from one region. */
const TABLES = `
create table if not exists messages (id integer primary key, reason text, message text not null, day integer not null);
create table if not exists hours (
  monitor integer not null, hour integer not null,
  up integer not null, degraded integer not null, down integer not null, unknown integer not null,
  median integer, hist blob not null, phases blob,
  primary key (monitor, hour)
) without rowid;
create table if not exists days (
  monitor integer not null, day integer not null,
  up integer not null, degraded integer not null, down integer not null, unknown integer not null,
  hist blob not null, phases blob not null,
  primary key (monitor, day)
) without rowid;
create table if not exists sums (
  scope text not null, region integer not null, hour integer not null, hist blob not null, phases blob not null,
  primary key (scope, region, hour)
) without rowid;
create table if not exists marks (name text primary key, value integer not null) without rowid;`
const PACKED =
  '(monitor integer, hour integer, n integer, bytes blob, form integer not null default 0, phases blob, primary key (monitor, hour)) without rowid'

/** The file of the history with its tables and prepared statements; knows nothing of what checks mean. */
export function openTables(file: string, durable: boolean) {
  const db = new Database(file, { timeout: 1_000 })
  // auto_vacuum only takes effect before the first table.
  for (const pragma of [
    'auto_vacuum=INCREMENTAL',
    'journal_mode=WAL',
    `synchronous=${durable ? 'NORMAL' : 'OFF'}`,
    'cache_size=-4000',
  ])
    db.exec(`pragma ${pragma}`)
  db.exec(TABLES)

  const prepared = new Map<string, Statement>()
  function statement(sql: string): Statement {
    const known = prepared.get(sql)
    if (known) return known
    if (prepared.size > 200) prepared.clear()
    const made = db.prepare(sql) as unknown as Statement & { raw: () => void; reader: boolean }
    if (made.reader) made.raw()
    prepared.set(sql, made)
    return made
  }
  // Safe: `raw` rows are arrays of the column values, which SQLite types as these.
  const rows = (sql: string, args: unknown[] = []) => statement(sql).all(args) as Row[]
  const run = (sql: string, args: unknown[] = []) => statement(sql).run(args).changes

  const named = (like: string) =>
    rows('select name, sql from sqlite_master where type = ? and name glob ?', ['table', like])
  const known = new Set<string>()
  function look() {
    known.clear()
    for (const kind of ['checks_[0-9]*', 'fresh_[0-9]*', 'recent_[0-9]*'])
      for (const [name] of named(kind)) known.add(String(name))
  }
  /** Columns that files of an earlier version lack. */
  function complete() {
    for (const [name, sql] of named('checks_[0-9]*'))
      if (!String(sql).includes('form integer')) {
        db.exec(`alter table ${name} add column form integer not null default 0`)
        db.exec(`alter table ${name} add column phases blob`)
      }
    for (const [, sql] of named('hours'))
      if (!String(sql).includes('phases')) db.exec('alter table hours add phases blob')
    prepared.clear()
  }
  complete()
  look()

  function ensure(name: string, columns: string): string {
    if (!known.has(name)) db.exec(`create table if not exists ${name} ${columns}`)
    known.add(name)
    return name
  }
  return {
    rows,
    run,
    has: (name: string) => known.has(name),
    /** Names that begin so, in order. */
    names: (start: string) => [...known].filter((name) => name.startsWith(start)).sort(),
    packed: (hour: number) => ensure(dayTable(hour), PACKED),
    fresh: (hour: number) => ensure(freshTable(hour), '(region integer not null, bytes blob not null)'),
    drop(name: string) {
      prepared.clear()
      db.exec(`drop table if exists ${name}`)
      known.delete(name)
    },
    /** All of it is on disk afterwards, or nothing. */
    transaction<T>(work: () => T): T {
      db.exec('begin immediate')
      try {
        const done = work()
        db.exec('commit')
        return done
      } catch (error) {
        try {
          db.exec('rollback')
          // A table made in this transaction is gone with it.
          prepared.clear()
          look()
        } catch {}
        throw error
      }
    },
    vacuum: (pages: number) => db.exec(`pragma incremental_vacuum(${pages})`),
    close() {
      prepared.clear()
      db.close()
    },
  }
}
export type Tables = ReturnType<typeof openTables>
