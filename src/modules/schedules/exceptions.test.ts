import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import ICAL from 'ical.js'
import { calendar_feeds, schedules } from '#db/schema/schedules'
import { loggable } from '#kernel/url'
import { type Answer, type Booted, boot } from '../../../test/boot'

const HOUR = 3_600_000
const DAY = 24 * HOUR
let t: Booted
/** Monday, 4 May 2026, noon; Carol begins on that day at 09:00, then Dan. */
const NOW = Date.parse('2026-05-04T12:00:00.000Z')
beforeAll(async () => {
  t = await boot({ start: false, now: NOW })
})
afterAll(() => t.stop())

const iso = (after: number) => new Date(t.clock.now() + after).toISOString()
async function fresh(): Promise<string> {
  const layer = { id: 'main', rotation: 'weekly', start_date: '2026-05-04', handoff_day: 1 }
  const layers = [{ ...layer, participants: [t.people.carol.id, t.people.dan.id] }]
  const { status, body } = await t.alice('POST', '/schedules', { name: 'Primary', timezone: 'UTC', layers })
  expect(status).toBe(201)
  return body.id
}
const override = (id: string, body: object) => t.carol('POST', `/schedules/${id}/overrides`, body)
const temporary = (id: string, body: object) => t.carol('POST', `/schedules/${id}/temporary`, body)
const fieldsOf = ({ status, body }: Answer) => [status, body.details?.fields]
const onCall = async (id: string, at?: string) => {
  const { body } = await t.bob('GET', `/schedules/${id}/on-call${at ? `?at=${at}` : ''}`)
  return body.on_call.map(({ user_name }: { user_name: string }) => user_name).join()
}

