import { afterAll, beforeEach, expect, test } from 'bun:test'
import Ajv from 'ajv'
import type { Notice } from '#channels/define'
import { listen, notice, refusalOf, send } from '#channels/fixtures'
import { opsgenie } from '#channels/opsgenie'
import { pagerduty } from '#channels/pagerduty'
import { opsgenieAlert, opsgenieNote, pagerdutyChange, pagerdutyEvent } from '#channels/provider-shapes.fixtures'

let reply: () => Response
const server = listen(() => reply())
beforeEach(() => {
  server.received.length = 0
  reply = () => Response.json({ status: 'success', requestId: 'r1' }, { status: 202 })
})
afterAll(server.close)

const ajv = new Ajv()
const faults = (schema: object, value: unknown) => (ajv.validate(schema, value) ? null : ajv.errorsText())
const kinds = ['down', 'acknowledged', 'updated', 'up', 'test'] as const
const monitor = { name: 'API', type: 'http', target: 'api.example.com', runbook_url: 'https://wiki.example.com/api' }
const told: Notice = { ...notice, data: { incident: { id: 'inc_1' }, monitor } }
const window: Notice = { ...notice, event: 'on_call.changed', kind: 'updated', data: {}, subject: undefined }
const endless = { title: '<&"é🔥'.repeat(9_000), body: '\\"é🔥\n'.repeat(90_000) }
const json = () => server.received.map((one) => one.json)
const paths = () => server.received.map((one) => one.path)

const duty = { server: server.url, routing_key: 'R0UT1NGKEY'.toLowerCase() }
const genie = { server: `${server.url}/jsm/ops/integration/`, api_key: 'k' }

test.each(kinds)('whatever is told, PagerDuty gets events as it describes them: %s', async (kind) => {
  for (const words of [{}, endless, { title: '\0', body: '', url: '' }])
    for (const severity of ['critical', 'high', 'medium', 'low'] as const)
      await send(pagerduty, duty, { notice: { ...told, ...words, kind, severity } })
  expect(server.received.length).toBeGreaterThanOrEqual(12)
  for (const event of json()) expect(faults(pagerdutyEvent, event)).toBeNull()
})

test('an incident is one PagerDuty alert from its opening to its end', async () => {
  for (const kind of ['down', 'down', 'updated', 'acknowledged', 'up'] as const)
    await send(pagerduty, duty, { notice: { ...told, kind, delivery_id: kind } })
  expect(json()).toEqual([
    {
      routing_key: duty.routing_key,
      event_action: 'trigger',
      dedup_key: 'inc_1',
      client: 'Xinex',
      client_url: notice.url,
      links: [
        { href: notice.url, text: 'Open in Xinex' },
        { href: monitor.runbook_url, text: 'Runbook' },
      ],
      payload: {
        summary: 'API is down',
        source: 'api.example.com',
        severity: 'critical',
        timestamp: notice.at,
        component: 'API',
        class: 'http',
        custom_details: { message: notice.body, event: 'incident.created', severity: 'critical' },
      },
    },
    expect.objectContaining({ event_action: 'trigger', dedup_key: 'inc_1' }),
    expect.objectContaining({ event_action: 'trigger', dedup_key: 'inc_1' }),
    { routing_key: duty.routing_key, event_action: 'acknowledge', dedup_key: 'inc_1' },
    { routing_key: duty.routing_key, event_action: 'resolve', dedup_key: 'inc_1' },
  ])
})

test('what is grouped here is one alert there', async () => {
  await send(pagerduty, duty, { notice: { ...told, subject: 'grp_1' } })
  await send(opsgenie, genie, { notice: { ...told, subject: 'grp_1' } })
  expect(json()).toMatchObject([{ dedup_key: 'grp_1' }, { alias: 'grp_1' }])
})

test.each([
  ['critical', 'critical', 'P1'],
  ['high', 'error', 'P2'],
  ['medium', 'warning', 'P3'],
  ['low', 'info', 'P4'],
] as const)('%s here is %s at PagerDuty and %s at Opsgenie', async (severity, theirs, priority) => {
  await send(pagerduty, duty, { notice: { ...told, severity } })
  await send(opsgenie, genie, { notice: { ...told, severity } })
  expect(json()).toMatchObject([{ payload: { severity: theirs } }, { priority }])
})

