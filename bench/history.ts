/**
 * What reading a long history costs, and how large it is:
 *   bun bench/history.ts [--monitors 10000] [--days 90]
 * Fills a folder with the figures of hours and days, the sums and the state intervals that so many monitors leave behind, and times what
 * screens ask. `stall` is how long nothing else could happen. Ten thousand monitors for 90 days take 3 GB of the temporary folder.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import Database from 'libsql'
import { monitors } from '#db/schema/monitors'
import { tenants } from '#db/schema/tenants'
import { add, newHistogram, pack } from '#engine/histogram'
import { openHistory } from '#engine/history'
import { addTenths, newPhaseSum, packSum } from '#engine/history-phases'
import { openTables } from '#engine/history-tables'
import { stampAlive } from '#kernel/alive'
import { isoAt, systemClock } from '#kernel/clock'
import { readConfig } from '#kernel/config'
import { systemCtx } from '#kernel/context'
import { logTo } from '#kernel/log'
import { responseTimes } from '#modules/analytics/times'
import { uptime } from '#modules/analytics/uptime'
import * as reports from '#modules/monitors/reports'
import { list } from '#modules/monitors/service'
import type { Verdict } from '#probes/define'
import { openAppliance } from '../src/app'
import { createTestClock } from '../test/clock'

const { values } = parseArgs({
  options: { monitors: { type: 'string', default: '10000' }, days: { type: 'string', default: '90' } },
})
const COUNT = Number(values.monitors)
const DAYS = Number(values.days)
const HOUR_MS = 3_600_000
const log = logTo((line) => console.error(line), 'error', systemClock.now)
const folder = mkdtempSync(join(tmpdir(), 'xinex-bench-'))

/** Runs it three times; the first, the median of the others, and the longest time in which nothing else could happen. */
async function time(what: string, work: () => unknown) {
  const took: number[] = []
  let stall = 0
  let bytes = 0
  for (let i = 0; i < 3; i++) {
    let last = performance.now()
    const watch = setInterval(() => {
      stall = Math.max(stall, performance.now() - last)
      last = performance.now()
    }, 1)
    const begun = performance.now()
    const answer = await work()
    took.push(performance.now() - begun)
    await Bun.sleep(5)
    clearInterval(watch)
    bytes = JSON.stringify(answer ?? null).length
  }
  const [first = 0, ...others] = took
  const again = Math.min(...others)
  console.log(
    `| ${what} | ${first.toFixed(1)} | ${again.toFixed(1)} | ${stall.toFixed(1)} | ${(bytes / 1024).toFixed(1)} |`,
  )
}

/** An HTTPS check every minute, a few milliseconds late, an answer that varies by a tenth, and what it cost to keep it. */
async function bytesPerCheck() {
  const clock = createTestClock(Date.parse('2026-05-01T00:00:00.000Z'))
  const file = join(folder, 'small.db')
  const tables = () => openTables(file, true)
  /** Pages of the file; what is still in the log beside it counts. */
  const size = () => {
    const one = tables()
    const pages = Number(one.rows('select * from pragma_page_count')[0]?.[0])
    one.close()
    return pages * 4_096
  }
  const open = () => openHistory(file, { clock, log, keep_days: 30 })
  const series = 2_000
  const checks = series * 60
  let history = open()
  history.close()
  const empty = size()
  history = open()
  const begun = clock.now()
  for (let second = 0; second < 3_600; second++) {
    for (let one = (second * 37) % 60; one < series; one += 60) {
      const ms = (20 + (one % 180)) * (0.95 + Math.random() / 10)
      const phases = {
        dns_ms: 0.4 + Math.random(),
        connect_ms: ms * 0.2,
        tls_ms: ms * 0.4,
        first_byte_ms: ms * 0.3,
        transfer_ms: ms * 0.1,
      }
      const verdict: Verdict = { status: 'up', message: '200 OK', response_time_ms: ms, phases }
      history.append(one + 1, begun + second * 1_000 + Math.floor(Math.random() * 12), verdict)
    }
    await clock.advance(1_000)
    if (second % 5 === 4) history.flush()
  }
  history.close()
  console.log(`fresh: ${((size() - empty) / checks).toFixed(1)} bytes a check in the file`)
  history = open()
  await clock.advance(HOUR_MS)
  const stalls: number[] = []
  for (let i = 0; i < 12; i++) {
    const from = performance.now()
    history.flush()
    stalls.push(performance.now() - from)
  }
  history.close()
  const packed = tables()
  const sum = (sql: string) => (Number(packed.rows(sql)[0]?.[0]) / checks).toFixed(2)
  console.log(
    `packed: ${sum('select sum(length(bytes)) from checks_20260501')} bytes a check, phases ${sum('select sum(length(phases)) from checks_20260501')}, figures ${sum('select sum(length(hist) + length(phases)) from hours')}`,
  )
  console.log(`one turn of packing 250 hours: ${Math.max(...stalls.slice(1)).toFixed(1)} ms at most`)
  packed.close()
}

