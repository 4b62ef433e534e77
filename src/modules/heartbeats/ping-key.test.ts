import { afterAll, beforeAll, expect, test } from 'bun:test'
import { audit_log } from '#db/schema/kernel'
import { type Booted, boot } from '../../../test/boot'
import { make } from './heartbeats.fixtures'
import { createFromPing, findByKeyAndName } from './service'

let t: Booted
beforeAll(async () => {
  t = await boot({ config: { publicUrl: 'https://status.example.test' } })
})
afterAll(() => t.stop())

test('one key is for all names of a workspace, shown to those who may report, and ends when it is renewed', async () => {
  expect((await t.alice('GET', '/ping-key')).body).toEqual({
    ...{ ping_url_base: 'https://status.example.test/ping', key: null, auto_create: false },
  })
  const first = (await t.carol('POST', '/ping-key/renew')).body.key
  expect(first).toMatch(/^[\w-]{22}$/)
  expect((await t.carol('GET', '/ping-key')).body.key).toBe(first)
  expect((await t.bob('GET', '/ping-key')).body.key).toBeNull()
  const { id } = await make(t, { name: 'Nightly backup' })
  expect(await findByKeyAndName(t.app, first, 'nightly-backup')).toMatchObject({
    ...{ tenant_id: t.tenants.acme.id, auto_create: false, found: [{ id }] },
  })
  const second = (await t.carol('POST', '/ping-key/renew')).body.key
  expect(second).not.toBe(first)
  expect(await findByKeyAndName(t.app, first, 'nightly-backup')).toBeUndefined()
  expect((await findByKeyAndName(t.app, second, 'no-such'))?.found).toEqual([])
  const other = (await t.mallory('POST', '/ping-key/renew')).body.key
  expect((await findByKeyAndName(t.app, other, 'nightly-backup'))?.found).toEqual([])
})

test('who lets unknown names make heartbeats has a key, which stays', async () => {
  const { body } = await t.mallory('PUT', '/ping-key', { auto_create: true })
  expect(body).toMatchObject({ auto_create: true, key: expect.any(String) })
  expect((await t.mallory('PUT', '/ping-key', { auto_create: false })).body).toMatchObject({
    ...{ key: body.key, auto_create: false },
  })
  expect((await t.bob('PUT', '/ping-key', { auto_create: true })).status).toBe(403)
  expect((await t.bob('POST', '/ping-key/renew')).status).toBe(403)
})

test('many pings of one unknown name at once make one heartbeat, recorded as made by the appliance', async () => {
  const made = await Promise.all(
    Array.from({ length: 8 }, () => createFromPing(t.app, t.tenants.acme.id, { name: 'db_dump' })),
  )
  expect(new Set(made.map(({ row }) => row.id)).size).toBe(1)
  const [id = ''] = made.map(({ row }) => row.id)
  expect((await t.bob('GET', `/heartbeats/${id}`)).body).toMatchObject({
    ...{ name: 'db_dump', name_slug: 'db_dump', tags: ['auto'], grace_s: 3_600, status: 'new' },
    schedule: { kind: 'interval', every_s: 86_400, timezone: 'UTC' },
  })
  const records = (await t.app.db.read.select().from(audit_log)).filter(({ subject_id }) => subject_id === id)
  expect(records).toMatchObject([{ event: 'heartbeat.created', actor_kind: 'system' }])
})
