import Database from 'libsql'
import { type Chunk, decode, HOUR_MS, isTimed, used } from '#engine/chunk'
import { add, newHistogram, pack, percentile } from '#engine/histogram'
import { createMessages } from '#engine/messages'
import type { Reason } from '#probes/define'

/** One check as it waits to be written: monitor, time, tenths of a millisecond (-1 = none), code. */
export type Raw = [monitor: number, at: number, ms10: number, code: number]
type Row = (number | string | ArrayBuffer | null)[]
type Statement = { run: (args: unknown[]) => unknown; all: (args: unknown[]) => unknown[] }

/** Rows in one INSERT: a statement of 256 values is prepared once and costs half a microsecond a row; the rest goes in smaller ones. */
const ROWS = [64, 16, 4, 1]
const DAY_MS = 86_400_000

/** Everything of a day lies in one table, so that it can be dropped whole. */
export const dayTable = (hour: number) =>
  `checks_${new Date(hour * HOUR_MS).toISOString().slice(0, 10).replaceAll('-', '')}`
export const dayOf = (at: number) => Math.floor(at / DAY_MS)

const TABLES = `
create table if not exists messages (id integer primary key, reason text, message text not null, day integer not null);
create table if not exists hours (
  monitor integer not null, hour integer not null,
  up integer not null, degraded integer not null, down integer not null, unknown integer not null,
  median integer, hist blob not null,
  primary key (monitor, hour)
) without rowid;`

export function hourFigures({ bytes, hour }: { bytes: Uint8Array; hour: number }) {
  const histogram = newHistogram()
  decode(bytes, hour, (_, ms10, code) => {
    if (ms10 >= 0 && isTimed(code)) add(histogram, ms10 / 10)
  })
  return histogram
}

/**
 * history.db through the driver itself, with statements prepared once. Fresh checks are appended to a table per hour,
 * which costs least; when the hour is over each monitor's checks become one packed row and one row of figures.
 */
export function openStore(file: string, durable = true) {
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
  const names = (like: string) =>
    rows(`select name from sqlite_master where type = 'table' and name glob ? order by name desc`, [like]).map(String)

  const known = new Set([...names('checks_[0-9]*'), ...names('recent_[0-9]*')])
  function table(name: string, columns: string) {
    if (known.has(name)) return
    db.exec(`create table if not exists ${name} ${columns}`)
    known.add(name)
  }
  function drop(name: string) {
    prepared.clear()
    db.exec(`drop table if exists ${name}`)
    known.delete(name)
  }

  function insertRaw(hour: number, raws: Raw[]) {
    const name = `recent_${hour}`
    table(name, '(monitor integer, at integer, ms integer, code integer)')
    const values = (count: number) => `insert into ${name} values ${Array(count).fill('(?,?,?,?)').join(',')}`
    let at = 0
    for (const count of ROWS)
      for (; raws.length - at >= count; at += count) {
        const part = raws.slice(at, at + count)
        statement(values(count)).run(
          part.flatMap(([monitor, when, ms10, code]) => [monitor, when - hour * HOUR_MS, ms10, code]),
        )
      }
  }
  function insertChunk(chunk: Chunk) {
    const name = dayTable(chunk.hour)
    table(name, '(monitor integer, hour integer, n integer, bytes blob, primary key (monitor, hour)) without rowid')
    const bytes = used(chunk)
    const figures = hourFigures({ bytes, hour: chunk.hour })
    const median = percentile(figures, 0.5)
    statement(`insert or replace into ${name} values (?,?,?,?)`).run([
      chunk.monitor,
      chunk.hour,
      chunk.n,
      Buffer.from(bytes),
    ])
    statement('insert or replace into hours values (?,?,?,?,?,?,?,?)').run([
      chunk.monitor,
      chunk.hour,
      ...chunk.counts,
      median === null ? null : Math.round(median * 10),
      Buffer.from(pack(figures)),
    ])
  }

  return {
    rows,
    days: () =>
      [...known]
        .filter((name) => name.startsWith('checks_'))
        .sort()
        .reverse(),
    recentHours: () =>
      [...known].flatMap((name) => (name.startsWith('recent_') ? [Number(name.slice(7))] : [])).sort((a, b) => a - b),
    recent: (hour: number) =>
      (
        db.prepare(`select monitor, at, ms, code from recent_${hour} order by rowid`) as unknown as {
          raw: () => { iterate: () => Iterable<Raw> }
        }
      )
        .raw()
        .iterate(),
    dropRecent: (hour: number) => drop(`recent_${hour}`),
    /** One transaction: all of it is on disk afterwards, or nothing. */
    write(work: { raws: Map<number, Raw[]>; chunks: Chunk[]; messages: ReturnType<typeof createMessages>['unsaved'] }) {
      db.exec('begin immediate')
      try {
        for (const { id, reason, message, day } of work.messages)
          statement('insert or replace into messages values (?,?,?,?)').run([id, reason, message, day])
        for (const [hour, raws] of work.raws) insertRaw(hour, raws)
        for (const chunk of work.chunks) insertChunk(chunk)
        db.exec('commit')
      } catch (error) {
        // A table made in this transaction is gone with it.
        known.clear()
        try {
          db.exec('rollback')
          for (const name of [...names('checks_[0-9]*'), ...names('recent_[0-9]*')]) known.add(name)
        } catch {}
        throw error
      }
    },
    messages: () =>
      createMessages(
        rows('select id, reason, message, day from messages').map(([id, reason, message, day]) => ({
          id: Number(id),
          // Safe: written from a verdict's reason by `write` alone.
          reason: reason as Reason | null,
          message: String(message),
          day: Number(day),
        })),
      ),
    /** Drops the days before `day` (days since 1970) and gives some of the room back. */
    retain(day: number) {
      const oldest = dayTable(day * 24)
      const old = [...known].filter((name) => name.startsWith('checks_') && name < oldest)
      for (const name of old) drop(name)
      statement('delete from messages where day < ?').run([day])
      if (old.length > 0) db.exec('pragma incremental_vacuum(2000)')
    },
    forget: (monitor: number) => statement('delete from hours where monitor = ?').run([monitor]),
    close() {
      prepared.clear()
      db.close()
    },
  }
}
export type Store = ReturnType<typeof openStore>
