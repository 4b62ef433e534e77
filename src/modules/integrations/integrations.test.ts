import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { integrations } from '#db/schema/integrations'
import { audit_log } from '#db/schema/kernel'
import { type Booted, boot } from '../../../test/boot'
import { door, incidentsOf, telling, timelineOf } from './integrations.fixtures'

let t: Booted
let tell: ReturnType<typeof telling>
beforeAll(async () => {
  t = await boot({ config: { publicUrl: 'https://mon.example.test' } })
  tell = telling(t)
})
afterAll(() => t.stop())

const event = { title: 'Disk full', dedup_key: 'disk' }

describe('an integration', () => {
  test('shows what to enter in the other program', async () => {
    const made = await t.carol('POST', '/integrations', { name: 'Prometheus', type: 'alertmanager' })
    expect(made.status).toBe(201)
    const { key, enter, settings, enabled, open_incidents, title } = made.body
    expect([title, enabled, open_incidents]).toEqual(['Prometheus Alertmanager', true, 0])
    expect(settings).toMatchObject({ incident_per: 'alert', severity_label: 'severity', default_severity: 'high' })
    expect(enter[0].value).toBe(`https://mon.example.test/api/v1/integrations/alertmanager/${key}`)
    expect((await t.bob('GET', `/integrations/${made.body.id}`)).body.name).toBe('Prometheus')
  })

  test('has a key of the shape that the clients of each program expect', async () => {
    expect((await door(t, 'pagerduty')).key).toMatch(/^[a-z0-9]{32}$/)
    expect((await door(t, 'opsgenie')).key).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    expect((await door(t, 'grafana')).key).toMatch(/^[\w-]{43}$/)
  })

  test('shows its key to whoever may change it, and to nobody else', async () => {
    const { id, key } = await door(t, 'generic')
    const seen = await t.bob('GET', `/integrations/${id}`)
    expect([seen.status, JSON.stringify(seen.body).includes(key), seen.body.key]).toEqual([200, false, '********'])
    expect(JSON.stringify((await t.bob('GET', '/integrations?per_page=100')).body)).not.toContain(key)
    const { token } = (await t.alice('POST', '/api-tokens', { name: 'wall', scope: 'read' })).body
    expect(JSON.stringify((await t.bearer(token)('GET', `/integrations/${id}`)).body)).not.toContain(key)
    expect((await t.carol('GET', `/integrations/${id}`)).body.key).toBe(key)
  })

  test('keeps its key sealed: neither the database nor the log of changes has it', async () => {
    const { key } = await door(t, 'generic')
    const rows = [await t.app.db.read.select().from(integrations), await t.app.db.read.select().from(audit_log)]
    expect(JSON.stringify(rows)).toContain('Our generic')
    expect(JSON.stringify(rows)).not.toContain(key)
  })

  test('takes a new key, and the old one ends at once', async () => {
    const { id, key } = await door(t, 'generic')
    const next = (await t.carol('POST', `/integrations/${id}/key`)).body.key
    expect(next).not.toBe(key)
    expect((await tell(`/api/v1/events/${key}`, event)).status).toBe(404)
    expect((await tell(`/api/v1/events/${next}`, event)).status).toBe(202)
  })

  test('is changed in its name, settings and whether it listens, never in its type', async () => {
    const { id } = await door(t, 'alertmanager')
    const edit = { name: 'Prod', enabled: false, settings: { incident_per: 'group' } }
    expect((await t.carol('PUT', `/integrations/${id}`, edit)).body).toMatchObject(edit)
    expect((await t.carol('PUT', `/integrations/${id}`, { name: 'Prod 2' })).body).toMatchObject({
      ...{ name: 'Prod 2', enabled: false, settings: { incident_per: 'group' } },
    })
    expect((await t.carol('PUT', `/integrations/${id}`, { type: 'generic' })).status).toBe(422)
  })

  test.each([
    [{ type: 'generic', settings: { title: '$.a[' } }, 'settings.title'],
    [{ type: 'generic', settings: { title: '{{ alert }}' } }, 'settings.title'],
    [{ type: 'generic', settings: { titel: '$.a' } }, 'settings.titel'],
    [{ type: 'grafana', settings: { severity_map: { red: 'awful' } } }, 'settings.severity_map.red'],
    [{ type: 'nagios' }, 'type'],
    [{ type: 'generic', settings: [] }, 'settings'],
    [{ type: 'generic', name: ' ' }, 'name'],
  ])('is refused with a sentence for the field: %j', async (wrong, field) => {
    const { status, body } = await t.alice('POST', '/integrations', { name: 'x', ...wrong })
    expect([status, Object.keys(body.details.fields)]).toEqual([422, [field]])
  })

  test('that is paused is told so, and nothing is stored', async () => {
    const { id, key } = await door(t, 'generic', { enabled: false })
    const refused = await tell(`/api/v1/events/${key}`, event)
    expect([refused.status, refused.body.error]).toEqual([403, expect.stringContaining('paused')])
    expect(await incidentsOf(t, id)).toEqual([])
    expect((await t.alice('GET', `/integrations/${id}`)).body.last_event_at).toBeNull()
  })

  test('that is deleted takes its key with it, and ends what only it could have ended', async () => {
    const { id, key } = await door(t, 'generic')
    await tell(`/api/v1/events/${key}`, event)
    const [open] = await incidentsOf(t, id)
    expect((await t.alice('GET', `/integrations/${id}`)).body).toMatchObject({ open_incidents: 1 })
    expect((await t.mallory('DELETE', `/integrations/${id}`)).status).toBe(404)
    expect((await t.carol('DELETE', `/integrations/${id}`)).status).toBe(204)
    expect((await tell(`/api/v1/events/${key}`, event)).status).toBe(404)
    const after = (await t.alice('GET', `/incidents/${open?.id}`)).body
    expect(after.status).toBe('resolved')
    expect((await timelineOf(t, open?.id ?? '')).at(-1)?.message).toContain('was deleted')
  })

  test('belongs to its workspace alone', async () => {
    const { id } = await door(t, 'generic')
    for (const [method, path, body] of [
      ['GET', `/integrations/${id}`],
      ['PUT', `/integrations/${id}`, { name: 'x' }],
      ['POST', `/integrations/${id}/key`],
      ['POST', `/integrations/${id}/test`, { body: {} }],
    ] as const)
      expect([path, (await t.mallory(method, path, body)).status]).toEqual([path, 404])
    expect((await t.mallory('GET', '/integrations')).body.total).toBe(0)
    expect((await t.bob('POST', '/integrations', { name: 'x', type: 'generic' })).status).toBe(403)
  })
})

