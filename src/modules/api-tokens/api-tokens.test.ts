import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { api_tokens } from '#db/schema/credentials'
import { type Booted, boot } from '../../../test/boot'
import { personas } from '../../../test/matrix-people'

describe('API tokens', () => {
  let t: Booted
  beforeEach(async () => {
    t = await boot({ start: false })
  })
  afterEach(() => t.stop())

  test('a token is shown once, works at once, and only its hash is kept', async () => {
    const { status, body } = await t.carol('POST', '/api-tokens', { name: 'ci' })
    expect(status).toBe(201)
    expect(body.token).toMatch(/^xinex_[0-9a-f]{64}$/)
    expect((await t.bearer(body.token)('GET', '/me')).body.name).toBe('carol')
    const list = await t.carol('GET', '/api-tokens')
    expect(JSON.stringify(list.body)).not.toContain(body.token)
    expect(JSON.stringify(await t.app.db.read.select().from(api_tokens))).not.toContain(body.token)
  })

  test('a read token looks but does not touch', async () => {
    const { body } = await t.alice('POST', '/api-tokens', { name: 'wall', scope: 'read' })
    const wall = t.bearer(body.token)
    expect((await wall('GET', '/monitors')).status).toBe(200)
    expect((await wall('POST', '/api-tokens', { name: 'more' })).body.code).toBe('FORBIDDEN')
    expect((await wall('PUT', '/me', { name: 'x' })).status).toBe(403)
  })

  test('it stops at its end, and when it is revoked', async () => {
    const { body } = await t.alice('POST', '/api-tokens', { name: 'short', expires_at: '2026-05-01T13:00:00.000Z' })
    const short = t.bearer(body.token)
    expect((await short('GET', '/me')).status).toBe(200)
    await t.clock.advance(3_600_000)
    expect((await short('GET', '/me')).status).toBe(401)
    const second = await t.alice('POST', '/api-tokens', { name: 'second' })
    expect((await t.alice('DELETE', `/api-tokens/${second.body.id}`)).status).toBe(204)
    expect((await t.bearer(second.body.token)('GET', '/me')).status).toBe(401)
  })

  test('members see and revoke their own, admins all; other workspaces none', async () => {
    const { body } = await t.alice('POST', '/api-tokens', { name: 'mine' })
    expect((await t.carol('DELETE', `/api-tokens/${body.id}`)).status).toBe(404)
    expect((await t.mallory('DELETE', `/api-tokens/${body.id}`)).status).toBe(404)
    const { body: carols } = await t.carol('GET', '/api-tokens')
    expect(carols.items.every((i: { user_name: string }) => i.user_name === 'carol')).toBe(true)
    expect((await t.bob('POST', '/api-tokens', { name: 'no' })).status).toBe(403)
    expect((await t.alice('POST', '/api-tokens', { name: '' })).status).toBe(422)
    expect((await t.alice('POST', '/api-tokens', { name: 'x', expires_at: '2020-01-01T00:00:00Z' })).status).toBe(422)
  })

  test('narrowed to resources, it does there what its scope says, and nothing elsewhere', async () => {
    const draft = { name: 'ci', scope: 'resources', resources: ['monitors:write', 'incidents:read'] }
    const { status, body } = await t.carol('POST', '/api-tokens', draft)
    expect([status, body.resources]).toEqual([201, draft.resources])
    const ci = t.bearer(body.token)
    const monitor = { name: 'x', type: 'tcp', settings: { host: '127.0.0.1', port: 1 } }
    for (const [method, path, given, expected] of [
      ['POST', '/monitors', monitor, 201],
      ['GET', '/incidents', undefined, 200],
      ['POST', '/incidents', { title: 'x' }, 403],
      ['GET', '/notification-channels', undefined, 403],
      ['GET', '/me', undefined, 200],
      ['PUT', '/me', { name: 'x' }, 403],
      ['GET', '/api-tokens', undefined, 403],
      ['POST', '/api-tokens', { name: 'more' }, 403],
      ['POST', '/ws/ticket', undefined, 403],
    ] as const)
      expect([method, path, (await ci(method, path, given)).status]).toEqual([method, path, expected])
  })

  test.each([
    [{ scope: 'resources' }, 'resources'],
    [{ scope: 'resources', resources: [] }, 'resources'],
    [{ scope: 'read', resources: ['monitors:read'] }, 'resources'],
    [{ scope: 'resources', resources: ['users:write'] }, 'resources.0'],
    [{ networks: ['10.0.0.0/33'] }, 'networks.0'],
    [{ networks: ['10.0.0.1', 'example.test'] }, 'networks.1'],
    [{ networks: ['10/8'] }, 'networks.0'],
    [{ networks: ['::ffff:10.0.0.1'] }, 'networks.0'],
    [{ networks: Array(21).fill('10.0.0.1') }, 'networks'],
    [{ expires_at: '2026-05-01T12:00:00.000Z' }, 'expires_at'],
    [{ expires_at: '2136-05-01T12:00:00.000Z' }, 'expires_at'],
  ])('%j is not taken, with a sentence at %s', async (wrong, field) => {
    const { status, body } = await t.alice('POST', '/api-tokens', { name: 'x', ...wrong })
    expect([status, Object.keys(body.details.fields)]).toEqual([422, [field]])
  })

  test('it works only from its networks, and forgets what stands behind a prefix', async () => {
    await t.stop()
    t = await boot({ start: false, config: { trustedProxies: ['127.0.0.1/32'] } })
    const networks = ['10.1.2.3/8', '192.0.2.7', '2001:db8::1/32', '192.0.2.7/32']
    const { body } = await t.alice('POST', '/api-tokens', { name: 'office', networks })
    expect(body.networks).toEqual(['10.0.0.0/8', '192.0.2.7/32', '2001:db8::/32'])
    const office = t.bearer(body.token)
    for (const [address, expected] of [
      ['10.255.0.1', 200],
      ['192.0.2.7', 200],
      ['192.0.2.8', 401],
      ['2001:db8::5', 200],
      ['2001:db9::5', 401],
    ] as const)
      expect([address, (await office('GET', '/me', undefined, { 'x-forwarded-for': address })).status]).toEqual([
        address,
        expected,
      ])
  })

  test('who has it sees when and from where it was used last', async () => {
    const { body } = await t.alice('POST', '/api-tokens', { name: 'x' })
    expect(body).toMatchObject({ last_used_at: null, last_used_address: null })
    await t.bearer(body.token)('GET', '/me')
    const [shown] = (await t.alice('GET', '/api-tokens')).body.items.filter(({ id }: { id: string }) => id === body.id)
    expect(shown).toMatchObject({ last_used_at: '2026-05-01T12:00:00.000Z', last_used_address: '127.0.0.1' })
  })

  test('its name, networks and end can be changed by whom it belongs to; its scope cannot', async () => {
    const { body } = await t.carol('POST', '/api-tokens', { name: 'x' })
    const put = (who: typeof t.alice, edit: object) => who('PUT', `/api-tokens/${body.id}`, edit)
    const edit = { name: 'y', networks: ['10.0.0.0/8'], expires_at: '2027-01-01T00:00:00.000Z' }
    expect((await put(t.carol, edit)).body).toMatchObject({ ...edit, scope: 'full' })
    expect((await t.bearer(body.token)('GET', '/me')).status).toBe(401)
    expect((await put(t.carol, { networks: [], expires_at: null })).body).toMatchObject({ name: 'y', networks: [] })
    expect((await t.bearer(body.token)('GET', '/me')).status).toBe(200)
    expect((await put(t.carol, {})).status).toBe(200)
    expect((await put(t.carol, { scope: 'read' })).status).toBe(422)
    expect((await put(t.alice, { networks: [] })).status).toBe(404)
    expect((await put(t.mallory, { name: 'z' })).status).toBe(404)
    expect((await put(t.nobody, { name: 'z' })).status).toBe(401)
  })

  describe('made with a token', () => {
    const end = '2026-05-02T12:00:00.000Z'
    const own = ['127.0.0.0/8']
    const narrow = async () => {
      const { body } = await t.alice('POST', '/api-tokens', { name: 'narrow', networks: own, expires_at: end })
      return { id: body.id, ask: t.bearer(body.token) }
    }

    test('it inherits the end and the networks of that one', async () => {
      const { ask } = await narrow()
      expect((await ask('POST', '/api-tokens', { name: 'child' })).body).toMatchObject({
        expires_at: end,
        networks: own,
      })
      const less = { networks: ['127.0.0.1'], expires_at: '2026-05-01T13:00:00.000Z' }
      const { status, body } = await ask('POST', '/api-tokens', { name: 'child', ...less })
      expect([status, body.networks, body.expires_at]).toEqual([201, ['127.0.0.1/32'], less.expires_at])
    })

    test.each([
      { expires_at: null },
      { expires_at: '2026-05-02T12:00:01.000Z' },
      { networks: [] },
      { networks: ['0.0.0.0/0'] },
      { networks: ['127.0.0.1', '10.0.0.0/8'] },
    ])('it cannot reach further: %j', async (more) => {
      const { id, ask } = await narrow()
      expect((await ask('POST', '/api-tokens', { name: 'child', ...more })).status).toBe(422)
      expect((await ask('PUT', `/api-tokens/${id}`, more)).status).toBe(422)
    })

    test('it is made by people and their tokens, not by a program that somebody allowed to act for them', async () => {
      const program = await personas['a program that writes for an owner']?.arrive(t)
      if (!program) throw new Error('There is no such persona')
      expect((await program('GET', '/me')).status).toBe(200)
      expect((await program('POST', '/api-tokens', { name: 'sneaky' })).status).toBe(403)
    })
  })
})
