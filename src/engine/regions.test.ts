import { expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { monitors } from '#db/schema/monitors'
import { change } from '#kernel/change'
import { isoAt } from '#kernel/clock'
import { START, versionOf } from '../../test/engine'
import { addProber, down, onStage, ops, pass, reopen, say, site, stats, t, up } from '../../test/stage'

onStage()
const intervals = () =>
  t.rows<{ status: string; from: number; until: number | null }>(
    'select status, "from", until from state_intervals where until is null or until > "from" order by seq',
  )
const jobs = (prober: string, since?: string) => t.engine.probers.jobs(prober, since, 0)

test('two of three regions must see it down; one alone is told apart', async () => {
  const [berlin, oslo] = [await addProber('berlin'), await addProber('oslo')]
  const monitor = await t.addMonitor(site.url, { regions: ['local', 'berlin', 'oslo'], alert_threshold: 1 })
  await t.advance(20)
  expect(t.engine.snapshot(monitor.number)?.status).toBe('pending')
  await say(berlin, monitor, up)
  await say(oslo, monitor, up)
  expect(t.engine.snapshot(monitor.number)?.status).toBe('up')
  await t.advance(1_000)
  await say(berlin, monitor, down)
  expect(t.engine.snapshot(monitor.number)).toMatchObject({ status: 'up', down_only_from: ['berlin'] })
  expect(ops.got).toHaveLength(0)
  await t.advance(1_000)
  const began = t.clock.now()
  await say(oslo, monitor, down)
  expect(t.engine.snapshot(monitor.number)).toMatchObject({ status: 'down', down_only_from: [] })
  expect(ops.events()).toEqual(['incident.created'])
  expect(JSON.stringify(ops.got[0])).toContain('Seen down from berlin, oslo')
  await t.advance(1_000)
  await say(berlin, monitor, up)
  expect(t.engine.snapshot(monitor.number)?.status).toBe('up')
  expect(ops.events()).toEqual(['incident.created', 'incident.resolved'])
  expect((await intervals()).map(({ status, from }) => [status, from >= began])).toEqual([
    ['up', false],
    ['down', true],
    ['up', true],
  ])
})

test('a prober is told what to check, and what has changed since', async () => {
  const berlin = await addProber('berlin')
  const first = await t.addMonitor(site.url, { regions: ['berlin'] })
  const all = await jobs(berlin)
  expect(all).toMatchObject({ full: true, set: [{ number: first.number, interval_ms: 60_000 }], remove: [] })
  expect(all.set[0]?.job.url).toBe(site.url)
  expect(await jobs(berlin, all.revision)).toMatchObject({ full: false, set: [], remove: [] })
  const here = await t.addMonitor(site.url)
  const second = await t.addMonitor(site.url, { regions: ['local', 'berlin'] })
  const more = await jobs(berlin, all.revision)
  expect([more.full, more.set.map(({ number }) => number)]).toEqual([false, [second.number]])
  expect(more.set.map(({ number }) => number)).not.toContain(here.number)
  expect(await jobs(berlin, 'nonsense')).toMatchObject({ full: true, set: [{}, {}] })
})

test('somebody who waits for jobs hears of a new one at once', async () => {
  const berlin = await addProber('berlin')
  const { revision } = await jobs(berlin)
  const waiting = t.engine.probers.jobs(berlin, revision, 25_000)
  const { number } = await t.addMonitor(site.url, { regions: ['berlin'] })
  expect((await waiting).set.map((job) => job.number)).toEqual([number])
})

test('two probers of one region share its monitors; what one had goes to the other when it is lost', async () => {
  const [a, b] = [await addProber('berlin', 'a'), await addProber('berlin', 'b')]
  for (let i = 0; i < 12; i++) await t.addMonitor(site.url, { regions: ['berlin'] })
  const [first, second] = [await jobs(a), await jobs(b)]
  expect(first.set.length + second.set.length).toBe(12)
  expect(first.set.length).toBeGreaterThan(1)
  expect(second.set.length).toBeGreaterThan(1)
  await pass(40_000, a)
  expect((await jobs(a, first.revision)).set).toHaveLength(12)
  expect(t.engine.probers.status(b)).toMatchObject({ status: 'offline', blind: true })
})

test('a lost prober is one incident of its own and never an outage of what it watched', async () => {
  const berlin = await addProber('berlin')
  const monitors = [
    await t.addMonitor(site.url, { regions: ['berlin'] }),
    await t.addMonitor(site.url, { regions: ['berlin'] }),
  ]
  for (const monitor of monitors) await say(berlin, monitor, up)
  const last = t.clock.now()
  await pass(40_000)
  for (const { number } of monitors) expect(t.engine.snapshot(number)?.status).toBe('unknown')
  expect(ops.got.map(({ data }) => data.incident.title)).toEqual(['Prober berlin (berlin) is offline'])
  expect(await t.rows('select cause, until from blind_periods')).toMatchObject([{ cause: 'offline', until: null }])
  expect((await intervals()).filter(({ status }) => status === 'unknown').map(({ from }) => from)).toEqual([last, last])
  await say(berlin, monitors[0]!, up)
  expect(ops.events()).toEqual(['incident.created', 'incident.resolved'])
  expect(t.engine.snapshot(monitors[0]!.number)?.status).toBe('up')
})

test('what a prober saw while it was cut off fills the hole, and an outage in it is not lost', async () => {
  const berlin = await addProber('berlin')
  const monitor = await t.addMonitor(site.url, { regions: ['berlin'], interval: 60 })
  await say(berlin, monitor, up, START)
  await pass(600_000)
  expect(t.engine.snapshot(monitor.number)?.status).toBe('unknown')
  const before = ops.got.length
  const minute = (n: number) => START + n * 60_000
  // In two batches, the first of which ends while it is down.
  const version = versionOf(monitor)
  const seen = [up, up, down, down, down, up, up, up, up].map((verdict, n) => ({
    ...{ number: monitor.number, version, verdict },
    at: minute(n + 1),
  }))
  t.engine.probers.results(berlin, { results: seen.slice(0, 5), stats: { ...stats, buffered: 4 } })
  await t.engine.idle()
  t.engine.probers.results(berlin, { results: seen.slice(5), stats })
  await t.engine.idle()
  expect((await intervals()).map(({ status, from }) => [status, (from - START) / 60_000])).toEqual([
    ['up', 0],
    ['down', 3],
    ['up', 6],
  ])
  const incidents = await t.rows('select status, opened_at from incidents where monitor_id is not null')
  expect(incidents).toEqual([{ status: 'resolved', opened_at: minute(3) }])
  // The outage was over before anybody could know of it: nobody is woken, only told that the prober is back.
  expect(ops.got.slice(before).map(({ data }) => data.incident.title)).toEqual(['Prober berlin (berlin) is offline'])
  expect(t.history.results(2 ** 32 + monitor.number, { page: 1, per_page: 50 }).total).toBe(10)
})

test('the same batch twice, an old one, one from the future and one of another region change nothing', async () => {
  const [berlin, oslo] = [await addProber('berlin'), await addProber('oslo')]
  const monitor = await t.addMonitor(site.url, { regions: ['berlin'], alert_threshold: 2 })
  await say(berlin, monitor, up)
  await t.advance(1_000)
  const at = t.clock.now()
  await say(berlin, monitor, down, at)
  await say(berlin, monitor, down, at)
  await say(berlin, monitor, down, at - 500)
  await say(berlin, monitor, down, at + 60_000)
  await say(berlin, monitor, down, at - 30 * 86_400_000)
  await say(oslo, monitor, down, at + 100)
  expect(t.engine.snapshot(monitor.number)).toMatchObject({ status: 'up', failures_in_a_row: 1 })
  await t.advance(1_000)
  await say(berlin, monitor, down)
  expect(t.engine.snapshot(monitor.number)?.status).toBe('down')
})

test('an answer to older settings is kept in the history and proves nothing', async () => {
  const berlin = await addProber('berlin')
  const monitor = await t.addMonitor(site.url, { regions: ['berlin'], alert_threshold: 1 })
  await say(berlin, { ...monitor, url: 'http://elsewhere.test/' }, down)
  expect(t.engine.snapshot(monitor.number)?.status).toBe('pending')
  expect(t.history.results(2 ** 32 + monitor.number, { page: 1, per_page: 5 }).total).toBe(1)
})

test('another name or threshold meanwhile takes nothing from what was found', async () => {
  const berlin = await addProber('berlin')
  const monitor = await t.addMonitor(site.url, { regions: ['berlin'], alert_threshold: 2 })
  const { revision, set } = await jobs(berlin)
  await change(t.ctx(), 'monitor.updated', async (tx) => {
    const values = { name: 'Renamed', alert_threshold: 1, updated_at: isoAt(t.clock.now() + 1) }
    const [row] = await tx.db.update(monitors).set(values).where(eq(monitors.id, monitor.id)).returning()
    return row!
  })
  await t.engine.idle()
  expect((await jobs(berlin, revision)).set[0]?.version).toBe(set[0]!.version)
  await say(berlin, monitor, down)
  expect(t.engine.snapshot(monitor.number)?.status).toBe('down')
})

test('after a first failure the prober is asked to look again soon', async () => {
  const berlin = await addProber('berlin')
  const monitor = await t.addMonitor(site.url, { regions: ['berlin'], alert_threshold: 2 })
  await say(berlin, monitor, up)
  await t.advance(1_000)
  expect((await say(berlin, monitor, down)).again).toEqual([{ number: monitor.number, delay_ms: 5_000 }])
})

test('a look now is taken by the prober of the region', async () => {
  const berlin = await addProber('berlin')
  const monitor = await t.addMonitor(site.url, { regions: ['berlin'] })
  const { revision } = await jobs(berlin)
  const news = t.engine.probers.jobs(berlin, revision, 25_000)
  const asked = t.engine.checkNow(monitor.number)
  expect((await news).again).toEqual([{ number: monitor.number, delay_ms: 1 }])
  await say(berlin, monitor, { ...up, message: 'from afar' })
  expect(await asked).toMatchObject({ status: 'up', message: 'from afar' })
})

test('after a restart the votes are gathered anew, and nobody is told twice', async () => {
  const berlin = await addProber('berlin')
  const monitor = await t.addMonitor(site.url, {
    regions: ['local', 'berlin'],
    region_quorum: 'all',
    alert_threshold: 1,
  })
  await t.advance(20)
  await say(berlin, monitor, up)
  await t.advance(1_000)
  site.answer(500)
  await t.engine.checkNow(monitor.number)
  await say(berlin, monitor, down)
  expect(ops.events()).toEqual(['incident.created'])
  await t.stop()
  await t.clock.advance(60_000)
  await reopen()
  await t.advance(20_000)
  await say(berlin, monitor, down)
  expect(t.engine.snapshot(monitor.number)?.status).toBe('down')
  expect(ops.events()).toEqual(['incident.created'])
})