test('a test leaves nothing open', async () => {
  await send(pagerduty, duty, { notice: { ...told, kind: 'test' } })
  await send(opsgenie, genie, { notice: { ...told, kind: 'test' } })
  const key = 'xinex-dlv_0001'
  expect(json()).toMatchObject([
    { event_action: 'trigger', dedup_key: key, payload: { severity: 'info' } },
    { event_action: 'resolve', dedup_key: key },
    { alias: key, priority: 'P5' },
    { source: 'Xinex' },
  ])
  expect(paths().at(-1)).toBe(`/jsm/ops/integration/v2/alerts/${key}/close?identifierType=alias`)
})

test('a change of who is on call is a change event at PagerDuty, which pages nobody, and no alert at Opsgenie', async () => {
  expect(await send(pagerduty, duty, { notice: window })).toEqual({ answer: '202' })
  expect(paths()).toEqual(['/v2/change/enqueue'])
  expect(faults(pagerdutyChange, json()[0])).toBeNull()
  const { answer } = await send(opsgenie, genie, { notice: window })
  // Keys of rulesets take no change events.
  await send(pagerduty, { ...duty, routing_key: 'R123' }, { notice: window })
  expect([server.received.length, answer]).toEqual([1, 'Nothing was sent: this is not about an incident.'])
})

test('a wrong PagerDuty key is for a person to mend; another bad event is not', async () => {
  const invalid = (reason: string) => Response.json({ status: 'invalid event', errors: [reason] }, { status: 400 })
  reply = () => invalid('Invalid routing key')
  expect((await refusalOf(send(pagerduty, duty))).outcome).toBe('disable')
  reply = () => invalid("'payload.summary' is missing or blank")
  const { outcome, message } = await refusalOf(send(pagerduty, duty))
  expect(outcome).toBe('give-up')
  expect(message).toEndWith("answered 400: 'payload.summary' is missing or blank")
})

test('the region says where events go', () => {
  expect(pagerduty.label({ routing_key: '', region: 'eu' })).toBe('events.eu.pagerduty.com')
  expect(pagerduty.label({ routing_key: '' })).toBe('events.pagerduty.com')
  expect(pagerduty.check?.({ routing_key: '', server: 'ftp://x' })).toHaveProperty(['settings.server'])
})

test.each(kinds)('whatever is told, Opsgenie gets requests as it describes them: %s', async (kind) => {
  for (const words of [{}, endless, { title: '\0', body: '', url: '' }])
    await send(opsgenie, { ...genie, tags: ['a', 'b'] }, { notice: { ...told, ...words, kind } })
  expect(server.received.length).toBeGreaterThanOrEqual(3)
  for (const { path, json: body } of server.received)
    expect([path, faults(path.endsWith('/v2/alerts') ? opsgenieAlert : opsgenieNote, body)]).toEqual([path, null])
})

test('an incident is one alert of Opsgenie or JSM, found by its alias', async () => {
  for (const kind of ['down', 'acknowledged', 'updated', 'up'] as const)
    await send(opsgenie, genie, { notice: { ...told, kind, subject: 'a/b c' } })
  const at = '/jsm/ops/integration/v2/alerts'
  expect(paths()).toEqual([
    at,
    `${at}/a%2Fb%20c/acknowledge?identifierType=alias`,
    `${at}/a%2Fb%20c/notes?identifierType=alias`,
    `${at}/a%2Fb%20c/close?identifierType=alias`,
  ])
  expect(server.received[0]!.headers.get('authorization')).toBe('GenieKey k')
  expect(json()[0]).toEqual({
    message: 'API is down',
    alias: 'a/b c',
    description: `${notice.body}\n\n${notice.url}`,
    entity: 'API',
    source: 'Xinex',
    priority: 'P1',
    tags: [],
    details: {
      ...{ event: 'incident.created', severity: 'critical', url: notice.url },
      ...{ monitor: 'API', type: 'http', target: 'api.example.com' },
    },
  })
})
