import { afterEach, beforeEach, expect, test } from 'bun:test'
import { blackHole, closedPort, type Listening } from '../../test/probing'
import { onStage, ops, reopen, site, t } from '../../test/stage'

let hole: Listening

onStage()
beforeEach(async () => {
  hole = await blackHole()
})
afterEach(() => hole.close())

/** As the module does it. */
async function setAnchors(...anchors: string[]) {
  await t.db.tx((db) => t.engine.uplink.save({ ...t.ctx(), db, at: '' }, anchors))
  t.engine.uplink.apply(anchors)
  await t.engine.idle()
}
const anchorOf = ({ port }: { port: number }) => `127.0.0.1:${port}`
const statuses = async () =>
  (await t.rows<{ status: string }>('select status from state_intervals order by seq')).map(({ status }) => status)
const incidents = () => t.rows<{ status: string }>('select status from incidents')
const blind = async () =>
  (await t.rows<{ cause: string; from: number; until: number | null }>('select * from blind_periods')).map(
    ({ cause, from, until }) => ({ cause, from, until }),
  )
/** Seldom enough that only the checks of the test count, and what they ask for. */
const seldom = { interval: 86_400, alert_threshold: 2 }

test('while no anchor answers, what fails is unknown, nobody is told, and the time is noted as blind', async () => {
  const { number } = await t.addMonitor(site.url, seldom)
  await t.engine.checkNow(number)
  const from = t.clock.now()
  await setAnchors(anchorOf(hole))
  site.stop()
  await t.advance(1_500)
  expect(await t.engine.checkNow(number)).toMatchObject({ status: 'unknown', reason: 'own_side' })
  await t.advance(1_200)
  expect(t.engine.snapshot(number)).toMatchObject({ status: 'unknown' })
  expect(t.engine.snapshot(number)?.message).toContain('Our own network seems down')
  expect([await statuses(), await incidents(), ops.got]).toEqual([['up', 'unknown'], [], []])
  expect(await blind()).toEqual([{ cause: 'uplink', from, until: null }])
}, 30_000)

test('a broken network of our own is no success of an inverted monitor', async () => {
  const { number } = await t.addMonitor(site.url, { ...seldom, alert_threshold: 1, inverted: true })
  await t.engine.checkNow(number)
  expect(t.engine.snapshot(number)?.status).toBe('down')
  await setAnchors(anchorOf(hole))
  site.stop()
  expect(await t.engine.checkNow(number)).toMatchObject({ status: 'unknown', reason: 'own_side' })
  await t.advance(100)
  expect(await incidents()).toMatchObject([{ status: 'open' }])
  expect(ops.events()).toEqual(['incident.created'])
}, 30_000)

test('what is really down is reported once an anchor answers again; that one refuses is an answer', async () => {
  const { number } = await t.addMonitor(site.url, seldom)
  await t.engine.checkNow(number)
  await setAnchors(anchorOf(hole))
  site.stop()
  await t.advance(1_500)
  await t.engine.checkNow(number)
  hole.close()
  await t.advance(2_000)
  expect(t.engine.uplink.state().uplink).toMatchObject({ state: 'up', anchors: [{ ok: true }] })
  const [period] = await blind()
  expect((period?.until ?? 0) - (period?.from ?? 0)).toBe(3_500)
  expect(await incidents()).toEqual([])
  await t.advance(30_000)
  expect([await statuses(), await incidents()]).toEqual([['up', 'unknown', 'down'], [{ status: 'open' }]])
  expect(ops.events()).toEqual(['incident.created'])
}, 30_000)

test('what answers meanwhile is up, whatever the anchors say', async () => {
  const { number } = await t.addMonitor(site.url, seldom)
  await setAnchors(anchorOf(hole))
  expect(await t.engine.checkNow(number)).toMatchObject({ status: 'up' })
  expect(t.engine.snapshot(number)).toMatchObject({ status: 'up' })
}, 30_000)

test('an answer that says no is the target’s own, whatever the anchors say', async () => {
  const { number } = await t.addMonitor(site.url, { ...seldom, alert_threshold: 1 })
  await setAnchors(anchorOf(hole))
  site.answer(500)
  expect(await t.engine.checkNow(number)).toMatchObject({ status: 'down', reason: 'status' })
  await t.engine.idle()
  expect(ops.events()).toEqual(['incident.created'])
}, 30_000)

test('one anchor of several that answers is enough to believe a failure', async () => {
  const { number } = await t.addMonitor(site.url, { ...seldom, alert_threshold: 1 })
  await setAnchors(anchorOf(hole), `127.0.0.1:${await closedPort()}`)
  await t.advance(1_000)
  site.stop()
  expect(await t.engine.checkNow(number)).toMatchObject({ status: 'down', reason: 'refused' })
  await t.engine.idle()
  expect([(await incidents()).length, await blind()]).toEqual([1, []])
}, 30_000)

test('without anchors everything is believed, and what was blind has ended', async () => {
  const { number } = await t.addMonitor(site.url, { ...seldom, alert_threshold: 1 })
  await setAnchors(anchorOf(hole))
  await t.advance(1_000)
  site.stop()
  expect(await t.engine.checkNow(number)).toMatchObject({ status: 'unknown' })
  await setAnchors()
  expect(t.engine.uplink.state()).toMatchObject({ anchors: [], uplink: { state: 'unset' } })
  expect((await blind())[0]?.until).toBe(t.clock.now())
  expect(await t.engine.checkNow(number)).toMatchObject({ status: 'down', reason: 'refused' })
  await t.engine.idle()
  expect(ops.events()).toEqual(['incident.created'])
}, 30_000)

test('anchors are known again after a restart, and a blind time that was open then has ended', async () => {
  await setAnchors(anchorOf(hole))
  await t.crash()
  hole.close()
  await reopen()
  await t.engine.idle()
  expect(t.engine.uplink.state()).toMatchObject({ anchors: [anchorOf(hole)], uplink: { state: 'up' } })
  expect(await blind()).toMatchObject([{ cause: 'uplink', until: t.clock.now() }])
}, 30_000)
