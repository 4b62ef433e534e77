import { afterEach, beforeEach, expect, test } from 'bun:test'
import { type EngineOn, engineOn } from '../../test/engine'
import { listener, target } from '../../test/listeners'

let t: EngineOn
let ops: ReturnType<typeof listener>
const sites: ReturnType<typeof target>[] = []
const site = () => {
  const made = target()
  sites.push(made)
  return made
}

beforeEach(async () => {
  t = await engineOn()
  ops = listener()
  await t.engine.start()
  await t.addChannel(ops.url)
})
afterEach(async () => {
  await t.stop()
  t.remove()
  ops.stop()
  for (const one of sites.splice(0)) one.stop()
})
const add = (type: string, settings: Record<string, unknown>, more = {}) =>
  t.addMonitor('', { type, settings, ...more })
const statusOf = ({ number }: { number: number }) => t.engine.snapshot(number)?.status

test('a group follows its members at once, and members of members', async () => {
  const [a, b] = [site(), site()]
  const one = await t.addMonitor(a.url, { name: 'A', alert_threshold: 1 })
  const two = await t.addMonitor(b.url, { name: 'B', alert_threshold: 1 })
  const inner = await add('group', { members: [one.id, two.id], rule: 'worst' }, { name: 'Inner' })
  const outer = await add('group', { members: [inner.id] }, { name: 'Outer' })
  await t.advance(1_000)
  expect([statusOf(inner), statusOf(outer)]).toEqual(['up', 'up'])
  a.answer(500)
  await t.engine.checkNow(one.number)
  await t.advance(100)
  expect([statusOf(inner), statusOf(outer)]).toEqual(['down', 'down'])
  expect(t.engine.snapshot(inner.number)?.message).toContain('A is down')
  a.answer(200)
  await t.engine.checkNow(one.number)
  await t.advance(100)
  expect([statusOf(inner), statusOf(outer)]).toEqual(['up', 'up'])
})

test('a pushed monitor is what is reported, and down when nothing is', async () => {
  const job = await add('push', { grace_s: 30 }, { interval: 60, alert_threshold: 1 })
  await t.advance(1_000)
  expect(statusOf(job)).toBe('pending')
  const verdict = await t.engine.report(job.number, { status: 'up', response_time_ms: 12 })
  expect(verdict).toMatchObject({ status: 'up', message: 'Reported as working' })
  await t.engine.idle()
  expect([statusOf(job), t.engine.snapshot(job.number)?.response_time_ms]).toEqual(['up', 12])
  await t.advance(89_000)
  expect(statusOf(job)).toBe('up')
  await t.advance(61_000)
  expect(t.engine.snapshot(job.number)).toMatchObject({ status: 'down', reason: 'timeout' })
  expect(ops.events()).toEqual(['incident.created'])
  await t.engine.report(job.number, { status: 'up' })
  await t.engine.idle()
  expect(ops.events()).toEqual(['incident.created', 'incident.resolved'])
  await t.engine.report(job.number, { status: 'down', message: 'disk full' })
  await t.engine.idle()
  expect(t.engine.snapshot(job.number)).toMatchObject({ status: 'down', reason: 'reported', message: 'disk full' })
})

test('after a restart reports are awaited anew', async () => {
  const job = await add('push', { grace_s: 0 }, { interval: 60, alert_threshold: 1 })
  await t.engine.report(job.number, { status: 'up' })
  await t.engine.idle()
  const { folder, clock } = t
  await t.stop()
  clock.sleep(600_000)
  t = await engineOn({ folder, clock })
  await t.engine.start()
  await t.advance(55_000)
  expect(ops.got).toHaveLength(0)
  await t.advance(70_000)
  expect(statusOf(job)).toBe('down')
})

test('a manual monitor is what was said last, also after a restart', async () => {
  const thing = await add('manual', { initial: 'up' })
  await t.advance(100)
  expect(statusOf(thing)).toBe('up')
  await t.engine.report(thing.number, { status: 'down', message: 'Lift is stuck' })
  await t.engine.idle()
  expect(ops.events()).toEqual(['incident.created'])
  const { folder, clock } = t
  await t.stop()
  t = await engineOn({ folder, clock })
  await t.engine.start()
  await t.advance(61_000)
  expect(t.engine.snapshot(thing.number)).toMatchObject({ status: 'down', message: 'Lift is stuck' })
  expect(ops.events()).toEqual(['incident.created'])
})

test('one that cannot be checked says why, and alarms nobody', async () => {
  const odd = await add('from_the_future', {})
  await t.advance(120_000)
  expect(t.engine.snapshot(odd.number)).toMatchObject({
    status: 'unknown',
    message: expect.stringContaining('from_the_future'),
  })
  expect(ops.got).toHaveLength(0)
})

test('while the appliance was asleep nobody could report, so nothing is missed', async () => {
  const cron = await add('push', { grace_s: 60 }, { name: 'Cron', interval: 60, alert_threshold: 1 })
  await t.engine.report(cron.number, { status: 'up' })
  await t.advance(10_000)
  t.clock.sleep(600_000)
  await t.advance(30_000)
  expect([statusOf(cron), ops.got]).toEqual(['up', []])
  await t.advance(150_000)
  expect(ops.events()).toEqual(['incident.created'])
})

test('a clock that is set back silences no pushed monitor', async () => {
  const cron = await add('push', { grace_s: 60 }, { name: 'Cron', interval: 60, alert_threshold: 1 })
  await t.engine.report(cron.number, { status: 'up' })
  t.clock.setWall(t.clock.now() - 7_200_000)
  await t.advance(600_000)
  expect(ops.events()).toEqual(['incident.created'])
})
