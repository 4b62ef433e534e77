import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { audit_log } from '#db/schema/kernel'
import { type Ask, type Booted, boot } from '../../../test/boot'
import { closedPort, type Listening, listening } from '../../../test/probing'

describe('the uplink', () => {
  let t: Booted
  let ask: Ask
  let there: Listening
  beforeEach(async () => {
    t = await boot()
    ask = (await t.session('alice')).ask
    there = await listening((socket) => socket.end())
  })
  afterEach(async () => {
    await t.stop()
    there.close()
  })
  /** Once the anchors have been asked. */
  async function asked() {
    await t.app.engine.idle()
    return (await ask('GET', '/admin/uplink')).body.uplink
  }

  test('is not judged until somebody says by what', async () => {
    const { status, body } = await ask('GET', '/admin/uplink')
    expect([status, body.anchors, body.uplink.state, body.uplink.anchors]).toEqual([200, [], 'unset', []])
  })

  test('anchors are saved, asked at once and again after a restart, and the change is in the audit log', async () => {
    const anchors = [`127.0.0.1:${there.port}`]
    const { status, body } = await ask('PUT', '/admin/uplink', { anchors })
    expect([status, body.anchors, body.uplink.state]).toEqual([200, anchors, 'unset'])
    expect(await asked()).toMatchObject({ state: 'up', anchors: [{ anchor: anchors[0], ok: true }] })
    const log = await t.app.db.read.select().from(audit_log)
    expect(log).toMatchObject([{ event: 'uplink.updated', actor_label: 'alice', after: { anchors } }])
    const again = await boot({ data: t.folder })
    await again.app.engine.idle()
    expect(again.app.engine.uplink.state()).toMatchObject({ anchors, uplink: { state: 'up' } })
    await again.stop()
  })

  test('after a change nothing is said about the new ones before they were asked', async () => {
    await ask('PUT', '/admin/uplink', { anchors: [`127.0.0.1:${there.port}`] })
    await asked()
    const { body } = await ask('PUT', '/admin/uplink', { anchors: [`localhost:${there.port}`] })
    expect([body.uplink.state, body.uplink.anchors]).toEqual(['unset', []])
    expect((await ask('PUT', '/admin/uplink', { anchors: [] })).body.uplink).toMatchObject({ state: 'unset' })
  })

  test('one that is named twice counts once', async () => {
    const { body } = await ask('PUT', '/admin/uplink', { anchors: ['127.0.0.1:1', '127.0.0.1:1'] })
    expect(body.anchors).toEqual(['127.0.0.1:1'])
  })

  test('any can be tried without being saved; a refusal counts as an answer', async () => {
    const closed = await closedPort()
    const anchors = [`127.0.0.1:${there.port}`, `127.0.0.1:${closed}`, '255.255.255.255:9']
    const { status, body } = await ask('POST', '/admin/uplink/test', { anchors })
    expect([status, body.anchors.map(({ anchor, ok }: { anchor: string; ok: boolean }) => [anchor, ok])]).toEqual([
      200,
      anchors.map((anchor, i) => [anchor, i < 2]),
    ])
    expect(body.anchors[0].response_time_ms).toBeWithin(0, 2_000)
    expect(body.anchors.map(({ message }: { message: string }) => message).every(Boolean)).toBe(true)
    expect((await ask('GET', '/admin/uplink')).body.anchors).toEqual([])
  })

  test.each([
    [['nas', 'a:b'], 'anchors.1'],
    [['http://nas/'], 'anchors.0'],
    [['nas:70000'], 'anchors.0'],
    [['nas:0'], 'anchors.0'],
    [['two words'], 'anchors.0'],
    [[''], 'anchors.0'],
    [Array(9).fill('nas'), 'anchors'],
    ['nas', 'anchors'],
  ])('%j is refused with a sentence at %s', async (anchors, field) => {
    for (const [method, path] of [
      ['PUT', '/admin/uplink'],
      ['POST', '/admin/uplink/test'],
    ] as const) {
      const { status, body } = await ask(method, path, { anchors })
      expect([status, Object.keys(body.details.fields)]).toEqual([422, [field]])
    }
  })

  test('is the business of whoever runs the appliance', async () => {
    const { ask: dan } = await t.session('dan')
    expect((await dan('GET', '/admin/uplink')).status).toBe(403)
    expect((await dan('PUT', '/admin/uplink', { anchors: [] })).status).toBe(403)
    expect((await dan('POST', '/admin/uplink/test', { anchors: [] })).status).toBe(403)
    expect((await t.nobody('GET', '/admin/uplink')).status).toBe(401)
  })
})