describe('an override', () => {
  test('begins now when it is said to have begun before, and says who made it', async () => {
    const id = await fresh()
    const { alice, carol } = t.people
    const sent = { user_id: alice.id, replaces: carol.id, from: iso(-DAY), to: iso(HOUR), note: ' Dentist ' }
    const { status, body } = await override(id, sent)
    expect([status, body]).toEqual([
      201,
      {
        ...{ id: expect.any(String), kind: 'replace', user_id: alice.id, replaces: carol.id, note: 'Dentist' },
        ...{ from: iso(0), to: iso(HOUR), created_by: carol.id },
      },
    ])
    expect([await onCall(id), await onCall(id, iso(HOUR))]).toEqual(['alice', 'carol'])
    expect((await t.bob('GET', `/schedules/${id}`)).body.overrides).toEqual([body])
    const [shift] = (await t.bob('GET', `/schedules/${id}/timeline`)).body.shifts
    expect(shift).toMatchObject({ user_name: 'alice', why: 'override', override_id: body.id, layer_id: null })
  })

  test('makes sense, or is refused with a sentence for each field', async () => {
    const id = await fresh()
    const { alice, carol, mallory } = t.people
    const refused = async (body: object) => fieldsOf(await override(id, body))
    const to = iso(DAY)
    expect(await refused({ user_id: alice.id, to: iso(-1) })).toEqual([422, { to: 'must be in the future' }])
    expect(await refused({ user_id: alice.id, to, from: iso(2 * DAY) })).toEqual([422, { to: 'must be after `from`' }])
    expect(await refused({ user_id: alice.id, to: iso(400 * DAY) })).toEqual([
      ...[422, { to: 'must be at most a year after `from`' }],
    ])
    expect(await refused({ user_id: alice.id, from: iso(800 * DAY), to: iso(801 * DAY) })).toEqual([
      ...[422, { from: 'must be within two years' }],
    ])
    expect(await refused({ user_id: mallory.id, replaces: 'x', to })).toEqual([
      422,
      { user_id: 'is not a member of this workspace', replaces: 'is not a member of this workspace' },
    ])
    expect(await refused({ to })).toEqual([422, { user_id: 'is required: who is on call instead' }])
    expect(await refused({ kind: 'remove', to })).toEqual([422, { replaces: 'is required: who is taken off call' }])
    expect(await refused({ user_id: carol.id, replaces: carol.id, to })).toEqual([
      ...[422, { replaces: 'is the same person' }],
    ])
    expect(await refused({ user_id: alice.id, to, note: 'a\u0007' })).toEqual([
      ...[422, { note: 'must not contain control characters' }],
    ])
  })

  test('about the same person at the same time as another is refused; after it, or about another, is not', async () => {
    const id = await fresh()
    const { alice, bob, carol, dan } = t.people
    const first = await override(id, { user_id: alice.id, replaces: carol.id, from: iso(HOUR), to: iso(3 * HOUR) })
    const { status, body } = await override(id, {
      kind: 'remove',
      replaces: carol.id,
      from: iso(2 * HOUR),
      to: iso(4 * HOUR),
    })
    expect([status, body.code, body.details.override_id]).toEqual([409, 'CONFLICT', first.body.id])
    expect(
      (await override(id, { user_id: bob.id, replaces: carol.id, from: iso(3 * HOUR), to: iso(4 * HOUR) })).status,
    ).toBe(201)
    expect((await override(id, { user_id: bob.id, replaces: dan.id, from: iso(HOUR), to: iso(3 * HOUR) })).status).toBe(
      201,
    )
    // By an edit neither; and one does not collide with itself.
    const path = `/schedules/${id}/overrides/${first.body.id}`
    expect((await t.carol('PUT', path, { to: iso(3.5 * HOUR) })).status).toBe(409)
    expect((await t.carol('PUT', path, { to: iso(2 * HOUR) })).body.to).toBe(iso(2 * HOUR))
    const added = { kind: 'add', user_id: dan.id, to: iso(DAY) }
    expect([(await override(id, added)).status, (await override(id, added)).status]).toEqual([201, 409])
    expect(await onCall(id)).toBe(
      [carol, dan]
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .map(({ name }) => name)
        .join(),
    )
  })

  test('takes somebody off call, whichever field names them', async () => {
    const id = await fresh()
    const { status, body } = await override(id, { kind: 'remove', user_id: t.people.carol.id, to: iso(HOUR) })
    expect([status, body.user_id, body.replaces]).toEqual([201, null, t.people.carol.id])
    expect(await onCall(id)).toBe('')
    expect((await t.bob('GET', `/schedules/${id}/timeline`)).body.gaps).toEqual([{ from: iso(0), to: iso(HOUR) }])
  })

  test('that runs keeps its beginning when it is edited, and what it has done when it is', async () => {
    const id = await fresh()
    const { alice, bob, carol } = t.people
    const began = iso(0)
    const { body: made } = await override(id, { user_id: alice.id, replaces: carol.id, to: iso(4 * HOUR) })
    await t.clock.advance(2 * HOUR)
    const edited = await t.carol('PUT', `/schedules/${id}/overrides/${made.id}`, { user_id: bob.id, note: 'later' })
    expect(edited.body).toMatchObject({ from: began, to: made.to, user_id: bob.id, note: 'later' })
    const { shifts } = (await t.bob('GET', `/schedules/${id}/timeline?from=${began}&to=${iso(3 * HOUR)}`)).body
    expect(shifts.map((one: { user_name: string; to: string }) => [one.user_name, one.to])).toEqual([
      ...[
        ['alice', iso(0)],
        ['bob', made.to],
        ['carol', iso(3 * HOUR)],
      ],
    ])
    await t.clock.advance(3 * HOUR)
    // Over: it is the past, and stays.
    expect((await t.carol('PUT', `/schedules/${id}/overrides/${made.id}`, { note: 'x' })).status).toBe(404)
    expect((await t.carol('DELETE', `/schedules/${id}/overrides/${made.id}`)).status).toBe(404)
    expect((await t.bob('GET', `/schedules/${id}`)).body.overrides).toEqual([])
    // With the next change it is left out of what counts from then on, and the past still knows it.
    await override(id, { kind: 'add', user_id: bob.id, to: iso(HOUR) })
    const [row] = await t.app.db.read.select().from(schedules).where(eq(schedules.id, id))
    expect(row?.config.overrides).toHaveLength(1)
    expect(await onCall(id, began)).toBe('alice')
  })

  test('is one of five hundred at most', async () => {
    const id = await fresh()
    const [row] = await t.app.db.read.select().from(schedules).where(eq(schedules.id, id))
    const one = (i: number) => ({
      ...{ id: `o${i}`, kind: 'add' as const, user_id: `u${i}`, replaces: null, from: iso(0), to: iso(DAY) },
    })
    const config = { ...row!.config, overrides: Array.from({ length: 500 }, (_, i) => one(i)) }
    await t.app.db.tx((tx) => tx.update(schedules).set({ config }).where(eq(schedules.id, id)))
    const { status, body } = await override(id, { kind: 'add', user_id: t.people.dan.id, to: iso(HOUR) })
    expect([status, body.details]).toEqual([409, { current_count: 500, limit: 500 }])
  })
})

