import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { api_tokens } from '#db/schema/credentials'
import { type Booted, boot } from '../../../test/boot'

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
})
