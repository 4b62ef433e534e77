import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { type Booted, boot } from '../../../test/boot'
import { door, incidentsOf, telling, timelineOf } from './integrations.fixtures'

let t: Booted
let id: string
let key: string
beforeAll(async () => {
  t = await boot()
})
afterAll(() => t.stop())
beforeEach(async () => {
  const made = await door(t, 'opsgenie')
  id = made.id
  key = made.key
})
const ask = (method: string, path: string, body?: unknown, authorization = `GenieKey ${key}`) =>
  telling(t)(path, body, { authorization }, method)
const alert = { message: 'Queue is full', alias: 'queue', priority: 'P1', source: 'mq-1', tags: ['shop'] }
const create = (more: object = {}) => ask('POST', '/v2/alerts', { ...alert, ...more })
const status = async (requestId: string) => (await ask('GET', `/v2/alerts/requests/${requestId}`)).body

describe('what Opsgenie is told', () => {
  test('opens an incident, says no more the second time, is acknowledged and closed', async () => {
    const first = await create()
    expect([first.status, first.body]).toEqual([
      202,
      { result: 'Request will be processed', took: expect.any(Number), requestId: expect.any(String) },
    ])
    const [incident] = await incidentsOf(t, id)
    expect(incident).toMatchObject({ title: 'Queue is full', severity: 'critical', source: 'mq-1', status: 'open' })
    expect(incident?.labels?.tags).toEqual(['shop'])
    expect((await status(first.body.requestId)).data).toMatchObject({
      ...{ success: true, isSuccess: true, action: 'Create', status: 'Created alert', integrationId: id },
      ...{ alertId: incident?.id, alias: 'queue' },
    })
    expect((await status((await create()).body.requestId)).data.alertId).toBe(incident?.id)

    await ask('POST', '/v2/alerts/queue/acknowledge?identifierType=alias', { user: 'Ada', note: 'on it' })
    expect((await incidentsOf(t, id))[0]?.status).toBe('acknowledged')
    await ask('POST', '/v2/alerts/queue/notes?identifierType=alias', { user: 'Ada', note: 'restarted it' })
    const closed = await ask('POST', '/v2/alerts/queue/close?identifierType=alias', { source: 'AlertManager' })
    expect(closed.status).toBe(202)
    expect((await status(closed.body.requestId)).data.status).toBe('Closed alert')
    expect((await incidentsOf(t, id)).map((one) => one.status)).toEqual(['resolved'])
    const entries = (await timelineOf(t, incident?.id ?? '')).map(({ kind, message }) => [kind, message])
    expect(entries).toContainEqual(['acknowledged', 'Ada: on it'])
    expect(entries).toContainEqual(['commented', 'Ada: restarted it'])
  })

  test('is closed by the id that was given, with and without a body', async () => {
    const { requestId } = (await create({ alias: undefined })).body
    const { alertId, alias } = (await status(requestId)).data
    expect(alias).toMatch(/^[0-9a-f-]{36}$/)
    await ask('POST', `/v2/alerts/${alertId}/acknowledge`)
    expect((await incidentsOf(t, id))[0]?.status).toBe('acknowledged')
    await ask('POST', `/v2/alerts/${alertId}/close?identifierType=id`, {})
    expect((await incidentsOf(t, id))[0]?.status).toBe('resolved')
  })

  test('with an alias that has to be escaped in an address', async () => {
    await create({ alias: 'a/b c?ü' })
    await ask('POST', `/v2/alerts/${encodeURIComponent('a/b c?ü')}/close?identifierType=alias`, {})
    expect((await incidentsOf(t, id))[0]?.status).toBe('resolved')
  })

  test('changes what it says, and its priority only upwards', async () => {
    await create({ priority: 'P4', description: 'before' })
    const put = (what: string, body: object) => ask('PUT', `/v2/alerts/queue/${what}?identifierType=alias`, body)
    for (const [what, value] of [
      ...[['message', 'Queue is fuller'] as const, ['description', 'after'] as const, ['priority', 'P2'] as const],
    ])
      expect((await put(what, { [what]: value })).status).toBe(202)
    expect((await incidentsOf(t, id))[0]).toMatchObject({
      title: 'Queue is fuller',
      message: 'after',
      severity: 'high',
    })
    await put('priority', { priority: 'P5' })
    expect((await incidentsOf(t, id))[0]?.severity).toBe('high')
    expect((await put('message', {})).status).toBe(422)
    expect((await put('colour', {})).status).toBe(404)
  })

  test('about nothing that is open is taken, and its status says so', async () => {
    for (const path of ['/v2/alerts/never/close?identifierType=alias', `/v2/alerts/${crypto.randomUUID()}/close`]) {
      const { status: code, body } = await ask('POST', path, {})
      expect(code).toBe(202)
      expect((await status(body.requestId)).data).toMatchObject({
        ...{ success: false, status: 'Alert does not exist', alertId: '', alias: '' },
      })
    }
    expect(await incidentsOf(t, id)).toEqual([])
  })

  test('is heard below a path of its own as well', async () => {
    expect((await ask('POST', '/integrations/opsgenie/v2/alerts', alert)).status).toBe(202)
    await ask('POST', '/integrations/opsgenie/v2/alerts/queue/close?identifierType=alias', {})
    expect((await incidentsOf(t, id)).map((one) => one.status)).toEqual(['resolved'])
  })
})

describe('what Opsgenie would refuse', () => {
  test('a key that is none, in their words', async () => {
    const told = async (authorization: string) => {
      const { status: code, body } = await ask('POST', '/v2/alerts', alert, authorization)
      expect(Object.keys(body).sort()).toEqual(['message', 'requestId', 'took'])
      return [code, body.message]
    }
    expect(await told('GenieKey abc')).toEqual([422, 'Key format is not valid!'])
    expect(await told(`GenieKey ${crypto.randomUUID()}`)).toEqual([401, 'Could not authenticate'])
    expect(await told(`Bearer ${t.people.alice.token}`)).toEqual([401, 'Could not authenticate'])
    expect(await incidentsOf(t, id)).toEqual([])
  })

  test('an alert without a message, a note without words, what is no JSON', async () => {
    const { status: code, body } = await create({ message: ' ' })
    expect([code, body.errors]).toEqual([422, { message: 'Message can not be empty.' }])
    expect((await ask('POST', '/v2/alerts/queue/notes?identifierType=alias', {})).status).toBe(422)
    expect((await ask('POST', '/v2/alerts', '{')).status).toBe(400)
    expect((await ask('POST', '/v2/alerts/queue/escalate?identifierType=alias', {})).status).toBe(404)
  })

  test('of another workspace leads nowhere: neither its alerts nor its requests', async () => {
    const { requestId } = (await create()).body
    const [mine] = await incidentsOf(t, id)
    const { key: other } = (await t.mallory('POST', '/integrations', { name: 'x', type: 'opsgenie' })).body
    const as = `GenieKey ${other}`
    expect((await ask('GET', `/v2/alerts/requests/${requestId}`, undefined, as)).status).toBe(404)
    await ask('POST', `/v2/alerts/${mine?.id}/close`, {}, as)
    await ask('POST', '/v2/alerts/queue/close?identifierType=alias', {}, as)
    expect((await incidentsOf(t, id)).map((one) => one.status)).toEqual(['open'])
  })

  test('while it is paused', async () => {
    await t.alice('PUT', `/integrations/${id}`, { enabled: false })
    const { status: code, body } = await create()
    expect([code, body.message]).toEqual([403, expect.stringContaining('paused')])
  })
})
