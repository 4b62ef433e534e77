import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { audit_log } from '#db/schema/kernel'
import { type Booted, boot } from '../../../test/boot'

let t: Booted
beforeEach(async () => {
  t = await boot()
})
afterEach(() => t.stop())

const open = async (more: object = {}) =>
  (await t.alice('POST', '/incidents', { title: 'Printer on fire', ...more })).body
const kinds = (incident: { timeline: { kind: string }[] }) => incident.timeline.map(({ kind }) => kind)

describe('incidents', () => {
  test('one can be opened by hand', async () => {
    const { status, body } = await t.alice('POST', '/incidents', {
      title: 'Printer on fire',
      message: 'Third floor',
      severity: 'low',
    })
    expect(status).toBe(201)
    expect(body).toMatchObject({
      title: 'Printer on fire',
      status: 'open',
      severity: 'low',
      source_type: 'manual',
      monitor_id: null,
      opened_at: '2026-05-01T12:00:00.000Z',
      duration_s: 0,
      timeline: [{ kind: 'created', actor_label: 'alice', message: 'Third floor' }],
    })
    expect(body.dedup_key).toBeUndefined()
    await t.advance(90_000)
    expect((await t.bob('GET', `/incidents/${body.id}`)).body.duration_s).toBe(90)
  })

  test('acknowledge, comment, resolve: the timeline tells who did what', async () => {
    const { id } = await open()
    await t.advance(60_000)
    const acked = (await t.carol('POST', `/incidents/${id}/ack`, { message: 'On my way' })).body
    expect(acked).toMatchObject({
      status: 'acknowledged',
      acknowledged_by: 'carol',
      acknowledged_at: '2026-05-01T12:01:00.000Z',
    })
    await t.carol('POST', `/incidents/${id}/comment`, { message: 'Found the <b>extinguisher</b>' })
    await t.advance(60_000)
    const { body } = await t.carol('POST', `/incidents/${id}/resolve`)
    expect(body).toMatchObject({ status: 'resolved', resolved_by: 'carol', duration_s: 120 })
    expect(kinds(body)).toEqual(['created', 'suppressed', 'acknowledged', 'commented', 'resolved'])
    expect(body.timeline[3].message).toBe('Found the <b>extinguisher</b>')
  })

  test('open screens hear of a comment at once', async () => {
    const { id } = await open()
    await t.advance(1000)
    const heard: unknown[] = []
    t.app.bus.subscribe((event) => heard.push(event))
    await t.carol('POST', `/incidents/${id}/comment`, { message: 'On it' })
    expect(heard).toMatchObject([
      { tenant_id: t.tenants.acme.id, type: 'incident_update', data: { incident_id: id, status: 'open' } },
    ])
  })

  test('doing it twice changes nothing and leaves one trace', async () => {
    const { id } = await open()
    const first = (await t.alice('POST', `/incidents/${id}/ack`)).body
    await t.advance(1000)
    expect((await t.carol('POST', `/incidents/${id}/ack`)).body).toMatchObject({
      acknowledged_by: 'alice',
      timeline: first.timeline,
    })
    await t.alice('POST', `/incidents/${id}/resolve`)
    const again = await t.carol('POST', `/incidents/${id}/resolve`)
    expect([again.status, again.body.resolved_by]).toEqual([200, 'alice'])
    const late = await t.carol('POST', `/incidents/${id}/ack`)
    expect([late.status, late.body.code]).toEqual([409, 'CONFLICT'])
    const audited = await t.app.db.read.select().from(audit_log)
    expect(audited.map(({ event }) => event)).toEqual([
      'incident.created',
      'incident.acknowledged',
      'incident.resolved',
    ])
  })

  test('a monitor that fails opens one with evidence; resolved by hand it stays resolved while the monitor is down', async () => {
    const draft = { name: 'Gone', type: 'tcp', settings: { host: '127.0.0.1', port: 1 }, alert_threshold: 1 }
    const monitor = (await t.alice('POST', '/monitors', draft)).body
    await t.app.engine.idle()
    await t.advance(120_000)
    const { items, total } = (await t.bob('GET', `/incidents?monitor_id=${monitor.id}&status=active`)).body
    expect(total).toBe(1)
    expect(items[0]).toMatchObject({
      monitor_id: monitor.id,
      monitor_name: 'Gone',
      source_type: 'monitor',
      reason: 'refused',
    })
    const detail = (await t.bob('GET', `/incidents/${items[0].id}`)).body
    expect(detail.timeline[0]).toMatchObject({ kind: 'detected', data: expect.any(Object) })
    await t.alice('POST', `/incidents/${items[0].id}/resolve`)
    await t.advance(300_000)
    expect((await t.bob('GET', '/incidents?status=active')).body.total).toBe(0)
  })

  test('the list is filtered, newest first', async () => {
    await open({ title: 'first' })
    await t.advance(1000)
    const { id } = await open({ title: '100% broken', severity: 'critical' })
    const titles = async (query: string) =>
      (await t.bob('GET', `/incidents?${query}`)).body.items.map((one: { title: string }) => one.title)
    expect(await titles('')).toEqual(['100% broken', 'first'])
    expect(await titles('severity=critical')).toEqual(['100% broken'])
    expect(await titles('q=0%25')).toEqual(['100% broken'])
    await t.alice('POST', `/incidents/${id}/resolve`)
    expect(await titles('status=active')).toEqual(['first'])
    expect(await titles('status=resolved')).toEqual(['100% broken'])
    expect((await t.bob('GET', '/incidents?status=gone')).status).toBe(422)
  })

  test.each([
    ['nothing', {}, 'title'],
    ['blanks as title', { title: '  ' }, 'title'],
    ['an unknown severity', { title: 'x', severity: 'meh' }, 'severity'],
    ['an unknown field', { title: 'x', status: 'resolved' }, 'status'],
    ['a monitor that is not there', { title: 'x', monitor_id: 'nope' }, 'monitor_id'],
  ])('%s is refused', async (_, body, field) => {
    const answer = await t.alice('POST', '/incidents', body)
    expect(answer.status).toBe(422)
    expect(Object.keys(answer.body.details.fields)).toContain(field)
  })

  test('an empty comment is refused', async () => {
    const { id } = await open()
    for (const message of ['', '   ', 'a\u0000b'])
      expect((await t.alice('POST', `/incidents/${id}/comment`, { message })).status).toBe(422)
  })

  test.each([
    ['nobody', 401, 401],
    ['bob', 403, 200],
  ] as const)('%s hears %i for a change and %i for a look', async (who, change, look) => {
    const { id } = await open()
    expect((await t[who]('POST', '/incidents', { title: 'x' })).status).toBe(change)
    for (const verb of ['ack', 'resolve', 'comment'])
      expect((await t[who]('POST', `/incidents/${id}/${verb}`, { message: 'x' })).status).toBe(change)
    expect((await t[who]('GET', '/incidents')).status).toBe(look)
    expect((await t[who]('GET', `/incidents/${id}`)).status).toBe(look)
  })

  test("another workspace's incident does not exist", async () => {
    const { id } = await open()
    expect((await t.mallory('GET', `/incidents/${id}`)).status).toBe(404)
    for (const verb of ['ack', 'resolve', 'comment'])
      expect((await t.mallory('POST', `/incidents/${id}/${verb}`, { message: 'x' })).status).toBe(404)
    expect((await t.mallory('GET', '/incidents')).body.total).toBe(0)
    expect((await t.alice('GET', '/incidents/nope')).status).toBe(404)
  })
})
