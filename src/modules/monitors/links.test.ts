import { afterAll, afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { type Booted, boot } from '../../../test/boot'
import { target } from '../../../test/listeners'

const site = target()
afterAll(() => site.stop())
let t: Booted
beforeEach(async () => {
  t = await boot()
})
afterEach(() => t.stop())

const make = async (more: object = {}) => {
  const { status, body } = await t.alice('POST', '/monitors', { name: 'Shop', type: 'http', url: site.url, ...more })
  expect([status, body.details]).toEqual([201, undefined])
  return body
}
const group = (members: string[], more: object = {}) => ({ name: 'All', type: 'group', settings: { members }, ...more })
const edit = async (id: string, part: object) => {
  const { status, body } = await t.alice('PUT', `/monitors/${id}`, part)
  return status === 200 ? body : body.details.fields
}
const refused = async (part: object) => {
  const { status, body } = await t.alice('POST', '/monitors', { name: 'Shop', type: 'http', url: site.url, ...part })
  expect(status).toBe(422)
  return body.details.fields
}
const get = async (id: string) => (await t.alice('GET', `/monitors/${id}`)).body

describe('regions', () => {
  test('are the appliance and wherever a prober of the workspace stands', async () => {
    await t.alice('POST', '/probers', { name: 'Attic', region: 'berlin-2' })
    await t.mallory('POST', '/probers', { name: 'Lair', region: 'moon' })
    const made = await make({ regions: ['local', 'berlin-2', 'local'], region_quorum: 2 })
    expect(made).toMatchObject({ regions: ['local', 'berlin-2'], region_quorum: 2 })
    expect(await refused({ regions: ['local', 'moon'] })).toEqual({
      'regions.1': 'no prober of this workspace stands there',
    })
  })
  test('a quorum larger than there are regions is refused, now and when regions go', async () => {
    await t.alice('POST', '/probers', { name: 'Attic', region: 'berlin-2' })
    expect(await refused({ region_quorum: 2 })).toEqual({ region_quorum: 'must be at most 1, the number of regions' })
    const { id } = await make({ regions: ['local', 'berlin-2'], region_quorum: 2 })
    expect(await edit(id, { regions: ['local'] })).toEqual({
      region_quorum: 'must be at most 1, the number of regions',
    })
    expect(await edit(id, { regions: ['local'], region_quorum: 'all' })).toMatchObject({ region_quorum: 'all' })
  })
  test('a monitor whose prober is gone can still be edited', async () => {
    const prober = (await t.alice('POST', '/probers', { name: 'Attic', region: 'berlin-2' })).body
    const { id } = await make({ regions: ['berlin-2'] })
    await t.alice('DELETE', `/probers/${prober.id}`)
    expect(await edit(id, { name: 'Renamed' })).toMatchObject({ name: 'Renamed', regions: ['berlin-2'] })
  })
  test('the status names each region and who looks from there', async () => {
    await t.alice('POST', '/probers', { name: 'Attic', region: 'berlin-2' })
    const { id } = await make({ regions: ['local', 'berlin-2'], region_quorum: 'any' })
    await t.app.engine.idle()
    await t.advance(60_000)
    const { body } = await t.bob('GET', `/monitors/${id}/status`)
    expect(body).toMatchObject({ down_only_from: [], held: null })
    expect(body.regions).toMatchObject([
      { region: 'local', prober: null, status: 'up', counts: true, checked_at: expect.any(String) },
      { region: 'berlin-2', prober: 'Attic', counts: false, checked_at: null },
    ])
  })
})

describe('parents', () => {
  test('are monitors of the workspace, named once', async () => {
    const { id } = await make()
    expect((await make({ parents: [id, id] })).parents).toEqual([id])
    const foreign = (await t.mallory('POST', '/monitors', { name: 'x', type: 'manual' })).body.id
    expect(await refused({ parents: [id, foreign, 'nobody'] })).toEqual({
      'parents.1': 'is no monitor of this workspace',
      'parents.2': 'is no monitor of this workspace',
    })
  })
  test('the list can be asked for what depends on one of them', async () => {
    const router = await make({ name: 'Router' })
    const host = await make({ name: 'Host', parents: [router.id] })
    await make({ name: 'Guest', parents: [host.id] })
    const names = async (id: string, ask = t.bob) =>
      (await ask('GET', `/monitors?parent=${id}&sort=name`)).body.items.map(({ name }: { name: string }) => name)
    expect(await names(router.id)).toEqual(['Host'])
    expect(await names(host.id)).toEqual(['Guest'])
    expect(await names(router.id, t.mallory)).toEqual([])
  })
  test('everything that is wrong is named at once', async () => {
    expect(await refused({ interval: 10, timeout_ms: 20_000, parents: ['nobody'], regions: ['moon'] })).toEqual({
      timeout_ms: expect.any(String),
      'parents.0': expect.any(String),
      'regions.0': expect.any(String),
    })
  })
  test('never lead back to the monitor itself', async () => {
    const router = await make()
    const host = await make({ parents: [router.id] })
    const shop = await make({ parents: [host.id] })
    const other = await make()
    expect(await edit(router.id, { parents: [router.id] })).toEqual({ 'parents.0': 'is the monitor itself' })
    expect(await edit(router.id, { parents: [other.id, shop.id] })).toEqual({
      'parents.1': 'already depends on it',
    })
    expect(await edit(router.id, { parents: [other.id] })).toMatchObject({ parents: [other.id] })
    expect(await edit(shop.id, { parents: [host.id, router.id] })).toMatchObject({ parents: [host.id, router.id] })
  })
  test('of two edits at once that would close a circle, one is refused', async () => {
    const [a, b] = [await make(), await make()]
    const both = await Promise.all([
      t.alice('PUT', `/monitors/${a.id}`, { parents: [b.id] }),
      t.alice('PUT', `/monitors/${b.id}`, { parents: [a.id] }),
    ])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 422])
  })
  test('a deleted monitor is taken out of them', async () => {
    const [a, b] = [await make(), await make()]
    const shop = await make({ parents: [a.id, b.id] })
    await t.alice('DELETE', `/monitors/${a.id}`)
    expect((await get(shop.id)).parents).toEqual([b.id])
  })
  test('a copy has the same', async () => {
    const { id } = await make()
    const shop = await make({ parents: [id] })
    const { body } = await t.alice('POST', `/monitors/${shop.id}/clone`)
    expect(body).toMatchObject({ parents: [id], regions: ['local'], region_quorum: 'majority' })
  })
})

