import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { blind_periods } from '#db/schema/engine'
import { prober_tokens } from '#db/schema/probers'
import { type Booted, boot } from '../../../test/boot'

const draft = { name: 'Attic', region: 'berlin-2' }
const TOKEN = /^xinex_prober_[0-9a-f]{64}$/

describe('probers', () => {
  let t: Booted
  beforeEach(async () => {
    t = await boot({ start: false, config: { trustedProxies: ['127.0.0.1/32'] } })
  })
  afterEach(() => t.stop())

  const made = async (body: object = draft) => {
    const answer = await t.dan('POST', '/probers', body)
    expect(answer.status).toBe(201)
    return { ...answer.body, ask: t.bearer(answer.body.token) }
  }
  const alive = async (token: string) => (await t.bearer(token)('POST', '/probers/register', {})).status

  test('an admin makes one; its token is shown once, and only its hash is kept', async () => {
    const { id, token } = await made()
    expect(token).toMatch(TOKEN)
    const { body } = await t.bob('GET', `/probers/${id}`)
    expect(body).toMatchObject({
      ...draft,
      facts: {},
      registered_at: null,
      last_seen_at: null,
      last_seen_address: null,
    })
    expect(body.tokens).toMatchObject([{ prefix: token.slice(0, 19), expires_at: null, last_used_at: null }])
    const { body: list } = await t.bob('GET', '/probers')
    expect([list.total, list.items]).toEqual([1, [body]])
    const stored = JSON.stringify([list, await t.app.db.read.select().from(prober_tokens)])
    expect(stored).not.toContain(token)
  })

  test('it registers with its token: who it is, since when, and from where', async () => {
    const { id, ask } = await made()
    const facts = { version: '0.4.0', hostname: 'attic', platform: 'linux-arm64' }
    const { status, body } = await ask('POST', '/probers/register', facts, { 'x-forwarded-for': '192.0.2.9' })
    const now = '2026-05-01T12:00:00.000Z'
    const seen = { id, facts, registered_at: now, last_seen_at: now, last_seen_address: '192.0.2.9' }
    expect([status, body]).toEqual([200, { ...body, ...seen }])
    expect(body.tokens).toBeUndefined()
    await t.advance(60_000)
    await ask('POST', '/probers/register', { version: '0.4.1' })
    const { body: later } = await t.alice('GET', `/probers/${id}`)
    expect(later).toMatchObject({ facts: { version: '0.4.1' }, registered_at: now, last_seen_address: '127.0.0.1' })
    expect([later.last_seen_at, later.tokens[0].last_used_at]).toEqual(Array(2).fill('2026-05-01T12:01:00.000Z'))
  })

  test('it says how long it would wait for something to do', async () => {
    const { ask } = await made()
    const { status, body } = await ask('GET', '/probers/jobs?wait=0')
    expect([status, body.full, body.set]).toEqual([200, true, []])
    for (const wait of ['31', '-1', 'long', '1.5'])
      expect([wait, (await ask('GET', `/probers/jobs?wait=${wait}`)).status]).toEqual([wait, 422])
  })

  test('its token opens nothing else, and no other token registers', async () => {
    const { ask } = await made()
    for (const path of ['/me', '/monitors', '/probers', '/tenant'])
      expect([path, (await ask('GET', path)).status]).toEqual([path, 403])
    expect((await ask('POST', '/ws/ticket')).status).toBe(403)
    expect((await t.alice('POST', '/probers/register', {})).status).toBe(403)
    expect((await t.nobody('POST', '/probers/register', {})).status).toBe(401)
    expect(await alive(`xinex_prober_${'0'.repeat(64)}`)).toBe(401)
  })

  test('rotated, the old token works for the grace and not a moment longer', async () => {
    const { id, token: old } = await made()
    const { status, body } = await t.dan('POST', `/probers/${id}/rotate`)
    expect([status, body.token === old, body.tokens.length]).toEqual([201, false, 2])
    expect(body.tokens[1].expires_at).toBe('2026-05-01T13:00:00.000Z')
    expect([await alive(old), await alive(body.token)]).toEqual([200, 200])
    await t.advance(3_599_000)
    expect(await alive(old)).toBe(200)
    await t.advance(1_000)
    expect([await alive(old), await alive(body.token)]).toEqual([401, 200])
    expect((await t.bob('GET', `/probers/${id}`)).body.tokens).toHaveLength(1)
  })

  test('rotated without grace, or twice in it, the oldest ends at once', async () => {
    const { id, token: first } = await made()
    const second = (await t.dan('POST', `/probers/${id}/rotate`, { grace_s: 600 })).body.token
    const third = (await t.dan('POST', `/probers/${id}/rotate`, { grace_s: 600 })).body.token
    expect(await Promise.all([first, second, third].map(alive))).toEqual([401, 200, 200])
    const last = (await t.dan('POST', `/probers/${id}/rotate`, { grace_s: 0 })).body.token
    expect(await Promise.all([second, third, last].map(alive))).toEqual([401, 401, 200])
    expect((await t.dan('POST', `/probers/${id}/rotate`, { grace_s: 604_801 })).status).toBe(422)
  })

  test('deleted, its tokens end at once', async () => {
    const { id, token } = await made()
    expect(await alive(token)).toBe(200)
    expect((await t.dan('DELETE', `/probers/${id}`)).status).toBe(204)
    expect(await alive(token)).toBe(401)
    expect((await t.dan('GET', `/probers/${id}`)).status).toBe(404)
    expect(await t.app.db.read.select().from(prober_tokens)).toEqual([])
  })

  test('its name and region can be changed', async () => {
    const { id } = await made()
    expect((await t.dan('PUT', `/probers/${id}`, { region: 'ulm' })).body).toMatchObject({
      name: 'Attic',
      region: 'ulm',
    })
    expect((await t.dan('PUT', `/probers/${id}`, { region: 'local' })).status).toBe(422)
    expect((await t.carol('PUT', `/probers/${id}`, { name: 'x' })).status).toBe(403)
    expect((await t.mallory('PUT', `/probers/${id}`, { name: 'x' })).status).toBe(404)
  })

  test.each([
    [{ ...draft, region: 'local' }, 'region'],
    [{ ...draft, region: 'Berlin' }, 'region'],
    [{ ...draft, region: '' }, 'region'],
    [{ ...draft, region: 'x'.repeat(41) }, 'region'],
    [{ region: 'ulm' }, 'name'],
  ])('%j is refused with a sentence at %s', async (wrong, field) => {
    const { status, body } = await t.alice('POST', '/probers', wrong)
    expect([status, Object.keys(body.details.fields)]).toEqual([422, [field]])
  })

  test('what it says of itself is bounded', async () => {
    const { ask } = await made()
    for (const wrong of [{ version: 'x'.repeat(65) }, { hostname: '' }, { platform: 'a\nb' }, { owner: 'me' }])
      expect([wrong, (await ask('POST', '/probers/register', wrong)).status]).toEqual([wrong, 422])
  })

  test('it says how many monitors nobody would check without it', async () => {
    const { id } = await made()
    await made({ name: 'Cellar', region: 'ulm' })
    const watch = (regions: string[]) =>
      t.alice('POST', '/monitors', { name: 'Shop', type: 'tcp', settings: { host: 'shop', port: 1 }, regions })
    const answers = [await watch(['berlin-2']), await watch(['berlin-2']), await watch(['berlin-2', 'local'])]
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201])
    const counts = async () =>
      Object.fromEntries(
        (await t.bob('GET', '/probers')).body.items.map((one: { name: string; monitors_alone: number }) => [
          one.name,
          one.monitors_alone,
        ]),
      )
    expect(await counts()).toEqual({ Attic: 2, Cellar: 0 })
    expect((await t.bob('GET', `/probers/${id}`)).body.monitors_alone).toBe(2)
    await made({ name: 'Attic 2', region: 'berlin-2' })
    expect(await counts()).toEqual({ Attic: 0, 'Attic 2': 0, Cellar: 0 })
  })

  test('its own blind times can be asked for, or those of the appliance', async () => {
    const { id } = await made()
    const { id: foreign } = (await t.mallory('POST', '/probers', draft)).body
    const row = { message: 'x', from: '2026-05-01T11:00:00.000Z', until: null } as const
    const rows = [null, id, foreign].map((prober_id) => ({ ...row, prober_id, cause: 'uplink' as const }))
    await t.app.db.tx((tx) => tx.insert(blind_periods).values(rows))
    const of = async (query: string) => {
      const { body } = await t.bob('GET', `/probers/blind-periods${query}`)
      return [body.total, body.items.map((one: { prober_id: string | null }) => one.prober_id)]
    }
    expect(await of('')).toEqual([2, expect.arrayContaining([null, id])])
    expect(await of(`?prober_id=${id}`)).toEqual([1, [id]])
    expect(await of('?prober_id=local')).toEqual([1, [null]])
    expect(await of(`?prober_id=${foreign}`)).toEqual([0, []])
  })

  test('members may look, only admins may change', async () => {
    expect((await t.carol('POST', '/probers', draft)).status).toBe(403)
    expect((await t.mallory('GET', '/probers')).body.total).toBe(0)
  })
})
