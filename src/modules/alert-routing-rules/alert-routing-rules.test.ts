import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { type Booted, boot } from '../../../test/boot'
import { listener } from '../../../test/listeners'

let t: Booted
let hook: ReturnType<typeof listener>
beforeAll(() => {
  hook = listener()
})
afterAll(() => hook.stop())
beforeEach(async () => {
  t = await boot({ start: false })
})
afterEach(() => t.stop())

const make = async (name: string, more: object = {}) => {
  const { status, body } = await t.alice('POST', '/alert-routing-rules', { name, ...more })
  expect(status).toBe(201)
  return body
}
type Item = { id: string; name: string; position: number }
const order = async () =>
  (await t.alice('GET', '/alert-routing-rules')).body.items.map(({ name, position }: Item) => `${position} ${name}`)
const fieldsOf = async (body: object) => {
  const answer = await t.alice('POST', '/alert-routing-rules', { name: 'x', ...body })
  expect([answer.status, answer.body.code]).toEqual([422, 'VALIDATION_FAILED'])
  return answer.body.details.fields
}
const nights = { days: [1, 2, 3, 4, 5], from: '22:00', to: '07:00', timezone: 'Europe/Berlin' }

describe('a rule', () => {
  test('needs a name alone', async () => {
    const made = await make('All')
    expect(made).toEqual({
      id: expect.any(String),
      tenant_id: t.tenants.acme.id,
      name: 'All',
      position: 1,
      enabled: true,
      match: 'all',
      conditions: [],
      actions: {},
      created_at: '2026-05-01T12:00:00.000Z',
      updated_at: '2026-05-01T12:00:00.000Z',
    })
    expect((await t.bob('GET', `/alert-routing-rules/${made.id}`)).body).toEqual(made)
  })

  test('asks about severity, source, type, tag, name, region and time, and comes back as it was sent', async () => {
    const conditions = [
      { field: 'severity', op: 'at_least', value: 'high' },
      { field: 'severity', op: 'is', value: ['high', 'critical'] },
      { field: 'source_type', op: 'is_not', value: 'drill' },
      { field: 'monitor_type', op: 'is', value: ['http', 'heartbeat', 'ai_heartbeat', 'event', 'manual', 'prober'] },
      { field: 'tag', op: 'contains', value: 'prod' },
      { field: 'name', op: 'matches', value: '(?i)^shop' },
      { field: 'region', op: 'not_contains', value: ['test', 'lab'] },
      { field: 'time', op: 'within', value: nights },
    ]
    const actions = { severity: 'critical', continue: true }
    expect(await make('Everything', { match: 'any', conditions, actions })).toMatchObject({
      match: 'any',
      conditions,
      actions,
    })
  })

  test.each<[object, Record<string, string>]>([
    [
      { field: 'colour', op: 'is', value: 'x' },
      { 'conditions.0.field': 'must be one of severity, source_type, monitor_type, tag, name, region, time' },
    ],
    [
      { field: 'severity', op: 'contains', value: 'x' },
      { 'conditions.0.op': 'must be one of is, is_not, at_least, at_most for severity' },
    ],
    [
      { field: 'severity', op: 'is', value: 'urgent' },
      { 'conditions.0.value': 'must be one of critical, high, medium, low' },
    ],
    [
      { field: 'severity', op: 'is', value: ['low', 'urgent'] },
      { 'conditions.0.value.1': 'must be one of critical, high, medium, low' },
    ],
    [{ field: 'severity', op: 'at_least', value: ['low', 'high'] }, { 'conditions.0.value': 'must be one severity' }],
    [{ field: 'name', op: 'is' }, { 'conditions.0.value': 'is required' }],
    [{ field: 'name', op: 'is', value: 7 }, { 'conditions.0.value': 'must be text' }],
    [{ field: 'name', op: 'is', value: ' ' }, { 'conditions.0.value': 'must not be empty' }],
    [{ field: 'name', op: 'is', value: [] }, { 'conditions.0.value': 'must have at least 1 item' }],
    [{ field: 'name', op: 'is', value: Array(51).fill('x') }, { 'conditions.0.value': 'must have at most 50 items' }],
    [{ field: 'tag', op: 'is', value: 'x'.repeat(201) }, { 'conditions.0.value': 'must have at most 200 characters' }],
    [
      { field: 'tag', op: 'matches', value: '(' },
      { 'conditions.0.value': 'is not a regular expression in RE2 syntax (no look-around, no back-references)' },
    ],
    [
      { field: 'tag', op: 'matches', value: '(a{30}){33}' },
      { 'conditions.0.value': 'is too large: repetitions of repetitions take too long' },
    ],
    [{ field: 'time', op: 'within', value: 'night' }, { 'conditions.0.value': 'must be an object' }],
    [
      { field: 'time', op: 'within', value: { ...nights, days: [8], from: '25:00' } },
      {
        'conditions.0.value.days.0': 'must be at most 7',
        'conditions.0.value.from': 'does not have the expected form',
      },
    ],
    [
      { field: 'time', op: 'within', value: { ...nights, timezone: 'Mars/Olympus' } },
      { 'conditions.0.value.timezone': 'is not a time zone such as Europe/Berlin' },
    ],
    [
      { field: 'time', op: 'within', value: { ...nights, until: 'x' } },
      { 'conditions.0.value.until': 'is not a known field' },
    ],
    [{ field: 'name', op: 'is', value: 'x', not: true }, { 'conditions.0.not': 'is not a known field' }],
  ])('that asks %j is refused by its path', async (condition, fields) => {
    expect(await fieldsOf({ conditions: [condition] })).toEqual(fields)
  })

  test('names policies and channels of this workspace; one that silences names none', async () => {
    const ops = { name: 'Ops', type: 'webhook', settings: { url: hook.url } }
    const [mine, theirs] = [t.alice, t.mallory].map((ask) => ask('POST', '/notification-channels', ops))
    const [channel, foreign] = [(await mine)?.body.id, (await theirs)?.body.id]
    const steps = [{ delay_s: 60, targets: [{ type: 'user', id: t.people.mallory.id }] }]
    const policy = (await t.mallory('POST', '/escalation-policies', { name: 'x', steps })).body.id
    expect(await fieldsOf({ actions: { escalation_policy_id: policy, channel_ids: [channel, foreign] } })).toEqual({
      'actions.escalation_policy_id': 'is not an escalation policy of this workspace',
      'actions.channel_ids.1': 'is not a notification channel of this workspace',
    })
    expect(await fieldsOf({ actions: { suppress: true, channel_ids: [channel] } })).toEqual({
      'actions.suppress': 'tells nobody: such a rule names no policy and no channels',
    })
    expect(await fieldsOf({ actions: { severity: 'urgent', page: true } })).toEqual({
      'actions.severity': 'must be one of critical, high, medium, low',
      'actions.page': 'is not a known field',
    })
    expect((await make('Both', { actions: { channel_ids: [channel] } })).actions).toEqual({ channel_ids: [channel] })
  })

  test('is written by members, read by viewers, and unknown to others', async () => {
    const { id } = await make('All')
    expect((await t.nobody('GET', '/alert-routing-rules')).status).toBe(401)
    expect((await t.bob('POST', '/alert-routing-rules', { name: 'x' })).status).toBe(403)
    expect((await t.bob('PUT', '/alert-routing-rules/order', { ids: [id] })).status).toBe(403)
    expect((await t.mallory('GET', `/alert-routing-rules/${id}`)).status).toBe(404)
    expect((await t.mallory('PUT', `/alert-routing-rules/${id}`, { name: 'x' })).status).toBe(404)
    expect((await t.mallory('DELETE', `/alert-routing-rules/${id}`)).status).toBe(404)
    expect((await t.mallory('PUT', '/alert-routing-rules/order', { ids: [id] })).body.details.fields).toEqual({
      'ids.0': 'is not a rule of this workspace',
    })
    expect((await t.mallory('GET', '/alert-routing-rules')).body.total).toBe(0)
  })
})