describe('a temporary schedule', () => {
  test('is all that counts while it lasts, and its shifts are cut to it', async () => {
    const id = await fresh()
    const { alice, dan } = t.people
    const shifts = [
      { user_id: alice.id, from: iso(-DAY), to: iso(2 * HOUR) },
      { user_id: dan.id, from: iso(3 * HOUR), to: iso(9 * HOUR) },
    ]
    const { status, body: made } = await temporary(id, { name: 'Fair', from: iso(HOUR), to: iso(4 * HOUR), shifts })
    expect([status, made.shifts]).toEqual([
      201,
      [
        { user_id: alice.id, from: iso(HOUR), to: iso(2 * HOUR) },
        { user_id: dan.id, from: iso(3 * HOUR), to: iso(4 * HOUR) },
      ],
    ])
    const hours = await Promise.all([0, 1, 2, 3, 4].map((n) => onCall(id, iso(n * HOUR))))
    expect(hours).toEqual(['carol', 'alice', '', 'dan', 'carol'])
    expect((await temporary(id, { to: iso(2 * HOUR), shifts: [] })).body.details.temporary_id).toBe(made.id)
    // It runs: what was stays, the rest is changed, then taken away.
    await t.clock.advance(90 * 60_000)
    const path = `/schedules/${id}/temporary/${made.id}`
    const changed = await t.carol('PUT', path, { to: iso(HOUR) })
    expect(changed.body).toMatchObject({ from: made.from, to: iso(HOUR), shifts: [{ user_id: alice.id }] })
    expect((await t.carol('DELETE', path)).status).toBe(204)
    expect([await onCall(id), await onCall(id, iso(-HOUR))]).toEqual(['carol', 'carol'])
    expect(await onCall(id, iso(-HOUR / 4))).toBe('alice')
    expect((await t.carol('DELETE', path)).status).toBe(404)
  })

  test('makes sense, or is refused', async () => {
    const id = await fresh()
    const shift = { user_id: t.people.dan.id, from: iso(HOUR), to: iso(2 * HOUR) }
    const refused = async (shifts: unknown) => fieldsOf(await temporary(id, { to: iso(DAY), shifts }))
    expect(await refused([{ ...shift, user_id: t.people.mallory.id }])).toEqual([
      ...[422, { 'shifts.0.user_id': 'is not a member of this workspace' }],
    ])
    const outside = { 'shifts.0.to': 'the shift must lie within the time of the temporary schedule' }
    expect(await refused([{ ...shift, to: iso(HOUR) }])).toEqual([422, outside])
    expect(await refused([{ ...shift, from: iso(2 * DAY), to: iso(3 * DAY) }])).toEqual([422, outside])
    expect(await refused([{ ...shift, who: 'x' }])).toEqual([422, { 'shifts.0.who': 'is not a known field' }])
    expect(await refused(Array(201).fill(shift))).toEqual([422, { shifts: 'must have at most 200 items' }])
  })
})

