import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { type Booted, boot } from '../../../test/boot'

const draft = { type: 'webhook', settings: { url: 'http://127.0.0.1:1/' } }
let t: Booted
beforeEach(async () => {
  t = await boot({ start: false })
})
afterEach(() => t.stop())
const path = '/notification-channels'
const make = async (name: string, more: object = {}) =>
  (await t.alice('POST', path, { ...draft, name, ...more })).body as Record<string, string>
const fields = ({ status, body }: { status: number; body: { details: { fields: object } } }) => [
  status,
  body.details?.fields,
]

describe('a channel', () => {
  test('can be muted for a while, and says so', async () => {
    const { id, muted_until } = await make('A')
    expect(muted_until).toBeNull()
    const until = '2026-05-01T15:00:00.000Z'
    expect((await t.alice('PUT', `${path}/${id}`, { muted_until: until })).body.muted_until).toBe(until)
    expect((await t.alice('PUT', `${path}/${id}`, { name: 'B' })).body.muted_until).toBe(until)
    expect((await t.alice('PUT', `${path}/${id}`, { muted_until: null })).body.muted_until).toBeNull()
    expect((await make('C', { muted_until: until })).muted_until).toBe(until)
  })

  test('that was muted until a while ago is not muted', async () => {
    const { muted_until } = await make('A', { muted_until: '2026-05-01T11:59:59Z' })
    expect(muted_until).toBeNull()
  })

  test.each([
    ['tomorrow', /date-time|must be a time/],
    ['2036-01-01T00:00:00Z', /within a year/],
  ])('is not muted until %s', async (muted_until, why) => {
    const { status, body } = await t.alice('POST', path, { ...draft, name: 'A', muted_until })
    expect([status, body.details.fields.muted_until]).toEqual([422, expect.stringMatching(why)])
  })

  test('can have another stand in for it, after so long', async () => {
    const { id: spare } = await make('Spare')
    const main = await make('Main', { fallback_id: spare, fallback_after_s: 60 })
    expect(main).toMatchObject({ fallback_id: spare, fallback_after_s: 60 })
    expect((await t.alice('PUT', `${path}/${main.id}`, { name: 'M' })).body).toMatchObject({ fallback_after_s: 60 })
    const later = await t.alice('PUT', `${path}/${main.id}`, { fallback_after_s: 300 })
    expect(later.body).toMatchObject({ fallback_id: spare, fallback_after_s: 300 })
    const none = await t.alice('PUT', `${path}/${main.id}`, { fallback_id: null })
    expect(none.body).toMatchObject({ fallback_id: null, fallback_after_s: null })
    expect(await make('Third', { fallback_id: spare })).toMatchObject({ fallback_after_s: 120 })
  })

  test('has no stand-in that is itself, leads back to it, or is not there', async () => {
    const { id: a } = await make('A')
    const { id: b } = await make('B', { fallback_id: a })
    const { id: c } = await make('C', { fallback_id: b })
    const put = (fallback_id?: string) => t.alice('PUT', `${path}/${a}`, { fallback_id })
    expect(fields(await put(a))).toEqual([422, { fallback_id: 'must be another channel' }])
    expect(fields(await put(b))).toEqual([422, { fallback_id: 'leads back to this channel' }])
    expect(fields(await put(c))).toEqual([422, { fallback_id: 'leads back to this channel' }])
    expect(fields(await put('nope'))).toEqual([422, { fallback_id: 'is no channel of this workspace' }])
    const foreign = await t.mallory('POST', path, { ...draft, name: 'X', fallback_id: a })
    expect(fields(foreign)).toEqual([422, { fallback_id: 'is no channel of this workspace' }])
    const way = { name: 'Mine', type: 'webhook', settings: draft.settings }
    const own = (await t.alice('POST', '/users/me/contact-methods', way)).body.id
    expect(fields(await put(own))).toEqual([422, { fallback_id: 'is no channel of this workspace' }])
  })

  test('waits between half a minute and a day for its stand-in, and only where it has one', async () => {
    const { id: spare } = await make('Spare')
    for (const fallback_after_s of [29, 86_401, 1.5]) {
      const { status, body } = await t.alice('POST', path, {
        ...draft,
        name: 'A',
        fallback_id: spare,
        fallback_after_s,
      })
      expect([status, Object.keys(body.details.fields)]).toEqual([422, ['fallback_after_s']])
    }
    const alone = await t.alice('POST', path, { ...draft, name: 'A', fallback_after_s: 60 })
    expect(fields(alone)).toEqual([422, { fallback_after_s: 'needs fallback_id' }])
  })

  test('that is deleted stands in for nobody any more', async () => {
    const { id: spare } = await make('Spare')
    const { id } = await make('Main', { fallback_id: spare })
    await t.alice('DELETE', `${path}/${spare}`)
    const { body } = await t.alice('GET', `${path}/${id}`)
    expect(body).toMatchObject({ fallback_id: null, fallback_after_s: null })
  })
})
