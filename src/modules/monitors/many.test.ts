import { afterAll, afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { audit_log, outbox } from '#db/schema/kernel'
import { monitors } from '#db/schema/monitors'
import { type Booted, boot } from '../../../test/boot'
import { target } from '../../../test/listeners'

const site = target()
afterAll(() => site.stop())

const drafts = (count: number, more: object = {}) =>
  Array.from({ length: count }, (_, i) => ({ name: `Shop ${i}`, type: 'http', url: `${site.url}${i}`, ...more }))

const audited = async (t: Booted, event: string) => {
  const rows = await t.app.db.read.select().from(audit_log).where(eq(audit_log.event, event))
  return rows as (Omit<(typeof rows)[number], 'after'> & { after: Record<string, unknown> })[]
}
const queued = (t: Booted, event: string) => t.app.db.read.select().from(outbox).where(eq(outbox.event, event))
const stored = (t: Booted) => t.app.db.read.select().from(monitors).orderBy(monitors.number)

describe('importing', () => {
  let t: Booted
  beforeEach(async () => {
    t = await boot()
  })
  afterEach(() => t.stop())
  const imported = (items: unknown[], more: object = {}) => t.alice('POST', '/monitors/import', { items, ...more })
  const total = async () => (await t.alice('GET', '/monitors')).body.total

  test('makes many monitors in their order, each like one made alone, and they are checked', async () => {
    const { status, body } = await imported(drafts(30, { tags: ['new'] }))
    expect([status, body.created, body.ids.length]).toEqual([201, 30, 30])
    const alone = (await t.alice('POST', '/monitors', drafts(1, { tags: ['new'] })[0])).body
    const first = (await t.alice('GET', `/monitors/${body.ids[0]}`)).body
    expect(first).toEqual({ ...alone, id: body.ids[0], status: first.status, status_since: first.status_since })
    expect((await stored(t)).map(({ name }) => name).slice(0, 30)).toEqual(drafts(30).map(({ name }) => name))
    await t.app.engine.idle()
    await t.advance(120_000)
    expect((await t.alice('GET', '/monitors/summary')).body.counts.up).toBe(31)
  })

  test('is all or nothing, and every fault says in which item it is', async () => {
    const items = drafts(4) as Record<string, unknown>[]
    items[1] = { ...items[1], interval: 1, name: '' }
    items[2] = { ...items[2], intervall: 60 }
    items[3] = { name: 'Db', type: 'tcp', settings: { host: 'db' } }
    const { status, body } = await imported(items)
    expect(status).toBe(422)
    expect(body.details.fields).toEqual({
      'items.1.interval': 'must be at least 5',
      'items.1.name': 'must not be empty',
      'items.2.intervall': 'is not a known field',
      'items.3.settings.port': 'is required',
    })
    expect(await total()).toBe(0)
  })

  test.each([
    ['a number for a monitor', [1], 'items.0'],
    ['nothing for a monitor', [null], 'items.0'],
    ['an unknown type', drafts(1, { type: 'gopher' }), 'items.0.type'],
    ['a foreign parent', drafts(1, { parents: ['x'] }), 'items.0.parents.0'],
    ['a region without a prober', drafts(1, { regions: ['moon'] }), 'items.0.regions.0'],
    [
      'a member that is not there',
      [{ name: 'G', type: 'group', settings: { members: ['x'] } }],
      'items.0.settings.members.0',
    ],
    ['no monitor', [], 'items'],
    ['more than a thousand', Array(1_001).fill({ name: 'x', type: 'manual' }), 'items'],
  ])('%s is refused', async (_, items, field) => {
    const { status, body } = await imported(items)
    expect([status, Object.keys(body.details.fields)]).toEqual([422, [field]])
  })

  test('a trial run only judges', async () => {
    const { status, body } = await imported(drafts(3), { dry_run: true })
    expect([status, body]).toEqual([200, { created: 0, ids: [] }])
    expect((await imported(drafts(1, { url: 'x' }), { dry_run: true })).status).toBe(422)
    expect(await total()).toBe(0)
  })

  test('is one entry in the audit log and one event, and no secret is in either', async () => {
    const secret = 'tok-8c11'
    await t.appliance.idle()
    const { body } = await imported(drafts(3, { settings: { auth: 'bearer', token: secret } }))
    const [entry, ...more] = await audited(t, 'monitors.imported')
    expect(more).toEqual([])
    expect(entry).toMatchObject({ actor_label: 'alice', tenant_id: t.tenants.acme.id, after: { ids: body.ids } })
    expect(JSON.stringify(entry)).not.toContain(secret)
    expect(JSON.stringify(await stored(t))).not.toContain(secret)
    expect((await t.alice('GET', `/monitors/${body.ids[2]}`)).body.settings.token).toBe('********')
  })

  test('a thousand large ones are taken in one request', async () => {
    const items = drafts(1_000, { description: 'y'.repeat(1_900), enabled: false })
    expect(JSON.stringify(items).length).toBeGreaterThan(1_900_000)
    expect((await imported(items)).body.created).toBe(1_000)
    expect(await total()).toBe(1_000)
  })

  test('sent again with the same key it makes nothing twice', async () => {
    const again = () => t.alice('POST', '/monitors/import', { items: drafts(2) }, { 'idempotency-key': 'k' })
    const [first, second] = [await again(), await again()]
    expect(second.body).toEqual(first.body)
    expect(await total()).toBe(2)
  })

  test('is for who may write', async () => {
    expect((await t.bob('POST', '/monitors/import', { items: drafts(1) })).status).toBe(403)
    expect((await t.nobody('POST', '/monitors/import', { items: drafts(1) })).status).toBe(401)
    await imported(drafts(2))
    expect((await t.mallory('GET', '/monitors')).body.total).toBe(0)
  })
})

describe('many at once', () => {
  let t: Booted
  let ids: string[]
  // The engine stands still: what waits for it can be looked at.
  beforeEach(async () => {
    t = await boot({ start: false })
    ids = (await t.alice('POST', '/monitors/import', { items: drafts(12, { tags: ['web'] }) })).body.ids
  })
  afterEach(() => t.stop())
  const bulk = (body: object) => t.alice('POST', '/monitors/bulk', body)
  const fields = async (body: object) => {
    const answer = await bulk(body)
    expect(answer.status).toBe(422)
    return answer.body.details.fields
  }

  test('an edit sets the same on all and leaves the rest', async () => {
    await t.alice('PUT', `/monitors/${ids[0]}`, { timeout_ms: 3_000 })
    const set = { interval: 5, severity: 'low', degraded_ms: 700, reminder_interval_s: 600, alert_threshold: 3 }
    expect((await bulk({ action: 'edit', ids, set })).body).toEqual({ changed: 12 })
    const [first, second] = await stored(t)
    expect(first).toMatchObject({ ...set, timeout_ms: 3_000, tags: ['web'], name: 'Shop 0' })
    // Nobody chose its timeout, so it follows the interval.
    expect(second).toMatchObject({ ...set, timeout_ms: 4_000, confirm_interval_s: 5 })
    expect((await bulk({ action: 'edit', ids, set })).body).toEqual({ changed: 0 })
    expect((await bulk({ action: 'edit', ids: [ids[3]], set: { degraded_ms: null } })).body).toEqual({ changed: 1 })
    expect((await t.alice('GET', `/monitors/${ids[3]}`)).body.degraded_ms).toBeNull()
  })

  test('what does not fit one of them changes none', async () => {
    await bulk({ action: 'edit', ids: [ids[4]], set: { interval: 10 } })
    expect(await fields({ action: 'edit', ids, set: { timeout_ms: 20_000, severity: 'low' } })).toEqual({
      'set.timeout_ms': 'must not be longer than the interval: Shop 4',
    })
    expect(new Set((await stored(t)).map(({ severity }) => severity))).toEqual(new Set(['high']))
  })

  test.each([
    ['neither ids nor a filter', { action: 'pause' }, 'ids'],
    ['both', { action: 'pause', ids: ['x'], filter: {} }, 'ids'],
    ['a mistyped filter', { action: 'delete', filter: { tags: 'web' } }, 'filter.tags'],
    ['a filter that is a list', { action: 'delete', filter: [] }, 'filter'],
    ['a filter by nothing', { action: 'delete', filter: { tag: '' } }, 'filter.tag'],
    ['a filter by blanks', { action: 'delete', filter: { q: ' ' } }, 'filter.q'],
    ['an unknown status', { action: 'delete', filter: { status: 'bad' } }, 'filter.status'],
    ['an edit of nothing', { action: 'edit', filter: {}, set: {} }, 'set'],
    ['an edit without what', { action: 'edit', filter: {} }, 'set'],
    ['an edit of the name', { action: 'edit', filter: {}, set: { name: 'x' } }, 'set.name'],
    ['an edit to nonsense', { action: 'edit', filter: {}, set: { interval: 1 } }, 'set.interval'],
    ['a region without a prober', { action: 'edit', filter: {}, set: { regions: ['moon'] } }, 'set.regions.0'],
    ['too high a quorum', { action: 'edit', filter: {}, set: { region_quorum: 2 } }, 'set.region_quorum'],
    ['a parent that is not there', { action: 'edit', filter: {}, set: { parents: ['x'] } }, 'set.parents.0'],
    ['something to set with another action', { action: 'pause', filter: {}, set: { interval: 60 } }, 'set'],
    ['a tag of blanks', { action: 'tag', filter: {}, tag: '  ' }, 'tag'],
  ])('%s is refused', async (_, body, field) => {
    expect(Object.keys(await fields(body))).toEqual([field])
    expect((await stored(t)).length).toBe(12)
  })

  test('parents for many lead back to none of them', async () => {
    const [a = '', b = '', c = '', ...rest] = ids
    expect((await bulk({ action: 'edit', ids: rest, set: { parents: [a] } })).body).toEqual({ changed: 9 })
    expect(await fields({ action: 'edit', ids: [a, b], set: { parents: [c, b] } })).toEqual({
      'set.parents.1': 'is one of them itself',
    })
    expect(await fields({ action: 'edit', ids: [a, b], set: { parents: [c, rest[0]] } })).toEqual({
      'set.parents.1': 'already depends on it',
    })
  })

  test('a filter reaches what the list shows for it', async () => {
    await bulk({ action: 'tag', ids: ids.slice(0, 4), tag: 'db' })
    expect((await bulk({ action: 'pause', filter: { tag: 'db' } })).body).toEqual({ changed: 4 })
    expect((await bulk({ action: 'pause', filter: { status: 'paused' } })).body).toEqual({ changed: 0 })
    expect((await bulk({ action: 'delete', filter: { q: 'Shop 1', status: 'pending' } })).body).toEqual({ changed: 2 })
    expect((await bulk({ action: 'resume', filter: {} })).body).toEqual({ changed: 4 })
    expect((await t.mallory('POST', '/monitors/bulk', { action: 'delete', filter: {} })).body).toEqual({ changed: 0 })
    expect((await stored(t)).length).toBe(10)
  })

  test('those that are deleted are forgotten by those that stay', async () => {
    const [a = '', b = '', c = ''] = ids
    await t.alice('PUT', `/monitors/${c}`, { parents: [a, b] })
    const group = { name: 'G', type: 'group', settings: { members: [a, c] } }
    const { id } = (await t.alice('POST', '/monitors', group)).body
    expect((await bulk({ action: 'delete', ids: [a] })).body).toEqual({ changed: 1 })
    expect((await t.alice('GET', `/monitors/${c}`)).body.parents).toEqual([b])
    expect((await t.alice('GET', `/monitors/${id}`)).body.settings.members).toEqual([c])
    const last = (await queued(t, 'monitors.changed')).at(-1)
    expect(last?.payload.ids).toEqual(expect.arrayContaining([a, c, id]))
  })

  test('one entry in the audit log and one event stand for all of them', async () => {
    await bulk({ action: 'edit', ids, set: { interval: 30 } })
    await bulk({ action: 'edit', ids, set: { interval: 30 } })
    const entries = await audited(t, 'monitors.changed')
    expect(entries.map(({ after }) => after)).toEqual([
      { id: expect.any(String), action: 'edit', set: { interval: 30 }, ids, unlinked: [] },
    ])
    const events = await queued(t, 'monitors.changed')
    expect(events.map(({ payload }) => payload.ids)).toEqual([ids])
    const [{ payload } = { payload: {} }] = await queued(t, 'monitors.imported')
    const numbers = (await stored(t)).map(({ number }) => number)
    expect(payload).toMatchObject({ first: numbers[0], last: numbers.at(-1) })
  })

  test('one that is not there refuses all, and a foreign one is not there', async () => {
    const foreign = (await t.mallory('POST', '/monitors', { name: 'x', type: 'manual' })).body.id
    const { status, body } = await bulk({ action: 'delete', ids: [ids[0], foreign] })
    expect([status, body.details]).toEqual([404, { ids: [foreign] }])
    expect((await bulk({ action: 'delete', ids: Array(1_001).fill(ids[0]) })).status).toBe(422)
    expect((await t.bob('POST', '/monitors/bulk', { action: 'pause', ids })).status).toBe(403)
  })

  test('tags are counted, whoever looks', async () => {
    await bulk({ action: 'tag', ids: ids.slice(0, 2), tag: 'Api' })
    const { body } = await t.bob('GET', '/monitors/tags')
    expect(body).toEqual({
      items: [
        { tag: 'Api', monitors: 2 },
        { tag: 'web', monitors: 12 },
      ],
      ...{ total: 2, page: 1, per_page: 25, total_pages: 1 },
    })
    expect((await t.bob('GET', '/monitors/tags?per_page=1&page=2')).body).toMatchObject({
      ...{ items: [{ tag: 'web' }], total: 2, total_pages: 2 },
    })
    expect((await t.mallory('GET', '/monitors/tags')).body.total).toBe(0)
    expect((await t.nobody('GET', '/monitors/tags')).status).toBe(401)
  })
})
