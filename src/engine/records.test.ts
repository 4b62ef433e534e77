import { afterEach, beforeEach, expect, test } from 'bun:test'
import { type Booted, boot } from '../../test/boot'
import { listener, target } from '../../test/listeners'

const MIN = 60_000
let t: Booted
let site: ReturnType<typeof target>
let hook: ReturnType<typeof listener>
let people: ReturnType<typeof listener>
beforeEach(async () => {
  t = await boot()
  site = target()
  hook = listener()
  people = listener()
})
afterEach(async () => {
  await t.stop()
  for (const one of [site, hook, people]) one.stop()
})
const made = async (path: string, body: object) => {
  const answer = await t.alice('POST', path, body)
  expect([path, answer.status, answer.body.details]).toEqual([path, 201, undefined])
  await t.appliance.idle()
  return answer.body
}
/** One that asks for these by name, and one that takes what is usual. */
async function channels(...events: string[]) {
  const draft = { type: 'webhook', is_default: false }
  await made('/notification-channels', { ...draft, name: 'Records', settings: { url: hook.url }, events })
  const usual = { ...draft, name: 'People', settings: { url: people.url }, is_default: true }
  expect((await made('/notification-channels', usual)).events).not.toContain('monitor.status_changed')
}
const heard = () => hook.got.map(({ event, data }) => ({ event, ...(data as Record<string, unknown>) }))

test('a program that asks for it hears of each change of a monitor, in order, and nobody else does', async () => {
  await channels('monitor.status_changed')
  const { id } = await made('/monitors', {
    ...{ name: 'Shop', type: 'http', url: site.url, interval: 30, alert_threshold: 1 },
  })
  await t.advance(MIN)
  site.answer(500)
  await t.advance(MIN)
  site.answer(200)
  await t.advance(MIN)
  const about = { event: 'monitor.status_changed', monitor_id: id, name: 'Shop', changed_at: expect.any(String) }
  expect(heard()).toEqual([
    expect.objectContaining({ ...about, previous_status: 'pending', status: 'up' }),
    expect.objectContaining({ ...about, previous_status: 'up', status: 'down' }),
    expect.objectContaining({ ...about, previous_status: 'down', status: 'up' }),
  ])
  expect(people.events()).toEqual(['incident.created', 'incident.resolved'])
})

test('missed heartbeats and those that are back', async () => {
  await channels('heartbeat.missed', 'heartbeat.recovered')
  const beat = await made('/heartbeats', { name: 'Backup', schedule: { kind: 'interval', every_s: 300 }, grace_s: 60 })
  await t.nobody('POST', `/hb/${beat.slug}`)
  await t.advance(10 * MIN)
  await t.nobody('POST', `/hb/${beat.slug}`)
  await t.appliance.idle()
  const about = { heartbeat_id: beat.id, name: 'Backup', kind: 'job', changed_at: expect.any(String) }
  expect(heard()).toEqual([
    expect.objectContaining({ ...about, event: 'heartbeat.missed', status: 'down', reason: 'missed' }),
    expect.objectContaining({ ...about, event: 'heartbeat.recovered', status: 'up' }),
  ])
})

test('the beginning and the end of maintenance', async () => {
  await channels('maintenance.started', 'maintenance.ended')
  const at = (ms: number) => new Date(t.clock.now() + ms).toISOString()
  const until = at(20 * MIN)
  const draft = { name: 'Move', scope: { all: true }, starts_at: at(10 * MIN), ends_at: until }
  const { id } = await made('/maintenance-windows', draft)
  await t.advance(30 * MIN)
  expect(heard()).toEqual([
    expect.objectContaining({ event: 'maintenance.started', maintenance_id: id, name: 'Move', until }),
    expect.objectContaining({ event: 'maintenance.ended', maintenance_id: id, name: 'Move' }),
  ])
  expect(people.events()).toEqual([])
})