describe('rules stand in an order without gaps', () => {
  let ids: string[] = []
  beforeEach(async () => {
    ids = []
    for (const name of ['a', 'b', 'c']) ids.push((await make(name)).id)
  })

  test('a new one goes to the end, or where it is wanted', async () => {
    await make('d')
    await make('first', { position: 1 })
    await make('third', { position: 3 })
    expect((await make('far', { position: 900 })).position).toBe(7)
    expect(await order()).toEqual(['1 first', '2 a', '3 third', '4 b', '5 c', '6 d', '7 far'])
  })

  test('one that is moved or deleted leaves no gap', async () => {
    expect((await t.alice('PUT', `/alert-routing-rules/${ids[0]}`, { position: 2 })).body.position).toBe(2)
    expect(await order()).toEqual(['1 b', '2 a', '3 c'])
    expect((await t.alice('PUT', `/alert-routing-rules/${ids[2]}`, { position: 1, name: 'C' })).body.name).toBe('C')
    expect(await order()).toEqual(['1 C', '2 b', '3 a'])
    await t.alice('DELETE', `/alert-routing-rules/${ids[1]}`)
    expect(await order()).toEqual(['1 C', '2 a'])
  })

  test('the whole order is set at once, and one that is out of date is refused', async () => {
    const [a, b, c] = ids
    const sorted = await t.carol('PUT', '/alert-routing-rules/order', { ids: [c, a, b] })
    expect(sorted.body.items.map(({ name }: Item) => name)).toEqual(['c', 'a', 'b'])
    expect(await order()).toEqual(['1 c', '2 a', '3 b'])
    const short = await t.carol('PUT', '/alert-routing-rules/order', { ids: [c, a] })
    expect([short.status, short.body.details.fields]).toEqual([422, { ids: 'must name every rule: “b” is missing' }])
    expect((await t.carol('PUT', '/alert-routing-rules/order', { ids: [c, a, b, b] })).status).toBe(422)
    expect(await order()).toEqual(['1 c', '2 a', '3 b'])
  })

  test('rules of another workspace stand in an order of their own', async () => {
    expect((await t.mallory('POST', '/alert-routing-rules', { name: 'x', position: 1 })).body.position).toBe(1)
    expect(await order()).toEqual(['1 a', '2 b', '3 c'])
  })
})
