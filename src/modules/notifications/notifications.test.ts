import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import type { FeedType } from '#contract/oncall'
import { feed_events } from '#db/schema/alerts'
import { feed_cursors, feed_reads } from '#db/schema/notification-prefs'
import { memberships, tenants } from '#db/schema/tenants'
import { postChannelFailing, postFeed, pruneFeed, welcome } from '#engine/feed'
import { MOST_UNREAD } from '#engine/inbox'
import { isoAt } from '#kernel/clock'
import { type Ask, type Booted, boot, START } from '../../../test/boot'

let t: Booted
beforeEach(async () => {
  t = await boot({ start: false, config: { registration: 'invite' } })
})
afterEach(() => t.stop())

const path = '/notifications/feed'
type More = { type?: FeedType; user_id?: string; tenant_id?: string }
const post = (title: string, more: More = {}) =>
  t.app.db.tx((db) =>
    postFeed(db, {
      ...{ tenant_id: t.tenants.acme.id, type: 'incident_opened', title, body: 'HTTP 503', path: '/incidents/1' },
      ...{ data: { incident_id: '1' }, at: isoAt(t.clock.now()), ...more },
    }),
  )
type Item = { id: string; title: string; read: boolean }
const feed = async (ask: Ask, query = '') => (await ask('GET', `${path}${query}`)).body
const titles = async (ask: Ask, query = '') => (await feed(ask, query)).items.map(({ title }: Item) => title)
const idOf = async (ask: Ask, title: string) =>
  (await feed(ask)).items.find((item: Item) => item.title === title)?.id as string
const unread = async (ask: Ask) => (await ask('GET', `${path}/unread-count`)).body.unread_count

describe('the inbox', () => {
  test('shows what happened, newest first, a page at a time', async () => {
    for (const title of ['one', 'two', 'three']) await post(title)
    const { body } = await t.bob('GET', `${path}?per_page=2`)
    expect(body).toMatchObject({ total: 3, page: 1, per_page: 2, total_pages: 2, unread_count: 3 })
    expect(body.items.map(({ title }: Item) => title)).toEqual(['three', 'two'])
    expect(body.items[0]).toEqual({
      ...{ id: expect.any(String), type: 'incident_opened', title: 'three', body: 'HTTP 503', path: '/incidents/1' },
      ...{ data: { incident_id: '1' }, at: isoAt(t.clock.now()), read: false },
    })
    expect(await titles(t.bob, '?per_page=2&page=2')).toEqual(['one'])
  })

  test('remembers for each person what they have read', async () => {
    for (const title of ['one', 'two', 'three']) await post(title)
    const two = await idOf(t.bob, 'two')
    expect((await t.bob('POST', `${path}/${two}/read`)).body).toEqual({ unread_count: 2 })
    expect((await t.bob('POST', `${path}/${two}/read`)).body).toEqual({ unread_count: 2 })
    expect((await feed(t.bob)).items.map(({ read }: Item) => read)).toEqual([false, true, false])
    expect(await titles(t.bob, '?unread=true')).toEqual(['three', 'one'])
    expect(await titles(t.bob, '?unread=false')).toHaveLength(3)
    expect([await unread(t.bob), await unread(t.carol)]).toEqual([2, 3])
  })

  test('read up to somewhere keeps one mark, however many were read', async () => {
    for (const title of ['one', 'two', 'three', 'four']) await post(title)
    for (const title of ['two', 'three', 'one']) await t.bob('POST', `${path}/${await idOf(t.bob, title)}/read`)
    expect(await t.app.db.read.select().from(feed_reads)).toEqual([])
    expect(await t.app.db.read.select().from(feed_cursors)).toMatchObject([{ read_until: 3 }])
    expect(await titles(t.bob, '?unread=true')).toEqual(['four'])
  })

  test('is read as a whole, of this workspace and no other', async () => {
    const at = isoAt(t.clock.now())
    const { bob } = t.people
    await t.app.db.tx((tx) =>
      tx.insert(memberships).values({ tenant_id: t.tenants.evil.id, user_id: bob.id, role: 'viewer', created_at: at }),
    )
    await post('there 1', { tenant_id: t.tenants.evil.id })
    await post('there 2', { tenant_id: t.tenants.evil.id })
    for (const title of ['one', 'two']) await post(title)
    const row = { tenant_id: t.tenants.evil.id, user_id: bob.id, name: 'x', scope: 'full', expires_at: null } as const
    const { token } = await t.app.db.tx((tx) => t.app.credentials.issueToken(tx, { ...row, created_at: at }))
    const there = t.bearer(token)
    await there('POST', `${path}/${await idOf(there, 'there 2')}/read`)
    expect((await t.bob('POST', `${path}/read-all`)).body).toEqual({ unread_count: 0 })
    expect([await unread(t.bob), await unread(t.carol), await unread(there)]).toEqual([0, 2, 1])
    expect(await titles(there, '?unread=true')).toEqual(['there 1'])
    await post('three')
    expect(await titles(t.bob, '?unread=true')).toEqual(['three'])
  })

  test('leaves out what the person does not want, and counts it neither', async () => {
    await post('down')
    await post('joined', { type: 'member_joined' })
    const prefs = (await t.bob('GET', '/users/me/notification-prefs')).body
    await t.bob('PUT', '/users/me/notification-prefs', { ...prefs, matrix: { member_joined: { feed: false } } })
    expect(await titles(t.bob)).toEqual(['down'])
    expect([await unread(t.bob), await unread(t.carol)]).toEqual([1, 2])
  })

  test('shows what is for one person to them alone', async () => {
    await post('for Bob', { user_id: t.people.bob.id })
    expect([await titles(t.bob), await titles(t.carol)]).toEqual([['for Bob'], []])
    const id = await idOf(t.bob, 'for Bob')
    expect((await t.carol('POST', `${path}/${id}/read`)).status).toBe(404)
  })

  test('of another workspace does not exist', async () => {
    await post('down')
    const id = await idOf(t.alice, 'down')
    expect(await titles(t.mallory)).toEqual([])
    expect((await t.mallory('POST', `${path}/${id}/read`)).status).toBe(404)
    expect((await t.alice('POST', `${path}/nope/read`)).status).toBe(404)
    expect((await t.nobody('GET', path)).status).toBe(401)
    expect((await t.alice('GET', `${path}?unread=perhaps`)).status).toBe(422)
  })

  test('is closed to whoever has not shown the second factor that the workspace asks for', async () => {
    await post('down')
    const { ask } = await t.session('bob')
    expect(await titles(ask)).toEqual(['down'])
    await t.app.db.tx((tx) => tx.update(tenants).set({ require_mfa: true }).where(eq(tenants.id, t.tenants.acme.id)))
    t.app.credentials.forget()
    const { status, body } = await ask('GET', path)
    expect([status, body.code]).toEqual([403, 'MFA_REQUIRED'])
  })

  test('counts to a thousand and no further', async () => {
    const at = isoAt(t.clock.now())
    const event = { tenant_id: t.tenants.acme.id, type: 'incident_opened' as const, title: 'x', body: '', path: '/' }
    const rows = Array.from({ length: 500 }, () => event)
    for (let i = 0; i < 3; i++)
      await t.app.db.tx((tx) =>
        tx.insert(feed_events).values(rows.map((row) => ({ ...row, id: Bun.randomUUIDv7(), data: {}, at }))),
      )
    expect(await unread(t.bob)).toBe(MOST_UNREAD)
    expect((await feed(t.bob, '?unread=true')).total).toBe(1_500)
  })

  test('forgets after 90 days, with the marks of what was read', async () => {
    for (const title of ['one', 'two']) await post(title)
    await t.advance(89 * 86_400_000)
    await post('three')
    await t.bob('POST', `${path}/${await idOf(t.bob, 'two')}/read`)
    await t.app.db.tx((db) => pruneFeed(db, t.clock.now()))
    expect(await titles(t.bob)).toEqual(['three', 'two', 'one'])
    await t.advance(86_400_001)
    expect(await t.app.db.tx((db) => pruneFeed(db, t.clock.now()))).toBe(false)
    expect(await titles(t.bob)).toEqual(['three'])
    expect(await t.app.db.read.select().from(feed_reads)).toEqual([])
    await t.advance(90 * 86_400_000)
    await t.app.db.tx((db) => pruneFeed(db, t.clock.now()))
    expect(await titles(t.bob)).toEqual([])
    await post('four')
    expect(await titles(t.bob, '?unread=true')).toEqual(['four'])
  })
})

