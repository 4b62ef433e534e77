import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { and, eq } from 'drizzle-orm'
import { schedule_versions } from '#db/schema/schedules'
import { memberships } from '#db/schema/tenants'
import { presets } from '#oncall/presets'
import { type Answer, type Booted, boot } from '../../../test/boot'

const DAY = 86_400_000
let t: Booted
/** Monday, 4 May 2026, noon; Carol begins on that day at 09:00, then Dan. */
const NOW = Date.parse('2026-05-04T12:00:00.000Z')
beforeAll(async () => {
  t = await boot({ start: false, now: NOW })
})
afterAll(() => t.stop())

const weekly = (more: object = {}) => ({
  ...{ id: 'main', name: 'Main', rotation: 'weekly', start_date: '2026-05-04', handoff_time: '09:00' },
  participants: [t.people.carol.id, t.people.dan.id],
  ...more,
})
const body = (more: object = {}) => ({ name: 'Primary', timezone: 'UTC', layers: [weekly()], ...more })
async function fresh(more: object = {}): Promise<string> {
  const { status, body: made } = await t.alice('POST', '/schedules', body(more))
  expect([status, made.error]).toEqual([201, undefined])
  return made.id
}
const fieldsOf = ({ status, body: answer }: Answer) => [status, answer.details?.fields]
type Named = { user_name: string; from: string; to: string }
const lines = (shifts: Named[]) =>
  shifts.map(({ user_name, from, to }) => `${user_name} ${from.slice(0, 16)} ${to.slice(0, 16)}`)
const timelineOf = async (id: string, from: string, to: string) =>
  (await t.bob('GET', `/schedules/${id}/timeline?from=${from}T00:00:00Z&to=${to}T00:00:00Z`)).body

