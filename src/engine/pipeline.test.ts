import { expect, test } from 'bun:test'
import { sql as raw } from 'drizzle-orm'
import { resolve } from '#engine/incidents'
import { change } from '#kernel/change'
import { listener } from '../../test/listeners'
import { onStage, ops, site, t } from '../../test/stage'

onStage({ channel: false })

const intervals = () =>
  t.rows<{ status: string; from: number; until: number | null }>(
    'select status, "from", until from state_intervals order by seq',
  )

test('a new monitor is checked at once and then every interval', async () => {
  const { number } = await t.addMonitor(site.url)
  await t.advance(20)
  expect(site.asked()).toBe(1)
  expect(t.engine.snapshot(number)).toMatchObject({ status: 'up', failures_in_a_row: 0 })
  await t.advance(600_000)
  expect(site.asked()).toBeGreaterThanOrEqual(10)
  expect(site.asked()).toBeLessThanOrEqual(12)
  expect(t.engine.counts(t.ctx().tenant.id)).toMatchObject({ up: 1, down: 0, pending: 0 })
})

test('a target that breaks is confirmed, told within seconds, and told again when it is back', async () => {
  await t.addChannel(ops.url)
  const { number, id } = await t.addMonitor(site.url, {
    runbook_url: 'https://wiki.example.test/checkout',
    description: 'Takes the money',
  })
  await t.advance(120_000)
  site.answer(503)
  await t.advance(62_000)
  expect(t.engine.snapshot(number)).toMatchObject({ status: 'down', failures_in_a_row: 2, reason: 'status' })
  expect(ops.events()).toEqual(['incident.created'])
  const [down] = ops.got
  expect(down!.data).toMatchObject({
    incident: {
      title: 'Checkout API is down',
      status: 'open',
      severity: 'high',
      message: expect.stringContaining('503'),
    },
    monitor: {
      id,
      name: 'Checkout API',
      type: 'http',
      target: expect.stringContaining('127.0.0.1'),
      runbook_url: 'https://wiki.example.test/checkout',
    },
  })
  expect(down!.data.incident.url).toBe(`https://status.example.test/incidents/${down!.data.incident.id}`)

  site.answer(200)
  await t.advance(60_000)
  expect(ops.events()).toEqual(['incident.created', 'incident.resolved'])
  expect(ops.got[1]!.data.incident).toMatchObject({ status: 'resolved', id: down!.data.incident.id })

  const rows = await intervals()
  expect(rows.map(({ status }) => status)).toEqual(['up', 'down', 'up'])
  expect(rows[0]!.until).toBe(rows[1]!.from)
  expect(rows[1]!.until).toBe(rows[2]!.from)
  const down_s = Math.round((rows[1]!.until! - rows[1]!.from) / 1000)
  expect(ops.got[1]!.data.incident.duration_s).toBe(down_s)
  const timeline = await t.rows<{ kind: string; data: string }>(
    'select kind, data from incident_timeline order by at, id',
  )
  expect(timeline.map(({ kind }) => kind)).toEqual(['detected', 'delivered', 'recovered', 'delivered'])
  expect(JSON.parse(timeline[0]!.data)).toMatchObject({ reason: 'status', evidence: { status: 503 } })
  expect(await t.rows('select * from outbox')).toEqual([])
})

test('one bad answer is no alarm', async () => {
  await t.addChannel(ops.url)
  const { number } = await t.addMonitor(site.url, { alert_threshold: 3 })
  await t.advance(30_000)
  site.answer(500)
  await t.engine.checkNow(number)
  site.answer(200)
  await t.advance(180_000)
  expect(ops.got).toEqual([])
  expect((await intervals()).map(({ status }) => status)).toEqual(['up'])
})

test('a slow answer is degraded, which nobody is woken for', async () => {
  await t.addChannel(ops.url)
  const { number } = await t.addMonitor(site.url, { degraded_ms: 20, alert_threshold: 1 })
  await t.advance(20)
  site.answer(200, 40)
  await t.advance(60_000)
  expect(t.engine.snapshot(number)).toMatchObject({ status: 'degraded', reason: 'slow' })
  expect(ops.got).toEqual([])
})

