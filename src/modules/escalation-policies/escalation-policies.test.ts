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

const step = (id: string, more: object = {}) => ({ delay_s: 300, targets: [{ type: 'user', id }], ...more })
const make = async (more: object = {}) => {
  const { status, body } = await t.alice('POST', '/escalation-policies', {
    name: 'Shop',
    steps: [step(t.people.alice.id)],
    ...more,
  })
  expect(status).toBe(201)
  return body
}
const fieldsOf = async (body: object) => {
  const answer = await t.alice('POST', '/escalation-policies', { name: 'Shop', ...body })
  expect([answer.status, answer.body.code]).toEqual([422, 'VALIDATION_FAILED'])
  return answer.body.details.fields
}
const channelOf = async (ask = t.alice) =>
  (await ask('POST', '/notification-channels', { name: 'Ops', type: 'webhook', settings: { url: hook.url } })).body.id

describe('a policy', () => {
  test('needs a name and somebody to call; everything else has a default', async () => {
    const made = await make()
    expect(made).toEqual({
      id: expect.any(String),
      tenant_id: t.tenants.acme.id,
      name: 'Shop',
      description: null,
      steps: [{ delay_s: 300, targets: [{ type: 'user', id: t.people.alice.id }] }],
      repeat_count: 0,
      ack_timeout_s: null,
      on_empty: 'next',
      is_default: false,
      created_at: '2026-05-01T12:00:00.000Z',
      updated_at: '2026-05-01T12:00:00.000Z',
    })
    expect((await t.bob('GET', `/escalation-policies/${made.id}`)).body).toEqual(made)
    expect((await t.bob('GET', '/escalation-policies')).body).toMatchObject({ items: [made], total: 1 })
  })

  test('is changed field by field, and deleted', async () => {
    const { id } = await make({ description: 'At night' })
    const edited = await t.carol('PUT', `/escalation-policies/${id}`, { repeat_count: 3, ack_timeout_s: 3600 })
    expect(edited.body).toMatchObject({ name: 'Shop', description: 'At night', repeat_count: 3, ack_timeout_s: 3600 })
    expect((await t.carol('PUT', `/escalation-policies/${id}`, { description: null })).body.description).toBeNull()
    expect((await t.carol('DELETE', `/escalation-policies/${id}`)).status).toBe(204)
    expect((await t.alice('GET', `/escalation-policies/${id}`)).status).toBe(404)
    expect((await t.alice('DELETE', `/escalation-policies/${id}`)).status).toBe(404)
  })

  test('that becomes the default takes the mark from the one before', async () => {
    const first = await make({ is_default: true })
    const second = await make({ name: 'Nights', is_default: true })
    const defaults = async () =>
      (await t.alice('GET', '/escalation-policies')).body.items.flatMap((one: { is_default: boolean; name: string }) =>
        one.is_default ? [one.name] : [],
      )
    expect(await defaults()).toEqual(['Nights'])
    await t.alice('PUT', `/escalation-policies/${first.id}`, { is_default: true })
    expect(await defaults()).toEqual(['Shop'])
    await t.alice('PUT', `/escalation-policies/${first.id}`, { is_default: true, name: 'Shop at night' })
    expect(await defaults()).toEqual(['Shop at night'])
    await t.alice('DELETE', `/escalation-policies/${second.id}`)
    await t.alice('PUT', `/escalation-policies/${first.id}`, { is_default: false })
    expect(await defaults()).toEqual([])
  })

  test('of another workspace keeps its own default', async () => {
    await make({ is_default: true })
    const foreign = { name: 'Theirs', is_default: true, steps: [step(t.people.mallory.id)] }
    expect((await t.mallory('POST', '/escalation-policies', foreign)).status).toBe(201)
    expect((await t.alice('GET', '/escalation-policies')).body.items[0].is_default).toBe(true)
  })

  test('names people, schedules and channels of this workspace, and every wrong one is named', async () => {
    const foreign = await channelOf(t.mallory)
    const fields = await fieldsOf({
      steps: [
        { delay_s: 30, targets: [{ type: 'user', id: t.people.mallory.id }] },
        {
          delay_s: 30,
          targets: [
            { type: 'channel', id: foreign },
            { type: 'schedule', id: 'none' },
            { type: 'user', id: t.people.bob.id },
            { type: 'user', id: t.people.bob.id },
          ],
        },
      ],
    })
    expect(fields).toEqual({
      'steps.0.targets.0.id': 'is not a member of this workspace',
      'steps.1.targets.0.id': 'is not a notification channel of this workspace',
      'steps.1.targets.1.id': 'is not a schedule of this workspace',
      'steps.1.targets.3.id': 'is named twice in this step',
    })
    const id = await channelOf()
    expect((await make({ steps: [{ delay_s: 30, targets: [{ type: 'channel', id }] }] })).steps[0].targets).toEqual([
      { type: 'channel', id },
    ])
  })

  test('never calls by the private channel of one person', async () => {
    const id = Bun.randomUUIDv7()
    const { notification_channels } = await import('#db/schema/notification-channels')
    const at = '2026-05-01T12:00:00.000Z'
    const row = { id, tenant_id: t.tenants.acme.id, user_id: t.people.alice.id, name: 'Mine', type: 'ntfy', events: [] }
    await t.app.db.tx((tx) =>
      tx
        .insert(notification_channels)
        .values({ ...row, settings: {}, is_default: false, enabled: true, created_at: at, updated_at: at }),
    )
    expect(await fieldsOf({ steps: [{ delay_s: 30, targets: [{ type: 'channel', id }] }] })).toEqual({
      'steps.0.targets.0.id': 'is not a notification channel of this workspace',
    })
  })

  test.each<[string, (id: string) => object, Record<string, string>]>([
    ['no steps', () => ({ steps: [] }), { steps: 'must have at least 1 item' }],
    ['too many steps', (id) => ({ steps: Array(21).fill(step(id)) }), { steps: 'must have at most 20 items' }],
    [
      'a step for nobody',
      (id) => ({ steps: [step(id, { targets: [] })] }),
      { 'steps.0.targets': 'must have at least 1 item' },
    ],
    [
      'a step in a hurry',
      (id) => ({ steps: [step(id, { delay_s: 29 })] }),
      { 'steps.0.delay_s': 'must be at least 30' },
    ],
    [
      'a step that takes days',
      (id) => ({ steps: [step(id), step(id, { delay_s: 86_401 })] }),
      { 'steps.1.delay_s': 'must be at most 86400' },
    ],
    ['a mistyped field', (id) => ({ steps: [step(id, { delay: 5 })] }), { 'steps.0.delay': 'is not a known field' }],
    [
      'a target of no kind',
      (id) => ({ steps: [{ delay_s: 30, targets: [{ type: 'team', id }] }] }),
      { 'steps.0.targets.0.type': 'must be one of user, schedule, channel' },
    ],
    ['many rounds', (id) => ({ steps: [step(id)], repeat_count: 11 }), { repeat_count: 'must be at most 10' }],
    ['a blank name', (id) => ({ steps: [step(id)], name: '  ' }), { name: 'must not be empty' }],
  ])('with %s is refused', async (_, body, fields) => {
    expect(await fieldsOf(body(t.people.alice.id))).toEqual(fields)
  })

  test('that a rule follows is not deleted; the answer names the rule', async () => {
    const { id } = await make()
    const rule = await t.alice('POST', '/alert-routing-rules', {
      name: 'Payments',
      actions: { escalation_policy_id: id },
    })
    const refused = await t.alice('DELETE', `/escalation-policies/${id}`)
    expect([refused.status, refused.body.error, refused.body.details.rules]).toEqual([
      409,
      'This is still used by the rule “Payments”: change that first',
      [{ id: rule.body.id, name: 'Payments' }],
    ])
    await t.alice('DELETE', `/alert-routing-rules/${rule.body.id}`)
    expect((await t.alice('DELETE', `/escalation-policies/${id}`)).status).toBe(204)
  })

  test('is written by members, read by viewers, and unknown to others', async () => {
    const { id } = await make()
    const body = { name: 'x', steps: [step(t.people.alice.id)] }
    expect((await t.nobody('GET', '/escalation-policies')).status).toBe(401)
    expect((await t.bob('POST', '/escalation-policies', body)).status).toBe(403)
    expect((await t.bob('PUT', `/escalation-policies/${id}`, { name: 'x' })).status).toBe(403)
    for (const method of ['GET', 'PUT', 'DELETE'])
      expect(
        (await t.mallory(method, `/escalation-policies/${id}`, method === 'PUT' ? { name: 'x' } : undefined)).status,
      ).toBe(404)
    expect((await t.mallory('GET', '/escalation-policies')).body.total).toBe(0)
  })
})
