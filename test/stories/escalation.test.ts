import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { MIN, PATIENCE_MS, type World, world } from './world'

setDefaultTimeout(PATIENCE_MS)

let w: World

describe.each([0, 1, 2])('escalation, killed now and then (%p; 0: never):', (kills) => {
  beforeEach(async () => {
    w = await world({ kills })
  })
  afterEach(() => w.stop())

  test('the first step is called at once, and an acknowledgement ends it', async () => {
    await w.policy([{ call: ['dan'] }, { call: ['carol'] }])
    const id = await w.incident('Shop is down')
    expect(w.said()).toEqual(['dan: Shop is down'])
    await w.act(id, 'ack')
    await w.pass(30 * MIN)
    expect(w.said()).toEqual(['dan: alice acknowledged: Shop is down'])
  })

  test('nobody answers: the next step after its delay, then nobody is left', async () => {
    await w.policy([
      { delay_s: 300, call: ['dan'] },
      { delay_s: 600, call: ['carol'] },
    ])
    const id = await w.incident('Shop is down')
    await w.pass(5 * MIN)
    await w.pass(60 * MIN)
    expect(w.said()).toEqual(['dan: Shop is down', 'carol: Shop is down'])
    const { sentence, people } = await w.ask('GET', `/incidents/${id}/why`)
    expect(sentence).toContain('nobody has acknowledged')
    expect(people.find(({ user_name }: { user_name: string }) => user_name === 'bob').sentence).toContain('No step')
  })

  test('all of it again, as often as the policy says', async () => {
    await w.policy(
      [
        { delay_s: 60, call: ['dan'] },
        { delay_s: 60, call: ['carol'] },
      ],
      { repeat_count: 1 },
    )
    await w.incident('Shop is down')
    await w.pass(10 * MIN)
    expect(w.said()).toEqual(['dan: Shop is down', 'carol: Shop is down', 'dan: Shop is down', 'carol: Shop is down'])
  })

  test('a schedule with nobody on call is passed at once', async () => {
    const night = [{ days: [1, 2, 3, 4, 5, 6, 7], from: '22:00', to: '06:00' }]
    const { id } = await w.schedule(['dan'], { restrictions: night })
    await w.policy([{ call: [{ schedule: id }] }, { call: ['carol'] }])
    await w.incident('Shop is down')
    expect(w.said()).toEqual(['carol: Shop is down'])
  })

  test('whoever is on call is called, and an override stands in', async () => {
    const { id } = await w.schedule(['dan', 'carol'])
    await w.policy([{ call: [{ schedule: id }] }])
    const { on_call, name } = await w.ask('GET', `/schedules/${id}`)
    const [on] = on_call
    const first = on.user_id === w.t.people.dan.id ? 'dan' : 'carol'
    await w.incident('One')
    expect(w.said()).toEqual([`${first}: One`])
    const from = new Date(w.t.clock.now()).toISOString()
    const to = new Date(w.t.clock.now() + 60 * MIN).toISOString()
    await w.ask('POST', `/schedules/${id}/overrides`, { user_id: w.t.people.bob.id, replaces: on.user_id, from, to })
    // Two mailboxes have no order between them: what they get is sorted.
    const handed = (who: string) => [`${first}: ${name}: ${who} on call`, `bob: ${name}: ${who} on call`].sort()
    await w.settle()
    expect(w.said().sort()).toEqual(handed('bob'))
    await w.incident('Two')
    expect(w.said()).toEqual(['bob: Two'])
    await w.pass(61 * MIN)
    expect(w.said().sort()).toEqual(handed(first))
    await w.incident('Three')
    expect(w.said()).toEqual([`${first}: Three`])
  })

  test('an acknowledgement that runs out calls again from the first step', async () => {
    await w.policy([{ call: ['dan'] }, { call: ['carol'] }], { ack_timeout_s: 1800 })
    const id = await w.incident('Shop is down')
    await w.act(id, 'ack')
    w.said()
    await w.pass(31 * MIN)
    expect(w.said()).toEqual(['dan: Shop is down'])
    expect((await w.ask('GET', `/incidents/${id}`)).status).toBe('open')
  })

  test('snoozed: silence until its end, then from the first step', async () => {
    await w.policy([{ call: ['dan'] }, { call: ['carol'] }])
    const id = await w.incident('Shop is down')
    await w.act(id, 'snooze', { for_s: 3600 })
    w.said()
    await w.pass(59 * MIN)
    expect(w.said()).toEqual([])
    await w.pass(2 * MIN)
    expect(w.said()).toEqual(['dan: Shop is down'])
  })

  test('given to a person: only they are called from then on', async () => {
    await w.policy([{ call: ['dan'] }, { call: ['carol'] }])
    const id = await w.incident('Shop is down')
    await w.act(id, 'assign', { user_id: w.t.people.bob.id })
    await w.pass(6 * MIN)
    expect(w.said()).toEqual(['dan: Shop is down', 'bob: Shop is down', 'bob: Shop is down'])
  })

  test('given to a policy: its steps from the first', async () => {
    const other = await w.policy([{ call: ['carol'] }], { is_default: false })
    await w.policy([{ call: ['dan'] }, { call: ['bob'] }])
    const id = await w.incident('Shop is down')
    await w.act(id, 'assign', { policy_id: other.id })
    await w.pass(20 * MIN)
    expect(w.said()).toEqual(['dan: Shop is down', 'carol: Shop is down'])
  })

  test('over: whoever was called hears it, nobody else does, and nobody is called any more', async () => {
    await w.policy([{ call: ['dan'] }, { call: ['carol'] }])
    const id = await w.incident('Shop is down')
    await w.act(id, 'resolve')
    await w.pass(30 * MIN)
    expect(w.said()).toEqual(['dan: Shop is down', 'dan: Resolved: Shop is down'])
  })

  test('opened again: people are called again', async () => {
    await w.policy([{ call: ['dan'] }])
    const id = await w.incident('Shop is down')
    await w.act(id, 'resolve')
    w.said()
    await w.act(id, 'reopen')
    expect(w.said()).toEqual(['dan: Shop is down'])
  })

  test('merged into another: only that one goes on', async () => {
    await w.policy([{ delay_s: 60, call: ['dan'] }, { call: ['carol'] }])
    const one = await w.incident('One')
    const two = await w.incident('Two')
    await w.act(two, 'merge', { into: one })
    w.said()
    await w.pass(2 * MIN)
    expect(w.said()).toEqual(['carol: One'])
  })

  test('the steps are those it began with, whatever becomes of the policy', async () => {
    const { id } = await w.policy([{ delay_s: 60, call: ['dan'] }, { call: ['carol'] }])
    await w.incident('Shop is down')
    const targets = [{ type: 'user', id: w.t.people.bob.id }]
    await w.ask('PUT', `/escalation-policies/${id}`, { name: 'Other', steps: [{ delay_s: 60, targets }] })
    await w.pass(2 * MIN)
    expect(w.said()).toEqual(['dan: Shop is down', 'carol: Shop is down'])
  })

  test('a crash in the middle changes nothing of it', async () => {
    await w.policy([{ delay_s: 300, call: ['dan'] }, { delay_s: 300, call: ['carol'] }, { call: ['bob'] }])
    await w.incident('Shop is down')
    await w.pass(4 * MIN)
    await w.crash()
    await w.pass(2 * MIN)
    await w.crash()
    await w.pass(10 * MIN)
    expect(w.said()).toEqual(['dan: Shop is down', 'carol: Shop is down', 'bob: Shop is down'])
  })
})