describe('a schedule', () => {
  test('is made complete from what is given, and says who is on call and who is next', async () => {
    const layers = [{ rotation: 'daily', participants: [[t.people.carol.id, t.people.dan.id], t.people.bob.id] }]
    const { status, body: made } = await t.carol('POST', '/schedules', {
      name: ' Shop ',
      layers,
      timezone: 'Europe/Berlin',
    })
    expect(status).toBe(201)
    expect(made).toMatchObject({
      ...{ name: 'Shop', description: null, timezone: 'Europe/Berlin', overrides: [], temporary: [] },
      layers: [
        {
          ...{
            id: expect.any(String),
            name: 'Layer 1',
            priority: 1,
            rotation: 'daily',
            length: 1,
            handoff_time: '09:00',
          },
          ...{ handoff_day: null, start_date: '2026-05-04', end_date: null, restrictions: [] },
        },
      ],
      notice: { mode: 'on_change', people: true, channel_ids: [], day: 1, time: '09:00' },
      on_call: [t.people.carol, t.people.dan]
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .map(({ id: user_id, name: user_name }) => ({
          ...{ user_id, user_name, until: '2026-05-05T07:00:00.000Z', why: 'layer', override_id: null },
        })),
      next: { at: '2026-05-05T07:00:00.000Z', users: [{ user_id: t.people.bob.id, user_name: 'bob' }] },
    })
    expect((await t.bob('GET', `/schedules/${made.id}`)).body).toEqual(made)
    expect((await t.bob('GET', '/schedules')).body.items).toContainEqual(made)
    const now = (await t.bob('GET', '/on-call')).body.items
    expect(now).toContainEqual({
      ...{ schedule_id: made.id, schedule_name: 'Shop', timezone: 'Europe/Berlin' },
      ...{ on_call: made.on_call, next: made.next },
    })
  })

  test.each(presets.map(({ id }) => id))('begins with the preset %s', async (id) => {
    const preset = { id, participants: [t.people.carol.id], start_date: '2026-05-04' }
    const { status, body: made } = await t.alice('POST', '/schedules', { name: id, preset })
    expect([status, made.layers.length, made.layers[0].participants]).toEqual([201, 1, preset.participants])
  })

  test('names every field that makes no sense', async () => {
    const mallory = t.people.mallory.id
    const layers = [
      weekly({ participants: [mallory, [t.people.carol.id, 'nobody']] }),
      weekly({ rotation: 'monthly', length: 13, start_date: '2026-02-30', end_date: '2026-05-03' }),
      weekly({
        id: 'x',
        start_date: '2026-05-04',
        end_date: '2026-05-03',
        restrictions: [{ days: [8], from: '9', to: '10:00' }],
      }),
      { ...weekly({ id: 'y' }), hand_off: '09:00' },
      weekly({ id: 'z', end_date: '2026-05-03' }),
      7,
    ]
    const notice = { mode: 'weekly', channel_ids: ['nowhere'] }
    expect(fieldsOf(await t.alice('POST', '/schedules', body({ layers, notice })))).toEqual([
      422,
      {
        'layers.0.participants.0': 'is not a member of this workspace',
        'layers.0.participants.1': 'is not a member of this workspace',
        'layers.1.id': 'is used twice',
        'layers.1.length': 'must be at most 12: a year',
        'layers.1.start_date': 'is not a day of the years 2000 to 2199',
        'layers.2.restrictions.0.days.0': 'must be at most 7',
        'layers.2.restrictions.0.from': 'does not have the expected form',
        'layers.3.hand_off': 'is not a known field',
        'layers.4.end_date': 'must not be before the first day',
        'layers.5': 'must be an object',
        'notice.channel_ids.0': 'is not a channel of this workspace',
      },
    ])
    expect(fieldsOf(await t.alice('POST', '/schedules', body({ timezone: 'Mars/Base' })))).toEqual([
      ...[422, { timezone: 'is not a time zone such as Europe/Berlin' }],
    ])
    const preset = { id: 'daily', participants: [mallory] }
    expect(fieldsOf(await t.alice('POST', '/schedules', body({ preset })))).toEqual([
      422,
      {
        preset: 'makes the layers: give one or the other',
      },
    ])
    expect(fieldsOf(await t.alice('POST', '/schedules', { name: 'x', preset }))).toEqual([
      ...[422, { 'preset.participants.0': 'is not a member of this workspace' }],
    ])
    const many = Array(31).fill(weekly())
    expect(fieldsOf(await t.alice('POST', '/schedules', body({ layers: many })))).toEqual([
      ...[422, expect.objectContaining({ layers: 'must have at most 30 items' })],
    ])
  })

  test('stays as long as a policy calls it', async () => {
    const id = await fresh()
    const steps = [{ delay_s: 60, targets: [{ type: 'schedule', id }] }]
    const { body: policy, status } = await t.alice('POST', '/escalation-policies', { name: 'Night', steps })
    expect(status).toBe(201)
    const refused = await t.alice('DELETE', `/schedules/${id}`)
    expect([refused.status, refused.body.code, refused.body.details]).toEqual([
      409,
      'CONFLICT',
      { policies: ['Night'] },
    ])
    expect((await t.alice('DELETE', `/escalation-policies/${policy.id}`)).status).toBe(204)
    expect((await t.alice('DELETE', `/schedules/${id}`)).status).toBe(204)
    expect((await t.alice('GET', `/schedules/${id}`)).status).toBe(404)
  })

  test('of another workspace is not there, neither are its parts', async () => {
    const id = await fresh()
    const { body: made } = await t.alice('POST', `/schedules/${id}/overrides`, {
      ...{ user_id: t.people.alice.id, to: '2026-05-06T00:00:00Z' },
    })
    for (const [method, path, sent] of [
      ['GET', ''],
      ['PUT', '', { name: 'x' }],
      ['DELETE', ''],
      ['POST', '/overrides', { user_id: t.people.mallory.id, to: '2026-05-06T00:00:00Z' }],
      ['DELETE', `/overrides/${made.id}`],
      ['GET', '/timeline'],
      ['GET', '/report'],
      ['POST', '/calendar-feeds', {}],
    ] as const)
      expect([method, path, (await t.mallory(method, `/schedules/${id}${path}`, sent)).status]).toEqual([
        method,
        path,
        404,
      ])
    expect((await t.mallory('POST', '/schedules/preview', { id })).status).toBe(404)
    expect((await t.mallory('GET', '/on-call')).body.total).toBe(0)
    expect((await t.alice('DELETE', `/schedules/${id}/overrides/nothing`)).status).toBe(404)
    expect((await t.bob('PUT', `/schedules/${id}`, { name: 'x' })).status).toBe(403)
    expect((await t.nobody('GET', `/schedules/${id}`)).status).toBe(401)
  })
})

