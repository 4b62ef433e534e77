import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { eq, isNotNull, sql } from 'drizzle-orm'
import { users } from '#db/schema/auth'
import { channel_failures } from '#db/schema/engine'
import { audit_log } from '#db/schema/kernel'
import { oauth_refresh_tokens } from '#db/schema/oauth'
import { sso_connections, sso_domains, sso_subjects } from '#db/schema/sso'
import { memberships, tenants } from '#db/schema/tenants'
import { isoAt } from '#kernel/clock'
import { purgeTenants } from '#modules/tenants/service'
import { type Booted, boot, PASSWORD } from '../../../test/boot'
import { listener, target } from '../../../test/listeners'
import { withMail } from '../../../test/mailbox'
import { personas } from '../../../test/matrix-people'
import { onCallThings } from '../../../test/on-call-things'

const DAY = 86_400_000
const GOES = '2026-05-08T12:00:00.000Z'
let t: Booted
afterEach(() => t.stop())
const asked = async (name: 'alice' | 'dan', proof?: object) => (await t.session(name)).ask('DELETE', '/tenant', proof)

describe('a workspace that its owner deletes', () => {
  beforeEach(async () => {
    t = await boot({ start: false })
  })

  test('has seven days, in which everybody works on', async () => {
    const { status, body } = await asked('alice')
    expect([status, body.deletes_at]).toEqual([200, GOES])
    await t.advance(7 * DAY - 3_600_000)
    expect((await t.bob('GET', '/monitors')).status).toBe(200)
    expect((await t.carol('POST', '/incidents', { title: 'x' })).status).toBe(201)
    const { ask } = await t.session('alice')
    expect((await ask('GET', '/tenants')).body.items).toMatchObject([{ name: 'Acme', deletes_at: GOES }])
    expect((await ask('GET', '/tenant')).body.deletes_at).toBe(GOES)
  })

  test('asked twice, keeps the day', async () => {
    await asked('alice')
    await t.advance(DAY)
    expect((await asked('alice')).body.deletes_at).toBe(GOES)
  })

  test('stays when an owner changes their mind', async () => {
    await asked('alice')
    expect((await (await t.session('dan')).ask('POST', '/tenant/restore')).status).toBe(403)
    const { status, body } = await (await t.session('alice')).ask('POST', '/tenant/restore')
    expect([status, body.deletes_at]).toEqual([200, null])
    await t.advance(8 * DAY)
    expect((await t.bob('GET', '/monitors')).status).toBe(200)
  })

  test('asks for the password, for a session and for the owner', async () => {
    await t.givePassword('alice')
    expect((await asked('alice')).status).toBe(422)
    expect((await asked('alice', { current_password: 'wrong' })).status).toBe(422)
    expect((await asked('dan')).status).toBe(403)
    expect((await t.alice('DELETE', '/tenant', { current_password: PASSWORD })).status).toBe(403)
    expect((await t.nobody('DELETE', '/tenant')).status).toBe(401)
    expect((await asked('alice', { current_password: PASSWORD })).status).toBe(200)
  })

  test('tells its owners by mail, once', async () => {
    const box = await withMail()
    for (let i = 0; i < 2; i++) await (await box.t.session('alice')).ask('DELETE', '/tenant')
    const [letter, ...more] = await box.letters(box.t.people.alice.email)
    expect(letter?.text).toContain('https://up.example.test/settings/workspace')
    expect([letter?.text?.includes('Acme'), more.length]).toEqual([true, 0])
    expect(await box.letters(box.t.people.dan.email)).toEqual([])
    await box.stop()
  })
})

