/**
 * Row 11: bytes of the disk for each stored check, as long as its hour is not over and after it is packed:
 *   bun bench/stored.ts [--monitors 2000] [--hours 2]
 * The history alone, with checks every minute that answer with all their phases. Whole files, so that their pages, keys and
 * free space count; the figures of hours that are kept beside the packed checks are told apart.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { HOUR_MS } from '#engine/chunk'
import { openHistory } from '#engine/history'
import { openTables } from '#engine/history-tables'
import { logTo } from '#kernel/log'
import type { Verdict } from '#probes/define'
import { createTestClock } from '../test/clock'
import { print, short } from './goal'

const { values } = parseArgs({
  options: { monitors: { type: 'string', default: '2000' }, hours: { type: 'string', default: '2' } },
})
const monitors = Number(values.monitors)
const hours = Number(values.hours)
const FLUSH_S = 5
const PAGE = 4_096
const folder = mkdtempSync(join(tmpdir(), 'xinex-bench-'))
const file = join(folder, 'history.db')
const clock = createTestClock(Date.parse('2026-05-01T00:00:00.000Z'))
const log = logTo((line) => console.error(line), 'error', clock.now)
const open = () => openHistory(file, { clock, log, keep_days: 30, durable: false })

/** What the file takes, without what could be given back at once. */
function look() {
  const tables = openTables(file, false)
  const one = (sql: string) => Number(tables.rows(sql)[0]?.[0] ?? 0)
  const pages = one('select page_count - freelist_count from pragma_page_count, pragma_freelist_count')
  const figures = one('select coalesce(sum(length(hist) + length(phases)), 0) from hours')
  tables.close()
  return { bytes: pages * PAGE, figures }
}
function answer(one: number): Verdict {
  const ms = (20 + (one % 180)) * (0.95 + Math.random() / 10)
  const phases = {
    dns_ms: 0.4 + Math.random(),
    connect_ms: ms * 0.2,
    tls_ms: ms * 0.4,
    first_byte_ms: ms * 0.3,
    transfer_ms: ms * 0.1,
  }
  return { status: 'up', message: '200 OK', response_time_ms: ms, phases }
}
/** The checks of so many seconds; answers how many. */
async function run(history: ReturnType<typeof open>, seconds: number): Promise<number> {
  let checks = 0
  for (let second = 0; second < seconds; second++) {
    for (let one = (second * 37) % 60; one < monitors; one += 60) {
      history.append(one + 1, clock.now() + Math.floor(Math.random() * 12), answer(one))
      checks++
    }
    await clock.advance(1_000)
    if (second % FLUSH_S === FLUSH_S - 1) history.flush()
  }
  return checks
}

try {
  let history = open()
  history.close()
  const empty = look().bytes
  history = open()
  // A little less than an hour: with its end the packing begins.
  let checks = await run(history, HOUR_MS / 1_000 - 2 * FLUSH_S)
  history.close()
  const fresh = (look().bytes - empty) / checks
  history = open()
  checks += await run(history, 2 * FLUSH_S + ((hours - 1) * HOUR_MS) / 1_000)
  await clock.advance(HOUR_MS)
  // Each turn packs some hundreds of the hours that are over.
  for (let turn = 0; turn < 20 + (monitors * hours) / 100; turn++) history.flush()
  history.close()
  const after = look()
  const packed = (after.bytes - empty) / checks
  const figures = after.figures / checks
  print({
    row: 11,
    what: 'bytes per stored check, fresh / packed, with all phases of an answer',
    goal: '≤ 25 / ≤ 6',
    we: `${short(fresh, 1)} / ${short(packed - figures, 1)}; with the figures of each hour ${short(packed, 1)}`,
    met: fresh <= 25 && packed - figures <= 6,
  })
} finally {
  rmSync(folder, { recursive: true, force: true })
}