/** Rows as `history.ts` would have left them, of answers that differ from monitor to monitor. */
function fillHistory(file: string, tenant_id: string, now: number) {
  const tables = openTables(file, false)
  const last = Math.floor(now / HOUR_MS)
  const sample = (checks: number, i: number) => {
    const histogram = newHistogram()
    const phases = newPhaseSum()
    for (let n = 0; n < checks; n++) {
      const ms = (20 + (i % 180)) * (0.9 + Math.random() / 5)
      add(histogram, ms)
      addTenths(phases, [3, ms * 2, ms * 4, ms * 3, 5].map(Math.round))
    }
    return [Buffer.from(pack(histogram)), Buffer.from(packSum(phases))]
  }
  tables.run('create temp table sample (i integer primary key, hist blob, phases blob, day_hist blob, day_phases blob)')
  for (let i = 0; i < 200; i++)
    tables.run('insert into sample values (?,?,?,?,?)', [i, ...sample(60, i), ...sample(1_440, i)])
  const numbers = (from: string, until: string) =>
    `(with recursive n(value) as (select ${from} union all select value + 1 from n where value < ${until}) select value from n)`
  tables.run(`insert into hours select m.value, h.value, 60, 0, 0, 0, 500, hist, phases
    from ${numbers('1', `${COUNT}`)} m cross join ${numbers(`${last - DAYS * 24}`, `${last - 1}`)} h cross join sample on i = (m.value * 7 + h.value) % 200`)
  const today = Math.floor(last / 24)
  tables.run(`insert into days select m.value, d.value, 1440, 0, 0, 0, day_hist, day_phases
    from ${numbers('1', `${COUNT}`)} m cross join ${numbers(`${today - DAYS}`, `${today - 1}`)} d cross join sample on i = (m.value * 7 + d.value) % 200`)
  tables.run(
    `insert into sums select ?, 0, h.value, day_hist, day_phases
    from ${numbers(`${last - DAYS * 24}`, `${last - 1}`)} h cross join sample on i = h.value % 200`,
    [tenant_id],
  )
  tables.run('insert into marks values (?,?)', ['rolled', today])
  tables.close()
}

/** Each monitor: up, but for an outage of some minutes about every four days. */
function fillIntervals(file: string, now: number) {
  const db = new Database(file)
  db.exec('pragma synchronous=off')
  const insert = db.prepare(`insert into state_intervals (monitor, status, "from", until) values (?,?,?,?)`)
  // Checked just now, so that the start of the engine finds nothing that was missed.
  const state = db.prepare('insert into monitor_states (monitor, status, since, checked_at, streak) values (?,?,?,?,0)')
  const day = 24 * HOUR_MS
  db.exec('begin')
  for (let number = 1; number <= COUNT; number++) {
    let at = now - DAYS * day + number
    while (at < now - 5 * day) {
      const fails = at + day * (3 + Math.random() * 2)
      const recovers = fails + 60_000 * (1 + Math.random() * 20)
      insert.run([number, 'up', Math.floor(at), Math.floor(fails)])
      insert.run([number, 'down', Math.floor(fails), Math.floor(recovers)])
      at = recovers
    }
    insert.run([number, 'up', Math.floor(at), null])
    state.run([number, 'up', Math.floor(at), now])
  }
  db.exec('commit')
  db.close()
}

