import { append, type Chunk, decode, type Form, forms, HOUR_MS, isTimed, newChunk, used } from '#engine/chunk'
import { add, type Histogram, newHistogram, pack, percentile } from '#engine/histogram'
import { packFresh, type Raw, unpackFresh } from '#engine/history-fresh'
import { packSlots, packSum, totalOf, unpackSlots } from '#engine/history-phases'
import { redoDay, rolledUntil } from '#engine/history-rolling'
import { type Figures, openSums } from '#engine/history-sums'
import { bytesOf, dayTable, freshTable, openTables, type Tables } from '#engine/history-tables'
import { createMessages, type Messages } from '#engine/messages'
import { numberOf, regionOf } from '#engine/series'
import type { Reason } from '#probes/define'

/** Whose monitor it is, to sum up all of a workspace; nothing for one that nobody knows any more. */
export type ScopeOf = (number: number) => string | undefined
type Work = { raws: Raw[]; chunks: Chunk[]; messages: Messages['unsaved']; scopeOf: ScopeOf }

/** Where a region would stand in a row that says: what was before this of that series is void. */
const FORGOTTEN = -1
const seriesFrom = (bytes: unknown) => Number(Buffer.from(bytesOf(bytes)).toString())

const hourOf = (at: number) => Math.floor(at / HOUR_MS)

export function histogramOf(bytes: Uint8Array, hour: number, form: Form): Histogram {
  const histogram = newHistogram()
  decode(bytes, hour, form, (_, ms10, code) => {
    if (ms10 >= 0 && isTimed(code)) add(histogram, ms10 / 10)
  })
  return histogram
}

/** One row of checks and one of figures. Answers the figures, and those it had before if it was taken out again. */
function packChunk(tables: Tables, chunk: Chunk): { now: Figures; before: Figures | undefined } {
  const { series, hour, n, counts, slots } = chunk
  const bytes = used(chunk)
  const key = [series, hour]
  const sql = 'select hist, phases from hours where monitor = ? and hour = ?'
  const [old] = chunk.reopened ? tables.rows(sql, key) : []
  const histogram = histogramOf(bytes, hour, forms.differences)
  const median = percentile(histogram, 0.5)
  const now = { hist: Buffer.from(pack(histogram)), phases: Buffer.from(packSum(totalOf(slots))) }
  const checks = [...key, n, Buffer.from(bytes), forms.differences, Buffer.from(packSlots(slots))]
  tables.run(`insert or replace into ${tables.packed(hour)} values (?,?,?,?,?,?)`, checks)
  const figures = [...key, ...counts, median === null ? null : Math.round(median * 10), now.hist, now.phases]
  tables.run('insert or replace into hours values (?,?,?,?,?,?,?,?,?)', figures)
  // Without phases it was written by an earlier version, which summed nothing up.
  return { now, before: old?.[1] ? { hist: bytesOf(old[0]), phases: bytesOf(old[1]) } : undefined }
}

function packAll(tables: Tables, { chunks, scopeOf }: Work) {
  if (chunks.length === 0) return
  const rolled = rolledUntil(tables)
  const sums = openSums(tables)
  for (const chunk of chunks) {
    const { series, hour } = chunk
    const { now, before } = packChunk(tables, chunk)
    const scope = scopeOf(numberOf(series))
    if (scope && before) sums.add(scope, regionOf(series), hour, before, -1)
    if (scope) sums.add(scope, regionOf(series), hour, now)
    if (Math.floor(hour / 24) < rolled) redoDay(tables, series, Math.floor(hour / 24))
  }
  sums.save()
}

/**
 * history.db. Fresh checks are appended to a table per hour, which costs least; when the hour is over each series' checks
 * become one packed row and one row of figures.
 */
