/** A history as an appliance of some age has it, written straight into its files while it does not run. */
import { join } from 'node:path'
import Database from 'libsql'
import { append, forms, HOUR_MS, newChunk, used } from '#engine/chunk'
import { add, newHistogram, pack } from '#engine/histogram'
import { addTenths, newPhaseSum, packSlots, packSum } from '#engine/history-phases'
import { HOURS_KEPT_DAYS } from '#engine/history-rolling'
import { openTables } from '#engine/history-tables'

type Fill = { monitors: number; days: number; now: number }
const DAY_MS = 24 * HOUR_MS
/** Different hours that the rows are made of. */
const SAMPLES = 200
const CHECKS_AN_HOUR = 60
/** Single checks are kept so long unless somebody sets it otherwise. */
const CHECKS_KEPT_DAYS = 30

/** The checks of an hour, and the figures of an hour and of a day like it. */
function sample(i: number) {
  const chunk = newChunk(1, 0)
  const [hour, day] = [newHistogram(), newHistogram()]
  const [hour_phases, day_phases] = [newPhaseSum(), newPhaseSum()]
  for (let n = 0; n < 24 * CHECKS_AN_HOUR; n++) {
    const ms = (20 + (i % 180)) * (0.9 + Math.random() / 5)
    const tenths = [3, ms * 2, ms * 4, ms * 3, 5].map(Math.round)
    add(day, ms)
    addTenths(day_phases, tenths)
    if (n >= CHECKS_AN_HOUR) continue
    add(hour, ms)
    addTenths(hour_phases, tenths)
    append(chunk, n * 60_000 + Math.floor(Math.random() * 12), Math.round(ms * 10), 0, tenths)
  }
  const figures = [pack(hour), packSum(hour_phases), pack(day), packSum(day_phases)]
  return [...figures, used(chunk), packSlots(chunk.slots)].map((bytes) => Buffer.from(bytes))
}

const numbers = (from: number, until: number) =>
  `(with recursive n(value) as (select ${from} union all select value + 1 from n where value < ${until}) select value from n)`

function fillFigures(file: string, { monitors, days, now }: Fill) {
  const tables = openTables(file, false)
  const last = Math.floor(now / HOUR_MS) - 2
  const today = Math.floor(now / DAY_MS)
  tables.run(
    'create temp table sample (i integer primary key, hist blob, phases blob, day_hist blob, day_phases blob, bytes blob, slots blob)',
  )
  for (let i = 0; i < SAMPLES; i++) tables.run('insert into sample values (?,?,?,?,?,?,?)', [i, ...sample(i)])
  const each = numbers(1, monitors)
  const chosen = (unit: string) => `cross join sample on i = (m.value * 7 + ${unit}.value) % ${SAMPLES}`
  const hours = numbers(last - Math.min(days, HOURS_KEPT_DAYS) * 24, last)
  tables.run(`insert or ignore into hours select m.value, h.value, ${CHECKS_AN_HOUR}, 0, 0, 0, 500, hist, phases
    from ${each} m cross join ${hours} h ${chosen('h')}`)
  tables.run(`insert or ignore into days select m.value, d.value, ${24 * CHECKS_AN_HOUR}, 0, 0, 0, day_hist, day_phases
    from ${each} m cross join ${numbers(today - days, today - 1)} d ${chosen('d')}`)
  for (let day = today - Math.min(days, CHECKS_KEPT_DAYS) + 1; day < today; day++)
    tables.run(`insert or ignore into ${tables.packed(day * 24)}
      select m.value, h.value, ${CHECKS_AN_HOUR}, bytes, ${forms.differences}, slots
      from ${each} m cross join ${numbers(day * 24, day * 24 + 23)} h ${chosen('h')}`)
  tables.run('insert or replace into marks values (?,?)', ['rolled', today])
  tables.close()
}

/** Each monitor: up, but for an outage of some minutes about every four days. */
function fillIntervals(file: string, { monitors, days, now }: Fill) {
  const db = new Database(file)
  db.exec('pragma synchronous=off')
  const insert = db.prepare(`insert into state_intervals (monitor, status, "from", until) values (?,?,?,?)`)
  const first = db.prepare(`select min("from") from state_intervals where monitor = ?`).raw()
  db.exec('begin')
  for (let number = 1; number <= monitors; number++) {
    // Safe: the one column of the one row; nothing before the first check of the run.
    const [begun] = first.get([number]) as [number | null]
    const ends = begun ?? now
    for (let at = now - days * DAY_MS + number; at < ends; ) {
      const fails = Math.min(ends, at + DAY_MS * (3 + Math.random() * 2))
      const recovers = Math.min(ends, fails + 60_000 * (1 + Math.random() * 20))
      insert.run([number, 'up', Math.floor(at), Math.floor(fails)])
      if (recovers > fails) insert.run([number, 'down', Math.floor(fails), Math.floor(recovers)])
      at = recovers
    }
  }
  db.exec('commit')
  db.close()
}

/** Monitors are numbered from 1. */
export function fillHistory(data: string, fill: Fill) {
  fillFigures(join(data, 'history.db'), fill)
  fillIntervals(join(data, 'xinex.db'), fill)
}
