import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Answer, type Booted, boot } from './boot'
import { listener, target } from './listeners'

let t: Booted
const hook = listener()
const site = target()
beforeAll(async () => {
  t = await boot()
})
afterAll(async () => {
  await t.stop()
  hook.stop()
  site.stop()
})

const made = async (asked: Promise<Answer>) => {
  const { status, body } = await asked
  expect([status, body.id]).toEqual([201, expect.any(String)])
  return body.id
}

test('ids of another workspace inside a body or a query lead nowhere either', async () => {
  const monitor = { name: 'Shop', type: 'http', url: site.url }
  const channel = { name: 'Ops', type: 'webhook', settings: { url: hook.url } }
  const monitor_id = await made(t.alice('POST', '/monitors', monitor))
  const channel_id = await made(t.alice('POST', '/notification-channels', channel))
  await made(t.alice('POST', '/incidents', { title: 'x', monitor_id }))
  await made(t.alice('POST', '/integrations', { name: 'x', type: 'generic' }))
  await made(t.alice('POST', '/status-pages', { title: 'x' }))
  await made(t.alice('POST', '/heartbeats', { name: 'Backup' }))
  await made(t.alice('POST', '/ai-heartbeats', { name: 'Triage' }))
  await t.alice('POST', `/notification-channels/${channel_id}/test`)
  const cases: [string, string, object | undefined, number][] = [
    [
      ...(['POST', '/maintenance-windows'] as const),
      {
        name: 'x',
        scope: { monitor_ids: [monitor_id] },
        starts_at: '2027-01-01T00:00:00Z',
        ends_at: '2027-01-01T01:00:00Z',
      },
      422,
    ],
    ['POST', '/monitors/bulk', { action: 'delete', ids: [monitor_id] }, 404],
    ['POST', '/monitors/test', { ...monitor, id: monitor_id }, 404],
    ['POST', '/monitors', { ...monitor, parents: [monitor_id] }, 422],
    ['POST', '/monitors', { name: 'G', type: 'group', settings: { members: [monitor_id] } }, 422],
    ['POST', '/monitors/import', { items: [{ ...monitor, parents: [monitor_id] }] }, 422],
    ['POST', '/monitors/bulk', { action: 'edit', filter: {}, set: { parents: [monitor_id] } }, 422],
    ['POST', '/notification-channels/test', { ...channel, name: undefined, id: channel_id }, 404],
    ['POST', '/incidents', { title: 'x', monitor_id }, 422],
    ['POST', '/status-pages', { title: 'x', components: [{ name: 'x', monitor_ids: [monitor_id] }] }, 422],
  ]
  for (const [method, path, body, expected] of cases) {
    const { status } = await t.mallory(method, path, body)
    expect([path, status]).toEqual([path, expected])
  }
  for (const path of [
    `/notification-log?channel_id=${channel_id}`,
    `/incidents?monitor_id=${monitor_id}`,
    '/monitors',
    '/notification-channels',
    '/integrations',
    '/incidents',
    '/heartbeats',
    '/ai-heartbeats',
    '/status-pages',
    '/invitations',
  ])
    expect([path, (await t.mallory('GET', path)).body.total]).toEqual([path, 0])
  expect((await t.mallory('GET', '/members')).body.items.map(({ name }: { name: string }) => name)).toEqual(['mallory'])
})