test('a provider that is away is tried again, and the message says when it really happened', async () => {
  await t.addChannel(ops.url)
  await t.addMonitor(site.url, { alert_threshold: 1 })
  await t.advance(20)
  ops.answer(503)
  site.answer(500)
  await t.advance(60_000)
  expect(ops.got).toEqual([])
  ops.answer(200)
  await t.advance(40_000)
  expect(ops.events()).toEqual(['incident.created'])
  const [incident] = await t.rows<{ created_at: number }>('select created_at from incidents')
  expect(Date.parse(ops.got[0]!.timestamp)).toBe(incident!.created_at)
  const log = await t.rows<{ status: string; attempt: number }>(
    'select status, attempt from notification_log order by created_at, id',
  )
  expect(log[0]).toMatchObject({ status: 'failed', attempt: 1 })
  expect(log.at(-1)).toMatchObject({ status: 'sent' })
})

test('never a recovered without a down: when the down could not be delivered in time, both are left out and logged', async () => {
  await t.addChannel(ops.url)
  const { number } = await t.addMonitor(site.url, { alert_threshold: 1 })
  await t.advance(20)
  ops.answer(503)
  site.answer(500)
  await t.engine.checkNow(number)
  await t.advance(100)
  expect(ops.tries()).toBe(1)
  site.answer(200)
  await t.engine.checkNow(number)
  await t.advance(100)
  ops.answer(200)
  await t.advance(3_600_000)
  expect(ops.got).toEqual([])
  const deliveries = await t.rows<{ event: string; status: string }>('select event, status from deliveries order by id')
  expect(deliveries).toMatchObject([
    { event: 'incident.created', status: 'suppressed' },
    { event: 'incident.resolved', status: 'suppressed' },
  ])
  expect((await t.rows("select * from notification_log where status = 'suppressed'")).length).toBe(2)
})

test('a channel that is refused for good is left out, and says so', async () => {
  const channel = await t.addChannel(ops.url)
  const other = listener()
  await t.addChannel(other.url)
  const { number } = await t.addMonitor(site.url, { alert_threshold: 1 })
  await t.advance(20)
  ops.answer(410)
  site.answer(500)
  await t.engine.checkNow(number)
  await t.advance(100)
  expect(other.events()).toEqual(['incident.created'])
  expect(await t.rows('select channel_id from channel_failures')).toMatchObject([{ channel_id: channel }])
  ops.answer(200)
  site.answer(200)
  await t.engine.checkNow(number)
  await t.advance(100)
  expect(other.events()).toEqual(['incident.created', 'incident.resolved'])
  expect(ops.got).toEqual([])
  const kinds = (await t.rows<{ kind: string }>('select kind from incident_timeline')).map(({ kind }) => kind)
  expect(kinds).toContain('delivery_failed')
  expect(kinds).toContain('suppressed')
  const test = {
    tenant_id: t.ctx().tenant.id,
    channel: { id: channel, name: 'Ops' },
    type: 'webhook',
    settings: { url: ops.url },
  }
  expect(await t.engine.testChannel(test)).toMatchObject({ status: 'sent', error: null })
  expect(await t.rows('select * from channel_failures')).toEqual([])
  other.stop()
})

test('a provider that hangs holds up neither the other channels nor the checks', async () => {
  await t.addChannel(ops.url)
  const other = listener()
  await t.addChannel(other.url)
  const { number } = await t.addMonitor(site.url, { alert_threshold: 1 })
  await t.advance(20)
  ops.hang()
  site.answer(500)
  const told = other.next()
  await t.engine.checkNow(number)
  await told
  site.answer(200)
  const recovered = other.next()
  await t.engine.checkNow(number)
  await recovered
  expect(other.events()).toEqual(['incident.created', 'incident.resolved'])
  expect(ops.got).toEqual([])
  ops.release()
  await t.engine.idle()
  expect(ops.events()).toEqual(['incident.created', 'incident.resolved'])
  other.stop()
})