describe('groups', () => {
  test('have monitors of the workspace as members', async () => {
    const { id } = await make()
    const made = (await t.alice('POST', '/monitors', group([id], { interval: 30 }))).body
    expect(made).toMatchObject({ settings: { members: [id], rule: 'worst' }, target: 'all of 1 monitor' })
    const foreign = (await t.mallory('POST', '/monitors', { name: 'x', type: 'manual' })).body.id
    expect(await refused(group([id, foreign], { url: undefined }))).toEqual({
      'settings.members.1': 'is no monitor of this workspace',
    })
    expect(await refused(group([], { url: undefined }))).toHaveProperty(['settings.members'])
    expect(await refused(group(Array(201).fill(id), { url: undefined }))).toHaveProperty(['settings.members'])
    const needy = { members: [id], rule: 'at_least', at_least: 2 }
    expect(await refused({ ...group([]), settings: needy, url: undefined })).toEqual({
      'settings.at_least': 'must be at most 1, the number of members',
    })
  })
  test('may contain groups, but never themselves', async () => {
    const { id } = await make()
    const inner = (await t.alice('POST', '/monitors', group([id]))).body
    const outer = (await t.alice('POST', '/monitors', group([inner.id]))).body
    expect(await edit(inner.id, { settings: { members: [id, inner.id] } })).toEqual({
      'settings.members.1': 'is the monitor itself',
    })
    expect(await edit(inner.id, { settings: { members: [id, outer.id] } })).toEqual({
      'settings.members.1': 'already contains it',
    })
    // What becomes a group later is asked the same.
    expect(await edit(id, { ...group([outer.id]), url: '' })).toEqual({ 'settings.members.0': 'already contains it' })
  })
  test('of groups of groups of groups are asked once each, however many ways there are', async () => {
    const { body } = await t.alice('POST', '/monitors/import', {
      items: Array(200).fill({ name: 'x', type: 'manual' }),
    })
    let layer: string[] = body.ids
    const layers: string[][] = []
    for (let i = 0; i < 5; i++) {
      const items = Array(200).fill(group(layer))
      layer = (await t.alice('POST', '/monitors/import', { items })).body.ids
      layers.push(layer)
    }
    const started = performance.now()
    const faults = await edit(layers[0]![0]!, { settings: { members: layer } })
    expect(Object.values(faults)).toHaveLength(100)
    expect(faults['settings.members.7']).toBe('already contains it')
    expect(performance.now() - started).toBeLessThan(2_000)
  })
  test('lose a member that is deleted, and follow the others', async () => {
    const [shop, api] = [await make(), await make()]
    const { id } = (await t.alice('POST', '/monitors', group([shop.id, api.id]))).body
    await t.alice('DELETE', `/monitors/${shop.id}`)
    expect((await get(id)).settings.members).toEqual([api.id])
    await t.alice('POST', '/monitors/bulk', { action: 'delete', ids: [api.id] })
    expect((await get(id)).settings.members).toEqual([])
    await t.advance(120_000)
    expect((await get(id)).status).not.toBe('down')
    expect(await edit(id, { name: 'Empty' })).toMatchObject({ name: 'Empty' })
  })
  test('are as their members are', async () => {
    const shop = (await t.alice('POST', '/monitors', { name: 'Shop', type: 'manual' })).body
    const { id } = (await t.alice('POST', '/monitors', group([shop.id], { alert_threshold: 1 }))).body
    await t.app.engine.idle()
    await t.advance(120_000)
    expect((await get(id)).status).toBe('up')
    await t.alice('POST', `/monitors/${shop.id}/report`, { status: 'down' })
    await t.advance(120_000)
    expect((await get(id)).status).toBe('down')
    expect((await t.bob('GET', `/monitors/${id}/status`)).body.message).toBe('Shop is down')
  })
})
