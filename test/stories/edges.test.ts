import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { MIN, PATIENCE_MS, type World, world } from './world'

setDefaultTimeout(PATIENCE_MS)

let w: World

describe.each([0, 1, 2])('at the edges of escalation, killed now and then (%p; 0: never):', (kills) => {
  beforeEach(async () => {
    w = await world({ kills })
  })
  afterEach(() => w.stop())

  test('somebody who is named twice in one step, themselves and by a schedule, is called once', async () => {
    const { id } = await w.schedule(['dan'])
    await w.policy([{ call: ['dan', { schedule: id }] }, { call: ['carol'] }])
    await w.incident('Shop is down')
    expect(w.said()).toEqual(['dan: Shop is down'])
    await w.pass(6 * MIN)
    expect(w.said()).toEqual(['carol: Shop is down'])
  })

  test('a policy that is changed goes on as it was for what it calls people about already', async () => {
    const { id, ...rest } = await w.policy([{ call: ['dan'] }, { call: ['carol'] }])
    await w.incident('Shop is down')
    const steps = [{ delay_s: 60, targets: [{ type: 'user', id: w.t.people.bob.id }] }]
    await w.ask('PUT', `/escalation-policies/${id}`, { name: rest.name, is_default: true, repeat_count: 0, steps })
    await w.pass(6 * MIN)
    expect(w.said()).toEqual(['dan: Shop is down', 'carol: Shop is down'])
    await w.incident('Search is down')
    expect(w.said()).toEqual(['bob: Search is down'])
  })

  test('a policy that is deleted too', async () => {
    const { id } = await w.policy([{ call: ['dan'] }, { call: ['carol'] }])
    const incident = await w.incident('Shop is down')
    await w.ask('DELETE', `/escalation-policies/${id}`)
    await w.pass(6 * MIN)
    expect(w.said()).toEqual(['dan: Shop is down', 'carol: Shop is down'])
    await w.act(incident, 'ack')
    await w.pass(60 * MIN)
    expect(w.said()).toEqual(['dan: alice acknowledged: Shop is down', 'carol: alice acknowledged: Shop is down'])
  })

  test('an acknowledgement at the very moment of a step: one or the other, and nothing after it', async () => {
    await w.policy([{ call: ['dan'] }, { call: ['carol'] }, { call: ['bob'] }])
    const id = await w.incident('Shop is down')
    await w.pass(5 * MIN - 1)
    await Promise.all([w.act(id, 'ack'), w.pass(1)])
    await w.pass(60 * MIN)
    const said = w.said()
    expect(said[0]).toBe('dan: Shop is down')
    expect(said.filter((line) => line === 'carol: Shop is down').length).toBeLessThanOrEqual(1)
    expect(said.filter((line) => line.startsWith('bob:'))).toEqual([])
  })

  test('a snooze that ends at the moment of the next step: all begins anew, and nobody is called twice', async () => {
    await w.policy([{ call: ['dan'] }, { call: ['carol'] }])
    const id = await w.incident('Shop is down')
    expect(w.said()).toEqual(['dan: Shop is down'])
    await w.act(id, 'snooze', { for_s: 300 })
    await w.pass(5 * MIN)
    expect(w.said()).toEqual(['dan: Shop is down'])
    await w.pass(5 * MIN)
    expect(w.said()).toEqual(['carol: Shop is down'])
  })

  test('the step falls into a day off of the machine: it is taken once, at the start', async () => {
    await w.policy([{ call: ['dan'] }, { call: ['carol'] }])
    await w.incident('Shop is down')
    await w.crash(48 * 60 * MIN)
    await w.pass(MIN)
    expect(w.said()).toEqual(['dan: Shop is down', 'carol: Shop is down'])
  })
})
