import { afterAll, afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { offered } from '#channels/index'
import { usualEvents } from '#contract/events'
import { channel_failures } from '#db/schema/engine'
import { notification_channels } from '#db/schema/notification-channels'
import { type Booted, boot } from '../../../test/boot'

const heard: { headers: Headers; body: string }[] = []
let answerWith = 200
const receiver = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  async fetch(request) {
    heard.push({ headers: request.headers, body: await request.text() })
    return new Response('ok', { status: answerWith })
  },
})
afterAll(() => receiver.stop(true))
const url = `http://127.0.0.1:${receiver.port}/hook`
const secret = 'signing-3f9a81'
const draft = { name: 'Ops', type: 'webhook', settings: { url, signing_secret: secret } }

let t: Booted
beforeEach(async () => {
  heard.length = 0
  answerWith = 200
  t = await boot()
})
afterEach(() => t.stop())
const make = async (more: object = {}) => (await t.alice('POST', '/notification-channels', { ...draft, ...more })).body

describe('notification channels', () => {
  test('creating one answers the whole channel with its secret masked', async () => {
    const { status, body } = await t.alice('POST', '/notification-channels', draft)
    expect(status).toBe(201)
    expect(body).toMatchObject({
      name: 'Ops',
      type: 'webhook',
      settings: { url, signing_secret: '********' },
      label: `127.0.0.1:${receiver.port}`,
      is_default: true,
      enabled: true,
      events: [...usualEvents],
      failure: null,
    })
    const stored = JSON.stringify(await t.app.db.read.select().from(notification_channels))
    expect(stored).not.toContain(secret)
    expect((await t.bob('GET', '/notification-channels')).body).toMatchObject({ total: 1, items: [{ id: body.id }] })
    expect((await t.bob('GET', `/notification-channels/${body.id}`)).body).toEqual(body)
  })

  test.each([
    ['an unknown type', { ...draft, type: 'pigeon' }, 'type'],
    ['an unknown field', { ...draft, color: 'red' }, 'color'],
    ['an unknown setting', { ...draft, settings: { url, colour: 'red' } }, 'settings.colour'],
    ['a missing setting', { ...draft, settings: {} }, 'settings.url'],
    ['an address that is none', { ...draft, settings: { url: 'ops' } }, 'settings.url'],
    ['an unknown event', { ...draft, events: ['coffee.ready'] }, 'events.0'],
    ['no event at all', { ...draft, events: [] }, 'events'],
    ['a name with a line break', { ...draft, name: 'a\r\nBcc: x' }, 'name'],
    [
      'a mask without a stored secret',
      { ...draft, settings: { url, signing_secret: '********' } },
      'settings.signing_secret',
    ],
  ])('%s is refused and named', async (_, body, field) => {
    const answer = await t.alice('POST', '/notification-channels', body)
    expect(answer.status).toBe(422)
    expect(Object.keys(answer.body.details.fields)).toContain(field)
    expect(JSON.stringify(answer.body)).not.toContain(secret)
  })

  test('a test message goes out, signed with the secret that the mask kept', async () => {
    const { id, settings } = await make()
    await t.alice('PUT', `/notification-channels/${id}`, { name: 'Ops 2', settings })
    const { status, body } = await t.alice('POST', `/notification-channels/${id}/test`)
    expect([status, body.status, body.error]).toEqual([200, 'sent', null])
    const [call] = heard
    const expected = new Bun.CryptoHasher('sha256', secret).update(call?.body ?? '').digest('hex')
    expect(call?.headers.get('x-xinex-signature-256')).toBe(`sha256=${expected}`)
    const log = (await t.bob('GET', `/notification-log?channel_id=${id}`)).body
    expect(log).toMatchObject({
      total: 1,
      items: [{ channel_name: 'Ops 2', event: 'test', status: 'sent', attempt: 1 }],
    })
    expect(log.items[0].tenant_id).toBeUndefined()
    expect((await t.mallory('GET', `/notification-log?channel_id=${id}`)).body.total).toBe(0)
  })

  test('settings can be tried before they are saved, with the secret of a saved channel', async () => {
    const { id, settings } = await make()
    const { body } = await t.alice('POST', '/notification-channels/test', { type: 'webhook', settings, id })
    expect(body.status).toBe('sent')
    expect(heard[0]?.headers.get('x-xinex-signature-256')).toStartWith('sha256=')
    answerWith = 500
    const failed = await t.alice('POST', '/notification-channels/test', { type: 'webhook', settings: { url } })
    expect(failed.body).toMatchObject({ status: 'failed', error: expect.any(String) })
    expect((await t.alice('GET', '/notification-channels')).body.total).toBe(1)
    expect((await t.mallory('POST', '/notification-channels/test', { type: 'webhook', settings, id })).status).toBe(404)
  })

  test('a channel that its provider refused says so, until somebody edits it', async () => {
    const { id } = await make()
    const since = '2026-05-01T11:00:00.000Z'
    await t.app.db.tx((tx) => tx.insert(channel_failures).values({ channel_id: id, error: 'gone', since }))
    expect((await t.bob('GET', `/notification-channels/${id}`)).body.failure).toEqual({ error: 'gone', since })
    await t.alice('PUT', `/notification-channels/${id}`, { name: 'Fixed' })
    expect((await t.bob('GET', `/notification-channels/${id}`)).body.failure).toBeNull()
  })

  test('an edit keeps what it does not name, and an empty secret removes it', async () => {
    const { id } = await make({ is_default: false, events: ['incident.created'] })
    const { body } = await t.alice('PUT', `/notification-channels/${id}`, { enabled: false })
    expect(body).toMatchObject({ name: 'Ops', is_default: false, enabled: false, events: ['incident.created'] })
    const { body: bare } = await t.alice('PUT', `/notification-channels/${id}`, {
      settings: { url, signing_secret: '' },
    })
    expect(bare.settings.signing_secret).toBeUndefined()
  })

  test.each([
    ['nobody', 401, 401],
    ['bob', 403, 200],
  ] as const)('%s hears %i for a change and %i for a look', async (who, change, look) => {
    const { id } = await make()
    const path = `/notification-channels/${id}`
    expect((await t[who]('POST', '/notification-channels', draft)).status).toBe(change)
    expect((await t[who]('PUT', path, { name: 'x' })).status).toBe(change)
    expect((await t[who]('DELETE', path)).status).toBe(change)
    expect((await t[who]('POST', `${path}/test`)).status).toBe(change)
    expect((await t[who]('GET', path)).status).toBe(look)
    expect((await t[who]('GET', '/notification-log')).status).toBe(look)
    expect((await t[who]('GET', '/notification-channel-types')).status).toBe(look)
  })

  test("another workspace's channel does not exist", async () => {
    const { id } = await make()
    const path = `/notification-channels/${id}`
    for (const [method, end] of [
      ['GET', ''],
      ['PUT', ''],
      ['DELETE', ''],
      ['POST', '/test'],
    ] as const) {
      const body = method === 'PUT' ? { name: 'x' } : undefined
      expect((await t.mallory(method, path + end, body)).status).toBe(404)
      expect((await t.alice(method, `/notification-channels/nope${end}`, body)).status).toBe(404)
    }
    expect((await t.alice('DELETE', path)).status).toBe(204)
    expect((await t.alice('GET', path)).status).toBe(404)
  })

  test('every provider comes with the schema of its settings', async () => {
    const { items } = (await t.bob('GET', '/notification-channel-types')).body
    const types = items.map((one: { type: string }) => one.type)
    expect(types.slice(0, 3)).toEqual(['email', 'webhook', 'slack'])
    expect(types).toEqual(offered.map(({ type }) => type))
    // Devices are made by the engine.
    expect(types).not.toContain('fcm')
    const closed = items.filter((one: { admins_only: boolean }) => one.admins_only)
    expect(closed.map((one: { type: string }) => one.type)).toEqual(['script'])
    expect(items[1].settings.properties.signing_secret.writeOnly).toBe(true)
  })
})