describe('a sample', () => {
  const sample = { alert: { name: 'Disk full', host: 'db-1' }, state: 'PROBLEM', prio: 'red' }
  const settings = {
    ...{ title: '{{ $.alert.name }} on {{ $.alert.host }}', source: '$.alert.host', dedup_key: '$.alert.host' },
    ...{ status: '$.state', severity: '$.prio', severity_map: { RED: 'critical' }, close_values: ['ok'] },
  }

  test('shows what it would do, and does nothing', async () => {
    const { id, key } = await door(t, 'generic', { settings })
    const ask = async (body: unknown) => (await t.carol('POST', `/integrations/${id}/test`, { body })).body
    const shown = await ask(sample)
    expect(shown).toMatchObject({ accepted: true, faults: [] })
    expect(shown.events[0]).toMatchObject({
      ...{ action: 'open', title: 'Disk full on db-1', source: 'db-1', severity: 'critical', incident_id: null },
      sentence: 'It would open an incident, severity critical',
    })
    expect(await incidentsOf(t, id)).toEqual([])
    expect((await t.alice('GET', `/integrations/${id}`)).body.last_event_at).toBeNull()

    await tell(`/api/v1/events/${key}`, sample)
    expect((await ask(JSON.stringify(sample))).events[0].sentence).toContain('repeat of “Disk full on db-1”')
    expect((await ask({ ...sample, state: 'OK' })).events[0].sentence).toBe('It would resolve “Disk full on db-1”')
    expect((await incidentsOf(t, id))[0]?.status).toBe('open')
  })

  test('is read with settings that are not saved yet', async () => {
    const { id } = await door(t, 'generic')
    const answer = (await t.carol('POST', `/integrations/${id}/test`, { body: sample, settings })).body
    expect(answer.events[0].title).toBe('Disk full on db-1')
    expect((await t.carol('POST', `/integrations/${id}/test`, { body: sample })).body).toMatchObject({
      ...{ accepted: false, faults: ['title: nothing stands at $.title'] },
    })
    expect((await t.carol('POST', `/integrations/${id}/test`, { body: '{"a":' })).body.faults).toEqual([
      'The body is not valid JSON',
    ])
  })

  test('as a form is read as one', async () => {
    const { id } = await door(t, 'generic')
    const answer = await t.carol('POST', `/integrations/${id}/test`, { body: 'title=Slow&severity=low', form: true })
    expect(answer.body.events[0]).toMatchObject({ title: 'Slow', severity: 'low' })
  })
})