describe('after its days', () => {
  beforeEach(async () => {
    t = await boot({ config: { registration: 'invite' } })
  })
  /** Seven days in a moment: half an hour before its end, and then an hour. */
  async function timePasses() {
    const deletes_at = isoAt(t.clock.now() + 1_800_000)
    await t.app.db.tx((tx) => tx.update(tenants).set({ deletes_at }).where(isNotNull(tenants.deletes_at)))
    await t.advance(3_600_000)
    await t.app.engine.idle()
  }

  const rows = async (query: string) => (await t.app.db.client.execute(query)).rows.map((row) => ({ ...row }))
  const tables = async () =>
    (await rows("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")).map(({ name }) =>
      String(name),
    )
  const has = async (table: string, column: string) =>
    (await rows(`pragma table_info("${table}")`)).some(({ name }) => name === column)

  /** Something of the workspace in every table that can hold it. */
  async function furnish() {
    const site = target()
    const hook = listener()
    const acme = t.tenants.acme.id
    const at = isoAt(t.clock.now())
    const channel = await t.alice('POST', '/notification-channels', {
      ...{ name: 'Ops', type: 'webhook', settings: { url: hook.url }, is_default: true },
    })
    const monitor = await t.alice('POST', '/monitors', { name: 'Shop', type: 'http', url: site.url })
    await t.alice('POST', '/monitors', { name: 'Asleep', type: 'http', url: site.url, enabled: false })
    const heartbeat = await t.alice('POST', '/heartbeats', { name: 'Backup' })
    await t.nobody('POST', `/hb/${heartbeat.body.slug}/1`)
    await t.alice('POST', '/ping-key/renew')
    await t.alice('POST', '/incidents', { title: 'Slow', monitor_id: monitor.body.id })
    await t.alice('POST', '/status-pages', { title: 'P', slug: 'page' })
    await t.alice('POST', '/invitations', { email: 'x@example.test', role: 'viewer' })
    await t.session('bob')
    for (const name of ['a program that writes for an owner', 'a program by itself, reading', 'a prober'])
      await personas[name]?.arrive(t)
    const { region } = (await t.alice('GET', '/probers')).body.items[0]
    await t.alice('POST', '/monitors', { name: 'Abroad', type: 'http', url: site.url, regions: ['local', region] })
    const connection = {
      id: 'conn',
      tenant_id: acme,
      enabled: true,
      idp_entity_id: 'x',
      sso_url: 'x',
      certificates: [],
    }
    const keys = { private_key: 'x', certificate: 'x', require_signed_response: true, provision: false }
    await t.app.db.tx(async (tx) => {
      await tx.insert(channel_failures).values({ channel_id: channel.body.id, error: 'x', since: at })
      const rest = { default_role: 'viewer' as const, group_roles: [], created_at: at, updated_at: at }
      await tx.insert(sso_connections).values({ ...connection, ...keys, ...rest })
      await tx.insert(sso_domains).values({ tenant_id: acme, domain: 'corp.test', challenge: 'x', created_at: at })
      const who = { connection_id: 'conn', subject: 'x', user_id: t.people.bob.id }
      await tx.insert(sso_subjects).values({ ...who, last_used_at: at, created_at: at })
      const grant_id = sql<string>`(select id from oauth_grants limit 1)`
      const token = { hash: 'x', scope: 'read', expires_at: at }
      await tx.insert(oauth_refresh_tokens).values({ ...token, grant_id })
    })
    await onCallThings(t)
    await t.app.engine.idle()
    await t.advance(120_000)
    site.stop()
    hook.stop()
    return monitor.body.id as string
  }

  test('it is gone from every table, with its history, its pages and its checks', async () => {
    const monitor_id = await furnish()
    const acme = t.tenants.acme.id
    const [{ number } = { number: 0 }] = await rows(`select number from monitors where id = '${monitor_id}'`)
    const named = (await tables()).filter((name) => !name.startsWith('__'))
    const owned: string[] = []
    for (const table of named) if (await has(table, 'tenant_id')) owned.push(table)
    expect(owned.length).toBeGreaterThan(14)
    const filled: string[] = []
    for (const table of owned)
      if ((await rows(`select 1 from "${table}" where tenant_id = '${acme}' limit 1`)).length > 0) filled.push(table)
    // Only what is empty between two moments, or of another kind of thing, has nothing of the workspace in it.
    expect(owned.filter((table) => !filled.includes(table)).sort()).toEqual(['outbox', 'sign_in_providers'])
    const results = () => t.app.engine.history.results(Number(number), { page: 1, per_page: 10 }).items
    expect(results().length).toBeGreaterThan(0)
    expect((await t.nobody('GET', '/s/page')).status).toBe(200)

    await asked('alice')
    await timePasses()

    for (const table of owned)
      expect([table, await rows(`select * from "${table}" where tenant_id = '${acme}'`)]).toEqual([table, []])
    for (const table of [
      'monitor_states',
      'state_intervals',
      'incident_timeline',
      'prober_tokens',
      'channel_failures',
      'heartbeat_states',
      'heartbeat_pings',
      'heartbeat_runs',
      'heartbeat_flips',
    ])
      expect([table, await rows(`select * from "${table}"`)]).toEqual([table, []])
    for (const table of ['sso_subjects', 'oauth_refresh_tokens', 'tenants'])
      expect([table, JSON.stringify(await rows(`select * from "${table}"`)).includes(acme)]).toEqual([table, false])
    expect(await rows('select 1 from sso_subjects union all select 1 from oauth_refresh_tokens')).toEqual([])
    expect(results()).toEqual([])
    expect((await t.nobody('GET', '/s/page')).status).toBe(404)
    expect((await t.bob('GET', '/me')).status).toBe(401)
    expect((await t.mallory('GET', '/me')).status).toBe(200)
    const [end] = (await t.app.db.read.select().from(audit_log)).filter(({ event }) => event === 'tenant.deleted')
    expect(end).toMatchObject({ tenant_id: '', subject_id: acme })
    expect(t.lines.filter((line) => /"level":"error"/.test(line))).toEqual([])
  })

  test('whoever runs the appliance keeps a workspace to sign in to; others are invited anew', async () => {
    await asked('alice')
    await timePasses()
    const homes = await t.app.db.read.select().from(memberships)
    const of = (name: 'alice' | 'carol') => homes.filter(({ user_id }) => user_id === t.people[name].id)
    expect(of('alice')).toMatchObject([{ role: 'owner' }])
    expect(of('carol')).toEqual([])
    expect((await t.app.db.read.select().from(users)).length).toBe(5)
  })

  test('it stays when an owner changes their mind at the last moment', async () => {
    await asked('alice')
    t.clock.sleep(8 * DAY)
    const { promise: looked, resolve: hasLooked } = Promise.withResolvers<void>()
    const restored = t.app.db.tx(async (tx) => {
      await looked
      await tx.update(tenants).set({ deletes_at: null }).where(eq(tenants.id, t.tenants.acme.id))
    })
    const purging = purgeTenants(t.app)
    // Time for it to see what is due; it has to wait with the deletion.
    for (let i = 0; i < 20; i++) await t.app.db.read.$count(tenants)
    hasLooked()
    await restored
    await purging
    expect((await t.bob('GET', '/monitors')).status).toBe(200)
    expect(t.lines.join()).not.toContain('could not be deleted')
  })

  test('a message that is on its way then arrives, and nothing waits to be recorded about it', async () => {
    const asking = Promise.withResolvers<void>()
    const answering = Promise.withResolvers<void>()
    let asks = 0
    const hook = Bun.serve({
      ...{ hostname: '127.0.0.1', port: 0 },
      async fetch() {
        asks++
        asking.resolve()
        await answering.promise
        return new Response('thanks')
      },
    })
    const settings = { url: `http://127.0.0.1:${hook.port}/` }
    const draft = { name: 'Ops', type: 'webhook', settings, is_default: true }
    expect((await t.alice('POST', '/notification-channels', draft)).status).toBe(201)
    await asked('alice')
    const deletes_at = isoAt(t.clock.now())
    await t.app.db.tx((tx) => tx.update(tenants).set({ deletes_at }).where(isNotNull(tenants.deletes_at)))
    await t.alice('POST', '/incidents', { title: 'x' })
    await asking.promise
    await purgeTenants(t.app)
    answering.resolve()
    await t.app.engine.idle()
    await t.advance(5_000)
    expect(t.lines.filter((line) => /"level":"error"/.test(line))).toEqual([])
    expect(asks).toBe(1)
    await hook.stop()
  })
})