async function fill(data: string, now: number) {
  const config = { ...readConfig({}), data }
  const appliance = await openAppliance({ config, clock: systemClock, log, version: '0.0.0-bench', durable: false })
  const at = isoAt(now)
  const tenant = {
    id: Bun.randomUUIDv7(),
    name: 'Bench',
    slug: 'bench',
    timezone: 'Europe/Berlin',
    created_at: at,
    updated_at: at,
  }
  await appliance.app.db.tx(async (tx) => {
    await tx.insert(tenants).values(tenant)
    for (let number = 1; number <= COUNT; number++)
      await tx.insert(monitors).values({
        ...{
          id: Bun.randomUUIDv7(),
          tenant_id: tenant.id,
          name: `Monitor ${number}`,
          type: 'http',
          url: 'http://127.0.0.1:9/',
        },
        ...{
          settings: {},
          interval: 86_400,
          timeout_ms: 5_000,
          alert_threshold: 2,
          recovery_threshold: 1,
          confirm_interval_s: 5,
        },
        ...{ severity: 'high', inverted: false, enabled: true, tags: number % 3 ? ['prod'] : ['test', 'office'] },
        ...{ created_at: at, updated_at: at },
      })
    await stampAlive(tx, systemClock.now())
  })
  await appliance.close()
  fillHistory(join(data, 'history.db'), tenant.id, now)
  fillIntervals(join(data, 'xinex.db'), now)
  return { ...tenant, tier: 'self_hosted' }
}

async function readAll(data: string, tenant: Awaited<ReturnType<typeof fill>>) {
  const config = { ...readConfig({}), data }
  const appliance = await openAppliance({ config, clock: systemClock, log, version: '0.0.0-bench' })
  await appliance.start()
  const { app } = appliance
  const ctx = systemCtx(app, tenant)
  const page = { page: 1, per_page: 50 }
  const from = isoAt(systemClock.now() - DAYS * 24 * HOUR_MS)
  const [{ id = '' } = {}] = (await list(ctx, page)).items
  console.log('| | first, ms | again, ms | stall, ms | KB |\n|---|---|---|---|---|')
  await time('first screen: 50 monitors with their day', () => list(ctx, { ...page, include: 'summary' }))
  await time('the workspace at a glance', () => reports.summary(ctx))
  await time('one monitor: 90 days of uptime', () => reports.uptime(ctx, id))
  for (const range of ['24h', '90d'] as const)
    await time(`one monitor: response times, ${range}`, () => reports.responseTimes(ctx, id, { range }))
  for (const group_by of ['monitor', 'tag', 'day'] as const)
    await time(`uptime of all, ${DAYS} days, by ${group_by}`, () => uptime(ctx, { ...page, from, group_by }))
  await time(`response times of all, ${DAYS} days`, () => responseTimes(ctx, { from }))
  await time('response times of all, 7 days by the hour', () =>
    responseTimes(ctx, { from: isoAt(systemClock.now() - 7 * 24 * HOUR_MS), bucket: 'hour' }),
  )
  await time(`response times of a tag with a third of them, ${DAYS} days`, () =>
    responseTimes(ctx, { from, tag: 'office' }),
  )
  await time('retention', () => app.engine.history.retain())
  await appliance.stop()
}

try {
  await bytesPerCheck()
  const data = join(folder, 'data')
  const tenant = await fill(data, systemClock.now())
  const megabytes = (name: string) => Math.round(statSync(join(data, name)).size / 2 ** 20)
  console.log(
    `${COUNT} monitors, ${DAYS} days: history.db ${megabytes('history.db')} MB, xinex.db ${megabytes('xinex.db')} MB`,
  )
  await readAll(data, tenant)
  console.log(`resident memory at the end: ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MB`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