test('many monitors that fail together each get their incident and their message', async () => {
  await t.addChannel(ops.url)
  const made = []
  for (let i = 0; i < 60; i++)
    made.push(await t.addMonitor(`${site.url}?${i}`, { name: `Site ${i}`, alert_threshold: 1 }))
  await t.advance(20)
  site.answer(503)
  await Promise.all(made.map(({ number }) => t.engine.checkNow(number)))
  await t.engine.idle()
  expect(await t.rows("select id from incidents where status = 'open'")).toHaveLength(60)
  expect(new Set(ops.got.map(({ data }) => data.monitor?.id)).size).toBe(60)
  expect(t.engine.counts(t.ctx().tenant.id)).toMatchObject({ down: 60, up: 0 })
})

test('a reminder comes until somebody acknowledges', async () => {
  await t.addChannel(ops.url)
  const { number } = await t.addMonitor(site.url, { alert_threshold: 1, reminder_interval_s: 600 })
  site.answer(500)
  await t.engine.checkNow(number)
  await t.advance(1_300_000)
  expect(ops.got.map(({ data }) => data.reminder ?? false)).toEqual([false, true, true])
})

test('a paused monitor is asked nothing, its incident ends without a word, and resuming starts afresh', async () => {
  await t.addChannel(ops.url)
  const { number, id } = await t.addMonitor(site.url, { alert_threshold: 1 })
  site.answer(500)
  await t.engine.checkNow(number)
  await t.advance(100)
  await setEnabled(id, false)
  expect(t.engine.snapshot(number)).toMatchObject({ status: 'paused', next_check_at: null })
  const asked = site.asked()
  site.answer(200)
  await t.advance(300_000)
  expect(site.asked()).toBe(asked)
  await setEnabled(id, true)
  await t.advance(50)
  expect(t.engine.snapshot(number)).toMatchObject({ status: 'up' })
  expect(ops.events()).toEqual(['incident.created'])
  expect((await intervals()).map(({ status }) => status)).toEqual(['down', 'paused', 'up'])
  expect(await t.rows('select status from incidents')).toMatchObject([{ status: 'resolved' }])
})

test('a deleted monitor leaves the schedule and ends its incident', async () => {
  const { number, id } = await t.addMonitor(site.url, { alert_threshold: 1 })
  site.answer(500)
  await t.engine.checkNow(number)
  await t.advance(100)
  await write('monitor.deleted', id, `delete from monitors where id = '${id}'`)
  const asked = site.asked()
  await t.advance(120_000)
  expect(site.asked()).toBe(asked)
  expect(t.engine.snapshot(number)).toBeUndefined()
  expect(await t.rows('select status from incidents')).toMatchObject([{ status: 'resolved' }])
})

test('an incident closed by hand stays closed until the monitor has recovered and failed again', async () => {
  await t.addChannel(ops.url)
  const { number } = await t.addMonitor(site.url, { alert_threshold: 1 })
  site.answer(500)
  await t.engine.checkNow(number)
  await t.advance(100)
  const id = String(ops.got[0]!.data.incident.id)
  await change(t.ctx(), 'incident.resolved', (tx) => resolve(tx, id, 'Restarted it'))
  await t.advance(180_000)
  expect(ops.events()).toEqual(['incident.created', 'incident.resolved'])
  expect(await t.rows('select id from incidents')).toHaveLength(1)
  site.answer(200)
  await t.advance(60_000)
  site.answer(500)
  await t.advance(60_000)
  expect(ops.events()).toEqual(['incident.created', 'incident.resolved', 'incident.created'])
})

test('screens hear of each check and of each change of an incident', async () => {
  const { number, id } = await t.addMonitor(site.url, { alert_threshold: 1 })
  site.answer(500)
  await t.engine.checkNow(number)
  await t.advance(100)
  expect(t.heard.find(({ type }) => type === 'monitor_status')?.data).toMatchObject({ monitor_id: id, status: 'down' })
  expect(t.heard.find(({ type }) => type === 'incident_update')?.data).toMatchObject({ monitor_id: id, status: 'open' })
})

async function write(event: 'monitor.deleted' | 'monitor.paused' | 'monitor.resumed', id: string, text: string) {
  await change(t.ctx(), event, async (tx) => {
    await tx.db.run(raw.raw(text))
    return { id }
  })
  await t.engine.idle()
}
const setEnabled = (id: string, on: boolean) =>
  write(on ? 'monitor.resumed' : 'monitor.paused', id, `update monitors set enabled = ${on ? 1 : 0} where id = '${id}'`)