describe('a calendar', () => {
  const eventsOf = (text: string) =>
    new ICAL.Component(ICAL.parse(text)).getAllSubcomponents('vevent').map((one) => new ICAL.Event(one))
  const fetched = async (url: string) => t.nobody('GET', new URL(url).pathname)

  test('of a schedule is read by its secret address alone, which is shown once and kept as a hash', async () => {
    const id = await fresh()
    const { status, body: made } = await t.bob('POST', `/schedules/${id}/calendar-feeds`)
    expect([status, made]).toEqual([
      201,
      {
        ...{ id: expect.any(String), schedule_id: id, created_at: iso(0) },
        url: expect.stringMatching(/^http:\/\/\S+\/api\/v1\/calendar\/[\w-]{43}\.ics$/),
      },
    ])
    const { status: found, headers, body } = await fetched(made.url)
    expect([found, headers.get('content-type')]).toEqual([200, 'text/calendar; charset=utf-8'])
    const events = eventsOf(body)
    const expected = (
      await t.bob('GET', `/schedules/${id}/timeline?from=${iso(0)}&to=${iso(60 * DAY)}`)
    ).body.shifts.map((one: { user_name: string; to: string }) => [`${one.user_name} (Primary)`, one.to])
    expect(expected.length).toBeGreaterThan(8)
    const shown = events.map(({ summary, endDate }) => [summary, endDate.toJSDate().toISOString()])
    expect(shown.slice(0, expected.length - 1)).toEqual(expected.slice(0, -1))
    // The same shifts have the same names a week later; none is there twice.
    await t.clock.advance(7 * DAY)
    const later = new Set(eventsOf((await fetched(made.url)).body).map(({ uid }) => uid))
    expect(new Set(events.map(({ uid }) => uid)).size).toBe(events.length)
    expect(events.filter(({ uid }) => !later.has(uid))).toEqual([])
    const listed = (await t.bob('GET', `/schedules/${id}/calendar-feeds`)).body.items
    expect(listed).toEqual([{ id: made.id, schedule_id: id, created_at: made.created_at }])
    const token = new URL(made.url).pathname.slice('/api/v1/calendar/'.length, -'.ics'.length)
    const rows = JSON.stringify(await t.app.db.read.select().from(calendar_feeds))
    expect([rows.includes(made.id), rows.includes(token), t.lines.join().includes(token)]).toEqual([true, false, false])
    expect(loggable(new URL(made.url).pathname)).toBe('/api/v1/calendar/***')
    // Whoever reads a calendar says that it has not changed by its tag.
    const tag = (await fetched(made.url)).headers.get('etag') ?? ''
    expect((await t.nobody('GET', new URL(made.url).pathname, undefined, { 'if-none-match': tag })).status).toBe(304)
  })

  test('of one’s own shows one’s shifts of all schedules, and belongs to nobody else', async () => {
    await fresh()
    const { body: made } = await t.dan('POST', '/on-call/calendar-feeds')
    const summaries = new Set(eventsOf((await fetched(made.url)).body).map(({ summary }) => summary))
    expect([...summaries]).toEqual(['On call: Primary'])
    expect((await t.bob('GET', '/on-call/calendar-feeds')).body.total).toBe(0)
    expect((await t.alice('DELETE', `/on-call/calendar-feeds/${made.id}`)).status).toBe(404)
    expect((await t.dan('DELETE', `/on-call/calendar-feeds/${made.id}`)).status).toBe(204)
    expect((await fetched(made.url)).status).toBe(404)
  })

  test('is not there for any other address, and for nobody once its maker has left', async () => {
    const { body: made } = await t.bob('POST', '/on-call/calendar-feeds')
    expect((await fetched(made.url)).status).toBe(200)
    const { pathname } = new URL(made.url)
    const others = [
      `${pathname.slice(0, -5)}A.ics`,
      pathname.slice(0, -4),
      '/api/v1/calendar/x.ics',
      '/api/v1/calendar/.ics',
    ]
    for (const path of others.filter((one) => one !== pathname))
      expect([path, (await t.nobody('GET', path)).status]).toEqual([path, 404])
    expect((await t.alice('DELETE', `/members/${t.people.bob.id}`)).status).toBe(204)
    expect((await fetched(made.url)).status).toBe(404)
  })

  test('goes with its schedule', async () => {
    const id = await fresh()
    const { body: made } = await t.alice('POST', `/schedules/${id}/calendar-feeds`)
    expect((await t.alice('DELETE', `/schedules/${id}`)).status).toBe(204)
    expect((await fetched(made.url)).status).toBe(404)
  })
})
