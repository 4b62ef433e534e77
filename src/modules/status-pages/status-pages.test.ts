import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { type Booted, boot } from '../../../test/boot'

let t: Booted
let monitor_id: string
beforeEach(async () => {
  t = await boot()
  const draft = { name: 'Shop', type: 'tcp', settings: { host: '127.0.0.1', port: 1 }, enabled: false }
  monitor_id = (await t.alice('POST', '/monitors', draft)).body.id
})
afterEach(() => t.stop())
const make = async (more: object = {}) => (await t.alice('POST', '/status-pages', { title: 'Acme', ...more })).body

describe('status pages', () => {
  test('a title is enough; the address is made from it', async () => {
    const { status, body } = await t.alice('POST', '/status-pages', { title: 'Acme Überblick!' })
    expect(status).toBe(201)
    expect(body).toMatchObject({
      slug: 'acme-uberblick',
      title: 'Acme Überblick!',
      description: null,
      visibility: 'public',
      theme: 'auto',
      timezone: 'UTC',
      components: [],
      url: expect.stringMatching(/^http.*\/s\/acme-uberblick$/),
    })
    expect((await t.bob('GET', `/status-pages/${body.id}`)).body).toEqual(body)
  })

  test('components get an id and defaults, and keep their id when they come back', async () => {
    const { id, components } = await make({ components: [{ name: 'Checkout', monitor_ids: [monitor_id] }] })
    expect(components[0]).toEqual({
      id: expect.any(String),
      name: 'Checkout',
      group: null,
      description: null,
      monitor_ids: [monitor_id],
      show_uptime: true,
      show_response_time: false,
    })
    const { body } = await t.alice('PUT', `/status-pages/${id}`, { components: [{ name: 'New' }, components[0]] })
    expect(body.components[1]).toEqual(components[0])
    expect(body.title).toBe('Acme')
  })

  test('a deleted monitor leaves its component', async () => {
    const { id } = await make({ components: [{ name: 'Checkout', monitor_ids: [monitor_id] }] })
    await t.alice('DELETE', `/monitors/${monitor_id}`)
    const { components } = (await t.bob('GET', `/status-pages/${id}`)).body
    expect(components[0].monitor_ids).toEqual([])
    expect((await t.alice('PUT', `/status-pages/${id}`, { components })).status).toBe(200)
  })

  test.each([
    ['no title', {}, 'title'],
    ['a title with a NUL', { title: 'a\u0000' }, 'title'],
    ['an unknown field', { title: 'x', css: '*{}' }, 'css'],
    ['a slug with capitals', { title: 'x', slug: 'Acme' }, 'slug'],
    ['a slug with a slash', { title: 'x', slug: 'a/b' }, 'slug'],
    ['an unknown time zone', { title: 'x', timezone: 'Mars/Base' }, 'timezone'],
    ['an unknown theme', { title: 'x', theme: 'pink' }, 'theme'],
    ['a component without a name', { title: 'x', components: [{}] }, 'components.0.name'],
    ['an unknown field of a component', { title: 'x', components: [{ name: 'a', url: 'b' }] }, 'components.0.url'],
    [
      'a monitor that is not there',
      { title: 'x', components: [{ name: 'a', monitor_ids: ['no'] }] },
      'components.0.monitor_ids.0',
    ],
    [
      'one id twice',
      {
        title: 'x',
        components: [
          { id: 'a', name: 'a' },
          { id: 'a', name: 'b' },
        ],
      },
      'components.1.id',
    ],
  ])('%s is refused and named', async (_, body, field) => {
    const answer = await t.alice('POST', '/status-pages', body)
    expect(answer.status).toBe(422)
    expect(Object.keys(answer.body.details.fields)).toContain(field)
  })

  test("another workspace's monitor cannot be shown", async () => {
    const body = { title: 'x', components: [{ name: 'a', monitor_ids: [monitor_id] }] }
    expect((await t.mallory('POST', '/status-pages', body)).body.details.fields).toEqual({
      'components.0.monitor_ids.0': 'is not a monitor of this workspace',
    })
  })

  test('an address leads to one page of the whole appliance', async () => {
    const { id } = await make()
    expect((await t.mallory('POST', '/status-pages', { title: 'Acme' })).body.slug).toBe('acme-2')
    const taken = await t.mallory('POST', '/status-pages', { title: 'Acme', slug: 'acme' })
    expect([taken.status, taken.body.code]).toEqual([409, 'CONFLICT'])
    await make({ slug: 'other' })
    expect((await t.alice('PUT', `/status-pages/${id}`, { slug: 'other' })).status).toBe(409)
    expect((await t.alice('PUT', `/status-pages/${id}`, { slug: 'acme' })).status).toBe(200)
  })

  test.each([
    ['nobody', 401, 401],
    ['bob', 403, 200],
  ] as const)('%s hears %i for a change and %i for a look', async (who, change, look) => {
    const { id } = await make()
    expect((await t[who]('POST', '/status-pages', { title: 'x' })).status).toBe(change)
    expect((await t[who]('PUT', `/status-pages/${id}`, { title: 'x' })).status).toBe(change)
    expect((await t[who]('DELETE', `/status-pages/${id}`)).status).toBe(change)
    expect((await t[who]('GET', '/status-pages')).status).toBe(look)
    expect((await t[who]('GET', `/status-pages/${id}`)).status).toBe(look)
  })

  test("another workspace's page does not exist", async () => {
    const { id } = await make()
    expect((await t.mallory('GET', `/status-pages/${id}`)).status).toBe(404)
    expect((await t.mallory('PUT', `/status-pages/${id}`, { title: 'x' })).status).toBe(404)
    expect((await t.mallory('DELETE', `/status-pages/${id}`)).status).toBe(404)
    expect((await t.mallory('GET', '/status-pages')).body.total).toBe(0)
    expect((await t.alice('DELETE', `/status-pages/${id}`)).status).toBe(204)
    expect((await t.alice('GET', `/status-pages/${id}`)).status).toBe(404)
  })
})