describe('the past', () => {
  test('stays what it was when the rotation is changed, an override ends early or is taken away', async () => {
    const id = await fresh()
    await t.clock.advance(2 * DAY)
    // Wednesday: Alice stands in from now on, for two days.
    const to = '2026-05-08T12:00:00.000Z'
    const override = { user_id: t.people.alice.id, replaces: t.people.carol.id, to }
    const { body: made } = await t.carol('POST', `/schedules/${id}/overrides`, override)
    await t.clock.advance(DAY)
    expect((await t.carol('DELETE', `/schedules/${id}/overrides/${made.id}`)).status).toBe(204)
    await t.clock.advance(DAY)
    // Friday: only Dan and Alice from now on.
    const layers = [weekly({ participants: [t.people.dan.id, t.people.alice.id] })]
    expect((await t.alice('PUT', `/schedules/${id}`, { layers })).status).toBe(200)
    const expected = [
      'carol 2026-05-04T12:00 2026-05-06T12:00',
      'alice 2026-05-06T12:00 2026-05-07T12:00',
      'carol 2026-05-07T12:00 2026-05-08T12:00',
      'dan 2026-05-08T12:00 2026-05-11T09:00',
      'alice 2026-05-11T09:00 2026-05-12T00:00',
    ]
    const seen = await timelineOf(id, '2026-05-01', '2026-05-12')
    expect(lines(seen.shifts)).toEqual(expected)
    // Nobody was missing before it was made.
    expect(seen.gaps).toEqual([])
    expect(seen.layers.map((one: { id: string; shifts: Named[] }) => [one.id, lines(one.shifts).length])).toEqual([
      ['main', 3],
    ])
    for (const [at, name] of [
      ['2026-05-05T00:00:00Z', 'carol'],
      ['2026-05-07T00:00:00Z', 'alice'],
      ['2026-05-08T00:00:00Z', 'carol'],
      ['2026-05-09T00:00:00Z', 'dan'],
      ['2026-05-12T00:00:00Z', 'alice'],
    ]) {
      const { on_call } = (await t.bob('GET', `/schedules/${id}/on-call?at=${at}`)).body
      expect([at, on_call.map(({ user_name }: Named) => user_name)]).toEqual([at, [name]])
    }
    expect((await t.bob('GET', `/schedules/${id}/on-call?at=2026-05-01T00:00:00Z`)).body.on_call).toEqual([])
    // Another name is no other version.
    const versions = () => t.app.db.read.$count(schedule_versions, eq(schedule_versions.schedule_id, id))
    const before = await versions()
    await t.alice('PUT', `/schedules/${id}`, { name: 'Second' })
    expect(await versions()).toBe(before)
    const report = (await t.bob('GET', `/schedules/${id}/report?from=2026-05-01T00:00:00Z&to=2026-05-12T00:00:00Z`))
      .body
    expect(report.people.map((one: { user_name: string; hours: number }) => [one.user_name, one.hours])).toEqual([
      ...[
        ['carol', 72],
        ['dan', 69],
        ['alice', 39],
      ],
    ])
    expect([report.hours, report.gap_hours, report.balance.weekends]).toEqual([180, 0, 0])
  })

  test('keeps those who have left until they left; from then on the next layer takes over', async () => {
    const at = new Date(t.clock.now()).toISOString()
    const layers = [
      weekly({ participants: [t.people.dan.id] }),
      weekly({ id: 'high', priority: 2, participants: [t.people.bob.id] }),
    ]
    const id = await fresh({ layers })
    await t.clock.advance(DAY)
    expect((await t.alice('DELETE', `/members/${t.people.bob.id}`)).status).toBe(204)
    const left = new Date(t.clock.now()).toISOString()
    await t.clock.advance(DAY)
    const { shifts } = (
      await t.alice('GET', `/schedules/${id}/timeline?from=${at}&to=${new Date(t.clock.now()).toISOString()}`)
    ).body
    expect(lines(shifts)).toEqual([
      `bob ${at.slice(0, 16)} ${left.slice(0, 16)}`,
      `dan ${left.slice(0, 16)} ${new Date(t.clock.now()).toISOString().slice(0, 16)}`,
    ])
    expect((await t.alice('GET', `/schedules/${id}`)).body.on_call).toMatchObject([{ user_name: 'dan' }])
    // They cannot be named anew.
    expect((await t.alice('PUT', `/schedules/${id}`, { layers })).status).toBe(422)
    // Nor does the schedule become unchangeable: what is not spoken of stays.
    expect((await t.alice('PUT', `/schedules/${id}`, { name: 'Third' })).status).toBe(200)
    const row = { tenant_id: t.tenants.acme.id, user_id: t.people.bob.id, role: 'viewer', created_at: left } as const
    await t.app.db.tx((tx) => tx.insert(memberships).values(row))
    const mine = and(eq(memberships.user_id, row.user_id), eq(memberships.tenant_id, row.tenant_id))
    expect(await t.app.db.read.$count(memberships, mine)).toBe(1)
    t.app.credentials.forget()
  })

  test.each([
    ['from=2026-05-04T00:00:00Z&to=2026-05-03T00:00:00Z', 'to'],
    ['from=2026-01-01T00:00:00Z&to=2026-06-01T00:00:00Z', 'to'],
    ['from=1990-01-01T00:00:00Z', 'from'],
  ])('is not looked for in %s', async (query, field) => {
    const id = await fresh()
    for (const path of ['timeline', 'report'])
      expect(Object.keys((await t.alice('GET', `/schedules/${id}/${path}?${query}`)).body.details.fields)).toEqual([
        field,
      ])
  })
})

