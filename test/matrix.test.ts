import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { allows, type RolePermission, readOnly } from '#contract/permissions'
import { memberships } from '#db/schema/tenants'
import { isoAt } from '#kernel/clock'
import { type Ask, type Booted, boot } from './boot'
import { listener, target } from './listeners'

const hook = listener()
const site = target()
afterAll(() => {
  hook.stop()
  site.stop()
})

/** Valid bodies, so that nothing but the role decides. */
const monitor = { name: 'Shop', type: 'http', url: site.url }
const channel = { name: 'Ops', type: 'webhook', settings: { url: hook.url } }

/**
 * Every guarded route: who may use it (domain.md, roles), what those hear, and a body that is fine. `mine`: rows belong
 * to one person, so that others of the same workspace do not even find them; `admins` may still reach them.
 */
type Row = { can: RolePermission; status: number; body?: object; mine?: 'alone' | 'admins' }
const table: Record<string, Row> = {
  'POST /ws/ticket': { can: 'tenant:read', status: 201 },
  'POST /auth/logout': { can: 'self:write', status: 400 }, // a token cannot sign out; it got that far
  'GET /me': { can: 'self:read', status: 200 },
  'PUT /me': { can: 'self:write', status: 200, body: { timezone: 'Europe/Berlin' } },
  'GET /sessions': { can: 'self:read', status: 200 },
  'DELETE /sessions': { can: 'self:write', status: 204 },
  'DELETE /sessions/:id': { can: 'self:write', status: 204, mine: 'alone' },
  'GET /api-tokens': { can: 'self:read', status: 200 },
  'POST /api-tokens': { can: 'api_tokens:write', status: 201, body: { name: 'ci' } },
  'DELETE /api-tokens/:id': { can: 'api_tokens:write', status: 204, mine: 'admins' },
  'PUT /tenant': { can: 'members:write', status: 200, body: { timezone: 'UTC' } },
  'GET /members': { can: 'tenant:read', status: 200 },
  'GET /invitations': { can: 'members:write', status: 200 },
  'POST /invitations': { can: 'members:write', status: 201, body: { email: 'new@example.test', role: 'viewer' } },
  'DELETE /invitations/:id': { can: 'members:write', status: 204 },
  'GET /monitors': { can: 'tenant:read', status: 200 },
  'POST /monitors': { can: 'monitors:write', status: 201, body: monitor },
  'GET /monitors/summary': { can: 'tenant:read', status: 200 },
  'GET /monitors/:id/status': { can: 'tenant:read', status: 200 },
  'GET /monitors/:id/results': { can: 'tenant:read', status: 200 },
  'GET /monitors/:id/intervals': { can: 'tenant:read', status: 200 },
  'GET /monitors/:id/uptime': { can: 'tenant:read', status: 200 },
  'GET /monitors/:id/response-times': { can: 'tenant:read', status: 200 },
  'POST /monitors/test': { can: 'monitors:write', status: 200, body: monitor },
  'POST /monitors/bulk': { can: 'monitors:write', status: 200, body: { action: 'tag', ids: [':id'], tag: 'x' } },
  'POST /monitors/:id/pause': { can: 'monitors:write', status: 200 },
  'POST /monitors/:id/resume': { can: 'monitors:write', status: 200 },
  'POST /monitors/:id/check': { can: 'monitors:write', status: 200 },
  'POST /monitors/:id/clone': { can: 'monitors:write', status: 201, body: {} },
  'GET /monitors/:id': { can: 'tenant:read', status: 200 },
  'PUT /monitors/:id': { can: 'monitors:write', status: 200, body: { interval: 120 } },
  'DELETE /monitors/:id': { can: 'monitors:write', status: 204 },
  'GET /monitor-types': { can: 'tenant:read', status: 200 },
  'GET /notification-channels': { can: 'tenant:read', status: 200 },
  'POST /notification-channels': { can: 'channels:write', status: 201, body: channel },
  'POST /notification-channels/test': {
    can: 'channels:test',
    status: 200,
    body: { type: 'webhook', settings: channel.settings },
  },
  'GET /notification-channels/:id': { can: 'tenant:read', status: 200 },
  'PUT /notification-channels/:id': { can: 'channels:write', status: 200, body: { enabled: false } },
  'DELETE /notification-channels/:id': { can: 'channels:write', status: 204 },
  'POST /notification-channels/:id/test': { can: 'channels:test', status: 200 },
  'GET /notification-channel-types': { can: 'tenant:read', status: 200 },
  'GET /notification-log': { can: 'tenant:read', status: 200 },
  'GET /incidents': { can: 'tenant:read', status: 200 },
  'POST /incidents': { can: 'incidents:respond', status: 201, body: { title: 'Slow' } },
  'GET /incidents/:id': { can: 'tenant:read', status: 200 },
  'POST /incidents/:id/ack': { can: 'incidents:respond', status: 200 },
  'POST /incidents/:id/resolve': { can: 'incidents:respond', status: 200 },
  'POST /incidents/:id/comment': { can: 'incidents:respond', status: 200, body: { message: 'hm' } },
  'GET /status-pages': { can: 'tenant:read', status: 200 },
  'POST /status-pages': { can: 'status_pages:write', status: 201, body: { title: 'Page' } },
  'GET /status-pages/:id': { can: 'tenant:read', status: 200 },
  'PUT /status-pages/:id': { can: 'status_pages:write', status: 200, body: { theme: 'dark' } },
  'DELETE /status-pages/:id': { can: 'status_pages:write', status: 204 },
}
/** Open to strangers on purpose; the list of the routes that may be is in guarded.test.ts. */
const open = /^\/(setup|auth\/(config|login|register)|public\/|openapi\.json)/

