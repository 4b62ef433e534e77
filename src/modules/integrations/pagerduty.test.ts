import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { sql } from 'drizzle-orm'
import { rateLimits } from '#contract/rate-limits'
import { type Booted, boot } from '../../../test/boot'
import { door, incidentsOf, telling, timelineOf } from './integrations.fixtures'

let t: Booted
let tell: ReturnType<typeof telling>
let id: string
let routing_key: string
beforeAll(async () => {
  t = await boot()
  tell = telling(t)
})
afterAll(() => t.stop())
beforeEach(async () => {
  const made = await door(t, 'pagerduty')
  id = made.id
  routing_key = made.key
})

const payload = { summary: 'DISK at 99% on db-1', source: 'db-1', severity: 'error' }
const send = (event: object, path = '/v2/enqueue') => tell(path, { routing_key, ...event })
const trigger = (more: object = {}) => send({ event_action: 'trigger', dedup_key: 'disk', payload, ...more })
const accepted = { status: 'success', message: 'Event processed' }

describe('what PagerDuty is told', () => {
  test('opens an incident, says no more the second time, is acknowledged and resolved', async () => {
    const first = await trigger()
    expect([first.status, first.body]).toEqual([202, { ...accepted, dedup_key: 'disk' }])
    expect((await trigger()).body).toEqual({ ...accepted, dedup_key: 'disk' })
    const [incident, ...more] = await incidentsOf(t, id)
    expect(more).toEqual([])
    expect(incident).toMatchObject({
      ...{ title: 'DISK at 99% on db-1', severity: 'high', status: 'open', source_type: 'event', source: 'db-1' },
      labels: { type: 'event', tags: ['source:db-1'] },
    })
    const entries = await timelineOf(t, incident?.id ?? '')
    expect(entries.filter(({ kind }) => kind === 'detected').map(({ data }) => data?.repeats)).toEqual([1])

    expect((await send({ event_action: 'acknowledge', dedup_key: 'disk' })).status).toBe(202)
    expect((await incidentsOf(t, id))[0]).toMatchObject({ status: 'acknowledged', acknowledged_by: 'Our pagerduty' })
    expect((await trigger()).status).toBe(202)
    expect((await incidentsOf(t, id))[0]?.status).toBe('acknowledged')
    expect((await send({ event_action: 'resolve', dedup_key: 'disk' })).status).toBe(202)
    expect((await incidentsOf(t, id)).map(({ status }) => status)).toEqual(['resolved'])

    expect((await trigger()).status).toBe(202)
    expect((await incidentsOf(t, id)).map(({ status }) => status)).toEqual(['resolved', 'open'])
  })

  test('without a key of its own is given one, by which it is closed', async () => {
    const { body } = await send({ event_action: 'trigger', payload })
    expect(body.dedup_key).toMatch(/^[0-9a-f]{32}$/)
    await send({ event_action: 'trigger', payload })
    await send({ event_action: 'resolve', dedup_key: body.dedup_key })
    expect((await incidentsOf(t, id)).map(({ status }) => status).sort()).toEqual(['open', 'resolved'])
  })

  test('keeps links, images and details, and nothing that runs', async () => {
    await trigger({
      client_url: 'https://nagios.example.test/',
      links: [{ href: 'https://wiki.example.test/disk', text: 'Runbook' }, { href: 'javascript:alert(1)' }],
      images: [{ src: 'https://img.example.test/a.png', alt: 'graph' }, { src: 'data:text/html,x' }],
      payload: { ...payload, component: 'postgres', custom_details: { free: '1%', load: 0.75, deep: { a: [1] } } },
    })
    const [incident] = await incidentsOf(t, id)
    expect(incident?.source_url).toBe('https://wiki.example.test/disk')
    expect((await timelineOf(t, incident?.id ?? ''))[0]?.data).toMatchObject({
      links: [{ href: 'https://wiki.example.test/disk', text: 'Runbook' }],
      images: [{ src: 'https://img.example.test/a.png', alt: 'graph' }],
      values: { free: '1%', load: '0.75', deep: '{"a":[1]}', component: 'postgres' },
    })
  })

  test('is heard below a path of its own as well', async () => {
    const path = '/integrations/pagerduty/v2/enqueue'
    expect((await send({ event_action: 'trigger', dedup_key: 'a', payload }, path)).status).toBe(202)
    expect(await incidentsOf(t, id)).toHaveLength(1)
  })

  test('about nothing that is open is fine, and does nothing', async () => {
    for (const event_action of ['resolve', 'acknowledge'])
      expect((await send({ event_action, dedup_key: 'never' })).body).toEqual({ ...accepted, dedup_key: 'never' })
    expect(await incidentsOf(t, id)).toEqual([])
  })

  test('does not close what a person opened, or what came in through another door', async () => {
    const other = await door(t, 'pagerduty')
    await trigger()
    await tell('/v2/enqueue', { routing_key: other.key, event_action: 'resolve', dedup_key: 'disk' })
    expect((await incidentsOf(t, id)).map(({ status }) => status)).toEqual(['open'])
  })
})

