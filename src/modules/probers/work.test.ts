import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { isoAt } from '#kernel/clock'
import { signatureOf } from '#probing/agent-wire'
import { type Ask, type Booted, boot, START } from '../../../test/boot'
import { target } from '../../../test/listeners'

type Found = { number: number; version: number; at: string; verdict: Record<string, unknown> }
const down = { status: 'down', reason: 'timeout', message: 'No answer within 2 s' }
const up = { status: 'up', message: 'Answered', response_time_ms: 12 }

describe('the work of a prober', () => {
  let t: Booted
  let site: ReturnType<typeof target>
  beforeEach(async () => {
    t = await boot({ config: { trustedProxies: ['127.0.0.1/32'] } })
    site = target()
  })
  afterEach(async () => {
    await t.stop()
    site.stop()
  })

  let seq = 0
  /** A prober with its token, as it asks. */
  async function prober(who: Ask = t.alice, region = 'ulm') {
    const { body } = await who('POST', '/probers', { name: 'Attic', region })
    await t.app.engine.idle()
    const ask = t.bearer(body.token)
    await ask('POST', '/probers/register', { version: '1' })
    const bodyOf = (results: Found[], more: object = {}) => ({
      ...{ boot: 'b', seq: ++seq, sent_at: isoAt(t.clock.now()), results },
      stats: { lag_ms: 1, running: 2, buffered: 3, uplink: null },
      ...more,
    })
    const sign = (text: string, at = t.clock.now(), token = body.token as string) => ({
      'x-xinex-timestamp': String(Math.floor(at / 1000)),
      'x-xinex-signature-256': signatureOf(token, Math.floor(at / 1000), text),
    })
    return {
      id: body.id as string,
      token: body.token as string,
      ask,
      sign,
      bodyOf,
      jobs: async (query = '') => (await ask('GET', `/probers/jobs${query}`)).body,
      async send(results: Found[], more: object = {}) {
        const text = JSON.stringify(bodyOf(results, more))
        const answer = await ask('POST', '/probers/results', text, sign(text))
        await t.app.engine.idle()
        return answer
      },
    }
  }
  async function monitor(who: Ask = t.alice, regions: string[] = ['ulm'], more: object = {}) {
    const draft = { name: 'Shop', type: 'http', url: site.url, regions, alert_threshold: 1, ...more }
    const { status, body } = await who('POST', '/monitors', draft)
    expect([status, body]).toEqual([201, body])
    await t.app.engine.idle()
    return body.id as string
  }
  const statusOf = async (id: string, who: Ask = t.alice) => (await who('GET', `/monitors/${id}/status`)).body

  test('it is given the monitors of its region with what they need, and what it found counts', async () => {
    const attic = await prober()
    const id = await monitor(t.alice, ['ulm'], { settings: { auth: 'bearer', token: 'a secret of theirs' } })
    await monitor(t.alice, ['local'])
    const given = await attic.jobs()
    expect([given.full, given.set.length, given.remove, given.anchors]).toEqual([true, 1, [], []])
    expect(given.server_time).toBe(isoAt(START))
    const [{ number, version, interval_ms, job }] = given.set
    expect([interval_ms, job.type, job.url]).toEqual([60_000, 'http', site.url])
    expect(JSON.stringify(job.settings)).toContain('a secret of theirs')
    const { status, body } = await attic.send([{ number, version, at: isoAt(t.clock.now()), verdict: down }])
    expect([status, body.accepted, body.server_time]).toEqual([200, 1, isoAt(START)])
    expect(await statusOf(id)).toMatchObject({ status: 'down' })
    await t.advance(5_000)
    await attic.send([{ number, version, at: isoAt(t.clock.now()), verdict: up }])
    expect(await statusOf(id)).toMatchObject({ status: 'up' })
  })

  test('a question for news is answered when there is some, or after its time', async () => {
    const attic = await prober()
    const { revision } = await attic.jobs()
    let answered = false
    const asked = attic.jobs(`?since=${encodeURIComponent(revision)}&wait=25`).then((body) => {
      answered = true
      return body
    })
    await t.advance(10_000)
    expect(answered).toBe(false)
    const id = await monitor()
    const news = await asked
    expect([news.full, news.set.length]).toEqual([false, 1])
    await t.alice('DELETE', `/monitors/${id}`)
    await t.app.engine.idle()
    const gone = await attic.jobs(`?since=${encodeURIComponent(news.revision)}&wait=0`)
    expect([gone.full, gone.set, gone.remove]).toEqual([false, [], [news.set[0].number]])
    const quiet = attic.jobs(`?since=${encodeURIComponent(gone.revision)}&wait=25`)
    await t.app.engine.idle()
    await t.advance(25_000)
    expect(await quiet).toMatchObject({ full: false, set: [], remove: [] })
    expect(await attic.jobs('?since=nonsense&wait=25')).toMatchObject({ full: true })
  })

  test('what waits is ended by a deletion, a new token, and the end of the server', async () => {
    const waiting = async () => {
      const one = await prober()
      const { revision } = await one.jobs()
      const asked = one.ask('GET', `/probers/jobs?since=${encodeURIComponent(revision)}&wait=25`)
      await t.app.engine.idle()
      return { ...one, asked }
    }
    const deleted = await waiting()
    await t.alice('DELETE', `/probers/${deleted.id}`)
    expect((await deleted.asked).status).toBe(401)
    const rotated = await waiting()
    await t.alice('POST', `/probers/${rotated.id}/rotate`, { grace_s: 0 })
    expect((await rotated.asked).status).toBe(401)
    const graced = await waiting()
    await t.alice('POST', `/probers/${graced.id}/rotate`)
    expect((await graced.asked).status).toBe(200)
    const last = await waiting()
    t.appliance.endPolls()
    expect([(await last.asked).status, (await last.ask('GET', '/probers/jobs?since=x&wait=25')).status]).toEqual([
      200, 200,
    ])
  })

  test('one prober cannot hold many questions open', async () => {
    const attic = await prober()
    const { revision } = await attic.jobs()
    const url = `/probers/jobs?since=${encodeURIComponent(revision)}&wait=25`
    const all = Array.from({ length: 20 }, () => attic.ask('GET', url))
    // The clock stands still: these are answered only because others came.
    for (const { status } of await Promise.all(all.slice(0, 18))) expect(status).toBe(200)
    t.appliance.endPolls()
    await Promise.all(all)
  })

  test('another workspace is neither given nor told: not by region, not by number', async () => {
    const mine = await prober()
    const theirs = await prober(t.mallory)
    const id = await monitor()
    const own = await monitor(t.mallory)
    const [[job], [other]] = [(await mine.jobs()).set, (await theirs.jobs()).set]
    expect([(await theirs.jobs()).set.length, other.number === job.number]).toEqual([1, false])
    const at = isoAt(t.clock.now())
    const forged = [job.number, other.number].map((number) => ({ number, version: job.version, at, verdict: down }))
    const { status, body } = await theirs.send(forged)
    expect([status, body.accepted, body.again.every((one: { number: number }) => one.number === other.number)]).toEqual(
      [200, 2, true],
    )
    expect((await statusOf(id)).status).not.toBe('down')
    expect((await statusOf(own, t.mallory)).status).toBe('down')
    expect((await t.alice('GET', '/incidents')).body.total).toBe(0)
  })

  test('results for another region, for what never was, or from the future are passed over', async () => {
    const attic = await prober()
    const id = await monitor()
    const local = await monitor(t.alice, ['local'])
    const [{ number, version }] = (await attic.jobs()).set
    const at = isoAt(t.clock.now())
    const found = [number + 1, number + 2, 4_000_000_000].map((one) => ({ number: one, version, at, verdict: down }))
    const ahead = { number, version, at: isoAt(t.clock.now() + 3_600_000), verdict: down }
    expect((await attic.send([...found, ahead])).status).toBe(200)
    expect([(await statusOf(id)).status, (await statusOf(local)).status]).not.toContain('down')
  })

  test('a batch that was altered, is not signed, or signed with something else is not believed', async () => {
    const attic = await prober()
    const other = await prober(t.alice, 'bonn')
    const id = await monitor()
    const [{ number, version }] = (await attic.jobs()).set
    const text = JSON.stringify(attic.bodyOf([{ number, version, at: isoAt(t.clock.now()), verdict: down }]))
    const signed = attic.sign(text)
    const late = attic.sign(text, t.clock.now() - 301_000)
    const early = attic.sign(text, t.clock.now() + 302_000)
    const cases: [string, Record<string, string>][] = [
      [text, {}],
      [text, { ...signed, 'x-xinex-signature-256': '' }],
      [text, { ...signed, 'x-xinex-timestamp': '' }],
      [text, { ...signed, 'x-xinex-timestamp': '1e9' }],
      [text, { ...signed, 'x-xinex-timestamp': String(Number(signed['x-xinex-timestamp']) + 1) }],
      [text, { ...signed, 'x-xinex-signature-256': signed['x-xinex-signature-256'].replace('sha256=', 'sha512=') }],
      [text, other.sign(text, t.clock.now(), other.token)],
      [text.replace('"down"', '"up"').replace(',"reason":"timeout"', ''), signed],
      [`${text} `, signed],
      [text, late],
      [text, early],
    ]
    for (const [body, headers] of cases) {
      const answer = await attic.ask('POST', '/probers/results', body, headers)
      expect([headers, answer.status, answer.body.code]).toEqual([headers, 401, 'UNAUTHORIZED'])
      expect(answer.body.details.signature).toBeString()
    }
    await t.app.engine.idle()
    expect((await statusOf(id)).status).not.toBe('down')
    expect((await attic.ask('POST', '/probers/results', text, signed)).status).toBe(200)
  })

  test('a recording of a batch played again is refused; the same batch signed anew is harmless', async () => {
    const attic = await prober()
    const id = await monitor()
    const [{ number, version }] = (await attic.jobs()).set
    const first = attic.bodyOf([{ number, version, at: isoAt(t.clock.now()), verdict: down }])
    const put = (body: object, at = t.clock.now()) => {
      const text = JSON.stringify(body)
      return attic.ask('POST', '/probers/results', text, attic.sign(text, at)).then(({ status }) => status)
    }
    const at = t.clock.now()
    expect([await put(first, at), await put(first, at)]).toEqual([200, 409])
    await t.advance(2_000)
    expect(await put({ ...first, sent_at: isoAt(t.clock.now()) })).toBe(200)
    await t.app.engine.idle()
    const { body: incidents } = await t.alice('GET', '/incidents')
    expect([incidents.total, (await statusOf(id)).status]).toEqual([1, 'down'])
    expect(await put(attic.bodyOf([]))).toBe(200)
    expect(await put(first)).toBe(409)
    expect(await put({ ...first, boot: 'another process' })).toBe(200)
  })

  test('what is far too much is left out of a result, not the result', async () => {
    const attic = await prober()
    const id = await monitor()
    const [{ number, version }] = (await attic.jobs()).set
    const message = `One\nline\u0007 and \u202emore${'x'.repeat(1_500)}`
    const verdict = { ...down, message, evidence: { body: 'x'.repeat(1_200_000) } }
    expect((await attic.send([{ number, version, at: isoAt(t.clock.now()), verdict }])).status).toBe(200)
    const { status, message: shown } = await statusOf(id)
    expect([status, shown.length <= 300, /[\p{Cc}\u202e]/u.test(shown)]).toEqual(['down', true, false])
    const { body } = await t.alice('GET', '/incidents')
    expect(JSON.stringify((await t.alice('GET', `/incidents/${body.items[0].id}`)).body).length).toBeLessThan(100_000)
    const many = Array.from({ length: 1_001 }, () => ({ number, version, at: isoAt(t.clock.now()), verdict: up }))
    expect((await attic.send(many)).status).toBe(422)
    expect((await attic.send([], { boot: 'x'.repeat(5_000_000) })).status).toBe(413)
  })

  test('its owner sees whether it is there, and how it is', async () => {
    const { body: made } = await t.alice('POST', '/probers', { name: 'New', region: 'ulm' })
    await t.app.engine.idle()
    expect((await t.bob('GET', `/probers/${made.id}`)).body).toMatchObject({
      ...{
        status: 'waiting',
        monitors: 0,
        uplink: null,
        lag_ms: null,
        buffered: null,
        blind: false,
        last_seen_at: null,
      },
    })
    await t.alice('DELETE', `/probers/${made.id}`)
    const attic = await prober()
    await monitor()
    await t.advance(1_000)
    const since = isoAt(t.clock.now())
    const uplink = { state: 'up', since, anchors: [{ anchor: 'gate:53', ok: true, message: 'Connected' }] }
    const stats = { lag_ms: 4, running: 1, buffered: 17, dropped: 0, uplink }
    await attic.send([], { stats, clock_offset_ms: -250 })
    expect((await t.bob('GET', `/probers/${attic.id}`)).body).toMatchObject({
      ...{ status: 'online', monitors: 1, uplink, lag_ms: 4, buffered: 17, blind: false, clock_offset_ms: -250 },
      last_seen_at: since,
    })
    await t.advance(40_000)
    expect((await t.bob('GET', '/probers')).body.items[0]).toMatchObject({ status: 'offline', blind: true })
  })

  test('its anchors can be set, are told to it at once, and have to be places', async () => {
    const attic = await prober()
    const { revision } = await attic.jobs()
    const asked = attic.jobs(`?since=${encodeURIComponent(revision)}&wait=25`)
    const anchors = ['9.9.9.9:53', 'gate.lan', '[2620:fe::fe]:53', 'gate.lan']
    const { status, body } = await t.dan('PUT', `/probers/${attic.id}`, { anchors })
    expect([status, body.anchors]).toEqual([200, anchors.slice(0, 3)])
    await t.app.engine.idle()
    expect((await asked).anchors).toEqual(anchors.slice(0, 3))
    const wrong = ['a:b', 'http://x/', 'x:0', 'x:65536', 'a b', 'a@b:1', '']
    for (const anchor of wrong) {
      const { status, body } = await t.dan('PUT', `/probers/${attic.id}`, { anchors: ['fine', anchor] })
      expect([anchor, status, Object.keys(body.details.fields)]).toEqual([anchor, 422, ['anchors.1']])
    }
    expect((await t.dan('PUT', `/probers/${attic.id}`, { anchors: Array(9).fill('a') })).status).toBe(422)
    expect((await t.dan('PUT', `/probers/${attic.id}`, { anchors: [] })).body.anchors).toEqual([])
  })

  test('when it could not see is listed, to its own workspace only', async () => {
    const attic = await prober()
    await attic.send([])
    await t.advance(60_000)
    const { body } = await t.bob('GET', '/probers/blind-periods')
    expect(body.items).toMatchObject([{ prober_id: attic.id, prober_name: 'Attic', cause: 'offline', until: null }])
    expect((await t.mallory('GET', '/probers/blind-periods')).body.items).toEqual([])
    await attic.send([])
    await t.app.engine.idle()
    expect((await t.bob('GET', '/probers/blind-periods')).body.items[0].until).toBeString()
  })

  test("no token of another kind works, and a prober's opens nothing else", async () => {
    const attic = await prober()
    for (const ask of [t.alice, t.dan, (await t.session('alice')).ask])
      expect([(await ask('GET', '/probers/jobs')).status]).toEqual([403])
    expect((await t.nobody('GET', '/probers/jobs')).status).toBe(401)
    for (const path of ['/probers/blind-periods', '/probers', '/monitors', '/admin/uplink', '/me'])
      expect([path, (await attic.ask('GET', path)).status === 200]).toEqual([path, false])
  })

  test.each([[['ulm']], [['ulm', 'bonn']]])(
    'gone while the server was restarted, what it would see is unknown (%j)',
    async (regions) => {
      const all = []
      for (const region of regions) all.push(await prober(t.alice, region))
      const id = await monitor(t.alice, regions)
      for (const one of all) {
        const [{ number, version }] = (await one.jobs()).set
        await one.send([{ number, version, at: isoAt(t.clock.now()), verdict: up }])
      }
      expect((await statusOf(id)).status).toBe('up')
      const { folder: data, people, clock } = t
      await t.appliance.stop()
      t = await boot({ data, now: clock.now() + 15_000 })
      const ask = t.bearer(people.alice.token)
      await t.advance(40_000)
      expect((await statusOf(id, ask)).status).toBe('unknown')
      expect((await ask('GET', '/incidents')).body.total).toBe(regions.length)
    },
  )
})
