import { afterAll, afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { message_templates } from '#db/schema/message-templates'
import { type Booted, boot } from '../../../test/boot'
import { listener } from '../../../test/listeners'

const hook = listener()
const other = listener()
afterAll(() => {
  hook.stop()
  other.stop()
})
let t: Booted
let channel_id: string
const path = '/message-templates'
const words = { title: '{{workspace.name}}: {{incident.title}}', body: '{{incident.message}}' }
const channel = async (name: string, url: string) =>
  (await t.alice('POST', '/notification-channels', { name, type: 'webhook', settings: { url } })).body.id as string
/** The titles that were sent, as the log keeps them. */
const sent = async (event: string) => {
  const { items } = (await t.alice('GET', '/notification-log')).body
  return Object.fromEntries(
    items
      .filter((one: { event: string }) => one.event === event)
      .map((one: { channel_name: string; title: string }) => [one.channel_name, one.title]),
  )
}
beforeEach(async () => {
  t = await boot()
  channel_id = await channel('Ops', hook.url)
  await channel('Others', other.url)
})
afterEach(() => t.stop())

describe('message templates', () => {
  test('are for an event, for all channels or for one', async () => {
    const all = await t.carol('PUT', `${path}/incident.created`, words)
    expect(all.status).toBe(200)
    expect(all.body).toMatchObject({ event: 'incident.created', channel_id: null, channel_name: null, ...words })
    const mine = { title: 'Ops! {{incident.title}}', body: '' }
    const one = await t.carol('PUT', `${path}/incident.created?channel_id=${channel_id}`, mine)
    expect(one.body).toMatchObject({ channel_id, channel_name: 'Ops', ...mine })
    expect((await t.bob('GET', path)).body).toMatchObject({ total: 2 })
    await t.alice('POST', '/incidents', { title: 'Shop is slow', message: 'very' })
    await t.appliance.idle()
    expect(await sent('incident.created')).toEqual({ Ops: 'Ops! Shop is slow', Others: 'Acme: Shop is slow' })
  })

  test('replace each other, and go when they are deleted', async () => {
    await t.alice('PUT', `${path}/incident.created`, words)
    const again = await t.alice('PUT', `${path}/incident.created`, { ...words, title: 'New' })
    expect(again.body.title).toBe('New')
    expect((await t.bob('GET', path)).body.total).toBe(1)
    expect((await t.alice('DELETE', `${path}/incident.created`)).status).toBe(204)
    expect((await t.alice('DELETE', `${path}/incident.created`)).status).toBe(404)
    await t.alice('POST', '/incidents', { title: 'Shop is slow' })
    await t.appliance.idle()
    expect(await sent('incident.created')).toMatchObject({ Ops: 'Shop is slow' })
  })

  test('of a channel go with it', async () => {
    await t.alice('PUT', `${path}/incident.created?channel_id=${channel_id}`, words)
    await t.alice('DELETE', `/notification-channels/${channel_id}`)
    expect((await t.bob('GET', path)).body.total).toBe(0)
  })

  test('that became unusable since leave Xinex’s own words', async () => {
    const at = '2026-05-01T12:00:00.000Z'
    const row = { tenant_id: t.tenants.acme.id, event: 'incident.created' as const, title: '{{#gone}}', body: '{{' }
    await t.app.db.tx((tx) => tx.insert(message_templates).values({ ...row, created_at: at, updated_at: at }))
    await t.alice('POST', '/incidents', { title: 'Shop is slow' })
    await t.appliance.idle()
    expect(await sent('incident.created')).toMatchObject({ Ops: 'Shop is slow' })
  })

  test.each([
    [
      'a name that nothing has',
      { title: '{{incident.titel}}', body: '' },
      { title: /line 1, column 1: .*incident\.title/ },
    ],
    ['a section that is not closed', { title: 'x', body: 'a\n{{#monitor}}' }, { body: /line 2, column 1: / }],
    ['a title of nothing', { title: '  ', body: '' }, { title: /must not be empty/ }],
    ['a control character', { title: 'a\u0000b', body: '' }, { title: /control characters/ }],
    ['too long a body', { title: 'x', body: 'x'.repeat(4_001) }, { body: /at most 4000 characters/ }],
    ['an unknown field', { ...words, colour: 'red' }, { colour: /not a known field/ }],
  ])('with %s are refused', async (_, body, fields) => {
    const { status, body: answer } = await t.alice('PUT', `${path}/incident.created`, body)
    expect(status).toBe(422)
    expect(Object.keys(answer.details.fields)).toEqual(Object.keys(fields))
    for (const [name, pattern] of Object.entries(fields)) expect(answer.details.fields[name]).toMatch(pattern)
  })

  test('can be tried before they are saved', async () => {
    const { body } = await t.bob('POST', `${path}/preview`, { event: 'incident.resolved', ...words })
    expect(body).toEqual({ title: 'Acme: Shop is down', body: 'HTTP 503' })
    const broken = await t.bob('POST', `${path}/preview`, { event: 'incident.resolved', title: '{{x}}', body: '' })
    expect([broken.status, Object.keys(broken.body.details.fields)]).toEqual([422, ['title']])
    const { items } = (await t.bob('GET', `${path}/variables`)).body
    expect(items.map(({ name }: { name: string }) => name)).toContain('incident.title')
  })

  test('are written by members, and seen in their workspace alone', async () => {
    await t.alice('PUT', `${path}/incident.created`, words)
    expect((await t.bob('PUT', `${path}/incident.created`, words)).status).toBe(403)
    expect((await t.bob('DELETE', `${path}/incident.created`)).status).toBe(403)
    expect((await t.nobody('GET', path)).status).toBe(401)
    expect((await t.mallory('GET', path)).body.total).toBe(0)
    expect((await t.mallory('DELETE', `${path}/incident.created`)).status).toBe(404)
    const foreign = await t.mallory('PUT', `${path}/incident.created?channel_id=${channel_id}`, words)
    expect([foreign.status, Object.keys(foreign.body.details.fields)]).toEqual([422, ['channel_id']])
    expect((await t.alice('PUT', `${path}/coffee.ready`, words)).status).toBe(404)
  })
})