describe('a preview', () => {
  test('shows what is not saved, with the gaps', async () => {
    const restrictions = [{ days: [1, 2, 3, 4, 5], from: '09:00', to: '17:00' }]
    const [from, to] = ['2026-06-05T00:00:00.000Z', '2026-06-08T12:00:00.000Z']
    const asked = { layers: [weekly({ restrictions })], timezone: 'UTC', from, to }
    const total = (await t.alice('GET', '/schedules')).body.total
    const { status, body: seen } = await t.alice('POST', '/schedules/preview', asked)
    expect([status, lines(seen.shifts)]).toEqual([
      200,
      ['carol 2026-06-05T09:00 2026-06-05T17:00', 'dan 2026-06-08T09:00 2026-06-08T12:00'],
    ])
    expect(seen.gaps).toEqual([
      { from, to: '2026-06-05T09:00:00.000Z' },
      { from: '2026-06-05T17:00:00.000Z', to: '2026-06-08T09:00:00.000Z' },
    ])
    expect((await t.alice('GET', '/schedules')).body.total).toBe(total)
    const wrong = await t.alice('POST', '/schedules/preview', { layers: [weekly({ participants: ['x'] })] })
    expect(fieldsOf(wrong)).toEqual([422, { 'layers.0.participants.0': 'is not a member of this workspace' }])
  })
})