describe('what PagerDuty would refuse', () => {
  test.each([
    [{ event_action: 'trigger' }, [`'payload' is missing or blank`]],
    [{ event_action: 'trigger', payload: { summary: 'x', source: 'y' } }, [`'payload.severity' is missing or blank`]],
    [{ event_action: 'resolve' }, [`'dedup_key' is missing or blank`]],
    [{}, [`'event_action' is missing or blank`, `'dedup_key' is missing or blank`]],
  ])('%j is 400 with its faults', async (event, errors) => {
    const { status, body } = await send(event)
    expect([status, body]).toEqual([400, { status: 'invalid event', message: 'Event object is invalid', errors }])
  })

  test('a severity nobody knows, unless the integration maps it', async () => {
    const odd = { payload: { ...payload, severity: 'purple' } }
    expect((await trigger(odd)).body.errors[0]).toContain(`'payload.severity' is invalid`)
    await t.alice('PUT', `/integrations/${id}`, { settings: { severity_map: { Purple: 'critical' } } })
    expect((await trigger(odd)).status).toBe(202)
    expect((await incidentsOf(t, id))[0]?.severity).toBe('critical')
  })

  test('a key that is none, in their words', async () => {
    const event = { event_action: 'trigger', dedup_key: 'x', payload }
    const ask = async (key: unknown) => (await tell('/v2/enqueue', { ...event, routing_key: key })).body.errors
    expect(await ask(undefined)).toEqual([`'routing_key' is missing or blank`])
    expect(await ask('e+kd5BWM')).toEqual([
      `Length of 'routing_key' is incorrect (should be 32 characters)`,
      `'routing_key' cannot contain non-alphanumeric characters.`,
    ])
    expect(await ask('0'.repeat(32))).toEqual(['Invalid routing key'])
    const foreign = await t.mallory('POST', '/integrations', { name: 'x', type: 'pagerduty' })
    expect((await tell('/v2/enqueue', { ...event, routing_key: foreign.body.key })).status).toBe(202)
    expect((await t.mallory('GET', '/incidents')).body.total).toBe(1)
    expect(await incidentsOf(t, id)).toEqual([])
  })

  test.each([
    ['nothing', ''],
    ['half an object', '{'],
    ['a word', 'nul'],
    ['objects in objects', `${'{"a":'.repeat(100)}1${'}'.repeat(100)}`],
  ])('what cannot be read: %s', async (_, text) => {
    const { status, body } = await tell('/v2/enqueue', text)
    expect([status, body.status]).toEqual([400, 'Unrecognized object'])
  })

  test('what is too large, another method, and a path nearby', async () => {
    expect((await tell('/v2/enqueue', 'x'.repeat(1_048_577))).status).toBe(413)
    const get = await tell('/v2/enqueue', undefined, {}, 'GET')
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST'])
    expect((await tell('/v2/enqueue/x', {})).status).toBe(404)
  })

  test('while it is paused', async () => {
    await t.alice('PUT', `/integrations/${id}`, { enabled: false })
    const { status, body } = await trigger()
    expect([status, body.status, body.message]).toEqual([403, 'forbidden', expect.stringContaining('paused')])
  })

  test('more than it takes, until some time has passed', async () => {
    const { requests, window_s } = rateLimits.event
    const statuses = new Set<number>()
    for (let n = 0; n < requests; n++) statuses.add((await send({ event_action: 'resolve', dedup_key: 'x' })).status)
    expect([...statuses]).toEqual([202])
    const { status, body, headers } = await trigger()
    expect([status, body.status]).toEqual([429, 'throttle exceeded'])
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    // Another key is not counted with it.
    const other = await door(t, 'pagerduty')
    expect((await tell('/v2/enqueue', { routing_key: other.key, event_action: 'trigger', payload })).status).toBe(202)
    await t.advance(2 * window_s * 1_000)
    expect((await trigger()).status).toBe(202)
  }, 30_000)
})

test('an event that cannot be written is not accepted: 503, and then it counts', async () => {
  await t.app.db.tx((tx) => tx.run(sql`alter table incident_timeline rename to elsewhere`))
  const refused = await trigger()
  await t.app.db.tx((tx) => tx.run(sql`alter table elsewhere rename to incident_timeline`))
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
  expect(await incidentsOf(t, id)).toEqual([])
  expect((await t.alice('GET', `/integrations/${id}`)).body.last_event_at).toBeNull()
  expect((await trigger()).status).toBe(202)
  expect(await incidentsOf(t, id)).toHaveLength(1)
  const said = t.lines.splice(0).join('\n')
  expect(said).toContain('An event could not be taken in')
  expect(said).not.toContain(routing_key)
})