export function openStore(file: string, durable = true) {
  const tables = openTables(file, durable)

  /** Checks of an hour as an earlier version left them: a row each. */
  function older(hour: number, visit: (raw: Raw) => void) {
    if (!tables.has(`recent_${hour}`)) return
    for (const row of tables.rows(`select monitor, at, ms, code from recent_${hour} order by rowid`)) {
      const [series = 0, at = 0, ms10 = -1, code = 0] = row.map(Number)
      visit({ series, at: at + hour * HOUR_MS, ms10, code, tenths: undefined })
    }
  }
  /** Hours that are not packed yet, oldest first. */
  const freshHours = () => {
    const names = [...tables.names('fresh_'), ...tables.names('recent_')]
    return [...new Set(names.map((name) => Number(name.split('_')[1])))].sort((a, b) => a - b)
  }
  return {
    tables,
    rows: tables.rows,
    /** Tables of packed checks, newest day first. */
    days: () => tables.names('checks_').reverse(),
    freshHours,
    /** Checks of an hour in the order they came, but for what was forgotten since. */
    fresh(hour: number, visit: (raw: Raw) => void) {
      const rows = tables.has(freshTable(hour))
        ? tables.rows(`select rowid, region, bytes from ${freshTable(hour)} order by rowid`)
        : []
      const gone = new Map(
        rows.flatMap(([row, region, bytes]) => (region === FORGOTTEN ? [[seriesFrom(bytes), Number(row)]] : [])),
      )
      const after = (row: number) => (raw: Raw) => {
        if (gone.size === 0 || row > (gone.get(raw.series) ?? -1)) visit(raw)
      }
      older(hour, after(0))
      for (const [row, region, bytes] of rows)
        if (region !== FORGOTTEN) unpackFresh(bytesOf(bytes), Number(region), hour * HOUR_MS, after(Number(row)))
    },
    dropFresh(hour: number) {
      for (const name of [freshTable(hour), `recent_${hour}`]) if (tables.has(name)) tables.drop(name)
    },
    /** What was packed of this hour, as a chunk that more can be added to. */
    reopen(series: number, hour: number): Chunk | undefined {
      const table = dayTable(hour)
      if (!tables.has(table)) return undefined
      const sql = `select bytes, form, phases from ${table} where monitor = ? and hour = ?`
      const [row] = tables.rows(sql, [series, hour])
      if (!row) return undefined
      const chunk = newChunk(series, hour)
      decode(bytesOf(row[0]), hour, Number(row[1]), (at, ms10, code) => append(chunk, at, ms10, code))
      chunk.slots = row[2] ? unpackSlots(bytesOf(row[2])) : undefined
      chunk.reopened = true
      return chunk
    },
    /** The newest hour that was packed of a series. */
    newestHour(series: number): number | undefined {
      const [row] = tables.rows('select hour from hours where monitor = ? order by hour desc limit 1', [series])
      return row ? Number(row[0]) : undefined
    },
    /** One transaction: all of it is on disk afterwards, or nothing. */
    write(work: Work) {
      tables.transaction(() => {
        for (const { id, reason, message, day } of work.messages)
          tables.run('insert or replace into messages values (?,?,?,?)', [id, reason, message, day])
        for (const [hour, raws] of Map.groupBy(work.raws, ({ at }) => hourOf(at)))
          for (const { region, bytes } of packFresh(raws, hour * HOUR_MS))
            tables.run(`insert into ${tables.fresh(hour)} values (?,?)`, [region, Buffer.from(bytes)])
        packAll(tables, work)
      })
    },
    messages: () =>
      createMessages(
        tables.rows('select id, reason, message, day from messages').map(([id, reason, message, day]) => ({
          id: Number(id),
          // Safe: written from a verdict's reason by `write` alone.
          reason: reason as Reason | null,
          message: String(message),
          day: Number(day),
        })),
      ),
    /** Removes everything of one series; its fresh checks are passed over until all of their hour go. */
    forget(series: number) {
      tables.transaction(() => {
        for (const hour of freshHours())
          tables.run(`insert into ${tables.fresh(hour)} values (?,?)`, [FORGOTTEN, Buffer.from(String(series))])
        for (const table of ['hours', 'days', ...tables.names('checks_')])
          tables.run(`delete from ${table} where monitor = ?`, [series])
      })
    },
    close: tables.close,
  }
}
export type Store = ReturnType<typeof openStore>
