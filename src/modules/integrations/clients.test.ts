import { afterAll, beforeAll, expect, test } from 'bun:test'
import { Agent } from 'node:https'
import { acknowledge, event, resolve, trigger } from '@pagerduty/pdjs'
import { type Booted, boot } from '../../../test/boot'
import { authority } from '../../../test/certs'
import { door, incidentsOf } from './integrations.fixtures'

/** PagerDuty's own client; of its address only the name of the host can be changed, so we answer as a host with TLS. */
let t: Booted
let front: Bun.Server<undefined>
let where: { server: string; agent: Agent }
beforeAll(async () => {
  t = await boot()
  const ca = authority()
  front = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    tls: ca.issue({ name: 'events.pagerduty.test', names: ['127.0.0.1'] }),
    // As behind any reverse proxy: TLS ends here.
    fetch: (request) => t.appliance.handle(new Request(request.url.replace('https:', 'http:'), request)),
  })
  where = { server: `127.0.0.1:${front.port}`, agent: new Agent({ ca: ca.cert }) }
})
afterAll(async () => {
  await front.stop(true)
  await t.stop()
})
/** Safe: its types ask for more than it needs, and know no agent, which it hands on. */
const said = (data: object) =>
  ({ ...where, data }) as unknown as Parameters<typeof event>[0] & Parameters<typeof trigger>[0]

test('the client of PagerDuty triggers, acknowledges and resolves, and takes the key it was given', async () => {
  const { id, key: routing_key } = await door(t, 'pagerduty')
  const payload = { summary: 'Disk full', source: 'db-1', severity: 'critical' as const }
  const made = await trigger(said({ routing_key, payload }))
  expect([made.response.status, made.data.status]).toEqual([202, 'success'])
  const { dedup_key } = made.data
  const states = async () => (await incidentsOf(t, id)).map(({ title, status }) => [title, status])
  expect(await states()).toEqual([['Disk full', 'open']])

  const about = said({ routing_key, dedup_key })
  await acknowledge(about)
  expect(await states()).toEqual([['Disk full', 'acknowledged']])
  await resolve(about)
  expect(await states()).toEqual([['Disk full', 'resolved']])
})

test('the client of PagerDuty hands on what was wrong', async () => {
  const { response, data } = await event(said({ routing_key: 'short', event_action: 'trigger' }))
  expect([response.status, data.errors]).toEqual([
    ...[400, [`Length of 'routing_key' is incorrect (should be 32 characters)`]],
  ])
})