describe('who joins', () => {
  test('is told to the others, and finds nothing old in their own inbox', async () => {
    await post('long ago')
    const { url } = (await t.alice('POST', '/invitations', { email: 'eve@example.test', role: 'member' })).body
    const token = /token=([\w-]+)/.exec(url)?.[1]
    const account = { name: 'Eve', email: 'eve@example.test', password: 'a long enough one', invitation: token }
    const { status } = await t.nobody('POST', '/auth/register', account)
    expect(status).toBe(201)
    const [joined] = (await feed(t.alice)).items
    expect(joined).toMatchObject({ type: 'member_joined', title: 'Eve joined', path: '/settings/members' })
    const { user_id } = joined.data
    const row = { tenant_id: t.tenants.acme.id, user_id, name: 'x', scope: 'full', expires_at: null } as const
    const made = await t.app.db.tx((tx) =>
      t.app.credentials.issueToken(tx, { ...row, created_at: isoAt(t.clock.now()) }),
    )
    expect(await unread(t.bearer(made.token))).toBe(0)
    await post('new')
    expect(await titles(t.bearer(made.token), '?unread=true')).toEqual(['new'])
  })

  test('who makes a workspace is told to nobody', async () => {
    const { ask } = await t.session('alice')
    const { body } = await ask('POST', '/tenants', { name: 'Second' })
    const [row] = await t.app.db.read.select().from(tenants).where(eq(tenants.name, 'Second'))
    expect(row?.id).toBe(body.id)
    const rows = await t.app.db.read.select().from(feed_events)
    expect(rows).toEqual([])
  })

  test('again, begins with an inbox that is read', async () => {
    await post('one')
    const user = { id: t.people.bob.id, name: 'bob' }
    await t.app.db.tx((db) => welcome(db, { tenant_id: t.tenants.acme.id, user, role: 'viewer', at: isoAt(START) }))
    expect(await unread(t.bob)).toBe(0)
  })
})
test('a channel that fails is told to everybody, one’s own way to its owner alone', async () => {
  const channel = { id: 'c1', tenant_id: t.tenants.acme.id, name: 'Ops', type: 'webhook' }
  const at = isoAt(t.clock.now())
  await t.app.db.tx(async (db) => {
    await postChannelFailing(db, { ...channel, user_id: null }, 'It answered 410.', at)
    await postChannelFailing(db, { ...channel, name: 'My phone', user_id: t.people.bob.id }, 'It answered 410.', at)
  })
  expect(await titles(t.carol)).toEqual(['Ops does not take messages any more'])
  expect((await feed(t.bob)).items.map((one: { path: string }) => one.path)).toEqual([
    '/settings/notifications',
    '/channels/c1',
  ])
})