describe('who may do what', () => {
  let t: Booted
  let people: Record<string, { ask: Ask; role: 'owner' | 'admin' | 'member' | 'viewer'; narrowed?: true }>
  let count = 0

  /** One of Alice's things, made anew for each question: some questions end it. */
  const fresh: Record<string, () => Promise<string>> = {
    monitors: async () => made(await t.alice('POST', '/monitors', { ...monitor, enabled: true })),
    'notification-channels': async () => made(await t.alice('POST', '/notification-channels', channel)),
    incidents: async () => made(await t.alice('POST', '/incidents', { title: `Slow ${count++}` })),
    'status-pages': async () => made(await t.alice('POST', '/status-pages', { title: 'P', slug: `page-${count++}` })),
    invitations: async () =>
      made(await t.alice('POST', '/invitations', { email: `guest${count++}@example.test`, role: 'viewer' })),
    'api-tokens': async () => made(await t.alice('POST', '/api-tokens', { name: 'x' })),
    sessions: async () => {
      const { alice } = t.people
      const where = { user_agent: null, address: '127.0.0.1' }
      return (await t.app.credentials.signIn(alice.id, t.tenants.acme.id, where)).public_id
    },
  }
  const made = ({ status, body }: Awaited<ReturnType<Ask>>): string => {
    expect([status, body.id]).toEqual([201, expect.any(String)])
    return body.id
  }

  beforeAll(async () => {
    t = await boot({ config: { registration: 'invite' } })
    const at = isoAt(t.clock.now())
    const read = await t.app.db.tx((tx) =>
      t.app.credentials.issueToken(tx, {
        tenant_id: t.tenants.acme.id,
        user_id: t.people.alice.id,
        name: 'read',
        scope: 'read',
        expires_at: null,
        created_at: at,
      }),
    )
    people = {
      alice: { ask: t.alice, role: 'owner' },
      carol: { ask: t.carol, role: 'member' },
      bob: { ask: t.bob, role: 'viewer' },
      "alice's read-only token": { ask: t.bearer(read.token), role: 'owner', narrowed: true },
    }
  })
  afterAll(() => t.stop())

  const ask = async (who: Ask, row: string, body = table[row]?.body) => {
    const [method = '', path = ''] = row.split(' ')
    const [, collection = ''] = path.split('/')
    const needsId = path.includes(':id') || JSON.stringify(body ?? '').includes(':id')
    const id = needsId ? ((await fresh[collection]?.()) ?? '') : ''
    const filled = body && JSON.parse(JSON.stringify(body).replace(':id', id))
    return who(method, path.replace(':id', id), method === 'GET' ? undefined : (filled ?? undefined))
  }

  test('every guarded route is in the table, and the table names no other', () => {
    const routes = t.appliance.routes
      .filter(({ path }) => path.startsWith('/api/v1/'))
      .map(({ method, path }) => `${method} ${path.slice('/api/v1'.length).replace(/(.)\/$/, '$1')}`)
      .filter((row) => !open.test(row.split(' ')[1] ?? ''))
    expect(routes.sort()).toEqual(Object.keys(table).sort())
  })

  test.each(Object.entries(table))('%s answers each role as the permission table says', async (row, want) => {
    expect((await ask(t.nobody, row)).status).toBe(401)
    for (const [name, { ask: who, role, narrowed }] of Object.entries(people)) {
      const { status, body } = await ask(who, row)
      const may = allows(role, want.can) && (!narrowed || readOnly.includes(want.can))
      const hidden = want.mine && name !== 'alice' && !(narrowed && may)
      const expected = !may ? 403 : hidden ? 404 : want.status
      expect([name, row, status, body?.code]).toEqual([
        name,
        row,
        expected,
        expected === 403 ? 'FORBIDDEN' : body?.code,
      ])
    }
  })

  const withId = Object.keys(table).filter((row) => row.includes(':id'))
  test.each(withId)('%s is 404 to another workspace, exactly as for an id that never existed', async (row) => {
    const [method = '', path = ''] = row.split(' ')
    const { body } = table[row] ?? {}
    const foreign = await ask(t.mallory, row)
    const invented = await t.mallory(
      method,
      path.replace(':id', Bun.randomUUIDv7()),
      method === 'GET' ? undefined : body,
    )
    expect([foreign.status, foreign.body]).toEqual([404, invented.body])
    expect(invented.status).toBe(404)
  })

  test('ids of another workspace inside a body or a query lead nowhere either', async () => {
    const monitor_id = (await fresh.monitors?.()) ?? ''
    const channel_id = (await fresh['notification-channels']?.()) ?? ''
    await t.alice('POST', `/notification-channels/${channel_id}/test`)
    const cases: [string, string, object | undefined, number][] = [
      ['POST', '/monitors/bulk', { action: 'delete', ids: [monitor_id] }, 404],
      ['POST', '/monitors/test', { ...monitor, id: monitor_id }, 404],
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
      '/incidents',
      '/status-pages',
      '/invitations',
    ])
      expect([path, (await t.mallory('GET', path)).body.total]).toEqual([path, 0])
    expect((await t.mallory('GET', '/members')).body.items.map(({ name }: { name: string }) => name)).toEqual([
      'mallory',
    ])
  })

  test('an admin does what a member may not, and a changed role counts at once', async () => {
    const forAdmins = Object.keys(table).filter((row) => table[row]?.can === 'members:write')
    expect(forAdmins.length).toBeGreaterThan(3)
    const become = (role: 'admin' | 'member') =>
      t.app.db.tx((tx) => tx.update(memberships).set({ role }).where(eq(memberships.user_id, t.people.carol.id)))
    await become('admin')
    t.app.credentials.forget()
    for (const row of forAdmins) expect([row, (await ask(t.carol, row)).status]).toEqual([row, table[row]?.status ?? 0])
    await become('member')
    t.app.credentials.forget()
    for (const row of forAdmins) expect([row, (await ask(t.carol, row)).status]).toEqual([row, 403])
  })
})
