import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { target } from '../listeners'
import { MIN, PATIENCE_MS, type World, world } from './world'

setDefaultTimeout(PATIENCE_MS)

let w: World

/** So many monitors of one host. */
const many = async (count: number, more: object = {}) => {
  const ids: string[] = []
  for (let i = 0; i < count; i++) ids.push(await w.monitor(`Site ${i}`, { interval: 3600, ...more }))
  return ids
}
const checkAll = async (ids: string[]) => {
  for (const id of ids) await w.check(id)
}

describe.each([0, 1, 2])('groups, killed now and then (%p; 0: never):', (kills) => {
  beforeEach(async () => {
    w = await world({ kills })
  })
  afterEach(() => w.stop())

  test('what fails together on one host is told once, then how much it is, and once that it is over', async () => {
    await w.policy([{ delay_s: 86_400, call: ['dan'] }])
    const ids = await many(6)
    await w.pass(1_000)
    w.site.answer(503)
    await checkAll(ids)
    expect(w.said()).toEqual(['dan: Site 0 is down'])
    await w.pass(MIN)
    expect(w.said()).toEqual(['dan: 6 incidents on host 127.0.0.1 (6 open)'])
    const { items } = await w.ask('GET', '/correlation-groups')
    expect(items).toMatchObject([{ kind: 'host', value: '127.0.0.1', size: 6, status: 'open' }])
    w.site.answer(200)
    await checkAll(ids)
    expect(w.said()).toEqual(['dan: Over: 6 incidents on host 127.0.0.1'])
  })

  test('the first is over, the others are not: the alert goes on with those', async () => {
    await w.policy([{ delay_s: 600, call: ['dan'] }, { call: ['carol'] }])
    const other = target()
    const first = await w.monitor('Site 0', { interval: 3600, url: other.url })
    const rest = [await w.monitor('Site 1', { interval: 3600 }), await w.monitor('Site 2', { interval: 3600 })]
    await w.pass(1_000)
    other.answer(503)
    w.site.answer(503)
    await checkAll([first, ...rest])
    other.answer(200)
    await w.check(first)
    await w.pass(11 * MIN)
    other.stop()
    // After half a minute how much it is, as far as it is not over; then the second step, for the oldest that is open.
    expect(w.said()).toEqual([
      'dan: Site 0 is down',
      'dan: 3 incidents on host 127.0.0.1 (2 open)',
      'carol: Site 1 is down',
    ])
  })

  test('worse than what is known is told all the same', async () => {
    await w.policy([{ delay_s: 86_400, call: ['dan'] }])
    const low = await w.monitor('Blog', { interval: 3600, severity: 'low' })
    const bad = await w.monitor('Shop', { interval: 3600, severity: 'critical' })
    await w.pass(1_000)
    w.site.answer(503)
    await checkAll([low, bad])
    expect(w.said()).toEqual(['dan: Blog is down', 'dan: Shop is down'])
  })

  test('programs hear of each', async () => {
    await w.channel()
    const ids = await many(3)
    await w.pass(1_000)
    w.site.answer(503)
    await checkAll(ids)
    w.site.answer(200)
    await checkAll(ids)
    await w.pass(MIN)
    const down = [0, 1, 2].map((i) => `ops: created Site ${i} is down`)
    const up = [0, 1, 2].map((i) => `ops: resolved Site ${i} is down`)
    expect(w.said()).toEqual([...down, ...up])
  })

  test('forty that depend on something that is down call nobody: one message that it is, one that it is over', async () => {
    await w.policy([{ delay_s: 86_400, call: ['dan'] }])
    const parent = await w.monitor('Router', { interval: 3600 })
    const ids = await many(40, { parents: [parent] })
    await w.pass(1_000)
    w.site.answer(503)
    await w.check(parent)
    await checkAll(ids)
    expect(w.said()).toEqual(['dan: Router is down'])
    const { items } = await w.ask('GET', '/incidents?status=active&per_page=100')
    expect(items).toHaveLength(41)
    w.site.answer(200)
    await checkAll([parent, ...ids])
    await w.pass(10 * MIN)
    expect(w.said()).toEqual(['dan: Router is up again'])
  })

  test('a site that flaps says each time what it did, in order', async () => {
    await w.policy([{ delay_s: 86_400, call: ['dan'] }])
    const id = await w.monitor('Site', { interval: 3600 })
    for (let i = 0; i < 3; i++) {
      w.site.answer(503)
      await w.check(id)
      w.site.answer(200)
      await w.check(id)
      await w.pass(10 * MIN)
    }
    const once = ['dan: Site is down', 'dan: Site is up again']
    expect(w.said()).toEqual([...once, ...once, ...once])
  })
})
