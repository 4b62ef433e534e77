import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { MIN, PATIENCE_MS, type World, world } from './world'

setDefaultTimeout(PATIENCE_MS)

let w: World
const at = (ms: number) => new Date(w.t.clock.now() + ms).toISOString()
const window = (more: object = {}) =>
  w.ask('POST', '/maintenance-windows', {
    ...{ name: 'Move', scope: { all: true }, starts_at: at(10 * MIN), ends_at: at(40 * MIN), ...more },
  })

describe.each([0, 1, 2])('maintenance, killed now and then (%p; 0: never):', (kills) => {
  beforeEach(async () => {
    w = await world({ kills })
  })
  afterEach(() => w.stop())

  test('at its end what is still broken is told, what has recovered is not', async () => {
    await w.policy([{ delay_s: 3600, call: ['dan'] }])
    const ids = [await w.monitor('Shop', { interval: 3600 }), await w.monitor('Till', { interval: 3600 })]
    await window()
    await w.pass(11 * MIN)
    w.site.answer(503)
    for (const id of ids) await w.check(id)
    await w.pass(10 * MIN)
    w.site.answer(200)
    await w.check(ids[1] ?? '')
    w.site.answer(503)
    expect(w.said()).toEqual([])
    await w.pass(20 * MIN)
    expect(w.said()).toEqual(['dan: Shop is down'])
    w.site.answer(200)
    await w.check(ids[0] ?? '')
    expect(w.said()).toEqual(['dan: Shop is up again'])
  })

  test('who was called before it is left alone while it lasts, and the steps begin anew at its end', async () => {
    await w.policy([
      { delay_s: 300, call: ['dan'] },
      { delay_s: 300, call: ['carol'] },
    ])
    const id = await w.monitor('Shop', { interval: 3600 })
    await window()
    await w.pass(7 * MIN)
    w.site.answer(503)
    await w.check(id)
    expect(w.said()).toEqual(['dan: Shop is down'])
    // Carol's turn would come in the window.
    await w.pass(30 * MIN)
    expect(w.said()).toEqual([])
    await w.pass(10 * MIN)
    expect(w.said()).toEqual(['dan: Shop is down', 'carol: Shop is down'])
  })
})
