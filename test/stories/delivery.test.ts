import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { MIN, PATIENCE_MS, type World, world } from './world'

setDefaultTimeout(PATIENCE_MS)

let w: World

const days = [1, 2, 3, 4, 5, 6, 7]

describe.each([0, 1, 2])('delivery, killed now and then (%p; 0: never):', (kills) => {
  beforeEach(async () => {
    w = await world({ kills })
  })
  afterEach(() => w.stop())

  test('a rule of somebody waits, and an acknowledgement before that spares them', async () => {
    await w.prefs('dan', { rules: [{ delay_s: 120, contact_id: 'email' }] })
    await w.policy([{ call: ['dan'] }])
    const one = await w.incident('One')
    await w.pass(3 * MIN)
    expect(w.said()).toEqual(['dan: One'])
    await w.act(one, 'resolve')
    w.said()
    const two = await w.incident('Two')
    await w.pass(1 * MIN)
    await w.act(two, 'ack')
    await w.pass(10 * MIN)
    expect(w.said()).toEqual([])
  })

  test('quiet hours keep a page until their end; what is critical comes through', async () => {
    const quiet_hours = { enabled: true, timezone: 'UTC', from: '11:00', to: '13:00', days, critical_exempt: true }
    await w.prefs('dan', { quiet_hours })
    await w.policy([{ call: ['dan'] }])
    await w.incident('Dull', { severity: 'high' })
    await w.incident('Bad', { severity: 'critical' })
    expect(w.said()).toEqual(['dan: Bad'])
    await w.pass(61 * MIN)
    expect(w.said()).toEqual(['dan: Dull'])
  })

  test('a rule says that nobody is called', async () => {
    await w.policy([{ call: ['dan'] }])
    const conditions = [{ field: 'severity', op: 'is', value: 'low' }]
    await w.ask('POST', '/alert-routing-rules', {
      name: 'Quiet',
      match: 'all',
      conditions,
      actions: { suppress: true },
    })
    const id = await w.incident('Crumbs', { severity: 'low' })
    expect(w.said()).toEqual([])
    const { sentence } = await w.ask('GET', `/incidents/${id}/why`)
    expect(sentence).toContain('Quiet')
    await w.incident('Fire', { severity: 'high' })
    expect(w.said()).toEqual(['dan: Fire'])
  })

  test('a rule goes on to the next one: both policies are followed', async () => {
    const one = await w.policy([{ call: ['dan'] }], { is_default: false })
    const two = await w.policy([{ call: ['carol'] }], { is_default: false })
    const conditions = [{ field: 'name', op: 'contains', value: 'Shop' }]
    const rule = (name: string, actions: object) =>
      w.ask('POST', '/alert-routing-rules', { name, match: 'all', conditions, actions })
    await rule('A', { escalation_policy_id: one.id, continue: true })
    await rule('B', { escalation_policy_id: two.id })
    await w.incident('Shop is down')
    // Two mailboxes have no order between them.
    expect(w.said().sort()).toEqual(['carol: Shop is down', 'dan: Shop is down'])
  })

  test('a rule makes it worse than it was, and the policy for that is followed', async () => {
    await w.policy([{ call: ['dan'] }])
    const urgent = await w.policy([{ call: ['carol'] }], { is_default: false })
    const rule = (name: string, condition: object, actions: object) =>
      w.ask('POST', '/alert-routing-rules', { name, match: 'all', conditions: [condition], actions })
    const money = { severity: 'critical', continue: true }
    await rule('Money', { field: 'name', op: 'contains', value: 'Pay' }, money)
    await rule('Bad', { field: 'severity', op: 'is', value: 'critical' }, { escalation_policy_id: urgent.id })
    const id = await w.incident('Payments are slow', { severity: 'low' })
    expect((await w.ask('GET', `/incidents/${id}`)).severity).toBe('critical')
    expect(w.said()).toEqual(['carol: Payments are slow'])
    await w.incident('Shop is slow', { severity: 'low' })
    expect(w.said()).toEqual(['dan: Shop is slow'])
  })

  test('a channel that does not take it: its stand-in hears after two minutes', async () => {
    const spare = await w.channel({ name: 'Spare', is_default: false })
    await w.channel({ settings: { url: 'http://127.0.0.1:9/' }, fallback_id: spare.id, fallback_after_s: 120 })
    await w.incident('Shop is down')
    await w.pass(1 * MIN)
    expect(w.said()).toEqual([])
    await w.pass(2 * MIN)
    expect(w.said()).toEqual(['ops: created Shop is down'])
  })

  test('a channel that is muted hears nothing until then', async () => {
    const muted_until = new Date(w.t.clock.now() + 60 * MIN).toISOString()
    await w.channel({ muted_until })
    await w.incident('One')
    expect(w.said()).toEqual([])
    await w.pass(61 * MIN)
    await w.incident('Two')
    expect(w.said()).toEqual(['ops: created Two'])
  })

  test('a step with a channel tells it, and the person after it', async () => {
    const { id } = await w.channel({ is_default: false })
    await w.policy([{ delay_s: 60, call: [{ channel: id }] }, { call: ['dan'] }])
    await w.incident('Shop is down')
    await w.pass(2 * MIN)
    expect(w.said()).toEqual(['ops: created Shop is down', 'dan: Shop is down'])
  })

  /** One letter is on its way, and three alarms more for the same mailbox wait behind it. */
  async function oneAndThree() {
    await w.policy([{ delay_s: 86_400, call: ['dan'] }])
    w.hold(/Shop 1$/)
    const first = w.next()
    await w.incident('Shop 1')
    await first
    for (const n of [2, 3, 4]) await w.incident(`Shop ${n}`)
    await w.queued(4)
  }

  test('alarms that wait for the same mailbox become one letter', async () => {
    await oneAndThree()
    await w.release()
    expect(w.said()).toEqual(['dan: Shop 1', 'dan: 3 alarms: Shop 2 and 2 more'])
  })

  test('a letter that was cut off comes again as it was: what waits does not join it', async () => {
    await oneAndThree()
    await w.crash()
    await w.release()
    expect(w.said()).toEqual(['dan: Shop 1', 'dan: 3 alarms: Shop 2 and 2 more'])
  })

  test('one letter for several that was cut off comes again with the same ones', async () => {
    await oneAndThree()
    const second = w.next()
    await w.release(false)
    w.hold(/alarms/)
    await second
    await w.incident('Shop 5')
    await w.queued(4)
    await w.crash()
    await w.release()
    expect(w.said()).toEqual(['dan: Shop 1', 'dan: 3 alarms: Shop 2 and 2 more', 'dan: Shop 5'])
  })

  test('a fire drill calls people, and says how soon they answered', async () => {
    const user_ids = [w.t.people.dan.id, w.t.people.carol.id]
    const { id } = await w.ask('POST', '/drills', { user_ids })
    // Two mailboxes have no order between them.
    expect(w.said().sort()).toEqual(['carol: Fire drill: please acknowledge', 'dan: Fire drill: please acknowledge'])
    await w.pass(90_000)
    await w.as('dan', 'POST', `/incidents/${id}/ack`)
    const { people, answered } = await w.ask('GET', `/drills/${id}`)
    expect(answered).toBe(1)
    expect(people.find(({ user_name }: { user_name: string }) => user_name === 'dan').answer_s).toBe(90)
  })

  test('another program opens and closes one', async () => {
    await w.policy([{ call: ['dan'] }])
    const { key } = await w.ask('POST', '/integrations', { name: 'PD', type: 'pagerduty' })
    const event = { routing_key: key, dedup_key: 'disk', event_action: 'trigger' }
    const payload = { summary: 'Disk full', source: 'db1', severity: 'critical' }
    for (let i = 0; i < 3; i++) await w.as('nobody', 'POST', '/v2/enqueue', { ...event, payload })
    await w.settle()
    expect(w.said()).toEqual(['dan: Disk full'])
    await w.as('nobody', 'POST', '/v2/enqueue', { ...event, event_action: 'resolve' })
    await w.settle()
    expect(w.said()).toEqual(['dan: Resolved: Disk full'])
  })
})
