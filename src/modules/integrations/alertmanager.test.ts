import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { sql } from 'drizzle-orm'
import { type Booted, boot } from '../../../test/boot'
import { listener } from '../../../test/listeners'
import { door, incidentsOf, telling, timelineOf } from './integrations.fixtures'

let t: Booted
let tell: ReturnType<typeof telling>
const hook = listener()
beforeAll(async () => {
  t = await boot()
  tell = telling(t)
})
afterAll(async () => {
  await t.stop()
  hook.stop()
})

const labels = { alertname: 'InstanceDown', instance: 'db-1:9100', severity: 'critical', team: 'shop' }
const alert = {
  status: 'firing',
  labels,
  annotations: {
    summary: 'db-1 is down',
    description: 'No scrape for 5 min',
    runbook_url: 'https://wiki.example.test/',
  },
  startsAt: '2026-05-01T11:50:00.000Z',
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: 'http://prometheus.example.test/graph?g0=up',
  fingerprint: 'c4e12ab3f0d1e5a7',
}
/** As Alertmanager 0.25 sends it: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
const webhook = (...alerts: object[]) => ({
  ...{ version: '4', groupKey: '{}:{alertname="InstanceDown"}', truncatedAlerts: 0, receiver: 'xinex' },
  ...{ groupLabels: { alertname: 'InstanceDown' }, commonLabels: { alertname: 'InstanceDown' }, commonAnnotations: {} },
  ...{ externalURL: 'http://am.example.test', status: 'firing', alerts },
})
const resolved = { ...alert, status: 'resolved' }
const second = { ...alert, fingerprint: '0000', labels: { ...labels, instance: 'db-2:9100', severity: 'warning' } }

let id: string
let key: string
const receive = (body: unknown) => tell(`/api/v1/integrations/alertmanager/${key}`, body)
const states = async () => (await incidentsOf(t, id)).map(({ status }) => status)

describe('a webhook of Alertmanager', () => {
  beforeEach(async () => {
    const made = await door(t, 'alertmanager')
    id = made.id
    key = made.key
  })

  test('opens an incident for each alert, and closes it by its fingerprint', async () => {
    const first = await receive(webhook(alert, second))
    expect([first.status, first.body.events.length]).toEqual([202, 2])
    const [incident, other] = await incidentsOf(t, id)
    expect(incident).toMatchObject({
      ...{ title: 'db-1 is down', message: 'No scrape for 5 min', severity: 'critical', source: 'db-1:9100' },
      source_url: 'http://prometheus.example.test/graph?g0=up',
    })
    expect(incident?.labels?.tags).toContain('team:shop')
    expect(other?.severity).toBe('medium')
    expect((await timelineOf(t, incident?.id ?? ''))[0]?.data).toMatchObject({
      values: { alertname: 'InstanceDown', startsAt: alert.startsAt },
      links: [{ text: 'Source' }, { href: 'https://wiki.example.test/', text: 'Runbook' }],
    })
    await receive(webhook(alert, second))
    expect(await states()).toEqual(['open', 'open'])
    await receive(webhook(resolved, second))
    expect((await states()).sort()).toEqual(['open', 'resolved'])
    await receive(webhook(resolved))
    expect((await states()).sort()).toEqual(['open', 'resolved'])
  })

  test('counts as one while it repeats, with an entry only for what changes, up to a bound', async () => {
    for (let n = 0; n < 60; n++)
      await receive(webhook({ ...alert, annotations: { ...alert.annotations, description: `${n} scrapes missed` } }))
    const [incident] = await incidentsOf(t, id)
    expect(incident?.message).toBe('59 scrapes missed')
    const entries = (await timelineOf(t, incident?.id ?? '')).filter(({ kind }) => kind === 'detected')
    expect(entries.length).toBe(21)
    expect(entries[0]?.data).toMatchObject({ repeats: 59 })
    expect(entries.at(-1)).toMatchObject({ message: '59 scrapes missed', data: { changes: 40 } })
  })

  test('raises the severity, and does not lower it again', async () => {
    await receive(webhook(second))
    await receive(webhook({ ...second, labels: { ...second.labels, severity: 'critical' } }))
    await receive(webhook(second))
    expect((await incidentsOf(t, id))[0]?.severity).toBe('critical')
  })

  test('leaves what people have called it and how bad they found it', async () => {
    await receive(webhook(alert))
    const [incident] = await incidentsOf(t, id)
    await t.carol('PUT', `/incidents/${incident?.id}`, { title: 'Primary is down', severity: 'low' })
    await receive(webhook(alert))
    expect((await incidentsOf(t, id))[0]).toMatchObject({ title: 'Primary is down', severity: 'low' })
  })

  test('as one incident for a group opens with its first alert and ends with its last', async () => {
    await t.alice('PUT', `/integrations/${id}`, { settings: { incident_per: 'group' } })
    await receive(webhook(second))
    await receive(webhook(alert, second))
    expect(await incidentsOf(t, id)).toMatchObject([
      { title: 'InstanceDown (2 alerts)', severity: 'critical', status: 'open', source_url: 'http://am.example.test/' },
    ])
    await receive(webhook(resolved, second))
    expect(await states()).toEqual(['open'])
    await receive({ ...webhook(resolved, { ...second, status: 'resolved' }), status: 'resolved' })
    expect(await states()).toEqual(['resolved'])
  })

  test('reads the severity from the label that is named, by the words that are given', async () => {
    const settings = { severity_label: 'prio', severity_map: { rot: 'critical' }, default_severity: 'low' }
    await t.alice('PUT', `/integrations/${id}`, { settings })
    await receive(webhook({ ...alert, labels: { ...labels, prio: 'ROT' } }, second))
    expect((await incidentsOf(t, id)).map(({ severity }) => severity)).toEqual(['critical', 'low'])
  })

  test('with the key as credentials is the same', async () => {
    const path = '/api/v1/integrations/alertmanager'
    const basic = `Basic ${Buffer.from(`any:${key}`).toString('base64')}`
    for (const authorization of [`Bearer ${key}`, basic])
      expect((await tell(path, webhook(alert), { authorization })).status).toBe(202)
    expect(await states()).toEqual(['open'])
    expect((await tell(path, webhook(alert))).status).toBe(401)
    expect((await tell(path, webhook(alert), { authorization: `Bearer ${t.people.alice.token}` })).status).toBe(401)
  })

  test('with a thousand alerts is taken whole, and a door takes only so many at once', async () => {
    const many = Array.from({ length: 1_001 }, (_, n) => ({ ...alert, fingerprint: `f${n}` }))
    const { status, headers } = await receive(webhook(...many))
    // It would not send again after 429.
    expect([status, headers.get('retry-after')]).toEqual([503, '60'])
    expect((await incidentsOf(t, id)).length).toBe(1_000)
    expect(t.lines.splice(0).join('\n')).toContain('so many open incidents')
    const over = many.map((one) => ({ ...one, status: 'resolved' }))
    expect((await receive(webhook(...over))).status).toBe(202)
    expect(new Set(await states())).toEqual(new Set(['resolved']))
  }, 60_000)

  test.each([
    ['no alerts', {}],
    ['a status of its own', webhook({ ...alert, status: 'pending' })],
    ['a list of texts', { alerts: ['x'] }],
    ['no object', 'null'],
    ['no JSON', '{'],
  ])('with %s is 400, which is not sent again', async (_, body) => {
    const { status, body: answer } = await receive(body)
    expect([status, answer.code]).toEqual([400, 'BAD_REQUEST'])
  })

  test('with a key of another kind or none is 404', async () => {
    const { key: other } = await door(t, 'grafana')
    for (const wrong of [other, 'x'])
      expect((await tell(`/api/v1/integrations/alertmanager/${wrong}`, webhook(alert))).status).toBe(404)
  })

  test('that cannot be written is 503, so that Alertmanager sends it again', async () => {
    await t.app.db.tx((tx) => tx.run(sql`alter table incident_timeline rename to elsewhere`))
    const refused = await receive(webhook(alert))
    await t.app.db.tx((tx) => tx.run(sql`alter table elsewhere rename to incident_timeline`))
    expect([refused.status, refused.body.code]).toEqual([503, 'SERVICE_UNAVAILABLE'])
    expect(t.lines.splice(0).join('\n')).not.toContain(key)
    expect((await receive(webhook(alert))).status).toBe(202)
    expect(await states()).toEqual(['open'])
  })

  test('is told to people like any other incident, and its end as well', async () => {
    const { id: channel } = (
      await t.alice('POST', '/notification-channels', { name: 'Ops', type: 'webhook', settings: { url: hook.url } })
    ).body
    await receive(webhook(alert))
    await t.advance(1_000)
    await receive(webhook(resolved))
    await t.advance(1_000)
    const heard = hook.events()
    await t.alice('DELETE', `/notification-channels/${channel}`)
    expect(heard).toEqual(['incident.created', 'incident.resolved'])
  })
})

describe('a contact point of Grafana', () => {
  /** As Grafana 10 sends it. */
  const grafana = {
    ...alert,
    silenceURL: 'https://grafana.example.test/alerting/silence/new',
    dashboardURL: 'https://grafana.example.test/d/1',
    panelURL: 'https://grafana.example.test/d/1?viewPanel=2',
    imageURL: 'https://grafana.example.test/img.png',
    values: { B: 44.2 },
    valueString: `[ var='B' labels={} value=44.2 ]`,
  }
  beforeEach(async () => {
    const made = await door(t, 'grafana')
    id = made.id
    key = made.key
  })

  test('opens and closes incidents, by address or by the header', async () => {
    const body = { ...webhook(grafana), title: '[FIRING:1]', state: 'alerting', message: 'x', orgId: 1 }
    expect((await tell(`/api/v1/integrations/grafana/${key}`, body)).status).toBe(202)
    const [incident] = await incidentsOf(t, id)
    expect(incident).toMatchObject({ title: 'db-1 is down', source_url: grafana.panelURL })
    expect((await timelineOf(t, incident?.id ?? ''))[0]?.data).toMatchObject({
      ...{ images: [{ src: grafana.imageURL }], values: { value: grafana.valueString } },
    })
    const over = { ...body, status: 'resolved', alerts: [{ ...grafana, status: 'resolved' }] }
    const authorization = `Bearer ${key}`
    expect((await tell('/api/v1/integrations/grafana', over, { authorization }, 'PUT')).status).toBe(202)
    expect(await states()).toEqual(['resolved'])
  })
})
