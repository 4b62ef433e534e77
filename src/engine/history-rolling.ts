import { addPacked, newHistogram, pack } from '#engine/histogram'
import { mergePhases, newPhaseSum, packSum, unpackSum } from '#engine/history-phases'
import { bytesOf, dayOf, dayTable, type Tables } from '#engine/history-tables'

/** Figures of hours are kept so long; older ones are in the figures of days. */
export const HOURS_KEPT_DAYS = 92
/** A day is over for good this long after midnight: by then its last hour is packed. */
const SETTLED_MS = 2 * 3_600_000
/** Rows that are removed in one statement. */
const AT_ONCE = 200
/** Pages given back to the disk in one step, and the share of empty ones below which it is not worth moving others. */
const PAGES = 64
const EMPTY = 0.25

/** The first day (since 1970) whose figures are not summed up yet. */
export function rolledUntil(tables: Tables): number {
  const [row] = tables.rows('select value from marks where name = ?', ['rolled'])
  return Number(row?.[0] ?? 0)
}

/** Sums the hours of one day of one series up, again if need be. */
export function redoDay(tables: Tables, series: number, day: number): void {
  const sql = `select up, degraded, down, unknown, hist, phases from hours where monitor = ? and hour >= ? and hour < ?`
  const counts = [0, 0, 0, 0]
  const hist = newHistogram()
  const phases = newPhaseSum()
  const hours = tables.rows(sql, [series, day * 24, (day + 1) * 24])
  for (const hour of hours) {
    for (const i of counts.keys()) counts[i]! += Number(hour[i])
    addPacked(hist, bytesOf(hour[4]))
    const packed = hour[5] ? unpackSum(bytesOf(hour[5])) : undefined
    if (packed) mergePhases(phases, packed)
  }
  if (hours.length === 0) return
  const figures = [Buffer.from(pack(hist)), Buffer.from(packSum(phases))]
  tables.run('insert or replace into days values (?,?,?,?,?,?,?,?)', [series, day, ...counts, ...figures])
}

/** Every series that has figures, one after the other without reading what lies between. */
function* seriesIn(tables: Tables, table: string): Generator<number> {
  let last = -1
  for (;;) {
    const [row] = tables.rows(`select monitor from ${table} where monitor > ? order by monitor limit 1`, [last])
    if (!row) return
    last = Number(row[0])
    yield last
  }
}

/** Sums up the days that are over and removes the hours that are long over. Each step is short. */
function* rollUp(tables: Tables, now: number): Generator<void> {
  const from = rolledUntil(tables)
  const until = dayOf(now - SETTLED_MS)
  if (from >= until) return
  const oldest = dayOf(now) - HOURS_KEPT_DAYS
  for (const series of seriesIn(tables, 'hours')) {
    const sql = 'select hour from hours where monitor = ? and hour >= ? order by hour limit 1'
    for (let day = from; day < until; ) {
      const [row] = tables.rows(sql, [series, day * 24])
      day = Math.max(day, row ? Math.floor(Number(row[0]) / 24) : until)
      if (day < until) redoDay(tables, series, day++)
      yield
    }
    tables.run('delete from hours where monitor = ? and hour < ?', [series, oldest * 24])
    yield
  }
  tables.run('insert or replace into marks values (?,?)', ['rolled', until])
}

/** Empties a table a few rows at a time before it goes: thousands of pages at once would hold everything up. */
function* remove(tables: Tables, table: string): Generator<void> {
  const some = `select monitor, hour from ${table} order by monitor, hour limit ${AT_ONCE}`
  while (tables.run(`delete from ${table} where (monitor, hour) in (${some})`) > 0) yield
  tables.drop(table)
}

function* shrink(tables: Tables): Generator<void> {
  const count = (pragma: string) => Number(tables.rows(`select * from pragma_${pragma}`)[0]?.[0] ?? 0)
  while (count('freelist_count') > EMPTY * count('page_count')) {
    tables.vacuum(PAGES)
    yield
  }
}

/** Everything that goes with time, in short steps: single checks, then hours, then days. */
export function* tidy(tables: Tables, now: number, keep: { checks: number; figures: number }): Generator<void> {
  const oldest = dayOf(now) - keep.checks
  for (const table of tables.names('checks_')) if (table < dayTable(oldest * 24)) yield* remove(tables, table)
  tables.run('delete from messages where day < ?', [oldest])
  yield
  yield* rollUp(tables, now)
  const last = dayOf(now) - keep.figures
  for (const series of seriesIn(tables, 'days')) {
    tables.run('delete from days where monitor = ? and day < ?', [series, last])
    yield
  }
  tables.run('delete from sums where hour < ?', [last * 24])
  yield* shrink(tables)
}
